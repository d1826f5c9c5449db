#!/usr/bin/env python3
"""What the service manager is told: how exposed the units are, that they are well formed, and that the daemon keeps its side
(ready, reload, watchdog, sockets and credentials that are handed over)."""
import glob
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from daemon import BUILD, ROOT, Daemon, run_tests

UNITS = os.path.join(ROOT, "systemd")
MOST = {"assocd.service": 1.3, "assocd-capture.service": 2.0}


def analyze(*words):
    return subprocess.run(["systemd-analyze", "--no-pager", *words], capture_output=True, text=True, timeout=120)


def units_are_hardly_exposed():
    if not shutil.which("systemd-analyze"):
        return "systemd is not installed"
    for unit, most in MOST.items():
        path = os.path.join(UNITS, unit)
        if not os.path.exists(path) and unit != "assocd.service":
            continue
        said = analyze("security", "--offline=true", path).stdout
        exposure = re.search(r"Overall exposure level for \S+: ([0-9.]+)", said)
        assert exposure, said
        print(f"exposure of {unit}: {exposure.group(1)}")
        assert float(exposure.group(1)) <= most, said
    return None


def units_are_well_formed():
    if not shutil.which("systemd-analyze"):
        return "systemd is not installed"
    with tempfile.TemporaryDirectory() as folder:
        for path in glob.glob(os.path.join(UNITS, "*.service")) + glob.glob(os.path.join(UNITS, "*.socket")):
            with open(path) as unit, open(os.path.join(folder, os.path.basename(path)), "w") as out:
                out.write(re.sub(r"=/usr/bin/assocd", f"={BUILD}/assocd", unit.read()))
        for path in sorted(glob.glob(os.path.join(folder, "*"))):
            done = analyze("verify", "--man=no", path)
            wrong = [line for line in done.stderr.splitlines() if os.path.basename(path) in line or "Unknown" in line]
            assert not wrong, wrong
    return None


def users_and_folders_are_made():
    if not shutil.which("systemd-sysusers"):
        return "systemd is not installed"
    with tempfile.TemporaryDirectory() as root:
        os.makedirs(os.path.join(root, "etc"))
        done = subprocess.run(["systemd-sysusers", f"--root={root}", os.path.join(UNITS, "sysusers.conf")], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        with open(os.path.join(root, "etc", "passwd")) as users:
            assert re.search(r"^assocd:.*:/var/lib/assocd:/usr/sbin/nologin$", users.read(), re.M)
        if os.geteuid() != 0:
            return "making folders of another user needs root"
        done = subprocess.run(["systemd-tmpfiles", f"--root={root}", "--create", os.path.join(UNITS, "tmpfiles.conf")], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert os.stat(os.path.join(root, "var/lib/assocd")).st_mode & 0o777 == 0o750
    return None


class Manager:
    """The end of the service manager: a socket that notes what it is told."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(0.1)
        self.told = ""

    def wait(self, pattern, seconds=30):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                self.told += self.socket.recv(4096).decode() + "\n"
            except socket.timeout:
                pass
            if re.search(pattern, self.told, re.M):
                return
        raise AssertionError(f"{pattern} is not among what it was told: {self.told}")


def the_daemon_says_that_it_is_ready_lives_and_stops():
    d = Daemon()
    manager = Manager(d.dir)
    environment = {**os.environ, "NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "1000000"}
    try:
        with open(d.log, "a") as log:
            d.process = subprocess.Popen([d.program, "-c", d.config], stdout=log, stderr=log, env=environment)
        manager.wait(r"^READY=1$")
        manager.told = ""
        for _ in range(3):
            manager.wait(r"^WATCHDOG=1$", 5)
            manager.told = ""
        d.process.send_signal(signal.SIGHUP)
        manager.wait(r"^RELOADING=1$")
        manager.wait(r"^READY=1$")
        d.process.send_signal(signal.SIGTERM)
        manager.wait(r"^STOPPING=1$")
        assert d.process.wait(timeout=30) == 0
    finally:
        d.discard()


def sockets_that_are_handed_over_are_used():
    if not shutil.which("systemd-socket-activate"):
        return "systemd is not installed"
    d = Daemon()
    path, port = os.path.join(d.dir, "handed.sock"), d.port
    with open(d.config, "w") as out:
        out.write(f"listen: 127.0.0.1:1\nstate: {d.state}\n")  # a port that it may not, or would not, listen on
    try:
        with open(d.log, "a") as log:
            d.process = subprocess.Popen(["systemd-socket-activate", "-l", f"127.0.0.1:{port}", "-l", path, d.program, "-c", d.config],
                                         stdout=log, stderr=log)
        d.wait_log("Listening on")
        d.wait_ready()
        for where in ((), ("--unix-socket", path)):
            done = subprocess.run(["curl", "-s", *where, f"http://localhost:{port}/healthz"], capture_output=True, timeout=30)
            assert done.stdout == b"ok\n", (where, done)
    finally:
        d.discard()
    return None


def credentials_hold_keys():
    d = Daemon("tls_certificate: credential:tls.pem\ntls_key: credential:tls.key\n")
    given = d.path("credentials")
    os.mkdir(given)
    try:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                        "-keyout", os.path.join(given, "tls.key"), "-out", os.path.join(given, "tls.pem")], check=True, capture_output=True)
        with open(d.log, "a") as log:
            d.process = subprocess.Popen([d.program, "-c", d.config], stdout=log, stderr=log, env={**os.environ, "CREDENTIALS_DIRECTORY": given})
        d.wait_log("listening on")
        done = subprocess.run(["curl", "-sk", f"https://localhost:{d.port}/healthz"], capture_output=True, timeout=30)
        assert done.stdout == b"ok\n", done
        d.stop()
        d.start(wait=False)
        d.wait_log("/run/credentials/assocd.service/tls.pem: No such file")
    finally:
        d.discard()


if __name__ == "__main__":
    sys.exit(run_tests([units_are_hardly_exposed, units_are_well_formed, users_and_folders_are_made,
                        the_daemon_says_that_it_is_ready_lives_and_stops, sockets_that_are_handed_over_are_used, credentials_hold_keys]))
