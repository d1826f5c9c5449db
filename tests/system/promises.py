#!/usr/bin/env python3
"""Promises of docs/architecture.md that only the whole programs can show: replays agree to the byte, declared relations leave
the computed score alone, and nothing private lies or is logged in the clear."""
import json
import os
import subprocess
import sys
import tempfile

from daemon import BUILD, Daemon, run_tests, stories


def two_replays_write_the_same_bytes():
    with tempfile.TemporaryDirectory() as folder:
        events = os.path.join(folder, "events.ndjson")
        with open(events, "w", encoding="utf-8") as file:
            file.write("\n".join(stories(3000, 11)) + "\n")
        made = []
        for run in ("one", "two"):
            files = [os.path.join(folder, f"{run}.{what}") for what in ("links", "clusters", "alerts")]
            done = subprocess.run([os.path.join(BUILD, "assocctl"), "replay", "--links", files[0], "--clusters", files[1],
                                   "--alerts", files[2], events], capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            made.append([open(path, "rb").read() for path in files])
        assert made[0] == made[1], "two replays of the same events differ"
        assert all(len(content) > 100 for content in made[0]), [len(content) for content in made[0]]


def login(account, **more):
    return json.dumps({"ts": "2026-06-01T10:00:00Z", "type": "login", "site": "shop", "account": account, "device": {"id": "f84914ca3226e846"}, **more})


def relation(account, kind):
    return json.dumps({"ts": "2026-06-02T10:00:00Z", "type": "relation", "site": "shop", "account": account,
                       "relation": {"kind": kind, "group": "north"}})


def link_of(daemon):
    return json.loads(daemon.ask("GET", "/v1/links/shop%2Fanna/shop%2Fbela")[1])["link"]


def declared_relations_leave_the_computed_score_alone():
    daemon = Daemon().start()
    try:
        daemon.send([login("anna"), login("bela")] + [login(f"other-{i}", device={"id": f"d-{i}"}) for i in range(300)], backfill=True)
        before = link_of(daemon)
        assert before["computed"] > 0 and before["score"] == before["computed"], before
        for kind, state in (("agency", "explained"), ("joint", "joint")):
            assert daemon.send([relation("anna", kind), relation("bela", kind)], backfill=True)[1]["accepted"] == 2
            link = link_of(daemon)
            assert link["computed"] == before["computed"] and link["state"] == state, (before, link)
        assert link["score"] == 1000, link
    finally:
        daemon.end()


SECRETS = {"email": "Anna.Privatova@mail.example.org", "phone": "+49 1511 2345678", "card": "4012 8888 8888 1881", "bank": "DE02120300000000202051",
           "tax_id": "TUS623537003", "name": "Anna Privatova", "address": "12 Secret Lane, 07932, US", "document": "doc-5f1c9a7be2"}


def forms(text):
    """As sent, and the ways in which a normal form would show it."""
    squeezed = "".join(c for c in text if c.isalnum())
    return {text, text.lower(), squeezed, squeezed.lower(), squeezed.upper()}


def nothing_private_is_kept_or_logged_in_the_clear():
    daemon = Daemon().start()
    try:
        lines = [login(account, identity=SECRETS) for account in ("anna", "bela")]
        lines.append(json.dumps({"ts": "2026-06-01T10:00:00Z", "type": "login", "account": "x", "identity": {**SECRETS, "emial": "y"}}))
        answer = daemon.send(lines)[1]
        assert answer["accepted"] == 2 and len(answer["refused"]) == 1, answer
        assert len(json.loads(daemon.ask("GET", "/v1/links/shop%2Fanna/shop%2Fbela")[1])["evidence"]) > 5
        assert daemon.stop() == 0
        files = [daemon.log] + [os.path.join(folder, name) for folder, _, names in os.walk(daemon.state) for name in names]
        for path in files:
            with open(path, "rb") as file:
                content = file.read()
            for kind, text in SECRETS.items():
                for form in forms(text):
                    assert form.encode() not in content, f"{kind} is in the clear in {os.path.basename(path)}"
        assert {"assocd.db", "snapshot"} <= {os.path.basename(path) for path in files}, files
    finally:
        daemon.end()


if __name__ == "__main__":
    sys.exit(run_tests([two_replays_write_the_same_bytes, declared_relations_leave_the_computed_score_alone,
                        nothing_private_is_kept_or_logged_in_the_clear]))
