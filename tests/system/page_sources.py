#!/usr/bin/env python3
"""What the dashboard stands on: its files and their policy, the stream of changes, events of an account, values, series."""
import gzip
import http.client
import json
import posixpath
import re
import signal
import sys
import time

from daemon import Daemon, over, run_tests

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:"
NOW = int(time.time() * 1000)


def login(account, n, **keys):
    return json.dumps({"id": f"{account}-{n}", "ts": NOW - 600000 + n * 1000, "type": "login", "account": account, "site": "shop",
                       "ip": f"10.1.0.{n % 200 + 1}", "device": {"id": "the-device"}, **keys})


def get(d, path, token=True, **headers):
    status, body, answer = d.ask("GET", path, headers=headers, token=token)
    return status, body, answer


def read(d, path):
    status, body, _ = get(d, path)
    assert status == 200, (path, status, body)
    return json.loads(body)


def the_page_needs_no_token_and_allows_itself_nothing_from_elsewhere(d):
    status, body, answer = get(d, "/", token=False)
    assert status == 200 and answer["Content-Type"] == "text/html; charset=utf-8", answer
    assert answer["Content-Security-Policy"].startswith(POLICY), answer
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"], answer
    text = body.decode()
    assert "<style" not in text and "style=" not in text and " on" not in text.split("<body>")[0].replace(" only", ""), text
    assert all('src="' in tag for tag in text.split("<script")[1:]), text


def every_file_that_the_page_names_is_there(d):
    page = get(d, "/", token=False)[1].decode()
    names = [piece.split('"')[0] for piece in page.split('="/web/')[1:]]
    assert sorted(name.split("/")[-1] for name in names) == ["app.css", "app.js", "mark.svg"], names
    for name in names:
        status, _, answer = get(d, "/web/" + name, token=False)
        assert status == 200 and answer["Content-Type"].split(";")[0] in ("text/javascript", "text/css", "image/svg+xml"), (name, status, answer)


def files_are_compressed_for_those_who_take_it_and_kept_by_their_tag(d):
    _, plain, first = get(d, "/web/app.js", token=False)
    _, packed, second = get(d, "/web/app.js", token=False, **{"Accept-Encoding": "br, gzip"})
    _, refused, third = get(d, "/web/app.js", token=False, **{"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in first and "Content-Encoding" not in third and refused == plain
    assert second["Content-Encoding"] == "gzip" and gzip.decompress(packed) == plain
    status, body, _ = get(d, "/web/app.js", token=False, **{"If-None-Match": first["ETag"]})
    assert (status, body) == (304, b""), (status, body)
    assert get(d, "/web/app.js", token=False, **{"If-None-Match": '"other"'})[0] == 200


def what_the_page_names_is_kept_for_good_and_changes_its_name_with_its_content(d):
    page = get(d, "/", token=False)
    assert page[2]["Cache-Control"] == "no-cache", page[2]
    version = page[1].decode().split('src="/web/')[1].split("/")[0]
    assert version.startswith("v-") and len(version) == 18, version
    for name in (*modules_of(d), "app.css"):
        status, body, answer = get(d, f"/web/{version}/{name}", token=False)
        assert status == 200 and "immutable" in answer["Cache-Control"], (name, answer)
        for other in (name, f"v-0000000000000000/{name}"):  # asked for by a page of before
            status, same, answer = get(d, "/web/" + other, token=False)
            assert status == 200 and same == body and answer["Cache-Control"] == "no-cache", (other, answer)
    assert get(d, f"/web/{version}/lib/nothing.js", token=False)[0] == 404
    assert get(d, "/web/app.js/nothing", token=False)[0] == 404


def modules_of(d):
    """app.js and whatever it and they import, at once or later: four files, or, where npm could not be reached, every source."""
    found, left = [], ["app.js"]
    while left:
        name = left.pop()
        found.append(name)
        status, body, _ = get(d, "/web/" + name, token=False)
        assert status == 200, (name, status)
        imports = re.findall(r'(?:from|import\()\s*"(\.\.?/[^"]+\.js)"', body.decode())
        left += {posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) for path in imports}.difference(found, left)
    return found


def a_view_needs_no_second_module_before_it_is_drawn(d):
    """Thirty modules took a browser 350 ms to start. What is imported later is a language or draws a picture."""
    names = modules_of(d)
    if "lib/dom.js" in names:
        return "npm could not be reached: the page is its sources"
    assert not re.search(r'(?:from|import)\s*"\.', get(d, "/web/app.js", token=False)[1].decode()), "app.js imports another module at once"
    assert len(names) == 4 and "zh.js" in names, names
    return None


PAGE_BYTES_MAX = 120 * 1024


def all_of_the_page_weighs_little(d):
    """Every view, both languages and what they draw with, as it goes over the line."""
    names = [*modules_of(d), "app.css", "mark.svg"]
    weight = sum(len(get(d, path, token=False, **{"Accept-Encoding": "gzip"})[1]) for path in ("/", *("/web/" + name for name in names)))
    print(f"  the page weighs {weight} bytes")
    assert weight < PAGE_BYTES_MAX, weight


def a_file_that_is_not_there_is_said(d):
    for path in ("/web/nothing.js", "/web/views/nothing.js", "/web/..%2f..%2fetc%2fpasswd", "/web/embed.cmake", "/web/package.json"):
        status, _, answer = get(d, path, token=False)
        assert status == 404 and answer["Content-Type"] == "application/problem+json", (path, status)


def a_token_is_told_who_it_is(d):
    me = read(d, "/v1/me")
    assert me["name"] and set(me["roles"]) >= {"ingest", "read", "analyst", "admin"}, me


def events_of_an_account_come_newest_first_and_page_by_page(d):
    assert d.send([login("anna", n) for n in range(12)] + [login("anna-2", n) for n in range(3)])[0] == 200
    status, _, _ = d.ask("POST", "/v1/verdicts", json.dumps({"account": "shop/anna-2", "with": "shop/anna", "value": "not_same", "reason": "checked"}),
                         {"Content-Type": "application/json"})
    assert status == 200, status
    first = read(d, "/v1/accounts/shop%2Fanna/events?limit=5")
    assert first["account"] == "shop/anna" and first["next"], first
    assert [e["type"] for e in first["events"]] == ["verdict", "login", "login", "login", "login"], first
    assert first["events"][0]["reason"] == "checked" and first["events"][0]["with"] == "shop/anna"
    rest = read(d, f"/v1/accounts/shop%2Fanna/events?limit=500&before={first['next']}")
    assert rest["next"] is None and len(rest["events"]) == 8, rest
    seqs = [e["seq"] for e in first["events"] + rest["events"]]
    assert seqs == sorted(seqs, reverse=True) and len(set(seqs)) == 13, seqs
    kinds = {v["kind"]: v["shown"] for v in rest["events"][-1]["values"]}
    assert kinds["ip"] == "10.1.0.1" and kinds["device.id"] == "the-device", kinds
    assert get(d, "/v1/accounts/nobody/events")[0] == 404
    assert get(d, "/v1/accounts/shop%2Fanna/events?limit=501")[0] == 400


def a_value_has_a_key_that_leads_to_its_holders(d):
    found = read(d, "/v1/search?q=the-device")["values"][0]
    value = read(d, f"/v1/values/{found['kind']}/{found['key']}")
    assert value == found and value["holders"] == 2, value
    why = read(d, "/v1/links/shop%2Fanna/shop%2Fanna-2")
    assert found["key"] in [item["key"] for item in why["evidence"]], why
    assert found["key"] in [v["key"] for v in read(d, "/v1/accounts/shop%2Fanna")["values"]]
    for path, expected in (("/v1/values/nonsense/" + found["key"], 404), ("/v1/values/device.id/0000000000000001", 404),
                           ("/v1/values/device.id/xyz", 400), ("/v1/values/ip/" + found["key"], 404)):
        assert get(d, path)[0] == expected, path


def what_was_found_and_what_came_in_is_told_over_time(d):
    series = read(d, "/v1/series")
    days, minutes = series["days"], series["minutes"]
    assert len(days["at"]) == len(days["accounts"]) == len(days["links"]) == len(days["alerts"]) == 90
    assert days["at"][-1] == NOW // 86400000 * 86400 or days["at"][-2] == NOW // 86400000 * 86400, days["at"][-2:]
    assert sum(days["accounts"]) == 2, days
    assert sum(minutes["accepted"]) == 16 and sum(minutes["refused"]) == 0, minutes
    assert d.send(["nonsense"])[0] == 200
    time.sleep(1.2)
    assert sum(read(d, "/v1/series")["minutes"]["refused"]) == 1


class Stream:
    """A reader of /v1/live."""

    def __init__(self, d):
        self.connection = http.client.HTTPConnection("127.0.0.1", d.port, timeout=10)
        self.connection.request("GET", "/v1/live", headers={"Authorization": "Bearer " + d.token()})
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200 and self.answer.getheader("Content-Type") == "text/event-stream"

    def next(self):
        lines = []
        while (line := self.answer.readline()) not in (b"\n", b""):
            lines.append(line.decode().rstrip("\n"))
        assert lines, "the stream has ended"
        assert lines[0] == "event: status" and lines[1].startswith("data: "), lines
        return json.loads(lines[1][6:])

    def close(self):
        self.answer.close()
        self.connection.close()

    def has_ended(self):
        return self.answer.readline() == b""


def a_change_is_told_to_who_looks_on(d):
    streams = [Stream(d) for _ in range(3)]
    before = [s.next() for s in streams][0]
    assert before["bands"] == {"possible": 500, "probable": 800, "strong": 950}, before["bands"]
    started = time.monotonic()
    d.send([login("live", 1)])
    for s in streams:
        assert s.next()["events"] == before["events"] + 1
    assert time.monotonic() - started < 4
    streams[0].close()
    d.send([login("live", 2)])
    assert streams[1].next()["events"] == before["events"] + 2
    for s in streams:
        s.close()


def as_many_look_on_as_can_be_told(d):
    streams = [Stream(d) for _ in range(64)]
    assert get(d, "/v1/live")[0] == 503
    for s in streams:
        s.close()
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        d.send([login("again", int(time.monotonic() * 1000))])
        try:
            Stream(d).close()
            return
        except AssertionError:
            time.sleep(0.2)
    raise AssertionError("streams that were closed still count")


def new_tokens_and_the_end_of_the_daemon_end_the_stream(d):
    stream = Stream(d)
    stream.next()
    d.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + 10
    while not stream.has_ended():
        assert time.monotonic() < deadline, "the stream goes on"
    stream = Stream(d)
    stream.next()
    asked = http.client.HTTPConnection("127.0.0.1", d.port, timeout=10)
    asked.request("GET", "/v1/accounts/shop%2Fanna/events", headers={"Authorization": "Bearer " + d.token()})
    ended = d.stop()
    assert ended == 0, ended
    answer = asked.getresponse()  # what was asked is answered first
    assert answer.status == 200, (answer.status, answer.read())


TESTS = [
    the_page_needs_no_token_and_allows_itself_nothing_from_elsewhere, every_file_that_the_page_names_is_there,
    a_view_needs_no_second_module_before_it_is_drawn, files_are_compressed_for_those_who_take_it_and_kept_by_their_tag,
    what_the_page_names_is_kept_for_good_and_changes_its_name_with_its_content, all_of_the_page_weighs_little, a_file_that_is_not_there_is_said,
    a_token_is_told_who_it_is, events_of_an_account_come_newest_first_and_page_by_page,
    a_value_has_a_key_that_leads_to_its_holders, what_was_found_and_what_came_in_is_told_over_time,
    a_change_is_told_to_who_looks_on, as_many_look_on_as_can_be_told,
    new_tokens_and_the_end_of_the_daemon_end_the_stream,
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
