#!/usr/bin/env python3
"""Deadlines that come while nothing happens: the daemon notes them in its journal, and the journal alone makes the same of them."""
import datetime
import json
import os
import shutil
import sqlite3
import sys
import time

from daemon import ROOT, Daemon, run_tests

RULE = """\
id: quick
title: Something must be answered quickly
status: stable
level: low
policy:
  scope: account
  when: event.type == "health" and event.kind == "question" and event.account == account.name
  until: account.is_closed
  deadline: 3s
  escalate: [{after: 2s, level: high, recommendation: Call.}]
"""
TESTS = """\
tests:
  - name: A question counts.
    events: [{ts: "2026-03-01T08:00:00Z", type: health, kind: question, account: ann}]
    now: "2026-03-01T08:00:02Z"
    expect: {alerts: [{rule: quick, accounts: [ann], level: high}]}
  - name: A rating is no question.
    events: [{ts: "2026-03-01T08:00:00Z", type: health, value: 300, account: ann}]
    expect: {no_alerts: [quick]}
"""


def started():
    daemon = Daemon()
    rules = daemon.path("rules")
    shutil.copytree(os.path.join(ROOT, "rules", "default"), rules)
    for name, content in (("quick.yaml", RULE), ("quick.test.yaml", TESTS)):
        with open(os.path.join(rules, name), "w") as out:
            out.write(content)
    with open(daemon.config, "a") as out:
        out.write(f"rules: {rules}\n")
    return daemon.start()


def question(account, seconds_ago=0):
    now = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=seconds_ago)
    return json.dumps({"ts": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"), "type": "health", "kind": "question",
                       "account": account})


def alert(daemon):
    (row,) = json.loads(daemon.ask("GET", "/v1/alerts")[1])["alerts"]
    return row


def wait_for(what, seconds=20):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.1)


def ticks(daemon):
    with sqlite3.connect(f"file:{daemon.state}/assocd.db?mode=ro", uri=True) as db:
        return [ts for ts, payload in db.execute("SELECT ts, payload FROM journal ORDER BY seq") if payload[1] == 18]


def told(daemon):
    with open(os.path.join(daemon.state, "alerts.jsonl")) as lines:
        return [(row["event"], row["level"], row.get("overdue", False)) for row in map(json.loads, lines)]


def a_deadline_comes_without_traffic_and_survives_a_kill():
    daemon = started()
    try:
        assert daemon.send([question("ann")])[1]["accepted"] == 1
        opened = alert(daemon)["opened"]
        wait_for(lambda: alert(daemon)["is_overdue"])
        row = alert(daemon)
        assert row["level"] == "high" and row["recommendation"] == "Call.", row
        assert row["deadline"] == row["updated"] != opened, row
        listed, shown = daemon.ctl("alerts")[1], daemon.ctl("alerts", row["id"])[1]
        assert "overdue" in listed and ", overdue" in shown, (listed, shown)
        assert daemon.ctl("alerts", "--csv")[1].rstrip().endswith("," + row["deadline"])
        assert "\nassocd_alerts_overdue 1\n" in daemon.ask("GET", "/metrics")[1].decode()
        status, said = daemon.ctl("check", "--limit", "overdue-alerts=0")
        assert status == 1 and "1 alerts are behind their deadline" in said, (status, said)
        wait_for(lambda: len(told(daemon)) == 3)
        assert told(daemon) == [("opened", "low", False), ("updated", "high", False), ("updated", "high", True)], told(daemon)
        assert len(ticks(daemon)) == 2, ticks(daemon)
        assert daemon.status()["events"] == 1, daemon.status()
        time.sleep(0.5)  # what was told is noted with the next transaction
        daemon.kill()
        daemon.start()
        assert alert(daemon) == row, (alert(daemon), row)
        time.sleep(1.5)
        assert len(ticks(daemon)) == 2 and len(told(daemon)) == 3, (ticks(daemon), told(daemon))
    finally:
        daemon.discard()


def imported_history_passes_the_time_itself():
    daemon = started()
    try:
        assert daemon.send([question("ann", seconds_ago=3600)], backfill=True)[1]["accepted"] == 1
        time.sleep(3)
        assert ticks(daemon) == [] and alert(daemon)["level"] == "low"
        assert daemon.send([question("bob", seconds_ago=1800)], backfill=True)[1]["accepted"] == 1
        levels = {row["accounts"][0]: row["level"] for row in json.loads(daemon.ask("GET", "/v1/alerts")[1])["alerts"]}
        assert levels == {"ann": "high", "bob": "low"}, levels
        assert ticks(daemon) == []
    finally:
        daemon.discard()


if __name__ == "__main__":
    sys.exit(run_tests([a_deadline_comes_without_traffic_and_survives_a_kill, imported_history_passes_the_time_itself]))
