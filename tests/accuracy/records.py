#!/usr/bin/env python3
"""How well on real records with known truth, by rule and attribute files alone, as rows for docs/measurements.md.

The records are made into events by ../shared/data/to_events.py beside the checkout (RECORDS=FOLDER for another place), replayed
in their order with the pack of this folder that has their name, and scored by worldgen's evaluate.py; without them nothing
is measured, and that is said. Bars: B-cubed F1 of the clusters, and their B-cubed precision.

usage: records.py [--only historical,fake1000,hop] [--files FILE...]   files: other records of the same columns, of one set
"""
import argparse
import datetime
import json
import os
import subprocess
import sys
import tempfile

from run import BINARY, HERE, ROOT, WORLDGEN

RECORDS = os.environ.get("RECORDS", os.path.join(os.path.dirname(ROOT), "shared", "data"))
BARS = {"historical": {"f1": .88, "p": 0}, "fake1000": {"f1": .90, "p": 0}, "hop": {"f1": .82, "p": .93}}


def evaluate(name, files, out):
    links, clusters = os.path.join(out, "links.csv"), os.path.join(out, "clusters.csv")
    subprocess.run([sys.executable, os.path.join(RECORDS, "to_events.py"), name, out, *files], check=True)
    subprocess.run([BINARY, "replay", "--rules", os.path.join(HERE, name), "--links", links, "--clusters", clusters,
                    os.path.join(out, "events.ndjson")], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    result = os.path.join(out, "result.json")
    subprocess.run([sys.executable, os.path.join(WORLDGEN, "evaluate.py"), "--world", out, "--links", links, "--clusters", clusters,
                    "--threshold", "500", "--json", result], check=True, stdout=subprocess.DEVNULL)
    with open(result) as f:
        return json.load(f)


def is_met(clusters, bar):
    return clusters["b3_f1"] >= bar["f1"] and clusters["b3_p"] >= bar["p"]


def row(name, result):
    c, bar = result["clusters"], BARS[name]
    wanted = "F1 at least %.2f" % bar["f1"] + (", precision %.2f" % bar["p"] if bar["p"] else "")
    return "| %s | %d | %.3f | %.3f | %.3f | %.3f | %.3f | %d | %s (%s) |" % (
        name, result["accounts"], c["b3_f1"], c["b3_p"], c["b3_r"], result["direct"]["p"], result["direct"]["r"], c["largest"],
        wanted, "met" if is_met(c, bar) else "NOT met")


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--only", default=",".join(BARS))
    options.add_argument("--files", nargs="*", default=[])
    o = options.parse_args()
    for program in (os.path.join(RECORDS, "to_events.py"), os.path.join(WORLDGEN, "evaluate.py")):
        if not os.path.exists(program):
            print("no %s: nothing measured (RECORDS=FOLDER and WORLDGEN=FOLDER name other places)" % program)
            return 0
    print("%s, `assocctl replay` with the packs of `tests/accuracy`, `evaluate.py --threshold 500`\n" % datetime.date.today())
    print("| records | labelled | B-cubed F1 | its P | its R | P of links | R of links | largest cluster | bar |")
    print("|---|---|---|---|---|---|---|---|---|")
    missed = 0
    for name in o.only.split(","):
        with tempfile.TemporaryDirectory(prefix="records-") as out:
            result = evaluate(name, o.files, out)
        print(row(name, result), flush=True)
        missed += not is_met(result["clusters"], BARS[name])
    print("\n%s" % ("all bars met" if not missed else "%d sets of records miss a bar" % missed))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
