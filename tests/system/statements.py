#!/usr/bin/env python3
"""What people state, through the real programs: verdicts, closures and relations, and what the history says of them."""
import json
import os
import socket
import sys
import time

from daemon import ROOT, Daemon, run_tests

ctl = Daemon.ctl


def with_sample():
    daemon = Daemon("networks: [%s]\n" % os.path.join(ROOT, "config", "sample-networks.csv")).start()
    status, text = ctl(daemon, "sample", "load")
    assert status == 0 and "refused" not in text, text
    return daemon


def ask(daemon, *words):
    status, text = ctl(daemon, "--json", *words)
    assert status == 0, text
    return json.loads(text)


def a_verdict_and_its_reason_are_shown_wherever_the_link_is():
    daemon = with_sample()
    try:
        pair = ("sample/ring-lotus-1", "sample/ring-lotus-2")
        status, text = ctl(daemon, "verdict", "clean", *pair, "--reason", "two passports")
        assert status == 0, text
        link = ask(daemon, "why", *pair)["link"]
        assert link["state"] == "cleared" and "two passports" in link["reason"], link
        assert "judged clean by" in ctl(daemon, "why", *pair)[1]
        changes = ask(daemon, "history", pair[0])["changes"]
        kinds = [change["change"] for change in changes]
        assert "verdict" in kinds and "link_cleared" in kinds and "link_appeared" in kinds, kinds
        assert any("two passports" in (change["reason"] or "") for change in changes), changes
        text = ctl(daemon, "history", pair[0])[1]
        assert "link_cleared" in text and pair[1] in text, text
    finally:
        daemon.end()


def a_cluster_tells_how_it_came_and_went():
    daemon = with_sample()
    try:
        cluster = ask(daemon, "account", "sample/ring-lotus-1")["cluster"]
        members = [member["account"] for member in ask(daemon, "cluster", cluster)["members"]]
        changes = ask(daemon, "cluster", cluster, "--history")["changes"]
        assert {change["account"] for change in changes if change["change"] == "cluster_joined"} >= set(members), changes
        for other in members[1:]:
            assert ctl(daemon, "verdict", "not_same", members[0], other, "--reason", "seen")[0] == 0
        changes = ask(daemon, "cluster", cluster, "--history")["changes"]
        left = [change for change in changes if change["change"] == "cluster_left"]
        assert left and "not_same" in left[0]["reason"], changes
        status, text = ctl(daemon, "history", "nobody")
        assert status == 1 and "nobody" in text, text
    finally:
        daemon.end()


def an_explanation_is_told_in_sentences_and_the_subject_learns_of_nobody():
    daemon = with_sample()
    try:
        pair = ("sample/banned-viktor", "sample/newcomer-martin")
        why = ask(daemon, "why", *pair)
        sentences = ctl(daemon, "why", *pair, "--text")[1].splitlines()
        assert sentences == why["sentences"], sentences
        text = "\n".join(sentences)
        items = why["evidence"]
        assert all(item["sentence"] in text and "would be %d" % item["without"] in text for item in items), text
        assert text.index("For it speaks:") < text.index("Against it speaks:"), text
        decisive = [item["rule_title"] for item in items if item["without"] < 500]
        assert decisive and "there would be no link: " + "; ".join(decisive) in text, (decisive, text)
        told = ask(daemon, "why", *pair, "--subject")
        assert told["account"] == pair[0] and any("a device" in s and "2026-06-02" in s for s in told["sentences"]), told
        hidden = [pair[1].split("/")[1], "bits", str(why["link"]["score"])]
        hidden += [item[key] for item in items for key in ("rule", "rule_title", "shown") if item.get(key)]
        hidden += [item["b"]["first"][:10] for item in items if item["b"]["first"]]  # when the other one was there
        plain = ctl(daemon, "why", *pair, "--subject")[1]
        assert not [word for word in hidden if word in plain], plain
        plain = ctl(daemon, "why", *reversed(pair), "--subject")[1]
        assert "2026-06-16" in plain and "2026-06-02" not in plain and "viktor" not in plain, plain
        plain = ctl(daemon, "why", "sample/agency-client-cheese", "sample/agency-client-toys", "--subject")[1]
        assert "nothing follows" in plain and len(plain.splitlines()) == 1, plain
    finally:
        daemon.end()


def the_history_survives_a_restart():
    daemon = with_sample()
    try:
        assert ctl(daemon, "verdict", "clean", "sample/ring-lotus-1", "--reason", "a shop and its owner")[0] == 0
        before = ask(daemon, "history", "sample/ring-lotus-1")
        assert daemon.stop() == 0
        daemon.start()
        assert ask(daemon, "history", "sample/ring-lotus-1") == before
        os.unlink(os.path.join(daemon.state, "snapshot"))
        daemon.kill()
        daemon.start()
        assert ask(daemon, "history", "sample/ring-lotus-1") == before
    finally:
        daemon.end()


def a_declaration_is_told_what_became_of_it():
    daemon = with_sample()
    anna, bert = "sample/ring-lotus-1", "sample/ring-lotus-2"

    def declare(account, kind, *how):
        return ctl(daemon, "declare", account, kind, *how)
    try:
        status, text = declare(anna, "household", "--with", bert)
        assert status == 0 and "it counts once %s declares the same" % bert in text, text
        status, text = declare(bert, "household", "--with", anna)
        assert status == 0 and "it counts" in text and "once" not in text, text
        assert "nothing else was heard of" not in text, text
        status, text = declare(anna, "household", "--with", "ring-lotos-3")
        assert status == 0 and "it counts once sample/ring-lotos-3 declares the same" in text, text
        assert "nothing else was heard of sample/ring-lotos-3 yet" in text and anna + " yet" not in text, text
        assert "nothing else was heard of sample/ring-lotos-4 yet" in declare("sample/ring-lotos-4", "agency", "--group", "x")[1]
        status, text = declare(anna, "houshold", "--group", "h")
        assert status == 0 and "houshold is no kind of scoring.yaml" in text and "nobody else is in the group" in text, text
        for i in range(64):
            status, text = declare("sample/joint-%d" % i, "joint", "--group", "full")
            assert status == 0, text
        assert "64 accounts are in the group" in text, text
        status, text = declare("sample/joint-64", "joint", "--group", "full")
        assert status == 1 and "ignored" in text and "as many accounts as a joint group may have" in text, text
        assert "a joint group has 64 accounts at most" in ctl(daemon, "history", "sample/joint-64")[1]
    finally:
        daemon.end()


def a_sentence_says_what_is_so():
    daemon = with_sample()
    one = {"ts": "2026-06-08T10:00:00Z", "type": "profile", "site": "shop", "device": {"id": "8d2b1c07aa41"}, "timezone": "Europe/Berlin",
           "items": ["A1"], "identity": {"tax_id": "DE811907980", "name": "Jo Sund"}}
    lines = [dict(one, account="jo-1"), dict(one, account="jo-2", items=["B1"], timezone="Asia/Tokyo"),
             dict(one, account="jo-3", identity={"tax_id": "DE136695976", "name": "Jo Vik"})]
    try:
        assert daemon.send([json.dumps(line) for line in lines], backfill=True)[1]["accepted"] == 3
        text = ctl(daemon, "why", "shop/jo-1", "shop/jo-2", "--text")[1]
        for said in ("the tax numbers of shop/jo-1 and shop/jo-2 agree:", "the names of shop/jo-1 and shop/jo-2 agree:",
                     "the time zones of shop/jo-1 and shop/jo-2 differ:"):
            assert said in text, text
        assert "act on the same items" not in text, text
        text = ctl(daemon, "why", "shop/jo-1", "shop/jo-3", "--text")[1]
        for said in ("the tax numbers of shop/jo-1 and shop/jo-3 differ:", "the names of shop/jo-1 and shop/jo-3 agree in part:",
                     "share a device; of their names and tax numbers: their names agree in part, their tax numbers differ"):
            assert said in text, text
    finally:
        daemon.end()


def over_stream(daemon, body):
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(30)
        link.connect(os.path.join(daemon.state, "assocd.sock"))
        link.sendall(body.encode())
        link.shutdown(socket.SHUT_WR)
        return [json.loads(line) for line in link.makefile()]


# Closed, closed again, appealed with an alert that is none, reinstated though nobody closed it, and what takes effect.
NEWS = [{"type": "closed", "account": "IT-1"}, {"type": "closed", "account": "IT-1"},
        {"type": "appeal", "account": "IT-1", "alert": "0123456789abcdef"}, {"type": "login", "account": "IT-1"},
        {"type": "reinstated", "account": "IT-2"}, {"type": "relation", "account": "IT-1", "relation": {"kind": "household", "group": "h"}},
        {"type": "relation", "account": "IT-1", "relation": {"kind": "household", "with": "IT-1"}}]
IGNORED = [(2, "repeated", "the account is closed already"), (3, "unknown", "there is no alert of this id"),
           (5, "repeated", "the account is not closed")]


def news(door):
    now = int(time.time() * 1000)
    return [json.dumps(dict(line, ts=now, id="%s-%d" % (door, i))).replace("IT", door) for i, line in enumerate(NEWS)]


def check_ignored(answer):
    assert [(one["line"], one["error"]) for one in answer["ignored"]] == [row[:2] for row in IGNORED], answer
    assert all(says in one["detail"] for one, (_, _, says) in zip(answer["ignored"], IGNORED)), answer
    assert answer["accepted"] == 6 and [(one["line"], one["error"]) for one in answer["refused"]] == [(7, "relation")], answer


def what_changes_nothing_is_told_at_every_door():
    daemon = Daemon("collectors:\n  tail:\n    files:\n      - {file: events.ndjson, trusted: true}\n")
    open(daemon.path("events.ndjson"), "w").close()
    daemon.start()
    try:
        check_ignored(daemon.send(news("bulk"))[1])
        answers = over_stream(daemon, "\n".join(news("stream")) + "\n")
        assert len(answers) == 1, answers
        check_ignored(answers[0])
        status, body, _ = daemon.ask("POST", "/v1/events", news("bulk")[2].replace("bulk-2", "one"), {"Content-Type": "application/json"})
        assert status == 200 and json.loads(body)["ignored"]["error"] == "unknown", body
        assert "ignored" not in daemon.send(news("bulk")[3:4])[1]
        with open(daemon.path("sent.ndjson"), "w") as out:
            out.write("\n".join(news("sent")) + "\n")
        text = ctl(daemon, "send", daemon.path("sent.ndjson"))[1]
        assert "2 taken and without effect for repeated, the first %s:2: the account is closed" % daemon.path("sent.ndjson") in text, text
        told = json.loads(ctl(daemon, "--json", "send", "--site", "b", daemon.path("sent.ndjson"))[1])
        assert told["ignored"] == 3 and told["ignored_reasons"] == {"repeated": 2, "unknown": 1}, told
        with open(daemon.path("events.ndjson"), "w") as out:
            out.write("\n".join(news("tail")) + "\n")
        daemon.wait_log("events.ndjson:2 is taken and changes nothing: the account is closed already (and 2 more lines)")
        assert daemon.status()["ignored"] == {"repeated": 10, "unknown": 6}, daemon.status()
        metrics = daemon.ask("GET", "/metrics")[1].decode()
        assert 'assocd_statements_ignored_total{reason="repeated"} 10\n' in metrics
        assert 'assocd_statements_ignored_total{reason="limit"} 0\n' in metrics
        assert "ignored                unknown 6, repeated 10" in ctl(daemon, "status")[1], ctl(daemon, "status")[1]
        text = ctl(daemon, "declare", "bulk-1", "household", "--group", "h")[1]
        assert "recorded; it changes nothing: the account has declared this already" in text, text
    finally:
        daemon.end()


if __name__ == "__main__":
    sys.exit(run_tests([a_verdict_and_its_reason_are_shown_wherever_the_link_is, a_cluster_tells_how_it_came_and_went,
                        an_explanation_is_told_in_sentences_and_the_subject_learns_of_nobody, the_history_survives_a_restart,
                        a_declaration_is_told_what_became_of_it, a_sentence_says_what_is_so,
                        what_changes_nothing_is_told_at_every_door]))
