#!/usr/bin/env python3
"""assocctl send over HTTP: a pipe that stays open, and what becomes of a line that is alone in its request."""
import json
import os
import subprocess
import sys
import time

from daemon import BUILD, Daemon, run_tests


def login(account, **more):
    return json.dumps({"id": account, "ts": 1767225600000, "type": "login", "account": account, **more}) + "\n"


def started():
    daemon = Daemon().start()
    token = os.path.join(daemon.state, "admin.token")
    return daemon, [os.path.join(BUILD, "assocctl"), "--url", f"http://127.0.0.1:{daemon.port}", "--token-file", token, "--json",
                    "send", "-"]


def an_open_pipe_is_sent_while_it_is_quiet():
    daemon, command = started()
    sender = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        sender.stdin.write(login("ada") + login("bob"))
        sender.stdin.flush()
        end = time.monotonic() + 20
        while daemon.status()["events"] < 2:
            assert time.monotonic() < end, "nothing has arrived, and the pipe is open"
            time.sleep(0.1)
        counts = json.loads(sender.communicate(login("eve"), timeout=60)[0])
        assert counts["accepted"] == 3, counts
    finally:
        sender.kill()
        sender.wait()
        daemon.end()


def a_line_that_is_alone_is_counted_as_what_it_was():
    daemon, command = started()
    try:
        def send(line):
            return json.loads(subprocess.run(command, input=line, capture_output=True, text=True, timeout=60).stdout)

        first, again, wrong = send(login("ada")), send(login("ada")), send(login("bob", port="a door"))
        assert (first["accepted"], first["duplicate"]) == (1, 0), first
        assert (again["accepted"], again["duplicate"]) == (0, 1), again
        assert wrong["reasons"] == {"value": 1}, wrong
    finally:
        daemon.end()


def a_site_is_given_to_whoever_names_none_whatever_else_the_line_says():
    daemon, command = started()
    lines = login("ada", identity={"name": "site"}) + " " + login("bob") + login("eve", x_where={"site": "b"}) + login("own", site="c") + "{}\n"
    try:
        done = subprocess.run(command[:-1] + ["--site", "shop", "-"], input=lines, capture_output=True, text=True, timeout=60)
        assert json.loads(done.stdout)["accepted"] == 4, done
        for account in ("shop/ada", "shop/bob", "shop/eve", "c/own"):
            status, said = daemon.ctl("account", account)
            assert status == 0, (account, said)
        # An event is the same whichever way it comes.
        line = json.dumps({"ts": 1767225600000, "type": "login", "account": "who has no id"}) + "\n"
        for way, accepted in (command[:-1], 1), ([command[0], "-c", daemon.config, "--json", "send"], 0):
            done = subprocess.run([*way, "--site", "a b&c", "-"], input=line, capture_output=True, text=True, timeout=60)
            assert json.loads(done.stdout)["accepted"] == accepted, (way, done)
        status, said, _ = daemon.ask("POST", "/v1/events?site=a%2Fb", line, {"Content-Type": "application/json"})
        assert status == 400 and b"neither '/' nor control characters" in said, (status, said)
    finally:
        daemon.end()


sys.exit(run_tests([a_site_is_given_to_whoever_names_none_whatever_else_the_line_says, an_open_pipe_is_sent_while_it_is_quiet, a_line_that_is_alone_is_counted_as_what_it_was]))
