#!/usr/bin/env python3
"""assocctl calibrate: a table fitted to labels judges as it says, two fits write the same bytes, verdicts of a running daemon
move the table that there is, and labels that are wrong are named with their place."""
import json
import os
import random
import shutil
import subprocess
import sys

from daemon import BUILD, ROOT, Daemon, in_folder, run_tests

WORLDGEN = os.environ.get("WORLDGEN", os.path.join(os.path.dirname(ROOT), "shared", "worldgen"))


def calibrate(*words):
    done = subprocess.run([os.path.join(BUILD, "assocctl"), "calibrate", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=280)
    assert "Sanitizer" not in done.stderr and "runtime error" not in done.stderr, done.stderr
    return done.returncode, done.stdout, done.stderr


def write(folder, name, content):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(content)
    return path


def town(seed, n_people=160):
    """(event lines, {account: person}): each person has one to three accounts on a device of their own; two people a house
    share its address, every fifth house a device too."""
    rng = random.Random(seed)
    person_of, lines = {}, []
    for person in range(n_people):
        for number in range(rng.choice((1, 1, 2, 3))):
            person_of[f"p{person}-{number}"] = person
    for i in range(2500):
        account = rng.choice(list(person_of))
        person, house = person_of[account], person_of[account] // 2
        device = f"house{seed}-{house}" if house % 5 == 0 and rng.random() < .3 else f"device{seed}-{person}-{person % 3}"
        event = {"ts": 1750000000000 + i * 600000, "type": "login", "account": account, "ip": f"81.{house % 50}.{house}.7", "device": {"id": device}}
        if rng.random() < .2:
            event["identity"] = {"name": f"{'Anna Bela Cora Dora Emma'.split()[person % 5]} Number{person:03d}"}
        lines.append(json.dumps(event))
    return lines, person_of


def town_files(folder, seed):
    lines, person_of = town(seed)
    labels = "".join(f"{account},{person},x\n" for account, person in person_of.items())
    return ("--events", write(folder, f"{seed}.ndjson", "\n".join(lines) + "\n"),
            "--labels", write(folder, f"{seed}.csv", "account,person,kind\n" + labels))


def rules_with(folder, table):
    rules = os.path.join(folder, "rules")
    shutil.copytree(os.path.join(ROOT, "rules", "default"), rules)
    shutil.copyfile(table, os.path.join(rules, "table.yaml"))
    return rules


@in_folder
def fitted_table_is_read_by_the_rules_and_judges_another_town(folder):
    files, others = town_files(folder, 1) + town_files(folder, 2), town_files(folder, 3)
    table = os.path.join(folder, "table.yaml")
    status, out, said = calibrate(*files, "--out", table)
    assert status == 0 and "on what the table was fitted to" in out and "1.ndjson: calibration error" in out, (out, said)
    with open(table, encoding="utf-8") as file:
        text = file.read()
    name = os.path.basename(folder)
    assert f"{name}/1.ndjson with {name}/1.csv: 2,500 events" in text and folder not in text, text[:800]
    status, again, _ = calibrate(*files)
    assert status == 0 and again == text, "two fits of the same files differ"
    rules = rules_with(folder, table)
    check = subprocess.run([os.path.join(BUILD, "assocctl"), "rules", "check", rules], capture_output=True, text=True)
    assert check.returncode == 0, check.stderr
    status, out, said = calibrate("--check", "--rules", rules, *others, "--json", "--max-error", "0.1")
    answer = json.loads(out)
    assert status == 0 and answer["error"] <= .1 and answer["pairs"] > 50, (out, said)
    assert sum(bin["pairs"] for bin in answer["bins"]) == answer["pairs"] == answer["worlds"][0]["pairs"], answer
    status, out, said = calibrate("--check", "--rules", rules, *others, "--max-error", "0")
    assert status == 1 and "is above 0.0000" in said and "score  pairs" in out, (out, said)


@in_folder
def labels_that_are_wrong_are_named_with_their_place(folder):
    events = town_files(folder, 1)[:2]
    head = "account,person\n"
    for content, *says in [
        ("", "l.csv: empty: there is no header line"), (head, "l.csv: there is no account in it"),
        ("account,owner\na,b\n", "l.csv:1: the header has no column 'person'"), (head + "a\n", "l.csv:2: 1 fields, the header has 2"),
        (head + "a,\n", "l.csv:2: the person of account 'a' is empty"), (head + ",p\n", "l.csv:2: the account is empty"),
        (head + "a,p\nb,p\na,q\n", "l.csv:4: account 'a' is there before with another person or operator"),
        (head + "nobody,p\n", "l.csv: none of its 1 accounts has an event in ", "accounts are named as in links.csv (\"p0-0\")"),
    ]:
        for more in ((), ("--check",)):
            status, _, said = calibrate(*events, "--labels", write(folder, "l.csv", content), *more)
            assert status == 1 and all(part in said for part in says), (says, said)


@in_folder
def labels_of_one_class_fit_and_check_nothing(folder):
    events = town_files(folder, 1)[:2]
    for person, checked in (("p{}", "no person of the labels has two accounts"), ("all", "the labels are of one person")):
        rows = "".join(f"p{i}-0,{person.format(i)}\n" for i in range(40)) + "nobody,all\n"
        labels = write(folder, "l.csv", "account,person\n" + rows)
        status, _, said = calibrate(*events, "--labels", labels)
        assert status == 1 and " pairs of one person" in said and "a fit needs both" in said, said
        assert "l.csv: 1 account has no event in" in said, said
        status, out, said = calibrate(*events, "--labels", labels, "--check")
        assert status == 1 and not out and checked in said, (out, said)


TRIED = """id: ip-by-name
title: One address, and what the names say
status: %s
interaction:
  when: shared(ip) > 0
  by: [{of: "agreement(identity.name_tokens)", in: [equal, overlap, differ]}]
explain: "{a} and {b}: {found}"
"""


@in_folder
def an_experimental_rule_gets_bits_to_be_tried_with_and_moves_no_others(folder):
    def overlap():
        done = subprocess.run([os.path.join(BUILD, "assocctl"), "rules", "overlap", "--rules", rules, files[1]], capture_output=True, text=True)
        return done.stdout
    files, table, rules = town_files(folder, 1), os.path.join(folder, "table.yaml"), os.path.join(folder, "rules")
    shutil.copytree(os.path.join(ROOT, "rules", "default"), rules)
    status, before, said = calibrate("--rules", rules, *files)
    assert status == 0, said
    write(rules, "ip-by-name.yaml", TRIED % "experimental")
    assert "table.yaml has no bits for it, so it counts nowhere" in overlap(), overlap()
    status, after, said = calibrate("--rules", rules, *files)
    assert status == 0, said
    tried = [line for line in after.splitlines() if "ip-by-name:" in line]
    assert len(tried) >= 2 and all("#" in line for line in tried), after[:400]
    assert [line for line in after.splitlines() if line not in tried] == before.splitlines(), "what is tried moved what judges"
    shutil.copyfile(write(folder, "table.yaml", after), os.path.join(rules, "table.yaml"))
    text = overlap()
    assert "no bits" not in text and "counts in 0 links" not in text, text


@in_folder
def command_lines_that_are_wrong_are_named(folder):
    files, labels = town_files(folder, 1), town_files(folder, 2)[2:]
    for words, says in [
        ((), "name a file of events and one of labels"), (files[:2], "name a file of events"), (files + labels, "1 files of events and 2 of labels"),
        (files + ("--verdicts",), "--verdicts takes events"), (files + ("--check", "--out", "x"), "--check writes no table"),
        (files + ("--l2", "-1"), "--l2 takes a number"), (files + ("--max-error", "0.1"), "--max-error needs --check, or --out"),
        (files + ("x.ndjson",), "'x.ndjson' belongs to no option"), (files + ("--cheque",), "did you mean --check?"),
        (files + files + ("--networks", "a", "--networks", "b", "--networks", "c"), "2 files of events and 3 of networks"),
    ]:
        status, _, said = calibrate(*words)
        assert status == 2 and says in said, (says, said)
    for words, says in [
        (("--events", os.path.join(folder, "none")) + files[2:], "none: No such file"),
        (files[:2] + ("--labels", "/nowhere.csv"), "/nowhere.csv"),
        (("--events", write(folder, "bad.ndjson", "{}\n")) + files[2:], "bad.ndjson: no event was accepted"),
        (files + ("--rules", "/nowhere"), "/nowhere"), (files + ("--out", "/nowhere/table.yaml"), "the table is not written"),
    ]:
        status, _, said = calibrate(*words)
        assert status == 1 and says in said, (says, said)


@in_folder
def labels_and_events_that_do_not_meet_are_counted(folder):
    files = town_files(folder, 1)
    with open(files[3], encoding="utf-8") as file:
        rows = file.read().splitlines()
    labels = write(folder, "part.csv", "\n".join(rows[:-7] + ["nobody,1,x"]) + "\n")
    status, _, said = calibrate(*files[:2], "--labels", labels)
    assert status == 0 and "part.csv: 1 account has no event in" in said, said
    assert "1.ndjson: 7 accounts have no label in" in said, said


def state(daemon, account, value, about):
    """A verdict about another account, {"with": ...}, or about the link of an alert, {"alert": ...}."""
    verdict = {"account": account, "value": value, "reason": "looked at", **about}
    status, body, _ = daemon.ask("POST", "/v1/verdicts", json.dumps(verdict), {"Content-Type": "application/json"})
    assert status in (200, 202), (status, body)


def link_alerts(daemon):
    """{the two accounts: id} of the alerts about links."""
    alerts = json.loads(daemon.ask("GET", "/v1/alerts?limit=1000")[1])["alerts"]
    return {tuple(sorted(alert["accounts"])): alert["id"] for alert in alerts if alert["subject"] == "link"}


@in_folder
def verdicts_move_the_table_that_there_is(folder):
    lines, person_of = town(1)
    rules = os.path.join(folder, "rules")
    shutil.copytree(os.path.join(ROOT, "rules", "default"), rules)
    table = os.path.join(rules, "table.yaml")
    status, text, said = calibrate(*town_files(folder, 2), "--rules", rules)
    assert status == 0, said
    write(rules, "table.yaml", text)
    daemon = Daemon(f"rules: {rules}\n").start()
    try:
        assert daemon.send(lines)[1]["accepted"] == len(lines)
        status, said = daemon.ctl("calibrate", "--verdicts")
        assert status == 1 and "no verdict about two accounts is in the journal; `assocctl verdict` states them" in said, said
        judged = [row[:2] for row in daemon.links() if row[0] in person_of and row[1] in person_of][:60]
        alerts = link_alerts(daemon)
        assert any((a, b) in alerts for a, b in judged), alerts
        for a, b in judged:
            about = {"alert": alerts[a, b]} if (a, b) in alerts else {"with": b}
            state(daemon, a, "confirmed" if person_of[a] == person_of[b] else "not_same", about)
        n_same = sum(person_of[a] == person_of[b] for a, b in judged)
        assert 0 < n_same < len(judged), n_same
        status, said = daemon.ctl("calibrate", "--verdicts", "--out", table)
        assert status == 0 and "on what the table was fitted to" in said, said
        with open(table, encoding="utf-8") as file:
            moved = file.read()
        assert f"moved by verdicts of a journal: 2,500 events, {len(judged)} pairs, {n_same} of one person" in moved, moved[:900]
        assert moved != text and moved.count('\n  "') >= .9 * text.count('\n  "'), "the lines that there were went missing"
        status, said = daemon.ctl("rules", "check", rules)
        assert status == 0, said
        status, said = daemon.ctl("calibrate", "--verdicts", "--check", "--json")
        assert status == 0 and 0 < json.loads(said)["pairs"] <= len(judged), said
        assert daemon.stop() == 0
    finally:
        daemon.discard()


@in_folder
def table_of_one_world_is_calibrated_on_another(folder):
    if not os.path.exists(os.path.join(WORLDGEN, "worldgen.py")):
        return f"there is no world generator in {WORLDGEN}"
    worlds = {}
    for seed in (1, 2):
        path = os.path.join(folder, f"w{seed}")
        subprocess.run([sys.executable, os.path.join(WORLDGEN, "worldgen.py"), "--preset", "small", "--events", "20000", "--accounts", "1800",
                        "--seed", str(seed), "--out", path], check=True, capture_output=True)
        worlds[seed] = ("--events", os.path.join(path, "events.ndjson"), "--labels", os.path.join(path, "labels.csv"),
                        "--networks", os.path.join(path, "netinfo.csv"))
    table = os.path.join(folder, "table.yaml")
    status, _, said = calibrate(*worlds[1], "--out", table)
    assert status == 0, said
    status, out, said = calibrate("--check", "--rules", rules_with(folder, table), *worlds[2], "--max-error", "0.05")
    assert status == 0, (out, said)
    return None


if __name__ == "__main__":
    sys.exit(run_tests([fitted_table_is_read_by_the_rules_and_judges_another_town, labels_that_are_wrong_are_named_with_their_place,
                        labels_of_one_class_fit_and_check_nothing, an_experimental_rule_gets_bits_to_be_tried_with_and_moves_no_others,
                        command_lines_that_are_wrong_are_named, labels_and_events_that_do_not_meet_are_counted,
                        verdicts_move_the_table_that_there_is, table_of_one_world_is_calibrated_on_another]))
