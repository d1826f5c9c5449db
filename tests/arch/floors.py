"""Who may include whom: the floors, the ports, and one owner for every library."""
import os
import re

from tree import Breach, line_of

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)

FLOORS = {
    "daemon/base": 0, "daemon/vendor": 1, "daemon/model": 2,
    "daemon/index": 3, "daemon/graph": 3, "daemon/enrich": 3, "daemon/store": 3, "daemon/dossier": 3, "daemon/audit": 3, "rules": 3,
    "daemon/engine": 4, "collectors": 5, "daemon/intake": 5, "daemon/api": 5, "daemon/sinks": 5,
    "daemon/main": 6, "daemon/ctl": 6,
}
# Lower floors that a floor may use; a folder's own rows add single headers to them.
USES = {0: set(), 1: {0}, 2: {0}, 3: {0, 2}, 4: {0, 2, 3}, 5: {0, 1, 2}, 6: {0, 1, 2, 3, 4, 5}}
HEADERS = {
    # crypto: values of the privacy class `hash` are keyed where they are normalised, so that they go no further in the clear.
    "daemon/model": {"daemon/vendor/json.h", "daemon/vendor/unicode.h", "daemon/vendor/regex.h", "daemon/vendor/crypto.h"},
    "rules": {"daemon/vendor/yaml.h"},
    "daemon/enrich": {"daemon/vendor/yaml.h"},
    "daemon/dossier": {"daemon/vendor/crypto.h"},
    "daemon/audit": {"daemon/vendor/crypto.h", "daemon/vendor/json.h"},
}
PORTS = {"daemon/engine/engine.h", "daemon/intake/intake.h", "daemon/store/store.h", "daemon/dossier/dossier.h",
         "daemon/audit/trail.h", "rules/ruleset.h"}

# The engine's rooms: each may include those before it, and the engine's own port.
ROOMS = ["daemon/engine/state", "daemon/engine/evidence", "daemon/engine/pairs", "daemon/engine/fields", "daemon/engine/alerts",
         "daemon/engine", "daemon/engine/views"]

# Header of a library -> the files that may include it; True: only one file in the tree does.
OWNERS = [
    (r"event2/.*", r"daemon/vendor/(loop|http|tls|stream)\w*\.[ch]", False),
    (r"openssl/.*", r"daemon/vendor/(crypto|tls)\w*\.c", False),
    (r"simdjson\.h", r"daemon/vendor/json\w*\.cc", True),
    (r"yaml\.h", r"daemon/vendor/yaml\w*\.c", True),
    (r"(utf8proc|idn2|libpsl)\.h", r"daemon/vendor/unicode\w*\.c", False),
    (r"pcre2\.h", r"daemon/vendor/regex\w*\.c", True),
    (r"curl/.*", r"daemon/vendor/fetch\w*\.c", True),
    (r"systemd/.*", r"daemon/vendor/sd\w*\.c", True),
    (r"(seccomp|linux/landlock|linux/seccomp|sys/capability)\.h", r"daemon/vendor/sandbox\w*\.c", False),
    (r"sqlite3\.h", r"daemon/store/\w+\.c", True),
    (r"maxminddb\.h", r"daemon/enrich/\w+\.c", True),
    (r"pcap(/.*)?\.h", r"collectors/\w+/\w+\.c", True),
    (r"xxhash\.h", r"daemon/base/(bytes|map)\.c", False),
]
LIBC = set("""assert ctype dirent dlfcn endian errno fcntl fnmatch float getopt glob grp inttypes limits locale malloc math
netdb poll pthread pwd regex sched semaphore setjmp signal spawn stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib
string strings syslog termios time ucontext unistd wchar byteswap""".split())
LIBC_FOLDERS = ("sys/", "netinet/", "arpa/", "net/", "linux/", "sanitizer/")
CXX = re.compile(r"^[a-z_]+$")


def folder_of(path):
    parts = path.split("/")
    return parts[0] if parts[0] in ("rules", "collectors") else "/".join(parts[:2])


def includes(tree, path):
    text = tree.text(path)
    for match in INCLUDE.finditer(text):
        yield line_of(text, match.start()), match.group(1) == "<", match.group(2)


def resolve(tree, path, name):
    """Path in the tree of a quoted include: beside the file, else from the root."""
    beside = os.path.normpath(os.path.join(os.path.dirname(path), name))
    return beside if os.path.exists(os.path.join(tree.root, beside)) else os.path.normpath(name)


def may_enter(room, target):
    other = os.path.dirname(target)
    return room in ROOMS and other in ROOMS and (ROOMS.index(other) <= ROOMS.index(room) or target == "daemon/engine/engine.h")


def may_include(path, target):
    own, other = folder_of(path), folder_of(target)
    if own == "collectors" and other == "collectors":
        return os.path.dirname(path) == os.path.dirname(target) or target == "collectors/collector.h"
    if own == other == "daemon/engine":
        return may_enter(os.path.dirname(path), target)
    if own == other:
        return True
    if other not in FLOORS:
        return False
    if FLOORS[other] in USES[FLOORS[own]] or target in HEADERS.get(own, ()):
        return True
    if FLOORS[own] == 5 and target in PORTS:
        return True
    return FLOORS[own] == 6 and FLOORS[other] == 6


def files_include_their_own_folder_and_lower_floors_only(tree):
    for path in tree.product():
        if folder_of(path) not in FLOORS:
            yield Breach(path, 1, f"folder {folder_of(path)} stands on no floor")
            continue
        for line, is_system, name in includes(tree, path):
            if is_system:
                continue
            target = resolve(tree, path, name)
            if not may_include(path, target):
                yield Breach(path, line, f"{folder_of(path)} may not include {target}")


def owner_of(name):
    return next((row for row in OWNERS if re.fullmatch(row[0], name)), None)


def is_libc(path, name):
    stem = name[:-2] if name.endswith(".h") else None
    return stem in LIBC or name.startswith(LIBC_FOLDERS) or (path.endswith(".cc") and bool(CXX.match(name)))


def every_library_has_one_wrapper(tree):
    users = {}
    for path in tree.product():
        for line, is_system, name in includes(tree, path):
            row = owner_of(name) if is_system else None
            if row:
                users.setdefault(row, []).append((path, line))
                if not re.fullmatch(row[1], path):
                    yield Breach(path, line, f"<{name}> belongs to {row[1]}")
            elif is_system and not is_libc(path, name):
                yield Breach(path, line, f"<{name}> is a library that no wrapper owns")
    for row, places in users.items():
        if row[2] and len({path for path, _ in places}) > 1:
            for path, line in places:
                yield Breach(path, line, f"{row[0]} is included by more than one file")
