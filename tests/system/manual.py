#!/usr/bin/env python3
"""The manual pages: they render without a warning, name pages and commands that there are, and every example in them is
run by the real programs. An example is a literal block behind a comment: `; file: NAME`, or `; conditions`."""
import glob
import json
import os
import re
import shutil
import subprocess
import sys

from daemon import BUILD, ROOT, Daemon, in_folder, run_tests

DOCS = os.path.join(ROOT, "docs")
PAGES = {os.path.basename(path)[:-len(".scd")]: path for path in sorted(glob.glob(os.path.join(DOCS, "*.scd")))}


def text_of(page):
    with open(PAGES[page], encoding="utf-8") as file:
        return file.read()


def literals(text):
    """Literal blocks with the comment line in front of each; backslashes as the reader sees them."""
    for mark, body in re.findall(r"^(; [^\n]*)?\n?\t*```\n(.*?)^\t*```$", text, re.M | re.S):
        yield mark, body.replace("\\\\", "\\")


def write_examples(page, folder):
    names = []
    for mark, body in literals(text_of(page)):
        if mark.startswith("; file: "):
            names.append(mark[len("; file: "):])
            with open(os.path.join(folder, names[-1]), "w", encoding="utf-8") as file:
                file.write(body)
    return names


def program(name, *words, **options):
    done = subprocess.run([os.path.join(BUILD, name), *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=300, **options)
    return done.returncode, done.stdout


@in_folder
def every_page_renders_without_a_warning(folder):
    assert len(PAGES) >= 6, PAGES
    for page, path in PAGES.items():
        with open(path, "rb") as source:
            made = subprocess.run(["scdoc"], stdin=source, capture_output=True)
        assert made.returncode == 0 and not made.stderr, (page, made.stderr)
        shown = subprocess.run(["groff", "-Kutf8", "-man", "-ww", "-Tutf8", "-z"], input=made.stdout, capture_output=True)
        assert shown.returncode == 0 and not shown.stderr, (page, shown.stderr)


def every_page_of_ours_that_is_named_exists():
    for page in PAGES:
        for name, section in re.findall(r"\*((?:assocd|assocctl)[a-z.-]*)\*\((\d)\)", text_of(page)):
            assert f"{name}.{section}" in PAGES, f"{page} names {name}({section})"


def command_lines():
    """(where, what follows the program's name): literal blocks and bold words of the pages, code of README.md and operations.md."""
    for page in PAGES:
        for _, body in literals(text_of(page)):
            yield from ((page, line) for line in re.findall(r"assocctl ([^\n]*)", body))
        yield from ((page, line) for line in re.findall(r"\*assocctl ([^*\n]+)\*", text_of(page)))
    for name in ("README.md", "docs/operations.md"):
        with open(os.path.join(ROOT, name), encoding="utf-8") as file:
            text = file.read()
        blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S)
        for code in blocks + re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)):
            yield from ((name, line) for line in re.findall(r"assocctl ([^\n]*)", code))


def every_command_that_is_named_exists():
    """And every option that it is given."""
    commands = re.findall(r"^  ([a-z]+(?: [a-z]+)?)(?= |$)", program("assocctl", "help")[1], re.M)
    seen = set()
    for where, line in command_lines():
        words = re.findall(r"[^\s)\"']+", re.sub(r"^(?:(?:-c|--url|--token-file) \S+ )*", "", line))
        name = next((n for n in (" ".join(words[:2]), words[0]) if n in commands), None)
        assert name, f"{where}: assocctl {line}"
        options = program("assocctl", "help", *name.split())[1]
        for option in re.findall(r" (--[a-z-]+)", line):
            assert option in options, f"{where}: {name} has no {option}"
        seen.add(name)
    assert len(seen) > 15, seen


def every_file_that_a_document_names_exists():
    """Links and `paths` of README.md and docs/*.md."""
    seen = 0
    for path in [os.path.join(ROOT, "README.md"), *glob.glob(os.path.join(DOCS, "*.md"))]:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        links = [os.path.join(os.path.dirname(path), link) for link in re.findall(r"\]\(([^)#:]+)\)", text)]
        named = [os.path.join(ROOT, name) for name in re.findall(r"`((?:daemon|collectors|rules|config|tests|docs|systemd|\.ci)/[\w.*/-]*)", text)]
        for name in links + named:
            assert glob.glob(name) or glob.glob(name + ".*"), f"{os.path.basename(path)} names {os.path.relpath(name, ROOT)}"
            seen += 1
    assert seen > 40, seen


@in_folder
def examples_of_rules_compile_and_their_tests_pass(folder):
    rules = os.path.join(folder, "rules")
    shutil.copytree(os.path.join(ROOT, "rules", "default"), rules)
    names = write_examples("assocd-rules.5", rules)
    assert len(names) >= 9, names
    status, said = program("assocctl", "rules", "check", rules)
    assert status == 0, said
    status, said = program("assocctl", "rules", "test", rules)
    assert status == 0 and " 0 failed" in said, said
    for name in names:
        if name.endswith(".test.yaml"):
            status, said = program("assocctl", "rules", "test", os.path.join(rules, name))
            assert status == 0 and said.startswith("2 passed"), (name, said)


@in_folder
def examples_of_conditions_compile(folder):
    rules = os.path.join(folder, "rules")
    shutil.copytree(os.path.join(ROOT, "rules", "default"), rules)
    with open(os.path.join(rules, "lists", "watched_accounts.txt"), "w", encoding="utf-8") as file:
        file.write("shop/anna\n")
    lines = [line for mark, body in literals(text_of("assocd-rules.5")) if mark == "; conditions" for line in body.splitlines()]
    assert len(lines) >= 4, lines
    for number, line in enumerate(lines):
        scope = next((s for s in ("account", "link", "cluster") if re.search(rf"\b{s}\.", line.replace("event.account", ""))), "account")
        with open(os.path.join(rules, f"condition-{number}.yaml"), "w", encoding="utf-8") as file:
            file.write(f"id: condition-{number}\ntitle: a condition of the manual\npolicy:\n  scope: {scope}\n  when: >\n    {line}\n")
    status, said = program("assocctl", "rules", "check", rules)
    assert status == 0, said


@in_folder
def examples_of_configurations_pass_the_check(folder):
    names = write_examples("assocd.yaml.5", folder)
    checked = [name for name in names if name.endswith(".yaml")]
    assert len(checked) >= 2 and "networks.csv" in names, names
    for name in checked:
        status, said = program("assocd", "-n", "-c", name, cwd=folder)
        assert status == 0 and "fine" in said, (name, said)


@in_folder
def what_the_shipped_configuration_comments_out_passes_the_check(folder):
    with open(os.path.join(ROOT, "config", "assocd.yaml"), encoding="utf-8") as file:
        text = re.sub(r"^# (?=(?:mmdb|site|alert_log|collectors):|  )", "", file.read(), flags=re.M)
    text = re.sub(r"^mmdb:.*\n", "", text, flags=re.M).replace("sample-networks.csv", os.path.join(ROOT, "config", "sample-networks.csv"))
    path = os.path.join(folder, "assocd.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    status, said = program("assocd", "-n", "-c", path)
    assert status == 0 and "collectors:" in text and "\n  tail:" in text, said


@in_folder
def examples_of_events_are_taken(folder):
    daemon = Daemon().start()
    try:
        for name in write_examples("assocd-events.5", folder):
            status, said = program("assocctl", "replay", os.path.join(folder, name))
            assert status == 0 and " 0 refused" in said, said
            status, said = program("assocctl", "-c", daemon.config, "send", "--backfill", os.path.join(folder, name))
            assert status == 0 and ", 0 refused" in said, said
        daemon.stop()
    finally:
        daemon.end()
    event = next(body for mark, body in literals(text_of("assocd-events.5")) if '"type":"login"' in body)
    with open(os.path.join(folder, "one.ndjson"), "w", encoding="utf-8") as file:
        file.write(json.dumps(json.loads(event)) + "\n")
    status, said = program("assocctl", "replay", os.path.join(folder, "one.ndjson"))
    assert status == 0 and "1 events, 0 duplicates, 0 refused" in said, said


@in_folder
def examples_of_patterns_make_the_events_that_they_show(folder):
    names = write_examples("assocd-patterns.5", folder)
    logs = [name for name in names if name.endswith(".log")]
    assert len(logs) == 2, names
    daemon = Daemon().start()
    try:
        for pattern, log, accepted, skipped in (("dovecot.yaml", "mail.log", 2, 1), ("shop.yaml", "shop.log", 1, 1)):
            status, said = program("assocctl", "-c", daemon.config, "--json", "send", "--backfill", "--pattern", f"./{pattern}", log, cwd=folder)
            answer = json.loads(said)
            assert status == 0 and (answer["accepted"], answer["skipped"]) == (accepted, skipped), said
        failed = json.loads(daemon.ask("GET", "/v1/accounts/mail%2Fbela@example.org")[1])
        assert failed["failed"] == 1, failed
        daemon.stop()
    finally:
        daemon.end()


@in_folder
def every_key_of_the_alert_log_is_explained(folder):
    log = os.path.join(folder, "alerts.jsonl")
    status, said = program("assocctl", "replay", "--networks", os.path.join(ROOT, "config", "sample-networks.csv"), "--alerts", log,
                           os.path.join(ROOT, "config", "sample.ndjson"))
    assert status == 0, said
    section = text_of("assocd.8").split("# ALERT LOG")[1].split("\n# ")[0]
    explained = set(re.findall(r"\*([a-z_]+)\*", section))
    with open(log, encoding="utf-8") as file:
        used = {key for line in file for key in json.loads(line)}
    assert len(used) > 12 and used <= explained, used - explained


if __name__ == "__main__":
    sys.exit(run_tests([
        every_page_renders_without_a_warning, every_page_of_ours_that_is_named_exists, every_command_that_is_named_exists,
        every_file_that_a_document_names_exists,
        examples_of_rules_compile_and_their_tests_pass, examples_of_conditions_compile, examples_of_configurations_pass_the_check,
        what_the_shipped_configuration_comments_out_passes_the_check, examples_of_events_are_taken,
        examples_of_patterns_make_the_events_that_they_show, every_key_of_the_alert_log_is_explained,
    ]))
