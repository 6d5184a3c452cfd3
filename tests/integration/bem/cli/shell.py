"""Calls `bem` as people do, within this process: a start of Python takes a second."""

import csv
import io
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bem import __main__ as program
from tests.served import BEM

HEADER = "Test Time / s,Voltage / V,Current / A"
GOOD = [f"{n},{3 + n / 1000},1" for n in range(40)]


@dataclass
class StatusNote:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str


@dataclass
class Shell:
    """Calls `bem` in a folder of its own, without settings but those that are given."""

    folder: Path
    database_url: str | None
    patch: pytest.MonkeyPatch
    output: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str | Path, say: str = "", **settings: str) -> StatusNote:
        """Call it with a text for its standard input; the keywords are its environment."""
        said = self._run([str(one) for one in arguments], say, settings)
        check(said)
        return said

    def refused(self, *arguments: str | Path, **how: str) -> str:
        """Call what must be refused; return what it says."""
        said = self(*arguments, **how)
        assert said.status == 2, said
        return said.err

    def partly(self, *arguments: str | Path) -> StatusNote:
        """Call what does a part of its work; what is done is on standard output."""
        said = self._run([str(one) for one in arguments], "", {})
        assert said.status == 2, said
        assert "Traceback" not in said.err + said.out
        return said

    def finding(self, *arguments: str | Path) -> str:
        """Call a comparison that finds something wrong; return what it prints."""
        said = self._run([str(one) for one in arguments], "", {})
        assert said.status == 1, said
        assert "Traceback" not in said.err + said.out
        assert said.err.strip()
        return said.out

    def done(self, *arguments: str | Path, **how: str) -> str:
        """Call what must work; return its result."""
        said = self(*arguments, **how)
        assert said.status == 0, said
        return said.out

    def _run(self, arguments: list[str], say: str, settings: dict[str, str]) -> StatusNote:
        with self.patch.context() as patch:
            for name, value in {**own_settings(self), **settings}.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["bem", *arguments])
            patch.setattr(sys, "stdin", io.StringIO(say))
            patch.chdir(self.folder)
            with pytest.raises(SystemExit) as ended:
                program.main()
        said = self.output.readouterr()
        return StatusNote(ended.value.code or 0, said.out, said.err)


@dataclass
class Program:
    """The same as a process, for what only a process shows."""

    folder: Path
    database_url: str | None
    settings: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str | Path) -> StatusNote:
        """Run it to its end."""
        ended = subprocess.run(
            [BEM, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            cwd=self.folder,
            env=self.environment(),
            timeout=120,
        )
        said = StatusNote(ended.returncode, ended.stdout.decode(), ended.stderr.decode())
        check(said)
        return said

    def environment(self) -> dict[str, str]:
        """Return the environment that it runs in."""
        plain = {name: v for name, v in os.environ.items() if not name.startswith("BEM_")}
        return {**plain, **own_settings(self), **self.settings}


def own_settings(of: Shell | Program) -> dict[str, str]:
    """Return the settings that each has of its own."""
    url = {"BEM_DATABASE_URL": of.database_url} if of.database_url else {}
    return {**url, "BEM_DATA_DIR": str(of.folder / "data")}


def check(said: StatusNote) -> None:
    """Hold what holds for every command: no traceback, and no output of one that failed."""
    assert "Traceback" not in said.err + said.out
    assert said.status in (0, 1, 2), said
    if said.status:
        assert said.out == ""
        assert said.err.strip()


def importing(file: Path | str, *more: str) -> list[str]:
    """Return the arguments that import a file."""
    return ["import", str(file), "--name", "Ageing", "--battery", "Cell 1", *more]


def cells(text: str) -> list[list[str]]:
    """Return the rows of a CSV text."""
    return list(csv.reader(io.StringIO(text)))
