#!/usr/bin/env python3
"""What is stored about an account can be had whole, and taken out whole: no byte of it stays, and it does not come back."""
import glob
import json
import os
import random
import shutil
import sys
import threading
import time

from daemon import Daemon, run_tests, stories

ALL = os.environ.get("ASSOCD_ALL") == "1"
START = 1704067200000
DAY = 86400000
WHO = "subject-to-be-erased"
# What only this account has; each is in the files before, so that a search that finds nothing says something.
MARKS = [WHO, "event-of-the-subject", "device-of-the-subject", "session-of-the-subject", "said-of-the-subject"]


def subject_events(n, site=""):
    """The account on a device that two others use too, and on one of its own."""
    out = []
    for i in range(n):
        event = {"id": f"event-of-the-subject-{i}", "ts": START + i * DAY // 4, "type": "login", "account": WHO, "ip": "81.9.9.9",
                 "port": 40000 + i % 20000, "session": "session-of-the-subject",
                 "device": {"id": "shared-device" if i % 2 else "device-of-the-subject"},
                 "identity": {"email": "who@subject-mail.example", "card": "4012888888881881"}}
        out.append(json.dumps({**event, **({"site": site} if site else {})}))
    return out


def neighbours():
    out = []
    for i in range(12):
        for who in ("neighbour-a", "neighbour-b"):
            out.append({"id": f"{who}-{i}", "ts": START + i * DAY // 4 + 3600000, "type": "login", "account": who, "ip": "81.9.9.9",
                        "device": {"id": "shared-device"}, "identity": {"card": "4012888888881881"}})
    return [json.dumps(event) for event in out]


def statements():
    """What others said about it, and a closure that makes an alert of it."""
    return [json.dumps(event) for event in (
        {"id": "said-of-the-subject-1", "ts": START + 4 * DAY, "type": "relation", "account": "neighbour-b",
         "relation": {"kind": "household", "with": WHO}},
        {"id": "closure", "ts": START + 5 * DAY, "type": "closed", "account": "neighbour-a", "reason": "fraud"})]


def found(daemon, marks=MARKS):
    """Which marks stand in which files, bytes as they lie there."""
    places = []
    for path in [*glob.glob(daemon.state + "/*"), daemon.log]:
        if os.path.isfile(path) and not os.path.islink(path):
            with open(path, "rb") as file:
                content = file.read()
            places += [(mark, os.path.basename(path)) for mark in marks if mark.encode() in content]
    return places


def started(lines, config=""):
    daemon = Daemon(config).start()
    for at in range(0, len(lines), 5000):
        status, answer = daemon.send(lines[at:at + 5000])
        assert status == 200 and not answer["refused"], answer
    return daemon


def erase(daemon, who=WHO):
    status, said = daemon.ctl("--json", "subject", "erase", who)
    assert status == 0, said
    return json.loads(said)


def all_that_is_stored_can_be_had():
    daemon = started(stories(200, 3) + neighbours() + subject_events(1203) + statements())
    try:
        status, said = daemon.ctl("subject", "export", WHO)
        assert status == 0, said[-500:]
        told = json.loads(said)
        assert told["schema"] == "assocd.subject/1" and told["account"] == WHO and "next" not in told
        assert len(told["events"]) == 1204 and len({event["seq"] for event in told["events"]}) == 1204
        for mark in MARKS:
            assert mark in said, mark
        assert {link["b"] for link in told["standing"]["links"]} >= {"neighbour-a", "neighbour-b"}
        assert any(WHO in alert["accounts"] for alert in told["alerts"]) and told["history"]["changes"]
        status, said = daemon.ctl("subject", "export", "nobody")
        assert status == 1 and "\"nobody\" is not known" in said, said
    finally:
        daemon.discard()


def nothing_of_it_stays_and_it_does_not_come_back():
    # Rows of every age and every table: alerts told and told again, a snapshot, a log that was rotated.
    others = stories(600, 3) + neighbours()
    daemon = started(others + subject_events(40) + statements(), "snapshot_every: 1s\n")
    undisturbed = started(others + statements()[1:])
    try:
        daemon.wait_log("listening")
        shutil.copy(daemon.state + "/alerts.jsonl", daemon.state + "/alerts.jsonl.1")
        for _ in range(100):
            if ("snapshot" in os.listdir(daemon.state)) and any(file == "alerts.jsonl" for _, file in found(daemon)):
                break
            time.sleep(0.1)
        before = found(daemon)
        assert {mark for mark, _ in before} == set(MARKS), before
        assert {file for _, file in before} >= {"snapshot", "alerts.jsonl", "alerts.jsonl.1"}, before
        told = erase(daemon)
        assert told["events"] == 41 and told["left"] == 0 and told["searched_bytes"] > 100000 and told["log_lines"] >= 2, told
        assert found(daemon) == [], found(daemon)
        assert daemon.links() == undisturbed.links() and daemon.links()
        for line in open(daemon.state + "/alerts.jsonl"):
            json.loads(line)
        assert daemon.ctl("account", WHO)[0] == 1 and daemon.ctl("links", "neighbour-b")[0] == 0
        for backfill in (False, True):
            status, answer = daemon.send(subject_events(3) + statements()[:1], backfill)
            assert [row["error"] for row in answer["refused"]] == ["erased"] * 4, answer
        assert daemon.stop() == 0
        assert found(daemon) == [], "after the last snapshot"
        daemon.start()
        assert daemon.links() == undisturbed.links() and found(daemon) == []
        assert daemon.send(subject_events(1))[1]["refused"][0]["error"] == "erased"
        assert daemon.ctl("subject", "erase", "nobody")[0] == 1
        assert daemon.ctl("subject", "erase", "--unknown", "nobody-yet")[0] == 0
        assert daemon.send([json.dumps({"ts": START, "type": "login", "account": "nobody-yet"})])[1]["refused"]
    finally:
        daemon.discard()
        undisturbed.discard()


def an_erasure_ends_though_the_daemon_is_killed_or_the_database_is_an_older_one():
    lines = stories(300, 5) + neighbours() + subject_events(20000 if ALL else 4000) + statements()
    daemon = started(lines)
    copy = daemon.path("copy")
    try:
        assert daemon.ctl("backup", copy)[0] == 0
        asking = threading.Thread(target=daemon.ctl, args=("subject", "erase", WHO))
        asking.start()
        while not os.path.exists(daemon.state + "/erased"):
            time.sleep(0.001)
        time.sleep(random.random() * 0.3)
        daemon.kill()
        asking.join()
        daemon.start()
        daemon.wait_log("an account is erased")
        assert found(daemon) == [], found(daemon)
        assert daemon.stop() == 0
        # The older database knows nothing of it; the tombstone does.
        for name in ("erased", "erased.key"):
            shutil.copy(os.path.join(daemon.state, name), os.path.join(copy, name))
        shutil.rmtree(daemon.state)
        shutil.move(copy, daemon.state)
        assert (WHO, "assocd.db") in found(daemon)
        with open(daemon.log, "w"):
            pass
        daemon.start()
        assert daemon.ctl("account", WHO)[0] == 1, "not even for a moment"
        daemon.wait_log("an account is erased")
        assert found(daemon) == [], found(daemon)
    finally:
        daemon.discard()


def events_come_in_while_an_account_of_very_many_goes():
    n = 1000000 if ALL else 20000
    daemon = Daemon().start()
    try:
        for at in range(0, n, 10000):
            batch = [json.dumps({"id": f"m{i}", "ts": START + i * 1000, "type": "login", "account": WHO,
                                 "device": {"id": f"d{i % 50}"}}) for i in range(at, min(at + 10000, n))]
            assert daemon.send(batch, True)[1]["accepted"] == len(batch)
        answer, others = {}, stories(3000, 7)
        asking = threading.Thread(target=lambda: answer.update(erase(daemon)))
        asking.start()
        while not os.path.exists(daemon.state + "/erased"):
            time.sleep(0.001)
        accepted = 0
        for line in others:
            if not asking.is_alive():
                break
            status, said = daemon.send([line])
            assert status == 200, said
            accepted += said["accepted"]
        asking.join()
        assert answer["events"] == n and answer["left"] == 0, answer
        assert accepted >= 5, f"only {accepted} events came in meanwhile"
        assert daemon.status()["journal_seq"] == n + accepted and found(daemon, [WHO]) == []
    finally:
        daemon.discard()


sys.exit(run_tests([all_that_is_stored_can_be_had, nothing_of_it_stays_and_it_does_not_come_back,
                    an_erasure_ends_though_the_daemon_is_killed_or_the_database_is_an_older_one,
                    events_come_in_while_an_account_of_very_many_goes]))
