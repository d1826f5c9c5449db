#!/usr/bin/env python3
"""How well: worlds with truth, replayed and scored by worldgen's evaluate.py, as rows for docs/measurements.md.

Worlds are made by ../shared/worldgen beside the checkout (WORLDGEN=FOLDER for another place) and kept under --worlds;
without it nothing is measured, and that is said. The
means of three worlds of a kind meet the bars of BARS or are said not to; nowhere a link that rests on recycled hosting
addresses alone, nor a cluster above 50 with strangers.

usage: run.py [--worlds FOLDER] [--only std4,hard1,...] [--rules FOLDER]
"""
import argparse
import csv
import datetime
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BINARY = os.path.join(ROOT, os.environ.get("BUILD_DIR", "build"), "assocctl")
WORLDGEN = os.environ.get("WORLDGEN", os.path.join(os.path.dirname(ROOT), "shared", "worldgen"))
SIZE = ["--events", "250000", "--accounts", "20000"]
SHIFT = ["--set", "ring_jitter=90", "--set", "innocent_closed=.06", "--set", "cgblock=1008"]
WORLDS = {"std%d" % seed: ["--preset", "medium", *SIZE, "--seed", str(seed)] for seed in range(1, 10)}
WORLDS.update({"hard%d" % seed: ["--preset", "hard", "--seed", str(seed)] for seed in range(1, 10)})
WORLDS.update({"shift%d" % seed: ["--preset", "medium", *SIZE, "--seed", str(seed), *SHIFT] for seed in range(4, 7)})
# Of the mean of a kind of world: at least ap, r95 and b3, at most ece and strangers.
BARS = {"std": {"ap": .90, "r95": .89, "b3": .990, "ece": .03, "strangers": 15},
        "hard": {"ap": .80, "r95": .79, "b3": .976, "ece": .03, "strangers": 15},
        "shift": {"ap": .84, "ece": .05}}


def world(folder, name):
    path = os.path.join(folder, name)
    if not os.path.exists(os.path.join(path, "world.json")):
        subprocess.run([sys.executable, os.path.join(WORLDGEN, "worldgen.py"), *WORLDS[name], "--out", path], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return path


def evaluate(path, rules, out):
    links, clusters = os.path.join(out, "links.csv"), os.path.join(out, "clusters.csv")
    subprocess.run([BINARY, "replay", "--rules", rules, "--networks", os.path.join(path, "netinfo.csv"), "--links", links,
                    "--clusters", clusters, os.path.join(path, "events.ndjson")], check=True, stdout=subprocess.DEVNULL)
    result = os.path.join(out, "result.json")
    subprocess.run([sys.executable, os.path.join(WORLDGEN, "evaluate.py"), "--world", path, "--links", links, "--clusters",
                    clusters, "--threshold", "500", "--json", result], check=True, stdout=subprocess.DEVNULL)
    with open(result) as f:
        return json.load(f), recycled_only(path, links)


def recycled_only(path, links_file):
    """Links of 500 and more between two people who share nothing but hosting addresses, used at disjoint times."""
    with open(links_file) as f:
        wanted = {(r["account_a"], r["account_b"]) for r in csv.DictReader(f) if float(r["score"]) >= 500}
    people = {a for pair in wanted for a in pair}
    with open(os.path.join(path, "ipclass.csv")) as f:
        cloud = {r["ip"] for r in csv.DictReader(f) if r["class"] == "cloud"}
    held = {}
    with open(os.path.join(path, "events.ndjson")) as f:
        for line in f:
            e = json.loads(line)
            if e["account"] in people and e.get("ok", True) and "ip" in e:
                note(held.setdefault(e["account"], {}), e)
    return sum(rests_on_recycled(held.get(a, {}), held.get(b, {}), cloud) for a, b in wanted)


def note(values, e):
    ip = e["ip"] if ":" not in e["ip"] else ":".join(e["ip"].split(":")[:4])
    device = e.get("device", {})
    for value in [("ip", ip), ("device", device.get("id")), ("canvas", device.get("canvas"))] + list(e.get("identity", {}).items()):
        first, last = values.get(value, (e["ts"], e["ts"]))
        values[value] = (min(first, e["ts"]), max(last, e["ts"]))


def rests_on_recycled(a, b, cloud):
    shared = [v for v in a if v in b]
    return bool(shared) and all(kind == "ip" and text in cloud and (a[kind, text][1] < b[kind, text][0] or b[kind, text][1] < a[kind, text][0])
                                for kind, text in shared)


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--worlds", default=os.path.join(tempfile.gettempdir(), "assocd-worlds"))
    options.add_argument("--only", default="std4,std5,std6,hard1,hard2,hard3")
    options.add_argument("--rules", default=os.path.join(ROOT, "rules", "default"))
    o = options.parse_args()
    if not os.path.exists(os.path.join(WORLDGEN, "worldgen.py")):
        print("no worldgen.py in %s: nothing measured (WORLDGEN=FOLDER names another place)" % WORLDGEN)
        return 0
    os.makedirs(o.worlds, exist_ok=True)
    print("%s, `assocctl replay` with the shipped rules, `evaluate.py --threshold 500`\n" % datetime.date.today())
    print("| world | AP | P | R | R at P .95 | B-cubed F1 | largest cluster | most strangers | recycled only | ECE |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    missed, means = 0, {}
    for name in o.only.split(","):
        with tempfile.TemporaryDirectory(prefix="accuracy-") as out:
            r, recycled = evaluate(world(o.worlds, name), o.rules, out)
        c = r["clusters"]
        print("| %s | %.3f | %.3f | %.3f | %.3f | %.3f | %d | %d | %d | %s |"
              % (name, r["average_precision"], r["direct"]["p"], r["direct"]["r"], r["recall_at_p95"], c["b3_f1"], c["largest"],
                 c["most_strangers"], recycled, r["ece"]), flush=True)
        missed += recycled > 0 or c["over_50_with_strangers"] > 0
        means.setdefault(name.rstrip("0123456789"), []).append(
            {"ap": r["average_precision"], "r95": r["recall_at_p95"], "b3": c["b3_f1"], "ece": r["ece"], "strangers": c["most_strangers"]})
    for kind, figures in means.items():
        mean = {key: sum(f[key] for f in figures) / len(figures) for key in figures[0]}
        wrong = [key for key, bar in BARS.get(kind, {}).items() if (mean[key] > bar if key in ("ece", "strangers") else mean[key] < bar)]
        missed += len(wrong)
        print("| mean of %d %s | %s | %s |" % (len(figures), kind, ", ".join("%s %.3f" % item for item in mean.items()),
                                               "NOT met: " + ", ".join(wrong) if wrong else "met"))
    print("\n%s" % ("all bars met" if not missed else "%d bars missed" % missed))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
