#!/usr/bin/env python3
"""Measures live capture on loopback: a daemon captures what tcpreplay (Debian package tcpreplay) sends as fast as it can, and the
kernel's drops are asked of its status, as a row for docs/measurements.md. Needs root. Status 1: a packet was dropped, or a hello
missed.

The network is a namespace of its own, so that nothing else is captured. The capture is that of flows.py.

usage: live.py [--rounds N] [--mb N] [--folder FOLDER]
"""
import argparse
import datetime
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

from flows import BENCH, capture
from run import BUILD, ROOT

os.environ.setdefault("ASSOCD_BUILD", BUILD)
sys.path.insert(0, os.path.join(ROOT, "tests", "system"))
from daemon import Daemon  # noqa: E402 (its place is known from here on)

CONFIG = "collectors:\n  packets:\n    interfaces: [lo]\n"


def numbers(d):
    return d.status()["capture"].get("lo", {})


def wait(holds, seconds=60):
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.1)
    return holds()


def quiet(d):
    """The numbers, once they have stopped moving: they come every second."""
    before, now = None, numbers(d)
    while before is None or now["packets"] != before["packets"]:
        time.sleep(2.5)
        before, now = now, numbers(d)
    return now


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def capture_pid():
    found = subprocess.run(["pgrep", "-n", "assocd-capture"], capture_output=True, text=True).stdout.split()
    return int(found[0])


def replay(path):
    """Packets that were sent and how many a second, as tcpreplay says."""
    done = subprocess.run(["tcpreplay", "-q", "-i", "lo", "--topspeed", "--preload-pcap", path], capture_output=True, text=True)
    sent = re.search(r"Actual: (\d+) packets", done.stdout)
    rate = re.search(r"([\d.]+) pps", done.stdout)
    if done.returncode != 0 or not sent or not rate:
        sys.exit("tcpreplay: " + (done.stderr or done.stdout))
    return int(sent.group(1)), float(rate.group(1))


def measure(path, hellos):
    """A daemon of its own each time: a second pass over the same connections tells nothing new."""
    d = Daemon(CONFIG)
    with open(d.config, "a") as config:  # the questions that it is asked go over loopback, too
        config.write("    filter: not port %d\n" % d.port)
    try:
        d.start()
        if not wait(lambda: numbers(d).get("state") == "open"):
            sys.exit("nothing is captured: " + d.read_log()[-1000:])
        before, pid = quiet(d), capture_pid()
        cpu = cpu_seconds(pid)
        sent, rate = replay(path)
        after = quiet(d)
        cpu = cpu_seconds(pid) - cpu
    finally:
        d.discard()
    gone = {key: after[key] - before[key] for key in ("packets", "dropped", "facts_dropped", "hellos")}
    print("| %d packets | %d a second | %d | %d | %d of %d | %.2f s CPU | %.1f MB |"
          % (sent, rate, gone["dropped"], gone["facts_dropped"], gone["hellos"], hellos, cpu, after["memory"] / 1e6), flush=True)
    return gone["dropped"] == 0 and gone["packets"] == sent and gone["hellos"] == hellos


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--mb", type=int, default=400)
    options.add_argument("--folder", default=os.path.join(tempfile.gettempdir(), "assocd-worlds"))
    o = options.parse_args()
    if not os.path.exists(os.path.join(BENCH, "gen_big.py")) or not shutil.which("tcpreplay") or os.geteuid() != 0:
        print("needs root, tcpreplay, and gen_big.py in %s (BENCH_PCAP=FOLDER names another place): nothing measured" % BENCH)
        return 0
    if os.environ.get("ASSOCD_OWN_NETWORK") != "1":
        return subprocess.run(["unshare", "--net", sys.executable, *sys.argv], env={**os.environ, "ASSOCD_OWN_NETWORK": "1"}).returncode
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    os.makedirs(o.folder, exist_ok=True)
    path, holds = capture(o.folder, o.mb)
    print("%s\n\n| sent | rate | dropped by the kernel | facts dropped | hellos | capturing process | resident |\n|---|---|---|---|---|---|---|"
          % datetime.date.today())
    return 0 if all([measure(path, holds["expected_hello_flows"]) for _ in range(o.rounds)]) else 1


if __name__ == "__main__":
    sys.exit(main())
