#!/usr/bin/env python3
"""Packets of real clients, captured live and joined to their logins: two network namespaces, nginx with TLS in one, curl and
openssl s_client in the other. Confinement is that of a build without sanitizers."""
import json
import os
import re
import signal
import subprocess
import sys
import time

import netns
import packets
import plain

if not plain.use():
    sys.exit()
why_not = netns.missing()
if why_not:
    print(f"skip capture: {why_not}", flush=True)
    sys.exit()

from daemon import BUILD, ROOT, Daemon  # noqa: E402 (the build is chosen before)

CONFIG = """snapshot_every: 1h
collectors:
  packets:
    interfaces: [wire]
    filter: port 443 or port 80
    window: %s
    proxies: [10.77.0.9]
    flows: 16384
"""
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36"


def until(holds, what, seconds=15):
    for _ in range(int(seconds * 20)):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError(what() if callable(what) else what)


def login(d, account, ip, port=None, agent="curl/7.88.1", at_ms=0):
    event = {"ts": int(time.time() * 1000) + at_ms, "type": "login", "account": account, "ip": ip, "user_agent": agent}
    if port:
        event["port"] = port
    status, answer = d.send([json.dumps(event)])
    assert status == 200 and answer["accepted"] == 1, answer


def values(d, account):
    """kind -> texts of the account's values."""
    rows = json.loads(d.ask("GET", f"/v1/accounts/{account}")[1])["values"]
    found = {}
    for row in rows:
        found.setdefault(row["kind"], []).append(row["shown"])
    return found


def ja4(d, account):
    return values(d, account).get("tls.claim", [""])[0]


def source(d):
    return d.status()["capture"].get("wire", {})


def captured(d, packets):
    """The interface is open and so many more packets were read than before."""
    until(lambda: source(d).get("state") == "open" and source(d)["packets"] >= packets, lambda: f"not captured: {d.read_log()[-800:]}")


def capture_pid():
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline") as line:
                words = line.read().split("\0")
        except OSError:
            continue
        if words[1:5] == ["--role", "capture", "--interface", "wire"]:
            return int(pid)
    return 0


def a_login_is_joined_to_its_own_packets(net, d):
    net.curl(40001, "curl/7.88.1")
    net.s_client(40002)
    login(d, "curl", net.CLIENT, 40001)
    login(d, "openssl", net.CLIENT, 40002)
    until(lambda: ja4(d, "curl") and ja4(d, "openssl"), lambda: f"{values(d, 'curl')} {values(d, 'openssl')} {d.status()['join']}")
    assert re.match(r"t13i\d{4}h2_", ja4(d, "curl")) and re.match(r"t13i\d{4}00_", ja4(d, "openssl")), (ja4(d, "curl"), ja4(d, "openssl"))
    syn = values(d, "curl")["tcp.claim"][0]
    assert re.match(r"64:\d+:mss,sok,ts,nop,ws\d+$", syn), syn


def a_client_that_lies_in_its_user_agent_is_told_and_no_other(net, d):
    net.curl(40011, CHROME)
    login(d, "liar", net.CLIENT, 40011, CHROME)
    until(lambda: ja4(d, "liar"), "the liar's packets are not found")

    def told():
        alerts = json.loads(d.ask("GET", "/v1/alerts?limit=100")[1])["alerts"]
        return sorted((alert["rule"], alert["accounts"][0]) for alert in alerts if alert["rule"].endswith("-agent"))
    until(lambda: len(told()) == 3, told)
    assert told() == [(rule, "liar") for rule in ("tcp-contradicts-agent", "tls-contradicts-agent", "tls-traits-contradict-agent")], told()


def a_login_before_its_packets_and_one_after_their_end_are_joined(net, d):
    late = d.status()["join"]["joined_late"]
    login(d, "early", net.CLIENT, 40021)
    assert not ja4(d, "early")
    net.curl(40021, "curl/7.88.1")
    until(lambda: ja4(d, "early"), "the early login's packets are not found")
    assert d.status()["join"]["joined_late"] == late + 1
    time.sleep(0.5)
    login(d, "after", net.CLIENT, 40021)
    assert ja4(d, "after") == ja4(d, "early"), values(d, "after")


def a_login_over_http3_is_joined_to_its_packets(net, d):
    """A client's side of a recorded connection, where there is one; else an Initial that was made for the fuzzer."""
    recorded = os.path.join(os.path.dirname(ROOT), "shared", "pcap", "zeek__quicv2-http3-443.pcap")
    if os.path.exists(recorded):
        expected, sent = "q13i0310h3_55b375c5d22e_df5b9e597968", packets.datagrams_to(443, recorded)
    else:
        with open(os.path.join(ROOT, "tests/fuzz/seeds/quic/v1"), "rb") as seed:
            expected, sent = "q13", [seed.read()[1:]]
    net.send(40071, sent)
    login(d, "http3", net.CLIENT, 40071)
    until(lambda: ja4(d, "http3"), lambda: f"{values(d, 'http3')} {d.status()['join']} {source(d)}")
    assert ja4(d, "http3").startswith(expected), ja4(d, "http3")


def without_a_port_one_connection_is_believed_and_a_proxys_never(net, d):
    for last in (3, 9):
        netns.run("ip", "-n", net.client, "address", "add", f"10.77.0.{last}/24", "dev", "wire")
        net.curl(40030 + last, "curl/7.88.1", "--interface", f"10.77.0.{last}")
    login(d, "alone", "10.77.0.3", at_ms=-20)
    login(d, "crowd", net.CLIENT)
    login(d, "behind-a-proxy", "10.77.0.9", 40039)
    until(lambda: ja4(d, "alone"), lambda: f"{d.status()['join']}", seconds=20)
    until(lambda: d.status()["join"]["waiting"] == 0, "somebody still waits", seconds=20)
    assert not ja4(d, "crowd") and not ja4(d, "behind-a-proxy"), (values(d, "crowd"), values(d, "behind-a-proxy"))
    assert d.status()["join"]["proxied"] >= 1 and d.status()["join"]["ambiguous"] >= 1, d.status()["join"]


def a_replay_of_the_journal_gives_the_same(net, d):
    before = json.loads(d.ask("GET", "/v1/stacks")[1])
    assert len(before["stacks"]) >= 3, before
    assert d.stop() == 0
    os.unlink(os.path.join(d.state, "snapshot"))
    d.start()
    assert json.loads(d.ask("GET", "/v1/stacks")[1]) == before
    captured(d, 0)


def the_capturing_process_is_confined(net, d):
    with open(f"/proc/{capture_pid()}/status") as status:
        told = {key: value.strip() for key, value in (line.split(":", 1) for line in status)}
    assert told["Seccomp"] == "2" and told["NoNewPrivs"] == "1", told
    assert int(told["CapEff"], 16) == int(told["CapPrm"], 16) == int(told["CapBnd"], 16) == 0, told
    assert told["Uid"].split()[0] != "0" and told["Groups"] == "", told
    assert "some of what should fail" not in source(d)["detail"], source(d)
    done = subprocess.run([os.path.join(BUILD, "assocd"), "-c", d.config, "--role", "capture-check"], capture_output=True, text=True)
    lines = done.stdout.splitlines()
    assert done.returncode == 0 and len(lines) == 7, done
    assert all(line.endswith("Operation not permitted") or line.endswith("Permission denied") for line in lines[1:]), lines


def one_that_is_killed_is_started_again_and_counted(net, d):
    before, pid = source(d)["restarts"], capture_pid()
    os.kill(pid, signal.SIGKILL)
    until(lambda: source(d)["restarts"] == before + 1 and capture_pid() not in (0, pid), lambda: str(source(d)))
    net.curl(40041, "curl/7.88.1")
    login(d, "again", net.CLIENT, 40041)
    until(lambda: ja4(d, "again"), "nothing is joined after the restart")
    assert f'assocd_capture_restarts_total{{interface="wire"}} {before + 1}\n' in d.ask("GET", "/metrics")[1].decode()


def an_interface_that_disappears_and_returns_is_captured_again(net, d):
    net.unplug()
    until(lambda: source(d)["state"] == "closed", lambda: str(source(d)))
    d.wait_log("wire is not captured")
    net.plug_in()
    captured(d, 0)
    until(lambda: subprocess.run(["ip", "netns", "exec", net.client, "curl", "-sk", f"https://{net.SERVER}/"], capture_output=True).returncode == 0,
          "the cable is not back")
    net.curl(40051, "curl/7.88.1")
    login(d, "returned", net.CLIENT, 40051)
    until(lambda: ja4(d, "returned"), "nothing is joined after the interface came back")


def mac(name):
    return json.loads(netns.run("ip", "-n", name, "-j", "link", "show", "wire"))[0]["address"]


def flood(net, d, kind, count):
    before = source(d)["packets"]
    netns.run("ip", "netns", "exec", net.client, sys.executable, os.path.join(ROOT, "tests/system/flood.py"), kind, str(count), mac(net.client),
              mac(net.server), net.SERVER, "wire")
    until(lambda: source(d)["packets"] + source(d)["dropped"] >= before + count, lambda: str(source(d)), seconds=60)


def floods_move_counters_and_nothing_else(net, d):
    count = 120000 if os.environ.get("ASSOCD_ALL") == "1" else 12000
    for kind in ("syn", "hello", "initial"):
        flood(net, d, kind, count)
    first = source(d)
    for kind in ("syn", "hello", "initial"):
        flood(net, d, kind, count)
    second = source(d)
    assert second["memory"] - first["memory"] <= 4 << 20, (first["memory"], second["memory"])
    assert second["flows_evicted"] > first["flows_evicted"] > 0, (first, second)
    assert second["flows"] >= first["flows"] + 2 * count, (first, second)
    assert second["streams_evicted"] > 0 and second["initials_refused"] > first["initials_refused"] > 0, second
    net.curl(40061, "curl/7.88.1")
    login(d, "in-the-flood", net.CLIENT, 40061)
    until(lambda: ja4(d, "in-the-flood"), "a real login is not joined")
    assert d.status()["join"]["connections"] < 100, d.status()["join"]


def without_permission_the_capability_is_named(net, d):
    folder = os.path.join(net.dir, "powerless")
    os.mkdir(folder)
    other = Daemon(CONFIG % "5s", folder=folder)
    with open(other.log, "w") as log:  # the same user, so that it may read the tree wherever that lies, but no capability
        other.process = subprocess.Popen(["setpriv", "--inh-caps=-all", "--bounding-set=-all", other.program, "-c", other.config], stdout=log, stderr=log)
    try:
        other.wait_ready()
        other.wait_log("CAP_NET_RAW")
        assert "setcap cap_net_raw+ep" in other.read_log() and "assocd-capture.service" in other.read_log(), other.read_log()
        time.sleep(1.5)
        assert other.read_log().count("CAP_NET_RAW") == 1, other.read_log()
    finally:
        other.end()


TESTS = (a_login_is_joined_to_its_own_packets, a_client_that_lies_in_its_user_agent_is_told_and_no_other,
         a_login_before_its_packets_and_one_after_their_end_are_joined, a_login_over_http3_is_joined_to_its_packets,
         without_a_port_one_connection_is_believed_and_a_proxys_never,
         a_replay_of_the_journal_gives_the_same, the_capturing_process_is_confined, one_that_is_killed_is_started_again_and_counted,
         an_interface_that_disappears_and_returns_is_captured_again, floods_move_counters_and_nothing_else,
         without_permission_the_capability_is_named)


def main():
    failed = 0
    net, d = netns.Net(), None
    try:
        net.enter()
        net.serve()
        d = Daemon(CONFIG % "2s").start()
        captured(d, 0)
        for test in TESTS:
            try:
                test(net, d)
                print(f"ok {test.__name__}", flush=True)
            except Exception as error:
                failed = 1
                print(f"not ok {test.__name__}: {type(error).__name__}: {error}", flush=True)
    finally:
        if d:
            d.discard()
        net.discard()
    return failed


signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
sys.exit(main())
