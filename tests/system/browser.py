#!/usr/bin/env python3
"""The browser collector with a real browser, a small site and the real daemon: what links and what does not, and what is refused."""
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import urllib.parse

from daemon import BUILD, ROOT, Daemon, over, run_tests

KEY = "pk-shop-tests"
NOW = int(time.time() * 1000)
MODULES = os.path.join(BUILD, "web", "node_modules")
POLICY = "default-src 'none'; script-src %s; connect-src %s"
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 Safari/537.36"
DESK = {"viewport": {"width": 1280, "height": 700}, "screen": {"width": 1920, "height": 1080}, "locale": "en-GB", "timezoneId": "Europe/London",
        "userAgent": AGENT % 140}


class Site:
    """Pages with the script tag, of an origin of their own."""

    def __init__(self, daemon):
        self.daemon = daemon
        site = self

        class Pages(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = site.page(urllib.parse.urlsplit(self.path))
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Security-Policy", POLICY % (site.there(), site.there()))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *ignored):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def there(self):
        return f"http://localhost:{self.daemon().port}"

    def page(self, url):
        told = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        words = " ".join(f'data-{name}="{value}"' for name, value in told.items())
        return f'<!DOCTYPE html><title>Shop</title><p>Welcome</p><script src="{self.there()}/collect.js" data-key="{KEY}" {words}></script>'

    def visit(self, profile, session, options=None, script=None, **told):
        url = f"{self.origin}/?" + urllib.parse.urlencode({"session": session, **told})
        return {"profile": profile, "url": url, "options": {**DESK, **(options or {})}, "script": script}


class Shop:
    def __init__(self):
        self.site = Site(lambda: self.daemon)
        self.daemon = Daemon(f"site: shop\ncollectors:\n  browser:\n    rate_address: 1000\n    sites:\n      - key: {KEY}\n        site: shop\n"
                             f"        origins: [\"{self.site.origin}\"]\n      - key: pk-other-site\n        site: other\n"
                             f"        origins: [\"https://other.example\"]\n")
        self.daemon.start()

    def discard(self):
        self.site.server.shutdown()
        self.daemon.discard()

    def login(self, account, session, n):
        line = {"id": f"login-{account}", "ts": NOW - 60000 + n, "type": "login", "account": account, "session": session, "ip": f"81.2.{n}.7"}
        answer = self.daemon.send([json.dumps(line)])[1]
        assert answer["accepted"] == 1, answer

    def shared(self, a, b):
        """Kinds of the values that both hold."""
        status, body, _ = self.daemon.ask("GET", f"/v1/correlate?account=shop/{a}&account=shop/{b}")
        assert status == 200, body
        return {value["kind"] for value in json.loads(body)["values"]}

    def bits(self, a, b, rule):
        """What the rule says of the two."""
        evidence = json.loads(self.daemon.ask("GET", f"/v1/links/shop%2F{a}/shop%2F{b}")[1])["evidence"]
        return sum(item["bits"] for item in evidence if item["rule"] == rule)

    def metric(self, name):
        text = self.daemon.ask("GET", "/metrics")[1].decode()
        found = re.search(rf"^{re.escape(name)} (\d+)$", text, re.M)
        return int(found.group(1)) if found else 0

    def ask(self, method, body=None, headers=None, query=""):
        return self.daemon.ask(method, "/v1/collect" + query, body, {"Origin": self.site.origin, **(headers or {})}, token=False)

    def nonce(self, key=KEY, origin=None):
        status, body, _ = self.ask("GET", query=f"?key={key}", headers={"Origin": origin or self.site.origin})
        assert status == 200, body
        return json.loads(body)["nonce"]


def browse(shop, visits):
    """What became of each visit."""
    plan = {"visits": visits, "hosts": [f"localhost:{shop.daemon.port}", urllib.parse.urlsplit(shop.site.origin).netloc]}
    script = os.path.join(ROOT, "tests", "system", "browser_visits.mjs")
    done = subprocess.run(["node", script, MODULES, shutil.which("chromium")], input=json.dumps(plan), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def missing():
    """Why no browser can be driven here, or None."""
    if not shutil.which("chromium") or not shutil.which("node"):
        return "there is no chromium or no node"
    if not os.path.isdir(os.path.join(MODULES, "playwright-core")):
        return "playwright-core was not fetched (.ci/web.sh)"
    if not os.path.isdir(os.path.join(MODULES, "@fingerprintjs")):
        return "@fingerprintjs/fingerprintjs was not fetched (.ci/web.sh)"
    return None


def what_links_and_what_does_not(shop):
    if missing():
        return missing()
    shop.login("anna", "s-anna", 1)  # named first, spoken of later
    shop.login("bela", "s-bela", 2)
    visits = browse(shop, [
        shop.site.visit("one", "s-anna"), shop.site.visit("one", "s-bela"),
        shop.site.visit("one", "s-carl", {"userAgent": AGENT % 199}),                       # an update of the browser
        shop.site.visit("two", "s-dora"),                                                   # a private window
        shop.site.visit("three", "s-emil", {"locale": "de-DE", "timezoneId": "Europe/Berlin", "viewport": {"width": 900, "height": 500}}),
        shop.site.visit("four", "s-fred", {"screen": {"width": 2560, "height": 1440}, "deviceScaleFactor": 2}),  # another machine
    ])
    for visit in visits:
        assert visit["result"] == "collected" and not visit["elsewhere"] and not visit["complaints"], visit
        assert visit["posts"][0] < 2048, visit
    for n, account in enumerate(("carl", "dora", "emil", "fred"), 3):
        shop.login(account, f"s-{account}", n)
    for other in ("bela", "carl"):
        assert {"device.id", "device.hardware"} <= shop.shared("anna", other), (other, shop.shared("anna", other))
    for other in ("dora", "emil"):
        shared = shop.shared("anna", other)
        assert "device.hardware" in shared and "device.id" not in shared, (other, shared)
    zones = {other: shop.bits("anna", other, "timezone-differs") for other in ("dora", "emil")}
    assert zones["emil"] != zones["dora"], zones
    assert not {"device.id", "device.hardware"} & shop.shared("anna", "fred"), shop.shared("anna", "fred")
    links = {tuple(sorted(row[:2])): row[2] for row in shop.daemon.links()}
    assert {("shop/anna", "shop/bela"), ("shop/anna", "shop/carl")} <= set(links), links
    assert not [pair for pair in links if "shop/fred" in pair], links
    late, at_once = (shop.metric(f'assocd_browser_joined_total{{when="{when}"}}') for when in ("late", "at_once"))
    assert (late, at_once) == (2, 4), (late, at_once)
    return None


def what_was_joined_is_in_the_journal(shop):
    if missing():
        return missing()
    before = shop.daemon.links()
    assert before, "no links: this would show nothing"
    shop.daemon.stop()
    for name in os.listdir(shop.daemon.state):
        if name.startswith("snapshot"):
            os.unlink(os.path.join(shop.daemon.state, name))
    shop.daemon.start()
    assert shop.daemon.links() == before
    return None


def whoever_does_not_want_it_is_left_alone(shop):
    if missing():
        return missing()
    visits = browse(shop, [
        shop.site.visit("no", "s-1", consent="required"),
        shop.site.visit("no", "s-2", consent="required", script="window.assocd.consent(true)"),
        shop.site.visit("out", "s-3", script="window.assocd.done.then(() => { window.assocd.optOut(); return window.assocd.collect('s-4'); })"),
        shop.site.visit("out", "s-5"), shop.site.visit("tag", "s-6", optout="")])
    assert [visit["result"] for visit in visits] == ["no consent", "collected", "opted out", "opted out", "opted out"], visits
    assert [len(visit["posts"]) for visit in visits] == [0, 1, 1, 0, 0], visits
    return None


def observation(shop, **changes):
    body = {"key": KEY, "nonce": shop.nonce(), "session": "s-mine", "device": {"id": "d-mine", "gpu": "<script>alert(1)</script>", "cores": 8}}
    body.update(changes)
    return json.dumps({name: value for name, value in body.items() if value is not None})


def whatever_is_wrong_is_refused_and_counted(shop):
    status, body, headers = shop.ask("POST", observation(shop))
    assert status == 204 and headers["Access-Control-Allow-Origin"] == shop.site.origin, (status, body, headers)
    used = shop.nonce()
    assert shop.ask("POST", observation(shop, nonce=used))[0] == 204
    elsewhere = {"Origin": "https://evil.example"}
    cases = [
        ("origin", 403, observation(shop), elsewhere), ("origin", 403, observation(shop), {"Origin": "null"}),
        ("key", 403, observation(shop, key=None), {}), ("key", 403, observation(shop, key="pk-nobody"), {}),
        ("origin", 403, observation(shop, key="pk-other-site"), {}),
        ("nonce", 403, observation(shop, nonce=used), {}), ("nonce", 403, observation(shop, nonce="0" * 44), {}),
        ("nonce", 403, observation(shop, nonce=shop.nonce("pk-other-site", "https://other.example")), {}),
        ("session", 403, observation(shop, device={"id": "d-thief"}), {}),
        ("value", 422, observation(shop, session="x" * 300), {}), ("value", 422, observation(shop, device=[1]), {}),
        ("value", 422, observation(shop, device={"id": "a", "gpu": "x" * 300}), {}), ("value", 422, observation(shop, device={"id": "a\x1b[31m"}), {}),
        ("value", 422, observation(shop, device={}), {}), ("json", 400, "{", {}), ("key", 403, "[1]", {}),
        ("size", 413, "x" * 9000, {}), ("size", 413, "x" * (1 << 20), {}),
    ]
    for reason, wanted, body, headers in cases:
        name = f'assocd_browser_refused_total{{reason="{reason}"}}'
        before = shop.metric(name)
        status, answer, replied = shop.ask("POST", body, headers)
        assert status == wanted and json.loads(answer)["error"] == reason, (reason, status, answer[:300], body[:100])
        assert shop.metric(name) == before + 1, reason
        assert ("Access-Control-Allow-Origin" in replied) == (headers != elsewhere and headers != {"Origin": "null"}), (reason, replied)
    assert shop.ask("DELETE")[0] == 405
    assert shop.ask("OPTIONS")[0] == 204 and shop.ask("OPTIONS", headers=elsewhere)[0] == 403
    assert shop.ask("GET", query="?key=" + KEY, headers=elsewhere)[0] == 403 and shop.ask("GET")[0] == 403
    # The page's word on an account is no key of it, and what it says reaches no account but that of the session's event.
    assert shop.ask("POST", observation(shop, session="s-new", account="victim"))[0] == 204
    assert shop.daemon.ask("GET", "/v1/accounts/shop%2Fvictim")[0] == 404


def an_address_that_asks_too_often_waits(shop):
    limited = Daemon(f"collectors:\n  browser:\n    rate_address: 5\n    sites:\n      - key: {KEY}\n        origins: [\"https://shop.example\"]\n")
    try:
        limited.start()
        asked = [limited.ask("GET", f"/v1/collect?key={KEY}", None, {"X-Forwarded-For": "9.9.9.9, 192.0.2.1"}, token=False)[0] for _ in range(12)]
        assert 5 <= asked.count(200) <= 6 and 429 in asked, asked  # one more is let through every 12 s
        assert limited.ask("GET", f"/v1/collect?key={KEY}", None, {"X-Forwarded-For": "192.0.2.2"}, token=False)[0] == 200
    finally:
        limited.discard()


def the_script_is_small_or_says_what_is_missing(shop):
    status, body, headers = shop.daemon.ask("GET", "/collect.js", None, {"Accept-Encoding": "gzip", "Host": f"localhost:{shop.daemon.port}"}, token=False)
    if not os.path.isdir(os.path.join(MODULES, "@fingerprintjs")):
        assert status == 503 and b"fingerprintjs" in body, (status, body[:300])
        return None
    assert status == 200 and headers["Content-Encoding"] == "gzip" and len(body) < 20 * 1024, (status, len(body))
    assert shop.daemon.ask("GET", "/collect.js", None, {"If-None-Match": headers["ETag"]}, token=False)[0] == 304
    assert b"monitoring" in shop.daemon.ask("GET", "/collect.js", token=False)[1]
    return None


def main():
    shop = Shop()
    tests = [the_script_is_small_or_says_what_is_missing, whatever_is_wrong_is_refused_and_counted, what_links_and_what_does_not,
             what_was_joined_is_in_the_journal, whoever_does_not_want_it_is_left_alone, an_address_that_asks_too_often_waits]
    try:
        return run_tests(over(shop, tests))
    finally:
        shop.discard()


if __name__ == "__main__":
    sys.exit(main())
