#!/usr/bin/env python3
"""Every route with every role against the real daemon, and what bad input gets."""
import hashlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time

from daemon import Daemon, over, run_tests

ROLES = ("ingest", "read", "analyst", "admin")
# Paths that stand for the patterns of the document.
PLACES = {"{id}": "nobody", "{a}": "nobody", "{b}": "none", "{site}": "no-such-site", "{kind}": "ip", "{key}": "0123456789abcdef",
          "{file}": "nothing.js", "{folder}": "views"}
NOW = int(time.time() * 1000)


class Doors(Daemon):
    """A daemon with a token for each role, and none asked for another."""

    def __init__(self, config=""):
        super().__init__(config)
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


def no_route_answers_for_a_foreign_host_or_page(d):
    _, _, text, _ = d.ask_as("GET", "/openapi.json", "read")
    for path, operations in json.loads(text)["paths"].items():
        for method in operations:
            verb = "HEAD" if path == "/v1/live" else method.upper()  # a GET of it never ends
            body = b"{}" if method == "post" else None
            for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "evil.example:80", "", "[::2]", "localhost@evil"):
                status = d.ask_as(verb, placed(path), "admin", body, {"Host": host})[0]
                assert status == 421, (method, path, host, status)
            for origin in ("https://evil.example", "null", f"http://localhost.evil.example:{d.port}", "http://127.0.0.1:1"):
                status, _, _, headers = d.ask_as(verb, placed(path), "admin", body, {"Origin": origin})
                assert status == 403 if method == "post" else status != 403, (method, path, origin, status)
                assert not any(name.lower().startswith("access-control") for name in headers), headers
            own = {"Origin": f"http://localhost:{d.port}", "Host": f"localhost:{d.port}"}
            assert d.ask_as(verb, placed(path), "admin", body, own)[0] not in (403, 421), (method, path)


def other_methods_and_paths_open_nothing(d):
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "HEAD"):
        for path in ("/v1/events", "/v1/status", "/metrics", "/", "/v1", "/v1/", "/v1/status/", "//v1/status", "/%76%31/status", "/v1/../v1/status"):
            status = d.ask_as(method, path)[0]
            assert status in ((200, 401, 404, 405) if method == "HEAD" else (404, 405)), (method, path, status)


def a_token_works_from_its_making_to_its_end(d):
    ended, said = d.ctl("token", "add", "shop", "--role", "ingest", "--trusted")
    assert ended == 0, said
    secret = said.split("\n")[0]
    with open(os.path.join(d.state, "tokens")) as kept:
        assert secret not in kept.read()

    def asked(token, path="/v1/events", method="POST"):
        return d.ask(method, path, b"{}" if method == "POST" else None, {"Authorization": "Bearer " + token}, token=False)[0]

    def until(token, wanted):
        for _ in range(100):
            if asked(token) == wanted:
                return
            time.sleep(0.05)
        raise AssertionError(f"{asked(token)} instead of {wanted}")

    until(secret, 422)  # known; the event is none
    assert asked(secret, "/v1/status", "GET") == 403
    for wrong in (secret[:-1], secret[1:], secret.upper(), secret + "0", "0" * 64, "", " ", "x" * 5000, hashlib.sha256(secret.encode()).hexdigest()):
        assert asked(wrong) == 401, wrong[:80]
    assert "shop" in d.ctl("token", "list")[1]
    assert d.ctl("token", "add", "shop", "--role", "read")[0] == 1
    assert d.ctl("token", "revoke", "shop")[0] == 0
    until(secret, 401)
    assert d.ctl("token", "revoke", "shop")[0] == 1
    with open(os.path.join(d.state, "tokens"), "a") as broken:
        broken.write("half ingest 12ab")
    d.wait_log("the old tokens stay in force")
    assert d.ask_as("GET", "/v1/status", "read")[0] == 200
    assert d.ctl("token", "revoke", "half")[0] == 0
    d.wait_log("the new set is in force")


def a_token_beyond_its_rate_is_put_off(d):
    ended, said = d.ctl("token", "add", "slow", "--role", "read", "--rate", "2")
    assert ended == 0, said
    bearer = {"Authorization": "Bearer " + said.split("\n")[0]}
    ask = lambda: d.ask("GET", "/v1/status", None, bearer, token=False)
    for _ in range(100):
        if ask()[0] != 401:
            break
        time.sleep(0.05)
    answers = [ask() for _ in range(6)]
    put_off = [answer for answer in answers if answer[0] == 429]
    assert put_off and {answer[0] for answer in answers} <= {200, 429}, [answer[0] for answer in answers]
    assert int(put_off[0][2]["Retry-After"]) >= 1, put_off[0]
    time.sleep(1.1)
    assert ask()[0] == 200
    assert 'assocd_http_limited_total{by="token"} %d\n' % len(put_off) in d.ask_as("GET", "/metrics")[2].decode()


def an_address_beyond_its_rate_is_put_off_and_others_are_not():
    d = Doors("address_rate: 20\n")
    try:
        d.start(wait=False)
        d.wait_log("listening on")

        def ask(source):
            c = http.client.HTTPConnection("127.0.0.1", d.port, timeout=30, source_address=(source, 0))
            c.request("GET", "/healthz")
            return c.getresponse().status
        flood = [ask("127.0.0.9") for _ in range(60)]
        assert flood[:20] == [200] * 20 and flood.count(429) >= 10, flood
        assert ask("127.0.0.10") == 200
        time.sleep(0.3)
        assert ask("127.0.0.9") == 200
    finally:
        d.discard()


def a_user_of_the_socket_needs_no_token():
    d = Doors("http_socket: http.sock\npeers: [nobody=read]\n")
    curl = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--unix-socket", d.path("http.sock")]

    def asked(path, *options, user=None):
        become = ["setpriv", f"--reuid={user}", "--clear-groups", "--regid=nogroup"] if user else []
        return int(subprocess.run([*become, *curl, *options, "http://localhost" + path], capture_output=True, text=True, timeout=30).stdout)
    try:
        d.start()
        assert asked("/v1/status") == 200
        assert asked("/v1/status", "-H", "Authorization: Bearer wrong") == 401  # who shows one is judged by it
        assert asked("/v1/status", "-H", "Host: evil.example") == 421
        assert os.stat(d.path("http.sock")).st_mode & 0o777 == 0o660
        assert d.ctl("status")[0] == 0
        if os.geteuid() != 0:
            return "becoming another user needs root"
        os.chmod(d.dir, 0o711)
        os.chmod(d.path("http.sock"), 0o666)
        assert asked("/v1/status", user="nobody") == 200
        assert asked("/v1/events", "-d", "{}", user="nobody") == 403
        assert asked("/v1/audit", user="nobody") == 403
        with open(d.log) as log, open(d.state + "/audit.jsonl") as audit:
            assert "nobody" not in log.read() and [json.loads(row)["actor"] for row in audit] == ["nobody"], "the user, without its roles"
        assert asked("/v1/status", user="games") == 401
    finally:
        d.discard()
    return None


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


def who_asks_about_whom_is_written_down(d):
    def entries():
        with open(os.path.join(d.state, "audit.jsonl")) as log:
            return [json.loads(line) for line in log]

    d.ask_as("POST", "/v1/events", "ingest", event(account="looked-at"), {"Content-Type": "application/json"})
    n = len(entries())
    for method, path, role in (("GET", "/v1/accounts/looked-at/links", "read"), ("GET", "/v1/accounts/looked-at", "ingest"),
                               ("GET", "/v1/correlate?account=looked-at&account=anna", "analyst"), ("GET", "/v1/accounts/nobody", "read"),
                               ("GET", "/v1/search?q=looked-at", "read"), ("GET", "/v1/status", "read"), ("GET", "/v1/alerts/looked-at", "read"),
                               ("POST", "/v1/alerts/0123456789abcdef/ack", "analyst"), ("GET", "/v1/accounts/looked-at", None)):
        d.ask_as(method, path, role)
    assert [{key: value for key, value in entry.items() if key not in ("at", "from", "n", "prev", "salt", "seal")} for entry in entries()[n:]] == [
        {"actor": "of-read", "did": "GET /v1/accounts/{id}/links", "accounts": ["looked-at"]},
        {"actor": "of-ingest", "did": "GET /v1/accounts/{id}", "accounts": ["looked-at"], "refused": True},
        {"actor": "of-analyst", "did": "GET /v1/correlate", "accounts": ["looked-at", "anna"]},
        {"actor": "of-read", "did": "GET /v1/accounts/{id}", "accounts": []},
        {"actor": "of-read", "did": "GET /v1/search"}, {"actor": "of-read", "did": "GET /v1/alerts/{id}"},
        {"actor": "of-analyst", "did": "POST /v1/alerts/{id}/ack", "id": "0123456789abcdef"}], entries()[n:]
    os.rename(os.path.join(d.state, "audit.jsonl"), os.path.join(d.state, "audit.jsonl.1"))
    os.mkdir(os.path.join(d.state, "audit.jsonl"))
    assert d.ask_as("GET", "/v1/accounts/looked-at", "read")[0] == 200
    os.rmdir(os.path.join(d.state, "audit.jsonl"))
    d.ask_as("GET", "/v1/accounts/looked-at", "read")
    assert [entry.get("missing") for entry in entries()] == [1, None], entries()


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
    every_route_is_open_to_its_roles_and_to_no_other, no_route_answers_for_a_foreign_host_or_page,
    other_methods_and_paths_open_nothing, the_document_describes_every_key_that_an_event_may_have, an_event_is_answered_and_found_again, lines_are_counted,
    bad_input_gets_its_status,
    broken_requests_are_answered_and_cost_nothing_else, a_token_works_from_its_making_to_its_end, a_token_beyond_its_rate_is_put_off,
    assocctl_asks_with_the_token_of_the_state_folder, who_asks_about_whom_is_written_down,
]


def main():
    """All over one daemon, which must live to the end."""
    d = Doors()

    def the_daemon_survives():
        assert d.process.poll() is None, f"it ended with status {d.process.returncode}"

    try:
        d.start()
        return run_tests([*over(d, TESTS), the_daemon_survives, an_address_beyond_its_rate_is_put_off_and_others_are_not,
                          a_user_of_the_socket_needs_no_token])
    finally:
        d.discard()


if __name__ == "__main__":
    sys.exit(main())
