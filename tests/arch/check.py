#!/usr/bin/env python3
"""Checks what the architecture promises: floors, sizes, names. Usage: check.py [--root DIR] [--build DIR]

Without --build, what needs built objects is skipped. Prints every breach as file:line, then a line for each check
(tests/README.md), and ends with the count.
"""
import argparse
import os
import sys

import floors
import objects
import sizes
import words
from tree import Tree

SOURCE_CHECKS = [
    floors.files_include_their_own_folder_and_lower_floors_only,
    floors.every_library_has_one_wrapper,
    sizes.functions_have_at_most_60_lines,
    sizes.functions_have_at_most_5_parameters,
    sizes.functions_nest_at_most_3_deep,
    sizes.files_have_at_most_500_lines,
    sizes.headers_stay_under_150_lines,
    sizes.headers_compile_alone,
    words.top_level_holds_only_what_is_allowed,
    words.file_names_say_what_is_inside,
    words.nothing_names_a_path_of_one_machine,
    words.nothing_is_promised_for_later,
    words.every_decoder_has_its_fuzzer_and_seeds,
    words.every_module_has_a_header_of_its_name_and_guard,
]
OBJECT_CHECKS = [
    objects.no_variable_is_external_and_mutable,
    objects.no_two_files_define_one_external_name,
    objects.a_file_has_mutable_state_only_where_its_header_says_so,
    objects.pure_folders_never_reach_outside,
    objects.no_mutex_below_the_edges,
    objects.files_of_the_engine_call_in_one_direction,
]


def report(check, breaches):
    for breach in breaches:
        print(breach)
    if breaches:
        print(f"not ok arch {check.__name__}: {len(breaches)} places")
    else:
        print(f"ok arch {check.__name__}")
    return bool(breaches)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", default=os.path.dirname(os.path.dirname(here)))
    parser.add_argument("--build")
    options = parser.parse_args()
    tree = Tree(options.root)
    failed = sum(report(check, list(check(tree))) for check in SOURCE_CHECKS)
    if options.build:
        failed += sum(report(check, list(check(tree, options.build))) for check in OBJECT_CHECKS)
    else:
        for check in OBJECT_CHECKS:
            print(f"skip arch {check.__name__}: needs --build")
    count = len(SOURCE_CHECKS) + (len(OBJECT_CHECKS) if options.build else 0)
    print(f"{count - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
