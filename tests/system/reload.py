#!/usr/bin/env python3
"""Rules that change: alerts that stand no more are resolved and told, those that come are opened and told, and the table
of alerts agrees with what the daemon says; by SIGHUP, by a start with other rules, and when a site is taken out."""
import json
import os
import shutil
import signal
import sqlite3
import sys
import tempfile
import threading
import time

from daemon import ROOT, Daemon, replayed, run_tests, stories, with_own

RULE = "return-after-closure.yaml"


def sample_lines(site):
    with open(os.path.join(ROOT, "config", "sample.ndjson")) as lines:
        return [json.dumps(dict(event, site=event.get("site", site).replace("sample", site))) for event in map(json.loads, lines)]


class Rules:
    """A daemon over rules of its own, that knows the sample's stories."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="assocd-test-")
        self.rules = os.path.join(self.folder, "rules")
        shutil.copytree(os.path.join(ROOT, "rules", "default"), self.rules)
        self.daemon = Daemon(f"rules: {self.rules}\nnetworks: [{ROOT}/config/sample-networks.csv]\n", folder=self.folder).start()

    def feed(self, site="shop", how="0"):
        status, body, _ = self.daemon.ask("POST", "/v1/events?backfill=" + how, "\n".join(sample_lines(site)),
                                          {"Content-Type": "application/x-ndjson"})
        assert status == 200 and json.loads(body)["refused"] == [], body
        assert self.open_alerts(), "the stories open no alert"
        self.settle()

    def edit(self, name, old, new):
        path = os.path.join(self.rules, name)
        with open(path) as rule:
            text = rule.read()
        with open(path, "w") as rule:
            rule.write(text.replace(old, new))

    def say_of_the_rule(self, status):
        self.edit(RULE, "status: experimental" if status == "stable" else "status: stable", "status: " + status)

    def reload(self, n, settles=True):
        self.daemon.process.send_signal(signal.SIGHUP)
        for _ in range(400):
            if self.daemon.status()["reloads"] == n and not self.daemon.status()["is_rebuilding"]:
                break
            time.sleep(0.05)
        if settles:
            self.settle()

    def settle(self):
        """Until effects are durable and told: the log and the table stand still."""
        before = None
        for _ in range(100):
            time.sleep(0.15)
            now = (len(self.lines()), self.table())
            if now == before:
                return
            before = now

    def open_alerts(self):
        return {a["id"]: a for a in json.loads(self.daemon.ask("GET", "/v1/alerts?state=open&merged=true&limit=1000")[1])["alerts"]}

    def lines(self):
        path = os.path.join(self.daemon.state, "alerts.jsonl")
        with open(path) as log:
            return [json.loads(line) for line in log]

    def table(self):
        with sqlite3.connect(f"file:{self.daemon.state}/assocd.db?mode=ro", uri=True) as db:
            return dict(db.execute("SELECT id, state FROM alerts"))

    def assert_agrees(self):
        """The table holds what stands; the log's last words name it too: each that leads by a line, which counts the rest."""
        standing = self.open_alerts()
        assert {i for i, state in self.table().items() if state != "resolved"} == set(standing)
        told = {}
        for line in self.lines():
            told[line["id"]] = line
        leading = {i: line for i, line in told.items() if line["state"] != "resolved" and "lead" not in line}
        assert set(leading) == {i for i, alert in standing.items() if not alert["lead"]}, (leading.keys(), standing)
        for i, line in leading.items():
            assert line.get("group", {"alerts": 1})["alerts"] == sum(i in (k, alert["lead"]) for k, alert in standing.items()), line

    def of_the_rule(self):
        return {i for i, alert in self.open_alerts().items() if alert["rule"] + ".yaml" == RULE}

    def assert_opened(self, ids, since):
        """Of each of them was told, by itself or by the one that it is merged into, and of no other; of a new one as opened."""
        lines, alerts = self.lines(), self.open_alerts()
        known, news = {line["id"] for line in lines[:since]}, [line for line in lines[since:] if "lead" not in line]
        assert ids and {line["id"] for line in news} == {alerts[i]["lead"] or i for i in ids}, (ids, news)
        for line in news:
            assert line["event"] == ("updated" if line["id"] in known else "opened"), line
            known.add(line["id"])

    def assert_ended(self, ids, since, reason):
        """Each of them ended, and whoever was told of one by itself was told so."""
        news = self.lines()[since:]
        leads = {line["id"] for line in self.lines()[:since] if "lead" not in line}
        ended = {line["id"] for line in news if line["event"] == "resolved" and reason in line["reason"]}
        standing = set(self.open_alerts())
        assert not ids & standing and ids & leads == ended & ids and ended <= ids, (ids, leads, news)
        assert {line["id"] for line in news} - ended <= standing, (ended, news)

    def end(self):
        self.daemon.end()


with_rules = with_own(Rules, Rules.end)


@with_rules
def a_rule_that_is_taken_away_resolves_its_alerts(place):
    place.feed()
    standing = place.of_the_rule()
    assert standing
    before = len(place.lines())
    place.say_of_the_rule("experimental")
    place.reload(1)
    place.assert_ended(standing, before, "the rules or networks changed")
    place.assert_agrees()


@with_rules
def a_rule_that_comes_opens_its_alerts(place):
    place.say_of_the_rule("experimental")
    place.reload(1)
    place.feed()
    assert not place.of_the_rule()
    before = len(place.lines())
    place.say_of_the_rule("stable")
    place.reload(2)
    place.assert_opened(place.of_the_rule(), before)
    place.assert_agrees()


@with_rules
def evidence_that_is_tried_is_weighed_beside_the_rest(place):
    place.edit("shared-email.yaml", "status: stable", "status: experimental")
    place.reload(1)
    place.feed()
    rules = {r["rule"]: r for r in json.loads(place.daemon.ask("GET", "/v1/rules")[1])["rules"]}
    tried = rules["shared-email"]["tried"]
    assert tried["readings"] >= tried["counts"] > 0 and tried["counts"] >= tried["raised"] >= 0 == tried["lowered"], tried
    assert rules["shared-email"]["links"] == 0 and rules["shared-email"]["status"] == "experimental", rules["shared-email"]
    assert all("tried" not in r for rule, r in rules.items() if rule != "shared-email")


def changes_of(place, account):
    return json.loads(place.daemon.ask("GET", "/v1/accounts/" + account.replace("/", "%2F") + "/history")[1])["changes"]


@with_rules
def histories_say_what_other_rules_changed(place):
    place.feed()
    links = json.loads(place.daemon.ask("GET", "/v1/links?min=950&limit=100")[1])["links"]
    account = next(link["a"] for link in links if link["state"] == "suspected")
    with open(os.path.join(place.rules, "table.yaml")) as table:
        bias = next(line for line in table if line.startswith("bias:"))
    place.edit("table.yaml", bias, "bias: -60\n")
    place.reload(1)
    rows = [change for change in changes_of(place, account) if change["reason"] == "the rules or networks changed"]
    gone = [row for row in rows if row["change"] == "link_withdrawn"]
    assert gone and all(row["score_before"] >= 500 > row["score"] for row in gone), rows
    place.edit("table.yaml", "bias: -60\n", bias)
    place.reload(2)
    back = changes_of(place, account)
    assert {row["account"] for row in back if row["change"] == "link_appeared" and row["reason"]} >= {row["account"] for row in gone}, back
    assert place.daemon.stop() == 0
    place.daemon.start()
    assert changes_of(place, account) == back


@with_rules
def alerts_of_imported_history_change_without_a_word(place):
    place.feed(how="1")
    place.say_of_the_rule("experimental")
    place.reload(1)
    place.say_of_the_rule("stable")
    place.reload(2)
    assert place.of_the_rule() and place.lines() == []
    assert {i for i, state in place.table().items() if state != "resolved"} == set(place.open_alerts())


@with_rules
def a_reload_under_load_ends_as_a_replay_does(place):
    """New policies, then a new kind of attribute (payloads of both lists lie in the journal), while events come in."""
    lines = stories(12000, 7)
    sent = []

    def feed():
        for at in range(0, len(lines), 100):
            sent.append(place.daemon.send(lines[at:at + 100], backfill=True))
            time.sleep(0.02)

    feeder = threading.Thread(target=feed)
    feeder.start()
    try:
        place.say_of_the_rule("experimental")
        place.reload(1, settles=False)
        place.edit("attributes.yaml", "attributes:\n", "attributes:\n  - {kind: identity.badge, title: badge, path: identity.badge,"
                   " normalise: [trim], class: plain}\n")  # in front: every index behind it moves
        place.reload(2, settles=False)
        place.say_of_the_rule("stable")
        place.reload(3, settles=False)
        assert place.daemon.status()["reloads"] == 3, place.daemon.read_log()
        assert feeder.is_alive(), "nothing came in meanwhile"
    finally:
        feeder.join()
    assert all(status == 200 and answer["accepted"] == 100 for status, answer in sent), sent
    wanted = replayed(lines, place.folder, "--rules", place.rules, "--networks", f"{ROOT}/config/sample-networks.csv")[0]
    assert [row[:3] for row in place.daemon.links() if row[3] != "cleared"] == wanted
    place.settle()
    assert {i for i, state in place.table().items() if state != "resolved"} == set(place.open_alerts())


def restart_tells_once(place, stop):
    place.feed()
    standing = place.of_the_rule()
    stop()
    place.say_of_the_rule("experimental")
    before = len(place.lines())
    place.daemon.start()
    place.settle()
    place.assert_ended(standing, before, "while assocd was stopped")
    place.assert_agrees()
    after = len(place.lines())
    stop()
    place.daemon.start()
    place.settle()
    assert len(place.lines()) == after
    place.assert_agrees()


@with_rules
def a_start_with_other_rules_tells_once_what_they_change(place):
    restart_tells_once(place, place.daemon.stop)


@with_rules
def a_start_after_a_kill_tells_once_what_other_rules_change(place):
    restart_tells_once(place, place.daemon.kill)


@with_rules
def a_start_with_the_same_rules_tells_nothing(place):
    place.feed()
    before = len(place.lines())
    place.daemon.kill()
    place.daemon.start()
    place.settle()
    assert len(place.lines()) == before
    place.assert_agrees()


@with_rules
def a_site_goes_out_whole_and_without_a_word(place):
    place.feed()
    place.feed(site="sample", how="log")
    before = len(place.lines())
    others = {i for i, alert in place.open_alerts().items() if not any(a.startswith("sample") for a in alert["accounts"])}
    assert len(others) < len(place.open_alerts())
    status, body, _ = place.daemon.ask("POST", "/v1/sites/sample/remove", "{}", {"Content-Type": "application/json"})
    assert status == 200, body
    place.settle()
    for line in place.lines()[before:]:
        assert not all(account.startswith("sample") for account in line["accounts"]), line
    left = place.open_alerts()
    assert {i for i, state in place.table().items() if state != "resolved"} == set(left)
    with sqlite3.connect(f"file:{place.daemon.state}/assocd.db?mode=ro", uri=True) as db:
        for (text,) in db.execute("SELECT json FROM alerts"):
            assert not all(account.startswith("sample") for account in json.loads(text)["accounts"]), text


if __name__ == "__main__":
    sys.exit(run_tests([a_rule_that_is_taken_away_resolves_its_alerts, a_rule_that_comes_opens_its_alerts,
                        evidence_that_is_tried_is_weighed_beside_the_rest, histories_say_what_other_rules_changed,
                        alerts_of_imported_history_change_without_a_word, a_reload_under_load_ends_as_a_replay_does,
                        a_start_with_other_rules_tells_once_what_they_change,
                        a_start_after_a_kill_tells_once_what_other_rules_change, a_start_with_the_same_rules_tells_nothing,
                        a_site_goes_out_whole_and_without_a_word]))
