"""Size and shape: functions, parameters, nesting, files, headers."""
import json
import os
import re
import subprocess

from tree import SCRIPTS, Breach, blanked

LINES_OF_FUNCTION, PARAMETERS, NESTING, LINES_OF_FILE, LINES_OF_HEADER = 60, 5, 3, 500, 150
TOKEN = re.compile(r"[A-Za-z_]\w*|[(){}\[\];:?]|\n|[^\s\w]")
LOOPS = {"for", "while", "switch"}


def functions(tree, paths):
    """(path, name, first line, last line, signature, is static) of every C function, by universal-ctags."""
    if not paths:
        return []
    run = subprocess.run(
        ["ctags", "--output-format=json", "--fields=+neSK", "--kinds-C=f", "--kinds-C++=f", "--langmap=C:.c.h,C++:.cc",
         "-L", "-", "-f", "-"], cwd=tree.root, input="\n".join(paths), stdout=subprocess.PIPE, check=True, text=True)
    found = []
    for row in map(json.loads, run.stdout.splitlines()):
        if row.get("kind") == "function" and "end" in row:
            found.append((row["path"], row["name"], row["line"], row["end"], row.get("signature", "()"), row.get("file", False)))
    return found


def parameter_count(signature):
    inner = signature.strip()[1:-1].strip()
    if inner in ("", "void"):
        return 0
    depth, count = 0, 1
    for char in inner:
        depth += char in "([{"
        depth -= char in ")]}"
        count += char == "," and depth == 0
    return count


class Nesting:
    """Walks the statements of one function body and remembers the deepest control statement.
    An `else if` is as deep as its `if`; a bare block, a case and a label add nothing."""

    def __init__(self, text, first_line):
        self.tokens, line = [], first_line
        for match in TOKEN.finditer(text):
            if match.group() == "\n":
                line += 1
            else:
                self.tokens.append((match.group(), line))
        self.at, self.deepest, self.line = 0, 0, first_line

    def peek(self):
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def enter(self, depth):
        if depth > self.deepest:
            self.deepest, self.line = depth, self.tokens[self.at][1]
        self.at += 1
        return depth

    def skip_group(self):
        """From an opening bracket to behind the one that closes it."""
        depth = 0
        while self.peek():
            depth += self.peek() in ("(", "{", "[")
            depth -= self.peek() in (")", "}", "]")
            self.at += 1
            if depth == 0:
                return

    def skip_expression(self, end):
        while self.peek() and self.peek() != end and self.peek() != "}":
            if self.peek() in ("(", "{", "["):
                self.skip_group()
            else:
                self.at += 1
        self.at += self.peek() == end

    def block(self, depth):
        self.at += 1
        while self.peek() and self.peek() != "}":
            self.statement(depth)
        self.at += 1

    def branch(self, depth):
        inner = self.enter(depth + 1)
        self.skip_group()
        self.statement(inner)
        if self.peek() != "else":
            return
        self.at += 1
        if self.peek() == "if":
            self.branch(depth)
        else:
            self.statement(inner)

    def plain(self, depth):
        """An expression or a declaration; a name, brackets and a block is a loop made by a macro."""
        start = self.at
        self.at += 1
        if self.peek() == "(":
            self.skip_group()
            if self.peek() == "{":
                end, self.at = self.at, start
                self.enter(depth + 1)
                self.at = end
                self.block(depth + 1)
                return
        self.at = start
        self.skip_expression(";")

    def statement(self, depth):
        word = self.peek()
        if word == "{":
            self.block(depth)
        elif word == "if":
            self.branch(depth)
        elif word in LOOPS:
            inner = self.enter(depth + 1)
            self.skip_group()
            self.statement(inner)
        elif word == "do":
            inner = self.enter(depth + 1)
            self.statement(inner)
            self.skip_expression(";")
        elif word in ("case", "default"):
            self.skip_expression(":")
        elif word in ("try", "else"):
            self.at += 1
        elif word in (";", ":"):
            self.at += 1
        else:
            self.plain(depth)


def deepest_nesting(body, first_line):
    walk = Nesting(body, first_line)
    while walk.peek() and walk.peek() != "{":
        walk.at += 1
    walk.block(0)
    return walk.deepest, walk.line


def functions_have_at_most_60_lines(tree):
    for path, name, first, last, _, _ in functions(tree, tree.code()):
        if last - first + 1 > LINES_OF_FUNCTION:
            yield Breach(path, first, f"{name} has {last - first + 1} lines")


def functions_have_at_most_5_parameters(tree):
    for path, name, first, _, signature, _ in functions(tree, tree.code()):
        if parameter_count(signature) > PARAMETERS:
            yield Breach(path, first, f"{name} has {parameter_count(signature)} parameters")


def functions_nest_at_most_3_deep(tree):
    lines = {path: blanked(tree.text(path)).split("\n") for path in tree.code()}
    for path, name, first, last, _, _ in functions(tree, tree.code()):
        depth, line = deepest_nesting("\n".join(lines[path][first - 1:last]), first)
        if depth > NESTING:
            yield Breach(path, line, f"{name} nests {depth} deep")


def files_have_at_most_500_lines(tree):
    scripts = [p for p in tree.paths if p.endswith(SCRIPTS) or p in ("run", "test")]
    for path in tree.code() + scripts:
        count = tree.text(path).count("\n")
        if count > LINES_OF_FILE:
            yield Breach(path, LINES_OF_FILE + 1, f"file has {count} lines")


def headers_stay_under_150_lines(tree):
    for path in tree.code():
        count = tree.text(path).count("\n")
        if path.endswith(".h") and count >= LINES_OF_HEADER:
            yield Breach(path, LINES_OF_HEADER, f"header has {count} lines")


def headers_compile_alone(tree):
    for path in tree.product():
        if not path.endswith(".h"):
            continue
        run = subprocess.run(["cc", "-std=gnu11", "-D_GNU_SOURCE", "-fsyntax-only", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror",
                              "-I.", "-include", path, "-x", "c", os.devnull],
                             cwd=tree.root, stderr=subprocess.PIPE, text=True, check=False)
        if run.returncode:
            first = next((l for l in run.stderr.splitlines() if "error" in l), run.stderr.strip()[:200])
            yield Breach(path, 1, f"does not compile alone: {first}")
