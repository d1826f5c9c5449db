#!/usr/bin/env python3
"""What people say of values and ranges, through the real programs: what it changes is said before, done at once, kept, and
forgotten in its time."""
import json
import os
import sys
import time

from daemon import ROOT, Daemon, run_tests

HOUR = 3600000
PAIR = ("sample/ring-lotus-1", "sample/ring-lotus-2")


def with_sample():
    daemon = Daemon("networks: [%s]\n" % os.path.join(ROOT, "config", "sample-networks.csv")).start()
    status, text = daemon.ctl("sample", "load")
    assert status == 0 and "refused" not in text, text
    return daemon


def ask(daemon, *words):
    status, text = daemon.ctl("--json", *words)
    assert status == 0, text
    return json.loads(text)


def value_of(daemon, kind):
    return next(item for item in ask(daemon, "why", *PAIR)["evidence"] if item["kind"] == kind)


def what_a_mark_changes_is_said_before_done_at_once_and_taken_back():
    daemon = with_sample()
    try:
        bank, card = value_of(daemon, "identity.bank"), value_of(daemon, "identity.card")
        before = ask(daemon, "why", *PAIR)["link"]["score"]
        effect = ask(daemon, "value", "mark", "identity.bank", "--key", bank["key"], "generic", "--dry-run")
        told = next(link for link in effect["strongest"] if (link["a"], link["b"]) == PAIR)
        assert told["before"] == before and effect["ending"] >= 1 and effect["alerts"] >= 1, effect
        assert ask(daemon, "why", *PAIR)["link"]["score"] == before, "a trial changes nothing"
        status, text = daemon.ctl("value", "mark", "identity.bank", "--key", bank["key"], "generic", "--reason", "the agency's own", "--actor", "jo")
        assert status == 0, text
        why = ask(daemon, "why", *PAIR)
        assert why["link"]["score"] == told["after"] and why["listed"] == told["after"], (why["link"], told)
        assert [(value["kind"], value["key"]) for value in why["ignored"]] == [("identity.bank", bank["key"])], why["ignored"]
        text = daemon.ctl("why", *PAIR)[1]
        assert "bank account ...6819: marked as generic by jo on " in text and "the agency's own; it counts nothing" in text, text
        alerts = [alert for alert in ask(daemon, "alerts", "--state", "all")["alerts"] if tuple(alert["accounts"]) == PAIR]
        assert [alert["state"] for alert in alerts] == ["resolved"], alerts
        assert "marked as generic by jo: the agency's own" in alerts[0]["reason"], alerts
        assert any("bank account ...6819 marked as generic by jo" in (change["reason"] or "") for change in ask(daemon, "history", PAIR[0])["changes"])
        assert daemon.ctl("value", "note", "identity.card", "--key", card["key"], "--text", "seen before")[0] == 0
        rows = ask(daemon, "value", "list")["marks"]
        assert [(row["kind"], row["mark"] and row["mark"]["value"], len(row["notes"])) for row in rows] == \
            [("identity.card", None, 1), ("identity.bank", "generic", 0)], rows
        assert daemon.ctl("value", "mark", "identity.bank", "--key", bank["key"], "none", "--reason", "it was not")[0] == 0
        assert ask(daemon, "why", *PAIR)["link"]["score"] == before
    finally:
        daemon.end()


def report(daemon, *words):
    status, text = daemon.ctl("report", *words)
    assert status == 0, text
    return text


def what_was_said_of_a_value_is_told_where_it_is_evidence_to_those_who_may_read_it():
    daemon = with_sample()
    try:
        bank, card = value_of(daemon, "identity.bank"), value_of(daemon, "identity.card")
        for kind, key, text in (("identity.card", card["key"], "seen at the till"), ("identity.bank", bank["key"], "ask the bank")):
            assert daemon.ctl("value", "note", kind, "--key", key, "--text", text, "--actor", "jo")[0] == 0
        assert daemon.ctl("value", "mark", "identity.bank", "--key", bank["key"], "generic", "--reason", "the agency's own", "--actor", "jo")[0] == 0
        assert [note["text"] for note in value_of(daemon, "identity.card")["notes"]] == ["seen at the till"]
        ignored = ask(daemon, "why", *PAIR)["ignored"]
        assert [(value["mark"], [note["text"] for note in value["notes"]]) for value in ignored] == [("generic", ["ask the bank"])], ignored
        text, told = daemon.ctl("why", *PAIR)[1], daemon.ctl("why", "--text", *PAIR)[1]
        assert "noted by jo, " in text and ": seen at the till" in text and ": ask the bank" in text, text
        assert "Noted of it by jo on " in told and "Both also hold bank account ...6819: marked as generic by jo" in told, told
        assert "jo" not in daemon.ctl("why", "--subject", *PAIR)[1].replace("joint", "")
        for form in ("html", "md", "json"):
            analyst, third, own = (report(daemon, *PAIR, "--audience", who, "--format", form) for who in ("analyst", "third-party", "subject"))
            assert all(word in analyst for word in ("seen at the till", "ask the bank", "marked as generic by jo")), (form, analyst)
            assert "it was marked as generic" in third, (form, third)
            for word in ("seen at the till", "ask the bank", "agency's own", "agency&#39;s own", "6819"):
                assert word not in third and word not in own, (form, word)
            assert "generic" not in own, own
        assert "nothing: it is marked" in report(daemon, PAIR[0], "--format", "md")
    finally:
        daemon.end()


def what_was_noted_of_a_range_is_told_at_each_address_in_it():
    daemon = with_sample()
    pair = ("sample/banned-viktor", "sample/newcomer-martin")
    try:
        assert daemon.ctl("value", "note", "--range", "10.231.0.0/24", "--text", "the dormitory", "--actor", "jo")[0] == 0
        assert daemon.ctl("value", "note", "--range", "10.99.0.0/16", "--text", "elsewhere")[0] == 0
        item = next(item for item in ask(daemon, "why", *pair)["evidence"] if item["kind"] == "ip")
        assert [(note["text"], note["range"], note["actor"]) for note in item["notes"]] == [("the dormitory", "10.231.0.0/24", "jo")], item
        assert "noted of 10.231.0.0/24 by jo, " in daemon.ctl("why", *pair)[1]
        assert "Noted of 10.231.0.0/24 by jo on " in daemon.ctl("why", "--text", *pair)[1]
        value = ask(daemon, "search", item["shown"])["values"][0]
        assert [note["range"] for note in value["notes"]] == ["10.231.0.0/24"], value
        status, text = daemon.ctl("search", item["shown"])
        assert "said" in text and "noted of 10.231.0.0/24: the dormitory" in text, text
        noted = {value["shown"] or value["key"]: value["noted"] for value in ask(daemon, "account", pair[0])["values"] if value["noted"]}
        assert noted[item["shown"]]["text"] == "the dormitory" and noted[item["shown"]]["range"] == "10.231.0.0/24", noted
        assert "noted of 10.231.0.0/24: the dormitory" in daemon.ctl("account", pair[0])[1]
        assert daemon.ctl("account", "--csv", "sample/ring-lotus-1")[1].split("\n")[0] == "kind,value,holders,times,last,said"
        # an address that one account alone holds: the index has no text of it, its events and whoever asks for it have
        alone = json.dumps({"ts": int(time.time() * 1000), "type": "login", "account": "alone", "ip": "10.231.0.77"})
        assert not daemon.send([alone])[1]["refused"]
        events = json.loads(daemon.ask("GET", "/v1/accounts/alone/events")[1])["events"]
        assert [value["noted"]["text"] for value in events[0]["values"] if value["kind"] == "ip"] == ["the dormitory"], events
        assert ask(daemon, "search", "10.231.0.77")["values"][0]["notes"][0]["range"] == "10.231.0.0/24"
        assert "dormitory" not in json.dumps(json.loads(daemon.ask("GET", "/v1/subjects/alone")[1])), "notes are not for the subject"
        for who, is_told in (("analyst", True), ("third-party", False), ("subject", False)):
            assert ("the dormitory" in report(daemon, *pair, "--audience", who, "--format", "md")) == is_told, who
        assert "in 10.231.0.0/24" in report(daemon, *pair, "--format", "md")
    finally:
        daemon.end()


def marks_live_through_a_restart_with_and_without_a_snapshot():
    daemon = with_sample()
    try:
        assert daemon.ctl("value", "mark", "--range", "10.231.0.0/16", "shared", "--reason", "the town")[0] == 0
        assert daemon.ctl("value", "note", "ip", "10.231.0.50", "--text", "the library")[0] == 0
        before = daemon.links(), ask(daemon, "value", "list"), ask(daemon, "history", PAIR[0])
        assert daemon.stop() == 0
        daemon.start()
        assert (daemon.links(), ask(daemon, "value", "list"), ask(daemon, "history", PAIR[0])) == before
        os.unlink(os.path.join(daemon.state, "snapshot"))
        daemon.kill()
        daemon.start()
        assert (daemon.links(), ask(daemon, "value", "list"), ask(daemon, "history", PAIR[0])) == before
    finally:
        daemon.end()


def what_is_wrong_is_named_and_who_may_not_is_refused():
    daemon = with_sample()
    try:
        key = value_of(daemon, "identity.bank")["key"]
        for words, why in ((("ip", "zz", "shared"), "no value of kind ip"), (("pi", "10.0.0.1", "shared"), "there is no kind pi"),
                           (("--range", "10.0.0.1/8", "shared"), "is no range"), (("--range", "10.1.1.1/32", "shared"), "one address"),
                           (("identity.bank", "--key", "0123456789abcdef", "shared"), "\"0123456789abcdef\" is not known"),
                           (("identity.bank", "--key", "zz", "shared"), "16 hexadecimal digits")):
            status, text = daemon.ctl("value", "mark", *words, "--reason", "r")
            assert status == 1 and why in text, (words, text)
        assert daemon.ctl("value", "mark", "ip", "10.231.0.50", "shared")[0] == 2, "a reason is needed"
        assert daemon.ctl("value", "mark", "ip", "10.231.0.50", "mine", "--reason", "r")[0] == 2, "no mark is called so"
        assert ask(daemon, "value", "list")["total"] == 0
        status, said = daemon.ctl("token", "add", "shop", "--role", "ingest", "--trusted")
        line = json.dumps({"ts": int(time.time() * 1000), "type": "mark", "mark": {"kind": "identity.bank", "key": key}, "value": "shared"})
        for _ in range(100):
            if daemon.ask("GET", "/v1/me", headers={"Authorization": "Bearer " + said.split("\n")[0]}, token=False)[0] == 200:
                break
            time.sleep(0.05)
        status, body, _ = daemon.ask("POST", "/v1/events", line, {"Content-Type": "application/x-ndjson", "Authorization": "Bearer " + said.split("\n")[0]},
                                     token=False)
        assert status == 200 and json.loads(body)["refused"][0]["error"] == "trust", (status, body)
    finally:
        daemon.end()


def a_mark_on_what_is_private_goes_in_its_time_and_outlives_a_change_of_keys():
    daemon = Daemon("retain_hash: 6s\nfuture_limit: 1h\n").start()
    try:
        now = int(time.time() * 1000)
        cards = [json.dumps({"id": f"{who}-{i}", "ts": now - HOUR + i, "type": "login", "account": who, "device": {"id": "d"},
                             "identity": {"card": "4012888888881881"}}) for who in ("ann", "bob") for i in range(2)]
        assert daemon.send(cards)[0] == 200
        assert daemon.ctl("value", "mark", "identity.card", "4012 8888 8888 1881", "shared", "--reason", "a gift card")[0] == 0
        assert daemon.ctl("key", "rotate")[0] == 0
        key = ask(daemon, "value", "list")["marks"][0]["key"]
        status, text = daemon.ctl("value", "mark", "identity.card", "--key", key, "generic", "--reason", "r")
        assert status == 1 and "is being changed" in text, text
        later = [json.dumps({"ts": now + HOUR // 2, "type": "mark", "mark": {"kind": "identity.card", "value": "4012888888881881"},
                             "value": "generic", "actor": "jo", "reason": "a test card"})] + \
                [json.dumps({"id": f"{who}-late", "ts": now + HOUR // 2, "type": "login", "account": who, "device": {"id": "d"},
                             "identity": {"card": "4012888888881881"}}) for who in ("ann", "bob")]
        assert not daemon.send(later)[1]["refused"]
        time.sleep(7)
        assert daemon.stop() == 0
        daemon.start()
        for _ in range(200):
            if not os.path.exists(os.path.join(daemon.state, "hash.key.old")) and not daemon.status()["is_rebuilding"]:
                break
            time.sleep(0.05)
        marks = ask(daemon, "value", "list")["marks"]
        assert [(mark["mark"]["value"], mark["mark"]["reason"]) for mark in marks] == [("generic", "a test card")], marks
        assert marks[0]["key"] != key and marks[0]["holders"] == 2, marks
        assert [value["kind"] for value in ask(daemon, "why", "ann", "bob")["ignored"]] == ["identity.card"]
    finally:
        daemon.end()


if __name__ == "__main__":
    sys.exit(run_tests([what_a_mark_changes_is_said_before_done_at_once_and_taken_back,
                        what_was_said_of_a_value_is_told_where_it_is_evidence_to_those_who_may_read_it,
                        what_was_noted_of_a_range_is_told_at_each_address_in_it, marks_live_through_a_restart_with_and_without_a_snapshot,
                        what_is_wrong_is_named_and_who_may_not_is_refused,
                        a_mark_on_what_is_private_goes_in_its_time_and_outlives_a_change_of_keys]))
