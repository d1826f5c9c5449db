#!/usr/bin/env python3
"""assocctl replay --capture: events joined to the packets of a recording, by address, port and time."""
import json
import os
import re
import subprocess
import sys

import packets
from daemon import BUILD, ROOT, run_tests, with_files

CORPUS = os.environ.get("CAPTURES", os.path.join(os.path.dirname(ROOT), "shared", "pcap"))
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36"
AT = 1700000000  # of the first packet
TOLD = re.compile(r"assocctl: (\d+) packets, (\d+) connections remembered, (\d+) of proxies left out, 0 forgotten; "
                  r"events: (\d+) joined, (\d+) of several connections, (\d+) of none that was seen\n")


def login(account, seconds, ip="10.0.0.1", port=None, agent=CHROME):
    event = {"ts": int((AT + seconds) * 1000), "type": "login", "account": account, "ip": ip, "user_agent": agent}
    if port:
        event["port"] = port
    return json.dumps(event) + "\n"


def replay(write, lines, *options):
    """Status, who was told to have a TLS stack that contradicts the user agent, the sums, and all that was said."""
    events, alerts = write("events.ndjson", "".join(lines).encode()), write("alerts.json", b"")
    done = subprocess.run([os.path.join(BUILD, "assocctl"), "replay", *options, "--alerts", alerts, events], capture_output=True, text=True, timeout=120)
    assert "Sanitizer" not in done.stderr and "runtime error" not in done.stderr, done.stderr
    with open(alerts) as file:
        told = [json.loads(line) for line in file]
    liars = sorted(alert["accounts"][0] for alert in told if alert["rule"] == "tls-contradicts-agent")
    sums = TOLD.search(done.stderr)
    return done.returncode, liars, [int(n) for n in sums.groups()] if sums else None, done.stderr


def capture(write):
    """Connections of 10.0.0.1: ports 50000 (ended), 50001 at the same time; of 10.0.0.5: one; of 10.0.0.9, the proxy: one. No browser
    says such a hello."""
    old = packets.client_hello(alpn=b"http/1.1")
    wire = packets.connection(old) + packets.connection(old, port=50001) + packets.connection(old, source="10.0.0.5") + packets.connection(old, source="10.0.0.9")
    return write("a.pcap", packets.pcap(wire, start=AT))


@with_files
def events_of_its_life_and_near_it_are_joined(write):
    path = capture(write)
    lines = [login("before", -3, port=50000), login("inside", 0.002, port=50000), login("after", 20, port=50000),
             login("too-late", 40, port=50000), login("other-port", 0, port=50009), login("other-address", 0, ip="10.0.0.2", port=50000)]
    status, liars, sums, said = replay(write, lines, "--capture", path)
    assert (status, liars, sums) == (0, ["after", "before", "inside"], [20, 4, 0, 3, 0, 3]), (status, liars, sums, said)
    assert replay(write, lines, "--capture", path, "--window", "1s")[1] == ["inside"]
    assert replay(write, lines)[1:3] == ([], None)


@with_files
def without_a_port_one_connection_is_believed(write):
    lines = [login("alone", 0, ip="10.0.0.5"), login("crowd", 9), login("in-one-life", 0.002)]
    status, liars, sums, said = replay(write, lines, "--capture", capture(write))
    assert (status, liars, sums[3:]) == (0, ["alone", "in-one-life"], [2, 1, 0]), (liars, sums, said)


@with_files
def proxies_are_never_clients(write):
    lines = [login("behind", 0, ip="10.0.0.9", port=50000), login("direct", 0, port=50000)]
    path = capture(write)
    assert replay(write, lines, "--capture", path)[1] == ["behind", "direct"]
    status, liars, sums, said = replay(write, lines, "--capture", path, "--proxy", "10.0.0.8/29")
    assert (status, liars, sums) == (0, ["direct"], [20, 3, 1, 1, 0, 0]), (liars, sums, said)


@with_files
def ports_that_are_used_again_are_told_by_time(write):
    old, plain = packets.client_hello(alpn=b"http/1.1"), packets.REQUEST
    first = write("1.pcap", packets.pcap(packets.connection(plain, server=443), start=AT))
    second = write("2.pcap", packets.pcap(packets.connection(old, isn=7777), start=AT + 20))
    lines = [login("first", 0.001, port=50000), login("nearer-to-the-first", 9, port=50000), login("nearer-to-the-second", 12, port=50000),
             login("second", 20.001, port=50000)]
    for order in (first, second), (second, first):
        status, liars, sums, said = replay(write, lines, "--capture", order[0], "--capture", order[1])
        assert (status, liars, sums) == (0, ["nearer-to-the-second", "second"], [10, 2, 0, 4, 0, 0]), (liars, sums, said)


@with_files
def two_replays_write_the_same_bytes(write):
    path = capture(write)
    lines = [login(f"user{n}", n / 1000, port=50000 + n % 2) for n in range(200)]
    said = [replay(write, lines, "--capture", path) for _ in range(2)]
    assert len(said[0][1]) == 200 and said[0][:3] == said[1][:3], said[0]


@with_files
def what_is_damaged_is_said_and_the_rest_counts(write):
    with open(capture(write), "rb") as file:
        good = file.read()
    cut = write("cut.pcap", good[:-3])
    status, liars, sums, said = replay(write, [login("a", 0, port=50000)], "--capture", cut)
    assert status == 1 and liars == ["a"] and sums[3] == 1, (status, liars, said)
    assert "is cut short in the middle of a record; what is in front of the place counts" in said, said
    status, _, sums, said = replay(write, [login("a", 0)], "--capture", cut + "x")
    assert status == 1 and sums is None and "cut.pcapx: cannot open: No such file" in said, said
    for words, wrong in ((("--proxy", "10.0.0.1/8"), "--proxy takes an address"), (("--window", "1h"), "--window takes a duration")):
        status, _, _, said = replay(write, [login("a", 0)], "--capture", cut, *words)
        assert status == 2 and wrong in said, said
    status, _, _, said = replay(write, [login("a", 0)], "--window", "1s")
    assert status == 2 and "name one with --capture" in said, said


@with_files
def a_recorded_http3_connection_is_joined(write):
    path = os.path.join(CORPUS, "zeek__quicv2-http3-443.pcap")
    if not os.path.exists(path):
        return f"there is no {path}"
    done = subprocess.run([os.path.join(BUILD, "assocctl"), "flows", "--json", path], capture_output=True, text=True, timeout=60)
    flow = next(flow for flow in map(json.loads, done.stdout.splitlines()) if flow["proto"] == "quic")
    event = {"ts": flow["first"], "type": "login", "account": "a", "ip": flow["src_ip"], "port": flow["src_port"],
             "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
    status, _, sums, said = replay(write, [json.dumps(event) + "\n"], "--capture", path)
    assert status == 0 and sums[1:] == [1, 0, 1, 0, 0], said
    return None


if __name__ == "__main__":
    sys.exit(run_tests([events_of_its_life_and_near_it_are_joined, without_a_port_one_connection_is_believed, proxies_are_never_clients,
                        ports_that_are_used_again_are_told_by_time, two_replays_write_the_same_bytes, what_is_damaged_is_said_and_the_rest_counts,
                        a_recorded_http3_connection_is_joined]))
