#!/usr/bin/env python3
"""`assocctl backup`: a folder that a daemon can be started on, made while another writes; and what is damaged is said."""
import json
import os
import sqlite3
import sys
import threading

from daemon import Daemon, run_tests, stories


class Busy:
    """Sends events until it is told to stop."""

    def __init__(self, daemon, lines):
        self.daemon, self.lines, self.acknowledged, self.is_over = daemon, lines, 0, False
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        for at in range(0, len(self.lines), 50):
            if self.is_over:
                return
            status, answer = self.daemon.send(self.lines[at:at + 50])
            assert status == 200 and answer["accepted"] == 50, answer
            self.acknowledged = at + 50

    def wait_for(self, n):
        while self.acknowledged < n and self.thread.is_alive():
            self.thread.join(0.01)

    def end(self):
        self.is_over = True
        self.thread.join()


def events_of(state):
    with sqlite3.connect(f"file:{state}/assocd.db?mode=ro", uri=True) as db:
        return db.execute("SELECT count(*), max(seq) FROM journal").fetchone()


def a_backup_under_load_is_a_state_that_was_and_a_daemon_starts_on_it():
    lines = stories(3000, 1)
    daemon = Daemon().start()
    folder = daemon.path("copy")
    try:
        assert daemon.ctl("token", "add", "shop", "--role", "ingest")[0] == 0
        busy = Busy(daemon, lines)
        busy.wait_for(500)
        before = busy.acknowledged
        status, said = daemon.ctl("--json", "backup", folder + "/")
        after = busy.acknowledged + 50
        busy.end()
        assert status == 0, said
        told = json.loads(said)
        assert before <= told["events"] <= after and told["events"] == told["last_seq"] and told["verified"], (before, told, after)
        assert sorted(os.listdir(folder)) == ["admin.token", "assocd.db", "hash.key", "tokens"], os.listdir(folder)
        assert os.stat(folder).st_mode & 0o77 == 0 and os.stat(folder + "/assocd.db").st_mode & 0o77 == 0
        daemon.stop()
        restored, fresh = Daemon(state=folder), Daemon()
        try:
            restored.start()
            fresh.start().send(lines[:told["events"]])
            assert restored.status()["journal_seq"] == told["events"]
            assert restored.links() == fresh.links() and restored.links()
            assert restored.send(lines)[1]["duplicate"] == told["events"]
        finally:
            restored.discard()
            fresh.discard()
    finally:
        daemon.discard()


def a_backup_takes_no_place_that_is_taken_and_leaves_nothing_half_made():
    daemon = Daemon()
    folder = daemon.path("copy")
    try:
        status, said = daemon.ctl("backup", folder)
        assert status == 1 and daemon.state in said, said
        assert os.listdir(daemon.dir) == ["assocd.yaml"], os.listdir(daemon.dir)
        daemon.start().send(stories(100, 2))
        daemon.stop()
        assert daemon.ctl("backup", folder)[0] == 0, "of a daemon that is stopped"
        status, said = daemon.ctl("backup", folder)
        assert status == 1 and "exists" in said, said
        os.mkdir(daemon.path("other.partial"))
        status, said = daemon.ctl("backup", daemon.path("other"))
        assert status == 1 and "other.partial" in said and "remove it" in said, said
        status, said = daemon.ctl("backup", daemon.path("no/such"))
        assert status == 1 and "no/such.partial: No such file" in said, said
    finally:
        daemon.discard()


def a_folder_in_use_is_not_taken_for_a_backup():
    daemon = Daemon().start()
    try:
        daemon.send(stories(200, 3))
        status, said = daemon.ctl("backup", "--verify", daemon.state)
        assert status == 1 and "assocd.db-wal holds what is not in the database yet: a daemon uses the folder" in said, said
        assert "`assocctl backup` copies such a folder" in said, said
        assert daemon.stop() == 0 and daemon.ctl("backup", "--verify", daemon.state)[0] == 0
    finally:
        daemon.discard()


def a_damaged_backup_is_found_out():
    daemon = Daemon().start()
    folder, file = daemon.path("copy"), daemon.path("copy/assocd.db")
    try:
        daemon.send(stories(1500, 3))
        assert daemon.ctl("backup", folder)[0] == 0
        status, said = daemon.ctl("backup", "--verify", folder)
        assert status == 0 and "1,500 events" in said and os.listdir(folder).count("assocd.db-wal") == 0, said
        kept = open(file, "rb").read()

        def verified(content):
            with open(file, "wb") as out:
                out.write(content)
            return daemon.ctl("backup", "--verify", folder)
        page = 8192
        status, said = verified(kept[:10 * page] + b"\xff" * page + kept[11 * page:])
        assert status == 1 and file in said, said
        status, said = verified(kept[:len(kept) // 2])
        assert status == 1 and file in said, said
        at = kept.index(b"p7a0", 20 * page)  # an account's name: no structure of SQLite is hurt, an event is
        status, said = verified(kept[:at - 1] + b"\xff\xff" + kept[at + 1:])
        assert status == 1 and "cannot be read" in said, said
        status, said = verified(b"not a database at all" * 1000)
        assert status == 1 and "no SQLite database" in said, said
        os.unlink(file)
        status, said = daemon.ctl("backup", "--verify", folder)
        assert status == 1 and "there is no database" in said, said
    finally:
        daemon.discard()


sys.exit(run_tests([a_folder_in_use_is_not_taken_for_a_backup, a_backup_under_load_is_a_state_that_was_and_a_daemon_starts_on_it,
                    a_backup_takes_no_place_that_is_taken_and_leaves_nothing_half_made, a_damaged_backup_is_found_out]))
