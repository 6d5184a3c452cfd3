"""Making and checking .cred.env, as the documents say."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.machine import ROOT
from tests.served import BEM

EXAMPLE = ROOT / ".cred.env.example"
MAKE = re.compile(r"^\(umask 077; awk .*?> \.cred\.env\)$", re.MULTILINE | re.DOTALL)


def secrets_of(text: str) -> dict[str, str]:
    return dict(re.findall(r"^(\w+)=(.+)$", text, re.MULTILINE))


def check(secrets: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BEM, "secrets", "check", *secrets],
        env={**os.environ, **secrets},
        capture_output=True,
        check=False,
        text=True,
    )


def test_the_example_is_refused_and_what_the_documents_make_of_it_is_taken(tmp_path: Path):
    refused = check(secrets_of(EXAMPLE.read_text()))
    assert refused.returncode == 2
    assert refused.stderr.count("still holds the example's value") == 8
    shutil.copy(EXAMPLE, tmp_path)
    commands = {
        MAKE.search((ROOT / one).read_text())[0] for one in ("README.md", "docs/operations.md")
    }
    (command,) = commands
    subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True)
    made = tmp_path / ".cred.env"
    assert made.stat().st_mode & 0o077 == 0
    assert check(secrets_of(made.read_text())).returncode == 0
    assert set(secrets_of(made.read_text())) == set(secrets_of(EXAMPLE.read_text()))


def test_compose_understands_the_file_and_refuses_to_go_without_secrets():
    compose = next(
        (one for one in (["docker", "compose"], ["docker-compose"]) if _works(one)), None
    )
    if compose is None:
        pytest.skip("Docker Compose 2 is not installed")
    command = [*compose, "--profile", "*", "config", "--quiet"]
    plain = {name: v for name, v in os.environ.items() if not name.startswith(("BEM_", "DATABASE"))}
    run = {"cwd": ROOT, "env": plain, "capture_output": True, "check": False, "text": True}
    found = subprocess.run([*compose, "--env-file", EXAMPLE, *command[len(compose) :]], **run)
    assert found.returncode == 0, found.stderr
    without = subprocess.run([*compose, "--env-file", "/dev/null", *command[len(compose) :]], **run)
    assert without.returncode != 0
    assert "see .cred.env.example" in without.stderr


def _works(compose: list[str]) -> bool:
    if shutil.which(compose[0]) is None:
        return False
    said = subprocess.run([*compose, "version", "--short"], capture_output=True, check=False)
    return said.returncode == 0 and said.stdout.lstrip(b"v").startswith(b"2.")
