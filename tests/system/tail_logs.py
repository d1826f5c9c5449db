#!/usr/bin/env python3
"""Logs being tailed by the real daemon: a real nginx through rotations, an sshd log through a restart, beside send."""
import base64
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from daemon import BUILD, Daemon, run_tests

USERS = ("ada", "bob", "eve")
FAILED = "Dec 10 07:%02d:%02d host sshd[24200]: Failed password for invalid user %s from 192.0.2.%d port %d ssh2\n"
ACCEPTED = "Dec 10 07:%02d:%02d host sshd[24200]: Accepted publickey for %s from 198.51.100.7 port %d ssh2: ED25519 SHA256:x\n"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(check, seconds=20):
    """The last value of check, as soon as it is true."""
    end = time.monotonic() + seconds
    value = check()
    while not value and time.monotonic() < end:
        time.sleep(0.1)
        value = check()
    return value


class Follower(Daemon):
    """A daemon with these collectors, and what it knows of an account."""

    def __init__(self, collectors):
        super().__init__(collectors)
        self.start()

    def attempts(self, name):
        status, text = self.ctl("account", name, "--json")
        account = json.loads(text) if status == 0 else {"events": 0, "failed": 0}
        return account["events"], account["failed"]


class Nginx:
    """In the foreground, in a folder of its own, asking for a password."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="assocd-nginx-")
        self.port = free_port()
        os.mkdir(self.path("t"))
        self.write("users", "".join(f"{user}:{{PLAIN}}secret\n" for user in USERS))
        self.write("index.html", "hello\n")
        user = "user root;\n" if os.geteuid() == 0 else ""
        temporary = "".join(f"{kind}_temp_path t/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        self.write("nginx.conf", f"""{user}daemon off;\npid nginx.pid;\nerror_log error.log;\nworker_processes 1;\nevents {{}}
http {{
access_log access.log combined;
{temporary}server {{ listen 127.0.0.1:{self.port}; root {self.dir};
auth_basic "x"; auth_basic_user_file {self.dir}/users; }}
}}
""")
        self.process = subprocess.Popen(["nginx", "-p", self.dir, "-c", self.path("nginx.conf"), "-e", self.path("error.log")])
        if not wait_for(lambda: self.get(None, "") == 401):
            raise AssertionError("nginx does not answer")

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def get(self, user, password):
        headers = {"User-Agent": "a test"}
        if user:
            headers["Authorization"] = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/index.html", headers=headers)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def rotate(self):
        for k in (3, 2, 1):
            older = self.path(f"access.log.{k}")
            newer = self.path(f"access.log.{k - 1}" if k > 1 else "access.log")
            if os.path.exists(newer):
                os.rename(newer, older)
        self.process.send_signal(signal.SIGUSR1)

    def end(self):
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.dir)


def expect(what, got, wanted):
    if got != wanted:
        raise AssertionError(f"{what}: {got} instead of {wanted}")


def a_real_nginx_is_followed_through_rotations():
    if not shutil.which("nginx"):
        return "nginx is not installed"
    nginx = Nginx()
    daemon = Follower(f"collectors:\n  tail:\n    files:\n      - {{file: {nginx.path('access.log')}, pattern: nginx}}\n")
    try:
        wanted = {user: [0, 0] for user in USERS}
        for i in range(300):
            user, is_right = USERS[i % 3], i % 5 != 0
            expect("status", nginx.get(user, "secret" if is_right else "wrong"), 200 if is_right else 401)
            wanted[user][0] += 1
            wanted[user][1] += not is_right
            if i % 40 == 39:
                nginx.rotate()
                time.sleep(0.5)
        wait_for(lambda: all(daemon.attempts("web/" + user) == tuple(wanted[user]) for user in USERS))
        for user in USERS:
            expect(user, daemon.attempts("web/" + user), tuple(wanted[user]))
    finally:
        daemon.discard()
        nginx.end()
    return None


def sshd_lines():
    lines = []
    for i in range(400):
        minute, second = i // 10, i % 10
        lines.append(FAILED % (minute, second, ("root", "admin", "web master")[i % 3], i % 250 + 1, 30000 + i))
        if i % 10 == 0:
            lines += [ACCEPTED % (minute, second, "ada", 50000 + i)] * 2  # identical lines are two logins
            lines.append(f"Dec 10 07:{minute:02}:{second:02} host sshd[2]: Connection closed by 192.0.2.1 [preauth]\n")
    return lines


ACCOUNTS = ("ssh/root", "ssh/admin", "ssh/web master", "ssh/ada")
WANTED = [(134, 134), (133, 133), (133, 133), (80, 0)]


def a_sshd_log_that_rotates_twice_a_second_loses_and_repeats_nothing():
    daemon = Follower("collectors:\n  tail:\n    files:\n      - {file: auth.log, pattern: sshd}\n")
    try:
        log = open(daemon.path("auth.log"), "w", encoding="utf-8")
        for i, line in enumerate(sshd_lines()):
            log.write(line)
            log.flush()
            time.sleep(0.01)
            if i % 50 == 49:
                for k in (3, 2, 1):
                    older, newer = daemon.path(f"auth.log.{k}"), daemon.path(f"auth.log.{k - 1}" if k > 1 else "auth.log")
                    if os.path.exists(newer):
                        os.rename(newer, older)
                log.close()
                log = open(daemon.path("auth.log"), "w", encoding="utf-8")
            if i == 150:
                daemon.stop()
            if i == 230:
                daemon.start()
            if i == 330:
                daemon.kill()
                daemon.start()
        log.close()
        wait_for(lambda: [daemon.attempts(name) for name in ACCOUNTS] == WANTED)
        expect("attempts", [daemon.attempts(name) for name in ACCOUNTS], WANTED)
    finally:
        daemon.discard()


def send_and_tail_of_one_log_say_the_same():
    daemon = Follower("collectors:\n  tail:\n    files:\n      - {file: auth.log, pattern: sshd, site: tailed}\n")
    try:
        with open(daemon.path("auth.log"), "w", encoding="utf-8") as log:
            log.writelines(sshd_lines())
            log.write("Dec 10 07:59:59 host sshd[1]: message repeated 3 times: [ Failed password for root from 192.0.2.1 port 1 ssh2]\n")
            log.write("Dec 10 07:59:59 host sshd[1]: Failed password for ada from 192.0.2.1 port 1 ssh2")  # no newline
        status, text = daemon.ctl("send", "--pattern", "sshd", daemon.path("auth.log"), "--json")
        expect("status", status, 0)
        expect("accepted", json.loads(text)["accepted"], 484)
        status, text = daemon.ctl("send", "--pattern", "sshd", daemon.path("auth.log"), "--json")
        expect("duplicate", json.loads(text)["duplicate"], 484)
        for name in ACCOUNTS:
            sent = daemon.attempts(name)
            tailed = "tailed/" + name.split("/")[1]
            wait_for(lambda: daemon.attempts(tailed) == sent)
            expect(tailed, daemon.attempts(tailed), sent)
        expect("root", daemon.attempts("ssh/root"), (137, 137))
        expect("ada", daemon.attempts("ssh/ada"), (81, 1))
    finally:
        daemon.discard()


def what_cannot_be_followed_is_named_once_and_followed_when_it_can_be():
    daemon = Follower("collectors:\n  tail:\n    files:\n      - {file: folder.log, pattern: sshd}\n      - {file: 'none/*.log'}\n")
    following = f"following {daemon.path('folder.log')}"
    try:
        expect("what is waited for", [daemon.read_log().count(part) for part in (
            f"{daemon.path('folder.log')} is not there yet: waiting for it", f"nothing is called {daemon.path('none/*.log')} yet", following)],
            [1, 1, 0])
        os.mkdir(daemon.path("folder.log"))
        wait_for(lambda: "is a directory" in daemon.read_log())
        time.sleep(1)
        expect("messages", (daemon.read_log().count("is a directory"), daemon.read_log().count(following)), (1, 0))
        os.rmdir(daemon.path("folder.log"))
        with open(daemon.path("folder.log"), "w", encoding="utf-8") as log:
            log.write(sshd_lines()[0])
        wait_for(lambda: daemon.attempts("ssh/root") == (1, 1))
        expect("attempts", daemon.attempts("ssh/root"), (1, 1))
        expect("messages", daemon.read_log().count(following), 1)
    finally:
        daemon.discard()


def send_resends_what_a_killed_daemon_had_not_acknowledged():
    daemon = Follower("")
    sender = None
    try:
        with open(daemon.path("events.ndjson"), "w", encoding="utf-8") as events:
            for i in range(60000):
                events.write(json.dumps({"ts": 1767225600000 + i * 1000, "type": "login", "account": f"a{i % 50}"}) + "\n")
        sender = subprocess.Popen([os.path.join(BUILD, "assocctl"), "-c", daemon.config, "--json", "send", "--backfill",
                                   daemon.path("events.ndjson")], stdout=subprocess.PIPE, text=True)
        wait_for(lambda: daemon.attempts("a0")[0] > 0)
        daemon.kill()
        time.sleep(0.5)
        daemon.start()
        counts = json.loads(sender.communicate(timeout=120)[0])
        expect("status", sender.returncode, 0)
        expect("events", counts["accepted"] + counts["duplicate"], 60000)
        expect("a0", daemon.attempts("a0"), (1200, 0))
    finally:
        if sender and sender.poll() is None:
            sender.kill()
        daemon.discard()


if __name__ == "__main__":
    sys.exit(run_tests([a_real_nginx_is_followed_through_rotations,
                        a_sshd_log_that_rotates_twice_a_second_loses_and_repeats_nothing, send_and_tail_of_one_log_say_the_same,
                        what_cannot_be_followed_is_named_once_and_followed_when_it_can_be,
                        send_resends_what_a_killed_daemon_had_not_acknowledged]))
