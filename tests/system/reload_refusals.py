#!/usr/bin/env python3
"""What is wrong when it is read again leaves in use what was read before, and is told until it is taken: by the gauge, by the
status, by `assocctl check`, and once in the log."""
import base64
import json
import os
import signal
import sys
import time

from daemon import run_tests, with_own
from sink_peers import Web, wait_for
from sinks import ask_question, with_sinks

PARTS = {"rules", "tokens", "certificate", "sinks"}
OLD, NEW = (base64.b64encode(bytes([fill]) * 32).decode() for fill in (7, 9))


class Place:
    """A daemon with everything that a reload reads but a certificate, which is tls.py's."""

    def __init__(self):
        self.web = Web()
        self.daemon = with_sinks(f"""\
  hook: {{type: webhook, url: "{self.web.url()}", secrets: secrets, allow_private: on}}
  mail: {{type: mail, url: "smtps://127.0.0.1:9", from: a@example.org, to: [b@example.org], user: assocd, password_file: password}}
""")
        self.write("secrets", f"whsec_{OLD}\n")
        self.write("password", "a secret\n")
        self.daemon.start()
        assert self.daemon.ctl("token", "add", "shop", "--role", "read")[0] == 0
        wait_for(lambda: "the tokens have changed" in self.daemon.read_log())

    def write(self, name, content):
        with open(self.daemon.path(name), "w") as out:
            out.write(content)

    def reload(self):
        """The log since."""
        before = len(self.daemon.read_log())
        self.daemon.process.send_signal(signal.SIGHUP)
        return wait_for(lambda: (said := self.daemon.read_log()[before:]) and (" rules: " in said) and said)

    def refused(self):
        """What status says; the gauges must say the same, unless it has changed between the two questions."""
        while True:
            refused = self.daemon.status()["reload_refused"]
            gauges = dict(line.rsplit(" ", 1) for line in self.daemon.ask("GET", "/metrics")[1].decode().splitlines()
                          if line.startswith("assocd_last_reload_successful{"))
            if self.daemon.status()["reload_refused"] == refused:
                break
        assert gauges == {f'assocd_last_reload_successful{{part="{part}"}}': str(int(part not in refused)) for part in PARTS}, (gauges, refused)
        return refused

    def check(self):
        return self.daemon.ctl("check", "--limit", "free-mib=0,0")

    def end(self):
        self.daemon.discard()


with_place = with_own(Place, Place.end)


@with_place
def tokens_that_are_wrong_leave_the_old_ones_in_use(place):
    daemon = place.daemon
    path = os.path.join(daemon.state, "tokens")
    with open(path) as lines:
        right = lines.read()
    assert place.refused() == {}
    with open(path, "a") as lines:
        lines.write("anna analyst 0123\n")
    said = wait_for(lambda: "; the old tokens stay in force" in daemon.read_log() and daemon.read_log())
    reason = place.refused()["tokens"]
    assert f"{path}:{len(right.splitlines()) + 1}: " in reason and reason in said, (reason, said)
    time.sleep(2.5) # it is looked at once a second
    assert daemon.read_log().count(reason) == 1, daemon.read_log()
    assert daemon.status() and place.check()[0] == 1 and reason in place.check()[1], place.check()
    with open(path, "w") as lines:
        lines.write(right)
    wait_for(lambda: not place.refused())
    assert daemon.read_log().count("the tokens have changed; the new set is in force") == 2, daemon.read_log()


def signatures(place):
    """By how many secrets the last one was signed."""
    return len(place.web.got[-1][1]["webhook-signature"].split())


@with_place
def secrets_and_passwords_that_are_wrong_leave_the_old_ones_in_use(place):
    daemon = place.daemon
    place.write("secrets", f"whsec_{OLD}\nwhsec_{NEW[:12]}")  # half written
    os.unlink(daemon.path("password"))
    said = place.reload()
    reason = place.refused()["sinks"]
    for sink, what in (("hook", "secrets:2: a secret is "), ("mail", "password")):
        assert f"sink {sink}: {daemon.path('')}{what}" in reason, reason
        assert said.count(f"sink {sink}: ") == 1 and "; what was read before stays in use" in said, said
    status, text = place.check()
    assert status == 1 and "(sinks)" in text and reason in text, (status, text)
    assert "reload refused" in daemon.ctl("status")[1] and "secrets:2" in daemon.ctl("status")[1], daemon.ctl("status")[1]
    ask_question(daemon, "shop/ann")
    wait_for(lambda: place.web.got)
    assert signatures(place) == 1

    place.write("password", "another\n")
    place.reload()
    assert "sink mail" not in place.refused()["sinks"] and "sink hook" in place.refused()["sinks"], place.refused()
    place.write("secrets", f"whsec_{OLD}\nwhsec_{NEW}\n")
    place.reload()
    assert place.refused() == {}, place.refused()
    ask_question(daemon, "shop/bob")
    wait_for(lambda: len(place.web.got) == 2)
    assert signatures(place) == 2


@with_place
def one_part_that_is_wrong_keeps_no_other_from_being_taken(place):
    daemon = place.daemon
    rule = daemon.path("rules/quick.yaml")
    with open(rule) as lines:
        right = lines.read()
    place.write("rules/quick.yaml", right.replace("scope: account", "scope: planet"))
    place.write("secrets", f"whsec_{NEW}\n")
    place.reload()
    refused = wait_for(place.refused)
    assert set(refused) == {"rules"} and daemon.path("rules") in refused["rules"], refused
    place.write("rules/quick.yaml", right)
    place.reload()
    wait_for(lambda: not place.refused())
    assert json.loads(daemon.ctl("check", "--json")[1])["state"] in ("OK", "WARNING")


if __name__ == "__main__":
    sys.exit(run_tests([tokens_that_are_wrong_leave_the_old_ones_in_use,
                        secrets_and_passwords_that_are_wrong_leave_the_old_ones_in_use,
                        one_part_that_is_wrong_keeps_no_other_from_being_taken]))
