#!/usr/bin/env python3
"""The audit log through the real programs: who may read it, pages and filters, its chain over rotation, kill and erasure."""
import json
import os
import subprocess
import sys

from daemon import Daemon, run_tests, stories, with_own

WHO = "looked-at-and-erased"


def started():
    daemon = Daemon().start()
    lines = stories(200, 3) + [json.dumps({"id": f"w{i}", "ts": 1704067200000 + i * 60000, "type": "login", "account": WHO,
                                           "device": {"id": "dev-w"}}) for i in range(3)]
    assert daemon.send(lines)[1]["accepted"] == len(lines)
    return daemon


def said(daemon, *words):
    status, text = daemon.ctl("audit", *words)
    assert status == 0, (words, status, text)
    return text


def entries(daemon, *words):
    return json.loads(said(daemon, "--json", *words))["entries"]


def entries_are_found_by_who_what_whom_and_when(daemon):
    secret = {name: daemon.ctl("token", "add", name, "--role", role)[1].splitlines()[0].strip()
              for name, role in (("rita", "read"), ("max", "admin"))}
    daemon.wait_log("the new set is in force")

    def ask(name, path, method="GET"):
        return daemon.ask(method, path, None if method == "GET" else "{}", {"Authorization": "Bearer " + secret[name]}, token=False)[0]

    for _ in range(4):
        assert ask("rita", f"/v1/accounts/{WHO}") == 200
    assert ask("rita", "/v1/audit") == 403 and ask("max", "/v1/audit?limit=1") == 200
    assert ask("max", "/v1/audit?since=yesterday") == 400 and ask("max", "/v1/audit?after=7") == 400
    assert ask("max", "/v1/audit?after=1-0") == 410
    assert [(row["did"], row.get("refused", False)) for row in entries(daemon, "--actor", "rita")] == \
        [("GET /v1/audit", True)] + [("GET /v1/accounts/{id}", False)] * 4
    assert [row["did"] for row in entries(daemon, "--actor", "max", "--action", "audit")] == ["GET /v1/audit"] * 4
    about = entries(daemon, "--about", WHO)
    assert [row["actor"] for row in about] == ["admin"] + ["rita"] * 4, about  # that it was asked for is in it
    assert len(entries(daemon, "--about", WHO, "--until", "1h")) == 0 and len(entries(daemon, "--about", WHO, "--since", "1h")) == 7
    assert [row["n"] for row in entries(daemon, "--limit", "3")] == [row["n"] for row in entries(daemon, "--limit", "4")][1:]
    table = said(daemon, "--actor", "rita")
    assert "refused" in table and WHO in table, table
    assert daemon.ctl("audit", "--since", "yesterday")[0] == 2 and daemon.ctl("audit", "--limit", "0")[0] == 2
    assert daemon.ctl("audit", "rita")[0] == 2 and daemon.ctl("audit", "--acter", "rita")[0] == 2


def chain_holds_over_rotation_kill_and_erasure(daemon):
    log = os.path.join(daemon.state, "audit.jsonl")
    assert daemon.ctl("account", WHO)[0] == 0
    os.rename(log, log + ".1")
    assert daemon.ctl("account", "p1a0")[0] == 0
    daemon.kill()
    with open(log, "a") as half:
        half.write('{"at":"2026-11-26T16:00')
    assert "are as they were written" in said(daemon, "--verify")  # without a daemon
    daemon.start()
    assert daemon.ctl("account", WHO)[0] == 0
    before = json.loads(said(daemon, "--verify", "--json"))
    assert before["whole"] and before["first"] == 1 and before["files"] == 2 and before["erased"] == 0, before
    assert daemon.ctl("subject", "erase", WHO)[0] == 0
    after = json.loads(said(daemon, "--verify", "--json", "--seal", before["seal"]))
    assert after["whole"] and after["erased"] >= 2 and after["last"] > before["last"] and not after["seal_is_missed"], after
    for path in (log, log + ".1"):
        assert WHO not in open(path).read(), path
    assert "(erased)" in said(daemon) and entries(daemon, "--about", WHO) == []


def what_rotation_compressed_is_counted_and_read_once_it_is_not(daemon):
    log = os.path.join(daemon.state, "audit.jsonl")
    for name in (".4", ".3"):
        assert daemon.ctl("account", "p1a0")[0] == 0
        os.rename(log, log + name)
    assert daemon.ctl("account", "p1a0")[0] == 0
    subprocess.run(["gzip", log + ".3"], check=True)
    assert "compressed files of the log that were not looked into: 1; gunzip" in said(daemon)
    status, text = daemon.ctl("audit", "--verify")
    assert status == 1 and "entries are missing" in text and "compressed files were not looked into: 1, gunzip" in text, text
    subprocess.run(["gunzip", log + ".3.gz"], check=True)
    assert "are as they were written" in said(daemon, "--verify") and "compressed" not in said(daemon)


def what_was_changed_is_named_by_file_and_line(daemon):
    log = os.path.join(daemon.state, "audit.jsonl")
    for _ in range(3):
        assert daemon.ctl("account", "p1a0")[0] == 0
    with open(log) as file:
        lines = file.readlines()
    kept = json.loads(said(daemon, "--verify", "--json"))["seal"]

    def verify(changed, *words):
        with open(log, "w") as file:
            file.writelines(changed)
        return daemon.ctl("audit", "--verify", *words)

    n = len(lines)
    status, text = verify(lines[:-2] + [lines[-2].replace("p1a0", "p2a0")] + lines[-1:])
    assert status == 1 and f"audit.jsonl:{n - 1}: the entry and its seal do not fit" in text, text
    status, text = verify(lines[:-2] + lines[-1:])
    assert status == 1 and f"audit.jsonl:{n - 1}: entry" in text and "entries are missing" in text, text
    status, text = verify(lines[:-1], "--seal", kept)
    assert status == 1 and "the seal that was given is in none of the files" in text, text
    status, text = verify(lines, "--seal", kept)
    assert status == 0, text
    status, text = daemon.ctl("audit", "--verify", daemon.path("nowhere"))
    assert status == 1 and "nowhere: No such file or directory" in text, (status, text)


in_daemon = with_own(started, Daemon.discard)
sys.exit(run_tests([in_daemon(test) for test in (entries_are_found_by_who_what_whom_and_when, chain_holds_over_rotation_kill_and_erasure,
                                           what_rotation_compressed_is_counted_and_read_once_it_is_not,
                                           what_was_changed_is_named_by_file_and_line)]))
