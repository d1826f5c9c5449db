#!/usr/bin/env python3
"""The rule packs of tests/accuracy load, and the tests beside their rules hold."""
import os
import subprocess
import sys

ACCURACY = os.path.join(os.environ["ASSOCD_ROOT"], "tests", "accuracy")
BINARY = os.path.join(os.environ["ASSOCD_BUILD"], "assocctl")


def outcome(name):
    """Nothing when all is well, else the first of what is wrong."""
    for command in ("check", "test"):
        run = subprocess.run([BINARY, "rules", command, os.path.join(ACCURACY, name)], capture_output=True, text=True)
        if run.returncode != 0:
            lines = (run.stderr + run.stdout).strip().splitlines()
            return lines[0] if lines else "rules %s ends with status %d" % (command, run.returncode)
    return None


def main():
    packs = sorted(n for n in os.listdir(ACCURACY) if os.path.exists(os.path.join(ACCURACY, n, "scoring.yaml")))
    for name in packs:
        why = outcome(name)
        print("ok pack %s" % name if why is None else "not ok pack %s: %s" % (name, why))
    return 0


if __name__ == "__main__":
    sys.exit(main())
