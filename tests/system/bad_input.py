#!/usr/bin/env python3
"""Bad input at every door of the real programs: a message that names file, line and remedy, a counter by reason, nothing
lost, nothing crashed. Broken HTTP is in http_doors.py and tests/unit/vendor/test_http.c, a log that rotates twice a second
in tail_logs.py, kill -9 and a second daemon under load in kill9.py."""
import shutil
import signal
import sys

import bad_files
import bad_lines
import full_disk
from daemon import run_tests


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    doors = bad_lines.doors
    try:
        doors.open()
        # The doors stay open meanwhile: somebody who connects and says nothing is ended after ten seconds.
        tests = bad_lines.TESTS + bad_files.TESTS + full_disk.TESTS + bad_lines.LAST_TESTS
        return run_tests(tests)
    finally:
        doors.close()
        if doors.daemon:
            shutil.rmtree(doors.daemon.dir, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
