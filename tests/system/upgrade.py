#!/usr/bin/env python3
"""A state folder of an older version: the database is kept beside, brought to the tables of this one, and says the same; a second
start has nothing to do."""
import json
import os
import shutil
import sqlite3
import sys

from daemon import ROOT, run_tests
from sink_peers import wait_for
from sinks import with_sinks

KEY = b"\x07" * 32
ANN_AND_BOB, OF_EVE, OF_FAY = "5a8f7e0933ef5f9a", "b3afb11966dfaeee", "0bc0fb15ac6ca9ea"


def event(day, word, account, **more):
    return json.dumps({"id": f"{account}-{word}-{day}", "ts": f"2026-03-{day:02d}T08:00:00Z", "type": word, "account": account, **more})


EVENTS = [
    event(1, "login", "ann", ip="81.2.3.4", device={"id": "d-1", "platform": "Win32"}),
    event(1, "login", "bob", ip="81.2.3.4", device={"id": "d-1", "platform": "Win32"}),
    event(2, "login", "ann", ip="81.2.3.4", device={"id": "d-1", "platform": "Win32"}),
    event(3, "login", "bob", ip="81.2.3.4", device={"id": "d-1", "platform": "Win32"}),
    event(4, "payment", "ann", identity={"card": "4012888888881881", "email": "jo@shop-mail.example"}),
    event(4, "payment", "bob", identity={"card": "4012888888881881"}),
    event(5, "login", "cid", ip="81.2.9.9"),
    event(5, "login", "dan", ip="81.2.9.9", device={"id": "d-9"}),
    event(6, "health", "eve", kind="question"),
    event(6, "health", "fay", kind="question"),
    event(7, "closed", "fay", reason="it was told"),
]


def with_key():
    daemon = with_sinks("")
    os.makedirs(daemon.state, mode=0o750)
    with open(os.path.join(daemon.state, "hash.key"), "wb") as out:
        out.write(KEY)
    return daemon


def of_schema_1():
    daemon = with_key()
    with open(os.path.join(ROOT, "tests", "system", "schema1.sql")) as script, sqlite3.connect(database(daemon)) as db:
        db.executescript("PRAGMA journal_mode=WAL;" + script.read())
    db.close()
    return daemon


def database(daemon):
    return os.path.join(daemon.state, "assocd.db")


def rows(path, *statements):
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return [db.execute(statement).fetchall() for statement in statements]
    finally:
        db.close()


TABLES = ("PRAGMA user_version", "SELECT * FROM journal ORDER BY seq", "SELECT * FROM days", "SELECT * FROM alerts ORDER BY id",
          "SELECT * FROM outbox ORDER BY number", "SELECT * FROM sinks", "SELECT * FROM names", "SELECT * FROM meta ORDER BY key")


def alerts_of(daemon):
    return {row["id"]: row for row in json.loads(daemon.ask("GET", "/v1/alerts?limit=100")[1])["alerts"]}


def told(daemon):
    with open(os.path.join(daemon.state, "alerts.jsonl")) as lines:
        return [json.loads(line) for line in lines]


def imported():
    """The links that the same events make in a new folder."""
    daemon = with_key().start()
    try:
        status, answer = daemon.send(EVENTS)
        assert status == 200 and answer["accepted"] == len(EVENTS), answer
        return daemon.links(), {name: alerts_of(daemon)[name] for name in (ANN_AND_BOB, OF_FAY)}
    finally:
        daemon.discard()


def a_database_of_schema_1_is_kept_and_says_the_same_under_this_version():
    daemon = of_schema_1()
    try:
        before = rows(database(daemon), *TABLES)
        daemon.start()
        copy = database(daemon) + ".schema1"
        assert f"the database of schema 1 is kept as {copy}" in daemon.read_log(), daemon.read_log()
        assert rows(copy, *TABLES) == before
        assert rows(database(daemon), "PRAGMA user_version") == [[(2,)]]
        links, alerts = imported()
        assert daemon.links() == links and [link[:2] for link in links if link[2] >= 950] == [("ann", "bob")], (daemon.links(), links)
        now = alerts_of(daemon)
        for name, alert in alerts.items():
            assert now[name] == alert, (now[name], alert)
        assert (now[OF_EVE]["state"], now[OF_EVE]["actor"], now[OF_EVE]["reason"]) == ("acknowledged", "anna", "looked at"), now[OF_EVE]
        assert set(now) == {ANN_AND_BOB, OF_EVE, OF_FAY}, now
        # What the log had not had before comes now, with no word of what it had.
        wait_for(lambda: told(daemon))
        assert [(row["id"], row["event"]) for row in told(daemon) if row["id"] != ANN_AND_BOB] == [(OF_EVE, "updated")], told(daemon)
        assert daemon.send(EVENTS)[1]["duplicate"] == len(EVENTS)
    finally:
        daemon.discard()


def a_second_start_has_nothing_to_do():
    daemon = of_schema_1()
    try:
        daemon.start()
        copy = database(daemon) + ".schema1"
        wait_for(lambda: told(daemon))
        assert daemon.stop() == 0
        said, lines, kept = len(daemon.read_log()), told(daemon), os.stat(copy)
        tables = rows(database(daemon), *TABLES)
        daemon.start()
        assert "schema" not in daemon.read_log()[said:] and "others than" not in daemon.read_log()[said:], daemon.read_log()[said:]
        assert daemon.stop() == 0
        assert told(daemon) == lines and rows(database(daemon), *TABLES) == tables
        assert (os.stat(copy).st_ino, os.stat(copy).st_mtime_ns) == (kept.st_ino, kept.st_mtime_ns)
    finally:
        daemon.discard()


def the_way_back_that_operations_md_describes_is_one():
    """Stop, put the copy in its place, remove what is beside it: the database as the old version left it."""
    daemon = of_schema_1()
    try:
        before = rows(database(daemon), *TABLES)
        daemon.start()
        assert daemon.stop() == 0
        shutil.move(database(daemon) + ".schema1", database(daemon))
        for name in ("assocd.db-wal", "assocd.db-shm", "snapshot"):
            if os.path.exists(os.path.join(daemon.state, name)):
                os.unlink(os.path.join(daemon.state, name))
        assert rows(database(daemon), *TABLES) == before
    finally:
        daemon.discard()


if __name__ == "__main__":
    sys.exit(run_tests([a_database_of_schema_1_is_kept_and_says_the_same_under_this_version, a_second_start_has_nothing_to_do,
                        the_way_back_that_operations_md_describes_is_one]))
