#!/usr/bin/env python3
"""Every remote sink with other sides that misbehave: each is retried, given up as a dead letter or counted as taken, for a
reason that names the place; no other sink waits, nothing that was taken goes out again, and once the peer is well the alert
arrives."""
import json
import os
import socket
import ssl
import sys
import time

from daemon import at_once, run_tests
from sink_peers import Web, wait_for
from sinks import ask_question, event, sinks_of, with_sinks
from troubled_peers import (Peer, Smtp, certificate, close_at_once, drip, endless, frames, http_date, http_well, says, server_tls, silent,
                            status, tcp_reads)

IS_ALL = os.environ.get("ASSOCD_ALL") == "1"
METADATA = "Location: http://169.254.169.254/latest/meta-data/"


def settle(daemon, web, cases, peers):
    """Waits until every sink of the cases has its verdict, and checks it; its peer is well from then on."""
    wait_for(lambda: len(web.got) >= 1, 5)  # no other sink waits for them
    for name, (_, verdict, words) in cases.items():
        def judged(name=name, verdict=verdict, words=words):
            row = sinks_of(daemon)[name]
            return {"retry": row["is_failing"] and row["dead"] == 0 and row["delivered"] == 0 and words in row["why"],
                    "dead": row["dead"] == 1, "taken": row["delivered"] == 1}[verdict] and row
        try:
            row = wait_for(judged, 15)
        except AssertionError:
            raise AssertionError(f"{name} should be {verdict}: {sinks_of(daemon)[name]}") from None
        peers[name].is_well = True
        if verdict == "dead":
            row = {"why": daemon.ctl("sink", "dead", name)[1]}
            assert words in row["why"], f"{name}: {row['why']}"
        assert not any(ord(c) < 32 and c != "\n" or ord(c) == 127 for c in row["why"] or ""), (name, row["why"])


def resident_kib(daemon):
    with open(f"/proc/{daemon.process.pid}/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def end_all(daemon, peers):
    daemon.discard()
    for peer in peers.values():
        peer.end()


def with_peers(cases, entry, well):
    """One daemon, each case a sink of it: (what the peer does, verdict, words of the reason)."""
    peers = {name: Peer(serve, well) for name, (serve, _, _) in cases.items()}
    web = Web()
    lines = "".join(f"  {name}: {entry(peer)}\n" for name, peer in peers.items())
    daemon = with_sinks(lines + f'  healthy: {{type: webhook, url: "{web.url()}", allow_private: on, group_wait: 0s}}\n')
    try:
        daemon.start()
        before = resident_kib(daemon)
        ask_question(daemon, "shop/ann")
        begun = time.monotonic()
        assert daemon.ask("GET", "/healthz", token=False)[0] == 200 and time.monotonic() - begun < 2
        settle(daemon, web, cases, peers)
        grown = resident_kib(daemon) - before
        assert grown < 64 << 10, f"{grown} KiB more are resident"
        for name, (_, verdict, _) in cases.items():
            if verdict != "retry" and peers[name].requests:
                assert peers[name].requests == 1, f"{name} was asked {peers[name].requests} times"
        assert sinks_of(daemon)["healthy"]["delivered"] == 1
        log = daemon.read_log()
        for name, (_, verdict, _) in cases.items():
            assert verdict == "taken" or f"sink {name}: " in log or f"sink {name} takes no alerts" in log, name
        ill = [name for name, (_, verdict, _) in cases.items() if verdict == "retry"]
        longest = max((row.get("retry_in_seconds", 0) for row in sinks_of(daemon).values()), default=0)
        wait_for(lambda: all(sinks_of(daemon)[name]["delivered"] == 1 for name in ill), longest + 15)
        ended = daemon.stop()
        assert ended == 0, (ended, daemon.read_log()[-2000:])
    finally:
        end_all(daemon, peers)


def webhook(peer, timeout="1s"):
    return (f'{{type: webhook, url: "http://user:hidden@127.0.0.1:{peer.port}/t/s3cret", allow_private: on, timeout: {timeout}, '
            f'group_wait: 0s}}')


def webhook_that_is_answered_badly_or_not_at_all():
    with_peers({
        "silent": (silent, "retry", "timed out"),
        "closes": (close_at_once, "retry", "127.0.0.1:"),
        "half-head": (says(b"HTTP/1.1 20"), "retry", "127.0.0.1:"),
        "drips-head": (says(status(200), "drip"), "retry", "timed out"),
        "head-without-end": (says(b"HTTP/1.1 200 OK\r\n", endless(b"X-A: b\r\n")), "retry", "does not end"),
        "line-without-end": (says(b"HTTP/1.1 200 OK\r\nX: ", endless(b"a")), "retry", "127.0.0.1:"),
        "continues-without-end": (says(b"", endless(b"HTTP/1.1 100 Continue\r\n\r\n")), "retry", "does not end"),
        "no-http": (says(b"220 mail.example ESMTP\r\n"), "retry", "127.0.0.1:"),
        "old-http": (says(b"<html>fine</html>\n"), "retry", "127.0.0.1:"),
        "switches": (says(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"), "retry", "127.0.0.1:"),
        "bad-length": (says(b"HTTP/1.1 200 OK\r\nContent-Length: much\r\n\r\n", "silent"), "retry", "127.0.0.1:"),
        "zeros-in-head": (says(b"HTTP/1.1 200 O\0K\r\nX\0Y: \0\r\n\r\n"), "retry", "127.0.0.1:"),
        "status-0": (says(b"HTTP/1.1 000 None\r\nContent-Length: 0\r\n\r\n"), "retry", "127.0.0.1:"),
        "status-999": (says(status(999)), "retry", "status 999"),
    }, webhook, http_well)


def webhook_whose_status_says_that_it_was_taken():
    taken = b"HTTP/1.1 200 OK\r\n"
    with_peers({
        "empty": (says(b"HTTP/1.1 204 None\r\n\r\n"), "taken", ""),
        "created": (says(status(201)), "taken", ""),
        "first-100": (says(b"HTTP/1.1 100 Continue\r\n\r\n" + status(200)), "taken", ""),
        "first-103": (says(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + status(202)), "taken", ""),
        "half-body": (says(taken + b"Content-Length: 100\r\n\r\nhalf"), "taken", ""),
        "body-without-end": (says(taken + b"\r\n", endless(b"abc")), "taken", ""),
        "drips-body": (says(taken + b"Content-Length: 100\r\n\r\n", drip), "taken", ""),
        "silent-body": (says(taken + b"Content-Length: 100\r\n\r\n", "silent"), "taken", ""),
        "bad-chunks": (says(taken + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\0\0"), "taken", ""),
        "large-chunk": (says(taken + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nabc"), "taken", ""),
        "more-than-it-says": (says(taken + b"Content-Length: 1\r\n\r\n" + b"abc" * 1000), "taken", ""),
        "zeros-in-body": (says(status(200, body=b"\0" * 5000)), "taken", ""),
    }, lambda peer: webhook(peer, "3s"), http_well)


def webhook_that_is_redirected_or_may_not():
    with_peers({
        **{f"moved-{code}": (says(status(code, METADATA)), "retry", f"status {code}; redirects are not followed") for code in (301, 302, 303, 307, 308)},
        "unauthorised": (says(status(401, 'WWW-Authenticate: Basic realm="x"')), "retry", "status 401; it"),
        "forbidden": (says(status(403)), "retry", "status 403; it"),
        "nowhere": (says(status(404)), "retry", "status 404; `url` names another place"),
        "no-post": (says(status(405)), "retry", "status 405"),
        "too-slow": (says(status(408)), "retry", "status 408"),
        "conflict": (says(status(409)), "retry", "status 409"),
        "error-without-end": (says(b"HTTP/1.1 500 Oh\r\n\r\n", endless(b"\x1b[31mno\0")), "retry", "status 500: "),
        "gateway": (says(status(502, body=b"\x1b]0;own\x07\xc2\x9b31m\r\nX: y")), "retry", "status 502: \\x1b]0;own\\x07"),
        "away": (says(status(503)), "retry", "status 503"),
    }, webhook, http_well)


def seconds_to_retry(daemon, names):
    rows = sinks_of(daemon)
    return all("retry_in_seconds" in rows[name] for name in names) and {name: rows[name]["retry_in_seconds"] for name in names}


def webhook_that_refuses_what_was_sent_or_wants_time():
    cases = {
        "bad": (says(status(400, body=b"no such field")), "dead", "status 400: no such field"),
        "gone": (says(status(410)), "dead", "status 410"),
        "large": (says(status(413)), "dead", "status 413; a smaller `group`"),
        "wrong": (says(b"HTTP/1.1 422 Oh\r\n\r\n", endless(b"a")), "dead", "status 422"),
        "waits-40": (says(status(429, "Retry-After: 40")), "retry", "status 429; a lower `rate`"),
        "waits-to-date": (says(status(503, "Retry-After: " + http_date(60))), "retry", "status 503"),
        "waits-ages": (says(status(429, "Retry-After: 999999999")), "retry", "status 429"),
        "waits-for-no-number": (says(status(429, "Retry-After: 99999999999999999999999")), "retry", "status 429"),
        "waits-a-year": (says(status(503, "Retry-After: " + http_date(366 * 86400))), "retry", "status 503"),
        "waits-back": (says(status(429, "Retry-After: -5")), "retry", "status 429"),
        "waits-to-past": (says(status(429, "Retry-After: " + http_date(-3600))), "retry", "status 429"),
        "waits-for-nothing": (says(status(429, "Retry-After: soon")), "retry", "status 429"),
    }
    waits = {"waits-40": (31, 40), "waits-to-date": (50, 60), "waits-ages": (3500, 3600), "waits-a-year": (3500, 3600), "waits-back": (0, 2),
                  "waits-to-past": (0, 2), "waits-for-nothing": (0, 2), "waits-for-no-number": (0, 2)}
    peers = {name: Peer(serve, http_well) for name, (serve, _, _) in cases.items()}
    web = Web()
    daemon = with_sinks("".join(f"  {name}: {webhook(peer)}\n" for name, peer in peers.items())
                        + f'  healthy: {{type: webhook, url: "{web.url()}", allow_private: on, group_wait: 0s}}\n')
    try:
        daemon.start()
        ask_question(daemon, "shop/ann")
        settle(daemon, web, cases, peers)
        seen = wait_for(lambda: seconds_to_retry(daemon, waits)) # none while an attempt is under way
        for name, (least, most) in waits.items():
            assert least <= seen[name] <= most, (name, seen[name])
        assert "hidden" not in daemon.read_log() and "s3cret" not in daemon.read_log(), "the log tells what the URL keeps secret"
        assert "hidden" not in json.dumps(sinks_of(daemon)) and "s3cret" not in json.dumps(sinks_of(daemon)), sinks_of(daemon)
        # Dead letters come back when somebody asks.
        for name in ("bad", "gone", "large", "wrong"):
            assert daemon.ctl("sink", "retry", name)[0] == 0
        wait_for(lambda: all(sinks_of(daemon)[name]["delivered"] == 1 for name in ("bad", "gone", "large", "wrong")))
    finally:
        end_all(daemon, peers)


def webhook_over_tls_that_does_not_hold():
    daemon = with_sinks("")
    good, other = certificate(daemon.dir, "good"), certificate(daemon.dir, "other", "sink.example")
    old, alone = certificate(daemon.dir, "old", days=0), certificate(daemon.dir, "alone")
    peers = {
        "good": Peer(http_well, http_well, server_tls(good)), "other-name": Peer(http_well, http_well, server_tls(other)),
        "expired": Peer(http_well, http_well, server_tls(old)), "self-signed": Peer(http_well, http_well, server_tls(alone)),
        "closes": Peer(close_at_once, close_at_once), "silent": Peer(silent, silent),
        "old-tls": Peer(http_well, http_well, server_tls(good, ssl.TLSVersion.TLSv1_1)), "plain": Peer(speaks_no_tls, http_well),
    }
    with open(daemon.path("ca.pem"), "w") as out:
        for pem, _ in (good, other, old):
            with open(pem) as one:
                out.write(one.read())
    with open(daemon.config, "a") as out:
        for name, peer in peers.items():
            out.write(f'  {name}: {{type: webhook, url: "https://127.0.0.1:{peer.port}/", allow_private: on, ca_file: ca.pem, timeout: 1s}}\n')
            out.write(f'  log-{name}: {{type: syslog, address: "tls:127.0.0.1:{peer.port}", ca_file: ca.pem, timeout: 1s}}\n' if name != "good" else "")
    words = {"other-name": "matches target host name", "expired": "expired", "self-signed": "self-signed", "old-tls": "TLS 1.2 or later",
             "plain": "TLS 1.2 or later", "silent": "timed out", "closes": "TLS 1.2 or later"}
    try:
        daemon.start()
        ask_question(daemon, "shop/ann")
        wait_for(lambda: sinks_of(daemon)["good"]["delivered"] == 1)
        for name, said in words.items():
            for sink in (name, "log-" + name):
                wanted = f"127.0.0.1:{peers[name].port}: "
                try:
                    wait_for(lambda sink=sink, said=said, wanted=wanted: all(w in (sinks_of(daemon)[sink]["why"] or "") for w in (said, wanted)))
                except AssertionError:
                    raise AssertionError(f"{sink} should say {said}: {sinks_of(daemon)[sink]}") from None
        assert sum(peer.requests for peer in peers.values()) == 1
        assert daemon.stop() == 0
    finally:
        end_all(daemon, peers)


def speaks_no_tls(connection, _):
    connection.recv(1)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def private_places_by_any_name():
    web = Web()
    port = web.server_address[1]
    hosts = {"name": "localhost", "short": "127.1", "number": "2130706433", "hex": "0x7f000001", "octal": "0177.0.0.1", "six": "[::1]",
             "mapped": "[::ffff:127.0.0.1]", "nat64": "[64:ff9b::7f00:1]", "zero": "0.0.0.0", "shared": "100.64.1.1", "local": "[fe80::1]"}
    daemon = with_sinks(f'  allowed: {{type: webhook, url: "{web.url()}", allow_private: on, group_wait: 0s}}\n'
                        f'  same-place: {{type: webhook, url: "{web.url()}", group_wait: 1s}}\n'
                        + "".join(f'  {name}: {{type: webhook, url: "http://{host}:{port}/", timeout: 2s}}\n' for name, host in hosts.items()))
    try:
        daemon.start()
        ask_question(daemon, "shop/ann")
        wait_for(lambda: all(row["is_failing"] for name, row in sinks_of(daemon).items() if name not in ("log", "allowed")))
        for name, row in sinks_of(daemon).items():
            assert name in ("log", "allowed") or "private network" in row["why"], (name, row["why"])
        assert len(web.got) == 1, "the connection that the other sink keeps was used"
    finally:
        daemon.discard()


def alertmanager_that_misbehaves():
    def entry(peer):
        return f'{{type: alertmanager, url: "http://127.0.0.1:{peer.port}/", timeout: 1s, group_wait: 0s}}'
    with_peers({
        "silent": (silent, "retry", "timed out"), "closes": (close_at_once, "retry", "127.0.0.1:"),
        "moved": (says(status(302, METADATA)), "retry", "redirects are not followed"),
        "away": (says(status(503)), "retry", "status 503"), "nowhere": (says(status(404)), "retry", "status 404"),
        "head-without-end": (says(b"HTTP/1.1 200 OK\r\n", endless(b"X-A: b\r\n")), "retry", "does not end"),
    }, entry, http_well)


def stops_reading(connection, _):
    time.sleep(120)


def syslog_over_tcp_that_stops_reading_closes_and_comes_back():
    """No message is cut in two on its way: each connection begins with one."""
    def closes_in_the_middle(connection, peer):
        peer.begun = connection.recv(200)

    cases = {"stuck": stops_reading, "closes": close_at_once, "in-the-middle": closes_in_the_middle}
    peers = {name: Peer(serve, tcp_reads) for name, serve in cases.items()}
    for peer in peers.values():  # a small window: back pressure comes early
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    web = Web()
    daemon = with_sinks("".join(f'  {name}: {{type: syslog, address: "tcp:127.0.0.1:{peer.port}", format: own, timeout: 1s, group: 1000}}\n'
                                for name, peer in peers.items())
                        + f'  healthy: {{type: webhook, url: "{web.url()}", allow_private: on, group: 1000}}\n')
    n = 3000
    try:
        daemon.start()
        assert daemon.send([event("health", f"shop/{'a' * 100}{i}", kind="question") for i in range(n)])[1]["accepted"] == n
        wait_for(lambda: sinks_of(daemon)["healthy"]["delivered"] == n)
        for name, words in (("stuck", "it takes nothing"), ("closes", "closed"), ("in-the-middle", "")):
            row = wait_for(lambda name=name: sinks_of(daemon)[name]["is_failing"] and sinks_of(daemon)[name])
            assert f"tcp:127.0.0.1:{peers[name].port}: " in row["why"] and row["delivered"] == 0, (name, row)
            assert words in row["why"] or "connection broke" in row["why"], (name, row["why"])
        for peer in peers.values():
            peer.is_well = True
        wait_for(lambda: all(sinks_of(daemon)[name]["delivered"] == n for name in cases), 30)
        for name, peer in peers.items():
            names = {json.loads(message[message.index(b"] {") + 2:])["accounts"][0] for message in peer.heads}
            assert len(names) == n and all(message.startswith(b"<131>1 ") for message in peer.heads), (name, len(names))
        assert frames(peers["in-the-middle"].begun)[0] == [], "the test cut nothing in two"
        assert daemon.stop() == 0
    finally:
        end_all(daemon, peers)


def syslog_over_datagrams_that_are_not_taken():
    daemon = with_sinks("")
    full, absent = daemon.path("full.socket"), daemon.path("absent.socket")
    box = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    box.bind(full)
    wide = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    wide.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    wide.bind(("127.0.0.1", 0))
    with open(daemon.config, "a") as out:
        out.write(f'  full: {{type: syslog, address: "unix:{full}", group: 1000}}\n  absent: {{type: syslog, address: "unix:{absent}"}}\n'
                  f'  udp: {{type: syslog, address: "udp:127.0.0.1:{wide.getsockname()[1]}", format: own}}\n')
    n = 60
    try:
        daemon.start()
        daemon.send([event("health", "shop/" + "\U0001f600" * 50 + str(i), kind="question") for i in range(n)])
        row = wait_for(lambda: sinks_of(daemon)["full"]["is_failing"] and sinks_of(daemon)["full"])
        assert "full.socket: it does not keep up" in row["why"], row
        row = wait_for(lambda: sinks_of(daemon)["absent"]["is_failing"] and sinks_of(daemon)["absent"])
        assert "absent.socket" in row["why"] and "No such file" in row["why"], row
        wait_for(lambda: sinks_of(daemon)["udp"]["delivered"] == n)
        got = []
        wide.settimeout(1)
        while len(got) < n:
            got.append(wide.recv(1 << 17))
        assert max(map(len, got)) < 65507 and len({message[-40:] for message in got}) == n
        late = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        late.bind(absent)
        boxes = {"full": (box, set()), "absent": (late, set())}
        until = time.monotonic() + 20
        while any(len(names) < n for _, names in boxes.values()):
            assert time.monotonic() < until, {name: len(names) for name, (_, names) in boxes.items()}
            for one, names in boxes.values():
                one.settimeout(0.05)
                try:
                    while True:
                        names.add(one.recv(1 << 17)[-20:])
                except OSError:
                    pass
    finally:
        daemon.discard()


def mail(peer, more=""):
    return (f'{{type: mail, url: "smtp://127.0.0.1:{peer.port}", from: a@example.org, to: [team@example.org], timeout: 1s, '
            f'group_wait: 0s{more}}}')


def mail_server_that_refuses_at_any_step():
    cases = {"greeting-554": (Smtp({"greeting": b"554 no service\r\n"}), "retry", "554 no service"),
             "greeting-421": (Smtp({"greeting": b"421-first\r\n421 too many\r\n"}), "retry", "421 too many"),
             "greeting-silent": (Smtp({"greeting": silent_step}), "retry", "timed out"),
             "greeting-without-end": (Smtp({"greeting": endless(b"220-more\r\n")}), "retry", "does not end"),
             "greeting-is-http": (Smtp({"greeting": b"HTTP/1.1 400 Bad\r\n\r\n"}), "retry", "127.0.0.1:"),
             "end-451": (Smtp({"end": b"451 4.3.0 later\r\n"}), "retry", "451 4.3.0 later"),
             "end-552": (Smtp({"end": b"552-5.3.4 too large\r\n552 5.3.4 \x1b[1mreally\r\n"}), "dead", "552 5.3.4 \\x1b[1mreally"),
             "end-silent": (Smtp({"end": silent_step}), "retry", "timeout"),
             "ehlo-lines": (Smtp(offers=[f"X-{i}" for i in range(30)]), "taken", "")}
    steps = {f"{step.lower()}-{code}": (Smtp({step: b"%d wrong at %s\r\n" % (code, step.encode())}), "retry", f"{code} ")
             for step in ("MAIL", "RCPT", "DATA") for code in (421, 451, 550)}
    if IS_ALL:
        with_peers(steps, mail, Smtp())
    with_peers({**cases, **{name: steps[name] for name in ("mail-550", "rcpt-451", "data-421")}}, mail, Smtp())


def silent_step(connection):
    connection.settimeout(60)
    while connection.recv(4096):
        pass


def mail_goes_nowhere_in_the_clear_that_must_not():
    daemon = with_sinks("")
    pem = certificate(daemon.dir, "mail")
    with open(daemon.path("password"), "w") as out:
        out.write("hush\n")
    tls, auth = server_tls(pem), "AUTH PLAIN"
    servers = {
        "offers-none": Smtp(offers=[auth]), "refuses": Smtp({"STARTTLS": b"454 not now\r\n"}, ["STARTTLS", auth]),
        "injects": Smtp({"STARTTLS": b"220 go on\r\n250 fine\r\n235 in\r\n250 fine\r\n"}, ["STARTTLS", auth], tls=tls),
        "closes": Smtp({"STARTTLS": close_step}, ["STARTTLS", auth]), "good": Smtp(offers=["STARTTLS", auth], tls=tls),
        "no-such-user": Smtp({"AUTH": b"535 5.7.8 no\r\n"}, ["STARTTLS", auth], tls=tls),
    }
    said = []

    def listening(server):
        def serve(connection, peer):
            server(Tapped(connection, said), peer)
        return serve if server.tls is None else server
    peers = {name: Peer(listening(server), server) for name, server in servers.items()}
    with open(daemon.config, "a") as out:
        for name, peer in peers.items():
            out.write(f"  {name}: {mail(peer, ', user: jo, password_file: password, ca_file: mail.pem')}\n")
    words = {"offers-none": "offers no TLS", "refuses": "454 not now", "injects": "127.0.0.1:", "closes": "127.0.0.1:", "no-such-user": "535 5.7.8 no"}
    try:
        daemon.start()
        ask_question(daemon, "shop/ann")
        wait_for(lambda: len(servers["good"].messages) == 1)
        for name, word in words.items():
            row = wait_for(lambda name=name, word=word: word in (sinks_of(daemon)[name]["why"] or "") and sinks_of(daemon)[name])
            assert "hush" not in row["why"], (name, row["why"])
            assert servers[name].messages == [], name
        assert not any(b"AUTH" in line or b"MAIL" in line for line in said), said
        assert "hush" not in daemon.read_log()
    finally:
        end_all(daemon, peers)


def close_step(connection):
    connection.sendall(b"220 go on\r\n")
    connection.shutdown(socket.SHUT_RDWR)


class Tapped:
    """A connection of which each line that comes is written down."""

    def __init__(self, connection, said):
        self.connection, self.said = connection, said

    def __getattr__(self, name):
        return getattr(self.connection, name)

    def makefile(self, mode):
        read, said = self.connection.makefile(mode), self.said

        class Lines:
            def readline(self):
                line = read.readline()
                said.append(line)
                return line
        return Lines()


def one_recipient_that_is_unknown_keeps_the_mail_from_no_other():
    server = Smtp(unknown=("gone@example.org",))
    nobody = Smtp(unknown=("gone@example.org", "late@example.org", "team@example.org"))
    narrow = Smtp(unknown=("gone@example.org",), full=("late@example.org",))
    peers = {"some": Peer(server, server), "all": Peer(nobody, server), "narrow": Peer(narrow, narrow)}
    to = "[gone@example.org, team@example.org, late@example.org]"
    daemon = with_sinks("".join(f'  {name}: {{type: mail, url: "smtp://127.0.0.1:{peer.port}", from: a@example.org, to: {to}, timeout: 1s}}\n'
                                for name, peer in peers.items()))
    try:
        daemon.start()
        ask_question(daemon, "shop/ann")
        wait_for(lambda: sinks_of(daemon)["some"]["delivered"] == 1)
        assert [to for to, _ in server.messages] == [("team@example.org",), ("late@example.org",)], server.messages
        log = daemon.read_log()
        wait_for(lambda: sinks_of(daemon)["narrow"]["delivered"] == 1)
        assert "sink narrow: late@example.org gets no mail, whoever else is in `to` does: " in daemon.read_log()
        assert [to for to, _ in narrow.messages] == [("team@example.org",)], narrow.messages
        assert "sink some: gone@example.org gets no mail, whoever else is in `to` does: " in log and "550 5.1.1" in log, log
        row = wait_for(lambda: sinks_of(daemon)["all"]["is_failing"] and sinks_of(daemon)["all"])
        assert "550 5.1.1" in row["why"], row
        ask_question(daemon, "shop/bob")
        wait_for(lambda: sinks_of(daemon)["some"]["delivered"] == 2)
        assert daemon.read_log().count("sink some: gone@example.org gets no mail") == 1
    finally:
        end_all(daemon, peers)


if __name__ == "__main__":
    sys.exit(run_tests(at_once([
        webhook_that_is_answered_badly_or_not_at_all, webhook_whose_status_says_that_it_was_taken, webhook_that_is_redirected_or_may_not,
        webhook_that_refuses_what_was_sent_or_wants_time, webhook_over_tls_that_does_not_hold, private_places_by_any_name,
        alertmanager_that_misbehaves, syslog_over_tcp_that_stops_reading_closes_and_comes_back, syslog_over_datagrams_that_are_not_taken,
        mail_server_that_refuses_at_any_step, mail_goes_nowhere_in_the_clear_that_must_not,
        one_recipient_that_is_unknown_keeps_the_mail_from_no_other,
    ])))
