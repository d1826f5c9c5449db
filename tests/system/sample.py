#!/usr/bin/env python3
"""The bundled sample through the real programs: loaded as site `sample`, toured, taken out whole with a daemon and
without, and nothing of anybody else's with it; the generator writes the file that is shipped."""
import contextlib
import filecmp
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

from daemon import BUILD, ROOT, Daemon, run_tests

OWN = [{"ts": "2026-06-10T10:00:00Z", "type": "login", "account": "mine-%d" % i, "site": "samples", "ip": "10.231.99.%d" % i}
       for i in range(3)]


ctl = Daemon.ctl


def with_sample():
    daemon = Daemon("networks: [%s]\n" % os.path.join(ROOT, "config", "sample-networks.csv")).start()
    status, text = ctl(daemon, "sample", "load")
    assert status == 0 and "refused" not in text, text
    return daemon


def lines_of_the_log(daemon, n):
    """The lines of the alert log, once there are n."""
    path = os.path.join(daemon.state, "alerts.jsonl")
    for _ in range(200):
        with open(path) as log:
            lines = [json.loads(line) for line in log]
        if len(lines) >= n:
            break
        time.sleep(0.05)
    return lines


def status_of(daemon):
    return json.loads(ctl(daemon, "--json", "status")[1])


def sample_loads_once_and_tour_tells_its_stories():
    daemon = with_sample()
    try:
        before = status_of(daemon)
        assert before["events"] > 300, before
        assert "already" in ctl(daemon, "sample", "load")[1]
        assert status_of(daemon)["events"] == before["events"]
        status, text = ctl(daemon, "tour")
        assert status == 0, text
        for word in ("banned-viktor", "newcomer-martin", "joint", "declared: agency", "Open alerts", "assocctl why"):
            assert word in text, (word, text)
        typed = text.replace(os.path.join(BUILD, "assocctl"), "build/assocctl") # as ./run calls it
        assert all(len(line) <= 80 for line in typed.split("\n")), typed
    finally:
        daemon.end()


def who_does_not_know_its_networks_is_told_how_the_sample_comes_right():
    daemon = Daemon().start()
    try:
        status, text = ctl(daemon, "sample", "load")
        typed = re.search(r"^  (\S+ -c \S+ db import \S+)$", text, re.M)
        assert status == 0 and "its school and its shared addresses look like rings" in text and typed, text
        assert status_of(daemon)["links"]["strong"] > 100
        subprocess.run(typed.group(1).split(), check=True, stdout=subprocess.DEVNULL)
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_log("new rules are in force")
        assert status_of(daemon)["links"]["strong"] == 17, status_of(daemon)
        status, text = ctl(daemon, "sample", "load")
        assert status == 0 and "networks" not in text, text
        status, text = ctl(daemon, "sample", "remove")
        assert status == 0 and f"its networks are still in {daemon.state}/db/sample-networks.csv" in text, text
        os.unlink(os.path.join(daemon.state, "db", "sample-networks.csv"))
        assert "still" not in ctl(daemon, "sample", "remove")[1]
    finally:
        daemon.discard()


def readme_shows_what_is_printed():
    """The lines of README.md under "$ ./run" and "$ build/assocctl why" are lines of the real answers, in their order."""
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        shown = re.search(r"```\n\$ ./run\n(.*?)\n\$ build/assocctl (why [^\n]*)\n(.*?)```", file.read(), re.S)
    daemon = Daemon("networks: [%s]\n" % os.path.join(ROOT, "config", "sample-networks.csv")).start()
    try:
        printed = ctl(daemon, "sample", "load")[1] + ctl(daemon, "tour")[1], ctl(daemon, *shown.group(2).split())[1]
    finally:
        daemon.end()
    for block, answer in zip((shown.group(1), shown.group(3)), printed):
        rest = iter(answer.split("\n"))
        for line in block.split("\n"):
            assert line in rest, f"README.md shows '{line}'; printed is:\n{answer}"


def what_families_come_to_is_the_sum():
    daemon = with_sample()
    try:
        text = ctl(daemon, "why", "sample/banned-viktor", "sample/newcomer-martin")[1]
        prior, total, families = (re.search(pattern, text, re.M).group(1) for pattern in (
            r"^ *([-+][0-9.]+)  prior", r"^ *([-+][0-9.]+)  sum", r"sum: score [0-9]+\n +(.*[0-9])$"))
        bits = [float(part.split(" ")[1]) for part in families.split(", ")]
        assert len(bits) > 2 and bits == sorted(bits, reverse=True), families
        why = json.loads(ctl(daemon, "why", "sample/banned-viktor", "sample/newcomer-martin", "--json")[1])
        assert [each["family"] for each in why["families"]] == [part.split(" ")[0] for part in families.split(", ")], why["families"]
        assert {each["family"] for each in why["families"]} == {item["family"] for item in why["evidence"]}, why["families"]
        for each, shown in zip(why["families"], bits):
            sum_of_items = sum(item["bits"] for item in why["evidence"] if item["family"] == each["family"])
            assert abs(each["bits"] - sum_of_items) < 1e-6 and abs(each["bits"] - shown) < .006, (each, sum_of_items, shown)
        assert abs(float(prior) + sum(bits) - float(total)) < .005 * (len(bits) + 2), text
    finally:
        daemon.end()


def why_of_two_strangers_calls_it_no_link():
    daemon = with_sample()
    try:
        status, text = ctl(daemon, "why", "sample/banned-viktor", "sample/joint-nordhaus-de")
        first = text.split("\n")[0]
        assert status == 0 and first.endswith("too little for a link") and "none" not in first and "suspected" not in first, text
        first = ctl(daemon, "why", "sample/banned-viktor", "sample/newcomer-martin")[1].split("\n")[0]
        assert first.endswith("strong, suspected"), first
    finally:
        daemon.end()


def the_alert_log_is_told_of_the_sample():
    daemon = with_sample()
    try:
        alerts = json.loads(daemon.ask("GET", "/v1/alerts?state=open")[1])["alerts"]
        assert alerts
        told = {line["id"] for line in lines_of_the_log(daemon, len(alerts)) if line["event"] == "opened"}
        assert {alert["id"] for alert in alerts} <= told, (alerts, told)
    finally:
        daemon.end()


def history_is_told_to_nobody():
    daemon = Daemon("networks: [%s]\n" % os.path.join(ROOT, "config", "sample-networks.csv")).start()
    try:
        status, text = ctl(daemon, "send", "--backfill", os.path.join(ROOT, "config", "sample.ndjson"))
        assert status == 0, text
        assert json.loads(daemon.ask("GET", "/v1/alerts?state=open")[1])["alerts"]
        assert daemon.stop() == 0
        assert lines_of_the_log(daemon, 0) == []
    finally:
        daemon.end()


def daemon_takes_the_sample_out_and_leaves_the_rest():
    daemon = with_sample()
    try:
        for event in OWN:
            assert daemon.ask("POST", "/v1/events", json.dumps(event), {"Content-Type": "application/json"})[0] == 200
        assert daemon.try_rule("shared-device.yaml")[0] == 202
        status, text = ctl(daemon, "sample", "remove")
        assert status == 0 and "taken out" in text, text
        assert json.loads(daemon.ask("GET", "/v1/backtest")[1])["state"] == "none", "a trial of what is gone"
        left = status_of(daemon)
        assert left["events"] == len(OWN) and left["accounts"] == len(OWN) and left["clusters"] == 0, left
        assert left["alerts"] == {"open": 0, "acknowledged": 0, "appealed": 0, "resolved": 0}, left
        assert "there was none" in ctl(daemon, "sample", "remove")[1]
        assert ctl(daemon, "sample", "load")[0] == 0
        assert status_of(daemon)["events"] > 300
    finally:
        daemon.end()


def what_was_taken_out_does_not_come_back_with_an_engine_that_could_not_be_made_anew():
    daemon = Daemon().start()
    try:
        sent = daemon.send([json.dumps(dict(each, site=site)) for site in ("sample", "kept") for each in OWN])
        assert sent[1]["accepted"] == 6, sent
        with sqlite3.connect(os.path.join(daemon.state, "assocd.db")) as db:
            db.execute("UPDATE journal SET payload = x'00' WHERE seq = 6")
        db.close()
        status, text = ctl(daemon, "sample", "remove")
        assert status == 1 and "event 6 of the journal cannot be read" in text, text
        assert ctl(daemon, "account", "sample/mine-0")[0] == 0 # the engine still knows it
        assert daemon.stop() == 0
        assert not os.path.exists(os.path.join(daemon.state, "snapshot"))
    finally:
        daemon.end()


def new_rules_make_an_engine_of_which_snapshots_are_written_again():
    daemon = Daemon("rules: rules\n")
    shutil.copytree(os.path.join(ROOT, "rules", "default"), daemon.path("rules"))
    try:
        daemon.start()
        sent = daemon.send([json.dumps(dict(each, site=site)) for site in ("sample", "kept") for each in OWN])
        assert sent[1]["accepted"] == 6, sent
        with contextlib.closing(sqlite3.connect(os.path.join(daemon.state, "assocd.db"))) as db:
            whole = db.execute("SELECT payload FROM journal WHERE seq = 6").fetchone()[0]
            db.execute("UPDATE journal SET payload = x'00' WHERE seq = 6")
            db.commit()
            assert ctl(daemon, "sample", "remove")[0] == 1
            db.execute("UPDATE journal SET payload = ? WHERE seq = 6", (whole,))
            db.commit()
        with open(daemon.path("rules/lists/address_words.txt"), "a") as words:
            words.write("anotherwayofstreet = st\n")
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_log("new rules are in force")
        assert ctl(daemon, "account", "sample/mine-0")[0] == 1 and ctl(daemon, "account", "kept/mine-0")[0] == 0
        assert daemon.stop() == 0
        assert os.path.exists(os.path.join(daemon.state, "snapshot"))
    finally:
        daemon.discard()


def sample_goes_out_of_a_stopped_daemons_folder():
    daemon = with_sample()
    try:
        for event in OWN:
            assert daemon.ask("POST", "/v1/events", json.dumps(event), {"Content-Type": "application/json"})[0] == 200
        assert daemon.stop() == 0
        status, text = ctl(daemon, "sample", "remove")
        assert status == 0 and "taken out" in text, text
        daemon.start()
        assert status_of(daemon)["events"] == len(OWN)
    finally:
        daemon.end()


def sample_load_without_a_daemon_says_how_to_start_one():
    daemon = Daemon().start()
    assert daemon.stop() == 0
    status, text = ctl(daemon, "sample", "load")
    assert status == 1 and "no daemon answers" in text, text


def generator_writes_the_shipped_file():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, os.path.join(ROOT, "tests", "sample", "make_sample.py"), folder], check=True,
                       stdout=subprocess.DEVNULL)
        for name in ("sample.ndjson", "sample-networks.csv"):
            assert filecmp.cmp(os.path.join(folder, name), os.path.join(ROOT, "config", name), shallow=False), name


if __name__ == "__main__":
    sys.exit(run_tests([sample_loads_once_and_tour_tells_its_stories, who_does_not_know_its_networks_is_told_how_the_sample_comes_right, readme_shows_what_is_printed,
                        what_families_come_to_is_the_sum, why_of_two_strangers_calls_it_no_link, the_alert_log_is_told_of_the_sample, history_is_told_to_nobody,
                        daemon_takes_the_sample_out_and_leaves_the_rest,
                        what_was_taken_out_does_not_come_back_with_an_engine_that_could_not_be_made_anew,
                        new_rules_make_an_engine_of_which_snapshots_are_written_again,
                        sample_goes_out_of_a_stopped_daemons_folder, sample_load_without_a_daemon_says_how_to_start_one,
                        generator_writes_the_shipped_file]))
