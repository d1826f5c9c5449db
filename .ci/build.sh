#!/bin/bash
# Configures and builds. Usage: build.sh FOLDER TARGET [cmake options ...]
# On a terminal the build draws its own line; elsewhere a line every five seconds. The whole log is FOLDER/build.log.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
folder=$1
target=$2
shift 2
log=$folder/build.log

mkdir -p "$folder"
# Two builds in one folder would break each other's files.
exec 9>"$folder/build.lock"
if ! flock -n 9; then
	echo "Another build runs in ${folder#"$root"/}; waiting for it"
	flock 9
fi
# A folder that was configured for another place (a copied tree) cannot be used again.
if [ -e "$folder/CMakeCache.txt" ] && ! grep -qsxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$folder/CMakeCache.txt"; then
	rm -rf "$folder/CMakeCache.txt" "$folder/CMakeFiles"
fi

fail() {
	tail -n 60 "$log" >&2
	echo "The build of ${folder#"$root"/} failed (above); the whole log is $log" >&2
	exit 1
}

sparse() {
	local line last=$SECONDS
	while IFS= read -r line; do
		printf '%s\n' "$line" >>"$log"
		if [ $((SECONDS - last)) -ge 5 ]; then
			printf '  %s\n' "${line:0:100}"
			last=$SECONDS
		fi
	done
}

cmake -S "$root" -B "$folder" -G Ninja "$@" >"$log" 2>&1 </dev/null || fail
export NINJA_STATUS='[%f/%t] '
jobs=$(nproc)
echo "Building ${folder#"$root"/}"
if [ -t 1 ]; then
	ninja -C "$folder" -j "$jobs" "$target" </dev/null || {
		echo "The build of ${folder#"$root"/} failed (above)" >&2
		exit 1
	}
else
	set -o pipefail
	ninja -C "$folder" -j "$jobs" "$target" </dev/null 2>&1 | sparse || fail
fi
