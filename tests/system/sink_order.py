#!/usr/bin/env python3
"""Order after an outage: changes of alerts that came about while a sink took nothing, before and after a restart, arrive in the
order in which they came about. Of one alert nothing overtakes: opened, then updated, then resolved. HTTP and the alert log."""
import json
import os
import sys

from daemon import run_tests, with_own
from sink_peers import Web, wait_for
from sinks import ask_question, close_account, sinks_of, with_sinks

ACCOUNTS = [f"a{i}" for i in range(5)]
LIFE = ["opened", "updated", "updated", "resolved"]


class Outage:
    """A daemon whose webhooks are refused and whose alert log has no room."""

    def __init__(self):
        self.one, self.many = Web(), Web()
        self.daemon = with_sinks(f"""\
  one: {{type: webhook, url: "{self.one.url()}", allow_private: on, timeout: 1s}}
  many: {{type: webhook, url: "{self.many.url()}", allow_private: on, timeout: 1s, group: 7}}
""")
        self.log = os.path.join(self.daemon.state, "alerts.jsonl")
        self.begin()
        self.daemon.start()

    def begin(self):
        self.one.status = self.many.status = 503
        os.makedirs(self.daemon.state, exist_ok=True)
        os.symlink("/dev/full", self.log)

    def end_it(self):
        """Everything takes alerts again."""
        for web in (self.one, self.many):
            web.status, web.is_silent = 200, False
            web.got.clear()
        os.unlink(self.log)

    def alert_of(self, account):
        (found,) = [row["id"] for row in json.loads(self.daemon.ask("GET", "/v1/alerts?limit=100")[1])["alerts"] if row["accounts"] == [account]]
        return found

    def act(self, word, account, *more):
        status, text = self.daemon.ctl(word, self.alert_of(account), *more)
        assert status == 0, text

    def wait_failing(self):
        wait_for(lambda: all(row["is_failing"] for row in sinks_of(self.daemon).values()))

    def told(self):
        """By each sink: the changes in the order of their arrival, repeated ones too, as (account, event, updated_seq)."""
        with open(self.log) as lines:
            log = [json.loads(line) for line in lines]
        bodies = {name: [json.loads(body)["data"] for _, _, body in web.got] for name, web in (("one", self.one), ("many", self.many))}
        bodies = {name: [row for data in rows for row in (data if isinstance(data, list) else [data])] for name, rows in bodies.items()}
        return {name: [(row["accounts"][0], row["event"], row["updated_seq"]) for row in rows] for name, rows in {**bodies, "log": log}.items()}

    def end(self):
        self.daemon.discard()


def without_repeats(rows):
    return list(dict.fromkeys(rows))


def assert_in_order(told):
    for name, rows in told.items():
        for kept in (without_repeats(rows), without_repeats(rows[::-1])[::-1]):  # as who sees the first of each, and the last
            for account in ACCOUNTS:
                mine = [row for row in kept if row[0] == account]
                assert [event for _, event, _ in mine] == LIFE, (name, mine)
                assert [seq for _, _, seq in mine] == sorted(seq for _, _, seq in mine), (name, mine)
        assert without_repeats(rows) == without_repeats(told["log"]), (name, rows, told["log"])


def changes_during_an_outage_and_a_restart_arrive_in_their_order(restart):
    place = Outage()
    daemon = place.daemon
    try:
        for account in ACCOUNTS[:3]:
            ask_question(daemon, account)
        place.act("ack", ACCOUNTS[1], "--reason", "looked at")
        place.wait_failing()
        place.act("assign", ACCOUNTS[1], "--to", "bea", "--reason", "hers")
        close_account(daemon, ACCOUNTS[1])
        restart(daemon)
        place.one.is_silent = True  # and not refused any more: the other kind of outage
        for account in ACCOUNTS[3:]:
            ask_question(daemon, account)
        for account in ACCOUNTS[:1] + ACCOUNTS[2:]:
            place.act("ack", account, "--reason", "looked at")
        place.wait_failing()
        place.end_it()
        for account in ACCOUNTS[:1] + ACCOUNTS[2:]:  # while what waited goes out
            place.act("assign", account, "--to", "bea", "--reason", "hers")
            close_account(daemon, account)
        wait_for(lambda: all(row["waiting"] == 0 and not row["is_failing"] for row in sinks_of(daemon).values()), 40)
        assert_in_order(place.told())
        assert any(len(json.loads(body)["data"]) > 1 for _, _, body in place.many.got if body.startswith(b'{"type":"alerts"')), "no group"
    finally:
        place.end()


def stopped(daemon):
    assert daemon.stop() == 0
    daemon.start()


def killed(daemon):
    daemon.kill()
    daemon.start()


def after_a_stop():
    changes_during_an_outage_and_a_restart_arrive_in_their_order(stopped)


def after_a_kill():
    changes_during_an_outage_and_a_restart_arrive_in_their_order(killed)


if __name__ == "__main__":
    sys.exit(run_tests([after_a_stop, after_a_kill]))
