#!/bin/bash
# Runs every fuzz program for a while on its seeds. Usage: smoke.sh BUILD_DIR SECONDS
# What was found stays in BUILD_DIR/fuzz/NAME.found, to become a seed of its own.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$1
seconds=$2

run_one() {
	local program=$1 name work
	name=$(basename "$program")
	name=${name#fuzz_}
	work=$build/fuzz/$name.corpus
	mkdir -p "$work" "$build/fuzz/$name.found"
	if "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=0 -verbosity=0 \
		-artifact_prefix="$build/fuzz/$name.found/" "$work" "$here/seeds/$name" >"$build/fuzz/$name.log" 2>&1; then
		echo "ok fuzz $name"
	else
		tail -n 30 "$build/fuzz/$name.log" | sed 's/^/# /'
		echo "not ok fuzz $name: see $build/fuzz/$name.log"
	fi
}

found=0
for source in "$here"/fuzz_*.c; do
	[ -e "$source" ] || continue
	found=1
	program=$build/fuzz/$(basename "${source%.c}")
	if [ ! -x "$program" ]; then
		echo "not ok fuzz $(basename "${source%.c}"): was not built"
		continue
	fi
	while [ "$(jobs -pr | wc -l)" -ge "$(nproc)" ]; do
		wait -n
	done
	run_one "$program" &
done
wait
[ "$found" = 1 ] || echo "skip fuzz: there is no fuzz target"
