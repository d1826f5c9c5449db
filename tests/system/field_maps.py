#!/usr/bin/env python3
"""Taking over from others: what tirreno's sensor posts, and CSV whose first line names its columns, sent and followed."""
import json
import os
import subprocess
import sys
import time
from urllib.parse import urlencode

from daemon import BUILD, Daemon, run_tests, with_own

DAY = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86400))


def form(user, kind, minute, **fields):
    """One request of the sensor, as its body."""
    return urlencode({"userName": user, "eventType": kind, "eventTime": f"{DAY} 08:{minute:02}:05.678", "ipAddress": "198.51.100.7",
                      "userAgent": "Mozilla/5.0 (X11; Linux x86_64) & more", "browserLanguage": "de-DE,de;q=0.9", "url": "/login?a=1&b=2", **fields})


FORMS = [
    form("ada", "account_registration", 1, emailAddress="ada+shop@example.org", phoneNumber="+49 30 1234567", fullName="Ada L\u00f6ve"),
    form("ada", "account_login", 2, emailAddress="ada+shop@example.org"),
    form("ada", "account_login_fail", 3),
    form("bob & s\u00f6hne", "account_login", 4, emailAddress="ada+shop@example.org", phoneNumber="+49 30 1234567"),
    form("bob & s\u00f6hne", "page_view", 5),
    form("bob & s\u00f6hne", "account_email_change", 6),
    form("bob & s\u00f6hne", "account_logout", 7),
]

TABLE = f"""created_at,user,client_ip,mail,colour,agent
{DAY}T09:00:00Z,carl,203.0.113.9,carl@example.net,red,"Mozilla/5.0 (Windows NT 10.0, 64 bit) ""Edge"" 1"
{DAY}T09:01:00Z,"dora, the second",203.0.113.9,carl@example.net,blue,Mozilla/5.0
{DAY}T09:02:00Z,"dora, the second",203.0.113.9,,blue,Mozilla/5.0
"""
MAP = "ts=created_at,account=user,ip=client_ip,identity.email=mail,user_agent=agent"


def expect(what, got, wanted):
    assert got == wanted, f"{what}: {got} instead of {wanted}"


def wait_for(what, check, wanted, seconds=20):
    end = time.monotonic() + seconds
    while check() != wanted and time.monotonic() < end:
        time.sleep(0.1)
    expect(what, check(), wanted)


def attempts(d, name):
    """Events of an account, and how many of them failed."""
    status, text = d.ctl("account", name, "--json")
    account = json.loads(text) if status == 0 else {"events": 0, "failed": 0}
    return account["events"], account["failed"]


def values(d, name):
    return {(value["kind"], value["shown"]) for event in events(d, name) for value in event["values"]}


def events(d, name):
    return json.loads(d.ask("GET", f"/v1/accounts/{name.replace('/', '%2F').replace(' ', '%20').replace('&', '%26')}/events?limit=100")[1])["events"]


def write(d, name, text, how="w"):
    with open(d.path(name), how, encoding="utf-8", newline="") as file:
        file.write(text)
    return d.path(name)


def over_daemon(config=""):
    """The test gets a daemon of its own."""
    return with_own(lambda: Daemon(config).start(), Daemon.discard)


@over_daemon()
def bodies_of_the_sensor_are_sent(d):
    path = write(d, "sensor.log", "\n".join(FORMS) + "\n")
    status, said = d.ctl("send", "--backfill", "--pattern", "tirreno", path)
    expect("status of send, which said " + said, status, 0)
    expect("ada", attempts(d, "app/ada"), (3, 1))
    expect("bob", attempts(d, "app/bob & s\u00f6hne"), (4, 0))
    expect("types", [event["type"] for event in reversed(events(d, "app/ada"))], ["signup", "login", "login"])
    expect("time", events(d, "app/ada")[0]["ts"], f"{DAY}T08:03:05.678Z")
    expect("address", events(d, "app/ada")[0]["ip"], "198.51.100.7")
    assert ("user_agent.os", "linux") in values(d, "app/ada"), values(d, "app/ada")
    shared = json.loads(d.ctl("correlate", "app/ada", "app/bob & s\u00f6hne", "--json")[1])["values"]
    assert {"identity.email", "identity.phone"} <= {value["kind"] for value in shared}, shared
    d.ctl("send", "--backfill", "--pattern", "tirreno", path)
    expect("ada, sent again", attempts(d, "app/ada"), (3, 1))


@over_daemon()
def columns_that_are_called_otherwise_are_mapped(d):
    path = write(d, "logins.csv", TABLE)
    status, said = d.ctl("send", "--backfill", "--pattern", "csv", "--map", MAP, "--site", "shop", path)
    expect("status of send, which said " + said, status, 0)
    expect("carl", attempts(d, "shop/carl"), (1, 0))
    expect("dora", attempts(d, "shop/dora, the second"), (2, 0))
    expect("address", events(d, "shop/carl")[0]["ip"], "203.0.113.9")
    assert ("user_agent.os", "windows") in values(d, "shop/carl"), values(d, "shop/carl")
    shared = json.loads(d.ctl("correlate", "shop/carl", "shop/dora, the second", "--json")[1])["values"]
    assert "identity.email" in {value["kind"] for value in shared}, shared


@over_daemon()
def a_table_without_what_is_needed_is_named(d):
    status, said = d.ctl("send", "--backfill", "--pattern", "csv", write(d, "other.csv", TABLE))
    assert attempts(d, "carl") == (0, 0) and ("ts" in said), (status, said)
    status, said = d.ctl("send", "--backfill", "--pattern", "csv", "--map", "nonsense=user", write(d, "logins.csv", TABLE))
    assert status != 0 and "nonsense" in said, (status, said)


OWN = """title: Logins that a shop appends
format: csv
columns: created_at,user,client_ip,right
time: {from: '{created_at}', form: auto, zone: utc}
rules:
  - event: {type: login, account: '{user}', ip: '{client_ip}', ok: '{right}'}
"""
FOLLOWED = "collectors:\n  tail:\n    files:\n      - {file: sensor.log, pattern: tirreno}\n      - {file: logins.csv, pattern: ./own.yaml, site: shop}\n"


def both_are_followed_through_a_restart_and_a_rotation():
    d = Daemon(FOLLOWED)
    try:
        write(d, "own.yaml", OWN)
        d.start()
        write(d, "sensor.log", "\n".join(FORMS[:3]) + "\n" + FORMS[3][:40])
        write(d, "logins.csv", f"{DAY}T09:00:00Z,carl,203.0.113.9,true\n")
        wait_for("ada", lambda: attempts(d, "app/ada"), (3, 1))
        wait_for("carl", lambda: attempts(d, "shop/carl"), (1, 0))
        expect("bob, half written", attempts(d, "app/bob & s\u00f6hne"), (0, 0))
        d.stop()
        write(d, "sensor.log", FORMS[3][40:] + "\n", "a")
        write(d, "logins.csv", f"{DAY}T09:01:00Z,carl,203.0.113.9,false\n", "a")
        d.start()
        wait_for("bob", lambda: attempts(d, "app/bob & s\u00f6hne"), (1, 0))
        wait_for("carl after the restart", lambda: attempts(d, "shop/carl"), (2, 1))
        os.rename(d.path("logins.csv"), d.path("logins.csv.1"))
        write(d, "logins.csv", f"{DAY}T09:02:00Z,carl,203.0.113.9,true\n")
        wait_for("carl after the rotation", lambda: attempts(d, "shop/carl"), (3, 1))
    finally:
        d.discard()


@over_daemon()
def following_a_file_whose_first_line_names_the_columns_is_refused(d):
    status, said = d.ctl("send", "--tail", "--pattern", "csv", write(d, "logins.csv", TABLE))
    assert status != 0 and "columns" in said, (status, said)
    other = Daemon("collectors:\n  tail:\n    files:\n      - {file: logins.csv, pattern: csv}\n")
    try:
        done = subprocess.run([os.path.join(BUILD, "assocd"), "-n", "-c", other.config], capture_output=True, text=True, timeout=60)
        assert done.returncode != 0 and "columns" in done.stderr and "assocd.yaml:" in done.stderr, done
    finally:
        other.discard()


TESTS = [bodies_of_the_sensor_are_sent, columns_that_are_called_otherwise_are_mapped, a_table_without_what_is_needed_is_named,
         both_are_followed_through_a_restart_and_a_rotation, following_a_file_whose_first_line_names_the_columns_is_refused]

if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
