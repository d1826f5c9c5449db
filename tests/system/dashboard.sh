#!/bin/bash
# The dashboard in a real browser (tests/web). What it needs comes from npm; where that cannot be reached it is skipped.
set -u
modules=$ASSOCD_BUILD/web/node_modules
if [ ! -d "$modules/playwright-core" ]; then
	case $ASSOCD_BUILD in
	*/tsan) echo "skip dashboard: it is driven once, over the first build" ;;
	*) echo "skip dashboard: npm could not fetch what drives a browser (web/package-lock.json)" ;;
	esac
	exit 0
fi
if ! command -v chromium >/dev/null || ! command -v node >/dev/null; then
	echo "skip dashboard: chromium or node is not installed"
	exit 0
fi
exec node tests/web/run.mjs
