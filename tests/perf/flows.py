#!/usr/bin/env python3
"""Measures `assocctl flows` on a large capture beside a bare libpcap loop, as rows for docs/measurements.md: CPU seconds, hellos
found, resident bytes, and all of it once more with twice the packets. Runs are interleaved on one core; medians of --rounds.

The capture is made by ../shared/bench-pcap/gen_big.py beside the checkout (BENCH_PCAP=FOLDER for another place) from its
captures, and kept under --folder.

usage: flows.py [--rounds N] [--mb N] [--folder FOLDER]
"""
import argparse
import datetime
import json
import os
import statistics
import subprocess
import sys
import tempfile

from run import BUILD, ROOT, on_core, tool

BENCH = os.environ.get("BENCH_PCAP", os.path.join(os.path.dirname(ROOT), "shared", "bench-pcap"))


def capture(folder, mb):
    """The capture of so many megabytes, and what is in it."""
    path = os.path.join(folder, "big%d.pcap" % mb)
    if not os.path.exists(path + ".json"):
        subprocess.run([sys.executable, os.path.join(BENCH, "gen_big.py"), "--src", os.path.join(os.path.dirname(BENCH), "pcap"), "--out", path,
                        "--mb", str(mb)], check=True, stdout=subprocess.DEVNULL)
    with open(path + ".json", encoding="utf-8") as file:
        return path, json.load(file)


def run_on_core(command, out):
    """CPU seconds and resident bytes at the peak. What it prints goes into a file: a child counts the memory of this program too,
    as it was when it was made."""
    with open(out, "wb") as file:
        child = subprocess.Popen(command, stdout=file, preexec_fn=on_core(0))
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit("%s ended with %d" % (" ".join(command), child.returncode))
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def hellos_of(path):
    with open(path, "rb") as lines:
        return sum(1 for line in lines if line.split(b"\t", 8)[6:7] != [b"-"])


def measured(path, rounds):
    """Medians: CPU seconds of the loop and of flows, the largest resident size of flows, and the hellos that it found."""
    loops, runs, out = [], [], path + ".out"
    for _ in range(rounds):
        loops.append(run_on_core([tool("pcap_loop"), path], out)[0])
        runs.append(run_on_core([os.path.join(BUILD, "assocctl"), "flows", path], out))
    return statistics.median(loops), statistics.median(r[0] for r in runs), max(r[1] for r in runs), hellos_of(out)


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--mb", type=int, default=800)
    options.add_argument("--folder", default=os.path.join(tempfile.gettempdir(), "assocd-worlds"))
    o = options.parse_args()
    if not os.path.exists(os.path.join(BENCH, "gen_big.py")):
        print("no gen_big.py in %s: nothing measured (BENCH_PCAP=FOLDER names another place)" % BENCH)
        return 0
    subprocess.run(["cmake", "-S", ROOT, "-B", BUILD, "-G", "Ninja", "-DTESTS=ON", "-DCMAKE_BUILD_TYPE=Release"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", BUILD, "assocctl", "pcap_loop"], check=True, stdout=subprocess.DEVNULL)
    os.makedirs(o.folder, exist_ok=True)
    print("%s, medians of %d\n" % (datetime.date.today(), o.rounds))
    print("| capture | bare libpcap loop | flows | hellos | resident |\n|---|---|---|---|---|")
    failed = 0
    for mb in (o.mb, 2 * o.mb):
        path, holds = capture(o.folder, mb)
        loop, cpu, resident, hellos = measured(path, o.rounds)
        failed += hellos != holds["expected_hello_flows"] or cpu > 2.8 * loop or resident > 64e6
        print("| %d packets | %.2f s CPU | %.2f s CPU, %.2f times the loop | %d of %d | %.1f MB |"
              % (holds["packets"], loop, cpu, cpu / loop, hellos, holds["expected_hello_flows"], resident / 1e6), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
