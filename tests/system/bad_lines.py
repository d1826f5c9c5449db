"""Bad lines, and what each door says to them; good ones beside them are kept. Not a runner."""
import collections
import json
import os
import socket
import subprocess
import time

from daemon import BUILD, Daemon

NOW = int(time.time() * 1000)
MARK = b"\xef\xbb\xbf"  # byte order mark


def event(**keys):
    return json.dumps({"ts": NOW, "type": "login", "account": "anna", **keys}).encode()


# What is wrong, the line, the reason it is refused for, and what the message says.
BAD = [
    ("half", b'{"ts":1,', "json", "missing or too many"),
    ("no JSON", b"hello world", "json", "JSON"),
    ("an array", b"[1,2]", "json", "an event is a JSON object; of a list each has a line of its own"),
    ("a lone bracket bomb", b"[" * 60000, "json", "JSON"),
    ("200,000 deep", b"[" * 200000, "size", "longer than 64 KiB"),
    ("20 deep", b'{"ts":1,"x":' + b"[" * 20 + b"]" * 20 + b"}", "json", "deeper than 16"),
    ("two events", event() + event(), "json", "JSON"),
    ("a raw NUL", b'{"ts":1,"account":"a\0b"}', "json", "control character"),
    ("a NUL", event(account="a\0b"), "account", "control character"),
    ("invalid UTF-8", b'{"ts":1,"account":"a\xff"}', "utf8", "UTF-8"),
    ("an overlong form", b'{"ts":1,"account":"\xc0\x80"}', "utf8", "UTF-8"),
    ("a key twice", b'{"ts":1,"ts":1}', "json", 'duplicate key "ts"'),
    ("an unknown key", event(acount="b"), "key", 'did you mean "account"?'),
    ("an unknown identity", event(identity={"emial": "x"}), "key", 'did you mean "identity.email"?'),
    ("a number for a type", event(type=7), "type", "must be a word"),
    ("a number for an account", event(account=7), "account", "must be a string"),
    ("no account", b'{"ts":%d,"type":"login"}' % NOW, "account", "is missing"),
    ("an account of 4 KB", event(account="a" * 4096), "account", "more than 256"),
    ("a number for an address", event(ip=7), "value", "must be a string"),
    ("no address", event(ip="999.1.1.1"), "value", "is not an IPv4 or IPv6 address"),
    ("a port", event(port=70000), "value", "0 to 65535"),
    ("a list for a device", event(device=[1]), "value", "must be an object"),
    ("a relation elsewhere", event(relation={"kind": "joint", "group": "g"}), "relation", "belongs to type"),
    ("1970", event(ts=0), "ts", "outside the years 2000 to 2099"),
    ("seconds", event(ts=NOW // 1000), "ts", "looks like seconds"),
    ("9999", event(ts="9999-12-31T23:59:59Z"), "ts", "outside the years"),
    ("no time", event(ts="yesterday"), "ts", "RFC 3339"),
    ("far ahead", event(ts=NOW + 86400000), "future", "ahead of this machine's clock"),
    ("70 KB", event(x_note="n" * 70000), "size", "longer than 64 KiB"),
]
HUGE = ("10 MB", event(x_note="n" * (10 << 20)), "size", "longer than 64 KiB")
# Lines that come with every lot, before, between and behind the bad ones.
GOOD = 4
# Statuses of one object.
STATUS = {"json": 400, "utf8": 400, "size": 413}


def good(door, i):
    line = event(id=f"{door}-{i}", account=f"good-{door}")
    return [line, line + b"\r", MARK + line, b"  " + line][i]


def lot(door, huge=True, newline=False):
    """All of it as NDJSON, and what should be refused: [(line number, reason, text)]. An empty line counts as a line."""
    lines, wanted = [], []
    bad = BAD + [HUGE] if huge else list(BAD)
    for i, (_, line, reason, says) in enumerate(bad):
        if i % 10 == 0:
            lines.append(good(door, i // 10))
        if i == 5:
            lines.append(b"")
        lines.append(line)
        wanted.append((len(lines), reason, says))
    lines.append(good(door, GOOD - 1))
    return b"\n".join(lines) + (b"\n" if newline else b""), wanted


class Doors:
    """One daemon with every door open, and what it should have counted so far."""

    def __init__(self):
        self.daemon = None
        self.refused = collections.Counter()
        self.silent = None

    def open(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.tcp = probe.getsockname()[1]
        self.daemon = Daemon(f"collectors:\n  stream: {{tcp: '127.0.0.1:{self.tcp}'}}\n  tail:\n    files:\n"
                             "      - {file: events.ndjson}\n      - {file: auth.log, pattern: sshd}\n      - {file: folder.log}\n")
        os.mkdir(self.path("folder.log"))
        self.daemon.start()
        self.silent = socket.create_connection(("127.0.0.1", self.tcp), timeout=30)

    def path(self, name):
        return os.path.join(self.daemon.dir, name)

    def close(self):
        if self.silent:
            self.silent.close()
        if self.daemon:
            self.daemon.end()

    def count(self, wanted):
        self.refused.update(reason for _, reason, _ in wanted)

    def good_events(self, door):
        status, body, _ = self.daemon.ask("GET", f"/v1/accounts/good-{door}")
        return json.loads(body)["events"] if status == 200 else 0

    def ctl(self, *words, stdin=None):
        done = subprocess.run([os.path.join(BUILD, "assocctl"), "-c", self.daemon.config, *words], input=stdin,
                              capture_output=True, check=False, timeout=60)
        return done.returncode, (done.stdout + done.stderr).decode()


doors = Doors()


def check_refusals(wanted, refused):
    assert [(r["line"], r["error"]) for r in refused] == [(line, reason) for line, reason, _ in wanted], refused
    for (_, _, says), r in zip(wanted, refused):
        assert says in r["detail"], (says, r)


def one_object_over_http_gets_status_reason_and_remedy():
    for what, line, reason, says in BAD + [HUGE]:
        try:
            status, body, headers = doors.daemon.ask("POST", "/v1/events", line, {"Content-Type": "application/json"})
        except (BrokenPipeError, ConnectionResetError):
            assert what == HUGE[0]
            continue
        answer = json.loads(body)
        assert status == STATUS.get(reason, 422), (what, status, answer)
        assert headers["Content-Type"] == "application/problem+json", (what, headers)
        if what == HUGE[0]:
            assert "larger than 8388608 bytes" in answer["detail"], answer
            continue
        doors.refused[reason] += 1
        assert answer["error"] == reason and says in answer["detail"], (what, answer)


def lines_over_http_are_answered_one_by_one():
    body, wanted = lot("http", huge=False)
    status, answer, _ = doors.daemon.ask("POST", "/v1/events", body, {"Content-Type": "application/x-ndjson"})
    answer = json.loads(answer)
    assert status == 200 and (answer["accepted"], answer["duplicate"]) == (GOOD, 0), answer
    check_refusals(wanted, answer["refused"])
    doors.count(wanted)


def over_stream(link, hello, body):
    """What comes back, until the daemon closes."""
    link.settimeout(30)
    link.sendall(hello + body)
    link.shutdown(socket.SHUT_WR)
    said = b""
    while piece := link.recv(65536):
        said += piece
    return [json.loads(line) for line in said.splitlines()]


def check_stream(answers, wanted, first):
    refused = [dict(r, line=r["line"] - first) for answer in answers for r in answer["refused"]]
    check_refusals(wanted, refused)
    assert sum(a["accepted"] for a in answers) == GOOD and sum(a["duplicate"] for a in answers) == 0, answers
    assert answers[-1]["through"] == first + wanted[-1][0] + 1, answers[-1]["through"]
    doors.count(wanted)


def stream_over_the_socket_names_every_refused_line():
    body, wanted = lot("unix")
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(os.path.join(doors.daemon.state, "assocd.sock"))
        check_stream(over_stream(link, b"", body), wanted, 0)


def stream_over_tcp_names_every_refused_line():
    body, wanted = lot("tcp", newline=True)
    with socket.create_connection(("127.0.0.1", doors.tcp)) as link:
        check_stream(over_stream(link, json.dumps({"token": doors.daemon.token()}).encode() + b"\n", body), wanted, 1)


def stream_over_tcp_wants_its_token_first():
    for first in (b"", b"GET / HTTP/1.1\r\n\r\n", b'{"token":"guessed"}\n', b"\0\1\2\n", b"x" * 300000, event() + b"\n"):
        with socket.create_connection(("127.0.0.1", doors.tcp)) as link:
            answers = over_stream(link, first, b"")
        assert [a["error"] for a in answers] == (["denied"] if first else []), (first[:20], answers)


def check_tally(text, name, wanted, where):
    by_reason = collections.Counter(reason for _, reason, _ in wanted)
    for reason, n in by_reason.items():
        line, says = next((line, says) for line, r, says in wanted if r == reason)
        row = next((row for row in text.splitlines() if f" refused for {reason}, " in row), "")
        assert row.startswith(f"  {n} ") and f"{name}:{line}: " in row and says in row, (where, reason, row, text)


def send_says_file_line_and_reason():
    for door, words, name in (("file", ["FILE"], "FILE"), ("input", ["-"], "standard input"),
                              ("url", ["--url", f"http://127.0.0.1:{doors.daemon.port}", "--token-file",
                                       os.path.join(doors.daemon.state, "admin.token"), "FILE"], "FILE")):
        body, wanted = lot(door)
        path = doors.path(f"{door}.ndjson")
        with open(path, "wb") as out:
            out.write(body)
        words = [path if word == "FILE" else word for word in words]
        status, text = doors.ctl("send", *words, stdin=body)
        assert status == 1 and f"{GOOD} accepted, 0 duplicate, {len(wanted)} refused" in text, text
        check_tally(text, path if name == "FILE" else name, wanted, door)
        # The client stops lines that are too long itself.
        doors.count([row for row in wanted if row[1] != "size"])


def replay_says_file_line_and_reason():
    body, wanted = lot("replay")
    with open(doors.path("replay.ndjson"), "wb") as out:
        out.write(body)
    status, text = doors.ctl("replay", "--links", "/dev/null", doors.path("replay.ndjson"))
    wanted = [row for row in wanted if row[1] != "future"]  # there is no clock
    assert status == 0 and f" {len(wanted)} refused" in text, text
    check_tally(text, doors.path("replay.ndjson"), wanted, "replay")


def wait_for(check, seconds=20):
    end = time.monotonic() + seconds
    while not check() and time.monotonic() < end:
        time.sleep(0.05)
    assert check()


def tail_names_the_file_the_line_and_how_many_more():
    body, wanted = lot("tail", newline=True)
    with open(doors.path("events.ndjson"), "wb") as log:
        log.write(body)
    wait_for(lambda: doors.good_events("tail") == GOOD)
    doors.count(wanted)
    line, _, says = wanted[0]
    doors.daemon.wait_log(f"{doors.path('events.ndjson')}:{line} is refused: ")
    assert says in doors.daemon.read_log()
    wait_for(lambda: doors.daemon.status()["collectors"]["tail"]["refused"] == len(wanted))
    assert doors.daemon.read_log().count("is refused") == 1, "an attacker fills the log"


def tail_takes_half_a_line_when_it_is_whole():
    half, rest = event(id="half", account="late")[:20], event(id="half", account="late")[20:]
    with open(doors.path("events.ndjson"), "ab") as log:
        log.write(half)
        log.flush()
        time.sleep(0.5)
        log.write(rest + b"\n" + event(id="unended", account="unended"))
    wait_for(lambda: json.loads(doors.daemon.ask("GET", "/v1/accounts/unended")[1]).get("events") == 1)
    assert json.loads(doors.daemon.ask("GET", "/v1/accounts/late")[1])["events"] == 1


def tail_survives_odd_bytes_in_a_log():
    with open(doors.path("auth.log"), "wb") as log:
        log.write(b"Dec 99 06:55:46 h sshd[2]: Failed password for root from 192.0.2.1 port 3 ssh2\n")
        log.write(b"\0\0\0\xff\xfe\n" + b"x" * 200000 + b"\n")
        log.write(b"Dec 10 06:55:46 h sshd[2]: Failed password for r\xfft from 192.0.2.1 port 3 ssh2\r\n")
        log.write(b"\0" * 5000 + b"Dec 10 06:55:48 h sshd[2]: Failed password for odd from 192.0.2.1 port 3 ssh2\n")
    wait_for(lambda: doors.daemon.ask("GET", "/v1/accounts/ssh%2Fodd")[0] == 200)
    assert f"{doors.path('auth.log')}:1 is refused: the time cannot be read" in doors.daemon.read_log()


def folder_in_place_of_a_log_is_named_once():
    text = f"{doors.path('folder.log')}: is a directory, a log file is expected here"
    assert doors.daemon.read_log().count(text) == 1, doors.daemon.read_log()


def every_refusal_is_counted_by_its_reason():
    status = doors.daemon.status()
    assert status["refused"] == dict(doors.refused), (status["refused"], doors.refused)
    metrics = doors.daemon.ask("GET", "/metrics")[1].decode()
    for reason, n in doors.refused.items():
        assert f'assocd_events_refused_total{{reason="{reason}"}} {n}\n' in metrics, (reason, n)
    assert 'assocd_collector_refused_total{collector="stream"} ' in metrics
    shown = doors.ctl("status")[1]
    assert f"json {doors.refused['json']}" in shown and "collectors tail" in shown, shown


def addresses_are_taken_as_logs_write_them():
    # What two hold is shown as text.
    lines = [event(account=account, ip=ip).decode() for account in ("log-ip", "log-ip-2") for ip in ("-", "unknown", "81.2.3.4:5000", "[2a00::1]:5000", " 81.2.3.4 ", "")]
    assert doors.daemon.send(lines)[1]["accepted"] == len(lines)
    values = [v["shown"] for v in json.loads(doors.daemon.ask("GET", "/v1/accounts/log-ip")[1])["values"] if v["kind"] == "ip"]
    assert sorted(values) == ["2a00::/64", "81.2.3.4"], values
    assert doors.daemon.status()["addressless"] == 4
    assert "assocd_events_addressless_total 4\n" in doors.daemon.ask("GET", "/metrics")[1].decode()


def good_lines_beside_bad_ones_are_kept_once():
    for door in ("http", "unix", "tcp", "file", "input", "url", "tail"):
        assert doors.good_events(door) == GOOD, door


def silent_connection_is_ended_after_ten_seconds():
    said = b""
    while piece := doors.silent.recv(4096):
        said += piece
    assert "did not come within 10 s" in json.loads(said)["detail"], said


def daemon_survives_all_of_it():
    assert doors.daemon.process.poll() is None
    assert doors.daemon.stop() == 0, doors.daemon.read_log()[-3000:]
    assert "Sanitizer" not in doors.daemon.read_log()


TESTS = [
    one_object_over_http_gets_status_reason_and_remedy, lines_over_http_are_answered_one_by_one,
    stream_over_the_socket_names_every_refused_line, stream_over_tcp_names_every_refused_line,
    stream_over_tcp_wants_its_token_first, send_says_file_line_and_reason, replay_says_file_line_and_reason,
    tail_names_the_file_the_line_and_how_many_more, addresses_are_taken_as_logs_write_them, every_refusal_is_counted_by_its_reason,
    tail_takes_half_a_line_when_it_is_whole, tail_survives_odd_bytes_in_a_log, folder_in_place_of_a_log_is_named_once,
    good_lines_beside_bad_ones_are_kept_once,
]
LAST_TESTS = [silent_connection_is_ended_after_ten_seconds, daemon_survives_all_of_it]
