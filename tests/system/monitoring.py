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


def the_shipped_rules_fire_when_they_should():
    if not shutil.which("promtool"):
        return "prometheus is not installed"
    for done in (promtool("check", "rules", os.path.join(SHIPPED, "assocd.rules.yaml")),
                 promtool("test", "rules", os.path.join(SHIPPED, "assocd.rules.test.yaml")),
                 promtool("check", "config", "--syntax-only", os.path.join(SHIPPED, "prometheus.yml"))):
        assert done.returncode == 0, done.stdout + done.stderr
    return None


def a_real_prometheus_scrapes_and_its_alert_fires():
    if not shutil.which("prometheus"):
        return "prometheus is not installed"
    d = Daemon("max_connections: 64\n").start()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with open(os.path.join(SHIPPED, "assocd.rules.yaml")) as rules, open(d.path("rules.yaml"), "w") as out:
        out.write(re.sub(r"for: \d+[mh]", "for: 1s", rules.read()))  # the same conditions, without the patience
    with open(d.path("prometheus.yml"), "w") as out:
        out.write(f"global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: [{d.path('rules.yaml')}]\n"
                  f"scrape_configs: [{{job_name: assocd, static_configs: [{{targets: ['127.0.0.1:{d.port}']}}]}}]\n")
    server = subprocess.Popen(["prometheus", f"--config.file={d.path('prometheus.yml')}", f"--storage.tsdb.path={d.path('tsdb')}",
                               f"--web.listen-address=127.0.0.1:{port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def asked(path):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/{path}", timeout=10) as answer:
            return json.load(answer)["data"]

    def until(what):
        for _ in range(300):
            try:
                if what():
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"it did not come; alerts: {asked('alerts')}")
    try:
        until(lambda: [row["value"][1] for row in asked("query?query=assocd_ready")["result"]] == ["1"])
        firing = lambda: {a["labels"]["alertname"] for a in asked("alerts")["alerts"] if a["state"] == "firing"}
        assert not firing() & {"AssocdDown", "AssocdNotReady", "AssocdSinkFailing"}, firing()
        d.kill()
        until(lambda: "AssocdDown" in firing())
        d.start()
        until(lambda: "AssocdDown" not in firing())
    finally:
        server.terminate()
        server.wait(timeout=30)
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
        out.write(f"collectors:\n  packets: {{interfaces: [eth7, any], process: service, socket: {d.path('facts.sock')}}}\n")
    try:
        d.start()
        for name in ("eth7", "any"):
            assert f'assocd_capture_up{{interface="{name}"}} 0\n' in metrics(d), metrics(d)
            assert f'assocd_capture_restarts_total{{interface="{name}"}} 0\n' in metrics(d)
        source = d.status()["capture"]["eth7"]
        assert source["state"] == "closed" and "is assocd-capture.service running?" in source["detail"], source
        status, said = plugin(d)
        assert status == 1 and "eth7 is not captured: no process has come" in said and "any is not captured" in said, said
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
        return run_tests([metrics_are_clean_and_their_labels_bounded, every_name_of_the_rules_and_the_dashboard_is_told,
                          the_shipped_rules_fire_when_they_should, a_real_prometheus_scrapes_and_its_alert_fires, check_answers_as_a_plugin,
                          an_interface_that_nobody_ever_captured_is_down, check_knows_a_daemon_that_is_not_well, beyond_its_memory_the_daemon_refuses_and_goes_on])
    finally:
        SERVER[0].discard()


if __name__ == "__main__":
    sys.exit(main())
