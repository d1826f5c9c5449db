#!/usr/bin/env python3
"""The Debian package: what is in it, what lintian says of it, whether the unpacked tree works; with --all its whole life in a
fresh Debian: installed, upgraded, removed, purged."""
import atexit
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

from daemon import BUILD, ROOT, run_tests

FOLDER = tempfile.mkdtemp(prefix="assocd-package-")


def run(*words, **options):
    return subprocess.run(words, capture_output=True, text=True, timeout=options.pop("timeout", 280), stdin=subprocess.DEVNULL, **options)


def package():
    found = glob.glob(os.path.join(FOLDER, "*.deb"))
    assert len(found) == 1, found
    return found[0]


def it_is_built():
    if not shutil.which("dpkg-shlibdeps"):
        return "dpkg-dev is not installed"
    done = run("cpack", "-G", "DEB", "-B", FOLDER, "--config", os.path.join(BUILD, "CPackConfig.cmake"), cwd=FOLDER)
    assert done.returncode == 0, done.stdout[-600:] + done.stderr[-600:]
    assert re.search(r"assocd_[0-9.]+_\w+\.deb$", package())
    return None


def it_holds_what_it_should():
    names = {line.split()[5].lstrip(".") for line in run("dpkg-deb", "-c", package()).stdout.splitlines()}
    for name in ("/usr/bin/assocd", "/usr/bin/assocctl", "/lib/systemd/system/assocd.service", "/lib/systemd/system/assocd.socket",
                 "/usr/lib/sysusers.d/assocd.conf", "/usr/lib/tmpfiles.d/assocd.conf", "/etc/assocd/assocd.yaml", "/etc/logrotate.d/assocd",
                 "/usr/share/man/man8/assocd.8.gz", "/usr/share/man/man5/assocd.yaml.5.gz", "/usr/share/man/man1/assocctl.1.gz",
                 "/usr/share/bash-completion/completions/assocctl", "/usr/share/doc/assocd/operations.md", "/usr/share/doc/assocd/measurements.md",
                 "/usr/share/doc/assocd/copyright",
                 "/usr/share/assocd/config/monitoring/assocd.rules.yaml", "/usr/share/assocd/rules/default/scoring.yaml"):
        assert name in names, name
    strangers = [n for n in names if not n.startswith(("/usr", "/etc", "/lib")) and n.strip("/")]
    assert not strangers, strangers
    fields = run("dpkg-deb", "-f", package()).stdout
    for word in ("libevent", "libsqlite3", "libssl3", "init-system-helpers", "systemd"):
        assert word in fields, fields
    with tempfile.TemporaryDirectory() as control:
        run("dpkg-deb", "-e", package(), control)
        with open(os.path.join(control, "conffiles")) as listed:
            assert listed.read().split() == ["/etc/assocd/assocd.yaml", "/etc/logrotate.d/assocd"]
        for script in ("postinst", "prerm", "postrm"):
            assert run("sh", "-n", os.path.join(control, script)).returncode == 0, script


def lintian_finds_no_error():
    if not shutil.which("lintian"):
        return "lintian is not installed"
    done = run("lintian", "--fail-on", "error", "--allow-root", package())
    assert done.returncode == 0, done.stdout
    return None


def the_unpacked_tree_works():
    tree = os.path.join(FOLDER, "tree")
    assert run("dpkg-deb", "-x", package(), tree).returncode == 0
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ASSOCD_")}
    done = run(os.path.join(tree, "usr/bin/assocd"), "-n", "-c", os.path.join(tree, "etc/assocd/assocd.yaml"), env=environment, cwd="/")
    assert done.returncode == 0 and ": fine;" in done.stdout and " 0 signals" not in done.stdout, done.stdout + done.stderr
    done = run(os.path.join(tree, "usr/bin/assocctl"), "-c", os.path.join(tree, "etc/assocd/assocd.yaml"), "config", "show", env=environment, cwd="/")
    assert "/run/assocd/http.sock" in done.stdout, done.stdout + done.stderr


class Fresh:
    """A Debian in a folder; nothing of its services starts by itself."""

    def __init__(self):
        self.root = os.path.join(FOLDER, "debian")
        # What it mounts is gone with it, also when it is interrupted.
        done = run("unshare", "-m", "debootstrap", "--variant=minbase", "bookworm", self.root, *self.mirror(), timeout=1800)
        self.is_there = done.returncode == 0
        self.why = (done.stdout + done.stderr)[-300:]
        if self.is_there:
            shutil.copy("/etc/resolv.conf", os.path.join(self.root, "etc/resolv.conf"))
            for path in glob.glob("/etc/apt/sources.list*") + glob.glob("/etc/apt/apt.conf.d/*proxy*"):
                if os.path.isfile(path):
                    shutil.copy(path, self.root + path)
            with open(os.path.join(self.root, "usr/sbin/policy-rc.d"), "w") as policy:
                policy.write("#!/bin/sh\nexit 101\n")
            os.chmod(os.path.join(self.root, "usr/sbin/policy-rc.d"), 0o755)

    @staticmethod
    def mirror():
        """Where this machine gets its packages from."""
        said = run("apt-get", "indextargets", "--format", "$(REPO_URI)", "Codename: bookworm").stdout.split()
        return said[:1]

    def inside(self, *words):
        """The words as a command in it, which sees a /proc as every machine has one; the mount is gone with the command."""
        return ["unshare", "-m", "sh", "-c", 'mount -t proc proc "$0/proc" && exec chroot "$@"', self.root, *words]

    def run(self, *words, timeout=600):
        return run(*self.inside(self.root, *words), timeout=timeout,
                   env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive"})

    def bring(self, path, name):
        shutil.copy(path, os.path.join(self.root, "root", name))
        return "/root/" + name


def newer(path):
    """The same package under a higher version."""
    tree = os.path.join(FOLDER, "newer")
    assert run("dpkg-deb", "-R", path, tree).returncode == 0
    control = os.path.join(tree, "DEBIAN", "control")
    with open(control) as text:
        changed = re.sub(r"^Version: (.*)$", r"Version: \1.1", text.read(), flags=re.M)
    with open(control, "w") as out:
        out.write(changed)
    made = os.path.join(FOLDER, "newer.deb.made")
    assert run("dpkg-deb", "--root-owner-group", "-b", tree, made).returncode == 0
    return made


def it_lives_a_whole_life_in_a_fresh_debian():
    if os.environ.get("ASSOCD_ALL") != "1":
        return "only with --all"
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        return "it needs root and debootstrap"
    fresh = Fresh()
    if not fresh.is_there:
        return "no Debian could be made: " + " ".join(fresh.why.split())
    fresh.run("apt-get", "update")
    done = fresh.run("apt-get", "install", "-y", "--no-install-recommends", fresh.bring(package(), "assocd.deb"))
    assert done.returncode == 0, (done.stdout + done.stderr)[-600:]
    assert fresh.run("id", "assocd").returncode == 0
    state = os.path.join(fresh.root, "var/lib/assocd")
    assert os.stat(state).st_mode & 0o777 == 0o750
    done = fresh.run("assocctl", "token", "add", "shop", "--role", "ingest")
    assert done.returncode == 0 and len(done.stdout.strip()) == 64, done
    assert os.stat(os.path.join(state, "tokens")).st_uid == os.stat(state).st_uid != 0
    os.makedirs(os.path.join(fresh.root, "run/assocd"), exist_ok=True)
    os.chown(os.path.join(fresh.root, "run/assocd"), os.stat(state).st_uid, os.stat(state).st_gid)
    daemon = subprocess.Popen(fresh.inside("--userspec=assocd:assocd", fresh.root, "/usr/bin/assocd", "-c", "/etc/assocd/assocd.yaml",
                                           "--listen", "127.0.0.1:18787"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            if fresh.run("assocctl", "status").returncode == 0:
                break
            time.sleep(0.1)
        assert fresh.run("assocctl", "sample", "load").returncode == 0
        assert "OK" in fresh.run("assocctl", "check", "--limit", "free-mib=0").stdout
    finally:
        daemon.terminate()
        daemon.wait(timeout=60)
    with open(os.path.join(fresh.root, "etc/assocd/assocd.yaml"), "a") as config:
        config.write("site: kept\n")
    done = fresh.run("apt-get", "install", "-y", fresh.bring(newer(package()), "newer.deb"))
    assert done.returncode == 0, (done.stdout + done.stderr)[-600:]
    with open(os.path.join(fresh.root, "etc/assocd/assocd.yaml")) as config:
        assert "site: kept" in config.read()
    assert os.path.exists(os.path.join(state, "assocd.db"))
    enabled = [os.path.join(fresh.root, "etc/systemd/system", place) for place in
               ("sockets.target.wants/assocd.socket", "assocd.service.wants/assocd-capture.service")]
    for place in enabled:
        assert fresh.run("systemctl", "enable", os.path.basename(place)).returncode == 0 and os.path.islink(place), place
    assert fresh.run("apt-get", "remove", "-y", "assocd").returncode == 0
    assert os.path.exists(os.path.join(state, "assocd.db")) and not os.path.exists(os.path.join(fresh.root, "usr/bin/assocd"))
    done = fresh.run("apt-get", "purge", "-y", "assocd")
    assert done.returncode == 0, (done.stdout + done.stderr)[-600:]
    assert not os.path.exists(state) and not os.path.exists(os.path.join(fresh.root, "etc/assocd"))
    assert not any(os.path.lexists(place) for place in enabled), enabled
    return None


if __name__ == "__main__":
    atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
    sys.exit(run_tests([it_is_built, it_holds_what_it_should, lintian_finds_no_error, the_unpacked_tree_works,
                        it_lives_a_whole_life_in_a_fresh_debian]))
