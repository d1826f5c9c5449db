#!/usr/bin/env python3
"""./run around a daemon that is a script: what it starts, shows, and leaves behind."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.environ.get("ASSOCD_ROOT", os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

DAEMON = """#!/bin/bash
mkdir -p var; echo secret >var/admin.token; touch var/assocd.db
if [ -e refuse ]; then echo "http: 127.0.0.1:8787 is in use by another program" >&2; exit 3; fi
sleep 600 & child=$!
echo $child >child
trap 'echo drained; rm -f up; exit 0' TERM
touch up
if [ -e die ]; then sleep 0.5; rm -f up; exit 5; fi
wait
"""
CONTROL = """#!/bin/bash
shift 2
case "$*" in
status) [ ! -e mute ] || exec sleep 60; [ -e up ] ;;
"config show") echo 'listen: "127.0.0.1:9999"' ;;
*) echo "assocctl $*" ;;
esac
"""


class Place:
    """A folder with ./run, whose build does nothing and whose programs are scripts."""

    def __init__(self):
        self.path = tempfile.mkdtemp()
        shutil.copy(os.path.join(ROOT, "run"), self.path)
        for name, text in {".ci/install.sh": "", ".ci/web.sh": "", ".ci/build.sh": "", "config/assocd.yaml": "",
                           "build/assocd": DAEMON, "build/assocctl": CONTROL}.items():
            full = os.path.join(self.path, name)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(full, 0o755)

    def touch(self, name):
        with open(os.path.join(self.path, name), "w", encoding="utf-8"):
            pass

    def start(self, *arguments):
        # From another folder, without terminal and standard input, as a service manager would.
        return subprocess.Popen([os.path.join(self.path, "run"), *arguments], cwd="/", stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)

    def run(self, *arguments, end=None):
        """Output and status; with end, that signal is sent once the daemon stands and everything is shown."""
        process = self.start(*arguments)
        if end is None:
            return process.communicate(timeout=60)[0], process.returncode
        seen = ""
        for line in process.stdout:
            seen += line
            if line.startswith("Ctrl-C"):
                break
        process.send_signal(end)
        rest, _ = process.communicate(timeout=60)
        return seen + rest, process.returncode

    def child_lives(self):
        with open(os.path.join(self.path, "child"), encoding="utf-8") as file:
            pid = int(file.read())
        for _ in range(20):
            try:
                with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
                    if file.read().split()[2] == "Z":
                        return False
            except FileNotFoundError:
                return False
            time.sleep(0.1)
        return True

    def remove(self):
        shutil.rmtree(self.path)


def first_start_feeds_the_sample_and_a_second_does_not(place):
    first, _ = place.run(end=signal.SIGINT)
    second, _ = place.run(end=signal.SIGINT)
    assert first.index("assocctl sample load") < first.index("assocctl tour"), first
    assert "sample load" not in second and "assocctl tour" in second, second


def address_and_token_are_shown(place):
    output, _ = place.run(end=signal.SIGINT)
    assert "http://127.0.0.1:9999/#token=secret" in output, output


def empty_start_feeds_nothing(place):
    output, _ = place.run("--empty", end=signal.SIGINT)
    assert "sample load" not in output, output


def build_only_starts_nothing(place):
    output, status = place.run("--build-only")
    assert status == 0 and not os.path.exists(os.path.join(place.path, "var")), output


def every_signal_drains_the_daemon_and_its_group(place):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        output, status = place.run(end=number)
        assert "drained" in output and status == 128 + number, (number, status, output)
        assert not place.child_lives(), "a process of the daemon's group lives on"


def daemon_that_dies_ends_run_with_its_status(place):
    place.touch("die")
    output, status = place.run()
    assert status == 5 and "ended by itself" in output, (status, output)
    assert not place.child_lives(), "a process of the daemon's group lives on"


def busy_port_shows_the_daemons_own_words(place):
    place.touch("refuse")
    output, status = place.run()
    assert status == 3 and "in use by another program" in output, (status, output)
    os.unlink(os.path.join(place.path, "refuse"))
    output, _ = place.run(end=signal.SIGINT)
    assert "sample load" in output, "the first start that gets ready is the first: " + output


def mute_program_on_the_port_is_not_waited_for_long(place):
    place.touch("mute")
    place.touch("refuse")
    start = time.monotonic()
    output, status = place.run()
    assert status == 3 and "in use by another program" in output, (status, output)
    assert time.monotonic() - start < 30, output


def two_builds_take_turns(place):
    """The real script around a cmake and a ninja that are scripts."""
    shutil.copy(os.path.join(ROOT, ".ci", "build.sh"), os.path.join(place.path, ".ci", "build.sh"))
    for name, text in {"cmake": "", "ninja": "echo begin >>turns; sleep 1; echo end >>turns"}.items():
        os.makedirs(os.path.join(place.path, "tools"), exist_ok=True)
        full = os.path.join(place.path, "tools", name)
        with open(full, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/bash\n{text}\n")
        os.chmod(full, 0o755)
    environment = dict(os.environ, PATH=os.path.join(place.path, "tools") + ":" + os.environ["PATH"])
    builds = [subprocess.Popen([os.path.join(place.path, "run"), "--build-only"], cwd=place.path, env=environment, text=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _ in range(2)]
    said = "".join(build.communicate(timeout=60)[0] for build in builds)
    with open(os.path.join(place.path, "turns"), encoding="utf-8") as file:
        assert file.read().split() == ["begin", "end", "begin", "end"], said
    assert "Another build runs in build; waiting for it" in said, said


def running_daemon_is_not_started_twice(place):
    place.touch("up")
    output, status = place.run()
    assert status == 1 and "running already" in output, (status, output)


def unknown_option_is_refused(place):
    output, status = place.run("--fast")
    assert status == 2 and "--build-only" in output, (status, output)


TESTS = [
    first_start_feeds_the_sample_and_a_second_does_not,
    address_and_token_are_shown,
    empty_start_feeds_nothing,
    build_only_starts_nothing,
    every_signal_drains_the_daemon_and_its_group,
    daemon_that_dies_ends_run_with_its_status,
    busy_port_shows_the_daemons_own_words,
    mute_program_on_the_port_is_not_waited_for_long,
    two_builds_take_turns,
    running_daemon_is_not_started_twice,
    unknown_option_is_refused,
]


def main():
    failed = 0
    for test in TESTS:
        place = Place()
        try:
            test(place)
            print(f"ok run {test.__name__}", flush=True)
        except (AssertionError, subprocess.TimeoutExpired, ValueError) as error:
            failed += 1
            print(f"not ok run {test.__name__}: {error!r}", flush=True)
        finally:
            place.remove()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
