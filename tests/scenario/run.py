#!/usr/bin/env python3
"""Runs the scenarios of this folder: events in, links, clusters and alerts out, in simulated time.

Each NNN-slug.yaml reads like the sentence in its `title`. It is expanded to NDJSON and given to the real
`assocctl replay` of BUILD_DIR or ASSOCD_BUILD (default build-test) with the shipped rules (RULES_DIR to use others).

    title       the sentence
    start       time of +0 (default 2026-03-01T08:00:00Z)
    networks    lines of a networks file, under its header
    files       {events, networks}: paths in the tree, used as they are in place of `events` and `networks`
    population  N: as many unrelated accounts sign up in the day before the start
    people      NAME: {any event keys}: what an event takes over by `by: NAME`
    events      each: `at` (+3d, +2h30m, RFC 3339; else ten minutes after the one before), `type` (login), `account`,
                `by`, `machine` (of tests/sample/hardware.py: MODEL[/VARIANT][#ID]), any key of the event format,
                `repeat: N` with `every` (10m): {i}, {i+5}, {i*7}, {i%4} and {i:03} are filled in from i = 1, also in `by`;
                a string that is one such expression becomes a number
    expect      links:    [{a, b, min, max}]; a and b may hold {i} with `repeat`
                no_links: true (none at 500 and above), or {above: N, among: PREFIX}
                together: [[accounts in one cluster]], apart: [[accounts in different clusters]], clusters: N
                alerts:   N, or {min, max, rule, about: [accounts], state, level, says: part of the recommendation,
                          stands_for: N alerts, itself among them; 0: another stands for it} or a list of such; counted
                          are alerts ever opened
                open_alerts: as alerts, those not resolved at the end

usage: run.py [--keep] [NAME...]
"""
import collections
import csv
import datetime
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "sample"))
from hardware import MODELS, machine  # noqa: E402

BUILD = os.environ.get("BUILD_DIR") or os.environ.get("ASSOCD_BUILD") or "build-test"
BINARY = os.path.join(ROOT, BUILD, "assocctl")
UNITS = {"d": 86400000, "h": 3600000, "m": 60000, "s": 1000}
KEYS = {"title", "start", "files", "networks", "population", "people", "events", "expect"}
EXPECTATIONS = {"links", "no_links", "together", "apart", "clusters", "alerts", "open_alerts"}


class Wrong(Exception):
    pass


def duration(text):
    if not re.fullmatch(r"[+-]?(\d+[dhms])+", str(text)):
        raise Wrong("bad duration %r" % (text,))
    total = sum(int(n) * UNITS[u] for n, u in re.findall(r"(\d+)([dhms])", text))
    return -total if text.startswith("-") else total


def instant(value, start):
    if isinstance(value, datetime.datetime):
        value = value.replace(tzinfo=value.tzinfo or datetime.timezone.utc)
        return int(value.timestamp() * 1000)
    text = str(value)
    if value == 0:
        return start
    if text[0] in "+-":
        return start + duration(text)
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def fill(value, i):
    """{i}, {i+5}, {i*7}, {i%4}, {i/250} and {i:03} in every string."""
    if isinstance(value, str):
        def one(match):
            n = i
            for op, number in re.findall(r"([-+*%/])(\d+)", match.group(1)):
                k = int(number)
                n = {"+": n + k, "-": n - k, "*": n * k, "%": n % k, "/": n // k}[op]
            return format(n, match.group(2) or "")
        text = re.sub(r"\{i((?:[-+*%/]\d+)*)(?::(\d+))?\}", one, value)
        return int(text) if re.fullmatch(r"\{[^{}:]*\}", value) else text
    if isinstance(value, dict):
        return {k: fill(v, i) for k, v in value.items()}
    if isinstance(value, list):
        return [fill(v, i) for v in value]
    return value


def merged(base, over):
    """Objects inside (identity, device) are merged a level deep; null takes a key away."""
    out = dict(base)
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(out.get(key), dict):
            out[key] = {k: v for k, v in {**out[key], **value}.items() if v is not None}
        elif value is None:
            out.pop(key, None)
        else:
            out[key] = value
    return out


def event_of(spec, people, i, ts):
    spec = fill({k: v for k, v in spec.items() if k not in ("at", "every", "repeat")}, i)
    by = spec.pop("by", None)
    if by is not None and by not in people:
        raise Wrong("nobody is called %r" % by)
    event = merged(fill(people[by], i), spec) if by is not None else spec
    model = event.pop("machine", None)
    if model:
        event = merged(machine(model), event)
    event.setdefault("type", "login")
    event["ts"] = ts
    return event


def events_of(scenario):
    start = instant(scenario.get("start", "2026-03-01T08:00:00Z"), 0)
    people, clock = scenario.get("people") or {}, start - 600000
    for spec in scenario["events"]:
        first = instant(spec["at"], start) if "at" in spec else clock + 600000
        every = duration(spec.get("every", "10m"))
        for i in range(1, int(spec.get("repeat", 1)) + 1):
            clock = first + (i - 1) * every
            yield event_of(spec, people, i, clock)


def population(n, start):
    """Unrelated accounts: nothing in common but makes of machines."""
    draw, names = random.Random(7), list(MODELS)
    for i in range(n):
        event = {"ts": start - 86400000 + i * 86400000 // n, "type": "signup", "account": "other-%06d" % i,
                 "ip": "10.%d.%d.%d" % (100 + i // 60000, i // 250 % 240, 2 + i % 250), "port": 20000 + i % 40000,
                 "timezone": draw.choice(["Europe/Berlin", "America/Chicago", "Asia/Shanghai", "Europe/London"]),
                 "identity": {"email": "other%06d@elsewhere.example.net" % i, "phone": "+4916%09d" % i,
                              "name": "%s %s" % (names_of(i, 1), names_of(i, 2)), "card": "5%014d0" % i}}
        event.update(machine("%s/o%d#other%d" % (names[draw.randrange(len(names))], draw.randrange(400), i)))
        yield event


def names_of(i, salt):
    syllables = "ba ce di fo gu ha ke li mo nu pa re si to vu wa xe yi zo".split()
    return "".join(syllables[(i * salt // 19 ** k + k * salt) % 19] for k in range(3)).title()


def write_inputs(scenario, folder):
    if "files" in scenario:
        shutil.copy(os.path.join(ROOT, scenario["files"]["events"]), os.path.join(folder, "events.ndjson"))
        shutil.copy(os.path.join(ROOT, scenario["files"]["networks"]), os.path.join(folder, "networks.csv"))
        return
    start = instant(scenario.get("start", "2026-03-01T08:00:00Z"), 0)
    with open(os.path.join(folder, "events.ndjson"), "w", encoding="utf-8") as out:
        for event in list(population(int(scenario.get("population", 0)), start)) + list(events_of(scenario)):
            out.write(json.dumps(event, separators=(",", ":"), ensure_ascii=False) + "\n")
    with open(os.path.join(folder, "networks.csv"), "w", encoding="utf-8") as out:
        out.write("cidr,asn,org,kind,cgnat_block\n")
        for line in (scenario.get("networks") or "").split("\n"):
            if line.strip():
                out.write(line.strip() + "," * (4 - line.count(",")) + "\n")


def replay(folder):
    rules = os.environ.get("RULES_DIR", os.path.join(ROOT, "rules", "default"))
    command = [BINARY, "replay", "--rules", rules, "--networks", "networks.csv", "--links", "links.csv",
               "--clusters", "clusters.csv", "--alerts", "alerts.jsonl", "events.ndjson"]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    if done.returncode != 0:
        raise Wrong("replay ended with %d: %s" % (done.returncode, " ".join(done.stdout.decode(errors="replace").split())[:300]))


class Outcome:
    """What replay said: links, clusters, and the history of each alert."""

    def __init__(self, folder):
        with open(os.path.join(folder, "links.csv"), newline="", encoding="utf-8") as f:
            rows = list(csv.DictReader(f))
        self.links = {tuple(sorted((r["account_a"], r["account_b"]))): r for r in rows}
        with open(os.path.join(folder, "clusters.csv"), newline="", encoding="utf-8") as f:
            self.cluster = {r["account"]: r["cluster"] for r in csv.DictReader(f)}
        self.alerts = collections.OrderedDict()
        with open(os.path.join(folder, "alerts.jsonl"), encoding="utf-8") as f:
            for line in f:
                row = json.loads(line)
                row = row.get("alert", row) if isinstance(row.get("alert"), dict) else row
                self.alerts[row["id"]] = row

    def score(self, a, b):
        row = self.links.get(tuple(sorted((a, b))))
        return int(row["score"]) if row else 0


def check_link(outcome, want):
    a, b = want["a"], want["b"]
    score = outcome.score(a, b)
    if score < want.get("min", 0) or score > want.get("max", 1000):
        return "%s and %s score %d, not %d to %d" % (a, b, score, want.get("min", 0), want.get("max", 1000))
    return None


def expand(wants):
    for want in wants:
        for i in range(1, int(want.get("repeat", 1)) + 1):
            yield fill({k: v for k, v in want.items() if k != "repeat"}, i)


def check_no_links(outcome, want):
    want = {} if want is True else want
    above, among = want.get("above", 500), want.get("among", "")
    bad = [(int(r["score"]), a, b) for (a, b), r in outcome.links.items()
           if int(r["score"]) >= above and a.startswith(among) and b.startswith(among)]
    if bad:
        score, a, b = max(bad)
        return "%d links at %d and above, the strongest %s and %s with %d" % (len(bad), above, a, b, score)
    return None


def check_groups(outcome, groups, together):
    for group in groups:
        for x in range(len(group)):
            for y in range(x):
                a, b = group[y], group[x]
                same = a in outcome.cluster and outcome.cluster.get(a) == outcome.cluster.get(b)
                if same != together:
                    return "%s and %s are %sin one cluster" % (a, b, "" if same else "not ")
    return None


def stands_for(alert):
    return 0 if alert.get("lead") else (alert.get("group") or {"alerts": 1})["alerts"]


def check_alerts(alerts, wants):
    wants = wants if isinstance(wants, list) else [{"min": wants, "max": wants} if isinstance(wants, int) else wants]
    for want in wants:
        hits = [a for a in alerts if ("rule" not in want or a.get("rule") == want["rule"])
                and set(want.get("about", [])) <= set(a.get("accounts", []))
                and want.get("says", "") in a.get("recommendation", "")
                and want.get("stands_for", stands_for(a)) == stands_for(a)
                and all(a.get(key) == want[key] for key in ("state", "level") if key in want)]
        if not want.get("min", 0 if "max" in want else 1) <= len(hits) <= want.get("max", 10 ** 9):
            seen = ", ".join("%s about %s (%s, stands for %d)" % (a.get("rule"), "+".join(a.get("accounts", [])), a.get("state"), stands_for(a))
                             for a in alerts) or "none at all"
            return "%d alerts fit %s; raised were: %s" % (len(hits), want, seen)
    return None


def problems(outcome, expect):
    found = [check_link(outcome, w) for w in expand(expect.get("links", []))]
    if expect.get("no_links"):
        found.append(check_no_links(outcome, expect["no_links"]))
    found.append(check_groups(outcome, expect.get("together", []), True))
    found.append(check_groups(outcome, expect.get("apart", []), False))
    if "clusters" in expect and len(set(outcome.cluster.values())) != expect["clusters"]:
        found.append("%d clusters, not %d" % (len(set(outcome.cluster.values())), expect["clusters"]))
    ever = list(outcome.alerts.values())
    if "alerts" in expect:
        found.append(check_alerts(ever, expect["alerts"]))
    if "open_alerts" in expect:
        found.append(check_alerts([a for a in ever if a.get("state") != "resolved"], expect["open_alerts"]))
    return [p for p in found if p]


def load(path):
    with open(path, encoding="utf-8") as f:
        scenario = yaml.safe_load(f)
    stray = (set(scenario) - KEYS) | (set(scenario.get("expect", {})) - EXPECTATIONS)
    if stray or not scenario.get("expect") or not scenario.get("title"):
        raise Wrong("needs title and expect, and no %s" % ", ".join(sorted(stray)))
    return scenario


def run(path, keep):
    folder = tempfile.mkdtemp(prefix="scenario-")
    try:
        scenario = load(path)
        write_inputs(scenario, folder)
        replay(folder)
        return problems(Outcome(folder), scenario["expect"])
    except (Wrong, KeyError, ValueError, yaml.YAMLError, subprocess.TimeoutExpired) as e:
        return ["%s: %s" % (type(e).__name__, e)]
    except OSError as e:
        return [str(e)]
    finally:
        if keep:
            print("# %s: %s" % (os.path.basename(path), folder))
        else:
            shutil.rmtree(folder)


def main():
    if not os.path.exists(BINARY):
        sys.exit("there is no %s: build it first, or name its folder in BUILD_DIR" % BINARY)
    arguments = [a for a in sys.argv[1:] if not a.startswith("-")]
    names = sorted(n for n in os.listdir(HERE) if n.endswith(".yaml"))
    names = [n for n in names if not arguments or any(a in n for a in arguments)]
    failed = 0
    for name in names:
        found = run(os.path.join(HERE, name), "--keep" in sys.argv)
        failed += bool(found)
        print("not ok %s: %s" % (name[:-5], "; ".join(found)) if found else "ok %s" % name[:-5], flush=True)
    print("%d passed, %d failed" % (len(names) - failed, failed))
    return 1 if failed or not names else 0


if __name__ == "__main__":
    sys.exit(main())
