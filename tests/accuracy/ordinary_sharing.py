#!/usr/bin/env python3
"""Adds ordinary sharing to a world of events: what schools, offices, shops and second-hand machines look like, which the
world's own people do not do. Everybody whom it adds or touches stays a person of their own.

    ordinary_sharing.py WORLD OUT SEED

WORLD holds events.ndjson, labels.csv and netinfo.csv; OUT gets the same three, labels.csv with account, person and
operator_person. `assocctl calibrate --events OUT/events.ndjson --labels OUT/labels.csv --networks OUT/netinfo.csv` takes them.
"""
import csv
import json
import os
import random
import sys

HOUR = 3_600_000
DAY = 24 * HOUR
MINUTE = 60_000


class World:
    def __init__(self, folder, seed):
        self.random = random.Random(seed)
        self.lines, self.first, self.last, self.sample = [], {}, {}, {}
        self.added, self.networks, self.people = [], [], []
        for line in open(f"{folder}/events.ndjson", encoding="utf-8"):
            self.remember(line)
        with open(f"{folder}/labels.csv", encoding="utf-8", newline="") as rows:
            self.labels = list(csv.DictReader(rows))
        self.netinfo = open(f"{folder}/netinfo.csv", encoding="utf-8").read()
        self.begin, self.end = self.lines[0][0], self.lines[-1][0]
        self.plain = [row["account"] for row in self.labels if row["kind"] == "plain" and not row["banned_ts"]
                      and not row["declared_group"] and row["account"] in self.first]
        self.desks = [a for a in self.plain if self.sample[a]["device"].get("os") in ("Windows", "macOS", "Linux")]

    def remember(self, line):
        event = json.loads(line)
        self.lines.append((event["ts"], line))
        if "device" in event and event.get("ok") is not False:
            self.first.setdefault(event["account"], event["ts"])
            self.last[event["account"]] = event["ts"]
            self.sample[event["account"]] = event

    def network(self, kind):
        n = len(self.networks)
        self.networks.append(f"10.{200 + n // 250}.{n % 250}.0/24,{65001 + n},{kind}-{n},{kind}\n")
        return f"10.{200 + n // 250}.{n % 250}."

    def person(self, account):
        self.people.append(account)

    def new_id(self):
        return f"{self.random.getrandbits(64):016x}"

    def machine(self, like, device_id):
        return dict(self.sample[like]["device"], id=device_id)

    def emit(self, ts, account, ip, device, like, **more):
        """An event of the account with the browser and stack of `like`; none after the world's end."""
        if ts > self.end:
            return
        seen = self.sample[like]
        event = {"ts": int(ts), "type": "login", "account": account, "ip": ip, "port": self.random.randrange(1024, 65000),
                 "user_agent": seen["user_agent"], "device": device}
        event |= {key: seen[key] for key in ("ja4", "accept_language", "screen", "timezone", "tcp") if key in seen} | more
        self.added.append((int(ts), json.dumps(event, separators=(",", ":")) + "\n"))

    def save(self, folder):
        os.makedirs(folder, exist_ok=True)
        with open(f"{folder}/events.ndjson", "w", encoding="utf-8") as out:
            out.writelines(line for _, line in sorted(self.lines + self.added, key=lambda pair: pair[0]))
        with open(f"{folder}/netinfo.csv", "w", encoding="utf-8") as out:
            out.write(self.netinfo + "".join(self.networks))
        with open(f"{folder}/labels.csv", "w", encoding="utf-8", newline="") as out:
            rows = csv.writer(out)
            rows.writerow(["account", "person", "operator_person"])
            rows.writerows([row["account"], row["person"], row["operator_person"]] for row in self.labels)
            rows.writerows([account, f"person-of-{account}", ""] for account in self.people)


def schools(world, count=10):
    """Alike machines behind one address, each pupil on one of their own or on whichever is free."""
    rnd = world.random
    for school in range(count):
        ip = world.network(rnd.choice(["education", "education", "business", "isp", "isp"])) + str(rnd.randrange(2, 250))
        like, pupils = rnd.choice(world.desks), rnd.choice([18, 30, 45, 70, 110])
        shared = [world.new_id() for _ in range(max(4, pupils // rnd.choice([3, 5, 8])))] if rnd.random() < .6 else None
        start = rnd.uniform(world.begin, world.end - 20 * DAY)
        for pupil in range(pupils):
            account, own, ts = f"pupil-{school:02}-{pupil:03}", world.new_id(), start + rnd.uniform(0, 6 * HOUR)
            world.person(account)
            more = {"type": "signup", "identity": {"email": f"{account}@school{school}.example",
                                                   "name": f"First{pupil} Last{rnd.randrange(10 ** 6)}"}}
            for _ in range(rnd.choice([1, 2, 2, 3, 5, 8])):
                world.emit(ts, account, ip, world.machine(like, rnd.choice(shared) if shared else own), like, **more)
                more = {}
                ts += rnd.choice([1, 1, 1, 2, 3, 7]) * DAY + rnd.uniform(-2, 2) * HOUR


def desks_of_others(world, count=30):
    """Support staff, kiosks: people of the world once on a machine of somebody else. What one lends to one other, the worlds
    have in their families and lent passwords."""
    rnd = world.random
    for _ in range(count):
        ip = world.network(rnd.choice(["business", "business", "public", "isp"])) + str(rnd.randrange(2, 250))
        like, device = rnd.choice(world.desks), world.new_id()
        is_quick = rnd.random() < .5
        ts = rnd.uniform(world.begin + 20 * DAY, world.end - 5 * DAY)
        for account in rnd.sample(world.plain, rnd.choice([3, 4, 4, 5, 6, 8, 12, 18, 30])):
            if world.first[account] <= ts:
                world.emit(ts, account, ip, world.machine(like, device), like)
                if rnd.random() < .2:
                    world.emit(ts + rnd.uniform(1, 4) * HOUR, account, ip, world.machine(like, device), like)
            ts += rnd.uniform(5, 40) * MINUTE if is_quick else rnd.uniform(.2, 4) * DAY


def desks_of_newcomers(world, count=12):
    """The same with young accounts, which were seen at home once or a few times."""
    rnd = world.random
    for desk in range(count):
        ip = world.network(rnd.choice(["business", "public"])) + str(rnd.randrange(2, 250))
        like, device, homes = rnd.choice(world.desks), world.new_id(), world.network("isp")
        start = rnd.uniform(world.begin + 5 * DAY, world.end - 8 * DAY)
        for i in range(rnd.choice([3, 4, 5, 8, 12, 18])):
            account, own, at_home = f"newcomer-{desk:02}-{i:02}", world.new_id(), rnd.choice(world.plain)
            world.person(account)
            more = {"type": "signup", "identity": {"name": f"First{i} Last{rnd.randrange(10 ** 6)}"}}
            for day in range(rnd.choice([1, 1, 2, 4])):
                world.emit(start + i * 20 * MINUTE + day * .7 * DAY, account, f"{homes}{i + 2}", world.machine(at_home, own),
                           at_home, **more)
                more = {}
            world.emit(start + 3 * DAY + i * rnd.choice([10, 20]) * MINUTE, account, ip, world.machine(like, device), like)


def second_hand_machines(world, count=4):
    """Weeks after its owner's last use a machine turns up with somebody else, its id with it: rare, for most are cleaned."""
    rnd = world.random
    sellers = [a for a in world.desks if world.last[a] < world.end - 30 * DAY and "id" in world.sample[a]["device"]]
    for seller in rnd.sample(sellers, min(count, len(sellers))):
        buyer = rnd.choice(world.plain)
        ts = world.last[seller] + rnd.uniform(15, 60) * DAY
        if buyer == seller or world.first[buyer] > ts:
            continue
        for _ in range(rnd.choice([2, 4, 8, 15])):
            world.emit(ts, buyer, world.sample[buyer]["ip"], world.sample[seller]["device"], seller)
            ts += rnd.uniform(.5, 4) * DAY


def customers_of_one_exit(world, count=30):
    """A few customers of one VPN who come through its exit one after the other, on one day or several."""
    rnd = world.random
    for _ in range(count):
        ip = world.network("vpn") + "9"
        customers = rnd.sample(world.plain, rnd.choice([3, 4, 5, 6]))
        start = rnd.uniform(world.begin + 20 * DAY, world.end - 6 * DAY)
        for day in range(rnd.choice([1, 2, 2, 3])):
            for place, account in enumerate(customers):
                ts = start + day * DAY + place * rnd.choice([5, 10]) * MINUTE
                if world.first[account] < ts:
                    world.emit(ts, account, ip, world.sample[account]["device"], account)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    world = World(sys.argv[1], int(sys.argv[3]))
    for pattern in (schools, desks_of_others, desks_of_newcomers, second_hand_machines, customers_of_one_exit):
        pattern(world)
    world.save(sys.argv[2])
    print(f"{len(world.added)} events and {len(world.people)} accounts added")


if __name__ == "__main__":
    main()
