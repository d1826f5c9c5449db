"""The build without sanitizers that some tests need: ASSOCD_PLAIN, or the build under test where that has none. Not a
runner. `use` comes before anything that reads ASSOCD_BUILD."""
import ctypes
import os
import subprocess

LANDLOCK_CREATE_RULESET = 444
VERSION_FLAG = 1


def has_sanitizers(build):
    names = subprocess.run(["nm", "-D", os.path.join(build, "assocd")], capture_output=True, text=True).stdout
    return "__asan_init" in names or "__tsan_init" in names


def use():
    """Makes the other modules use that build. False: there is none, and the runner has said so."""
    build = os.environ.get("ASSOCD_PLAIN")
    if not build and not has_sanitizers(os.environ["ASSOCD_BUILD"]):
        build = os.environ["ASSOCD_BUILD"]
    if not build or os.environ["ASSOCD_BUILD"].endswith("/tsan"):
        print("skip confined: sanitizers need other system calls, and there is no build without (ASSOCD_PLAIN)", flush=True)
        return False
    os.environ["ASSOCD_BUILD"] = build
    return True


def landlock_version():
    """0: the kernel has none."""
    return max(0, ctypes.CDLL(None).syscall(LANDLOCK_CREATE_RULESET, 0, 0, VERSION_FLAG))
