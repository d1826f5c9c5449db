#!/usr/bin/env python3
"""An edited rule file is tried on the stored events before it is enabled: /v1/backtest."""
import json
import os
import signal
import sys
import time

from daemon import Daemon, over, run_tests

NOW = int(time.time() * 1000)
JSON_TYPE = {"Content-Type": "application/json"}


def login(account, n, **keys):
    return json.dumps({"id": f"{account}-{n}", "ts": NOW - 600000 + n * 1000, "type": "login", "account": account, "site": "shop",
                       "ip": f"10.1.0.{n % 200 + 1}", "device": {"id": "the-device"}, **keys})


def read(d, path):
    status, body, _ = d.ask("GET", path)
    assert status == 200, (path, status, body)
    return json.loads(body)


def begin(d, file, text):
    status, body, _ = d.ask("POST", "/v1/backtest", json.dumps({"file": file, "text": text}), JSON_TYPE)
    return status, json.loads(body)


def until_over(d):
    for _ in range(600):
        found = read(d, "/v1/backtest")
        if found["state"] != "running":
            return found
        time.sleep(0.05)
    raise AssertionError("the trial does not end")


def begin_when_free(d, rule):
    """What was cancelled a moment ago may still be on its way out."""
    for _ in range(200):
        status, answer = begin(d, rule["file"], rule["text"])
        if status == 202:
            return
        assert status == 503, (status, answer)
        time.sleep(0.05)
    raise AssertionError("the trial that was cancelled does not end")


def tried(d, file, text):
    status, answer = begin(d, file, text)
    assert status == 202, (status, answer)
    return until_over(d)


def an_edited_rule_is_tried_on_stored_events_and_changes_nothing(d):
    assert read(d, "/v1/backtest") == {"state": "none"}
    d.send([login(f"pair-{n}", k, device={"id": f"own-{n % 2}"}, identity={"card": "4012888888881881"}) for n in range(4) for k in range(6)])
    before = d.links()
    rule = read(d, "/v1/rules/second-account-on-site")
    assert rule["file"] == "second-account-on-site.yaml" and "second-account-on-site" in rule["text"], rule
    found = tried(d, rule["file"], rule["text"])
    assert found["state"] == "done" and found["seq"] == found["of"], found
    links = found["difference"]["links"]
    assert (links["appear"], links["disappear"], links["change"], found["difference"]["rules"]) == (0, 0, 0, []), found
    assert links["same"] == len([row for row in before if row[2] >= 500]) > 0, (links, before)
    found = tried(d, rule["file"], rule["text"].replace("status: stable", "status: disabled"))
    assert found["state"] == "done", found
    changed = {row["rule"]: row for row in found["difference"]["rules"]}
    assert changed["second-account-on-site"]["opened_before"] > 0 == changed["second-account-on-site"]["opened"], found
    assert d.links() == before and read(d, "/v1/rules/second-account-on-site") == rule


def a_new_file_is_tried_beside_the_others(d):
    rule = read(d, "/v1/rules/shared-device")
    found = tried(d, "zz-second-look.yaml", rule["text"].replace("id: shared-device", "id: zz-second-look"))
    assert found["state"] == "done", found
    assert d.ask("GET", "/v1/rules/zz-second-look")[0] == 404


def what_does_not_load_is_named_by_file_and_line(d):
    found = tried(d, "zz-new.yaml", "id: zz-new\nnonsense: 1\n")
    assert found["state"] == "failed" and "zz-new.yaml:2" in " ".join(found["errors"]), found
    for name in ("../x.yaml", "x", ".yaml", "a/b.yaml", "", "x.yaml\u0000", "x.test.yaml"):
        assert begin(d, name, "id: x\n")[0] == 422, name
    assert d.ask("POST", "/v1/backtest", "nonsense", JSON_TYPE)[0] == 400
    assert begin(d, "x.yaml", "#" * 60000)[0] == 413
    assert d.ask("GET", "/v1/rules/nonsense")[0] == 404


def a_trial_compares_what_both_engines_have_seen(d):
    """Events that come in while it runs are nobody's difference, and they do not wait for it."""
    d.send([login(f"old-{n}", k, device={"id": f"own-{n % 200}"}, identity={"card": "4012888888881881"}) for n in range(400) for k in range(6)])
    rule = read(d, "/v1/rules/shared-device")
    begin_when_free(d, rule)
    late = 0
    while read(d, "/v1/backtest")["state"] == "running":
        assert d.send([login(f"late-{late}-{n}", k, device={"id": f"late-{late}"}) for n in range(2) for k in range(6)])[1]["accepted"] == 12
        late += 1
    found = until_over(d)
    assert late > 0 and found["state"] == "done", (late, found)
    links = found["difference"]["links"]
    assert (links["appear"], links["disappear"], links["change"], found["difference"]["rules"]) == (0, 0, 0, []), found


def children(d):
    """Process ids of the daemon's children."""
    with open(f"/proc/{d.process.pid}/task/{d.process.pid}/children") as found:
        return [int(pid) for pid in found.read().split()]


def a_trial_that_dies_is_said_and_takes_nothing_with_it(d):
    rule = read(d, "/v1/rules/shared-device")
    for _ in range(20):
        begin_when_free(d, rule)
        while not children(d) and read(d, "/v1/backtest")["state"] == "running":
            pass
        for pid in children(d):
            os.kill(pid, signal.SIGKILL)
        found = until_over(d)
        if found["state"] == "failed":
            break
    assert found["state"] == "failed" and "signal 9" in found["errors"][0], found
    assert read(d, "/v1/status")["accounts"] > 400


def a_trial_can_be_ended_and_needs_an_analyst(d):
    rule = read(d, "/v1/rules/shared-device")
    ended, said = d.ctl("token", "add", "reader", "--role", "read")
    assert ended == 0, said
    reader = {**JSON_TYPE, "Authorization": "Bearer " + said.split("\n")[0]}
    for _ in range(100):
        if d.ask("GET", "/v1/backtest", None, reader, token=False)[0] == 200:
            break
        time.sleep(0.05)
    for path in ("/v1/backtest", "/v1/backtest/cancel"):
        assert d.ask("POST", path, "{}", reader, token=False)[0] == 403, path
    begin_when_free(d, rule)
    assert begin(d, rule["file"], rule["text"])[0] == 503
    assert json.loads(d.ask("POST", "/v1/backtest/cancel", "{}", JSON_TYPE)[1])["state"] == "cancelled"
    begin_when_free(d, rule)
    assert d.stop() == 0, "the daemon ends while a rule is tried"


TESTS = [
    an_edited_rule_is_tried_on_stored_events_and_changes_nothing, a_new_file_is_tried_beside_the_others,
    what_does_not_load_is_named_by_file_and_line, a_trial_compares_what_both_engines_have_seen,
    a_trial_that_dies_is_said_and_takes_nothing_with_it, a_trial_can_be_ended_and_needs_an_analyst,
]


def main():
    """All over one daemon; the last one ends it."""
    d = Daemon()

    try:
        d.start()
        return run_tests(over(d, TESTS))
    finally:
        d.discard()


if __name__ == "__main__":
    sys.exit(main())
