#!/usr/bin/env python3
"""Alerts of one ring: one line in the list and in each sink, that grows; what is done with it counts for all; a restart and a
replay say the same."""
import json
import os
import sys
import time

from daemon import Daemon, run_tests

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


def wait_for(what):
    for _ in range(200):
        found = what()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come about")


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
        assert "A ring of accounts" in text and "shop/r4" in text, text
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


sys.exit(run_tests([a_ring_is_one_alert_that_grows_and_is_told_once_an_event, withdrawn_evidence_ends_its_alert_alone_and_the_group_says_so]))
