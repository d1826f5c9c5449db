#!/usr/bin/env python3
"""assocctl stacks: which TLS and TCP stacks there are, how many accounts have each, and what they say they are."""
import glob
import json
import os
import sqlite3
import sys

from daemon import Daemon, replayed

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 Safari/537.36"
COMMON, TOOL = "t13d1516h2_8daaf6152771_02713d6af862", "t13i311100_e8f1e7e78f70_1f22a2ca17c4"


def login(n, account, ja4, agent):
    return json.dumps({"ts": 1704067200000 + n * 1000, "type": "login", "account": account, "ip": f"81.1.2.{n}", "ja4": ja4,
                       "tcp": "57:1460:64240:mss,sok,ts,nop,ws7", "user_agent": agent})


def stacks_of(d):
    status, body, _ = d.ask("GET", "/v1/stacks")
    assert status == 200, body
    return json.loads(body)["stacks"]


def accounts_and_claims_are_counted_once(d):
    rows = {row["stack"]: row for row in stacks_of(d) if row["kind"] == "tls.claim"}
    assert set(rows) == {COMMON, TOOL}, rows
    assert rows[COMMON]["accounts"] == 8 and rows[COMMON]["claims"] == [{"agent": "chrome windows", "accounts": 8, "of": 9}], rows[COMMON]
    assert rows[TOOL]["accounts"] == 2, rows[TOOL]
    assert rows[TOOL]["claims"] == [{"agent": "chrome windows", "accounts": 1, "of": 9}, {"agent": "curl", "accounts": 1, "of": 1}], rows[TOOL]
    assert rows[TOOL]["rarity"] > rows[COMMON]["rarity"] >= 0, rows
    tcp = [row for row in stacks_of(d) if row["kind"] == "tcp.claim"]
    assert [(row["stack"], row["accounts"]) for row in tcp] == [("64:64240:mss,sok,ts,nop,ws7", 9)], tcp


def they_are_listed_for_people_and_as_csv(d):
    status, said = d.ctl("stacks")
    assert status == 0 and TOOL in said and "chrome windows 8 of 9" in said, said
    status, said = d.ctl("--csv", "stacks", "--limit", "1")
    assert status == 0 and COMMON in said and TOOL not in said, said
    status, said = d.ctl("stacks", "extra")
    assert status == 2 and "no arguments" in said, said


def they_survive_a_restart(d):
    before = stacks_of(d)
    assert d.stop() == 0
    d.start()
    assert stacks_of(d) == before


def the_liar_is_told(d):
    alerts = json.loads(d.ask("GET", "/v1/alerts")[1])["alerts"]
    told = [alert["accounts"] for alert in alerts if alert["rule"].endswith("-contradicts-agent")]
    assert told == [["liar"]], told


def one_whose_stack_is_mostly_something_elses_is_told_offline_too(d):
    app = "t13d1011h2_61a7ad8aa9b6_3a8073edd8ef"
    crowd = [(f"user{n}", COMMON, CHROME % 139) for n in range(50)] + [(f"app{n}", app, "okhttp/4.12.0") for n in range(50)]
    lines = [login(n % 200, f"{account}", ja4, agent).replace(f"81.1.2.{n % 200}", f"81.2.{n // 200}.{n % 200}")
             for n, (account, ja4, agent) in enumerate(crowd + [("disguised", app, CHROME % 139)] * 3)]
    _, alerts = replayed(lines, d.dir)
    assert [alert["accounts"] for alert in alerts if alert["rule"] == "stack-of-another-claim"] == [["disguised"]], alerts


def values(d, account):
    """kind -> texts of the account's values."""
    found = {}
    for row in json.loads(d.ask("GET", f"/v1/accounts/{account}")[1])["values"]:
        found.setdefault(row["kind"], []).append(row["shown"])
    return found


def a_journal_with_kinds_of_other_names_opens_and_goes_on(d):
    """Before kinds of packets came, JA4 was the kind ja4, and the SYN tcp: what was written so stays in the journal and is left out."""
    before, stacks = d.status()["events"], stacks_of(d)
    assert d.stop() == 0
    with sqlite3.connect(glob.glob(os.path.join(d.state, "*.db"))[0]) as db:
        (names,), = db.execute("SELECT names FROM names").fetchall()
        old = {"tls.claim": "ja4", "tcp.claim": "tcp"}
        db.execute("UPDATE names SET names = ?", ["".join(old.get(name, name) + "\n" for name in names.splitlines())])
    db.close()
    os.unlink(os.path.join(d.state, "snapshot"))
    d.start()
    assert d.status()["events"] == before and stacks_of(d) == [], (d.status()["events"], stacks_of(d))
    assert len(values(d, "user0")["ip"]) == 2, values(d, "user0")
    status, answer = d.send([login(92, "user0", COMMON, CHROME % 139)])
    assert status == 200 and answer["accepted"] == 1, answer
    again = stacks_of(d)
    assert [(row["stack"], row["accounts"]) for row in again] == [(COMMON, 1), ("64:64240:mss,sok,ts,nop,ws7", 1)], again
    assert len(stacks) > len(again)
    they_survive_a_restart(d)
    assert d.status()["events"] == before + 1, d.status()["events"]


def main():
    failed = 0
    d = Daemon().start()
    # Each comes twice, with another version of the browser.
    lines = [login(10 * again + n, f"user{n}", COMMON, CHROME % (138 + again)) for again in range(2) for n in range(8)]
    lines += [login(90, "liar", TOOL, CHROME % 139), login(91, "honest", TOOL, "curl/8.5.0").replace('"tcp"', '"x_tcp"')]
    try:
        status, answer = d.send(lines)
        assert status == 200 and answer["accepted"] == 18, answer
        for test in (accounts_and_claims_are_counted_once, they_are_listed_for_people_and_as_csv, they_survive_a_restart, the_liar_is_told,
                     one_whose_stack_is_mostly_something_elses_is_told_offline_too,
                     a_journal_with_kinds_of_other_names_opens_and_goes_on):
            try:
                test(d)
                print(f"ok {test.__name__}", flush=True)
            except Exception as error:
                failed = 1
                print(f"not ok {test.__name__}: {type(error).__name__}: {error}", flush=True)
    finally:
        d.discard()
    return failed


sys.exit(main())
