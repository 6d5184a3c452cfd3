"""Runs the tests: `make test`, or a part of them: `make test ARGS="browser -k login"`.

Installs the servers and the browser that are missing where it may (as root on Debian). Elsewhere
it runs what it can and names the rest; in CI nothing may be left out.
"""

# ruff: noqa: T201 - it talks to whoever runs the tests
import os
import subprocess
import sys
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path

import pytest

from tests.machine import PROGRAMS, PROXIES, ROOT, Program, in_ci, is_root

SUITES = ("unit", "integration", "browser", "faults")


def main(arguments: list[str]) -> int:
    """Run the suites that the first arguments name, all without one; the rest is pytest's."""
    suites = list(takewhile(SUITES.__contains__, arguments))
    rest = arguments[len(suites) :]
    needed = [
        program
        for program in (*PROGRAMS, *(PROXIES if in_ci() else ()))
        if not suites or any(suite in program.needed_by for suite in suites)
    ]
    missing = [program for program in needed if not program.find()]
    if missing and is_root() and is_debian():
        install([package for program in missing for package in program.debian])
        missing = [program for program in needed if not program.find()]
    if missing and in_ci():
        say("Nothing may be left out in CI, and these are missing:", missing)
        return 1
    if not any(Path(one.partition("::")[0]).exists() for one in rest):  # not for single files
        compile_tests(suites or SUITES)
    status = run_pytest(["-n", "4", *(f"tests/{suite}" for suite in suites), *rest])
    if missing:
        say("Left out above, because these are not installed:", missing)
    return status


def is_debian() -> bool:
    """Whether Debian's packages fit this machine."""
    try:
        lines = Path("/etc/os-release").read_text().splitlines()
    except OSError:
        return False
    return "ID=debian" in lines


def install(packages: list[str]) -> None:
    """Install Debian packages; a failure is seen by what is still missing."""
    print(f"Installing {', '.join(packages)} from Debian's packages ...", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install_them = ["apt-get", "install", "--yes", "-qq", "--no-install-recommends", *packages]
    for command in (["apt-get", "update", "-qq"], install_them):
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)


def compile_tests(suites: Sequence[str]) -> None:
    """Compile what a fresh checkout has not compiled; else each process would do it for itself."""
    compiled = f".{sys.implementation.cache_tag}-pytest-{pytest.__version__}.pyc"
    folders = [ROOT / "tests" / suite for suite in suites]
    fresh = [
        folder
        for folder in folders
        if any(
            not (test.parent / "__pycache__" / f"{test.stem}{compiled}").exists()
            for test in folder.rglob("test_*.py")
        )
    ]
    collect = [sys.executable, "-m", "pytest", "--collect-only", "-qq"]
    started = [
        subprocess.Popen(
            [*collect, *share],
            cwd=ROOT,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # what is wrong with a test is said by the run itself
        )
        for share in (fresh[::2], fresh[1::2])
        if share
    ]
    for process in started:
        process.wait()


def run_pytest(arguments: list[str]) -> int:
    """Run pytest; its summary is what is read last."""
    command = [sys.executable, "-m", "pytest", "--dist", "worksteal", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment(), check=False).returncode


def environment() -> dict[str, str]:
    """Return ours; without compiled files each process would compile the libraries again."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def say(headline: str, missing: list[Program]) -> None:
    """Name what is missing, who needs it, and how to get it."""
    print(f"\n{headline}")
    for program in missing:
        print(f"  {program.title}, for the {' and '.join(program.needed_by)} tests")
        print(f"    Debian: apt-get install --no-install-recommends {' '.join(program.debian)}")
        print(f"    macOS:  {program.brew}", flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
