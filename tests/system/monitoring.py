#!/usr/bin/env python3
"""Monitoring, with the real things: promtool reads /metrics and the shipped rules, Prometheus scrapes and its alert fires,
`assocctl check` answers as a plugin."""
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request

from daemon import BUILD, ROOT, Daemon, run_tests, stories

SHIPPED = os.path.join(ROOT, "config", "monitoring")
SERVER = []


def promtool(*words, stdin=None):
    return subprocess.run(["promtool", *words], input=stdin, capture_output=True, text=True, timeout=120)


def metrics(d):
    return d.ask("GET", "/metrics", token=False)[1].decode()


def metrics_are_clean_and_their_labels_bounded():
    d = SERVER[0]
    assert d.send(stories(300, 4))[0] == 200
    assert d.send(["{", '{"ts":1}'])[0] == 200
    first = metrics(d)
    done = promtool("check", "metrics", stdin=first)
    assert done.returncode == 0 and not done.stderr and not done.stdout, done.stdout + done.stderr
    d.send(stories(400, 5))
    series = lambda text: {line.split(" ")[0] for line in text.splitlines() if line and line[0] != "#"}
    assert series(first) == series(metrics(d)), series(first) ^ series(metrics(d))
    for word in ("dev-4-", "person", "81.", "p0a0"):  # of the events
        assert word not in metrics(d), word


def every_name_of_the_rules_and_the_dashboard_is_told():
    told = set(re.findall(r"^# TYPE (\S+)", metrics(SERVER[0]), re.M))
    told |= {name + suffix for name in told for suffix in ("_bucket", "_sum", "_count")}
    for name in ("assocd.rules.yaml", "grafana-dashboard.json"):
        with open(os.path.join(SHIPPED, name)) as text:
            named = set(re.findall(r"\bassocd_[a-z_]+", text.read()))
        assert len(named) > 10 and named <= told, named - told


def every_alert_is_explained_to_the_operator():
    with open(os.path.join(SHIPPED, "assocd.rules.yaml")) as text:
        alerts = re.findall(r"- alert: (\w+)", text.read())
    with open(os.path.join(ROOT, "docs", "operations.md"), encoding="utf-8") as text:
        rows = re.findall(r"^\| (Assocd\w+) \|", text.read(), re.M)
    assert len(alerts) > 10 and sorted(alerts) == sorted(rows), set(alerts) ^ set(rows)


def the_shipped_rules_fire_when_they_should():
    if not shutil.which("promtool"):
        return "prometheus is not installed"
    for done in (promtool("check", "rules", os.path.join(SHIPPED, "assocd.rules.yaml")),
                 promtool("test", "rules", os.path.join(SHIPPED, "assocd.rules.test.yaml")),
                 promtool("check", "config", "--syntax-only", os.path.join(SHIPPED, "prometheus.yml"))):
        assert done.returncode == 0, done.stdout + done.stderr
    return None


class Prometheus:
    """A real one that scrapes the daemon each second, with the shipped rules: the same conditions, without the patience."""

    def __init__(self, d):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        with open(os.path.join(SHIPPED, "assocd.rules.yaml")) as rules, open(d.path("rules.yaml"), "w") as out:
            out.write(re.sub(r"for: \d+[mh]", "for: 1s", rules.read()))
        with open(d.path("prometheus.yml"), "w") as out:
            out.write(f"global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: [{d.path('rules.yaml')}]\n"
                      f"scrape_configs: [{{job_name: assocd, static_configs: [{{targets: ['127.0.0.1:{d.port}']}}]}}]\n")
        self.process = subprocess.Popen(["prometheus", f"--config.file={d.path('prometheus.yml')}", f"--storage.tsdb.path={d.path('tsdb')}",
                                         f"--web.listen-address=127.0.0.1:{self.port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def asked(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v1/{path}", timeout=10) as answer:
            return json.load(answer)["data"]

    def query(self, expression):
        return self.asked("query?" + urllib.parse.urlencode({"query": expression}))["result"]

    def firing(self):
        return {a["labels"]["alertname"] for a in self.asked("alerts")["alerts"] if a["state"] == "firing"}

    def until(self, what):
        for _ in range(300):
            try:
                if what():
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"it did not come; alerts: {self.asked('alerts')}")

    def end(self):
        self.process.terminate()
        self.process.wait(timeout=30)


def a_real_prometheus_scrapes_and_its_alert_fires():
    if not shutil.which("prometheus"):
        return "prometheus is not installed"
    d = Daemon("max_connections: 64\n").start()
    server = Prometheus(d)
    try:
        server.until(lambda: [row["value"][1] for row in server.query("assocd_ready")] == ["1"])
        assert not server.firing() & {"AssocdDown", "AssocdNotReady", "AssocdSinkFailing"}, server.firing()
        d.kill()
        server.until(lambda: "AssocdDown" in server.firing())
        d.start()
        server.until(lambda: "AssocdDown" not in server.firing())
    finally:
        server.end()
        d.discard()
    return None


def dashboard_queries():
    """Expression and legend of each, as Grafana asks for all instances."""
    with open(os.path.join(SHIPPED, "grafana-dashboard.json")) as text:
        for panel in json.load(text)["panels"]:
            for target in panel.get("targets", []):
                expression = re.sub(r"\$__(rate_)?interval", "20s", target["expr"].replace("$instance", ".*"))
                yield expression, target["legendFormat"]


def labels_of(expression, legend):
    """That its rows must have: what it groups by, and what the legend names."""
    grouped = re.findall(r"\bby \(([^)]*)\)", expression)
    named = {name.strip() for group in grouped for name in group.split(",")} - {"le"}
    return named | set(re.findall(r"\{\{\s*(\w+)\s*\}\}", legend))


def rules_told(server):
    """Expression of each shipped alert, as Prometheus read it, and the labels that its texts name."""
    for rule in server.asked("rules")["groups"][0]["rules"]:
        yield rule["query"], set(re.findall(r"\$labels\.(\w+)", " ".join(rule["annotations"].values())))


def every_query_of_the_dashboard_and_of_the_rules_finds_what_it_asks_for():
    """On a daemon that has had some of everything; a query that finds nothing there is a name or label that is not told."""
    if not shutil.which("prometheus"):
        return "prometheus is not installed"
    d = Daemon("memory_limit: 4096\n")
    with open(d.config, "a", encoding="utf-8") as out:
        out.write(f"collectors:\n  packets: {{interfaces: [eth7], process: service, socket: {d.path('facts.sock')}}}\n")
    server = Prometheus(d.start())
    try:
        server.until(lambda: server.query("assocd_ready"))
        assert d.send(stories(200, 6))[0] == 200
        server.until(lambda: server.query("rate(assocd_events_accepted_total[20s]) > 0"))
        for expression, legend in dashboard_queries():
            if "assocd_tls_certificate_expires_seconds" in expression:  # of a daemon without TLS there is no panel
                assert server.query(expression) == [], expression
                continue
            rows = server.query(expression)
            assert rows, f"no data: {expression}"
            for row in rows:
                assert labels_of(expression, legend) <= set(row["metric"]), (expression, legend, row)
                assert row["value"][1] != "NaN" or "histogram_quantile" in expression, (expression, row)
        for expression, named in rules_told(server):
            server.query(expression)
            for selector in re.findall(r"\b(?:assocd_\w+|up)\b(?:\{[^}]*\})?", expression):
                rows = server.query(selector)
                assert rows, f"nothing to judge: {selector} of {expression}"
                for row in rows:
                    assert named <= set(row["metric"]), (expression, named, row)
    finally:
        server.end()
        d.discard()
    return None


def plugin(d, *words, config=None):
    done = subprocess.run([os.path.join(BUILD, "assocctl"), "-c", config or d.config, "check", *words], capture_output=True, text=True, timeout=60)
    lines = done.stdout.splitlines()
    assert len(lines) == 1 and lines[0].startswith(("ASSOCD OK", "ASSOCD WARNING", "ASSOCD CRITICAL", "ASSOCD UNKNOWN")), done
    return done.returncode, lines[0]


def check_answers_as_a_plugin():
    d = Daemon()
    try:
        ask_the_plugin(d.start())
    finally:
        d.discard()


def ask_the_plugin(d):
    status, said = plugin(d)
    assert status == 0 and said.startswith("ASSOCD OK - "), said
    for figure in said.split("|")[1].split():
        assert re.fullmatch(r"[a-z-]+=-?[0-9]+(ms|MB|%|s)?;([0-9]+:?)?;([0-9]+:?)?", figure), figure
    assert plugin(d, "--limit", "free-mib=999999999")[0] == 1
    status, said = plugin(d, "--limit", "free-mib=999999999,99999999", "--limit", "silence-s=100000")
    assert status == 2 and "MiB are free" in said and ";999999999:;99999999:" in said, said
    assert plugin(d, "--limit", "nonsense=1")[0] == 3
    assert plugin(d, "--limit", "free-mib=1,")[0] == 3
    assert plugin(d, "--timeout", "no")[0] == 3
    assert plugin(d, "more")[0] == 3
    assert plugin(d, config="/nowhere/assocd.yaml")[0] == 3
    found = json.loads(subprocess.run([os.path.join(BUILD, "assocctl"), "-c", d.config, "check", "--json"], capture_output=True, text=True).stdout)
    assert found["state"] == "OK", found


def an_interface_that_nobody_ever_captured_is_down():
    """The daemon waits for a service that was never started: nothing has failed, and nothing is joined."""
    d = Daemon()
    with open(d.config, "a", encoding="utf-8") as out:
        out.write(f"collectors:\n  packets: {{interfaces: [eth7, eth8], process: service, socket: {d.path('facts.sock')}}}\n")
    try:
        d.start()
        for name in ("eth7", "eth8"):
            assert f'assocd_capture_up{{interface="{name}"}} 0\n' in metrics(d), metrics(d)
            assert f'assocd_capture_restarts_total{{interface="{name}"}} 0\n' in metrics(d)
        source = d.status()["capture"]["eth7"]
        assert source["state"] == "closed" and "is assocd-capture.service running?" in source["detail"], source
        status, said = plugin(d)
        assert status == 1 and "eth7 is not captured: no process has come" in said and "eth8 is not captured" in said, said
    finally:
        d.discard()


def check_knows_a_daemon_that_is_not_well():
    d = Daemon("memory_limit: 1\n")
    try:
        d.start(wait=False)
        d.wait_log("more than the `memory_limit`")
        status, said = plugin(d)
        assert status == 2 and "memory_limit" in said, said
        assert d.ask("GET", "/readyz", token=False)[0] == 503
        d.kill()
        status, said = plugin(d)
        assert status == 2 and "no daemon answers" in said, said
    finally:
        d.discard()


def beyond_its_memory_the_daemon_refuses_and_goes_on():
    """One MiB is less than the program alone needs: it runs, answers questions, and takes nothing."""
    d = Daemon("memory_limit: 1\n")
    try:
        d.start(wait=False)
        d.wait_log("more than the `memory_limit`")
        event = json.dumps({"ts": int(time.time() * 1000), "type": "login", "account": "anna"}).encode()
        status, text, headers = d.ask("POST", "/v1/events", event, {"Content-Type": "application/json"})
        assert status == 503 and "memory" in json.loads(text)["detail"] and headers["Retry-After"], text
        assert d.status()["journal_seq"] == 0
        assert 'assocd_ready 0\n' in metrics(d) and "assocd_memory_limit_bytes 1048576\n" in metrics(d)
        assert d.stop() == 0
    finally:
        d.discard()


def main():
    SERVER.append(Daemon("collectors:\n  packets:\n    interfaces: [assocd-none]\n"))
    try:
        SERVER[0].start()
        return run_tests([metrics_are_clean_and_their_labels_bounded, every_name_of_the_rules_and_the_dashboard_is_told, every_alert_is_explained_to_the_operator,
                          the_shipped_rules_fire_when_they_should, a_real_prometheus_scrapes_and_its_alert_fires,
                          every_query_of_the_dashboard_and_of_the_rules_finds_what_it_asks_for, check_answers_as_a_plugin,
                          an_interface_that_nobody_ever_captured_is_down, check_knows_a_daemon_that_is_not_well, beyond_its_memory_the_daemon_refuses_and_goes_on])
    finally:
        SERVER[0].discard()


if __name__ == "__main__":
    sys.exit(main())
