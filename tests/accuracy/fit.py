#!/usr/bin/env python3
"""Fits rules/default/table.yaml anew: makes the worlds, adds ordinary sharing to each, and runs `assocctl calibrate`.

The worlds are others than those that run.py measures. Takes some ten minutes and 2 GB; two runs write the same bytes.

usage: fit.py [--worlds FOLDER] [--rules FOLDER] [--only std7,hard8,...] [--l2 X] --out FILE
"""
import argparse
import os
import subprocess
import sys
import tempfile

from run import BINARY, HERE, ROOT, SHIFT, SIZE, WORLDGEN

WORLDS = {"std7": ["--preset", "medium", *SIZE, "--seed", "7"],
          "std8": ["--preset", "medium", *SIZE, "--seed", "8"],
          "hard7": ["--preset", "hard", "--seed", "7"],
          "hard8": ["--preset", "hard", "--seed", "8"],
          "hard9": ["--preset", "hard", "--seed", "9"],
          "shift17": ["--preset", "medium", *SIZE, "--seed", "17", *SHIFT]}


def shared_world(folder, name):
    """The world with ordinary sharing, made where it is not there yet; the seed of what is added is the world's."""
    plain, path = os.path.join(folder, name), os.path.join(folder, name + "-shared")
    if not os.path.exists(os.path.join(plain, "world.json")):
        subprocess.run([sys.executable, os.path.join(WORLDGEN, "worldgen.py"), *WORLDS[name], "--out", plain], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seed = name.lstrip("abcdefghijklmnopqrstuvwxyz")
    subprocess.run([sys.executable, os.path.join(HERE, "ordinary_sharing.py"), plain, path, seed], check=True)
    return path


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--worlds", default=os.path.join(tempfile.gettempdir(), "assocd-worlds"))
    options.add_argument("--only", default=",".join(WORLDS))
    options.add_argument("--rules", default=os.path.join(ROOT, "rules", "default"))
    options.add_argument("--l2", default="1")
    options.add_argument("--out", required=True)
    o = options.parse_args()
    if not os.path.exists(os.path.join(WORLDGEN, "worldgen.py")):
        sys.exit("no worldgen.py in %s: nothing to fit to (WORLDGEN=FOLDER names another place)" % WORLDGEN)
    os.makedirs(o.worlds, exist_ok=True)
    command = [BINARY, "calibrate", "--rules", o.rules, "--l2", o.l2, "--out", o.out]
    for name in o.only.split(","):
        path = shared_world(o.worlds, name)
        command += ["--events", os.path.join(path, "events.ndjson"), "--labels", os.path.join(path, "labels.csv"),
                    "--networks", os.path.join(path, "netinfo.csv")]
    return subprocess.run(command).returncode


if __name__ == "__main__":
    sys.exit(main())
