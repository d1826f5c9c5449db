#!/usr/bin/env python3
"""What is stored about an account can be had whole, and taken out whole: no byte of it stays, and it does not come back."""
import contextlib
import glob
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time

from daemon import ROOT, Daemon, run_tests, stories

ALL = os.environ.get("ASSOCD_ALL") == "1"
START = 1704067200000
DAY = 86400000
WHO = "subject-to-be-erased"
# What only this account has; each is in the files before, so that a search that finds nothing says something.
MARKS = [WHO, "event-of-the-subject", "device-of-the-subject", "session-of-the-subject", "said-of-the-subject"]


def subject_events(n, site=""):
    """The account on a device that two others use too, and on one of its own; very many all lie within two years."""
    out = []
    for i in range(n):
        event = {"id": f"event-of-the-subject-{i}", "ts": START + i * min(DAY // 4, 730 * DAY // n), "type": "login", "account": WHO, "ip": "81.9.9.9",
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
    try:
        for at in range(0, len(lines), 5000):
            status, answer = daemon.send(lines[at:at + 5000])
            assert status == 200 and not answer["refused"], answer
    except BaseException:
        daemon.discard()
        raise
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
        for _ in range(100):
            if ("snapshot" in os.listdir(daemon.state)) and any(file == "alerts.jsonl" for _, file in found(daemon)):
                break
            time.sleep(0.1)
        shutil.copy(daemon.state + "/alerts.jsonl", daemon.state + "/alerts.jsonl.1")
        assert daemon.ctl("account", WHO)[0] == 0 and daemon.ctl("links", WHO)[0] == 0
        before = found(daemon)
        assert {mark for mark, _ in before} == set(MARKS), before
        assert {file for _, file in before} >= {"snapshot", "alerts.jsonl", "alerts.jsonl.1", "audit.jsonl"}, before
        told = erase(daemon)
        assert told["unread_lines"] == 0 and told["unread_at"] is None, told
        assert told["events"] == 41 and told["left"] == 0 and told["searched_bytes"] > 100000 and told["log_lines"] >= 2, told
        assert found(daemon) == [], found(daemon)
        assert daemon.links() == undisturbed.links() and daemon.links()
        for line in open(daemon.state + "/alerts.jsonl"):
            json.loads(line)
        audit = [json.loads(line) for line in open(daemon.state + "/audit.jsonl")]
        assert audit[-1]["did"] == "POST /v1/subjects/{id}/erase" and audit[-1]["actor"] == "admin", audit[-1]
        assert [line["schema"] for line in audit if "did" not in line] == ["assocd.erased/1"] * 2, audit
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


def a_name_that_logs_spell_out_goes_too():
    """Characters that change the direction of a terminal stand in the alert log as \\u202e, in the journal as they are."""
    who = 'turned\u202e-around "quoted"'
    theirs = [json.dumps({"id": f"turned-{i}", "ts": START + i * DAY // 4, "type": "login", "account": who, "device": {"id": "shared-device"},
                          "identity": {"card": "4012888888881881"}}) for i in range(12)]
    daemon = started(stories(200, 3) + neighbours() + theirs + statements()[1:])
    marks = [who, "turned\\u202e-around", "turned\u202e-around"]
    try:
        for _ in range(100):
            if any(file == "alerts.jsonl" for _, file in found(daemon, marks)):
                break
            time.sleep(0.1)
        assert daemon.ctl("account", who)[0] == 0
        assert {file for _, file in found(daemon, marks)} >= {"alerts.jsonl", "audit.jsonl"}, found(daemon, marks)
        told = erase(daemon, who)
        assert told["events"] == 12 and told["left"] == 0 and told["log_lines"] >= 2, told
        assert found(daemon, marks) == [], found(daemon, marks)
    finally:
        daemon.discard()


def a_line_that_is_too_long_is_named_and_the_rest_goes():
    daemon = started(stories(600, 3) + neighbours() + subject_events(40) + statements())
    log = daemon.state + "/alerts.jsonl.1"
    try:
        for _ in range(100):
            if any(file == "alerts.jsonl" for _, file in found(daemon)):
                break
            time.sleep(0.1)
        with open(daemon.state + "/alerts.jsonl") as file:
            alerts = file.read()
        with open(log, "w") as file:
            file.write("x" * (17 << 20) + "\n" + alerts)
        assert WHO in alerts
        status, said = daemon.ctl("subject", "erase", WHO)
        assert status == 1 and f"1 line of logs, of more than 16 MiB, could not be read, the first is {log}:1: " in said, said
        daemon.wait_log(f"lines of logs are too long to be read (1, the first is {log}:1)")
        assert found(daemon) == [], found(daemon)
    finally:
        daemon.discard()


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


def events_of(daemon, account):
    status, body, _ = daemon.ask("GET", f"/v1/accounts/{account}/events?limit=100")
    assert status == 200, (status, body)
    return body.decode()


def with_older_database(daemon):
    """The account is erased, and then the database is one of before: the next start has that to end."""
    copy = daemon.path("copy")
    assert daemon.ctl("backup", copy)[0] == 0
    erase(daemon)
    assert daemon.stop() == 0
    for name in ("erased", "erased.key"):
        shutil.copy(os.path.join(daemon.state, name), os.path.join(copy, name))
    shutil.rmtree(daemon.state)
    shutil.move(copy, daemon.state)
    with open(daemon.log, "w"):
        pass


def new_rules_do_not_bring_back_what_an_erasure_has_not_come_to():
    daemon = Daemon("rules: rules\n")
    shutil.copytree(os.path.join(ROOT, "rules", "default"), daemon.path("rules"))
    obstacle = os.path.join(daemon.state, "snapshot")
    try:
        daemon.start()
        assert daemon.send(stories(300, 5) + neighbours() + subject_events(40) + statements())[1]["refused"] == []
        assert WHO in events_of(daemon, "neighbour-b")
        with_older_database(daemon)
        os.makedirs(obstacle + "/inside") # what cannot be removed, and nothing goes before it
        daemon.start()
        daemon.wait_log("events could not be taken out, it is tried again")
        status, said = daemon.try_rule("shared-device.yaml")
        assert status == 503 and "events are to be taken out of the journal" in said["detail"], (status, said)
        with open(daemon.path("rules/lists/address_words.txt"), "a") as words:
            words.write("anotherwayofstreet = st\n")
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_log("new rules are in force")
        assert daemon.ctl("account", WHO)[0] == 1, "the new engine knows it"
        assert daemon.ctl("account", "neighbour-a")[0] == 0
        assert WHO not in events_of(daemon, "neighbour-b"), "what is to go is shown"
        shutil.rmtree(obstacle)
        daemon.wait_log("an account is erased")
        assert daemon.ctl("account", WHO)[0] == 1
        assert found(daemon) == [], found(daemon)
        assert daemon.try_rule("shared-device.yaml")[0] == 202
    finally:
        daemon.discard()


def payloads(daemon):
    with contextlib.closing(sqlite3.connect(f"file:{daemon.state}/assocd.db?mode=ro", uri=True)) as database:
        return database.execute("SELECT seq, payload FROM journal ORDER BY seq").fetchall()


def retention_takes_nothing_out_where_the_names_of_kinds_cannot_be_read():
    """Without them every kind would have the shorter time."""
    daemon = Daemon("retain_plain: 30d\n")
    obstacle = os.path.join(daemon.state, "snapshot")
    try:
        with open(daemon.config) as config:
            whole = config.read()
        with open(daemon.config, "w") as config:
            config.write(whole.replace("retain_plain: 30d\n", ""))
        daemon.start()
        assert daemon.send(neighbours() + subject_events(4))[1]["refused"] == []
        with_older_database(daemon)
        os.makedirs(obstacle + "/inside") # the erasure cannot go on, and retention waits for it
        with open(daemon.config, "w") as config:
            config.write(whole)
        daemon.start()
        daemon.wait_log("events could not be taken out, it is tried again")
        with contextlib.closing(sqlite3.connect(daemon.state + "/assocd.db")) as database:
            database.execute("ALTER TABLE names RENAME TO names_aside")
            database.commit()
        shutil.rmtree(obstacle)
        daemon.wait_log("an account is erased")
        left = payloads(daemon)
        daemon.wait_log("what has had its time cannot be taken out")
        assert daemon.ctl("account", "neighbour-a")[0] == 0
        assert payloads(daemon) == left and len(left) > 20, len(left)
        with contextlib.closing(sqlite3.connect(daemon.state + "/assocd.db")) as database:
            database.execute("ALTER TABLE names_aside RENAME TO names")
            database.commit()
    finally:
        daemon.discard()


def a_rule_is_not_tried_on_what_an_erasure_takes_out():
    daemon = started(stories(300, 5) + neighbours() + subject_events(40))
    obstacle = os.path.join(daemon.state, "snapshot")
    try:
        if os.path.exists(obstacle):
            os.unlink(obstacle)
        os.makedirs(obstacle + "/inside") # what cannot be removed, and nothing goes before it
        erasing = threading.Thread(target=erase, args=(daemon,))
        erasing.start()
        daemon.wait_log("events could not be taken out, it is tried again")
        status, said = daemon.try_rule("shared-device.yaml")
        assert status == 503 and "events are to be taken out of the journal" in said["detail"], (status, said)
        shutil.rmtree(obstacle)
        erasing.join()
        assert daemon.try_rule("shared-device.yaml")[0] == 202
    finally:
        daemon.discard()


def an_erasure_that_failed_is_ended_by_the_next():
    """A program that runs cannot be opened for writing: a log that cannot be, also by root."""
    daemon = started(stories(300, 5) + neighbours() + subject_events(40) + statements())
    log = daemon.state + "/alerts.jsonl.9"
    shutil.copy(shutil.which("sleep"), log)
    os.chmod(log, 0o755)
    running = subprocess.Popen([log, "600"])
    try:
        assert daemon.ctl("account", WHO)[0] == 0
        status, said = daemon.ctl("subject", "erase", WHO)
        assert status == 1 and log in said, (status, said)
        assert daemon.send(subject_events(1))[1]["refused"][0]["error"] == "erased"
        assert (WHO, "audit.jsonl") in found(daemon), found(daemon)
        running.kill()
        running.wait()
        os.unlink(log)
        told = erase(daemon, "p1a0")
        assert told["left"] == 0 and found(daemon, [*MARKS, '"p1a0"']) == [], (told, found(daemon))
        assert daemon.stop() == 0
        with open(daemon.log, "w"):
            pass
        daemon.start()
        assert "an erasure was not finished" not in daemon.read_log()
    finally:
        running.kill()
        daemon.discard()


class Watch:
    """What an erasure costs: time, time of the processor, memory, and the longest answer of /readyz meanwhile."""
    def __init__(self, daemon):
        self.daemon, self.longest, self.asking = daemon, 0, True
        self.before, self.cpu, self.begun = self.of_process("VmRSS"), self.processor(), time.monotonic()
        with open(f"/proc/{daemon.process.pid}/clear_refs", "w") as peak:
            peak.write("5")
        self.thread = threading.Thread(target=self.ask)
        self.thread.start()

    def of_process(self, key):
        with open(f"/proc/{self.daemon.process.pid}/status") as status:
            return next(int(line.split()[1]) // 1024 for line in status if line.startswith(key + ":"))

    def processor(self):
        with open(f"/proc/{self.daemon.process.pid}/stat") as stat:
            return sum(int(ticks) for ticks in stat.read().rsplit(")", 1)[1].split()[11:13]) / os.sysconf("SC_CLK_TCK")

    def ask(self):
        while self.asking:
            at = time.monotonic()
            self.daemon.ask("GET", "/readyz", token=False)
            self.longest = max(self.longest, time.monotonic() - at)
            time.sleep(0.02)

    def end(self):
        took, cpu, most = time.monotonic() - self.begun, self.processor() - self.cpu, self.of_process("VmHWM")
        self.asking = False
        self.thread.join()
        return (f"{took:.1f} s, {cpu:.1f} of the processor; {most} MB resident at most, {self.before} before; "
                f"longest answer of /readyz {self.longest * 1000:.0f} ms")


def events_come_in_while_an_account_of_very_many_goes():
    n = 1000000 if ALL else 20000
    daemon, watch = Daemon().start(), None
    try:
        for at in range(0, n, 10000):
            batch = [json.dumps({"id": f"m{i}", "ts": START + i * 1000, "type": "login", "account": WHO,
                                 "device": {"id": f"d{i % 50}"}}) for i in range(at, min(at + 10000, n))]
            assert daemon.send(batch, True)[1]["accepted"] == len(batch)
        answer, others = {}, stories(3000, 7)
        watch = Watch(daemon)
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
        print(f"an account of {n} events is erased: {watch.end()}")
        assert answer["events"] == n and answer["left"] == 0, answer
        assert accepted >= 5, f"only {accepted} events came in meanwhile"
        assert daemon.status()["journal_seq"] == n + accepted and found(daemon, [WHO]) == []
    finally:
        if watch:
            watch.asking = False
        daemon.discard()


def of_age(days, number, **keys):
    return {"id": f"aged-{number}", "ts": int(time.time() * 1000) - days * DAY, "type": "login", **keys}


def aged_events():
    """Two accounts that share a device, an address and a card, at four ages; each value is of one age only."""
    out = []
    for number, (days, address) in enumerate([(400, "81.77.66.55"), (40, "81.77.66.44"), (20, "81.77.66.33"), (2, "81.77.66.22")] * 2):
        out.append(of_age(days, number, account=f"aged-{'a' if number < 4 else 'b'}", ip=address, port=40000 + number,
                          device={"id": f"device-of-{days}-days"}, identity={"email": f"mail-{days}@mail-{days}.example",
                                                                             "name": f"Name-of-{days} Days"}))
    return out


def without(event, days):
    """What is left of it: plain values for 30 days, hashed ones for 10, addresses for 5, nothing for 100."""
    kept = {key: event[key] for key in ("id", "ts", "type", "account")}
    kept.update({key: event[key] for key in ("device",) if days < 30})
    kept.update({key: event[key] for key in ("identity",) if days < 10})
    kept.update({key: event[key] for key in ("ip", "port") if days < 5})
    return kept


def what_has_had_its_time_goes_and_what_is_left_is_what_there_is():
    events = aged_events()
    others = [json.dumps(of_age(3, f"o{i}", account=f"other-{i % 40}", device={"id": f"d{i % 30}"})) for i in range(400)]
    daemon = started([json.dumps(event) for event in events] + others)
    fresh = None
    try:
        hashed_in = {row["kind"] for event in json.loads(daemon.ctl("subject", "export", "aged-a")[1])["events"] for row in event["values"]}
        assert {"ip", "device.id", "identity.email"} <= hashed_in, hashed_in
        before = found(daemon, ["device-of-40-days", "81.77.66.55", "81.77.66.33"])
        assert len({mark for mark, _ in before}) == 3, before
        assert daemon.stop() == 0
        with open(daemon.config, "a") as config:
            config.write("retain_events: 100d\nretain_plain: 30d\nretain_hash: 10d\ntruncate_addresses: 5d\n")
        daemon.start()
        daemon.wait_log("2 events have had their time and are gone, 4 lost values")
        told = json.loads(daemon.ctl("subject", "export", "aged-a")[1])["events"]
        assert [sorted({row["kind"].split(".")[0] for row in event["values"]}) for event in told] == [
            ["device", "identity", "ip"], ["device"], []], told
        assert [(event.get("ip"), event.get("network")) for event in told] == [
            ("81.77.66.22", None), (None, "81.77.66.0"), (None, "81.77.66.0")], told
        # The old engine is gone, too: a second start, and a daemon that never had it, say the same.
        fresh = started([json.dumps(without(event, days)) for event in events for days in [(time.time() * 1000 - event["ts"]) / DAY]
                         if days < 100] + others)
        assert daemon.links() == fresh.links(), (daemon.links(), fresh.links())
        for _ in range(100):
            if not found(daemon, ["device-of-40-days", "81.77.66.55", "81.77.66.33"]):
                break
            time.sleep(0.1)
        assert found(daemon, ["device-of-40-days", "81.77.66.55", "81.77.66.33"]) == []
        kept = daemon.links()
        assert daemon.stop() == 0
        daemon.start()
        assert daemon.links() == kept and "81.77.66.22" in daemon.ctl("subject", "export", "aged-a")[1]
    finally:
        daemon.discard()
        if fresh:
            fresh.discard()


sys.exit(run_tests([all_that_is_stored_can_be_had, nothing_of_it_stays_and_it_does_not_come_back,
                    a_name_that_logs_spell_out_goes_too, a_line_that_is_too_long_is_named_and_the_rest_goes,
                    an_erasure_ends_though_the_daemon_is_killed_or_the_database_is_an_older_one,
                    new_rules_do_not_bring_back_what_an_erasure_has_not_come_to,
                    retention_takes_nothing_out_where_the_names_of_kinds_cannot_be_read, a_rule_is_not_tried_on_what_an_erasure_takes_out,
                    an_erasure_that_failed_is_ended_by_the_next, events_come_in_while_an_account_of_very_many_goes,
                    what_has_had_its_time_goes_and_what_is_left_is_what_there_is]))
