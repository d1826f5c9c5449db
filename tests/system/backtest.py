#!/usr/bin/env python3
"""Trying rules before they judge: assocctl backtest and rules overlap on the real programs, against what two replays say."""
import csv
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import tempfile

from daemon import BUILD, ROOT, Daemon, run_tests, stories

SAMPLE = os.path.join(ROOT, "config", "sample.ndjson")
NETWORKS = os.path.join(ROOT, "config", "sample-networks.csv")
DEFAULT = os.path.join(ROOT, "rules", "default")


def run(*words, status=0, text=None):
    done = subprocess.run([os.path.join(BUILD, "assocctl"), *words], input=text, capture_output=True, text=True, timeout=300)
    assert done.returncode == status, (words, done.returncode, done.stdout[-800:], done.stderr[-800:])
    return done.stdout, done.stderr


class Rules:
    """A copy of the shipped rules in which some have another status or text."""

    def __init__(self, **status):
        self.dir = tempfile.mkdtemp(prefix="assocd-rules-")
        self.path = os.path.join(self.dir, "rules")
        shutil.copytree(DEFAULT, self.path)
        for rule, word in status.items():
            self.change(rule.replace("_", "-"), r"^status: .*$", f"status: {word}")

    def change(self, rule, pattern, text):
        path = os.path.join(self.path, rule + ".yaml")
        with open(path) as file:
            changed, n = re.subn(pattern, text, file.read(), count=1, flags=re.M)
        assert n == 1, (rule, pattern)
        with open(path, "w") as file:
            file.write(changed)

    def write(self, name, text):
        with open(os.path.join(self.path, name), "w") as file:
            file.write(text)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.dir)


def links_of(rules, folder):
    """What is shown of a replay: {(a, b): score}."""
    path = os.path.join(folder, "links.csv")
    run("replay", "--rules", rules, "--networks", NETWORKS, "--min-score", "500", "--links", path, SAMPLE)
    with open(path) as rows:
        return {(row["account_a"], row["account_b"]): int(row["score"]) for row in csv.DictReader(rows)}


def backtest(new, *options, old=DEFAULT):
    return json.loads(run("backtest", "--against", old, "--rules", new, "--networks", NETWORKS, "--json", *options, SAMPLE)[0])


def rows_of(made, part, change):
    return [row for row in made[part]["list"] if row["change"] == change]


def the_same_rules_change_nothing():
    made = backtest(DEFAULT)
    for part in ("links", "alerts", "clusters"):
        assert made[part] == {"appear": 0, "disappear": 0, "change": 0, "list": []}, made[part]
    assert made["old"]["links"] == made["new"]["links"] > 0 and made["events"] > 400, made["old"]
    for rule in made["rules"]:
        assert rule["old"] == rule["new"], rule


def what_changes_is_what_two_replays_say():
    with Rules(shared_bank="disabled") as new:
        new.change("probable-ring", r"^level: .*$", "level: critical")
        before, after = links_of(DEFAULT, new.dir), links_of(new.path, new.dir)
        for made, a, b in ((backtest(new.path, "--max", "100000"), before, after),
                           (backtest(DEFAULT, "--max", "100000", old=new.path), after, before)):
            found = {change: {tuple(row["accounts"]) for row in rows_of(made, "links", change)} for change in ("appears", "disappears")}
            assert found["appears"] == b.keys() - a.keys() and found["disappears"] == a.keys() - b.keys(), found
            assert made["old"]["links"] == len(a) and made["new"]["links"] == len(b), (made["old"], len(a), len(b))
            for row in rows_of(made, "links", "changes level"):
                assert row["old"]["score"] == a[tuple(row["accounts"])] and row["new"]["score"] == b[tuple(row["accounts"])], row
        made = backtest(new.path, "--max", "100000")
        assert made["links"]["disappear"] > 0, "nothing rests on the bank account"
        assert any(row.get("moved_by") == "shared-bank" and row["moved_bits"] < 0 for row in made["links"]["list"]), made["links"]
        gone = next(rule for rule in made["rules"] if rule["rule"] == "shared-bank")
        assert gone["status"] == "removed" and gone["old"]["links"] > 0 and gone["new"]["links"] == 0, gone


def an_alert_of_another_level_is_a_change():
    with Rules() as new:
        new.change("probable-ring", r"^level: .*$", "level: critical")
        made = backtest(new.path)
        rows = rows_of(made, "alerts", "changes level")
        assert made["links"]["list"] == [] and made["alerts"]["change"] == len(rows) > 0, made["alerts"]
        assert all(row["rule"] == "probable-ring" and row["old"]["level"] == "high" and row["new"]["level"] == "critical" for row in rows), rows


def lists_are_limited_and_say_so():
    with Rules(shared_device="disabled", shared_card="disabled", shared_bank="disabled", devices_shared="disabled") as new:
        shown = run("backtest", "--against", DEFAULT, "--rules", new.path, "--networks", NETWORKS, "--max", "1", SAMPLE)[0]
        whole = backtest(new.path, "--max", "100000")
        assert f"Links that disappear ({whole['links']['disappear']})" in shown, shown
        assert f"... and {whole['links']['disappear'] - 1} more: --max" in shown, shown
        assert len(rows_of(backtest(new.path, "--max", "1"), "links", "disappears")) == 1
        assert len(backtest(new.path, "--max", "0")["links"]["list"]) == 0


def events_come_from_standard_input_and_two_runs_say_the_same():
    with Rules(shared_card="disabled") as new, open(SAMPLE) as file:
        words = ["backtest", "--against", DEFAULT, "--rules", new.path, "--networks", NETWORKS, "-"]
        text = file.read()
        first = run(*words, text=text)[0]
        assert first == run(*words, text=text)[0] and "423 events" in first, first[:200]


def a_rule_that_meets_strangers_says_how_many():
    """A thousand strangers, fifty to each of 20 birthdays."""
    with Rules() as new:
        new.write("attributes-own.yaml", "attributes: [{kind: identity.birthday, title: birthday, path: identity.birthday, hub_cap: 60}]\n")
        new.write("shared-birthday.yaml", "id: shared-birthday\ntitle: One birthday\nstatus: experimental\n"
                  "signal: {attribute: identity.birthday, family: identity, m: 0.9, strangers: 0.001, growth: 0}\n")
        lines = [json.dumps({"ts": 1767225600000 + i * 1000, "type": "signup", "account": f"a{i}",
                             "identity": {"birthday": f"19{60 + i % 20}-03-07"}}) for i in range(1000)]
        made = json.loads(run("rules", "overlap", "--rules", new.path, "--json", "--max", "0", "-", text="\n".join(lines))[0])["rules"][0]
        exact = 20 * 50 * 49 / 2
        assert abs(made["pairs_by_chance"] - exact) < 0.01 and made["linked_by_chance"] == made["pairs_by_chance"], made
        assert made["counts_in"] > 0 and made["shown_without"] == 0, made


def an_experimental_rule_judges_nothing_and_its_overlap_is_a_backtest():
    with Rules(shared_card="experimental") as tried, Rules() as stable:
        made = json.loads(run("rules", "overlap", "--rules", tried.path, "--networks", NETWORKS, "--json", "--max", "100000", SAMPLE)[0])
        assert [rule["rule"] for rule in made["rules"]] == ["shared-card"], made
        rule, other = made["rules"][0], backtest(stable.path, "--max", "100000", old=tried.path)
        for part in ("links", "alerts", "clusters"):
            assert rule[part] == other[part], part
        row = next(row for row in other["rules"] if row["rule"] == "shared-card")
        hits = row["new"]
        assert row["old"]["links"] == 0, row
        assert rule["counts_in"] == hits["links"] > 0, (rule["counts_in"], hits)
        assert rule["shown_without"] <= rule["counts_in"] - sum(1 for row in rows_of(rule, "links", "appears")
                                                               if row.get("moved_by") == "shared-card"), rule


def overlap_of_a_policy_says_whom_others_name():
    with Rules(probable_ring="experimental") as tried:
        shown = run("rules", "overlap", "--rules", tried.path, "--networks", NETWORKS, SAMPLE)[0]
        assert "probable-ring: A ring of accounts\n  raises 1 alerts" in shown and "links: 0 appear, 0 disappear, 0 change" in shown, shown
        rule = json.loads(run("rules", "overlap", "--rules", tried.path, "--networks", NETWORKS, "--json", SAMPLE)[0])["rules"][0]
        assert rule["raises"] == rule["alerts"]["appear"] == 1 and rule["counts_in"] == 0, rule


def tests_of_an_experimental_rule_run_with_it_promoted():
    with Rules(shared_card="experimental", probable_ring="experimental") as tried:
        for words in ((), ("shared-card.yaml",), ("probable-ring.test.yaml",)):
            said = run("rules", "test", os.path.join(tried.path, *words))[0]
            assert re.search(r"^[1-9]\d* passed, 0 failed$", said, re.M), said
        assert "(2 of them experimental)" in run("rules", "check", tried.path)[0]
        assert json.loads(run("--json", "rules", "check", tried.path)[0])["experimental"] == 2


def rules_of_other_attributes_are_fed_what_they_take():
    """The old rules know no passport: they refuse its event, the new ones take it."""
    with Rules() as new:
        with open(os.path.join(new.path, "attributes-own.yaml"), "w") as file:
            file.write("attributes: [{kind: identity.passport, title: passport, path: identity.passport, class: hash, hub_cap: 6}]\n")
        new.write("shared-passport.yaml", "id: shared-passport\ntitle: One passport\n"
                  "signal: {attribute: identity.passport, family: identity, m: 0.9, strangers: 0.01}\n")
        lines = [json.dumps({"ts": 1767225600000 + i, "type": "login", "account": f"a{i}", "identity": {"passport": "x1234567"}}) for i in range(3)]
        lines.append('{"ts": 1767225600009, "type": "login", "account": "b"}')
        out, err = run("backtest", "--against", DEFAULT, "--rules", new.path, "--json", "-", text="\n".join(lines))
        made = json.loads(out)
        assert made["accounts"] == 4 and made["refused"] == 0, made
        assert err.count("refused for") == 1 and "passport" in err, err


def bad_input_says_what_to_do():
    with Rules() as new:
        empty = os.path.join(new.dir, "empty.ndjson")
        open(empty, "w").close()
        wrong = os.path.join(new.dir, "wrong.ndjson")
        with open(wrong, "w") as file:
            file.write('{"ts": 1}\nnot json\n')
        new.write("wrong.yaml", "id: wrong\ntitel: x\n")
        for words, status, says in [
            (["--rules", "/nowhere", SAMPLE], 1, "/nowhere: cannot read the folder: No such file"),
            (["--rules", DEFAULT, "/nowhere"], 1, "/nowhere: No such file"),
            (["--rules", DEFAULT, "/"], 1, "/: is a directory"),
            (["--rules", new.path, SAMPLE], 1, "wrong.yaml:2:1: unknown key 'titel' (did you mean 'title'?)"),
            (["--rules", DEFAULT, "--against", new.path, SAMPLE], 1, f"the rules in {new.path} are not usable (above)"),
            (["--rules", DEFAULT, empty], 1, "no events in what was given; nothing to compare"),
            (["--rules", DEFAULT, wrong], 1, "none of 2 lines was accepted (above); nothing to compare"),
            (["--rules", DEFAULT, wrong], 1, "wrong.ndjson:2: JSON holds a word that is not"),
            (["--rules", DEFAULT, "--networks", "/nowhere", SAMPLE], 1, "/nowhere: No such file"),
            (["--rules", DEFAULT], 2, "name at least one file of events, - for standard input"),
            ([SAMPLE], 2, "--rules names the folder of the new rules"),
            (["--rules", DEFAULT, "--max", "-1", SAMPLE], 2, "--max takes a number of 0 to"),
            (["--rules", DEFAULT, "--min-score", "1001", SAMPLE], 2, "--min-score takes a number of 0 to 1000"),
            (["--rules", DEFAULT, "--csv", SAMPLE], 2, "which are no CSV; --json has them all"),
            (["--rules", DEFAULT, "--agianst", DEFAULT, SAMPLE], 2, "did you mean --against?"),
        ]:
            err = run("backtest", *words, status=status)[1]
            assert says in err, (words, err)
        for words, status, says in [
            (["--rules", DEFAULT, SAMPLE], 1, "has the status experimental: there is nothing to try"),
            (["--rules", DEFAULT, "--rule", "shared-card", SAMPLE], 1, "rule 'shared-card' is stable: it judges already"),
            (["--rules", DEFAULT, "--rule", "shared-cadr", SAMPLE], 1, "did you mean 'shared-card'?"),
            (["--rules", DEFAULT], 2, "name at least one file of events"),
        ]:
            err = run("rules", "overlap", *words, status=status)[1]
            assert says in err, (words, err)


def more_rules_than_fit_are_chosen_from():
    names = ["shared-ip", "shared-device", "shared-card", "shared-bank", "shared-email", "shared-phone", "shared-name", "shared-address",
             "shared-document"]
    with Rules(**{name.replace("-", "_"): "experimental" for name in names}) as tried:
        err = run("rules", "overlap", "--rules", tried.path, SAMPLE, status=1)[1]
        assert "9 experimental rules, at most 8 at a time: choose with --rule" in err, err
        made = json.loads(run("rules", "overlap", "--rules", tried.path, "--rule", "shared-ip", "--rule=shared-card", "--json", SAMPLE)[0])
        assert [rule["rule"] for rule in made["rules"]] == ["shared-ip", "shared-card"], made


def a_daemon_counts_an_experimental_policy_and_tells_nobody():
    with Rules(probable_ring="experimental") as tried:
        daemon = Daemon(f"rules: {tried.path}\nnetworks: [{NETWORKS}]\n")
        try:
            daemon.start()
            with open(SAMPLE) as file:
                assert daemon.send(file.read().splitlines(), backfill=True)[1]["accepted"] == 423
            rules = {rule["rule"]: rule for rule in json.loads(daemon.ask("GET", "/v1/rules")[1])["rules"]}
            assert rules["probable-ring"]["status"] == "experimental" and rules["probable-ring"]["opened"] == 1, rules["probable-ring"]
            assert rules["second-account-on-site"]["opened"] > 0 and rules["shared-device"]["links"] > 0, rules
            alerts = json.loads(daemon.ask("GET", "/v1/alerts?state=all")[1])["alerts"]
            assert alerts and all(alert["rule"] != "probable-ring" for alert in alerts), alerts
            metrics = daemon.ask("GET", "/metrics")[1]
            metrics = metrics.decode() if isinstance(metrics, bytes) else metrics
            assert 'assocd_policy_hits_total{rule="probable-ring",status="experimental"} 1\n' in metrics, metrics[-2000:]
            said = run("-c", daemon.config, "rules", "status")[0]
            assert re.search(r"^probable-ring +policy +experimental +high +0 +0 +0 +1 +1 +A ring of accounts$", said, re.M), said
            assert daemon.stop() == 0
            with open(os.path.join(daemon.state, "alerts.jsonl")) as log:
                assert "probable-ring" not in log.read()
            daemon.start()
            rules = json.loads(daemon.ask("GET", "/v1/rules")[1])["rules"]
            assert next(rule for rule in rules if rule["rule"] == "probable-ring")["standing"] == 1, rules
        finally:
            daemon.end()
            shutil.rmtree(daemon.dir)


def on_terminal(*words, interrupt_at=None):
    """What the program writes to its terminal, and how it ended; Ctrl-C as soon as it has written interrupt_at."""
    child, terminal = pty.fork()
    if child == 0:
        os.execv(os.path.join(BUILD, "assocctl"), ["assocctl", *words])
    said = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # it has gone
            break
        said += piece
        if interrupt_at and interrupt_at in said:
            os.write(terminal, b"\x03")
            interrupt_at = None
    return said.decode(), os.waitpid(child, 0)[1]


def progress_is_shown_on_a_terminal_and_an_end_in_the_middle_says_nothing_wrong():
    folder = tempfile.mkdtemp(prefix="assocd-test-")
    try:
        events = os.path.join(folder, "events.ndjson")
        with open(events, "w") as out:
            out.write("\n".join(stories(4000, 1)) + "\n")
        words = ("backtest", "--rules", DEFAULT, "--against", DEFAULT, "--json")
        said, status = on_terminal(*words, events)
        assert status == 0 and "\rreplay " in said and "\rcomparing " in said, said[:2000]
        assert json.loads(said[said.rindex("\x1b[K") + 3:])["events"] == 4000, said[-300:]
        said, status = on_terminal(*words, events, interrupt_at=b"replay")
        assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGINT and "{" not in said, (status, said)
        with open(events) as file:
            quiet = subprocess.run([os.path.join(BUILD, "assocctl"), *words, "-"], stdin=file, capture_output=True, text=True, timeout=300)
        assert quiet.returncode == 0 and quiet.stderr == "", quiet.stderr
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(run_tests([
        the_same_rules_change_nothing, what_changes_is_what_two_replays_say, an_alert_of_another_level_is_a_change,
        lists_are_limited_and_say_so, events_come_from_standard_input_and_two_runs_say_the_same,
        a_rule_that_meets_strangers_says_how_many, an_experimental_rule_judges_nothing_and_its_overlap_is_a_backtest,
        overlap_of_a_policy_says_whom_others_name, tests_of_an_experimental_rule_run_with_it_promoted,
        rules_of_other_attributes_are_fed_what_they_take, bad_input_says_what_to_do, a_daemon_counts_an_experimental_policy_and_tells_nobody,
        more_rules_than_fit_are_chosen_from, progress_is_shown_on_a_terminal_and_an_end_in_the_middle_says_nothing_wrong,
    ]))
