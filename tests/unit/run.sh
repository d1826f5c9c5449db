#!/bin/bash
# Runs every cmocka program (tests/unit/*/test_*.c, tests/contract/test_*.c, tests/fault/test_*.c). Usage: run.sh BUILD_DIR
# One line a test; a program that ends badly without naming a test is a failure of its own.
set -u
tests=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "$1" && pwd) || exit 1
# With --all every call fails once, and all of it again under the thread sanitizer.
limit=120
[ "${ASSOCD_ALL:-0}" = 0 ] || limit=1200
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

run_one() {
	local name=$1 program=$build/tests/$1 out=$work/$1 status=0
	if [ ! -x "$program" ]; then
		echo "not ok unit $name: was not built"
		return
	fi
	(cd "$work" && CMOCKA_MESSAGE_OUTPUT=TAP timeout --kill-after=5 "$limit" "$program" </dev/null >"$out" 2>&1) || status=$?
	if [ "$status" -gt 0 ] && ! grep -q '^not ok ' "$out"; then
		echo "not ok 0 - ended with status $status" >>"$out"
	fi
	if grep -q '^not ok ' "$out"; then
		grep -v -E '^ok ' "$out" | tail -n 40 | sed -e 's/^not ok/# not ok/' -e 's/^skip /# skip /'
	fi
	sed -n -E -e "s/^ok [0-9]+ - (.*) # SKIP.*/skip unit $name \1/p;t" -e "s/^(not ok|ok) [0-9]+ - (.*)/\1 unit $name \2/p" "$out"
}

for source in "$tests"/unit/*/test_*.c "$tests"/contract/test_*.c "$tests"/fault/test_*.c; do
	[ -e "$source" ] || continue
	name=$(basename "$(dirname "$source")")_$(basename "${source%.c}")
	while [ "$(jobs -pr | wc -l)" -ge "$(nproc)" ]; do
		wait -n
	done
	run_one "$name" >"$work/$name.lines" &
done
wait
cat "$work"/*.lines
! grep -q '^not ok ' "$work"/*.lines
