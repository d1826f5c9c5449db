"""The tree under check: its files, their text, and C without comments and strings."""
import os
import re

CODE = (".c", ".h", ".cc")
SCRIPTS = (".py", ".sh", ".js")
SKIPPED_FOLDERS = re.compile(r"^(build.*|var|__pycache__|\..+)$")
LITERALS = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


class Breach(Exception):
    """One broken rule, at file:line."""

    def __init__(self, path, line, text):
        super().__init__(f"{path}:{line}: {text}")


class Tree:
    def __init__(self, root):
        self.root = root
        self.paths = sorted(self._walk())
        self._texts = {}

    def _walk(self):
        for folder, folders, files in os.walk(self.root):
            folders[:] = [name for name in folders if not SKIPPED_FOLDERS.match(name) or name == ".ci"]
            for name in files:
                yield os.path.relpath(os.path.join(folder, name), self.root)

    def text(self, path):
        if path not in self._texts:
            with open(os.path.join(self.root, path), encoding="utf-8", errors="replace") as file:
                self._texts[path] = file.read()
        return self._texts[path]

    def is_text(self, path):
        return "\0" not in self.text(path)[:8192]

    def code(self, *folders):
        """C and C++ below the given folders (all when none is given)."""
        return [p for p in self.paths if p.endswith(CODE) and (not folders or p.startswith(folders))]

    def product(self):
        return self.code("daemon/", "collectors/", "rules/")


def blanked(text):
    """The text with comments and literals overwritten by spaces; every line stays where it was."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group())
    return LITERALS.sub(blank, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1
