#!/usr/bin/env python3
"""The installed tree stands alone: programs that find their files under its prefix, manual pages, completion that works in
a real bash."""
import atexit
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

from daemon import BUILD, ROOT, Daemon, run_tests

PREFIX = tempfile.mkdtemp(prefix="assocd-installed-")
BIN = os.path.join(PREFIX, "bin")
SHARE = os.path.join(PREFIX, "share")
SCRIPT = os.path.join(SHARE, "bash-completion", "completions", "assocctl")


def program(name, *words, **options):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ASSOCD_")}
    done = subprocess.run([os.path.join(BIN, name), *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=300, env=environment, **options)
    return done.returncode, done.stdout


def it_is_installed_whole():
    done = subprocess.run(["cmake", "--install", BUILD, "--prefix", PREFIX], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for pattern in ("bin/assocd", "bin/assocctl", "share/assocd/rules/default/scoring.yaml", "share/assocd/config/sample.ndjson",
                    "share/assocd/config/patterns/sshd.yaml", "share/bash-completion/completions/assocctl"):
        assert os.path.exists(os.path.join(PREFIX, pattern)), pattern


def every_manual_page_is_there():
    for source in glob.glob(os.path.join(ROOT, "docs", "*.scd")):
        page = os.path.basename(source)[:-len(".scd")]
        path = os.path.join(SHARE, "man", "man" + page[-1], page)
        assert os.path.getsize(path) > 1000, path


def files_are_found_under_the_prefix():
    with tempfile.TemporaryDirectory() as folder:
        config = os.path.join(folder, "assocd.yaml")
        with open(config, "w", encoding="utf-8"):
            pass
        status, said = program("assocd", "-n", "-c", config, "--state", folder, cwd="/")
        assert status == 0 and " 0 signals" not in said, said
        status, said = program("assocctl", "-c", config, "--json", "config", "show", cwd="/")
        shown = json.loads(said)
        for key in ("rules", "patterns", "asn_kinds"):
            assert shown[key]["value"].startswith(os.path.join(SHARE, "assocd")), (key, said)
        assert shown["state"]["value"] == "/var/lib/assocd", said


def its_daemon_answers_its_commands():
    daemon = Daemon(program=os.path.join(BIN, "assocd")).start()
    try:
        status, said = program("assocctl", "-c", daemon.config, "sample", "load", cwd="/")
        assert status == 0 and "refused" not in said, said
        status, said = program("assocctl", "-c", daemon.config, "tour", cwd="/")
        assert status == 0 and "Strongest links" in said, said
        assert daemon.stop() == 0
    finally:
        daemon.end()


def completed(line, config=None):
    """What bash offers for the line, the cursor at its end."""
    asked = f"source '{SCRIPT}'; COMP_LINE=$1 COMP_POINT=${{#1}}; _assocctl '{BIN}/assocctl' 2>/dev/null; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    environment = {**os.environ, "ASSOCD_CONFIG": config or os.path.join(ROOT, "config", "assocd.yaml")}
    done = subprocess.run(["bash", "--norc", "-c", asked, "bash", line], capture_output=True, text=True, env=environment, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[:-1] if done.stdout.strip() else []


def bash_completes_commands_options_and_rules():
    assert completed("assocctl acc") == ["account"]
    assert completed("assocctl rules ") == ["status", "check", "test", "explain", "overlap"]
    assert completed("assocctl alerts --st") == ["--state"]
    assert completed("assocctl alerts --state=ackn") == ["acknowledged"]  # bash replaces what follows '=' only
    assert completed("assocctl rules explain shared-de") == ["shared-device"]
    assert completed("assocctl send --pattern sshd-") == ["sshd-journal"]
    assert completed("assocctl send ") == []
    assert completed("assocctl nonsense ") == []


def bash_completes_what_the_daemon_knows():
    daemon = Daemon().start()
    try:
        accounts = ("shop/anna", "shop/anna@example.org", "shop/an na")
        lines = [json.dumps({"ts": 1780000000000 + i, "type": "login", "site": "shop", "account": name.split("/")[1]})
                 for i, name in enumerate(accounts)]
        assert daemon.send(lines)[1]["accepted"] == len(accounts)
        assert sorted(completed("assocctl account shop/a", daemon.config)) == ["shop/an\\ na", "shop/anna", "shop/anna@example.org"]
        assert completed("assocctl why shop/anna shop/anna@ex", daemon.config) == ["example.org"]
        assert sorted(completed(f"assocctl -c {daemon.config} links shop/ann")) == ["shop/anna", "shop/anna@example.org"]
        assert completed("assocctl cluster c", daemon.config) == []
        daemon.stop()
        assert completed("assocctl account shop/a", daemon.config) == []
    finally:
        daemon.end()


if __name__ == "__main__":
    atexit.register(shutil.rmtree, PREFIX, ignore_errors=True)
    sys.exit(run_tests([
        it_is_installed_whole, every_manual_page_is_there, files_are_found_under_the_prefix, its_daemon_answers_its_commands,
        bash_completes_commands_options_and_rules, bash_completes_what_the_daemon_knows,
    ]))
