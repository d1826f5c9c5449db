"""A disk that is really full, and senders that are stopped: nothing acknowledged is lost, everybody is told, and it goes on
by itself. Not a runner."""
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

from daemon import BUILD, Daemon, named, stories, with_own

DISK = 32 << 20


class SmallDisk:
    """A file system of its own with a daemon's state on it."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="assocd-disk-")
        self.mount = os.path.join(self.dir, "disk")
        os.mkdir(self.mount)
        self.daemon = None

    def begin(self, config=""):
        """None, or why there is no such disk here."""
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", self.mount], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return "a small file system cannot be mounted here: " + " ".join(done.stderr.split())
        self.daemon = Daemon(config, folder=self.dir, state=os.path.join(self.mount, "state"))
        return None

    def fill(self, leave=0):
        """Until nothing fits, then gives back so much."""
        with open(os.path.join(self.mount, "others"), "ab", buffering=0) as others:
            for size in (1 << 20, 4096, 1):
                try:
                    while others.write(b"x" * size) == size:
                        pass
                except OSError:
                    pass
            if leave:
                others.truncate(others.tell() - leave)

    def take_all_but(self, leave):
        """At no moment is the disk full."""
        here = os.statvfs(self.mount)
        with open(os.path.join(self.mount, "others"), "wb") as others:
            os.posix_fallocate(others.fileno(), 0, here.f_bavail * here.f_bsize - leave)

    def free(self):
        os.unlink(os.path.join(self.mount, "others"))

    def ctl(self, *words, stdin=None):
        return subprocess.Popen([os.path.join(BUILD, "assocctl"), "-c", self.daemon.config, *words], stdin=stdin,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def end(self):
        if self.daemon:
            self.daemon.end()
        subprocess.run(["umount", self.mount], capture_output=True, check=False)
        shutil.rmtree(self.dir, ignore_errors=True)


def long_stories(n, seed):
    """Events of 2 KB and more."""
    return [line[:-1] + f', "x_note": "{"n" * 10}", "reason": "{"r" * 2000}"' + "}" for line in stories(n, seed)]


def post(daemon, lines):
    """Status, answer, headers and how long it took."""
    started = time.monotonic()
    status, body, headers = daemon.ask("POST", "/v1/events", "\n".join(lines), {"Content-Type": "application/x-ndjson"})
    return status, json.loads(body), headers, time.monotonic() - started


def refused_for_the_disk(daemon, lines):
    status, answer, headers, took = post(daemon, lines)
    assert status == 503 and int(headers["Retry-After"]) > 0, (status, answer, headers)
    assert "the disk of this daemon is full; none of this is acknowledged" in answer["detail"], answer
    assert took < 1.5, took


def what_a_full_disk_says(daemon):
    status, body, headers = daemon.ask("GET", "/readyz", token=False)
    assert status == 503 and b"the journal cannot be written (full)" in body and headers["Retry-After"], body
    status = daemon.status()
    assert status["is_failing"] and daemon.state in status["failure"] and "free some" in status["failure"], status
    metrics = daemon.ask("GET", "/metrics")[1].decode()
    assert "assocd_journal_failing 1\n" in metrics and 'assocd_sink_failing{sink="log"} ' in metrics, metrics


def wait_ready(daemon, seconds=5):
    """Within the time that is promised, counted from when there is room."""
    end = time.monotonic() + seconds
    while daemon.ask("GET", "/readyz", token=False)[0] != 200:
        assert time.monotonic() < end, daemon.read_log()[-2000:]
        time.sleep(0.05)


def wait_answering(daemon):
    """Ready or not."""
    end = time.monotonic() + 20
    while True:
        try:
            return daemon.ask("GET", "/healthz", token=False)
        except OSError:
            assert time.monotonic() < end and daemon.process.poll() is None, daemon.read_log()[-2000:]
            time.sleep(0.05)


def on_small_disk(config=""):
    """Each test with one of its own, where it can be made."""
    def around(test):
        def run(disk):
            return disk.begin(config) or test(disk)
        return with_own(SmallDisk, SmallDisk.end)(named(test.__name__, run))
    return around


@on_small_disk("collectors:\n  tail:\n    files:\n      - {file: events.ndjson}\n")
def full_disk_is_told_to_everybody_and_goes_on_by_itself(disk):
    daemon = disk.daemon.start()
    lines = long_stories(3600, 11)
    before, full, sent, tailed = lines[:200], lines[200:2200], lines[2200:3400], lines[3400:]
    assert post(daemon, before)[1]["accepted"] == len(before)
    disk.fill()
    refused_for_the_disk(daemon, full)
    for _ in range(3):
        refused_for_the_disk(daemon, full[:1])
    what_a_full_disk_says(daemon)
    assert daemon.ctl("subject", "erase", "nobody-yet", "--unknown")[0] == 1
    assert "an erasure stopped (tombstone): " in daemon.read_log() and "nothing is erased yet: ask again" in daemon.read_log(), daemon.read_log()
    path = os.path.join(disk.dir, "sent.ndjson")
    for name, some in ((path, sent), (os.path.join(disk.dir, "events.ndjson"), tailed)):
        with open(name, "w") as out:
            out.write("\n".join(some) + "\n")
    sender = disk.ctl("send", path)
    time.sleep(1.5)
    # A little room is not enough: small batches would slip through and large ones not.
    disk.free()
    disk.fill(leave=1 << 20)
    time.sleep(1.5)
    what_a_full_disk_says(daemon)
    assert sender.poll() is None
    disk.free()
    wait_ready(daemon)
    said = "".join(sender.communicate(timeout=20))
    assert sender.returncode == 0 and f"{len(sent):,} accepted, 0 duplicate, 0 refused" in said, said
    assert post(daemon, full)[1] == {"accepted": len(full), "duplicate": 0, "refused": []}
    end = time.monotonic() + 10
    while daemon.status()["events"] < len(lines) and time.monotonic() < end:
        time.sleep(0.1)
    for some in (before, full, sent, tailed):
        assert post(daemon, some)[1] == {"accepted": 0, "duplicate": len(some), "refused": []}
    log = daemon.read_log()
    assert log.count("nothing is accepted until writing works again") == 1 and log.count("writing works again\n") == 1, log
    assert f"{daemon.state}/assocd.db: " in log and "(no space is left; free some)" in log, log
    daemon.kill()
    daemon.start()
    assert daemon.status()["events"] == len(lines)
    assert daemon.stop() == 0


@on_small_disk()
def audit_log_of_a_full_disk_holds_whole_lines_and_says_how_many_are_missing(disk):
    daemon = disk.daemon.start()
    lines = stories(50, 12)
    assert post(daemon, lines)[1]["accepted"] == len(lines)
    account = json.loads(lines[0])["account"]
    audit = os.path.join(daemon.state, "audit.jsonl")

    def asked(times):
        for _ in range(times):
            assert daemon.ask("GET", f"/v1/accounts/{account}")[0] == 200
    asked(3)
    disk.fill()
    asked(80)  # more than fits into what is left of the last block
    missing = daemon.status()["audit_missing"]
    assert missing > 20 and f"assocd_audit_missing_entries {missing}\n" in daemon.ask("GET", "/metrics")[1].decode(), missing
    assert f"the audit log cannot be written, it misses {missing} entries" in daemon.ctl("check")[1], daemon.ctl("check")
    disk.free()
    asked(2)
    assert daemon.status()["audit_missing"] == 0
    with open(audit) as log:
        rows = [json.loads(line) for line in log]
    told = [row for row in rows if row.get("did", "").startswith("GET /v1/accounts/")]
    (missing,) = [row["missing"] for row in rows if "missing" in row]
    assert missing > 20 and len(told) + missing == 85, (len(told), missing)
    assert daemon.stop() == 0


@on_small_disk()
def alerts_whose_log_has_no_room_wait_and_are_there_within_5_s_of_room(disk):
    daemon = None
    try:
        log = os.path.join(disk.mount, "alerts.jsonl")
        daemon = Daemon(f"alert_log: {log}\n").start()
        disk.fill()
        assert post(daemon, stories(1500, 16))[1]["accepted"] == 1500
        end = time.monotonic() + 20
        while not daemon.status()["sinks"]["log"]["is_failing"]:
            assert time.monotonic() < end, daemon.status()["sinks"]["log"]
            time.sleep(0.05)
        row = daemon.status()["sinks"]["log"]
        assert f"alert log {log}: No space left on device" in row["why"] and row["waiting"] > 0, row
        assert daemon.ask("GET", "/readyz", token=False)[0] == 200  # events are taken as ever
        time.sleep(2)
        disk.free()
        end = time.monotonic() + 5
        while daemon.status()["sinks"]["log"]["waiting"] > 0:
            assert time.monotonic() < end, daemon.status()["sinks"]["log"]
            time.sleep(0.05)
        with open(log) as lines:
            told = {json.loads(line)["id"] for line in lines}
        standing = json.loads(daemon.ask("GET", "/v1/alerts?state=open&limit=1000")[1])["alerts"]
        assert standing and {alert["id"] for alert in standing} <= told
        assert daemon.stop() == 0
    finally:
        if daemon:
            daemon.discard()


def wait_for_snapshot(daemon, after_ns=0):
    """Another than that of then; its size and when it was written."""
    path = os.path.join(daemon.state, "snapshot")
    end = time.monotonic() + 10
    while not os.path.exists(path) or os.stat(path).st_mtime_ns == after_ns:
        assert time.monotonic() < end, (os.listdir(daemon.state), daemon.read_log()[-2000:])
        time.sleep(0.05)
    return os.stat(path).st_size, os.stat(path).st_mtime_ns


@on_small_disk("snapshot_every: 1s\n")
def snapshot_without_room_is_said_and_the_journal_makes_up_for_it(disk):
    daemon = disk.daemon.start()
    lines = stories(1510, 17)
    assert post(daemon, lines[:1490])[1]["accepted"] == 1490
    time.sleep(1.5)  # alerts, too, are in the journal, and the last snapshot is written
    size, written = wait_for_snapshot(daemon)
    disk.take_all_but(size // 2)
    assert post(daemon, lines[1490:1500])[1]["accepted"] == 10
    daemon.wait_log("snapshot: not written: ")
    daemon.kill()
    daemon.start(wait=False)
    wait_answering(daemon)
    assert daemon.links() and daemon.status()["events"] == 1500
    disk.free()
    wait_ready(daemon)
    assert post(daemon, lines[1500:])[1]["accepted"] == 10
    wait_for_snapshot(daemon, written)
    assert [name for name in os.listdir(daemon.state) if name.startswith("snapshot.")] == [], os.listdir(daemon.state)
    assert daemon.stop() == 0


@on_small_disk()
def start_on_a_full_disk_says_so_and_harms_nothing(disk):
    daemon = disk.daemon
    disk.fill()
    daemon.start(wait=False)
    assert daemon.process.wait(timeout=60) == 1
    assert f"{daemon.state}/assocd.db: database or disk is full (no space is left; free some)" in daemon.read_log(), daemon.read_log()
    disk.free()
    lines = long_stories(500, 12)
    assert post(daemon.start(), lines)[1]["accepted"] == len(lines)
    daemon.kill()
    disk.fill()
    daemon.start(wait=False)
    wait_answering(daemon)
    assert daemon.status()["events"] == len(lines)
    disk.free()
    wait_ready(daemon)
    assert post(daemon, lines)[1]["duplicate"] == len(lines)
    assert daemon.stop() == 0


def sender(daemon, *words, stdin=None):
    return subprocess.Popen([os.path.join(BUILD, "assocctl"), "-c", daemon.config, "send", *words], stdin=stdin,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def sender_that_is_stopped_says_what_is_acknowledged_and_where_to_go_on():
    daemon = Daemon().start()
    try:
        lines = stories(20000, 13)
        path = os.path.join(daemon.dir, "events.ndjson")
        with open(path, "w") as out:
            out.write("\n".join(lines) + "\n")
        # Everything that was read is acknowledged.
        waiting = sender(daemon, "-", stdin=subprocess.PIPE)
        waiting.stdin.write("\n".join(lines[:500]) + "\n")
        waiting.stdin.flush()
        while daemon.status()["events"] < 500:
            time.sleep(0.05)
        waiting.send_signal(signal.SIGTERM)
        said = "".join(waiting.communicate(timeout=20))
        assert waiting.returncode == 128 + signal.SIGTERM and "500 accepted" in said, said
        assert "stopped behind standard input:500; everything up to there is acknowledged" in said, said
        # The daemon stands still in the middle.
        running = sender(daemon, path)
        while daemon.status()["events"] < 2000:
            time.sleep(0.01)
        daemon.process.send_signal(signal.SIGSTOP)
        time.sleep(0.2)
        running.send_signal(signal.SIGINT)
        said = "".join(running.communicate(timeout=20))
        daemon.process.send_signal(signal.SIGCONT)
        assert running.returncode == 128 + signal.SIGINT, said
        first = int(said.split(f"the first is {path}:")[1].split(";")[0])
        assert 1000 < first <= len(lines) and "events were not acknowledged" in said and "send the same again" in said, said
        end = time.monotonic() + 20
        while daemon.status()["events"] < first - 1:  # it takes what it had received, in its time
            assert time.monotonic() < end, (daemon.status()["events"], first)
            time.sleep(0.05)
        again = sender(daemon, "--json", path)
        counts = json.loads(again.communicate(timeout=60)[0])
        assert counts["accepted"] + counts["duplicate"] == len(lines) and counts["unacknowledged"] == 0, counts
        assert daemon.status()["events"] == len(lines), daemon.status()["events"]
        ended = daemon.stop()
        assert ended == 0, ended
    finally:
        daemon.end()
        shutil.rmtree(daemon.dir, ignore_errors=True)


def file_that_is_sent_again_and_again_never_blocks():
    daemon = Daemon().start()
    try:
        lines = long_stories(2000, 14)
        assert post(daemon, lines)[1]["accepted"] == len(lines)
        path = os.path.join(daemon.dir, "events.ndjson")
        with open(path, "w") as out:
            for _ in range(25):
                out.write("\n".join(lines) + "\n")
        again = sender(daemon, "--json", path)
        assert json.loads(again.communicate(timeout=60)[0])["duplicate"] == 25 * len(lines)
        assert daemon.ask("GET", "/readyz", token=False)[0] == 200
        assert daemon.stop() == 0
    finally:
        daemon.end()
        shutil.rmtree(daemon.dir, ignore_errors=True)


TESTS = [
    full_disk_is_told_to_everybody_and_goes_on_by_itself,
    audit_log_of_a_full_disk_holds_whole_lines_and_says_how_many_are_missing, start_on_a_full_disk_says_so_and_harms_nothing,
    alerts_whose_log_has_no_room_wait_and_are_there_within_5_s_of_room, snapshot_without_room_is_said_and_the_journal_makes_up_for_it,
    sender_that_is_stopped_says_what_is_acknowledged_and_where_to_go_on, file_that_is_sent_again_and_again_never_blocks,
]
