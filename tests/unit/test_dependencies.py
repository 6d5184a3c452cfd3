"""What the product is made of, from the metadata of what is installed."""

import os
import re
import subprocess
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest

from tests.machine import ROOT

PINNED = sorted(
    set(
        re.findall(
            r"^([\w.-]+)(?:\[[\w,]*\])?==",
            (ROOT / "requirements/run.txt").read_text(),
            re.MULTILINE,
        )
    )
)
DOCUMENT = (ROOT / "docs/dependencies.md").read_text()
ROWS = dict(re.findall(r"^\| ([\w.-]+)(?:\[\w+\])? \| ([^|]+) \|", DOCUMENT, re.MULTILINE))
COPYLEFT = re.compile(r"\b[AL]?GPL|General Public", re.IGNORECASE)
FAMILIES = ("MIT", "BSD", "Apache", "MPL", "PSF", "ISC", "EPL", "Zlib")


def stated(installed: Distribution) -> str:
    """Everything that a package says of its licence."""
    said = installed.metadata
    terms = said.get_all("Classifier") or []
    return "; ".join(
        [
            said.get("License-Expression") or "",
            (said.get("License") or "").partition("\n")[0],
            *(term for term in terms if term.startswith("License")),
        ]
    )


def families(text: str) -> set[str]:
    text = text.replace("Mozilla", "MPL").replace("Python Software", "PSF")
    return {one for one in FAMILIES if one.lower() in text.lower()}


@pytest.mark.parametrize("package", PINNED)
def test_every_package_of_the_product_is_listed_with_its_licence(package):
    assert package in ROWS
    assert not COPYLEFT.search(ROWS[package])
    try:
        said = stated(distribution(package))
    except PackageNotFoundError:  # for another system
        return
    assert not COPYLEFT.search(said)
    assert families(ROWS[package]) & families(said)


def test_every_direct_dependency_has_its_reason():
    named = re.findall(r"^([\w.-]+(?:\[\w+\])?)", (ROOT / "requirements/run.in").read_text(), re.M)
    reasons = dict(
        re.findall(r"^\| ([\w.-]+(?:\[\w+\])?) \| [^|]+ \| ([^|]+) \|$", DOCUMENT, re.MULTILINE)
    )
    assert named
    assert [name for name in named if not reasons.get(name)] == []


def test_what_is_pinned_otherwise_is_installed_whatever_its_date(tmp_path: Path):
    """An unpacked archive brings files that are older than what is installed."""
    names = ("Makefile", "pyproject.toml", "requirements/dev.txt", "requirements/lock.txt")
    (tmp_path / "requirements").mkdir()
    (tmp_path / ".venv").mkdir()
    for name in names:
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())

    def todo() -> str:
        command = ["make", "-n", "setup"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        return done.stdout

    stamp = next(line.split()[1] for line in todo().splitlines() if line.startswith("touch "))
    (tmp_path / stamp).touch()
    assert "pip install" not in todo()
    pins = tmp_path / "requirements" / "dev.txt"
    pins.write_text(pins.read_text().replace("pytest==", "pytest==1"))
    os.utime(pins, (0, 0))
    assert "pip install" in todo()
