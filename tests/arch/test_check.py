#!/usr/bin/env python3
"""The checker checked: each rule fires on a small tree that breaks it, and not on one that does not."""
import os
import subprocess
import sys
import tempfile

import floors
import objects
import sizes
import words
from tree import Tree

CASES = []


def case(check, files, breaches):
    """Registers a tree of files and the number of breaches that the check must find in it."""
    CASES.append((check, files, breaches))


def function(body, parameters="void"):
    return f"int f({parameters});\nint f({parameters})\n{{\n{body}\n}}\n"


INCLUDES = floors.files_include_their_own_folder_and_lower_floors_only
case(INCLUDES, {"daemon/graph/a.c": '#include "daemon/base/err.h"\n#include "daemon/model/ip.h"\n#include "a.h"\n', "daemon/graph/a.h": ""}, 0)
case(INCLUDES, {"daemon/graph/a.c": '#include "daemon/index/index.h"\n'}, 1)
case(INCLUDES, {"daemon/graph/a.c": '#include "daemon/engine/engine.h"\n'}, 1)
case(INCLUDES, {"daemon/base/a.c": '#include "daemon/vendor/json.h"\n'}, 1)
case(INCLUDES, {"daemon/model/a.c": '#include "daemon/vendor/json.h"\n#include "daemon/vendor/http.h"\n'}, 1)
case(INCLUDES, {"rules/a.c": '#include "daemon/vendor/yaml.h"\n#include "daemon/store/store.h"\n'}, 1)
case(INCLUDES, {"daemon/api/a.c": '#include "daemon/engine/engine.h"\n#include "rules/ruleset.h"\n#include "daemon/vendor/http.h"\n'}, 0)
case(INCLUDES, {"daemon/api/a.c": '#include "daemon/engine/state/state.h"\n'}, 1)
case(INCLUDES, {"collectors/tail/a.c": '#include "collectors/collector.h"\n#include "collectors/stream/b.h"\n'}, 1)
case(INCLUDES, {"daemon/ctl/a.c": '#include "daemon/main/config.h"\n#include "daemon/api/api.h"\n'}, 0)
case(INCLUDES, {"daemon/graph/a.c": '#include "../index/index.h"\n', "daemon/index/index.h": ""}, 1)
case(INCLUDES, {"daemon/engine/alerts/a.c": '#include "daemon/engine/pairs/pairs.h"\n#include "daemon/engine/engine.h"\n'}, 0)
case(INCLUDES, {"daemon/engine/evidence/a.c": '#include "daemon/engine/pairs/pairs.h"\n'}, 1)
case(INCLUDES, {"daemon/engine/alerts/a.c": '#include "daemon/engine/views/views.h"\n#include "daemon/engine/other/a.h"\n'}, 2)
case(INCLUDES, {"daemon/engine/other/a.c": '#include "daemon/engine/state/state.h"\n'}, 1)
case(INCLUDES, {"daemon/other/a.c": ""}, 1)

LIBRARIES = floors.every_library_has_one_wrapper
case(LIBRARIES, {"daemon/store/db.c": "#include <sqlite3.h>\n#include <stdio.h>\n"}, 0)
case(LIBRARIES, {"daemon/store/db.c": "#include <sqlite3.h>\n", "daemon/store/b.c": "#include <sqlite3.h>\n"}, 2)
case(LIBRARIES, {"daemon/api/a.c": "#include <event2/http.h>\n"}, 1)
case(LIBRARIES, {"daemon/api/a.c": "#include <glib.h>\n"}, 1)
case(LIBRARIES, {"daemon/vendor/json.cc": "#include <simdjson.h>\n#include <string_view>\n"}, 0)

LINES = sizes.functions_have_at_most_60_lines
case(LINES, {"daemon/base/a.c": function("\n" * 56)}, 0)
case(LINES, {"daemon/base/a.c": function("\n" * 57)}, 1)

PARAMETERS = sizes.functions_have_at_most_5_parameters
case(PARAMETERS, {"daemon/base/a.c": function("", "int a, int b, int (*c)(int, int), int d, int e")}, 0)
case(PARAMETERS, {"daemon/base/a.c": function("", "int a, int b, int c, int d, int e, int g")}, 1)

DEPTH = sizes.functions_nest_at_most_3_deep
case(DEPTH, {"daemon/base/a.c": function("if (1)\nfor (;;)\nwhile (1)\n;")}, 0)
case(DEPTH, {"daemon/base/a.c": function("if (1)\nfor (;;)\nwhile (1)\nif (2) ;")}, 1)
case(DEPTH, {"daemon/base/a.c": function("if (1) ; else if (2) ; else if (3) ; else if (4) { if (5) ; }")}, 0)
case(DEPTH, {"daemon/base/a.c": function("if (1) { each(x) { switch (2) { case 1: do { } while (0); } } }")}, 1)
case(DEPTH, {"daemon/base/a.c": function('if (1) { /* { if */ f("{"); } switch (x) { case 1: if (2) { if (3) ; } default: break; }')}, 0)
case(DEPTH, {"daemon/base/a.c": function("if (1)\nreturn;\nif (2)\nreturn;\nint a[] = { 1, 2 };\nif (3)\nreturn;\nif (4)\nreturn;")}, 0)

case(sizes.files_have_at_most_500_lines, {"daemon/base/a.c": "\n" * 501, "tests/x.py": "\n" * 501, "docs/a.md": "\n" * 900}, 2)
case(sizes.headers_stay_under_150_lines, {"daemon/base/a.h": "\n" * 149, "daemon/base/b.h": "\n" * 150}, 1)
case(sizes.headers_compile_alone, {"daemon/base/a.h": "int f(int a);\n"}, 0)
case(sizes.headers_compile_alone, {"daemon/base/a.h": "size_t f(void);\n"}, 1)

case(words.top_level_holds_only_what_is_allowed, {"README.md": "", "build-test/x": "", "notes.md": ""}, 1)
case(words.file_names_say_what_is_inside, {"daemon/base/string_util.c": "", "daemon/base/processor.c": ""}, 1)
case(words.nothing_names_a_path_of_one_machine, {"run": "cd /ho" + "me/joe\n", "docs/a.md": "https://x.org/wor" + "k/a\n"}, 1)
case(words.nothing_is_promised_for_later, {"daemon/base/a.c": "/* TO" + "DO: more */\n", "README.md": "photodo\n"}, 1)
case(words.every_module_has_a_header_of_its_name_and_guard,
     {"daemon/base/a.h": "#ifndef ASSOCD_BASE_A_H\n", "rules/b.h": "#ifndef RULES_B_H\n"}, 1)

DECODERS = words.every_decoder_has_its_fuzzer_and_seeds
DECODER = "int decode_line(void);\nint decode_line(void)\n{\n\treturn 0;\n}\n"
case(DECODERS, {"collectors/tail/a.c": DECODER}, 1)
case(DECODERS, {"collectors/tail/a.c": DECODER, "tests/fuzz/fuzz_line.c": "decode_line()"}, 1)
case(DECODERS, {"collectors/tail/a.c": DECODER, "tests/fuzz/fuzz_line.c": "decode_line()", "tests/fuzz/seeds/line/1": "x"}, 0)
case(DECODERS, {"collectors/tail/a.c": DECODER.replace("int decode", "static int decode")}, 0)

OBJECTS = [
    (objects.no_variable_is_external_and_mutable, {"daemon/base/a.c": "int a = 1; const int b = 1; static int c = 1; int *f(void) { return &c; }"}, 1),
    (objects.no_variable_is_external_and_mutable, {"daemon/base/a.c": "const char *const names[] = { \"x\" };"}, 0),
    (objects.a_file_has_mutable_state_only_where_its_header_says_so, {"daemon/base/a.c": "int f(void) { static int calls; return ++calls; }"}, 1),
    (objects.pure_folders_never_reach_outside, {"daemon/graph/a.c": "#include <time.h>\nlong f(void) { return time(0); }"}, 1),
    (objects.pure_folders_never_reach_outside, {"daemon/sinks/a.c": "#include <time.h>\nlong f(void) { return time(0); }"}, 0),
    (objects.no_mutex_below_the_edges, {"daemon/store/a.c": "#include <pthread.h>\nint f(pthread_mutex_t *m) { return pthread_mutex_lock(m); }"}, 1),
    (objects.files_of_the_engine_call_in_one_direction, {"daemon/engine/a.c": "int b(void); int a(void) { return b(); }",
                                                         "daemon/engine/pairs/b.c": "int b(void) { return 1; }"}, 0),
    (objects.files_of_the_engine_call_in_one_direction, {"daemon/engine/a.c": "int b(void); int a(void) { return b(); }",
                                                         "daemon/engine/pairs/b.c": "int a(void), c(void); int b(void) { return c(); }",
                                                         "daemon/engine/pairs/c.c": "int a(void); int c(void) { return a(); }"}, 1),
    (objects.no_two_files_define_one_external_name, {"daemon/api/a.c": "int f(void) { return 1; }", "collectors/a.c": "int f(void) { return 2; }"}, 1),
    (objects.no_two_files_define_one_external_name,
     {"daemon/api/a.c": "static int f(void) { return 1; } int g(void) { return f(); }", "collectors/a.c": "int f(void) { return 2; }"}, 0),
]


def grow(root, files):
    for path, text in files.items():
        full = os.path.join(root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)


def verdict(name, found, wanted):
    right = len(found) == wanted
    print(f"ok {name}" if right else f"not ok {name}: wanted {wanted} breaches, got {[str(b) for b in found]}")
    return not right


def run_source_cases():
    failed = 0
    for number, (check, files, wanted) in enumerate(CASES, 1):
        with tempfile.TemporaryDirectory() as root:
            grow(root, files)
            failed += verdict(f"arch-self {check.__name__} case {number}", list(check(Tree(root))), wanted)
    return failed


def run_object_cases():
    failed = 0
    for number, (check, files, wanted) in enumerate(OBJECTS, 1):
        with tempfile.TemporaryDirectory() as root:
            grow(root, files)
            for path in files:
                out = os.path.join(root, "build/CMakeFiles/x.dir", path + ".o")
                os.makedirs(os.path.dirname(out), exist_ok=True)
                subprocess.run(["cc", "-fPIE", "-c", os.path.join(root, path), "-o", out], check=True)
            found = list(check(Tree(root), os.path.join(root, "build")))
            failed += verdict(f"arch-self {check.__name__} object case {number}", found, wanted)
    return failed


if __name__ == "__main__":
    sys.exit(1 if run_source_cases() + run_object_cases() else 0)
