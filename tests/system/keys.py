#!/usr/bin/env python3
"""A new key of hashed kinds: nothing that is reported depends on it, and the old one goes when its values have had their time."""
import json
import os
import sys
import time

from daemon import Daemon, run_tests

CONFIG = "retain_hash: 6s\nfuture_limit: 1h\n"
HOUR = 3600000


def people(stage, ts, accounts):
    """Accounts that have nothing in common but a mail address and a card, one pair of them with each of ten people."""
    return [json.dumps({"id": f"{stage}-{account}-{person}-{i}", "ts": ts + i * 60000 + person, "type": "login",
                        "account": f"{account}-{person}", "identity": {"email": f"person{person}@mail-{person}.example",
                                                                      "card": "4%015d" % (person * 7919)}})
            for person in range(10) for account in accounts for i in range(3)]


def both(daemons, lines):
    for daemon in daemons:
        status, answer = daemon.send(lines)
        assert status == 200 and not answer["refused"], answer
    same(daemons)


def same(daemons):
    changed, plain = (daemon.links() for daemon in daemons)
    assert changed == plain and plain, (changed, plain)
    found = [json.loads(daemon.ctl("--json", "search", "person3@mail-3.example")[1])["values"] for daemon in daemons]
    holders = [[sorted(holder["account"] for holder in value["accounts"]) for value in values] for values in found]
    assert holders[0] == holders[1] and holders[0] and holders[0][0], holders


def restart(daemons):
    for daemon in daemons:
        assert daemon.stop() == 0
        with open(daemon.log, "w"):
            pass
        daemon.start()


def settle(daemons):
    """What the start began, its round of retention, is over."""
    for _ in range(400):
        if not any(daemon.status()["is_rebuilding"] for daemon in daemons):
            return
        time.sleep(0.05)
    raise AssertionError("an engine is still being made")


def interrupted_change(state):
    """The new key is there, the database does not know since when."""
    current = os.path.join(state, "hash.key")
    os.rename(current, current + ".old")
    with open(os.open(current, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as key:
        key.write(b"0123456789abcdef" * 2)


def nothing_reported_depends_on_the_key_and_the_old_one_goes():
    daemons = changed, _ = Daemon(CONFIG).start(), Daemon(CONFIG).start()
    now = int(time.time() * 1000)
    old = os.path.join(changed.state, "hash.key.old")
    try:
        both(daemons, people("before", now - HOUR, ["a", "z"]))
        kept = open(os.path.join(changed.state, "hash.key"), "rb").read()
        status, said = changed.ctl("--json", "key", "rotate")
        assert status == 0 and json.loads(said)["old_until"], said
        began, first = time.time(), changed.status()["hash_key"]["changed"]
        assert open(old, "rb").read() == kept != open(os.path.join(changed.state, "hash.key"), "rb").read()
        assert os.stat(os.path.join(changed.state, "hash.key")).st_mode & 0o77 == 0
        status, said = changed.ctl("key", "rotate")
        assert status == 1 and "still in use" in said, said
        # What comes under both keys meets what came under one.
        both(daemons, people("during", now + HOUR // 2, ["b", "c"]))
        assert any({a[0], b[0]} == {"a", "b"} for a, b, _, _ in changed.links())
        restart(daemons)
        # What is of the old key alone has had its time, in either of the two.
        for daemon in daemons:
            daemon.wait_log("60 lost values")
        settle(daemons)
        if time.time() < began + 5:
            assert changed.status()["hash_key"]["is_changing"]
        assert not any(a.startswith(("a-", "z-")) for a, _, _, _ in changed.links())
        same(daemons)
        both(daemons, people("again", now + HOUR // 2, ["d"]))
        while time.time() < began + 7:
            time.sleep(0.1)
        restart(daemons)
        # On a slow machine the start before this one did it already.
        for _ in range(400):
            if not os.path.exists(old):
                break
            time.sleep(0.05)
        settle(daemons)
        assert not os.path.exists(old) and not changed.status()["hash_key"]["is_changing"]
        same(daemons)
        # What comes under the new key alone meets what came under both.
        both(daemons, people("after", now + HOUR // 2 + 600000, ["e"]))
        assert any({a[0], b[0]} == {"b", "e"} for a, b, _, _ in changed.links())
        restart(daemons)
        same(daemons)
        # And again, but killed before the database knows since when: the time of the first change is not that of the second.
        changed.kill()
        interrupted_change(changed.state)
        changed.start()
        told = changed.status()["hash_key"]
        assert told["is_changing"] and told["changed"] > first and os.path.exists(old), (told, first)
        assert changed.ctl("key", "rotate")[0] == 1
        both(daemons, people("second", now + HOUR // 2 + 900000, ["f"]))
    finally:
        for daemon in daemons:
            daemon.discard()


def what_lies_under_the_old_name_does_not_cost_the_key_in_use():
    daemon = Daemon(CONFIG).start()
    current = os.path.join(daemon.state, "hash.key")
    try:
        assert daemon.send(people("before", int(time.time() * 1000), ["a"]))[1]["refused"] == []
        kept = open(current, "rb").read()
        with open(current + ".old", "wb") as stale: # a key that retired, and whose file could not be removed
            stale.write(b"fedcba9876543210" * 2)
        assert daemon.ctl("key", "rotate")[0] == 0
        assert open(current + ".old", "rb").read() == kept != open(current, "rb").read()
        restart([daemon])
        assert daemon.status()["hash_key"]["is_changing"]
    finally:
        daemon.discard()


def a_change_is_not_begun_with_another_key_than_the_one_in_use():
    daemon = Daemon(CONFIG).start()
    current = os.path.join(daemon.state, "hash.key")
    try:
        kept = open(current, "rb").read()
        with open(current, "wb") as other:
            other.write(b"fedcba9876543210" * 2)
        status, said = daemon.ctl("key", "rotate")
        assert status == 1 and "is not the key in use" in said, said
        assert not os.path.exists(current + ".old")
        with open(current, "wb") as back:
            back.write(kept)
        assert daemon.ctl("key", "rotate")[0] == 0
    finally:
        daemon.discard()


def a_change_that_was_interrupted_is_ended_or_never_was():
    daemon = Daemon(CONFIG).start()
    current, old = (os.path.join(daemon.state, name) for name in ("hash.key", "hash.key.old"))
    try:
        daemon.send(people("x", int(time.time() * 1000) + HOUR // 2, ["a", "b"]))
        kept = daemon.links()
        daemon.kill()
        # The old name is there, the new key is not yet.
        os.link(current, old)
        daemon.start()
        assert daemon.links() == kept and not os.path.exists(old)
        assert not daemon.status()["hash_key"]["is_changing"]
        daemon.kill()
        interrupted_change(daemon.state)
        daemon.start()
        assert daemon.links() == kept and daemon.status()["hash_key"]["is_changing"]
        daemon.kill()
        # Neither of the two is the one that the journal was written with.
        with open(old, "wb") as key:
            key.write(b"fedcba9876543210" * 2)
        daemon.start(wait=False)
        assert daemon.process.wait(timeout=30) == 1
        assert "is not the key that this journal was written with" in daemon.read_log()
    finally:
        daemon.discard()


sys.exit(run_tests([what_lies_under_the_old_name_does_not_cost_the_key_in_use, a_change_is_not_begun_with_another_key_than_the_one_in_use,
                    nothing_reported_depends_on_the_key_and_the_old_one_goes,
                    a_change_that_was_interrupted_is_ended_or_never_was]))
