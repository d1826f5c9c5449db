#!/bin/bash
# Fetches what the build puts the dashboard and the page script of the browser collector together with (a bundler, and the
# libraries in them), pinned in web/package-lock.json, into FOLDER/web/node_modules.
# Usage: web.sh FOLDER [test]     with `test` also what drives the page in tests, and what verifies our webhooks
# It ends with 0 whatever happens: a daemon that was built without them serves its page all the same, as the modules that it is
# written in and with words where the pictures would be, and says of /collect.js that it is missing.
set -u

root=$(cd "$(dirname "$0")/.." && pwd)
folder=$1/web
which=${2:-build}
omit=(--omit=dev)
[ "$which" = build ] || omit=()
mkdir -p "$folder"
sum=$(sha256sum <"$root/web/package-lock.json")

# What the tests need holds what the build needs.
for done in "$folder/node_modules/.for-test" "$folder/node_modules/.for-$which"; do
	if [ "$(cat "$done" 2>/dev/null)" = "$sum" ]; then
		exit 0
	fi
done
if ! command -v npm >/dev/null; then
	echo "There is no npm: the dashboard is built without its graph and plots, and /collect.js not at all." >&2
	exit 0
fi
cp "$root/web/package.json" "$root/web/package-lock.json" "$folder/"
log=$folder/npm.log
if timeout 300 npm ci --prefix "$folder" "${omit[@]}" --ignore-scripts --no-audit --no-fund --fetch-timeout=30000 \
	--fetch-retries=1 </dev/null >"$log" 2>&1; then
	echo "$sum" >"$folder/node_modules/.for-$which"
else
	rm -rf "$folder/node_modules"
	echo "npm could not fetch what web/package-lock.json names ($log): the dashboard is built without its graph and plots, and /collect.js not at all." >&2
fi
