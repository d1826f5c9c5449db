#!/usr/bin/env python3
"""Writes the bundled sample: config/sample.ndjson and config/sample-networks.csv.

Every story under "what must come out right" that concerns logins and links, told by accounts whose names speak. All
people, addresses and numbers are made up: networks are a corner of 10.0.0.0/8 and fd5a::/16, dates are June 2026, the
site is given at load. Same program, same bytes.

usage: make_sample.py [FOLDER]     (default: config/ of this tree)
"""
import datetime
import json
import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from hardware import MODELS, machine

NETWORKS = """\
cidr,asn,org,kind,cgnat_block
10.231.0.0/16,65231,Sample Home Internet,isp,
10.232.0.0/16,65232,Sample Home Internet (shared addresses),isp,1024
10.233.0.0/16,65233,Sample Mobile,mobile,1024
10.234.0.0/16,65234,Sample Cloud,hosting,
10.235.0.0/16,65235,Sample VPN,vpn,
10.236.0.0/16,65236,Sample School Board,education,
10.237.0.0/16,65237,Sample Offices,business,
fd5a:a55c::/32,65231,Sample Home Internet,isp,
"""
DAY = 86400.0
START = datetime.datetime(2026, 6, 1, tzinfo=datetime.timezone.utc).timestamp()
ZONES = {"de": ("Europe/Berlin", "de-DE,de;q=0.9,en;q=0.8"), "us": ("America/Chicago", "en-US,en;q=0.9"),
         "gb": ("Europe/London", "en-GB,en;q=0.9"), "cn": ("Asia/Shanghai", "zh-CN,zh;q=0.9,en;q=0.8"),
         "fr": ("Europe/Paris", "fr-FR,fr;q=0.9"), "pl": ("Europe/Warsaw", "pl-PL,pl;q=0.9")}
DIAL = {"de": "+49", "us": "+1", "gb": "+44", "cn": "+86", "fr": "+33", "pl": "+48"}
PHONE_DIGITS = {"de": 11, "us": 10, "gb": 10, "cn": 11, "fr": 9, "pl": 9}
PHONE_START = {"de": "15", "us": "312", "gb": "77", "cn": "138", "fr": "6", "pl": "60"}
FIRST = "Nora Emil Jana Piotr Claire Hugo Grace Oscar Leila Anton Wanda Felix Marta Yann Ruth Stefan Alma Igor Celia Tom".split()
LAST = "Brandt Kowalski Laurent Hughes Novak Ferrari Seidel Moreau Walker Lindt Castell Okafor Brooks Zeman Harper Vogt".split()
STREETS = "Lindenstrasse Marktplatz Ahornweg Bahnhofstrasse Gartenweg Seestrasse Bergstrasse Kirchgasse".split()
TOWNS = ["20095 Hamburg", "80331 Munich", "50667 Cologne", "01067 Dresden", "28195 Bremen", "90402 Nuremberg"]


def luhn(number):
    """Completes fifteen digits with their check digit (ISO/IEC 7812)."""
    total = 0
    for i, c in enumerate(reversed(number)):
        d = int(c) * (2 if i % 2 == 0 else 1)
        total += d - 9 if d > 9 else d
    return number + str(-total % 10)


class World:
    """Events of the sample; every draw comes from one seeded generator."""

    def __init__(self):
        self.random = random.Random(2026)
        self.events = []
        self.homes = 0

    def digits(self, n):
        return "".join(str(self.random.randrange(10)) for _ in range(n))

    def home(self):
        self.homes += 1
        return "10.231.%d.%d" % (self.homes // 200, 10 + self.homes % 200)

    def person(self, name, country="de", **given):
        zone, language = ZONES[country]
        user = name.lower().replace(" ", ".") + self.digits(2)
        start = PHONE_START[country]
        made = {"email": user + "@" + self.random.choice(["example-mail.net", "post-sample.org", "sample-box.com"]),
                "phone": DIAL[country] + start + self.digits(PHONE_DIGITS[country] - len(start)),
                "card": luhn("4" + self.digits(14)), "name": name,
                "address": "%d %s, %s" % (self.random.randrange(1, 180), self.random.choice(STREETS), self.random.choice(TOWNS)),
                "bank": country.upper() + self.digits(20)}
        made.update(given)
        return {"identity": made, "timezone": zone, "accept_language": language}

    def stranger(self, country="de", **given):
        return self.person(self.random.choice(FIRST) + " " + self.random.choice(LAST), country, **given)

    def at(self, day, hour, kind, account, owner, spec, ip, show=(), **more):
        """One event on `day` of June (from 1) at `hour`; `show` names the identity attributes it carries."""
        ts = START + (day - 1) * DAY + hour * 3600 + self.random.randrange(0, 240)
        event = {"ts": ts, "type": kind, "account": account, "ip": ip, "port": self.random.randrange(20000, 60000)}
        event.update(machine(spec))
        event["accept_language"] = owner["accept_language"]
        event["timezone"] = owner["timezone"]
        identity = {k: owner["identity"][k] for k in show if k in owner["identity"]}
        if identity:
            event["identity"] = identity
        event.update(more)
        self.events.append(event)

    def joins(self, day, account, owner, spec, ip, hour=9.0, **more):
        """Signs up, and pays once."""
        self.at(day, hour, "signup", account, owner, spec, ip, ("email", "phone", "name"), **more)
        self.at(day, hour + .3, "payment", account, owner, spec, ip, ("card", "address"), **more)

    def logs_in(self, days, account, owner, spec, ip, hour=19.0, **more):
        for day in days:
            self.at(day, hour + self.random.random(), "login", account, owner, spec, ip, **more)

    def states(self, day, kind, account, hour=12.0, **more):
        self.events.append({"ts": START + (day - 1) * DAY + hour * 3600, "type": kind, "account": account, **more})


def families(w):
    """A family behind one router: three people, one line, one address, machines of their own."""
    line, street = w.home(), "14 Lindenstrasse, 20095 Hamburg"
    for first, spec, day in (("Anna", "macbook#anna", 1), ("Jonas", "gaming-pc#jonas", 3), ("Greta", "galaxy-a54#greta", 5)):
        p = w.person(first + " Meyer", address=street)
        w.joins(day, "family-meyer-" + first.lower(), p, spec, line, 17)
        w.logs_in((day + 4, day + 9), "family-meyer-" + first.lower(), p, spec, line)
    # Mother and son: the same, over IPv6, where every machine has an address of its own in one /64.
    for first, spec, tail in (("Irene", "office-pc/irene#irene", "41"), ("Paul", "thinkpad/paul#paul", "9c")):
        p = w.person(first + " Sander", address="3 Ahornweg, 28195 Bremen")
        name, ip = "mother-and-son-" + first.lower(), "fd5a:a55c:12:7::" + tail
        w.joins(4, name, p, spec, ip, 15 if first == "Paul" else 10)
        w.logs_in((8, 14), name, p, spec, ip)


def shared_networks(w):
    """A school's address, a carrier's shared address, and mobile addresses: many strangers on one value."""
    for i in range(1, 41):
        p = w.stranger()
        w.at(2 + i % 5, 8 + i % 6, "signup", "school-pupil-%02d" % i, p, "office-pc#school%d" % i, "10.236.4.20",
             ("email", "name"), ok=True)
    for i in range(1, 13):
        p = w.stranger("pl")
        spec = list(MODELS)[i % len(MODELS)] + "/cg%d#cg%d" % (i, i)
        w.at(3 + i % 7, 7 + i, "signup", "shared-address-%02d" % i, p, spec, "10.232.8.8", ("email", "phone", "name"),
             port=1024 + 1024 * i + w.random.randrange(1024))
    for i in range(1, 9):
        p = w.stranger("us")
        w.at(6 + i, 11, "login", "mobile-user-%d" % i, p, "redmi-12/m%d#m%d" % (i, i), "10.233.1.%d" % (1 + i % 3),
             ("email", "name"))


def placeholders(w):
    """Thirty accounts whose owner typed test@test.com, some with 0000000000 as a phone."""
    for i in range(1, 31):
        p = w.stranger("us", email="test@test.com")
        spec = list(MODELS)[i % len(MODELS)] + "/t%d#t%d" % (i, i)
        p["identity"]["phone"] = "0000000000" if i % 3 == 0 else p["identity"]["phone"]
        w.at(1 + i % 20, 6 + i % 14, "signup", "test-mail-%02d" % i, p, spec, w.home(), ("email", "phone", "name"))


def phones(w):
    """Two people with the same telephone, to the last component: a resemblance, not a link."""
    for who, city, ip in (("lena", "Lena Vogt", w.home()), ("omar", "Omar Haddad", w.home())):
        p = w.person(city)
        w.joins(5, "same-phone-" + who, p, "iphone-15#" + who, ip, 12 if who == "lena" else 20)
        w.logs_in((9, 13, 17), "same-phone-" + who, p, "iphone-15#" + who, ip)


def cloud_address(w):
    """One cloud address, two tenants, 40 days apart (the first was there in April)."""
    a, b = w.stranger("cn"), w.stranger("fr")
    for day in (-20, -19, -18):
        w.at(day, 10, "login", "cloud-tenant-april", a, "thinkpad/ct1#ct1", "10.234.77.5", ("email", "name"))
    for day in (22, 23, 24):
        w.at(day, 16, "login", "cloud-tenant-june", b, "imac#ct2", "10.234.77.5", ("email", "name"))


def agency(w):
    """An agency works for five owners from one machine, pays their fees with one card, and has said so."""
    desk, line, bureau = "workstation#agency", "10.237.9.4", w.person("Bright Desk")
    owners = ("bakery", "florist", "bicycles", "cheese", "toys")
    for i, shop in enumerate(owners):
        p = w.stranger()
        name = "agency-client-" + shop
        w.joins(2 + i, name, p, "macbook/%s#%s" % (shop, shop), w.home(), 9)
        w.states(6 + i, "relation", name, relation={"kind": "agency", "group": "brightdesk", "proof": "contract-%s" % shop})
        w.logs_in((12, 13, 16), name, p, desk, line, 10 + i * .5)
        w.at(14, 10 + i * .5, "payment", name, {**p, "identity": bureau["identity"]}, desk, line, ("card",))


def joint(w):
    """One company's accounts of two regions, declared joint."""
    p = w.person("Nordhaus Handel", company="Nordhaus GmbH", tax_id="DE811907980")
    line = w.home()
    for region, day in (("de", 2), ("us", 4)):
        name = "joint-nordhaus-" + region
        w.states(day, "relation", name, 8.9, relation={"kind": "joint", "group": "nordhaus"})
        w.joins(day, name, p, "imac/nordhaus#nordhaus", line, 9)
        w.at(day, 10, "profile", name, p, "imac/nordhaus#nordhaus", line, ("tax_id", "bank", "company"))


def ring(w):
    """Six accounts, a proxy and a clean browser each; two cards were reused, and all are worked in one sitting."""
    cards = {1: luhn("51670010" + "4821771"), 2: luhn("51670010" + "4821771"), 4: luhn("51670010" + "9930124"),
             5: luhn("51670010" + "9930124")}
    kinds = ("gaming-pc", "thinkpad", "imac", "office-pc", "linux-laptop", "macbook")
    for i in range(1, 7):
        p = w.stranger("us")
        del p["identity"]["name"]
        if i in cards:
            p["identity"]["card"] = cards[i]
        if i in (1, 2):  # one payout account for both: the slip that a ring makes sooner or later
            p["identity"]["bank"] = "GB29SMPL60161331926819"
        name, spec, ip = "ring-lotus-%d" % i, kinds[i - 1] + "/lotus%d#lotus%d" % (i, i), "10.231.250.%d" % (20 * i)
        w.joins(7, name, p, spec, ip, 2 + i * .15)
        w.at(7, 2.4 + i * .15, "profile", name, p, spec, ip, ("bank",))
        w.logs_in((8, 9, 11, 15), name, p, spec, ip, 2 + i * .15)


def banned(w):
    """Closed for fraud, back a week later with new details on the old laptop and the same line."""
    line, laptop = w.home(), "old-laptop/viktor#viktor"
    old, new = w.person("Viktor Lang"), w.person("Martin Kurz")
    w.joins(2, "banned-viktor", old, laptop, line, 20)
    w.logs_in((3, 5, 8), "banned-viktor", old, laptop, line, 20)
    w.states(9, "closed", "banned-viktor", reason="counterfeit goods")
    w.joins(16, "newcomer-martin", new, laptop, line, 21)
    w.logs_in((17, 19, 22), "newcomer-martin", new, laptop, line, 21)


def contagion(w):
    """A closed account, two more of the same seller (strong), and a neighbour who once used its cloud desktop (weak)."""
    owner = w.person("Dario Conti", tax_id="IT02358760541")
    line = w.home()
    for i, day in ((1, 1), (2, 3), (3, 6)):
        name = "seller-conti-%d" % i
        owner["identity"]["email"] = "conti.shop%d@sample-box.com" % i
        w.joins(day, name, owner, "thinkpad/conti#conti", line, 9 + i)
        w.at(day, 11 + i, "profile", name, owner, "thinkpad/conti#conti", line, ("tax_id", "bank"))
        w.logs_in((day + 5, day + 9), name, owner, "thinkpad/conti#conti", line)
    weak = w.person("Elif Aydin")
    w.joins(4, "neighbour-elif", weak, "pixel-8/elif#elif", w.home(), 13)
    w.at(12, 13, "login", "neighbour-elif", weak, "pixel-8/elif#elif", "10.237.30.30")
    w.at(12, 14, "login", "seller-conti-1", owner, "thinkpad/conti#conti", "10.237.30.30")
    w.states(20, "closed", "seller-conti-1", reason="stolen photographs in listings")


def guests(w):
    """A password lent once and used in a cafe, staff who log in as users, a monitoring probe, and guesses from a bot host."""
    owner, friend = w.person("Hanna Reuter"), w.person("Bjarne Holm")
    home, other = w.home(), w.home()
    w.joins(1, "lender-hanna", owner, "iphone-13#hanna", home, 18)
    w.logs_in((2, 4, 6, 8, 10, 12, 15, 18, 21), "lender-hanna", owner, "iphone-13#hanna", home)
    w.joins(3, "friend-bjarne", friend, "gaming-pc/bjarne#bjarne", other, 18)
    w.logs_in((5, 7, 9, 11, 14, 17, 20), "friend-bjarne", friend, "gaming-pc/bjarne#bjarne", other)
    w.at(13, 16, "login", "lender-hanna", owner, "gaming-pc/bjarne#bjarne", "10.237.44.3")
    users = ["school-pupil-%02d" % i for i in range(1, 17)] + ["test-mail-%02d" % i for i in range(1, 13)]
    staff = w.person("Support Desk")
    for i, user in enumerate(users):
        w.at(18, 9 + i * .2, "session", user, staff, "office-pc/support#support", "10.237.1.1")
    probe = w.person("Login Probe", "us")
    for day in range(1, 29, 3):
        w.at(day, 3, "login", "monitoring-probe", probe, "linux-laptop/probe#probe", "10.234.200.1")
    for i in range(1, 9):
        w.at(14, 4 + i * .01, "login", "test-mail-%02d" % (i + 20), probe, "linux-laptop/bot#bot", "10.234.66.6", ok=False)


def old_values(w):
    """A card that two people used years apart, and a telephone number that a carrier gave to somebody else."""
    card = luhn("40128888" + "1880071")
    a, b = w.person("Simone Adler", card=card), w.person("Jakob Winter", card=card)
    w.joins(-1100, "old-card-simone", a, "old-laptop/simone#simone", w.home(), 10)
    w.joins(11, "old-card-jakob", b, "pixel-8/jakob#jakob", w.home(), 10)
    number = "+4915799123456"
    a, b = w.person("Frieda Busch", phone=number), w.person("Levin Roth", phone=number)
    w.joins(-700, "old-number-frieda", a, "galaxy-a54/frieda#frieda", w.home(), 10)
    w.joins(13, "old-number-levin", b, "macbook/levin#levin", w.home(), 10)


def two_sites(w):
    """The same trader here and on the sister site: known to be one, and no breach by itself."""
    owner, line = w.person("Mirela Popa", tax_id="RO18547290"), w.home()
    for site, day in ((None, 6), ("sample-eu", 8)):
        more = {"site": site} if site else {}
        w.joins(day, "two-sites-mirela", owner, "macbook/mirela#mirela", line, 8, **more)
        w.at(day, 9, "profile", "two-sites-mirela", owner, "macbook/mirela#mirela", line, ("tax_id",), **more)
        w.logs_in((day + 4, day + 8), "two-sites-mirela", owner, "macbook/mirela#mirela", line, **more)


def shopkeepers(w):
    """People who have nothing to do with anybody."""
    for i in range(1, 25):
        country = ("de", "us", "gb", "cn", "fr", "pl")[i % 6]
        p, ip = w.stranger(country), w.home()
        spec = list(MODELS)[(i * 5) % len(MODELS)] + "/s%d#s%d" % (i, i)
        w.joins(1 + i % 22, "shop-%02d" % i, p, spec, ip, 7 + i % 12)
        w.logs_in((3 + i % 22, 6 + i % 22), "shop-%02d" % i, p, spec, ip)


def line_of(number, event):
    ts = datetime.datetime.fromtimestamp(round(event.pop("ts"), 3), datetime.timezone.utc)
    out = {"id": "sample-%04d" % number, "ts": ts.strftime("%Y-%m-%dT%H:%M:%SZ")}
    out.update(event)
    return json.dumps(out, separators=(",", ":"), ensure_ascii=False)


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../config")
    w = World()
    for story in (families, shared_networks, placeholders, phones, cloud_address, agency, joint, ring, banned, contagion,
                  guests, old_values, two_sites, shopkeepers):
        story(w)
    w.events.sort(key=lambda e: e["ts"])
    with open(os.path.join(folder, "sample.ndjson"), "w", encoding="utf-8") as out:
        out.writelines(line_of(i + 1, e) + "\n" for i, e in enumerate(w.events))
    with open(os.path.join(folder, "sample-networks.csv"), "w", encoding="utf-8") as out:
        out.write(NETWORKS)
    print("%d events, %d accounts" % (len(w.events), len({(e.get("site"), e["account"]) for e in w.events})))


if __name__ == "__main__":
    main()
