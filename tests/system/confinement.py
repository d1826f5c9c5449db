#!/usr/bin/env python3
"""The daemon confines itself, and works as before. Sanitizers need what is forbidden: this needs a build without."""
import os
import signal
import sys
import tempfile
import time

import plain

if not plain.use():
    sys.exit()

from daemon import Daemon, stories  # noqa: E402 (the build is chosen before)

TAIL = "collectors:\n  tail:\n    files:\n      - file: %s\n"


def of_process(pid, key):
    """The key's value in the status of each thread."""
    values = []
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/status") as status:
            values += [line.split(":")[1].strip() for line in status if line.startswith(key + ":")]
    return values


def has_landlock():
    return plain.landlock_version() > 0


def every_thread_is_filtered():
    d = Daemon().start()
    try:
        pid = d.process.pid
        assert set(of_process(pid, "Seccomp")) == {"2"}, of_process(pid, "Seccomp")
        assert set(of_process(pid, "NoNewPrivs")) == {"1"}
        effective = {int(value, 16) for value in of_process(pid, "CapEff")}
        # CAP_CHOWN, DAC_OVERRIDE, DAC_READ_SEARCH, FOWNER, NET_BIND_SERVICE
        assert all(value & ~0x40f == 0 for value in effective), effective
        said = d.status()["confinement"]
        assert said["seccomp"] is True and (said["landlock"] > 0) == has_landlock(), said
        assert "confined" in d.read_log()
    finally:
        d.discard()


def elsewhere_read(setting):
    """Does a daemon that follows FOLDER/*.log read what a link in the folder points to?"""
    folder, secret = tempfile.mkdtemp(prefix="assocd-logs-"), tempfile.mkdtemp(prefix="assocd-secret-")
    with open(os.path.join(secret, "other"), "w") as out:
        out.write("\n".join(stories(5, 1)) + "\n")
    d = Daemon(setting + TAIL % (folder + "/*.log")).start()
    try:
        os.symlink(os.path.join(secret, "other"), os.path.join(folder, "link.log"))
        with open(os.path.join(folder, "own.log"), "w") as out:
            out.write("\n".join(stories(7, 2)) + "\n")
        for _ in range(100):
            accepted = d.status()["accepted"]
            if accepted >= 7:
                break
            time.sleep(0.1)
        time.sleep(0.5)
        return d.status()["accepted"], d.read_log()
    finally:
        d.discard()


def what_the_configuration_does_not_name_is_not_read():
    if not has_landlock():
        return "this kernel has no Landlock"
    accepted, _ = elsewhere_read("")
    assert accepted == 7, accepted


def switched_off_it_is_said_and_gone():
    accepted, log = elsewhere_read("landlock: off\nseccomp: off\n")
    assert accepted == 12, accepted
    assert "`landlock` is off" in log and "`seccomp` is off" in log, log


def a_wrong_setting_is_named():
    d = Daemon("seccomp: perhaps\n")
    try:
        d.start(wait=False)
        assert d.process.wait(timeout=20) == 1
        assert "assocd.yaml:3:10" in d.read_log() and "`seccomp` is on or off" in d.read_log(), d.read_log()
    finally:
        d.discard()


def confined_it_tails_reloads_writes_snapshots_and_starts_again():
    folder = tempfile.mkdtemp(prefix="assocd-logs-")
    log, lines = os.path.join(folder, "app.log"), stories(300, 3)
    d = Daemon("snapshot_every: 1s\n" + TAIL % log).start()
    try:
        for part in range(3):
            with open(log, "a") as out:
                out.write("\n".join(lines[part * 100:part * 100 + 100]) + "\n")
            for _ in range(100):
                if d.status()["accepted"] == part * 100 + 100:
                    break
                time.sleep(0.1)
            assert d.status()["accepted"] == part * 100 + 100, d.status()
            os.rename(log, f"{log}.{part}")
        d.process.send_signal(signal.SIGHUP)
        d.wait_log("rules and networks are unchanged")
        for _ in range(100):
            if d.status()["snapshot_seq"] == 300 and os.path.exists(os.path.join(d.state, "snapshot")):
                break
            time.sleep(0.1)
        assert os.path.exists(os.path.join(d.state, "snapshot")), os.listdir(d.state)
        links = d.links()
        assert d.stop() == 0
        d.start()
        assert d.links() == links
        assert "not written" not in d.read_log(), d.read_log()
    finally:
        d.discard()


def main():
    failed = 0
    for test in (every_thread_is_filtered, what_the_configuration_does_not_name_is_not_read, switched_off_it_is_said_and_gone,
                 a_wrong_setting_is_named, confined_it_tails_reloads_writes_snapshots_and_starts_again):
        try:
            why = test()
            print(f"skip {test.__name__}: {why}" if why else f"ok {test.__name__}", flush=True)
        except Exception as error:
            failed = 1
            print(f"not ok {test.__name__}: {type(error).__name__}: {error}", flush=True)
    return failed


sys.exit(main())
