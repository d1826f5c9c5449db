#!/usr/bin/env python3
"""How much the order of arrival changes: a world whose events are shuffled within each day (UTC) against the same in order.

usage: shuffle.py [--worlds FOLDER] [--only std4,...] [--rules FOLDER] [--seed N]
"""
import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tempfile

from run import BINARY, ROOT, WORLDGEN, world

DAY = 86_400_000
LEAST = 500
BAR = .01


def shuffled(source, target, seed):
    rnd, day, today = random.Random(seed), [], None
    with open(source) as lines, open(target, "w") as out:
        for line in lines:
            of = json.loads(line)["ts"] // DAY
            if of != today:
                rnd.shuffle(day)
                out.writelines(day)
                day, today = [], of
            day.append(line)
        rnd.shuffle(day)
        out.writelines(day)


def links(path, rules, events, out):
    subprocess.run([BINARY, "replay", "--rules", rules, "--networks", os.path.join(path, "netinfo.csv"), "--min-score", str(LEAST),
                    "--links", out, events], check=True, stdout=subprocess.DEVNULL)
    with open(out) as rows:
        return {(r["account_a"], r["account_b"]) for r in csv.DictReader(rows)}


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--worlds", default=os.path.join(tempfile.gettempdir(), "assocd-worlds"))
    options.add_argument("--only", default="std4,hard1")
    options.add_argument("--rules", default=os.path.join(ROOT, "rules", "default"))
    options.add_argument("--seed", type=int, default=1)
    o = options.parse_args()
    if not os.path.exists(os.path.join(WORLDGEN, "worldgen.py")):
        print("no worldgen.py in %s: nothing measured (WORLDGEN=FOLDER names another place)" % WORLDGEN)
        return 0
    os.makedirs(o.worlds, exist_ok=True)
    print("| world | links of %d and more | shuffled | in one alone | share |\n|---|---|---|---|---|" % LEAST)
    missed = 0
    for name in o.only.split(","):
        path = world(o.worlds, name)
        with tempfile.TemporaryDirectory(prefix="accuracy-") as folder:
            events, other = os.path.join(path, "events.ndjson"), os.path.join(folder, "events.ndjson")
            shuffled(events, other, o.seed)
            a, b = (links(path, o.rules, e, os.path.join(folder, "links.csv")) for e in (events, other))
        share = len(a ^ b) / len(a | b)
        missed += share > BAR
        print("| %s | %d | %d | %d | %.4f |" % (name, len(a), len(b), len(a ^ b), share), flush=True)
    print("\n%s" % ("at most %.2f: met" % BAR if not missed else "at most %.2f: NOT met" % BAR))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
