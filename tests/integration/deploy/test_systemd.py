"""The services of systemd, as systemd itself reads them."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.machine import ROOT
from tests.served import BEM


def test_systemd_finds_nothing_wrong(tmp_path: Path):
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed (Debian: apt-get install systemd)")
    units = []
    for file in sorted((ROOT / "deploy" / "systemd").glob("*.service")):
        text = file.read_text().replace("/usr/local/bin/bem", str(BEM))
        units.append(tmp_path / file.name)
        units[-1].write_text(text.replace("file:///srv/bem", f"file://{ROOT}"))
    assert units
    verified = subprocess.run(
        [analyze, "verify", *units], check=False, capture_output=True, text=True
    )
    named = [line for line in verified.stderr.splitlines() if "bem-" in line]
    assert (verified.returncode, named) == (0, [])
