#!/usr/bin/env python3
"""What people do with alerts, over HTTP and by command: kept over a crash and told to sinks; what does not fit is refused and
changes nothing."""
import json
import os
import sys
import time

from daemon import Daemon, run_tests


def with_alerts():
    daemon = Daemon().start()
    lines = []
    for pair in range(3):
        for account in ("ann", "bob"):
            lines.append(json.dumps({"ts": f"2026-03-01T0{pair}:00:00Z", "type": "login", "account": f"shop/{account}{pair}",
                                     "device": {"id": f"machine-{pair}"}, "identity": {"card": f"401288888888188{pair}"}}))
    status, answer = daemon.send(lines)
    assert status == 200 and answer["accepted"] == 6, answer
    return daemon, [alert["id"] for alert in alerts_of(daemon)]


def alerts_of(daemon, query=""):
    return json.loads(daemon.ask("GET", "/v1/alerts" + query)[1])["alerts"]


def one(daemon, alert):
    return json.loads(daemon.ask("GET", "/v1/alerts/" + alert)[1])


def post(daemon, path, **body):
    status, text = daemon.ask("POST", path, json.dumps(body))[:2]
    return status, json.loads(text)


def life(daemon, alert):
    return json.loads(daemon.ask("GET", f"/v1/alerts/{alert}/history")[1])["changes"]


def told(daemon, alert):
    with open(os.path.join(daemon.state, "alerts.jsonl")) as log:
        whole = [json.loads(line) for line in log if line.endswith("\n")]  # the last may still be on its way
    return [line for line in whole if line["id"] == alert]


def wait_told(daemon, alert, fits):
    for _ in range(200):
        if any(fits(line) for line in told(daemon, alert)):
            return
        time.sleep(0.05)
    raise AssertionError(told(daemon, alert))


def what_people_do_is_kept_told_and_survives_a_crash():
    daemon, alerts = with_alerts()
    try:
        first = alerts[0]
        for act, body in (("ack", {"reason": "mine", "actor": "jo"}), ("assign", {"owner": "eve", "reason": "knows them"}),
                          ("note", {"text": "wrote to them"}), ("snooze", {"until": int(time.time() * 1000) + 3600000, "reason": "papers"})):
            status, answer = post(daemon, f"/v1/alerts/{first}/{act}", **body)
            assert status == 200 and answer["accepted"] == 1, (act, status, answer)
        alert = one(daemon, first)
        assert (alert["state"], alert["owner"], alert["notes"]) == ("acknowledged", "eve", 1) and alert["snoozed_until"], alert
        wait_told(daemon, first, lambda line: line.get("snoozed_until") and line["owner"] == "eve")
        before = life(daemon, first)
        assert [row["change"] for row in before] == ["alert_snoozed", "alert_noted", "alert_assigned", "alert_acknowledged", "alert_opened"], before
        assert before[1]["reason"] == "wrote to them" and before[3]["actor"] == "jo" and before[2]["value"] == "eve", before
        daemon.kill()
        daemon.start()
        assert one(daemon, first) == alert and life(daemon, first) == before
        status, text = daemon.ctl("alerts", first)
        assert status == 0 and "eve" in text and "wrote to them" in text, text
        status, answer = post(daemon, f"/v1/alerts/{first}/resolve", value="explained", reason="sisters")
        assert status == 200, answer
        wait_told(daemon, first, lambda line: line["event"] == "resolved" and line["resolution"] == "explained")
        assert daemon.ctl("reopen", first, "--reason", "they are none")[0] == 0
        wait_told(daemon, first, lambda line: line["event"] == "opened" and line.get("reason") == "they are none")
        assert daemon.stop() == 0
    finally:
        daemon.discard()


def what_does_not_fit_is_refused_and_changes_nothing():
    daemon, alerts = with_alerts()
    try:
        before = [one(daemon, alert) for alert in alerts]
        ahead = int(time.time() * 1000) + 3600000
        for want, path, body in (
                (409, f"{alerts[0]}/reopen", {"reason": "r"}), (409, f"{alerts[0]}/wake", {"reason": "r"}),
                (422, f"{alerts[0]}/resolve", {"reason": "r"}), (422, f"{alerts[0]}/resolve", {"reason": "r", "value": "done"}),
                (422, f"{alerts[0]}/snooze", {"reason": "r", "until": 1700000000000}),
                (422, f"{alerts[0]}/snooze", {"reason": "r", "until": ahead + 400 * 86400000}),
                (422, f"{alerts[0]}/ack", {"reason": "r", "owner": "jo"}), (422, f"{alerts[0]}/note", {"text": ""}),
                (404, "0123456789abcdef/ack", {"reason": "r"}),
                (404, "acts", {"act": "ack", "alerts": [alerts[0], "0123456789abcdef"], "reason": "r"}),
                (422, "acts", {"act": "close", "alerts": alerts, "reason": "r"}), (422, "acts", {"act": "ack", "alerts": [], "reason": "r"}),
                (422, "acts", {"act": "ack", "alerts": alerts}),
                (422, "acts", {"act": "ack", "alerts": [alerts[0], alerts[1], alerts[0]], "reason": "r"}),
                (422, "acts", {"act": "ack", "alerts": alerts, "reason": "r", "id": "one-for-all"})):
            status, answer = post(daemon, "/v1/alerts/" + path, **body)
            assert status == want, (want, path, body, status, answer)
        assert [one(daemon, alert) for alert in alerts] == before
        status, text = daemon.ctl("resolve", alerts[0], "--reason", "r")
        assert status == 2 and "false_positive" in text, text
    finally:
        daemon.discard()


def many_at_once():
    daemon, alerts = with_alerts()
    try:
        status, answer = post(daemon, "/v1/alerts/acts", act="ack", alerts=alerts, reason="all mine", actor="jo")
        assert status == 200 and answer["accepted"] == len(alerts) and not answer["refused"], answer
        assert all(one(daemon, alert)["owner"] == "jo" for alert in alerts)
        status, text = daemon.ctl("resolve", *alerts, "--value", "false_positive", "--reason", "a test")
        assert status == 0, text
        assert all(one(daemon, alert)["resolution"] == "false_positive" for alert in alerts)
        related = json.loads(daemon.ask("GET", f"/v1/alerts/{alerts[0]}/related")[1])["alerts"]
        assert all(set(row["accounts"]) & set(one(daemon, alerts[0])["accounts"]) for row in related), related
        status, answer = post(daemon, "/v1/alerts/acts", act="ack", alerts=alerts, reason="again")
        assert status == 409, answer
    finally:
        daemon.discard()


def what_rests_on_nothing_is_not_opened_again():
    daemon, alerts = with_alerts()
    try:
        first = next(alert for alert in alerts if len(one(daemon, alert)["accounts"]) == 2)
        pair = one(daemon, first)["accounts"]
        assert daemon.ctl("verdict", "not_same", *pair, "--reason", "two passports", "--actor", "jo")[0] == 0
        ended = one(daemon, first)
        assert (ended["state"], ended["resolution"]) == ("resolved", "false_positive"), ended
        status, answer = post(daemon, f"/v1/alerts/{first}/reopen", reason="no")
        assert status == 409 and "what it rested on is no more" in answer["detail"], answer
        status, text = daemon.ctl("reopen", first, "--reason", "no")
        assert status == 1 and "what it rested on is no more" in text, text
        # the same said as an event, which nothing stands in front of, changes nothing either
        line = json.dumps({"ts": "2026-03-02T00:00:00Z", "type": "reopen", "account": pair[0][1:], "alert": first, "actor": "jo", "reason": "no"})
        status, answer = daemon.send([line])
        assert status == 200 and answer["accepted"] == 1, answer
        assert one(daemon, first) == ended, (one(daemon, first), ended)
        assert life(daemon, first)[0]["change"] == "alert_resolved", life(daemon, first)
    finally:
        daemon.discard()


sys.exit(run_tests([what_rests_on_nothing_is_not_opened_again, what_people_do_is_kept_told_and_survives_a_crash, what_does_not_fit_is_refused_and_changes_nothing, many_at_once]))
