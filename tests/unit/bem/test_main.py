"""What every call of `bem` costs: the modules that it loads."""

import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
HEAVY = [
    *("alembic", "cycling.formats", "cycling.profile", "dash", "db.engine", "db.models", "flask"),
    *("numpy", "paho", "pandas", "plotly", "polars", "pyarrow", "pydantic", "rich", "sqlalchemy"),
]
CALL = (
    "import sys\n"
    "from bem.__main__ import main\n"
    "try: main()\n"
    "finally: sys.stderr.write('\\nloaded: ' + ' '.join(sys.modules))"
)


def loaded_by(tmp_path: Path, *arguments: str) -> set[str]:
    """The modules that a call has loaded, whether it worked or not."""
    return called(tmp_path, *arguments)[0]


def called(tmp_path: Path, *arguments: str, **settings: str) -> tuple[set[str], str]:
    """The same, and what it said on standard error."""
    ended = subprocess.run(
        [sys.executable, "-c", CALL, *arguments],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={"BEM_DATA_DIR": str(tmp_path), **settings},
        text=True,
    )
    assert "Traceback" not in ended.stderr
    said, _, modules = ended.stderr.rpartition("\nloaded: ")
    return set(modules.split()), said.strip()


@pytest.mark.parametrize("arguments", [("--help",), ("--version",)])
def test_help_and_version_load_nothing_heavy(tmp_path, arguments):
    modules = loaded_by(tmp_path, *arguments)
    assert "bem.cli.app" in modules
    assert modules.isdisjoint(HEAVY)
    assert len(modules) < 320


@pytest.mark.parametrize(
    "arguments", [("web", "--url", "http://127.0.0.1:1"), ("worker",), ("master-node",)]
)
def test_health_loads_no_other_command(tmp_path, arguments):
    modules = loaded_by(tmp_path, "health", *arguments)
    assert "bem.process_health" in modules
    assert modules.isdisjoint([*HEAVY, "typer", "bem.cli"])


def test_the_version_is_that_of_the_package(monkeypatch, capsys):
    from bem import __main__ as program

    monkeypatch.setattr(sys, "argv", ["bem", "--version"])
    with pytest.raises(SystemExit) as ended:
        program.main()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert (ended.value.code or 0, capsys.readouterr().out) == (0, f"bem {version}\n")


@pytest.mark.parametrize("how", [["--url"], ["--url=ftp:x"], ["--url", "http://127.0.0.1:1", "x"]])
def test_a_health_check_that_is_written_otherwise_is_still_understood(monkeypatch, capsys, how):
    from bem import __main__ as program

    monkeypatch.setattr(sys, "argv", ["bem", "health", "web", *how])
    with pytest.raises(SystemExit) as ended:
        program.main()
    assert ended.value.code == (1 if how == ["--url=ftp:x"] else 2)
    assert capsys.readouterr().err.strip()


@pytest.fixture
def silent_server() -> Iterator[int]:
    """The port of a server that takes connections and says nothing, as one that is stopped."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.mark.parametrize("command", ["db check", "user list", "export 1"])
def test_a_server_that_says_nothing_is_said_before_what_takes_long_is_loaded(
    tmp_path, silent_server, command
):
    url = f"mysql://bem:secret@127.0.0.1:{silent_server}/bem"
    modules, said = called(tmp_path, *command.split(), BEM_DATABASE_URL=url)
    assert modules.isdisjoint({"sqlalchemy", "alembic"})
    assert said == "bem: The database does not answer. Nothing is lost; try again in a moment."
