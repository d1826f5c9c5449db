#!/usr/bin/env python3
"""Every route with every role against the real daemon, and what bad input gets."""
import hashlib
import json
import os
import socket
import sys
import time

from daemon import Daemon, run_tests

ROLES = ("ingest", "read", "analyst", "admin")
# Paths that stand for the patterns of the document.
PLACES = {"{id}": "nobody", "{a}": "nobody", "{b}": "none", "{site}": "no-such-site", "{kind}": "ip", "{key}": "0123456789abcdef",
          "{file}": "nothing.js", "{folder}": "views"}
NOW = int(time.time() * 1000)


class Doors(Daemon):
    """A daemon with a token for each role, and none asked for another."""

    def __init__(self):
        super().__init__()
        os.mkdir(self.state, 0o700)
        with open(os.path.join(self.state, "tokens"), "w") as tokens:
            for role in ROLES:
                tokens.write(f"of-{role} {role} {hashlib.sha256(self.secret(role).encode()).hexdigest()}\n")

    @staticmethod
    def secret(role):
        return f"the-secret-of-{role}-that-is-long-enough"

    def ask_as(self, method, path, role=None, body=None, headers=()):
        lines = dict(headers)
        if role:
            lines["Authorization"] = "Bearer " + self.secret(role)
        status, text, answer = self.ask(method, path, body, lines, token=False)
        return status, answer.get("Content-Type", ""), text, answer

    def raw(self, request):
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as s:
            s.sendall(request)
            s.shutdown(socket.SHUT_WR)
            answer = b""
            while piece := s.recv(65536):
                answer += piece
        return answer


def event(**keys):
    return json.dumps({"ts": NOW, "type": "login", "account": "anna", **keys}).encode()


def placed(path):
    for name, value in PLACES.items():
        path = path.replace(name, value)
    return path


def every_route_is_open_to_its_roles_and_to_no_other(d):
    _, _, text, _ = d.ask_as("GET", "/openapi.json", "read")
    paths = json.loads(text)["paths"]
    assert len(paths) > 15, paths.keys()
    for path, operations in paths.items():
        for method, operation in operations.items():
            is_open = operation.get("security") == []
            wanted = operation.get("x-roles", "").split(", ")
            for role in (None, *ROLES):
                body = b"{}" if method == "post" else None
                verb = "HEAD" if path == "/v1/live" else method.upper()  # a GET of it never ends
                status, kind, text, _ = d.ask_as(verb, placed(path), role, body)
                where = f"{method} {path} as {role}: {status} {text[:200]}"
                allowed = is_open or path == "/metrics" or role in wanted or role == "admin" or (role == "analyst" and "read" in wanted)
                assert (status not in (401, 403)) == allowed, where
                assert status == 401 if role is None and not allowed else True, where
                assert status < 500, where
                if status >= 400 and path != "/readyz" and verb != "HEAD":
                    assert kind == "application/problem+json", where
                    assert json.loads(text)["status"] == status, where


def the_document_describes_every_key_that_an_event_may_have(d):
    _, _, text, _ = d.ask_as("GET", "/openapi.json", "read")
    described = set(json.loads(text)["components"]["schemas"]["Event"]["properties"])
    assert len(described) > 20, described
    for key in sorted(described | {"nosuch"}):
        line = json.loads(event(account="keys"))
        line.setdefault(key, [[]])  # known, and of a type that no key takes
        _, _, text, _ = d.ask_as("POST", "/v1/events", "ingest", json.dumps(line).encode())
        assert (json.loads(text).get("error") == "key") == (key == "nosuch"), (key, text)


def an_event_is_answered_and_found_again(d):
    status, _, text, _ = d.ask_as("POST", "/v1/events", "ingest", event(id="f1", device={"id": "d-1"}))
    answer = json.loads(text)
    assert status == 200 and answer["account"].endswith("anna") and set(answer) >= {"risk", "band", "links", "cluster", "alerts", "seq"}, text
    status, _, text, _ = d.ask_as("GET", "/v1/accounts/" + answer["account"].replace("/", "%2F"), "read")
    assert status == 200 and json.loads(text)["events"] == 1, text
    status, _, text, _ = d.ask_as("GET", "/v1/search?q=d-1", "read")
    assert json.loads(text)["values"][0]["accounts"][0]["account"] == answer["account"], text


def lines_are_counted(d):
    body = b"\n".join([event(id="l1", account="a"), event(id="l1", account="a"), b"{", event(acount="b")])
    status, _, text, _ = d.ask_as("POST", "/v1/events", "ingest", body, {"Content-Type": "application/x-ndjson"})
    answer = json.loads(text)
    assert status == 200 and (answer["accepted"], answer["duplicate"]) == (1, 1), text
    assert [(r["line"], r["error"]) for r in answer["refused"]] == [(3, "json"), (4, "key")], text


def bad_input_gets_its_status(d):
    cases = [
        (b"{", 400), (b"", 400), (b"\xff\xfe\x00", 400), (b"[" * 60000, 400), (b"[" * 200000, 413), (event(account="a" * 4096), 422),
        (b'{"ts":1,"type":"login","account":"a\\u0000"}', 422), (event(ts=1000), 422), (event(ts=NOW + 10**10), 422), (event(nonsense=1), 422),
        (event(ip=7), 422), (event(x_note="a" * 70000), 413), (b'{"a":"' + b"a" * (10 << 20) + b'"}', 413),
    ]
    for body, wanted in cases:
        try:
            status, kind, text, _ = d.ask_as("POST", "/v1/events", "ingest", body, {"Content-Type": "application/json"})
        except (BrokenPipeError, ConnectionResetError):
            assert wanted == 413, body[:60]
            continue
        assert status == wanted, f"{body[:60]}: {status} {text[:200]}"
        assert kind == "application/problem+json" and json.loads(text)["detail"], text
    assert d.ask_as("GET", "/v1/accounts/" + "a" * 4096, "read")[0] == 404
    assert d.ask_as("GET", "/v1/accounts/a%00b", "read")[0] == 404
    assert d.ask_as("GET", "/v1/accounts/a%f", "read")[0] == 400


def broken_requests_are_answered_and_cost_nothing_else(d):
    host = b"Host: localhost\r\n"
    token = b"Authorization: Bearer " + d.secret("ingest").encode() + b"\r\n"
    for request, wanted in [
        (b"nonsense\r\n\r\n", 400), (b"GET /healthz HTTP/1.1\r\n\r\n", 400), (b"GET /healthz HTTP/9.9\r\n" + host + b"\r\n", 505),
        (b"GET / HTTP/1.1\r\n" + host + b"X: " + b"a" * 40000 + b"\r\n\r\n", 431),
        (b"POST /v1/events HTTP/1.1\r\n" + host + b"Content-Length: 99999999999\r\n\r\n", 401),
        (b"POST /v1/events HTTP/1.1\r\n" + host + token + b"Content-Length: 99999999999\r\n\r\n", 413),
        (b"POST /v1/events HTTP/1.1\r\n" + host + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421),
        (b"POST /v1/events HTTP/1.1\r\n" + host + b"Origin: http://evil.example\r\nContent-Length: 0\r\n\r\n", 403),
    ]:
        answer = d.raw(request)
        assert answer.startswith(b"HTTP/1.1 %d " % wanted), f"{request[:60]}: {answer[:100]}"
    assert d.ask_as("GET", "/healthz")[0] == 200


def assocctl_asks_with_the_token_of_the_state_folder(d):
    def expect(part, *words, status=0):
        ended, said = d.ctl(*words)
        assert ended == status, (words, ended, said)
        assert part in said, f"{words}: no {part!r} in {said[:300]!r}"

    expect("accounts", "status")
    expect('"events":', "status", "--json")
    expect("device.id", "account", "anna")
    expect("d-1", "search", "d-1")
    expect("not known", "why", "anna", "nobody", status=1)
    expect("usage:", "why", "anna", status=2)
    expect('did you mean "account"', "acount", status=2)
    expect("recorded", "declare", "anna", "household", "--group", "h1")
    expect("household", "account", "anna")
    expect("id,state,level", "alerts", "--csv")
    expect(f"127.0.0.1:{d.port}", "config", "show")


TESTS = [
    every_route_is_open_to_its_roles_and_to_no_other, an_event_is_answered_and_found_again, lines_are_counted,
    bad_input_gets_its_status,
    broken_requests_are_answered_and_cost_nothing_else, assocctl_asks_with_the_token_of_the_state_folder,
]


def main():
    """All over one daemon, which must live to the end."""
    d = Doors()

    def over_it(test):
        def run():
            return test(d)
        run.__name__ = test.__name__
        return run

    def the_daemon_survives():
        assert d.process.poll() is None, f"it ended with status {d.process.returncode}"

    try:
        d.start()
        return run_tests([*map(over_it, TESTS), the_daemon_survives])
    finally:
        d.discard()


if __name__ == "__main__":
    sys.exit(main())
