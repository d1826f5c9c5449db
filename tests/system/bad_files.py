"""Settings, tables, rules and state folders that are wrong: what assocd and assocctl say, and that a running daemon goes
on. Not a runner."""
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

from daemon import BUILD, ROOT, Daemon, replayed, stories

NOBODY = 65534


def run(program, *words, stdin=None, **options):
    done = subprocess.run([os.path.join(BUILD, program), *words], input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False, timeout=60, **options)
    return done.returncode, done.stdout.decode(errors="replace")


class Folder:
    """A folder with an assocd.yaml whose text comes from the test."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="assocd-files-")
        os.chmod(self.dir, 0o755)

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, content):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "wb") as out:
            out.write(content if isinstance(content, bytes) else content.encode())
        return self.path(name)

    def rules(self):
        if not os.path.exists(self.path("rules")):
            shutil.copytree(os.path.join(ROOT, "rules", "default"), self.path("rules"))
        return self.path("rules")

    def check(self, settings, *words, program="assocd"):
        self.write("assocd.yaml", settings)
        return run(program, "-c", self.path("assocd.yaml"), *words)

    def refuses(self, settings, *says, start=False):
        """assocd, with -n or at its start, says all of it in one line that ends it."""
        status, text = self.check(settings, *([] if start else ["-n"]))
        last = text.strip().splitlines()[-1]
        assert status == 1 and all(part in last for part in says), (says, text)
        assert "Sanitizer" not in text, text

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.dir, ignore_errors=True)


def settings_that_are_wrong_are_named_with_their_place():
    with Folder() as f:
        for settings, *says in [
            ("lissten: x\n", "assocd.yaml:1:1: unknown key `lissten`; did you mean `listen`?"),
            ("site: a\nsite: b\n", "assocd.yaml:2:1: duplicate key"),
            ("snapshot_every: 5\n", "assocd.yaml:1:17: `snapshot_every` must be a duration with a unit", "1s to 1d"),
            ("max_connections: many\n", "assocd.yaml:1:18: ", "whole number of 1 to 100000"),
            ("networks: a.csv\n", "assocd.yaml:1:11: `networks` must be a list"),
            ("- a\n", "assocd.yaml:1:1: the file must be a mapping"),
            ("a: [\n", "assocd.yaml:2:1: "), ("a: &x 1\n", "assocd.yaml:1:4: anchors"), ("site: '\0'\n", "assocd.yaml: control"),
            (b"\xff\xfe", "assocd.yaml: ", "UTF-8"), (b"[" * 200000, "assocd.yaml:1:33: nested deeper than 32"),
            ("collectors: {tial: {}}\n", "assocd.yaml:1:14: unknown key 'tial' (did you mean 'tail'?)"),
            ("collectors: {stream: {tpc: x}}\n", "assocd.yaml:1:23: unknown key 'tpc' (did you mean 'tcp'?)"),
            ("collectors: {tail: {files: [{file: x, pattern: shsd}]}}\n", "assocd.yaml:1:48: ", "no pattern 'shsd'", "did you mean 'sshd'?"),
            ("state: assocd.yaml\n", "assocd.yaml:1: `state`: ", "/assocd.yaml is no folder; name another one with `state:` or --state"),
            ("alert_log: .\n", "assocd.yaml:1: `alert_log`: ", "is a directory, a file is expected here"),
            ("site: a/b\n", "assocd.yaml:1: `site`: a site has at most 256 bytes and neither '/' nor control characters"),
            ("collectors: {tail: {files: [{file: x, site: a/b}]}}\n", "assocd.yaml:1:", "neither '/' nor control characters"),
            ("listen: 8787\n", "`listen`: \"8787\" is no address; it is HOST:PORT"),
        ]:
            f.refuses(settings if isinstance(settings, bytes) else settings, *says, start=settings == "listen: 8787\n")


def configuration_may_be_empty_marked_or_from_windows():
    with Folder() as f:
        for settings in ("", "# nothing\n", b"\xef\xbb\xbfsite: a\r\nnetworks: []\r\n"):
            status, text = f.check(settings, "-n")
            assert status == 0 and "fine; " in text, (settings, text)


def configuration_that_is_not_there_is_named_with_what_to_do():
    for program, words in (("assocd", ["-n"]), ("assocctl", ["status"])):
        status, text = run(program, "-c", "/nowhere/assocd.yaml", *words)
        assert status == 1 and "/nowhere/assocd.yaml: there is no such configuration file; name one with -c" in text, text
        status, text = run(program, "-c", "/tmp", *words)
        assert status == 1 and "/tmp: is a directory, a file is expected here" in text, text


def tables_that_are_wrong_are_named_with_their_line():
    with Folder() as f:
        os.mkfifo(f.path("pipe"))
        head = "cidr,asn,org,kind\n"
        for content, *says in [
            ("", "t.csv: empty: there is no header line"), (b"\x1f\x8b\x08\x00\n", "t.csv:1: unknown column"),
            (head + "10.0.0.0/8,1,x,hostin\n", "t.csv:2: kind 'hostin' is none of", "did you mean 'hosting'?"),
            (head + "\n10.0.0.1/8,1,x,isp\n", "t.csv:3: cidr '10.0.0.1/8' is not an address block"),
            (head + "10.0.0.0/8,1,\"x\n", "t.csv:2: a quoted field does not end"),
            (head + "10.0.0.0/8,1\n", "t.csv:2: 2 fields, the header has 4"),
            (head + "10.0.0.0/8,1," + "x" * 100000 + ",isp\n", "t.csv:2: the line is too long"),
        ]:
            f.write("t.csv", content)
            f.refuses("networks: [t.csv]\n", *says)
        f.write("t.csv", b"\xef\xbb\xbfcidr,asn,org,kind\r\n10.0.0.0/8,1,x,isp")
        assert f.check("networks: [t.csv]\n", "-n")[0] == 0
        f.write("empty.mmdb", "")
        f.write("random.mmdb", os.urandom(100000))
        for key, name, says in [
            ("networks", "no.csv", "no.csv: No such file"), ("networks", "/", "/: is a directory"), ("networks", "pipe", "pipe: is a pipe"),
            ("mmdb", "no.mmdb", "no.mmdb: No such file"), ("mmdb", "/", "/: is a directory, a file is expected here"),
            ("mmdb", "empty.mmdb", "empty.mmdb: is no whole MMDB file"), ("mmdb", "random.mmdb", "random.mmdb: is no whole MMDB file"),
        ]:
            f.refuses(f"{key}: [{name}]\n", says)


def rule_with_one_wrong_key_is_named_by_every_program():
    with Folder() as f:
        file = os.path.join(f.rules(), "shared-ip.yaml")
        with open(file) as old:
            text = old.read().replace("\nlevel:", "\nlevle:", 1)
        f.write("rules/shared-ip.yaml", text)
        line = text[:text.index("levle")].count("\n") + 1
        says = f"{file}:{line}:1: unknown key 'levle' (did you mean 'level'?)"
        for start in (False, True):
            status, said = f.check("rules: rules\nstate: state\n", *([] if start else ["-n"]))
            assert status == 1 and said.count(says) == 1 and f"assocctl rules check {f.path('rules')}" in said, said
        for words in (["rules", "check", f.path("rules")], ["rules", "check", file], ["rules", "test", f.path("rules")],
                      ["replay", "--rules", f.path("rules"), "--links", "-", "/dev/null"]):
            status, said = run("assocctl", *words)
            assert status == 1 and says in said, (words, said)
        status, said = run("assocctl", "rules", "check", "shared-ip.yaml", cwd=f.path("rules"))
        assert status == 1 and f"./shared-ip.yaml:{line}:1: unknown key" in said, said


def rule_folders_that_cannot_be_read_are_named():
    with Folder() as f:
        f.rules()
        for name, make, says in [
            ("big.yaml", lambda path: f.write("rules/big.yaml", b"title: " + b"x" * (17 << 20)), "big.yaml: has more than 16777216 bytes"),
            ("deep.yaml", lambda path: f.write("rules/deep.yaml", b"[" * 200000), "deep.yaml:1:33: nested deeper than 32 levels"),
            ("empty.yaml", lambda path: f.write("rules/empty.yaml", b""), "empty.yaml: the file is empty"),
            ("odd.yaml", lambda path: f.write("rules/odd.yaml", b"\0\xff"), "odd.yaml: "),
            ("folder.yaml", os.mkdir, "folder.yaml: is a directory, a file is expected here"),
            ("pipe.yaml", os.mkfifo, "pipe.yaml: is a pipe, a file is expected here"),
            ("gone.yaml", lambda path: os.symlink("/nowhere", path), "gone.yaml: No such file"),
            ("lists/pipe.txt", os.mkfifo, "lists/pipe.txt: is a pipe"),
            ("lists/wide.txt", lambda path: f.write("rules/lists/wide.txt", "name".encode("utf-16")), "wide.txt: is not UTF-8"),
        ]:
            path = f.path("rules/" + name)
            make(path)
            status, said = run("assocctl", "rules", "check", f.path("rules"))
            assert status == 1 and says in said and said.count(name) == 1, said[-500:]
            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
        for path, says in (("/nowhere", "No such file"), (f.write("events.ndjson", "{}"), "is no rule file")):
            status, said = run("assocctl", "rules", "check", path)
            assert status == 1 and f"{path}: {says}" in said, said
        shutil.copy(os.path.join(f.path("rules"), "shared-ip.yaml"), f.path("copy"))
        with open(f.path("copy"), "rb") as old:
            f.write("rules/shared-ip.yaml", b"\xef\xbb\xbf" + old.read().replace(b"\n", b"\r\n"))
        status, said = run("assocctl", "rules", "check", f.path("rules"))
        assert status == 0, said


def rules_that_could_never_do_anything_are_refused():
    """Contradictions, what is not there, durations of 0 and of 1,000 years, a list of a million: each with its place, and soon."""
    head = "id: p\ntitle: t\n"
    signal = head + "signal: {attribute: %s, family: %s, m: 0.5, strangers: 1%s}\n"
    with Folder() as f:
        f.rules()
        for name, content, says in [
            ("p.yaml", signal % ("identity.passport", "identity", ""), "p.yaml:3:21: no attribute kind 'identity.passport'"),
            ("p.yaml", signal % ("ip", "hosehold", ""), "no family 'hosehold' in scoring.yaml (did you mean 'household'?)"),
            ("p.yaml", signal % ("ip", "household", ", half_life: 365250d"), "'365250d' is out of range: 1s to 36525d"),
            ("p.yaml", signal % ("ip", "household", ", half_life: 1000y"), "'1000y' is not a duration such as 90s"),
            ("p.yaml", signal % ("ip", "household", ", recycled: {networks: [hosting], gap: 0}"), "'0' is out of range: 1s to 36525d"),
            ("p.yaml", signal % ("ip", "household", ", max_bits: 0"), "p.yaml:1: rule 'p' has max_bits 0 and could never count"),
            ("p.yaml", head + "limit: {family: household, max_bits: 5, with: [ip], unless: [ip]}\n", "p.yaml:1: rule 'p' could never hold"),
            ("p.yaml", head + "policy: {scope: link, when: link.score > 900 and link.score < 100}\n", "p.yaml:3:29: this can never be true"),
            ("p.yaml", head + "interaction: {by: [{of: coverage_low(identity.card), at: [0.5]}, {of: coverage_low(ip), at: [0.5]}]}\n",
             "the days of 3 other kinds are summed already; ask less for coverage"),
            ("p.yaml", head + "policy: {scope: link, when: link.evidence contains \"shared-crad\"}\n", "there is no such rule"),
            ("p.yaml", head + "policy: {scope: link, when: link.score > 1, deadline: 365250d}\n", "'365250d' is out of range: 1s to 87660h"),
            ("p.yaml", head + f"tags: [{','.join(['x'] * 1000001)}]\n" + (signal % ("ip", "household", ""))[len(head):],
             "p.yaml:3:1999994: more than 1000000 values"),
            ("lists/million.txt", "\n".join(f"v{i:07}" for i in range(1000000)), "million.txt: more than 100000 values; split it"),
            ("lists/million.yaml", "values: [" + ",".join(f"v{i:07}" for i in range(200000)) + "]", "million.yaml: more than 100000 values"),
        ]:
            path = f.write("rules/" + name, content)
            begin = time.monotonic()
            status, said = run("assocctl", "rules", "check", f.path("rules"))
            assert status == 1 and says in said, (content[:100], said[-500:])
            assert time.monotonic() - begin < 30, name
            os.unlink(path)
        with open(f.path("rules/scoring.yaml")) as old:
            text = old.read()
        for key, value, says in [("session_gap", "0", "'0' is out of range: 1s to 7d"), ("link", "1000", "clusters.link 1000 is above clusters.strong"),
                                 ("floor", "0", "the floor is score 500")]:
            changed, n = re.subn(rf"^( +{key}): .*$", rf"\1: {value}", text, flags=re.M)
            assert n == 1, key
            f.write("rules/scoring.yaml", changed)
            status, said = run("assocctl", "rules", "check", f.path("rules"))
            assert status == 1 and says in said, (key, said)


def reload_with_wrong_rules_keeps_the_old_ones():
    with Folder() as f:
        f.rules()
        daemon = Daemon(f"rules: {f.path('rules')}\n")
        try:
            daemon.start()
            f.write("rules/wrong.yaml", "id: wrong\ntitel: x\n")
            daemon.process.send_signal(signal.SIGHUP)
            daemon.wait_log("the old rules stay in force")
            assert f"{f.path('rules/wrong.yaml')}:2:1: unknown key 'titel' (did you mean 'title'?)" in daemon.read_log(), daemon.read_log()
            assert daemon.status()["reloads_failed"] == 1
            assert daemon.send([json.dumps({"ts": 1767225600000, "type": "login", "account": "a"})])[1]["accepted"] == 1
            assert daemon.stop() == 0
        finally:
            daemon.end()
            shutil.rmtree(daemon.dir)


def installed_for_nobody(f):
    """The programs and what they ship in a folder that everybody can read, as after an installation."""
    for name in ("bin/assocd", "bin/assocctl"):
        os.makedirs(os.path.dirname(f.path(name)), exist_ok=True)
        shutil.copy(os.path.join(BUILD, os.path.basename(name)), f.path(name))
    for name in ("rules/default", "config"):
        shutil.copytree(os.path.join(ROOT, name), f.path("share/assocd/" + name))
    subprocess.run(["chmod", "-R", "a+rX", f.dir], check=True)


def what_may_not_be_read_is_named_with_the_reason():
    with Folder() as f:
        installed_for_nobody(f)
        who = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        f.write("secret", "x")
        os.chmod(f.path("secret"), 0)
        os.makedirs(f.path("locked"))
        os.chmod(f.path("locked"), 0o500)

        def says(text, settings, *words, program="assocd"):
            f.write("assocd.yaml", settings)
            os.chmod(f.path("assocd.yaml"), 0o644)
            done = subprocess.run([f.path("bin/" + program), "-c", f.path("assocd.yaml"), *words], check=False, timeout=60,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/", **who)
            assert done.returncode == 1 and text in done.stdout, (text, done.stdout)

        says("secret: Permission denied", "networks: [secret]\n", "-n")
        says("secret: Permission denied", "mmdb: [secret]\n", "-n")
        says("secret: Permission denied", "", "replay", f.path("secret"), program="assocctl")
        says("secret: Permission denied; chown it to the user who runs this", "asn_kinds: secret\n", "-n")
        says(f"the state folder {f.path('locked')} is not writable: Permission denied; check its owner and mode", f"state: {f.path('locked')}\n")
        says("cannot make the state folder /proc/assocd", "state: /proc/assocd\n")


def state_of_another_user_is_named_with_what_to_do():
    """A backup that root brought back, and whose files kept their owner."""
    if os.geteuid() != 0:
        return
    with State() as s, Folder() as f:
        installed_for_nobody(f)
        shutil.copytree(s.daemon.state, f.path("state"))
        subprocess.run(["chown", "-R", str(NOBODY), f.path("state")], check=True)
        f.write("state/tokens", "")
        f.write("state/lock", "")
        f.write("assocd.yaml", f"state: state\nlisten: unix:{f.path('state/http')}\n")
        os.chmod(f.path("assocd.yaml"), 0o644)

        def says(*parts, program="assocd", words=()):
            done = subprocess.run([f.path("bin/" + program), "-c", f.path("assocd.yaml"), *words], check=False, timeout=60, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, cwd="/", user=NOBODY, group=NOBODY, extra_groups=[])
            assert done.returncode == 1 and all(part in done.stdout for part in parts), (parts, done.stdout)
        for name in ("lock", "assocd.db", "hash.key", "tokens", "admin.token", "alerts.jsonl"):
            os.chown(f.path("state/" + name), 0, 0)
            os.chmod(f.path("state/" + name), 0o600)
            says(f.path("state/" + name), "Permission denied", "chown it to the user who runs this, or run this as its owner")
            os.chown(f.path("state/" + name), NOBODY, NOBODY)
        os.chown(f.path("state"), 0, 0)
        os.chmod(f.path("state"), 0o700)
        says(f"{f.path('state')}: permission denied; run this as the daemon's user or as root", program="assocctl", words=("backup", f.path("copy")))
        says("chown it to the user who runs this", program="assocctl", words=("token", "list"))
        says("chown it to the user who runs this", program="assocctl", words=("audit", "--verify"))


def user_without_rights_is_told_how_to_get_them():
    if os.geteuid() != 0:
        return
    with Folder() as f:
        installed_for_nobody(f)
        daemon = Daemon("http_socket: http.sock\npeers: [daemon=read]\n", folder=f.path(""))

        def said(*words):
            done = subprocess.run([f.path("bin/assocctl"), "-c", daemon.config, *words], check=False, timeout=60, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL if "check" in words else subprocess.STDOUT, text=True, cwd="/",
                                  user=NOBODY, group=NOBODY, extra_groups=[])
            return done.returncode, done.stdout
        try:
            daemon.start()
            os.chmod(f.path("http.sock"), 0o666)
            os.chmod(daemon.config, 0o644)
            status, text = said("status")
            assert status == 1 and "you have no role here; `peers: [nobody=read]` in the configuration" in text, text
            os.chmod(daemon.config, 0o600)
            for words, wanted in ((["status"], 1), (["check"], 3)):
                status, text = said(*words)
                assert status == wanted and f"{daemon.config}: permission denied; members of the daemon's group may read it" in text, text
        finally:
            daemon.end()


def log_that_may_not_be_read_is_named_once_and_read_when_it_may():
    with Folder() as f:
        installed_for_nobody(f)
        line = json.dumps({"ts": 1767225600000, "type": "login", "account": "late"})
        os.chmod(f.write("events.ndjson", line + "\n"), 0)
        daemon = Daemon("collectors: {tail: {files: [{file: events.ndjson}]}}\n", folder=f.dir)
        os.mkdir(daemon.state)
        who = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        if who:
            os.chown(daemon.state, NOBODY, NOBODY)
        try:
            with open(daemon.log, "w") as log:
                daemon.process = subprocess.Popen([f.path("bin/assocd"), "-c", daemon.config], stdout=log, stderr=log, cwd="/", **who)
            daemon.wait_ready()
            says = f"{f.path('events.ndjson')}: Permission denied; trying again until it can be read"
            daemon.wait_log(says)
            time.sleep(0.6)
            assert daemon.read_log().count(says) == 1, daemon.read_log()
            os.chmod(f.path("events.ndjson"), 0o644)
            end = time.monotonic() + 20
            while daemon.status()["events"] == 0 and time.monotonic() < end:
                time.sleep(0.05)
            assert daemon.status()["events"] == 1, daemon.read_log()
            assert daemon.stop() == 0
        finally:
            daemon.end()


class State:
    """A daemon that has held some events and was stopped."""

    def __init__(self, config=""):
        self.lines = stories(300, 3)
        self.daemon = Daemon(config).start()
        assert self.daemon.send(self.lines)[1]["accepted"] == len(self.lines)
        assert self.daemon.stop() == 0, self.daemon.read_log()

    def path(self, name):
        return os.path.join(self.daemon.state, name)

    def refuses(self, *says):
        self.daemon.start(wait=False)
        assert self.daemon.process.wait(timeout=60) == 1
        last = self.daemon.read_log().strip().splitlines()[-1]
        assert all(part in last for part in says), (says, last)

    def links(self):
        return [(a, b, score) for a, b, score, _ in self.daemon.links()]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.daemon.end()
        shutil.rmtree(self.daemon.dir, ignore_errors=True)


def databases_that_are_not_ours_are_named_and_left_alone():
    with State() as s:
        shutil.copy(s.path("assocd.db"), s.path("kept"))

        def after(change, *says):
            change()
            status, said = run("assocctl", "-c", s.daemon.config, "sample", "remove")
            assert status == 1 and says[0] in said, said
            with open(s.path("assocd.db"), "rb") as database:
                before = database.read()
            s.refuses(s.path("assocd.db"), *says)
            with open(s.path("assocd.db"), "rb") as database:
                assert database.read() == before, "the file was changed"
            shutil.copy(s.path("kept"), s.path("assocd.db"))

        def sql(text):
            with sqlite3.connect(s.path("assocd.db")) as database:
                database.execute("PRAGMA journal_mode=DELETE")
                database.execute(text)

        def overwrite():
            with open(s.path("assocd.db"), "r+b") as database:
                database.seek(8192)
                database.write(b"\xde" * (os.path.getsize(s.path("assocd.db")) - 8192))

        after(lambda: sql("PRAGMA user_version=9"), "was written by a newer assocd (schema 9, this one knows", "install that version")
        after(lambda: sql("PRAGMA application_id=7"), "belongs to another program; move it away")
        after(lambda: open(s.path("assocd.db"), "w").write("notes to myself " * 1000), "this is no SQLite database; move it away or restore a backup")
        after(overwrite, "the database is damaged", ".recover")
        os.unlink(s.path("assocd.db"))
        os.mkdir(s.path("assocd.db"))
        s.refuses(s.path("assocd.db"), "Is a directory")


def snapshot_that_is_damaged_is_rebuilt_from_the_journal():
    with State() as s:
        wanted, _ = replayed(s.lines, s.daemon.dir)
        for change in (lambda f: f.truncate(1000), lambda f: (f.seek(5000), f.write(b"\xff" * 9)), lambda f: f.truncate(0),
                       lambda f: f.write(b"ASSOCDS9")):
            with open(s.path("snapshot"), "r+b") as snapshot:
                change(snapshot)
            s.daemon.start()
            assert "the journal is applied from the start" in s.daemon.read_log().rsplit("stopped", 1)[-1]
            assert s.links() == wanted and len(wanted) > 5
            assert s.daemon.stop() == 0


def journal_that_went_missing_is_said_to_be():
    with State() as s:
        os.unlink(s.path("assocd.db"))
        s.daemon.start()
        assert "it ends at event 0, the snapshot holds 300: assocd.db was replaced by an older one, or is gone" in s.daemon.read_log()
        assert s.daemon.status()["events"] == 0
        assert s.daemon.stop() == 0


def state_folders_that_cannot_be_used_are_named():
    with State() as s:
        os.rename(s.path("hash.key"), s.path("key"))
        s.refuses(s.path("hash.key"), "is missing", "bring it back from a backup")
        assert not os.path.exists(s.path("hash.key")), "a new key hides the loss of the old one"
        with open(s.path("hash.key"), "wb") as key:
            key.write(b"k" * 32)
        s.refuses(s.path("hash.key"), "is not the key that this journal was written with")
        os.rename(s.path("key"), s.path("hash.key"))
        for name, content, says in (("admin.token", "", "holds no token"), ("tokens", "bot ingst 00\n", "tokens:1: \"ingst\" are no roles")):
            with open(s.path(name), "w") as file:
                file.write(content)
            s.refuses(s.path(name), says)
            os.unlink(s.path(name))
        with open(s.path("tail.places"), "w") as places:
            places.write("garbage\n")
        s.daemon.start()
        s.daemon.wait_log(f"{s.path('tail.places')} is damaged: logs are read from their beginning")
        for words, says in ((["--state", s.daemon.state], f"{s.daemon.state} is in use by process {s.daemon.process.pid}; stop that one"),
                            (["--state", s.path("other")], f"`listen`: 127.0.0.1:{s.daemon.port} is in use by another program; stop that one"),
                            (["--state", s.path("lock")], f"the state folder {s.path('lock')} is no folder; name another one")):
            status, said = run("assocd", "-c", s.daemon.config, *words)
            assert status == 1 and says in said.splitlines()[-1], said
        assert s.daemon.stop() == 0


def closed_descriptors_do_no_harm():
    with State() as s:
        config = s.daemon.config
        event = s.lines[0].replace("s3-0", "another")
        s.daemon.process = subprocess.Popen(["sh", "-c", f"exec '{BUILD}/assocd' -c '{config}' <&- >&- 2>&-"])
        s.daemon.wait_ready()
        assert all(os.readlink(f"/proc/{s.daemon.process.pid}/fd/{fd}") == "/dev/null" for fd in (0, 1, 2))
        for shell, status, says in (("send - <&-", 1, "standard input: is closed"), ("send /dev/null >&-", 1, ""),
                                    ("status >/dev/full", 1, "not all of the output could be written: No space left"),
                                    ("send - </dev/null", 0, "0 lines read"), ("send - </", 1, "standard input: is a directory")):
            done = subprocess.run(["sh", "-c", f"'{BUILD}/assocctl' -c '{config}' {shell}"], capture_output=True, text=True, check=False, timeout=60)
            assert done.returncode == status and says in done.stdout + done.stderr, (shell, done)
        status, said = run("assocctl", "-c", config, "send", "/nowhere/x", "/", "-", stdin=event.encode())
        assert status == 1 and "/nowhere/x: No such file" in said and "/: is a directory" in said and "1 accepted" in said, said
        status, said = run("assocctl", "-c", config, "send", "/nowhere/x")
        assert status == 1 and said.strip() == "assocctl: /nowhere/x: No such file or directory", said
        status, said = run("assocctl", "-c", config, "send", "--json", "/nowhere/x")
        assert status == 1 and '"lines":0' in said, said
        status, said = run("assocctl", "-c", config, "send", "--pattern", "shsd", "-")
        assert status == 1 and "there is no pattern 'shsd'" in said and "there are: " in said, said
        assert s.daemon.stop() == 0


TESTS = [
    settings_that_are_wrong_are_named_with_their_place, configuration_may_be_empty_marked_or_from_windows,
    configuration_that_is_not_there_is_named_with_what_to_do, tables_that_are_wrong_are_named_with_their_line,
    rule_with_one_wrong_key_is_named_by_every_program, rule_folders_that_cannot_be_read_are_named,
    rules_that_could_never_do_anything_are_refused,
    reload_with_wrong_rules_keeps_the_old_ones, what_may_not_be_read_is_named_with_the_reason,
    state_of_another_user_is_named_with_what_to_do, user_without_rights_is_told_how_to_get_them, log_that_may_not_be_read_is_named_once_and_read_when_it_may,
    databases_that_are_not_ours_are_named_and_left_alone, snapshot_that_is_damaged_is_rebuilt_from_the_journal,
    journal_that_went_missing_is_said_to_be, state_folders_that_cannot_be_used_are_named, closed_descriptors_do_no_harm,
]
