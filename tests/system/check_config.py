#!/usr/bin/env python3
"""`assocd -n` refuses what a start would refuse, in the same words, and touches nothing."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile

from daemon import BUILD, ROOT, Daemon, run_tests


def said_by(daemon, *options):
    done = subprocess.run([os.path.join(BUILD, "assocd"), "-c", daemon.config, *options], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=60)
    return done.returncode, done.stdout


def assert_refused(config, *words):
    daemon = Daemon(config)
    checked, started = said_by(daemon, "-n"), said_by(daemon)
    assert checked[0] == started[0] == 1, (checked, started)
    for word in words:
        assert word in checked[1] and word in started[1], (word, checked, started)
    assert not os.path.exists(daemon.state), "the state folder was made"


def a_wrong_key_of_a_followed_file_is_named():
    assert_refused("collectors:\n  tail:\n    files:\n      - {path: /var/log/auth.log, pattern: sshd}\n",
                   "assocd.yaml:6:", "unknown key 'path'")


def a_pattern_that_does_not_exist_is_named():
    assert_refused("collectors:\n  tail:\n    files:\n      - {file: auth.log, pattern: sshdd}\n", "assocd.yaml:6:", "'sshdd'", "sshd")


def a_wrong_key_of_the_stream_listener_is_named():
    assert_refused("collectors:\n  stream: {max_connection: 3}\n", "assocd.yaml:4:", "did you mean 'max_connections'?")


def an_unknown_collector_is_named():
    assert_refused("collectors:\n  tale: {}\n", "assocd.yaml:4:", "unknown key 'tale'")


def a_file_that_is_not_there_is_named_with_its_line():
    for config, key in (("networks: [none.csv]\n", "`networks`"), ("mmdb: [none.mmdb]\n", "`mmdb`"), ("rules: none\n", "`rules`"),
                        ("tls_key: none.key\n", "`tls_key`")):
        assert_refused(config, f"assocd.yaml:3: {key}: ", "/none", "No such file")
    for key, sink in (("secrets", "type: webhook, url: 'https://a.example/'"), ("ca_file", "type: alertmanager, url: 'https://a.example'")):
        assert_refused(f"sinks:\n  pager: {{{sink}, {key}: none.pem}}\n", "assocd.yaml:4:", f"`{key}`: ", "/none.pem: No such file")


def an_address_that_is_none_is_named():
    daemon = Daemon()
    for address in ("127.0.0.1", "localhost:99999", "::1:8787", ":8787"):
        for options in (("-n",), ()):
            status, text = said_by(daemon, *options, "--listen", address)
            assert status == 1 and f'`listen`: "{address}" is no address; it is HOST:PORT' in text, (address, text)
    with open(daemon.config, "w") as out:
        out.write("# wrong\nlisten: nowhere\n")
    assert "assocd.yaml:2: `listen`: " in said_by(daemon, "-n")[1]


def what_can_never_be_sent_to_is_named_with_its_line():
    for sink, says in (("type: syslog, address: 'tcp:siem'", "`address` of syslog is unix:PATH, udp:IP:PORT, tcp:HOST:PORT or tls:HOST:PORT, not tcp:siem"),
                       ("type: syslog, address: siem", "not siem"), ("type: syslog, address: 'tls:siem:99999'", "not tls:siem:99999"),
                       ("type: syslog, address: 'udp:siem:514'", "udp:IP:PORT"), ("type: journald, address: 'udp:10.0.0.5:514'", "of journald is unix:PATH"),
                       ("type: webhook, url: 'https:///hook'", "`url` names no host"), ("type: webhook, url: 'https://a:b@/x'", "`url` names no host"),
                       ("type: webhook, url: 'https://jo:a@b@hooks.example.org/x'", "(an @ of a password is written %40)"),
                       ("type: webhook, url: 'https://hooks example.org/x'", "(Bad hostname)"),
                       ("type: alertmanager, url: 'http://a.example:port'", "no port of 1 to 65535"),
                       ("type: mail, url: 'smtp://a.example:0', from: a@b, to: [c@d]", "no port of 1 to 65535"),
                       ("type: mail, url: 'smtp://a.example', from: a@b, to: [c@d], user: jo", "needs both, `user` and `password_file`")):
        assert_refused(f"sinks:\n  far: {{{sink}}}\n", "assocd.yaml:4:", says)
    assert_refused("collectors:\n  packets: {interfaces: [lo, eth0, lo]}\n", "assocd.yaml:4:36: ", "named above")
    for names in ("any, eth0", "eth0, any"):
        assert_refused("collectors:\n  packets: {interfaces: [%s]}\n" % names, "assocd.yaml:4:", "`any` stands for all interfaces")
    assert_refused("collectors:\n  packets: {buffer_mib: 2048}\n", "assocd.yaml:4:", "'buffer_mib' is 1 to 2047")
    assert_refused("collectors:\n  stream: {tcp: 10.0.0.5}\n", "assocd.yaml:4:", "an address like 10.0.0.5:8788")
    daemon = Daemon("sinks:\n" + "".join(f"  s{i}: {{{sink}}}\n" for i, sink in enumerate((
        "type: syslog, address: 'tls:siem.example.org:6514'", "type: syslog, address: 'udp:[2001:db8::1]:514'", "type: syslog, address: 'tcp:[::1]:3'",
        "type: webhook, url: 'https://jo:a%40b@hooks.example.org/x?to=a@b:c'", "type: alertmanager, url: 'http://[::1]:9093'"))))
    assert said_by(daemon, "-n")[0] == 0, said_by(daemon, "-n")


def users_and_hosts_that_are_none_are_named_with_their_line():
    for peer, says in (("anna", "is not of the form USER=ROLE"), ("root=boss", '"boss" are no roles'), ("no-such-user=read", 'no user "no-such-user"')):
        assert_refused(f"peers: ['{peer}']\n", "assocd.yaml:3: `peers`: ", says)
    assert_refused("site: shop\nallowed_hosts: ['https://fraud.example.org/']\n", "assocd.yaml:4: `allowed_hosts`: ", "without https:// and path")


def a_socket_whose_folder_is_missing_is_named():
    daemon = Daemon("http_socket: /nowhere/http.sock\n")
    status, said = said_by(daemon)
    assert status == 1 and "`http_socket`: cannot listen on unix:/nowhere/http.sock: its folder does not exist; make it" in said, said
    assert said.count("/nowhere/http.sock lies in no folder that exists") <= 1, said
    daemon.discard()


def a_capture_that_cannot_begin_says_why():
    daemon = Daemon("# no collector\n")
    for options in ((), ("--interface", "lo")):
        status, said = said_by(daemon, "--role", "capture", *options)
        assert status == 1 and "names nothing to capture: collectors, packets, interfaces" in said, said
    daemon = Daemon("collectors:\n  packets: {interfaces: [lo], process: service, socket: /nowhere/facts.sock}\n")
    status, said = said_by(daemon)
    assert status == 1 and "cannot listen for facts at /nowhere/facts.sock: " in said and "its folder does not exist: " in said, said
    status, said = said_by(daemon, "--role", "capture", "--interface", "lo")
    assert status == 1 and "cannot reach the daemon at /nowhere/facts.sock: " in said and "once the daemon runs" in said, said
    daemon.discard()


def tokens_in_the_clear_beyond_this_machine_are_warned_of():
    for address, is_warned in (("0.0.0.0", True), ("127.0.0.1", False)):
        daemon = Daemon()
        with open(daemon.config, "w") as config:
            config.write(f"listen: {address}:{daemon.port}\nstate: {daemon.state}\n")
        try:
            daemon.start()
            assert ("without TLS: whoever is on the way reads tokens and events" in daemon.read_log()) == is_warned, daemon.read_log()
        finally:
            daemon.discard()


def a_wrong_unit_is_named_with_what_is_right():
    assert_refused("memory_limit: 4GB\n", "assocd.yaml:3:", "without a unit: MiB of memory")
    assert_refused("retain_hash: 3y\n", "assocd.yaml:3:", "a duration with a unit (90s, 15m, 2h)")
    assert_refused("sinks:\n\tpager: {}\n", "assocd.yaml:4:1:", "only spaces indent")


def settings_that_are_fine_are_called_so_and_nothing_is_made():
    daemon = Daemon("collectors:\n  tail:\n    files:\n      - {file: not-there-yet.log, pattern: sshd}\n  stream: {tcp: 127.0.0.1:1}\n")
    status, text = said_by(daemon, "-n")
    assert status == 0 and "fine" in text, text
    assert not os.path.exists(daemon.state)


def a_wrong_rule_at_a_reload_is_told_once():
    rules = tempfile.mkdtemp(prefix="assocd-test-") + "/rules"
    shutil.copytree(os.path.join(ROOT, "rules", "default"), rules)
    daemon = Daemon(f"rules: {rules}\n").start()
    try:
        with open(os.path.join(rules, "shared-device.yaml"), "a") as rule:
            rule.write("colour: red\n")
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_log("the old rules stay in force")
        log = daemon.read_log()
        assert log.count("colour") == 1 and "shared-device.yaml:" in log, log
        status = daemon.status()
        why = status["reload_refused"]["rules"]
        assert status["reloads_failed"] == 1 and f"`assocctl rules check {rules}`" in why and "shared-device.yaml:" in why and "'colour'" in why, why
        shutil.copy(os.path.join(ROOT, "rules", "default", "shared-device.yaml"), rules)
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_log("rules and networks are unchanged")
        assert daemon.status()["reload_refused"] == {}
    finally:
        daemon.end()


def a_reload_says_that_the_configuration_waits_for_a_restart():
    daemon = Daemon().start()
    try:
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_log("rules and networks are unchanged")
        assert "was written since the start" not in daemon.read_log()
        with open(daemon.config, "a") as config:
            config.write("site: shop\n")
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_log(f"{daemon.config} was written since the start and is read at a start only: a restart takes it")
    finally:
        daemon.discard()


def paths_are_shown_without_detours_and_log_lines_without_a_priority():
    folder = tempfile.mkdtemp(prefix="assocd-test-")
    os.mkdir(os.path.join(folder, "config"))
    daemon = Daemon(folder=os.path.join(folder, "config"), state="../var")
    daemon.state = os.path.join(folder, "var")
    daemon.start()
    try:
        log = daemon.read_log()
        assert f"state in {folder}/var" in log and "<6>" not in log, log
        assert daemon.status()["state_dir"] == f"{folder}/var"
    finally:
        daemon.end()


if __name__ == "__main__":
    sys.exit(run_tests([a_wrong_key_of_a_followed_file_is_named, a_pattern_that_does_not_exist_is_named,
                        a_wrong_key_of_the_stream_listener_is_named, an_unknown_collector_is_named,
                        a_file_that_is_not_there_is_named_with_its_line, an_address_that_is_none_is_named,
                        what_can_never_be_sent_to_is_named_with_its_line, users_and_hosts_that_are_none_are_named_with_their_line,
                        a_socket_whose_folder_is_missing_is_named, a_capture_that_cannot_begin_says_why, tokens_in_the_clear_beyond_this_machine_are_warned_of, a_wrong_unit_is_named_with_what_is_right,
                        a_wrong_rule_at_a_reload_is_told_once,
                        a_reload_says_that_the_configuration_waits_for_a_restart, paths_are_shown_without_detours_and_log_lines_without_a_priority,
                        settings_that_are_fine_are_called_so_and_nothing_is_made]))
