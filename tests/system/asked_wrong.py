#!/usr/bin/env python3
"""What assocctl says to questions that are put wrong, and that what it says can be read by a program."""
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

from daemon import BUILD, ROOT, Daemon, run_tests

WRONG = (
    (("account", ""), 2, "argument 1 is empty\nusage: assocctl account ACCOUNT"),
    (("why", "sample/banned-viktor", ""), 2, "argument 2 is empty"),
    (("report", ""), 2, "argument 1 is empty"),
    (("account", "nobody"), 1, 'account "nobody" is not known; `assocctl search` finds accounts of every site'),
    (("why", "nobody", "sample/banned-viktor"), 1, "`assocctl search` finds accounts"),
    (("why", "sample/banned-viktor", "sample/banned-viktor"), 1, 'both are the account "sample/banned-viktor"; name two'),
    (("correlate", "sample/banned-viktor", "sample/newcomer-martin", "sample/banned-viktor"), 1, "is named twice"),
    (("verdict", "clean", "sample/banned-viktor", "--reason", "  "), 1, '"reason" is empty'),
    (("assign", "5d1f8c0a9b3e7712", "--to", "", "--reason", "x"), 2, "the name behind --to is empty; --nobody takes the owner away"),
    (("verdict", "maybe", "sample/banned-viktor", "--reason", "x"), 2, "a verdict is clean, confirmed or not_same, not 'maybe'"),
    (("resolve", "5d1f8c0a9b3e7712", "--value", "fixed", "--reason", "x"), 2, "say how it was settled: --value=confirmed, false_positive"),
    (("value", "mark", "ip", "10.236.4.20", "office", "--reason", "x"), 2, "a mark is shared, generic or none, not 'office'"),
    (("value", "mark", "ip", "10.236.4.20", "shared|none", "--dry-run"), 2, "a mark is shared, generic or none"),
    (("rules", "test", os.path.join(ROOT, "rules", "default", "lists", "generic.txt")), 1, "generic.txt: a list has no tests"),
    (("db", "import", "/tmp/a/x.csv", "/tmp/b/x.csv"), 2, "/tmp/a/x.csv and /tmp/b/x.csv would be one file there"),
    (("--url", "http://127.0.0.1:1", "--token-file", "/tmp", "status"), 1, "cannot read the token file /tmp: Is a directory"),
    (("rules", "chek"), 2, 'there is no command "rules chek"; did you mean "rules check"?'),
    (("rules", "x"), 2, 'there is no command "rules x"; with "rules" begin:'),
    (("--jsn", "status"), 2, "there is no option --jsn; did you mean --json?"),
    (("status", "--jsn"), 2, "there is no option --jsn; did you mean --json?"),
    (("sink", "list", "--jsn"), 2, "there is no option --jsn; did you mean --json?"),
    (("sink", "dead", "--jsn"), 2, "there is no option --jsn; did you mean --json?"),
    (("hubs", "--limit", "0"), 2, "limit must be a number from 1 to 1000"),
    (("alerts", "--state", "foo"), 2, "state is one of open, acknowledged"),
    (("report", "sample/banned-viktor", "--format", "pdf"), 2, "format is one of html, json, md"),
    (("search", "   "), 2, "say what to search for"),
    (("search", "x" * 1025), 2, "what to search for has 1 to 1024 bytes"),
    (("replay", __file__), 1, "no line was accepted (above)"),
    (("replay", os.devnull), 0, "0 events"),
    (("send", __file__), 1, "lines of a log or a table need a --pattern"),
    (("key", "rotate", "--now"), 2, "there is no option --now"),
    (("tour", "x"), 2, "it takes no arguments"),
    (("sink", "dead", "pager"), 1, 'sink "pager" is not known; `assocctl sink list` lists those that there are'),
    (("alerts", "5d1f8c0a9b3e7712"), 1, "`assocctl alerts` lists those that there are"),
    (("cluster", "c999"), 1, "`assocctl account` names the cluster of an account"),
    (("--limit", "3", "alerts"), 2, "--limit is no option of every command"),
    (("send", "--site", "a/b", os.devnull), 2, "--site: a site has at most 256 bytes and neither '/' nor control characters"),
    (("replay", "--links", "-", "--clusters", "-", os.devnull), 2, "--links and --clusters go to standard output both; name a file for one of them"),
    (("replay", "--alerts", "/tmp/x", "--links", "/tmp/x", os.devnull), 2, "--links and --alerts go to /tmp/x both"),
    (("--url", "127.0.0.1:1", "status"), 1, "--url takes an address like http://127.0.0.1:8787, not '127.0.0.1:1'"),
)


def questions_that_are_put_wrong_say_how_it_is_done():
    daemon = Daemon().start()
    try:
        assert Daemon.ctl(daemon, "sample", "load")[0] == 0
        for words, wanted, part in WRONG:
            status, said = Daemon.ctl(daemon, *words)
            assert status == wanted and part in said, (words, status, said)
        status, body, _ = daemon.ask("GET", "/v1/accounts/ab%00cd")
        assert status == 404 and json.loads(body)["detail"] == 'account "ab\0cd" is not known', body
        status, body, _ = daemon.ask("POST", "/v1/verdicts", json.dumps({"acount": "a", "value": "clean", "reason": "r"}),
                                     {"Content-Type": "application/json"})
        assert status == 422 and 'did you mean "account"?' in json.loads(body)["detail"], body
    finally:
        daemon.end()


def what_the_tour_says_to_type_can_be_typed():
    daemon = Daemon().start()
    try:
        for name in ("o'hara & sons", "o'hara; sons"):
            lines = [json.dumps({"ts": 1767225600000 + i, "type": "profile", "account": name, "device": {"id": "7f31c0de"},
                      "identity": {"card": "4012888888881881", "bank": "DE89370400440532013000", "tax_id": "DE136695976"}}) for i in range(2)]
            assert daemon.send(lines)[1]["accepted"] == 2
        status, said = Daemon.ctl(daemon, "tour")
        program = os.path.join(BUILD, "assocctl")
        typed = next(line for line in said.splitlines() if line.startswith(f"  {program} why "))
        assert status == 0 and shlex.split(typed) == [program, "why", "o'hara & sons", "o'hara; sons"], said
        assert f"  {program} help " in said, said
    finally:
        daemon.end()


def email_test_changed(daemon, change):
    """A copy of the shipped rules in which the text of one rule's test is what change makes of it: the path of the test."""
    folder = daemon.path("rules")
    shutil.copytree(os.path.join(ROOT, "rules", "default"), folder)
    path = os.path.join(folder, "shared-email.test.yaml")
    with open(path, encoding="utf-8") as test:
        text = test.read()
    with open(path, "w", encoding="utf-8") as test:
        test.write(change(text))
    return path


def an_event_of_a_rule_test_that_is_refused_is_named_with_its_line():
    daemon = Daemon()
    at = 0

    def misspell(text):
        nonlocal at
        at = text[:text.index("{email:")].count("\n") + 1
        return text.replace("{email:", "{emial:", 1)

    try:
        path = email_test_changed(daemon, misspell)
        status, said = Daemon.ctl(daemon, "rules", "test", path)
        assert status == 1 and f"{path}:{at}: " in said and 'unknown key "identity.emial"; did you mean "identity.email"?' in said, said
    finally:
        daemon.discard()


def a_rule_test_that_names_nobody_fails_and_bits_are_told_as_they_are_written():
    daemon = Daemon()
    try:
        event = '{ts: "2026-03-0%dT18:00:00Z", type: login, account: %s, identity: {email: jo%d@mail.example.com}}'
        path = email_test_changed(daemon, lambda text: text + "  - name: Two addresses.\n    events:\n      - " + event % (1, "anna", 1) + "\n      - " + event % (2, "bert", 2) +
                       "\n    expect:\n      no_links: [[anna, bret]]\n      no_evidence: [{a: anna, b: bret, rule: shared-email}]\n"
                       "      no_alerts: [{rule: second-account-on-site, accounts: [bret]}]\n"
                       "  - name: One address.\n    events:\n      - " + event % (1, "anna", 1) + "\n      - " + event % (2, "bert", 1) +
                       "\n    expect:\n      evidence: [{a: anna, b: bert, rule: shared-email, min: 39.5, max: 40}]\n"
                       "      no_evidence: [{a: anna, b: bert, rule: shared-email}]\n")
        status, said = Daemon.ctl(daemon, "rules", "test", path)
        assert status == 1 and said.count("Two addresses. - no event of the test is of an account 'bret'") == 3, said
        assert re.search(r"gives anna and bert \d+(\.\d+)? bits, not within 39.5 to 40", said), said
        assert re.search(r"it gives \d+(\.\d+)? bits", said), said
    finally:
        daemon.discard()


def an_answer_of_every_kind_is_json_when_asked_for():
    daemon = Daemon().start()
    networks = os.path.join(ROOT, "config", "sample-networks.csv")
    try:
        assert Daemon.ctl(daemon, "sample", "load")[0] == 0
        answers = {}
        for words in (("tour",), ("rules", "explain"), ("rules", "explain", "shared-device"), ("db", "import", networks), ("status",)):
            status, said = Daemon.ctl(daemon, "--json", *words)
            assert status == 0, (words, said)
            answers[words] = json.loads(said)
        tour = answers[("tour",)]
        assert tour["status"]["events"] == 423 and tour["links"]["links"] and tour["alerts"]["alerts"], tour
        assert {"rule": "shared-device", "kind": "signal"}.items() <= next(
            row for row in answers[("rules", "explain")] if row["rule"] == "shared-device").items()
        assert "two accounts share" in answers[("rules", "explain", "shared-device")]["text"]
        imported = answers[("db", "import", networks)]
        assert imported["file"] == networks and imported["kind"] is True and imported["ignored"] == "", imported
        lite = daemon.path("ipinfo_lite.csv")  # "country" is its name here, and country_code the code
        with open(lite, "w", encoding="utf-8") as out:
            out.write("network,country,country_code,continent,continent_code,asn,as_name,as_domain\n"
                      '81.2.69.0/24,United Kingdom,GB,Europe,EU,AS20712,"Andrews & Arnold Ltd",aa.net.uk\n')
        status, said = Daemon.ctl(daemon, "--json", "db", "import", lite)
        assert status == 0 and json.loads(said)["country"] is True, said
        with open(os.path.join(daemon.state, "db", "ipinfo_lite.csv"), encoding="utf-8") as made:
            assert made.read().endswith("81.2.69.0/24,20712,Andrews & Arnold Ltd,,,GB\n")
    finally:
        daemon.end()


def a_daemon_without_room_for_a_connection_is_told_from_one_that_is_away():
    daemon = Daemon("max_connections: 1\n").start()
    try:
        with socket.create_connection(("127.0.0.1", daemon.port)):
            for _ in range(100):  # it has been taken in, once another one is not
                status, said = Daemon.ctl(daemon, "status")
                if status:
                    break
            assert status == 1 and "`max_connections`" in said, said
    finally:
        daemon.end()


def connect_stream(daemon):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(10)
    connection.connect(os.path.join(daemon.state, "assocd.sock"))
    return connection


def a_sender_that_finds_the_house_full_is_told_so_and_waits():
    daemon = Daemon("collectors:\n  stream: {max_connections: 1}\n").start()
    try:
        guest = connect_stream(daemon)
        guest.sendall(b'{"ts":1780000000000,"type":"login","account":"anna"}\n')
        assert guest.recv(1000).startswith(b'{"through":1')
        with connect_stream(daemon) as late:
            said = json.loads(late.makefile().read())
            assert said["error"] == "busy" and "`max_connections`" in said["detail"], said
        threading.Timer(1.5, guest.close).start()
        with open(daemon.path("events.ndjson"), "w") as out:
            out.write('{"ts":1780000001000,"type":"login","account":"bela"}\n')
        status, said = Daemon.ctl(daemon, "send", daemon.path("events.ndjson"))
        assert status == 0 and "1 accepted" in said, said
        assert "`max_connections` allows; waiting until" in said and "takes lines again" in said, said
        assert daemon.status()["collectors"]["stream"]["errors"] < 20
    finally:
        daemon.discard()


def a_sender_does_not_storm_at_who_hangs_up():
    daemon = Daemon()
    os.makedirs(daemon.state)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(os.path.join(daemon.state, "assocd.sock"))
    listener.listen(64)
    listener.settimeout(0.1)
    with open(daemon.path("events.ndjson"), "w") as out:
        out.write('{"ts":1780000001000,"type":"login","account":"bela"}\n')
    sender = subprocess.Popen([os.path.join(BUILD, "assocctl"), "-c", daemon.config, "send", daemon.path("events.ndjson")],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    calls, end = 0, time.monotonic() + 2
    try:
        while time.monotonic() < end:
            try:
                listener.accept()[0].close()
                calls += 1
            except socket.timeout:
                pass
        assert 1 < calls < 10, calls
    finally:
        sender.kill()
        sender.wait()
        listener.close()
        daemon.discard()


def nothing_counts_as_taken_by_who_answers_otherwise():
    for answer in (b"{}\n", b'{"through":0}\n', b'{"through":9}\n', b'{"through":-1}\n'):
        daemon = Daemon()
        os.makedirs(daemon.state)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(os.path.join(daemon.state, "assocd.sock"))
        listener.listen(1)
        with open(daemon.path("events.ndjson"), "w") as out:
            out.write('{"ts":1780000001000,"type":"login","account":"bela"}\n')
        sender = subprocess.Popen([os.path.join(BUILD, "assocctl"), "-c", daemon.config, "send", "--backfill", daemon.path("events.ndjson")],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            with listener.accept()[0] as peer:
                peer.recv(1000)
                peer.sendall(answer)
                if answer == b'{"through":0}\n':  # nothing is taken yet
                    time.sleep(0.5)
                    assert sender.poll() is None, answer
                else:
                    said = sender.communicate(timeout=20)
                    assert sender.returncode == 1 and "not as assocd does" in said[1], (answer, said)
        finally:
            sender.kill()
            sender.wait()
            listener.close()
            daemon.discard()


def what_a_followed_file_was_refused_is_named_when_it_is_ended():
    daemon = Daemon().start()
    try:
        path = daemon.path("growing.ndjson")
        with open(path, "w") as out:
            out.write('{"ts":1780000001000,"type":"login","account":"bela"}\nno event\n' + "x" * 70000 + "\n")
        tail = subprocess.Popen([os.path.join(BUILD, "assocctl"), "-c", daemon.config, "send", "--tail", path],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while daemon.status()["events"] < 1:
            time.sleep(0.05)
        time.sleep(0.5)
        tail.send_signal(signal.SIGINT)
        said = "".join(tail.communicate(timeout=20))
        assert tail.returncode == 1 and f"1 refused for json, {path}:2: " in said and f"1 refused for size, {path}:3: " in said, said
    finally:
        daemon.discard()


def lists_as_csv_name_all_that_there_are():
    daemon = Daemon().start()
    try:
        events = [json.dumps({"ts": 1780000000000 + i * 60000, "type": "login", "account": f"a{i}", "device": {"id": "7f31c0de"},
                              "identity": {"card": "4012888888881881", "bank": "DE89370400440532013000"}}) for i in range(11)]
        assert daemon.send(events)[1]["accepted"] == 11
        held = "device.id,7f31c0de,11,," + '"' + ", ".join(f"a{i}" for i in range(10, -1, -1)) + '",\n'
        for words in (("search", "7f31c0de"), ("correlate", "a1", "a2")):
            status, said = Daemon.ctl(daemon, "--csv", *words)
            assert status == 0 and held in said and " more" not in said, said
            assert " and 3 more" in Daemon.ctl(daemon, *words)[1]
        status, said = Daemon.ctl(daemon, "--csv", "alerts", "--state", "open")
        assert status == 0 and "..." not in said and all(f"a{i}" in said for i in range(11)), said
    finally:
        daemon.end()


def lists_are_csv_when_asked_for_and_names_are_completed():
    daemon = Daemon().start()
    try:
        assert Daemon.ctl(daemon, "token", "add", "shop", "--role", "ingest", "--trusted", "--rate", "5")[0] == 0
        assert Daemon.ctl(daemon, "--csv", "token", "list") == (0, "token,roles,trusted,rate\nshop,ingest,trusted,5\n")
        lines = [json.dumps({"ts": 1780000000000 + i, "type": "profile", "account": f"a{i}", "device": {"id": "7f31c0de"},
                             "identity": {"card": "4012888888881881", "tax_id": "DE136695976"}}) for i in range(2)]
        assert daemon.send(lines, backfill=True)[1]["accepted"] == 2
        assert Daemon.ctl(daemon, "complete", "--", "why", "a1", "") == (0, "a0\n")
        assert Daemon.ctl(daemon, "complete", "--", "why", "--text", "a0", "") == (0, "a1\n")
        assert Daemon.ctl(daemon, "complete", "--", "verdict", "clean", "a0", "") == (0, "a1\n")
        assert Daemon.ctl(daemon, "complete", "--", "account", "a")[1].split() == ["a0", "a1"]
        assert Daemon.ctl(daemon, "complete", "--", "sink", "dead", "l") == (0, "log\n")
        assert Daemon.ctl(daemon, "complete", "--", "sink", "dead", "x") == (0, "")
        assert Daemon.ctl(daemon, "--csv", "sink", "list") == (0, "sink,type,delivered,waiting,dead,why\nlog,log,0,0,0,\n")
    finally:
        daemon.end()


def what_was_imported_before_a_file_failed_wants_a_reload():
    daemon = Daemon()
    try:
        status, said = Daemon.ctl(daemon, "db", "import", os.path.join(ROOT, "config", "sample-networks.csv"), "/nowhere/x.csv")
        assert status == 1 and "/nowhere/x.csv: No such file" in said and "systemctl reload assocd" in said, said
        assert os.listdir(os.path.join(daemon.state, "db")) == ["sample-networks.csv"]
        status, said = Daemon.ctl(daemon, "db", "import", "/nowhere/x.csv", "/nowhere/y.csv")
        assert status == 1 and "reload" not in said, said
    finally:
        daemon.discard()


ACCOUNT = {"account": "anna", "events": 5, "declared": []}
ANSWERS = {
    "/v1/subjects/anna/erase": {"events": 1, "told": 0, "log_lines": 0, "left": 2, "left_in": "alerts.jsonl", "searched_bytes": 4096},
    "/v1/events?backfill=log": {"accepted": 1, "duplicate": 0, "refused": []},
    "/v1/relations": {"accepted": 1},
    "/v1/accounts/anna": ACCOUNT,
    "/v1/verdicts": {"accepted": 1, "ignored": {"error": "x", "detail": "of \x1b[31m\u202eanna"}},
    "/v1/links?min=500&limit=100": {"links": []},
    "/v1/alerts?state=open&limit=1000": {"alerts": [{"level": "high", "summary": "x"}] * 7, "next": "5d1f8c0a9b3e7712"},
    "/v1/status": {"events": 1, "accounts": 1, "reload_refused": {"rules": "a.yaml:3:1: `ip|cidr` is no field"}},
}


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = json.dumps(ANSWERS.get(self.path, {})).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *words):
        pass


def a_finding_is_one_as_json_too_and_no_answer_draws_on_the_terminal():
    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def ask(*words):
        done = subprocess.run([os.path.join(BUILD, "assocctl"), "--url", f"http://127.0.0.1:{server.server_port}", *words], capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    try:
        for words, path in ((("subject", "erase", "anna"), "/v1/subjects/anna/erase"), (("sample", "load"), "/v1/events?backfill=log"),
                            (("declare", "anna", "joint", "--group", "g"), "/v1/relations")):
            assert ask(*words)[0] == 1, ask(*words)
            status, said, _ = ask("--json", *words)
            assert status == 1 and json.loads(said) == ANSWERS[path], (words, status, said)
        status, said, _ = ask("verdict", "clean", "anna", "--reason", "x")
        assert status == 0 and said.startswith("recorded; it changes nothing: of ") and "\x1b" not in said and "\u202e" not in said, said
        status, said, _ = ask("tour")
        assert status == 0 and "Open alerts (more than 7)\n" in said and "  and more than 1 more: " in said, said
        status, said, _ = ask("check")
        assert status == 1 and "`ip/cidr` is no field" in said and "|" not in said, said
        assert "`ip|cidr`" in json.loads(ask("--json", "check")[1])["why"]
    finally:
        server.shutdown()
        server.server_close()


SHOWING = (("account", "x"), ("links", "x"), ("history", "x"), ("cluster", "c1"), ("cluster", "c1", "--history"), ("why", "x", "y"),
           ("why", "x", "y", "--text"), ("alerts",), ("alerts", "5d1f8c0a9b3e7712"), ("search", "x"), ("correlate", "x", "y"), ("hubs",),
           ("stacks",), ("value", "list"), ("value", "mark", "ip", "10.0.0.1", "none", "--dry-run"), ("sink", "list"), ("sink", "dead", "log"),
           ("sink", "test", "log"), ("audit",), ("rules", "status"), ("tour",), ("key", "rotate"), ("subject", "export", "x"),
           ("subject", "erase", "x"), ("declare", "x", "joint", "--with", "y"), ("complete", "--", "why", "x", ""), ("complete", "--", "sink", "dead", ""))


def who_answers_with_something_else_breaks_nothing():
    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        for words in SHOWING:
            for form in ((), ("--csv",)):
                done = subprocess.run([os.path.join(BUILD, "assocctl"), "--url", f"http://127.0.0.1:{server.server_port}", *form, *words],
                                      capture_output=True, text=True, timeout=20)
                assert done.returncode in (0, 1) and "runtime error" not in done.stderr and "Sanitizer" not in done.stderr, (words, done)
    finally:
        server.shutdown()
        server.server_close()


def an_account_may_be_called_as_the_way_up():
    daemon = Daemon().start()
    try:
        lines = [json.dumps({"ts": 1780000000000 + i, "type": "profile", "account": name, "device": {"id": "7f31c0de"}}) for i, name in enumerate((".", ".."))]
        assert daemon.send(lines)[1]["accepted"] == 2
        for name in (".", ".."):
            status, said = Daemon.ctl(daemon, "account", name)
            assert status == 0 and said.startswith(name + "   risk "), said
        status, said = Daemon.ctl(daemon, "why", ".", "..")
        assert status == 0 and ": score " in said, said
        status, said = Daemon.ctl(daemon, "subject", "erase", "..")
        assert status == 0 and said.startswith("..: erased; 1 events"), said
    finally:
        daemon.discard()


if __name__ == "__main__":
    sys.exit(run_tests([questions_that_are_put_wrong_say_how_it_is_done, what_the_tour_says_to_type_can_be_typed,
                        an_event_of_a_rule_test_that_is_refused_is_named_with_its_line,
                        a_rule_test_that_names_nobody_fails_and_bits_are_told_as_they_are_written, an_answer_of_every_kind_is_json_when_asked_for,
                        a_daemon_without_room_for_a_connection_is_told_from_one_that_is_away,
                        a_sender_that_finds_the_house_full_is_told_so_and_waits, a_sender_does_not_storm_at_who_hangs_up,
                        what_a_followed_file_was_refused_is_named_when_it_is_ended, nothing_counts_as_taken_by_who_answers_otherwise,
                        lists_as_csv_name_all_that_there_are, lists_are_csv_when_asked_for_and_names_are_completed,
                        what_was_imported_before_a_file_failed_wants_a_reload,
                        a_finding_is_one_as_json_too_and_no_answer_draws_on_the_terminal,
                        who_answers_with_something_else_breaks_nothing, an_account_may_be_called_as_the_way_up]))
