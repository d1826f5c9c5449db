#!/usr/bin/env python3
"""kill -9 at any point under load: no acknowledged event is lost, none is there twice, links and alerts are those of an
undisturbed replay of the same events, and every change of an alert reaches the alert log and a webhook at least once."""
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import sys
import threading
import time

from daemon import Daemon, replayed, run_tests, stories
from sink_peers import Web, wait_for

ROUNDS = 200 if os.environ.get("ASSOCD_ALL") == "1" else 5
PER_ROUND = 400
CHUNK = 20


class Sender:
    """Sends lines in order, from the first that is not acknowledged, and remembers what is."""

    def __init__(self, daemon, lines):
        self.daemon, self.lines, self.acknowledged = daemon, lines, 0

    def over_stream(self, until):
        """One connection; acknowledgements name lines of it."""
        base = self.acknowledged
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(os.path.join(self.daemon.state, "assocd.sock"))
            link.settimeout(20)
            reader = threading.Thread(target=self.read_answers, args=(link, base, until))
            reader.start()
            try:
                for at in range(base, until, CHUNK):
                    link.sendall(("\n".join(self.lines[at:min(at + CHUNK, until)]) + "\n").encode())
                    time.sleep(0.002)
            except OSError:
                pass
            reader.join()

    def read_answers(self, link, base, until):
        pending = b""
        while self.acknowledged < until:
            try:
                more = link.recv(65536)
            except OSError:
                return
            if not more:
                return
            *whole, pending = (pending + more).split(b"\n")
            for line in whole:
                answer = json.loads(line)
                assert not answer.get("refused"), answer
                self.acknowledged = base + answer["through"]

    def over_http(self, until):
        for at in range(self.acknowledged, until, CHUNK):
            end = min(at + CHUNK, until)
            try:
                status, answer = self.daemon.send(self.lines[at:end])
            except (OSError, ValueError):
                return
            except Exception as why:  # http.client: the answer was cut
                if type(why).__module__ != "http.client":
                    raise
                return
            if status != 200:
                return
            assert answer["accepted"] + answer["duplicate"] == end - at, answer
            self.acknowledged = end


def kill_while_sending(daemon, sender, number, rng):
    until = min(len(sender.lines), sender.acknowledged + PER_ROUND)
    send = sender.over_http if number % 2 else sender.over_stream
    thread = threading.Thread(target=send, args=(until,))
    goal = sender.acknowledged + rng.randrange(PER_ROUND)
    thread.start()
    while thread.is_alive() and sender.acknowledged < goal:
        time.sleep(0.001)
    time.sleep(rng.uniform(0, 0.02))
    daemon.kill()
    thread.join()
    return sender.acknowledged < until


def journal_rows(daemon):
    with sqlite3.connect(f"file:{daemon.state}/assocd.db?mode=ro", uri=True) as database:
        return database.execute("SELECT seq, id_hash FROM journal ORDER BY seq").fetchall()


def changes(alerts):
    return {(alert["id"], alert["event"], alert["updated_seq"]) for alert in alerts}


def check_alerts(daemon, web, wanted):
    """Nothing else is told than what an undisturbed run tells, and all of that."""
    wanted = changes(wanted)
    assert len(wanted) > 20, "the events make too few alerts to say anything"

    def posted():
        bodies = [json.loads(body)["data"] for _, _, body in list(web.got)]
        return changes(alert for data in bodies for alert in (data if isinstance(data, list) else [data]))

    def logged():
        with open(os.path.join(daemon.state, "alerts.jsonl")) as log:
            return changes(json.loads(line) for line in log if line.endswith("\n"))
    for told in (logged, posted):
        wait_for(lambda: len(told()) >= len(wanted), 60)
        assert told() == wanted, (told.__name__, len(told()), len(wanted), list(told() ^ wanted)[:5])


def killed_daemon_loses_nothing_and_says_the_same():
    web = Web()
    daemon = Daemon(f'snapshot_every: 1s\nsinks:\n  hook: {{type: webhook, url: "{web.url()}", allow_private: on, group: 20}}\n')
    lines = stories(ROUNDS * PER_ROUND, 7)
    sender, rng, cut_off = Sender(daemon, lines), random.Random(5), 0
    try:
        for number in range(ROUNDS):
            if number % 4 == 3:  # while it starts, too
                daemon.start(wait=False)
                time.sleep(rng.uniform(0, 0.2))
                daemon.kill()
            daemon.start()
            acknowledged = sender.acknowledged
            held = daemon.status()["events"]
            assert held >= acknowledged, f"round {number}: {acknowledged} events were acknowledged, {held} are there"
            cut_off += kill_while_sending(daemon, sender, number, rng)
        daemon.start()
        print(f"{cut_off} of {ROUNDS} kills came before the sender had its last answer")
        assert cut_off >= ROUNDS // 3, cut_off
        for at in range(sender.acknowledged, len(lines), 5000):
            assert daemon.send(lines[at:at + 5000])[0] == 200
        links = [(a, b, score) for a, b, score, _ in daemon.links()]
        wanted, alerts = replayed(lines, daemon.dir, "--told")
        check_alerts(daemon, web, alerts)
        assert daemon.stop() == 0, daemon.read_log()[-2000:]
        rows = journal_rows(daemon)
        assert len(rows) == len(lines), f"{len(rows)} rows, {len(lines)} events"
        assert len({id_hash for _, id_hash in rows}) == len(rows), "an event is there twice"
        assert links == wanted, f"{len(links)} links, an undisturbed run makes {len(wanted)}: {set(links) ^ set(wanted)}"
        assert len(wanted) > 50, "the events make too few links to say anything"
        # Once more from the snapshot of the clean stop.
        daemon.start()
        assert [(a, b, score) for a, b, score, _ in daemon.links()] == wanted
        assert "not used" not in daemon.read_log().rsplit("listening", 1)[0].rsplit("stopped", 1)[-1]
        assert daemon.stop() == 0
    finally:
        daemon.end()
    shutil.rmtree(daemon.dir)


def second_daemon_on_the_same_folder_is_refused():
    daemon = Daemon()
    try:
        daemon.start()
        other = Daemon(state=daemon.state).start(wait=False)
        assert other.process.wait(timeout=60) == 1
        assert f"is in use by process {daemon.process.pid}" in other.read_log(), other.read_log()
        shutil.rmtree(other.dir)
    finally:
        daemon.end()
    shutil.rmtree(daemon.dir)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(run_tests([killed_daemon_loses_nothing_and_says_the_same, second_daemon_on_the_same_folder_is_refused]))
