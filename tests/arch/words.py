"""Names and words: top level, file names, paths of a machine, promises, decoders and their fuzzers."""
import os
import re

from sizes import functions
from tree import Breach, SKIPPED_FOLDERS, line_of

TOP = set("""daemon collectors rules config tests systemd docs web CMakeLists.txt README.md LICENSE NOTICE run test .ci .git
.gitignore .gitattributes .editorconfig .clang-format .dockerignore SECURITY.md CHANGELOG.md CONTRIBUTING.md debian""".split())
VAGUE = {"data", "info", "manager", "util", "utils", "helper", "helpers", "process", "misc", "common", "stuff"}
WRITTEN = (".c", ".h", ".cc", ".py", ".sh", ".js", ".css", ".html", ".md", ".yaml", ".yml", ".txt", ".cmake", ".service", ".scd", ".1", ".5", ".8")
# Put together here, so that this file does not hold what it looks for.
MACHINE = re.compile(r"(?<![\w.])/(" + "|".join(["wor" + "k", "hom" + "e", "roo" + "t", "User" + "s"]) + r")/[A-Za-z]")
PROMISE = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]) + r")\b|\b[nN]ot "
                     + r"(yet )?implemented\b")


def written(tree):
    for path in tree.paths:
        if (path.endswith(WRITTEN) or "." not in os.path.basename(path)) and tree.is_text(path):
            yield path


def top_level_holds_only_what_is_allowed(tree):
    for name in sorted(os.listdir(tree.root)):
        if name not in TOP and not SKIPPED_FOLDERS.match(name):
            yield Breach(name, 1, "does not belong to the top level")


def file_names_say_what_is_inside(tree):
    for path in tree.product():
        vague = VAGUE & set(re.split(r"[_.\-]", os.path.basename(path)))
        if vague:
            yield Breach(path, 1, f"'{vague.pop()}' says nothing")


def nothing_names_a_path_of_one_machine(tree):
    for path in written(tree):
        text = tree.text(path)
        for match in MACHINE.finditer(text):
            yield Breach(path, line_of(text, match.start()), f"path of a machine: {match.group()}...")


def nothing_is_promised_for_later(tree):
    for path in written(tree):
        text = tree.text(path)
        for match in PROMISE.finditer(text):
            yield Breach(path, line_of(text, match.start()), f"'{match.group()}'")


def every_decoder_has_its_fuzzer_and_seeds(tree):
    fuzzers = {p: tree.text(p) for p in tree.paths if re.fullmatch(r"tests/fuzz/fuzz_\w+\.cc?", p)}
    for path, name, line, _, _, is_static in functions(tree, tree.product()):
        if is_static or not re.search(r"(^|_)decode_", name):
            continue
        if not any(re.search(rf"\b{name}\b", text) for text in fuzzers.values()):
            yield Breach(path, line, f"{name} has no fuzz target")
    for path in fuzzers:
        seeds = "tests/fuzz/seeds/" + re.sub(r"^fuzz_|\.cc?$", "", os.path.basename(path)) + "/"
        if not any(p.startswith(seeds) for p in tree.paths):
            yield Breach(path, 1, f"no seeds in {seeds}")


def every_module_has_a_header_of_its_name_and_guard(tree):
    for path in tree.product():
        if not path.endswith(".h"):
            continue
        guard = "ASSOCD_" + re.sub(r"^daemon/", "", path).upper().replace("/", "_").replace(".", "_").replace("-", "_")
        if f"#ifndef {guard}" not in tree.text(path):
            yield Breach(path, 1, f"include guard is not {guard}")
