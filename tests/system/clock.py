#!/usr/bin/env python3
"""A clock that jumps by an hour or a day, either way: nothing is lost, no alert is told twice, and links are those of a steady clock."""
import ctypes
import json
import mmap
import os
import subprocess
import sys
import tempfile
import time

from daemon import Daemon, run_tests, stories

# Stands before libc: the wall clock of the daemon is the machine's and what the file says.
SHIM = r"""
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static volatile long long *ahead;

__attribute__((constructor)) static void find(void)
{
	int fd = open(getenv("CLOCK_AHEAD"), O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		ahead = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
}

int clock_gettime(clockid_t clock, struct timespec *ts)
{
	int result = (int)syscall(SYS_clock_gettime, clock, ts);

	if (result == 0 && clock == CLOCK_REALTIME && ahead)
		ts->tv_sec += *ahead;
	return result;
}
"""
HOUR = 3600
JUMPS = (HOUR, 24 * HOUR) if os.environ.get("ASSOCD_ALL") == "1" else (24 * HOUR,)


class Clock:
    """The wall clock of daemons that are started while it is in use."""

    def __enter__(self):
        self.dir = tempfile.TemporaryDirectory(prefix="assocd-clock-")
        library, file = os.path.join(self.dir.name, "clock.so"), os.path.join(self.dir.name, "ahead")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-x", "c", "-", "-o", library], input=SHIM, text=True, check=True)
        with open(file, "w+b") as out:
            out.write(bytes(4096))
            out.flush()
            self.ahead = ctypes.c_longlong.from_buffer(mmap.mmap(out.fileno(), 4096))
        self.kept = {name: os.environ.get(name) for name in ("LD_PRELOAD", "CLOCK_AHEAD", "ASAN_OPTIONS")}
        os.environ["CLOCK_AHEAD"] = file
        # Our library stands before that of the sanitizer, which otherwise takes that for a mistake.
        os.environ["ASAN_OPTIONS"] = ":".join(filter(None, (self.kept["ASAN_OPTIONS"], "verify_asan_link_order=0")))
        self.library = library
        return self

    def start(self, daemon):
        os.environ["LD_PRELOAD"] = self.library
        try:
            return daemon.start()
        finally:
            del os.environ["LD_PRELOAD"]

    def jump(self, seconds):
        self.ahead.value += seconds

    def __exit__(self, *_):
        for name, value in self.kept.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        self.dir.cleanup()


def now_event(number, **keys):
    return json.dumps({"id": f"now-{number}", "ts": int(time.time() * 1000), "type": "login", "account": f"now-{number % 3}",
                       "device": {"id": "device-of-now"}, **keys})


def closures(number):
    return [json.dumps({"id": f"closed-{number}-{who}", "ts": int(time.time() * 1000), "type": "closed", "account": who, "reason": "fraud"})
            for who in (f"p{number}a0", f"p{number}a1")]


def told(daemon):
    with open(os.path.join(daemon.state, "alerts.jsonl")) as log:
        lines = [json.loads(line) for line in log]
    return [(line["id"], line["event"], line["updated_seq"]) for line in lines]


def jumped(clock, seconds):
    lines = stories(900, 11, start_ms=int(time.time() * 1000) - 900 * 60000)
    sent = lines[:300] + [now_event(0)]
    daemon, steady = clock.start(Daemon("snapshot_every: 1s\n")), None
    try:
        assert daemon.send(sent)[1]["accepted"] == len(sent)
        clock.jump(seconds)
        status, answer = daemon.send([now_event(1)])
        if seconds > 0:
            sent.append(now_event(1))
            assert answer["accepted"] == 1, answer
        else:  # by this clock it lies ahead
            assert [row["error"] for row in answer["refused"]] == ["future"], answer
        part = lines[300:600] + closures(1) if seconds > 0 else []
        if part:
            assert daemon.send(part)[1]["accepted"] == len(part)
        time.sleep(1.2)  # snapshots and ticks by that clock
        assert daemon.ask("GET", "/readyz")[0] == 200
        assert daemon.stop() == 0
        clock.start(daemon)
        clock.jump(-seconds)
        part = (lines[300:600] + closures(1) if seconds < 0 else []) + lines[600:] + closures(2)
        status, answer = daemon.send(part)
        assert answer["accepted"] == len(part), answer
        assert daemon.send(lines[:300])[1]["duplicate"] == 300
        sent += lines[300:] + closures(1) + closures(2)
        steady = Daemon().start()
        steady.send(sent)
        assert daemon.links() == steady.links() and daemon.links()
        assert daemon.stop() == 0
        again = told(daemon)
        assert len(again) == len(set(again)) and again, "an alert was told twice"
        clock.start(daemon)
        assert daemon.links() == steady.links()
    finally:
        clock.ahead.value = 0
        daemon.discard()
        if steady:
            steady.discard()


def a_clock_that_jumps_ahead_changes_nothing():
    with Clock() as clock:
        for seconds in JUMPS:
            jumped(clock, seconds)


def a_clock_that_jumps_back_changes_nothing():
    with Clock() as clock:
        for seconds in JUMPS:
            jumped(clock, -seconds)


sys.exit(run_tests([a_clock_that_jumps_ahead_changes_nothing, a_clock_that_jumps_back_changes_nothing]))
