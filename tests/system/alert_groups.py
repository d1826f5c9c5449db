#!/usr/bin/env python3
"""Alerts of one ring: one line in the list and in each sink, that grows; what is done with it counts for all; a restart and a
replay say the same."""
import datetime
import json
import os
import re
import shutil
import signal
import sys

from daemon import ROOT, Daemon, run_tests
from sink_peers import Alertmanager, Rsyslog, wait_for

MEMBERS = 5


def login(hour, account, device, card, **identity):
    return json.dumps({"ts": f"2026-03-01T{hour:02}:00:00Z", "type": "login", "site": "shop", "account": account,
                       "device": {"id": device}, "identity": {"card": card, **identity}})


def card(n):
    """A number whose check digit is right."""
    digits = [int(d) for d in f"401288{n:09}"]
    return "".join(map(str, digits)) + str(-sum(d * 2 - 9 * (d > 4) if i % 2 == 0 else d for i, d in enumerate(reversed(digits))) % 10)


def ring():
    """Many whose things are their own, and five who share a machine, a card and a telephone: ten links, a ring."""
    crowd = [login(0, f"own{i}", f"laptop-{i}", card(1000 + i)) for i in range(400)]
    return crowd + [login(1 + i, f"r{i}", "machine", card(7), phone="+14155550134") for i in range(MEMBERS)]


def alerts_of(daemon, query=""):
    status, text = daemon.ask("GET", "/v1/alerts" + query)[:2]
    assert status == 200, text
    return json.loads(text)


def told(daemon):
    with open(os.path.join(daemon.state, "alerts.jsonl")) as log:
        return [json.loads(row) for row in log if row.endswith("\n")]  # the last may still be on its way


def post(daemon, path, **body):
    status, text = daemon.ask("POST", path, json.dumps(body))[:2]
    return status, json.loads(text)


def a_ring_is_one_alert_that_grows_and_is_told_once_an_event():
    daemon = Daemon().start()
    try:
        assert daemon.send(ring())[1]["accepted"] == 400 + MEMBERS
        answer = alerts_of(daemon, "?state=standing")
        (lead,) = answer["alerts"]
        everything = alerts_of(daemon, "?state=standing&merged=true")["alerts"]
        assert (answer["total"], answer["merged"]) == (1, len(everything) - 1) and len(everything) >= 11, answer
        group = lead["group"]
        assert group["alerts"] == len(everything) and sorted(group["accounts"]) == [f"shop/r{i}" for i in range(MEMBERS)], group
        assert lead["level"] == "high" and group["reasons"][0]["rule"] == "probable-ring", lead
        assert {row["id"] for row in everything} == {lead["id"], *group["merged"]}
        assert all(row["lead"] == lead["id"] for row in everything if row["id"] != lead["id"]), everything
        assert {row["id"] for row in alerts_of(daemon, f"?lead={lead['id']}")["alerts"]} >= set(group["merged"])
        # what is told: one opening, nothing about merged ones, at most one line an event
        rows = wait_for(lambda: [row for row in told(daemon) if row.get("group", {}).get("alerts") == group["alerts"]] and told(daemon))
        assert [row["event"] for row in rows if row["id"] == lead["id"]].count("opened") == 1, rows
        assert all("lead" in row for row in rows if row["id"] in group["merged"] and row["event"] != "resolved"), rows
        seen = [(row["updated_seq"], row["id"]) for row in rows]
        assert len(seen) == len(set(seen)) and len(rows) <= MEMBERS, rows
        account = json.loads(daemon.ask("GET", "/v1/accounts/shop%2Fr4")[1])
        assert account["alerts"] == [lead["id"]], account["alerts"]
        # people
        text = daemon.ctl("alerts", lead["id"])[1]
        assert text.startswith("A ring of accounts, high, open\n") and "shop/r4" in text, text
        assert f"recommendation  {group['reasons'][0]['recommendation']}\n" in text and lead["title"] != "A ring of accounts", text
        (line,) = [line for line in daemon.ctl("alerts", "--csv")[1].splitlines() if line.startswith(lead["id"])]
        assert f",high,{group['reasons'][0]['score']},{group['alerts']},A ring of accounts," in line, line
        urgent = daemon.ctl("--csv", "alerts", "--state", "standing", "--urgent")[1]
        assert [line.split(",")[0] for line in urgent.splitlines()[1:]] == [row["id"] for row in alerts_of(daemon, "?state=standing&order=urgent")["alerts"]], urgent
        status, text = daemon.ctl("alerts", "--lead", lead["id"], "--csv")
        assert status == 0 and text.count("\n") >= group["alerts"], text
        status, answer = post(daemon, f"/v1/alerts/{group['merged'][0]}/ack", reason="r")
        assert status == 409 and "merged into another" in answer["detail"], answer
        assert daemon.ask("GET", "/v1/alerts?merged=maybe")[0] == 400 and daemon.ask("GET", "/v1/alerts?lead=0123456789abcdef")[0] == 404
        metrics = daemon.ask("GET", "/metrics")[1].decode()
        assert f"assocd_alerts_merged {len(everything) - 1}" in metrics and 'assocd_alerts{state="open"} 1' in metrics, metrics
        # a restart from the snapshot, a crash and a replay of the journal say the same
        before = alerts_of(daemon, "?state=all&merged=true")
        assert daemon.stop() == 0
        daemon.start()
        assert alerts_of(daemon, "?state=all&merged=true") == before
        daemon.kill()
        os.unlink(os.path.join(daemon.state, "snapshot"))
        daemon.start()
        assert alerts_of(daemon, "?state=all&merged=true") == before
        n = len(told(daemon))
        # one word settles all, one opens all again
        assert post(daemon, f"/v1/alerts/{lead['id']}/resolve", value="explained", reason="a family firm", actor="jo")[0] == 200
        assert alerts_of(daemon, "?state=standing&merged=true")["alerts"] == []
        rows = wait_for(lambda: told(daemon)[n:])
        assert [(row["id"], row["event"]) for row in rows] == [(lead["id"], "resolved")], rows
        assert post(daemon, f"/v1/alerts/{lead['id']}/reopen", reason="it is none")[0] == 200
        assert alerts_of(daemon, "?state=standing")["alerts"][0]["group"]["alerts"] == group["alerts"]
        assert daemon.stop() == 0
    finally:
        daemon.discard()


def withdrawn_evidence_ends_its_alert_alone_and_the_group_says_so():
    daemon = Daemon().start()
    try:
        daemon.send(ring())
        (lead,) = alerts_of(daemon, "?state=standing")["alerts"]
        first = lead["accounts"]
        status, _ = post(daemon, "/v1/verdicts", account=first[0], **{"with": first[1]}, value="clean", reason="two people", actor="jo")
        assert status == 200
        (heir,) = alerts_of(daemon, "?state=standing")["alerts"]
        ended = json.loads(daemon.ask("GET", "/v1/alerts/" + lead["id"])[1])
        assert ended["state"] == "resolved" and ended["resolution"] == "false_positive", ended
        assert heir["id"] != lead["id"] and heir["group"]["alerts"] == lead["group"]["alerts"] - 1, heir
        last = wait_for(lambda: [row for row in told(daemon) if row["id"] == heir["id"]])[-1]
        assert last["event"] == "opened" and "lead" not in last, last
    finally:
        daemon.discard()


def in_syslog(rows, alert):
    """What it was told of the alert: event and state of each line."""
    return [tuple(re.search(rf'{key}="([a-z]*)"', row["data"]).group(1) for key in ("event", "state")) for row in rows if f'id="{alert}"' in row["data"]]


def sinks_done(daemon):
    return all(row["waiting"] == 0 for row in daemon.status()["sinks"].values())


def monitoring_has_one_alert_for_a_ring_whatever_happens_to_it():
    """A real Alertmanager and a real rsyslog: one fires, its heir takes its place, a kill, a restart and other rules change
    nothing, and the end of the whole ends it there."""
    daemon = Daemon()
    rules = daemon.path("rules")
    shutil.copytree(os.path.join(ROOT, "rules", "default"), rules)
    manager, syslog = Alertmanager(daemon.dir), Rsyslog(daemon.dir)
    with open(daemon.config, "a") as out:
        out.write(f"""\
rules: {rules}
sinks:
  manager: {{type: alertmanager, url: "http://127.0.0.1:{manager.port}", resend: 30s, group_wait: 0s}}
  tcp: {{type: syslog, address: "tcp:127.0.0.1:{syslog.port}", group_wait: 0s}}
""")

    def firing():
        return {row["labels"]["alert"]: row for row in manager.active()}

    def standing():
        return {row["id"]: row for row in alerts_of(daemon, "?state=standing")["alerts"]}

    def agrees():
        """One that fires for each that people are shown, and nothing else."""
        return firing().keys() == standing().keys() and firing()
    try:
        daemon.start()
        lines = ring()
        # The ring comes account by account: it grows, and stays one.
        for line in [lines[:401]] + [[line] for line in lines[401:]]:
            assert daemon.send(line)[1]["accepted"] == len(line)
        (lead,) = standing().values()
        wait_for(lambda: all(f"shop/r{i}" in (agrees() or {lead["id"]: {"annotations": {"accounts": ""}}})[lead["id"]]["annotations"]["accounts"]
                             for i in range(MEMBERS)))
        notes = firing()[lead["id"]]["annotations"]
        assert notes["summary"] == "A ring of accounts" and notes["recommendation"].startswith("Look at the links"), notes
        events = wait_for(lambda: len(in_syslog(syslog.rows(), lead["id"])) >= 2 and in_syslog(syslog.rows(), lead["id"]))
        assert events[0] == ("opened", "open") and set(events[1:]) == {("updated", "open")}, events
        # The lead ends: the next one fires in its place.
        first = lead["accounts"]
        assert post(daemon, "/v1/verdicts", account=first[0], **{"with": first[1]}, value="clean", reason="two people", actor="jo")[0] == 200
        (heir,) = standing().values()
        assert heir["id"] != lead["id"]
        wait_for(agrees)
        wait_for(lambda: in_syslog(syslog.rows(), lead["id"])[-1] == ("resolved", "resolved") and in_syslog(syslog.rows(), heir["id"]))
        assert in_syslog(syslog.rows(), heir["id"])[-1] == ("opened", "open"), in_syslog(syslog.rows(), heir["id"])
        tomorrow = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
        # Put off, it does not fire; a kill and a start forget nothing of that, and nobody is told twice of what is settled.
        assert post(daemon, f"/v1/alerts/{heir['id']}/snooze", reason="later", until=tomorrow.isoformat(timespec="seconds").replace("+00:00", "Z"), actor="jo")[0] == 200
        wait_for(lambda: not firing())
        wait_for(lambda: sinks_done(daemon))
        n = len(syslog.rows())
        daemon.kill()
        daemon.start()
        wait_for(lambda: sinks_done(daemon))
        assert not firing() and len(syslog.rows()) <= n + 2, (n, len(syslog.rows()))  # what was on its way comes again
        assert post(daemon, f"/v1/alerts/{heir['id']}/wake", reason="now", actor="jo")[0] == 200
        wait_for(agrees)
        # Other rules take the policy of the heir away: one of another policy stands for the rest.
        path = os.path.join(rules, heir["rule"] + ".yaml")
        with open(path) as rule:
            text = rule.read()
        with open(path, "w") as rule:
            rule.write(text.replace("status: stable", "status: experimental"))
        daemon.process.send_signal(signal.SIGHUP)
        wait_for(lambda: daemon.status()["reloads"] == 1 and not daemon.status()["is_rebuilding"])
        (other,) = wait_for(standing).values()
        assert other["rule"] != heir["rule"], other
        wait_for(agrees)
        assert wait_for(lambda: in_syslog(syslog.rows(), heir["id"])[-1] == ("resolved", "resolved"))
        # A restart from the snapshot, then the end of the whole.
        assert daemon.stop() == 0
        daemon.start()
        wait_for(agrees)
        assert post(daemon, f"/v1/alerts/{other['id']}/resolve", value="explained", reason="a family firm", actor="jo")[0] == 200
        wait_for(lambda: not standing() and not firing())
        assert len({row["data"].split('"')[1] for row in syslog.rows()}) == 3, syslog.rows()  # the rest was told of by these
        assert daemon.stop() == 0
    finally:
        for peer in (manager, syslog):
            peer.end()
        daemon.discard()


sys.exit(run_tests([a_ring_is_one_alert_that_grows_and_is_told_once_an_event, withdrawn_evidence_ends_its_alert_alone_and_the_group_says_so,
                    monitoring_has_one_alert_for_a_ring_whatever_happens_to_it]))
