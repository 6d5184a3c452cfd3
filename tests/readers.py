"""Readers of another package, as a laboratory would install them, for tests."""

import sys
import textwrap
from pathlib import Path

from cycling.formats import open_table, propose, verify
from tests.machine import ROOT

FORMATS = ROOT / "tests" / "data" / "formats"


def install_reader(folder: Path, monkeypatch, source: str, class_name: str = "Ours") -> None:
    """Install a module with a reader for this process and its children."""
    (folder / "lab_readers.py").write_text(textwrap.dedent(source))
    info = folder / "lab_readers-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: lab-readers\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[bem.formats]\nours = lab_readers:{class_name}\n")
    monkeypatch.delitem(sys.modules, "lab_readers", raising=False)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", str(folder))


def checked(path: Path, name: str | None = None):
    """The table of a file and its verification, without any correction."""
    table = open_table(path, name)
    return table, verify(table, propose(table))
