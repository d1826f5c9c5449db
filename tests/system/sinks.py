#!/usr/bin/env python3
"""Every way out, against the real other side where Debian has it: what arrives, that it ends, that it is signed, that nobody
waits for anybody else."""
import base64
import datetime
import json
import os
import shutil
import subprocess
import sys
import time

import ocsf
from daemon import BUILD, ROOT, Daemon, run_tests
from sink_peers import Alertmanager, Datagrams, Mail, Rsyslog, Web, read_journal_entry, wait_for

RULE = """\
id: quick
title: Something must be answered
status: stable
level: high
policy:
  scope: account
  when: event.type == "health" and event.kind == "question" and event.account == account.name
  until: account.is_closed
"""
TESTS = """\
tests:
  - name: A question counts.
    events: [{ts: "2026-03-01T08:00:00Z", type: health, kind: question, account: ann}]
    expect: {alerts: [{rule: quick, accounts: [ann]}]}
  - name: A rating is no question.
    events: [{ts: "2026-03-01T08:00:00Z", type: health, value: 300, account: ann}]
    expect: {no_alerts: [quick]}
"""
KEYS = [base64.b64encode(bytes([fill]) * 32).decode() for fill in (7, 9)]


def with_sinks(sinks):
    daemon = Daemon()
    rules = daemon.path("rules")
    shutil.copytree(os.path.join(ROOT, "rules", "default"), rules)
    for name, content in (("quick.yaml", RULE), ("quick.test.yaml", TESTS)):
        with open(os.path.join(rules, name), "w") as out:
            out.write(content)
    with open(daemon.config, "a") as out:
        out.write(f"rules: {rules}\nsinks:\n{sinks}")
    return daemon


def event(word, account, **more):
    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"ts": now, "type": word, "account": account, **more})


def ask_question(daemon, account):
    status, answer = daemon.send([event("health", account, kind="question")])
    assert status == 200 and answer["accepted"] == 1, (status, answer)


def close_account(daemon, account):
    status, answer = daemon.send([event("closed", account, reason="it was told")])
    assert status == 200 and answer["accepted"] == 1, (status, answer)


def sinks_of(daemon):
    return {row["sink"]: row for row in json.loads(daemon.ask("GET", "/v1/sinks")[1])["sinks"]}


def every_sink_tells_its_other_side_of_an_alert_and_of_its_end():
    daemon = with_sinks("")
    with open(daemon.path("secrets"), "w") as out:
        out.write("".join(f"whsec_{key}\n" for key in KEYS))
    web, mail, udp = Web(), Mail(daemon.dir), Datagrams()
    unix, journal = Datagrams(daemon.path("log.socket")), Datagrams(daemon.path("journal.socket"))
    manager, syslog = Alertmanager(daemon.dir), Rsyslog(daemon.dir)
    with open(daemon.config, "a") as out:
        out.write(f"""\
  hook: {{type: webhook, url: "{web.url('/hook')}", secrets: secrets, allow_private: on}}
  ocsf: {{type: webhook, url: "{web.url('/ocsf')}", format: ocsf, allow_private: on}}
  manager: {{type: alertmanager, url: "http://127.0.0.1:{manager.port}/", resend: 30s}}
  mail: {{type: mail, url: "smtp://127.0.0.1:{mail.port}", from: assocd@example.org, to: [team@example.org, boss@example.org]}}
  tcp: {{type: syslog, address: "tcp:127.0.0.1:{syslog.port}"}}
  udp: {{type: syslog, address: "udp:127.0.0.1:{udp.port}", facility: 3}}
  unix: {{type: syslog, address: "unix:{daemon.path('log.socket')}", format: own}}
  journal: {{type: journald, address: "unix:{daemon.path('journal.socket')}"}}
""")
    try:
        daemon.start()
        ask_question(daemon, "shop/ann\u202edrow\u0301]\"\\")
        alert = json.loads(daemon.ask("GET", "/v1/alerts")[1])["alerts"][0]

        (firing,) = wait_for(manager.active)
        assert firing["labels"]["alertname"] == "quick" and firing["labels"]["alert"] == alert["id"], firing
        assert firing["labels"]["severity"] == "high" and "ann" in firing["annotations"]["accounts"], firing
        hooks = wait_for(lambda: [row for row in web.got if row[0] == "/hook"])
        unverified = verify_signature(hooks[0])
        body = json.loads(hooks[0][2])
        assert body["type"] == "alert.opened" and body["data"]["id"] == alert["id"], body
        assert "\\u202e".encode() in hooks[0][2] and "\u202e".encode() not in hooks[0][2], hooks[0][2]
        finding = json.loads(wait_for(lambda: [row for row in web.got if row[0] == "/ocsf"])[0][2])["data"]
        ocsf.check_finding(finding)
        assert (finding["type_uid"], finding["severity_id"], finding["status_id"]) == (200401, 4, 1), finding
        assert finding["finding_info"]["uid"] == alert["id"] and len(finding["observables"]) == 1, finding
        row = wait_for(syslog.rows)[0]
        assert (row["app"], row["msgid"], row["facility"], row["severity"]) == ("assocd", "quick", "local0", "err"), row
        assert f'id="{alert["id"]}"' in row["data"] and 'event="opened"' in row["data"], row
        assert "\\\\u{202e}drow" in row["data"] and '\\]\\"\\\\' in row["data"], row["data"]
        datagram = wait_for(lambda: udp.got)[0]
        assert datagram.startswith(b"<27>1 ") and not any(byte < 32 for byte in datagram), datagram
        own = wait_for(lambda: unix.got)[0].decode()
        assert json.loads(own[own.index("] {") + 2:])["id"] == alert["id"], own
        entry = read_journal_entry(wait_for(lambda: journal.got)[0])
        assert entry["PRIORITY"] == ["3"] and entry["ASSOCD_ALERT"] == [alert["id"]] and len(entry["MESSAGE_ID"][0]) == 32, entry
        assert json.loads(entry["ASSOCD_JSON"][0])["id"] == alert["id"], entry
        message = wait_for(mail.messages)[0]
        assert message["X-RcptTo"] == "team@example.org, boss@example.org", message["X-RcptTo"]
        assert message["Subject"] == "[assocd] high, opened: Something must be answered", message["Subject"]
        assert alert["id"] in message.get_content() and message["Message-ID"].endswith("@example.org>"), message

        close_account(daemon, "shop/ann\u202edrow\u0301]\"\\")
        wait_for(lambda: not manager.active())
        resolved = wait_for(lambda: [row for row in web.got if row[0] == "/hook" and b"alert.resolved" in row[2]])
        assert json.loads(resolved[0][2])["data"]["state"] == "resolved", resolved
        wait_for(lambda: [row for row in syslog.rows() if 'event="resolved"' in row["data"]])
        other = read_journal_entry(wait_for(lambda: journal.got[1:])[0])
        assert other["MESSAGE_ID"] != entry["MESSAGE_ID"], other
        wait_for(lambda: all(row["waiting"] == 0 and not row["is_failing"] for row in sinks_of(daemon).values()))
        for name in ("hook", "manager", "mail", "tcp", "journal", "log"):
            status, text = daemon.ctl("sink", "test", name)
            assert status == 0 and "took the test" in text, text
        assert daemon.stop() == 0
        return unverified
    finally:
        for peer in (manager, syslog, mail):
            peer.end()
        daemon.discard()


def verify_signature(post):
    """By the package of those who wrote Standard Webhooks: each of the two secrets verifies, a changed body does not. Why it
    cannot, or None."""
    _, headers, body = post
    modules = os.path.join(BUILD, "web", "node_modules")
    if not os.path.isdir(os.path.join(modules, "standardwebhooks")):
        return f"signatures are not verified: npm could not fetch what web/package-lock.json names ({os.path.dirname(modules)}/npm.log)"
    script = """
        const { Webhook } = require("standardwebhooks"), fs = require("fs");
        const { keys, headers, body } = JSON.parse(fs.readFileSync(0));
        for (const key of keys) {
            new Webhook(key).verify(body, headers);
            try { new Webhook(key).verify(body.replace("opened", "0pened"), headers); console.log("took a changed body"); }
            catch (why) { console.log(why.message); }
        }
        try { new Webhook(Buffer.alloc(32, 1).toString("base64")).verify(body, headers); console.log("took another key"); }
        catch (why) { console.log(why.message); }"""
    done = subprocess.run(["node", "-e", script], text=True, capture_output=True, timeout=60,
                          input=json.dumps({"keys": KEYS, "headers": {k.lower(): v for k, v in headers.items()}, "body": body.decode()}),
                          env={**os.environ, "NODE_PATH": modules})
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:3] == ["No matching signature found"] * 3, done.stdout
    return None


def findings_of_a_whole_life_keep_to_the_schema_of_ocsf():
    web = Web()
    daemon = with_sinks(f'  hook: {{type: webhook, url: "{web.url()}", format: ocsf, allow_private: on}}\n').start()

    def findings(n):
        return [json.loads(body)["data"] for _, _, body in wait_for(lambda: len(web.got) >= n and list(web.got))]
    try:
        for account in ("ann", "bob", "cy"):
            ask_question(daemon, account)
        ids = {row["accounts"][0]: row["id"] for row in json.loads(daemon.ask("GET", "/v1/alerts")[1])["alerts"]}
        assert daemon.ctl("ack", ids["ann"], "--reason", "looked at")[0] == 0
        assert daemon.ctl("resolve", ids["bob"], "--value", "false_positive", "--reason", "a brother")[0] == 0
        close_account(daemon, "cy")
        assert daemon.ctl("sink", "test", "hook")[0] == 0
        told = findings(7)
        for finding in told:
            ocsf.check_finding(finding)
        said = {(f["observables"][0]["value"], f["activity_id"], f["status"]) for f in told if f.get("observables")}
        assert {("ann", 1, "New"), ("ann", 2, "In Progress"), ("bob", 3, "Suppressed"), ("cy", 3, "Resolved")} <= said, said
        for broken in ({"severity": "high"}, {"status_id": 7}, {"time": "now"}, {"finding_info": {}}, {"account": "a"}, {"type_uid": 200402}):
            try:
                ocsf.check_finding({**told[0], **broken})
            except AssertionError:
                continue
            raise AssertionError(f"the check lets {broken} pass")
    finally:
        daemon.discard()


def syslog_over_tls_wants_a_certificate_that_holds():
    daemon = with_sinks("")
    pem, key = daemon.path("peer.pem"), daemon.path("peer.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", pem, "-days", "2",
                    "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    syslog = Rsyslog(daemon.dir, pem, key)
    with open(daemon.config, "a") as out:
        out.write(f"""\
  trusted: {{type: syslog, address: "tls:127.0.0.1:{syslog.port}", ca_file: peer.pem}}
  distrusted: {{type: syslog, address: "tls:127.0.0.1:{syslog.port}"}}
""")
    try:
        daemon.start()
        ask_question(daemon, "shop/ann")
        assert 'event="opened"' in wait_for(syslog.rows)[0]["data"], syslog.rows()
        row = wait_for(lambda: sinks_of(daemon)["distrusted"]["is_failing"] and sinks_of(daemon)["distrusted"])
        assert "certificate" in row["why"], row
        assert len(syslog.rows()) == 1, syslog.rows()
    finally:
        syslog.end()
        daemon.discard()


def webhook_goes_neither_to_private_places_nor_where_it_is_redirected():
    web = Web()
    web.status, web.headers = 302, {"Location": "http://169.254.169.254/latest/meta-data/"}
    daemon = with_sinks(f"""\
  redirected: {{type: webhook, url: "{web.url()}", allow_private: on}}
  private: {{type: webhook, url: "{web.url()}"}}
  named: {{type: webhook, url: "http://localhost:{web.server_address[1]}/"}}
  metadata: {{type: webhook, url: "http://169.254.169.254/latest/meta-data/"}}
  mapped: {{type: webhook, url: "http://[::ffff:10.0.0.1]/"}}
""")
    try:
        daemon.start()
        ask_question(daemon, "shop/ann")
        wait_for(lambda: all(row["is_failing"] for name, row in sinks_of(daemon).items() if name != "log"))
        rows = sinks_of(daemon)
        assert "status 302; redirects are not followed" in rows["redirected"]["why"], rows["redirected"]
        for name in ("private", "named", "metadata", "mapped"):
            assert "private network" in rows[name]["why"], rows[name]
        assert len(web.got) == rows["redirected"]["failures"], (len(web.got), rows)
    finally:
        daemon.discard()


def refused_alerts_are_dead_letters_that_come_back_when_asked():
    web = Web()
    web.status = 422
    daemon = with_sinks(f'  hook: {{type: webhook, url: "{web.url()}", allow_private: on}}\n').start()
    try:
        ask_question(daemon, "shop/ann")
        wait_for(lambda: sinks_of(daemon)["hook"]["dead"] == 1)
        assert daemon.stop() == 0
        daemon.start() # the count is of what is kept, not of what died in this run
        assert sinks_of(daemon)["hook"]["dead"] == 1, sinks_of(daemon)
        metrics = daemon.ask("GET", "/metrics")[1].decode()
        assert 'assocd_sink_dead_letters{sink="hook"} 1' in metrics and 'assocd_sink_dead_letters_total{sink="hook"} 0' in metrics, metrics
        status = json.loads(daemon.ask("GET", "/v1/status")[1])["sinks"]["hook"]
        assert status == {k: v for k, v in sinks_of(daemon)["hook"].items() if k != "sink"}, status
        status, text = daemon.ctl("sink", "dead", "hook")
        assert status == 0 and "status 422" in text and "shop/ann" in text, text
        first = web.got[0][1]["webhook-id"]
        web.status = 204
        status, text = daemon.ctl("sink", "retry", "hook")
        assert status == 0, text
        wait_for(lambda: len(web.got) == 2)
        assert web.got[1][1]["webhook-id"] == first, "the same alert has another id"
        assert "no dead letters" in daemon.ctl("sink", "dead", "hook")[1]
        wait_for(lambda: sinks_of(daemon)["hook"]["dead"] == 0)
        status, text = daemon.ctl("sink", "test", "nobody")
        assert status == 1 and "nobody" in text, text
        web.status = 500
        status, text = daemon.ctl("sink", "test", "hook")
        assert status == 1 and "status 500" in text, text
    finally:
        daemon.discard()


def sink_that_never_answers_delays_nobody():
    web, other = Web(), Web()
    web.is_silent = True
    daemon = with_sinks(f"""\
  silent: {{type: webhook, url: "{web.url()}", allow_private: on, timeout: 2m}}
  other: {{type: webhook, url: "{other.url()}", allow_private: on, group: 100}}
""").start()
    try:
        for i in range(20):
            ask_question(daemon, f"shop/a{i}")
        wait_for(lambda: sinks_of(daemon)["other"]["delivered"] == 20)
        assert sinks_of(daemon)["silent"]["waiting"] == 20 and len(web.got) == 1, sinks_of(daemon)
        begun = time.monotonic()
        assert daemon.stop() == 0
        assert time.monotonic() - begun < 20, "the stop waited for the sink"
        web.is_silent = False
        daemon.start()
        wait_for(lambda: sinks_of(daemon)["silent"]["delivered"] == 20)
    finally:
        web.is_silent = False
        daemon.discard()


def killed_at_any_moment_every_alert_is_delivered_at_least_once():
    rounds = 200 if os.environ.get("ASSOCD_ALL") == "1" else 8
    web = Web()
    daemon = with_sinks(f'  hook: {{type: webhook, url: "{web.url()}", allow_private: on, group: 5, group_wait: 0s}}\n').start()
    try:
        told = set()
        for i in range(rounds):
            for k in range(5):
                ask_question(daemon, f"r{i}k{k}")
                told.add(f"r{i}k{k}")
            time.sleep((i * 37 % 100) / 1000)
            daemon.kill()
            daemon.start()

        def delivered():
            rows = [json.loads(row[2])["data"] for row in list(web.got)]
            return {alert["accounts"][0] for row in rows for alert in (row if isinstance(row, list) else [row])}

        def logged():
            with open(os.path.join(daemon.state, "alerts.jsonl")) as lines:
                return {json.loads(line)["accounts"][0] for line in lines if line.endswith("\n")}
        wait_for(lambda: delivered() >= told and logged() >= told)
    finally:
        daemon.discard()


def settings_that_make_no_sense_are_named_with_their_place():
    cases = [
        ("  a: {type: pager}\n", "no sink of type `pager`"),
        ("  a: {url: 'http://x/'}\n", "needs a `type`"),
        ("  a: {type: webhook}\n", "needs a `url`"),
        ("  a: {type: webhook, url: 'ftp://x/'}\n", "begins with http:// or https://"),
        ("  a: {type: webhook, url: 'http://x/', timeout: 5}\n", "duration with a unit"),
        ("  a: {type: webhook, url: 'http://x/', adress: y}\n", "did you mean 'address'?"),
        ("  a: {type: webhook, url: 'http://x/', facility: 3}\n", "a sink of type webhook has no `facility`"),
        ("  log: {type: journald}\n", "`log` is no name of a sink"),
        ("  a: {type: mail, url: 'smtp://x', to: [b@c]}\n", "needs `from` and `to`"),
        ("  a: {type: alertmanager, url: 'http://x', resend: 10s}\n", "30s to 3m"),
        ('  a: {type: mail, url: "smtp://x", from: "a@b\\r\\nRCPT TO:<eve@x>", to: [b@c]}\n', "`from` holds a control character"),
        ('  a: {type: mail, url: "smtp://x", from: a@b, to: ["b@c", "d@e\\nBcc: eve@x"]}\n', "`to` holds a control character"),
        ('  a: {type: mail, url: "smtp://x", from: a@b, to: ["Boss <b@c>"]}\n', "no address of the form name@host"),
        ("  a: {type: mail, url: 'smtp://x', from: nobody, to: [b@c]}\n", "`from`: nobody is no address"),
    ]
    for sinks, words in cases:
        daemon = Daemon(f"sinks:\n{sinks}")
        done = subprocess.run([os.path.join(BUILD, "assocd"), "-n", "-c", daemon.config], capture_output=True, text=True, timeout=60)
        daemon.discard()
        assert done.returncode == 1 and words in done.stderr and "assocd.yaml:4:" in done.stderr, (sinks, done.stderr)


def a_start_with_secrets_that_are_missing_or_wrong_is_refused():
    for secrets, words in ((None, "secrets: No such file"), ("", "holds no secret"), ("whsec_AAAA\n", "secrets:1: a secret is")):
        daemon = Daemon("sinks:\n  a: {type: webhook, url: 'http://x/', secrets: secrets}\n")
        if secrets is not None:
            with open(daemon.path("secrets"), "w") as out:
                out.write(secrets)
        daemon.start(wait=False)
        status = daemon.process.wait(timeout=60)
        log, has_database = daemon.read_log(), os.path.exists(os.path.join(daemon.state, "assocd.db"))
        daemon.discard()
        assert status == 1 and words in log and (daemon.path("secrets") in log or "sink a: " in log), log
        assert secrets is not None or not has_database, "it began before it looked"


if __name__ == "__main__":
    sys.exit(run_tests([
        every_sink_tells_its_other_side_of_an_alert_and_of_its_end, findings_of_a_whole_life_keep_to_the_schema_of_ocsf,
        syslog_over_tls_wants_a_certificate_that_holds,
        webhook_goes_neither_to_private_places_nor_where_it_is_redirected, refused_alerts_are_dead_letters_that_come_back_when_asked,
        sink_that_never_answers_delays_nobody, killed_at_any_moment_every_alert_is_delivered_at_least_once,
        settings_that_make_no_sense_are_named_with_their_place, a_start_with_secrets_that_are_missing_or_wrong_is_refused,
    ]))
