"""What only the built objects tell: mutable variables, and the outside world in pure folders."""
import glob
import os
import re
import subprocess

from tree import Breach

MUTABLE = re.compile(r"^(\.data|\.bss|\.tdata|\.tbss|COMMON|\*COM\*)(\.(?!rel\.ro).*)?$")
# Names that the compiler and its sanitizers add.
GENERATED = re.compile(r"^(__|_GLOBAL_|\.L|_ZZ?GV|DW\.|_ZTV|_ZTI|_ZTS)")
PURE = ("daemon/model/", "daemon/index/", "daemon/graph/", "daemon/dossier/", "daemon/engine/")
ENGINE = "daemon/engine/"
OUTSIDE = re.compile(
    r"^(clock_(wall|mono|cpu)_\w+|clock_gettime|time|gettimeofday|localtime(_r)?|open(at)?(64)?|fopen(64)?|read|write|socket|"
    r"connect|recv\w*|send\w*|rand(_r)?|s?random|getrandom|getentropy|arc4random\w*|getenv|pthread_create|usleep|nanosleep)$")
MUTEX = re.compile(r"^(pthread_(mutex|rwlock|cond|spin)_\w+|mtx_\w+)$")
BELOW_EDGES = PURE + ("daemon/base/", "daemon/vendor/", "daemon/enrich/", "daemon/store/", "rules/")


def objects(build):
    """(source path in the tree, object file) of the product's own sources."""
    for path in sorted(glob.glob(os.path.join(build, "CMakeFiles", "*.dir", "**", "*.o"), recursive=True)):
        inside = path.split(".dir/", 1)[1]
        if inside.startswith(("daemon/", "collectors/", "rules/")):
            yield inside[:-2], path


def symbols(path):
    """(name, class letter, section) of one object file."""
    run = subprocess.run(["nm", "-f", "sysv", path], stdout=subprocess.PIPE, check=True, text=True)
    for line in run.stdout.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) == 7:
            yield cells[0], cells[2], cells[6]


def line_of_name(tree, source, name):
    plain = re.sub(r"\.\d+$", "", name)
    for number, line in enumerate(tree.text(source).split("\n"), 1):
        if re.search(rf"\b{re.escape(plain)}\b", line):
            return number
    return 1


def mutable_variables(build):
    for source, path in objects(build):
        for name, letter, section in symbols(path):
            if MUTABLE.match(section) and not GENERATED.match(name) and letter not in "UNn":
                yield source, name, letter


def no_variable_is_external_and_mutable(tree, build):
    for source, name, letter in mutable_variables(build):
        if letter.isupper():
            yield Breach(source, line_of_name(tree, source, name), f"{name} is external and mutable")


def a_file_has_mutable_state_only_where_its_header_says_so(tree, build):
    """The header of such a module calls the state process-wide (the log's threshold)."""
    for source, name, letter in mutable_variables(build):
        header = os.path.splitext(source)[0] + ".h"
        said = header in tree.paths and "process-wide" in tree.text(header).lower()
        if letter.islower() and not said:
            yield Breach(source, line_of_name(tree, source, name), f"{name} is a mutable file variable")


def no_two_files_define_one_external_name(tree, build):
    """The linker takes either, without a word, where both lie in static libraries."""
    defined = {}
    for source, path in objects(build):
        if source not in tree.paths:  # an object that an earlier tree left in the build folder
            continue
        for name, letter, _ in symbols(path):
            if letter in "TDBR" and name != "main" and not GENERATED.match(name):
                defined.setdefault(name, set()).add(source)
    for name, sources in sorted(defined.items()):
        first, *others = sorted(sources)
        for source in others:
            yield Breach(source, line_of_name(tree, source, name), f"{name} is defined in {first}, too")


def callers(tree, build, folder):
    """Of each file below the folder those whose names it uses, and one such name of each."""
    defined, used = {}, {}
    for source, path in objects(build):
        if source not in tree.paths or not source.startswith(folder):
            continue
        for name, letter, section in symbols(path):
            if letter in "TDBR" and not GENERATED.match(name):
                defined[name] = source
            elif section == "*UND*":
                used.setdefault(source, set()).add(name)
    return {source: {defined[name]: name for name in sorted(names) if defined.get(name, source) != source} for source, names in used.items()}


def way_back(uses, begin):
    """The files of a shortest circle through that one, or None."""
    before, asked = {}, [begin]
    for source in asked:
        for other in uses.get(source, {}):
            if other == begin:
                way = [source]
                while way[-1] != begin:
                    way.append(before[way[-1]])
                return way[::-1]
            if other not in before:
                before[other] = source
                asked.append(other)
    return None


def files_of_the_engine_call_in_one_direction(tree, build):
    uses = callers(tree, build, ENGINE)
    for source in sorted(uses):
        way = way_back(uses, source)
        if way and source == min(way):
            name = uses[source][(way + [source])[1]]
            yield Breach(source, line_of_name(tree, source, name), "a circle: " + " -> ".join(way + [source]))


def forbidden(tree, build, folders, pattern, text):
    for source, path in objects(build):
        if not source.startswith(folders):
            continue
        for name, letter, section in symbols(path):
            if section == "*UND*" and pattern.match(name):
                yield Breach(source, line_of_name(tree, source, name), f"{name}: {text}")


def pure_folders_never_reach_outside(tree, build):
    yield from forbidden(tree, build, PURE, OUTSIDE, "time, files, sockets and chance arrive in events only")


def no_mutex_below_the_edges(tree, build):
    yield from forbidden(tree, build, BELOW_EDGES, MUTEX, "threads exchange frames through rings")
