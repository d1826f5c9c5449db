"""A daemon of a test: its folder, its start, its end, and asking it. Not a runner."""
import concurrent.futures
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

BUILD = os.environ["ASSOCD_BUILD"]
ROOT = os.environ.get("ASSOCD_ROOT", os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))


class Daemon:
    def __init__(self, config="", folder=None, state=None, program=os.path.join(BUILD, "assocd")):
        self.program = program
        self.dir = folder or tempfile.mkdtemp(prefix="assocd-test-")
        self.state = state or os.path.join(self.dir, "state")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.config = os.path.join(self.dir, "assocd.yaml")
        with open(self.config, "w") as out:
            out.write(f"listen: 127.0.0.1:{self.port}\nstate: {self.state}\n{config}")
        self.log = os.path.join(self.dir, "log")
        self.process = None

    def start(self, wait=True):
        with open(self.log, "a") as log:
            self.process = subprocess.Popen([self.program, "-c", self.config], stdout=log, stderr=log)
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self):
        for _ in range(600):
            if self.process.poll() is not None:
                break
            try:
                if self.ask("GET", "/readyz", token=False)[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise AssertionError("the daemon did not become ready: " + self.read_log()[-2000:])

    def read_log(self):
        with open(self.log, errors="replace") as log:
            return log.read()

    def wait_log(self, text, seconds=20):
        for _ in range(int(seconds * 20)):
            if text in self.read_log():
                return
            time.sleep(0.05)
        raise AssertionError(f"\"{text}\" does not appear in the log: " + self.read_log()[-2000:])

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """SIGTERM; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def discard(self):
        """Ends it, and its folder with it."""
        self.end()
        shutil.rmtree(self.dir, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.dir, name)

    def ctl(self, *words):
        """assocctl over the same configuration: its status, and what it said."""
        done = subprocess.run([os.path.join(BUILD, "assocctl"), "-c", self.config, *words], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=120)
        return done.returncode, done.stdout + done.stderr

    def token(self):
        with open(os.path.join(self.state, "admin.token")) as token:
            return token.read().strip()

    def ask(self, method, path, body=None, headers=None, token=True):
        lines = dict(headers or {})
        if token:
            lines["Authorization"] = "Bearer " + self.token()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, lines)
            answer = connection.getresponse()
            return answer.status, answer.read(), dict(answer.getheaders())
        finally:
            connection.close()

    def send(self, lines, backfill=False):
        """Lines as one NDJSON request: (status, answer)."""
        status, body, _ = self.ask("POST", "/v1/events" + ("?backfill=1" if backfill else ""), "\n".join(lines),
                                   {"Content-Type": "application/x-ndjson"})
        return status, json.loads(body)

    def try_rule(self, file):
        """A shipped rule file on the stored events: (status, answer)."""
        with open(os.path.join(ROOT, "rules", "default", file)) as rule:
            status, body, _ = self.ask("POST", "/v1/backtest", json.dumps({"file": file, "text": rule.read()}),
                                       {"Content-Type": "application/json"})
        return status, json.loads(body)

    def status(self):
        return json.loads(self.ask("GET", "/v1/status")[1])

    def links(self):
        """Every link, as `assocctl replay` would write it: a, b, score."""
        answer = json.loads(self.ask("GET", "/v1/links?min=1&limit=1000")[1])
        assert answer["total"] <= 1000, "too many links to compare"
        return sorted((row["a"], row["b"], row["score"], row["state"]) for row in answer["links"])


def stories(n, seed, start_ms=1704067200000):
    """n event lines in time order: people with one to four accounts each, on shared devices, cards and addresses."""
    import random

    rng = random.Random(seed)
    people = [[f"p{p}a{a}" for a in range(rng.choice((1, 1, 1, 2, 3, 4)))] for p in range(80)]
    lines = []
    for i in range(n):
        p = rng.randrange(len(people))
        event = {"id": f"s{seed}-{i}", "ts": start_ms + i * 60000, "type": rng.choice(("login", "login", "order", "payment")),
                 "account": rng.choice(people[p]), "ip": f"81.{p % 7}.{p}.{rng.randrange(3)}", "port": 40000 + i % 1000,
                 "device": {"id": f"dev-{seed}-{p}"}}
        if event["type"] == "payment":
            event["identity"] = {"card": "4%015d" % (p * 7919), "email": f"person{p}@mail-{p}.example"}
        lines.append(json.dumps(event))
    return lines


def replayed(lines, folder, *options):
    """Links and alerts that `assocctl replay` makes of the lines."""
    events, links, alerts = (os.path.join(folder, name) for name in ("all.ndjson", "links.csv", "alerts.jsonl"))
    with open(events, "w") as out:
        out.write("\n".join(lines) + "\n")
    done = subprocess.run([os.path.join(BUILD, "assocctl"), "replay", *options, "--links", links, "--alerts", alerts, events],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with open(links) as rows:
        made = sorted(tuple(row.rstrip("\n").split(",")[:3]) for row in list(rows)[1:])
    with open(alerts) as rows:
        return [(a, b, int(score)) for a, b, score in made], [json.loads(row) for row in rows]


def named(name, run):
    run.__name__ = name
    return run


def in_folder(test):
    """The test with an empty folder that is gone afterwards."""
    def run():
        with tempfile.TemporaryDirectory(prefix="assocd-test-") as folder:
            return test(folder)
    return named(test.__name__, run)


def with_files(test):
    """The test with a function that writes a file into an empty folder and gives its path."""
    def run(folder):
        def write(name, content):
            path = os.path.join(folder, name)
            with open(path, "wb") as file:
                file.write(content)
            return path
        return test(write)
    return in_folder(named(test.__name__, run))


def with_own(make, end):
    """Each test with one that is made for it and ended after it."""
    def around(test):
        def run():
            one = make()
            try:
                return test(one)
            finally:
                end(one)
        return named(test.__name__, run)
    return around


def over(daemon, tests):
    """The tests with that daemon."""
    return [named(test.__name__, lambda test=test: test(daemon)) for test in tests]


def at_once(tests, workers=6):
    """The tests, begun together: for such as mostly wait."""
    pool = concurrent.futures.ThreadPoolExecutor(workers)
    begun = [pool.submit(test) for test in tests]
    return [named(test.__name__, lambda one=one: one.result()) for test, one in zip(tests, begun)]


def run_tests(tests):
    """Each test prints its line; the exit status."""
    failed = 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    for test in tests:
        try:
            reason = test()
            print(f"skip {test.__name__}: {reason}" if reason else f"ok {test.__name__}", flush=True)
        except Exception as why:  # whatever it is, the next test still runs
            failed += 1
            print(f"not ok {test.__name__}: {type(why).__name__}: {' '.join(str(why).split())[:600]}", flush=True)
    return 1 if failed else 0
