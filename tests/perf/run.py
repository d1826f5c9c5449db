#!/usr/bin/env python3
"""Measures how fast and how small assocd is, beside a yardstick in the same run, as rows for docs/measurements.md.

The yardstick parses the lines and appends them to a journal of the same kind, and does nothing else. Everything is a
release build (BUILD_DIR, default build-perf, made when missing); the daemon and the yardstick run on one core, the load
on another where there is one. Figures are medians of --rounds (5).

Worlds are made by ../shared/worldgen beside the checkout (WORLDGEN=FOLDER for another place) and kept under --worlds;
without it those rows are left out, and said to be.

usage: run.py [--rounds N] [--only NAME[,NAME...]] [--worlds FOLDER] [--quick]
"""
import argparse
import datetime
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.join(ROOT, os.environ.get("BUILD_DIR", "build-perf"))
WORLDGEN = os.environ.get("WORLDGEN", os.path.join(os.path.dirname(ROOT), "shared", "worldgen"))
CORES = sorted(os.sched_getaffinity(0))
STD4 = ["--preset", "medium", "--events", "250000", "--accounts", "20000", "--seed", "4"]
MEDIUM = ["--preset", "medium", "--seed", "1"]
ROWS = []


def row(what, figure, bar, command, fine=None):
    mark = "" if fine is None else " (met)" if fine else " (NOT met)"
    ROWS.append((what, figure, bar + mark, command))
    print("| %s | %s | %s%s | `%s` |" % (what, figure, bar, mark, command), flush=True)


def on_core(index):
    return lambda: os.sched_setaffinity(0, {CORES[index % len(CORES)]})


def build():
    if not os.path.exists(os.path.join(BUILD, "CMakeCache.txt")):
        subprocess.run(["cmake", "-S", ROOT, "-B", BUILD, "-G", "Ninja", "-DTESTS=ON", "-DCMAKE_BUILD_TYPE=Release"],
                       check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", BUILD, "assocd", "assocctl", "yardstick", "loadgen", "paced"], check=True, stdout=subprocess.DEVNULL)


def world(folder, name, options):
    path = os.path.join(folder, name)
    if not os.path.exists(os.path.join(path, "world.json")):
        if not os.path.exists(os.path.join(WORLDGEN, "worldgen.py")):
            return None
        subprocess.run([sys.executable, os.path.join(WORLDGEN, "worldgen.py"), *options, "--out", path], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return path


def tool(name):
    return os.path.join(BUILD, "tests", "perf", name)


def cpu_of(command):
    """CPU seconds of a program that runs alone on the first core."""
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, preexec_fn=on_core(0))
    out = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit("%s ended with %d" % (" ".join(command), child.returncode))
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, out


def replayed(world_path, events):
    """CPU seconds, resident bytes at the peak and what was printed."""
    return cpu_of([os.path.join(BUILD, "assocctl"), "replay", "--rules", os.path.join(ROOT, "rules", "default"),
                   "--networks", os.path.join(world_path, "netinfo.csv"), events])


def replay(world_path, events="events.ndjson"):
    return replayed(world_path, os.path.join(world_path, events))[0]


def journal(work, events, *options):
    path = os.path.join(work, "yardstick.db")
    for tail in ("", "-wal", "-shm"):
        if os.path.exists(path + tail):
            os.unlink(path + tail)
    return json.loads(cpu_of([tool("yardstick"), *options, path, events])[2])


class Daemon:
    """A daemon on a state folder of its own, pinned to the first core."""

    def __init__(self, work, networks, more=""):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.folder = tempfile.mkdtemp(prefix="perf-", dir=work)
        config = os.path.join(self.folder, "assocd.yaml")
        with open(config, "w") as f:
            f.write("state: %s\nlisten: 127.0.0.1:%d\n%s" % (os.path.join(self.folder, "state"), self.port, more))
            if networks:
                f.write("networks: [%s]\n" % networks)
        self.start()
        self.token = open(os.path.join(self.folder, "state", "admin.token")).read().strip()
        self.socket = os.path.join(self.folder, "state", "assocd.sock")

    def start(self):
        """Seconds until it is ready."""
        began = time.monotonic()
        self.child = subprocess.Popen([os.path.join(BUILD, "assocd"), "-c", os.path.join(self.folder, "assocd.yaml")], preexec_fn=on_core(0),
                                      stderr=open(os.path.join(self.folder, "log"), "w"))
        while time.monotonic() < began + 300:
            try:
                urllib.request.urlopen("http://127.0.0.1:%d/readyz" % self.port, timeout=10).read()
                break
            except OSError:
                if self.child.poll() is not None:
                    sys.exit("assocd did not start: " + open(os.path.join(self.folder, "log")).read())
                time.sleep(.01)
        return time.monotonic() - began

    def drain(self):
        """Seconds from SIGTERM to its end, which writes a snapshot, and those of the processor."""
        before, began = self.cpu(), time.monotonic()
        self.child.send_signal(signal.SIGTERM)
        _, status, usage = os.wait4(self.child.pid, 0)
        self.child.returncode = os.waitstatus_to_exitcode(status)
        return time.monotonic() - began, usage.ru_utime + usage.ru_stime - before

    def metrics(self):
        """Of every sample its value."""
        request = urllib.request.Request("http://127.0.0.1:%d/metrics" % self.port)
        lines = urllib.request.urlopen(request, timeout=30).read().decode().split("\n")
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines if line and line[0] != "#"}

    def cpu(self):
        with open("/proc/%d/stat" % self.child.pid) as f:
            fields = f.read().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident(self):
        with open("/proc/%d/statm" % self.child.pid) as f:
            return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def load(self, *options):
        before = self.cpu()
        done = subprocess.run([tool("loadgen"), "-p", str(self.port), "-t", self.token, *options], check=True,
                              stdout=subprocess.PIPE, preexec_fn=on_core(1))
        result = json.loads(done.stdout)
        result["daemon_cpu_us"] = (self.cpu() - before) / max(1, result["events"]) * 1e6
        return result

    def status(self):
        request = urllib.request.Request("http://127.0.0.1:%d/v1/status" % self.port,
                                         headers={"Authorization": "Bearer " + self.token})
        return json.loads(urllib.request.urlopen(request, timeout=30).read())

    def stop(self):
        self.drain()
        shutil.rmtree(self.folder)


def median_of(rounds, fn):
    results = [fn() for _ in range(rounds)]
    if isinstance(results[0], dict):
        return {k: statistics.median(r[k] for r in results) for k, v in results[0].items() if isinstance(v, (int, float))}
    return statistics.median(results)


def measured_load(work, std4, *options):
    daemon = Daemon(work, os.path.join(std4, "netinfo.csv"))
    try:
        return daemon.load(*[daemon.socket if o == "SOCKET" else o for o in options], os.path.join(std4, "events.ndjson"))
    finally:
        daemon.stop()


def measure_replay(o, work, std4, medium):
    small = median_of(o.rounds, lambda: replay(std4)) / 250000 * 1e6
    row("offline replay, 250 k events", "%.2f us CPU an event" % small, "at most 6", "assocctl replay EVENTS", small <= 6)
    if medium:
        large = median_of(o.rounds, lambda: replay(medium)) / 1e6 * 1e6
        row("offline replay, 1 M events", "%.2f us CPU an event, %.2f times 250 k" % (large, large / small),
            "at most 1.3 times 250 k", "assocctl replay EVENTS", large <= 1.3 * small)


def measure_ingest(o, work, std4, medium):
    events = os.path.join(std4, "events.ndjson")
    yard = median_of(o.rounds, lambda: journal(work, events))
    row("yardstick: parse and append, 1,000 a commit", "%.0f/s, %.2f us CPU an event" % (yard["per_second"], yard["cpu_us"]),
        "-", "yardstick DB EVENTS")
    stream = median_of(o.rounds, lambda: measured_load(work, std4, "-s", "SOCKET"))
    row("durable stream ingest", "%.0f/s, %.2f of the yardstick" % (stream["per_second"], stream["per_second"] / yard["per_second"]),
        "at least 0.5", "loadgen -s SOCKET EVENTS", stream["per_second"] >= .5 * yard["per_second"])
    row("durable stream ingest, CPU", "%.2f us an event, yardstick + %.2f" % (stream["daemon_cpu_us"], stream["daemon_cpu_us"] - yard["cpu_us"]),
        "at most yardstick + 7", "loadgen -s SOCKET EVENTS", stream["daemon_cpu_us"] <= yard["cpu_us"] + 7)
    batch = median_of(o.rounds, lambda: measured_load(work, std4, "-b", "1000", "-c", "4"))
    row("NDJSON over HTTP, 1,000 a request", "%.0f/s, %.2f of the stream" % (batch["per_second"], batch["per_second"] / stream["per_second"]),
        "at least 0.6", "loadgen -b 1000 -c 4 EVENTS", batch["per_second"] >= .6 * stream["per_second"])


def measure_single(o, work, std4, medium):
    events = os.path.join(std4, "events.ndjson")
    many = median_of(o.rounds, lambda: measured_load(work, std4, "-c", "256", "-n", "100000"))
    row("single events over HTTP, 256 connections", "%.0f/s, p99 %.1f ms" % (many["per_second"], many["p99_ms"]),
        "at least 10,000/s", "loadgen -c 256 -n 100000 EVENTS", many["per_second"] >= 10000)
    bare = median_of(o.rounds, lambda: journal(work, events, "-B", "-b", "32", "-n", "30000"))
    row("bare SQLite loop, 32 rows a commit", "%.0f/s" % bare["per_second"], "-", "yardstick -B -b 32 -n 30000 DB EVENTS")
    few = median_of(o.rounds, lambda: measured_load(work, std4, "-c", "32", "-n", "30000"))
    row("single events over HTTP, 32 connections", "%.0f/s, %.2f of the bare loop, p99 %.1f ms" % (few["per_second"], few["per_second"] / bare["per_second"], few["p99_ms"]),
        "at least 0.7", "loadgen -c 32 -n 30000 EVENTS", few["per_second"] >= .7 * bare["per_second"])


def paced_begin(*options):
    return subprocess.Popen([tool("paced"), *options], stdout=subprocess.PIPE, preexec_fn=on_core(1))


def paced_end(child):
    """Microseconds from when each was due; of a load at a constant rate, or of bare appends (-f)."""
    out = child.communicate()[0]
    if child.returncode != 0:
        sys.exit("paced ended with %d" % child.returncode)
    return json.loads(out)


def stolen():
    """Seconds that the hypervisor kept processors for itself which had something to do (proc(5), /proc/stat)."""
    with open("/proc/stat") as f:
        return int(f.readline().split()[8]) / os.sysconf("SC_CLK_TCK")


APPENDS = 200  # a second, beside the load


def paced_load(work, std4):
    """Bare appends go on meanwhile: the disk of a shared machine stands still now and then, whoever writes."""
    daemon = Daemon(work, os.path.join(std4, "netinfo.csv"))
    try:
        before = stolen()
        appends = paced_begin("-f", os.path.join(work, "append"), "-r", str(APPENDS), "-n", str(10 * APPENDS))
        load = paced_end(paced_begin("-p", str(daemon.port), "-t", daemon.token, "-r", "5000", "-n", "50000",
                                     os.path.join(std4, "events.ndjson")))
        load["append"] = paced_end(appends)
        load["times"] = load["p99_us"] / load["append"]["p99_us"]
        load["stolen_s"] = stolen() - before
        return load
    finally:
        daemon.stop()


def in_memory(std4):
    """The same load with the state folder in memory: what the daemon alone makes of it, whatever the disk does."""
    with tempfile.TemporaryDirectory(prefix="perf-", dir="/dev/shm") as work:
        return paced_load(work, std4)


def measure_paced(o, work, std4, medium):
    path = os.path.join(work, "append")
    bare = paced_end(paced_begin("-f", path, "-n", "5000"))
    at_rate = paced_end(paced_begin("-f", path, "-r", str(APPENDS), "-n", str(10 * APPENDS)))
    row("bare appends of 4 KiB and fdatasync, nothing beside them", "p50 %.2f ms, p99 %.2f ms one after another; p99 %.2f ms at %d a second"
        % (bare["p50_us"] / 1e3, bare["p99_us"] / 1e3, at_rate["p99_us"] / 1e3, APPENDS), "-", "paced -f FILE -n 5000")
    runs = sorted((paced_load(work, std4) for _ in range(o.rounds)), key=lambda run: run["times"])
    for load in runs:
        print("  p99 %.2f ms, %.2f of the appends beside it" % (load["p99_us"] / 1e3, load["append"]["p99_us"] / 1e3), file=sys.stderr)
    load = runs[len(runs) // 2]
    row("single events over HTTP, open loop", "%.0f/s, p50 %.2f ms, p99 %.2f ms, %.1f times that of bare appends at a constant rate"
        " beside it (%.2f ms), %.1f times that of those before; the hypervisor took %.1f s"
        % (load["per_second"], load["p50_us"] / 1e3, load["p99_us"] / 1e3, load["times"], load["append"]["p99_us"] / 1e3,
           load["p99_us"] / bare["p99_us"], load["stolen_s"]), "5,000/s, p99 at most 8 times",
        "paced -r 5000 -n 50000 EVENTS; paced -f FILE -r %d -n %d" % (APPENDS, 10 * APPENDS),
        load["times"] <= 8 and load["per_second"] >= 4950)
    memory = median_of(o.rounds, lambda: in_memory(std4))
    row("the same, state in memory", "p50 %.2f ms, p99 %.2f ms; the hypervisor took %.1f s"
        % (memory["p50_us"] / 1e3, memory["p99_us"] / 1e3, memory["stolen_s"]), "-", "paced -r 5000 -n 50000 EVENTS")


def measure_memory(o, work, std4, medium):
    for path, name in ((std4, "250 k events"), (medium, "1 M events")):
        if not path:
            continue
        daemon = Daemon(work, os.path.join(path, "netinfo.csv"))
        empty = daemon.resident()
        daemon.load("-s", daemon.socket, os.path.join(path, "events.ndjson"))
        full, s = daemon.resident(), daemon.status()
        e = s.get("engine", s)
        links = e.get("memory_links_bytes", 0)
        each = (full - empty - 96 * e["accounts"] - links) / max(1, e["postings"])
        daemon.stop()
        offline = (replayed(path, os.path.join(path, "events.ndjson"))[1] - replayed(path, os.devnull)[1] - 96 * e["accounts"]
                   - links) / max(1, e["postings"])
        row("memory offline, " + name, "%.1f bytes a stored (value, account) pair" % offline, "at most 64",
            "(peak resident - empty - 96 x accounts - links) / postings", offline <= 64)
        row("memory, " + name, "%.1f bytes a stored (value, account) pair (%.0f MB resident, %d pairs, %.0f MB of links left out)"
            % (each, full / 1e6, e["postings"], links / 1e6), "at most 64", "(resident - empty - 96 x accounts - links) / postings",
            each <= 64)


def write_hub(path, accounts, is_shared):
    """The same accounts and machines twice: with a bank account of their own, or with one for all."""
    with open(path, "w") as out:
        for i in range(accounts):
            value = "GB29SMPL60161331926819" if is_shared else "GB29SMPL%014d" % i
            out.write('{"ts":%d,"type":"payment","account":"h%06d","ip":"10.%d.%d.%d","user_agent":"Mozilla/5.0 (X11; Linux '
                      'x86_64; rv:140.0) Gecko/20100101 Firefox/140.0","device":{"id":"d%06d","platform":"Linux"},'
                      '"identity":{"bank":"%s","email":"h%06d@mail.example.net"}}\n'
                      % (1780000000000 + i * 1000, i, i // 62500, i // 250 % 250, i % 250 + 1, i, value, i))


def measure_hub(o, work, std4, medium):
    n = 20000 if o.quick else 200000
    shutil.copy(os.path.join(std4, "netinfo.csv"), work)
    write_hub(os.path.join(work, "own.ndjson"), n, False)
    write_hub(os.path.join(work, "shared.ndjson"), n, True)
    own = median_of(o.rounds, lambda: replay(work, "own.ndjson")) / n * 1e6
    shared = median_of(o.rounds, lambda: replay(work, "shared.ndjson")) / n * 1e6
    row("one value held by %d accounts" % n, "%.2f us an event, %.2f without it: %+.0f %%" % (shared, own, 100 * (shared / own - 1)),
        "less than 20 %", "assocctl replay shared.ndjson", shared < 1.2 * own)


def longest_answer(daemon, is_over):
    """Of /readyz, asked all the time from the second core, in milliseconds."""
    longest = 0
    while not is_over():
        started = time.monotonic()
        urllib.request.urlopen("http://127.0.0.1:%d/readyz" % daemon.port, timeout=30).read()
        longest = max(longest, (time.monotonic() - started) * 1000)
        time.sleep(.001)
    return longest


def answers_during_work(work, std4):
    """Of a daemon that rebuilds for a changed rule, then writes a snapshot."""
    rules = os.path.join(work, "rules")
    shutil.rmtree(rules, ignore_errors=True)
    shutil.copytree(os.path.join(ROOT, "rules", "default"), rules)
    daemon = Daemon(work, os.path.join(std4, "netinfo.csv"), more="rules: %s\nsnapshot_every: 20s\n" % rules)
    snapshot = os.path.join(daemon.folder, "state", "snapshot")
    try:
        daemon.load("-n", "200000", "-s", daemon.socket, os.path.join(std4, "events.ndjson"))
        with open(os.path.join(rules, "return-after-closure.yaml"), "r+") as rule:
            text = rule.read().replace("level: critical", "level: high")
            rule.seek(0)
            rule.truncate()
            rule.write(text)
        daemon.child.send_signal(signal.SIGHUP)
        rebuild = longest_answer(daemon, lambda: daemon.status()["reloads"] == 1)
        written = os.stat(snapshot).st_mtime_ns if os.path.exists(snapshot) else 0
        return {"rebuild": rebuild, "snapshot": longest_answer(
            daemon, lambda: os.path.exists(snapshot) and os.stat(snapshot).st_mtime_ns != written)}
    finally:
        daemon.stop()


def measure_answers(o, work, std4, medium):
    worst = median_of(o.rounds, lambda: answers_during_work(work, std4))
    for what, ms in worst.items():
        row("longest answer of /readyz during a %s, 200 k events" % what, "%.0f ms" % ms, "at most 50", "kill -HUP", ms <= 50)


def restarted(work, path):
    daemon = Daemon(work, os.path.join(path, "netinfo.csv"), more="snapshot_every: 1d\n")
    try:
        daemon.load("-s", daemon.socket, os.path.join(path, "events.ndjson"))
        s = daemon.status()
        e = s.get("engine", s)
        stop, stop_cpu = daemon.drain()
        start, start_cpu = daemon.start(), daemon.cpu()
        with open(os.path.join(daemon.folder, "log")) as log:
            assert "snapshot" in log.read() and daemon.status().get("engine", daemon.status())["pairs"] == e["pairs"]
        return {"stop": stop, "start": start, "cpu": stop_cpu + start_cpu, "pairs": e["pairs"], "postings": e["postings"],
                "bytes": os.path.getsize(os.path.join(daemon.folder, "state", "snapshot"))}
    finally:
        daemon.stop()


def measure_restart(o, work, std4, medium):
    for path, name in ((std4, "250 k events"), (medium, "1 M events")):
        if not path:
            continue
        r = median_of(o.rounds, lambda: restarted(work, path))
        each = (r["stop"] + r["start"]) / r["postings"] * 1e6
        row("snapshot and restart, " + name, "%.2f s a million stored (value, account) pairs, %.2f of the processor (%d, and %d pairs of accounts, "
            "%.0f MB: stop with a snapshot %.2f s, start from it %.2f s)"
            % (each, r["cpu"] / r["postings"] * 1e6, r["postings"], r["pairs"], r["bytes"] / 1e6, r["stop"], r["start"]), "at most 2 s",
            "kill -TERM, assocd", each <= 2)


class Silent:
    """Accepts, reads, and never answers."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port, self.held = self.listener.getsockname()[1], []
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                self.held.append(self.listener.accept()[0])
            except OSError:
                return


def p99_of(before, after, name):
    """Within the bucket of the 99th percentile, in microseconds, as if its samples lay evenly."""
    counts = []
    for sample, value in after.items():
        if sample.startswith(name + '_bucket{le="') and "+Inf" not in sample:
            counts.append((float(sample.split('"')[1]), value - before.get(sample, 0)))
    total = after[name + "_count"] - before.get(name + "_count", 0)
    low = below = 0
    for le, count in sorted(counts):
        if count >= .99 * total:
            return (low + (le - low) * (.99 * total - below) / (count - below)) * 1e6
        low, below = le, count
    return float("inf")


def p99_beside(work, std4, sinks):
    daemon = Daemon(work, os.path.join(std4, "netinfo.csv"), more=sinks)
    try:
        before = daemon.metrics()
        load = daemon.load("-c", "32", "-n", "100000", os.path.join(std4, "events.ndjson"))
        after = daemon.metrics()
        waiting = after.get('assocd_sink_waiting{sink="dead"}', 0)
        assert not sinks or waiting > 100, "the sink has nothing to wait for"
        return {"scoring": p99_of(before, after, "assocd_scoring_seconds"), "answer": load["p99_ms"] * 1000, "waiting": waiting}
    finally:
        daemon.stop()


def measure_sink(o, work, std4, medium):
    peer = Silent()
    dead = 'sinks:\n  dead: {type: webhook, url: "http://127.0.0.1:%d/", allow_private: on, timeout: 2m}\n' % peer.port
    rounds = [(p99_beside(work, std4, ""), p99_beside(work, std4, dead)) for _ in range(o.rounds)]
    for what in ("scoring", "answer"):
        alone, beside = (statistics.median(pair[which][what] for pair in rounds) for which in (0, 1))
        row("p99 of %s beside a sink that never answers" % ("scoring" if what == "scoring" else "an acknowledged event"),
            "%.0f us, %.0f without the sink: %+.1f %% (%d alerts wait)" % (beside, alone, 100 * (beside / alone - 1), rounds[0][1]["waiting"]),
            "at most 10 % more", "loadgen -c 32 -n 100000 EVENTS", beside <= 1.1 * alone)
    peer.listener.close()


MEASURES = {"replay": measure_replay, "ingest": measure_ingest, "single": measure_single, "paced": measure_paced, "memory": measure_memory,
            "hub": measure_hub, "answers": measure_answers, "restart": measure_restart, "sink": measure_sink}


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--only", default=",".join(MEASURES))
    options.add_argument("--worlds", default=os.path.join(tempfile.gettempdir(), "assocd-worlds"))
    options.add_argument("--quick", action="store_true", help="one round, 250 k events only")
    o = options.parse_args()
    o.rounds = 1 if o.quick else o.rounds
    build()
    os.makedirs(o.worlds, exist_ok=True)
    std4 = world(o.worlds, "std4", STD4)
    if not std4:
        print("no worldgen.py in %s: nothing measured (WORLDGEN=FOLDER names another place)" % WORLDGEN)
        return 0
    medium = None if o.quick else world(o.worlds, "medium1", MEDIUM)
    print("%s, %d cores, medians of %d\n" % (datetime.date.today(), len(CORES), o.rounds))
    print("| what | figure | bar | command |\n|---|---|---|---|")
    for name in o.only.split(","):
        work = tempfile.mkdtemp(prefix="perf-", dir=o.worlds)
        try:
            MEASURES[name](o, work, std4, medium)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    missed = [r for r in ROWS if r[2].endswith("(NOT met)")]
    print("\n%d bars met, %d not" % (sum(r[2].endswith("(met)") for r in ROWS), len(missed)))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
