"""What every call of `bem` costs: the modules that it loads."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
HEAVY = [
    *("alembic", "cycling.formats", "cycling.profile", "dash", "db.engine", "db.models", "flask"),
    *("numpy", "paho", "pandas", "plotly", "polars", "pyarrow", "pydantic", "rich", "sqlalchemy"),
]
CALL = (
    "import sys\n"
    "from bem.cli.app import main\n"
    "try: main()\n"
    "finally: sys.stderr.write('\\nloaded: ' + ' '.join(sys.modules))"
)


def loaded_by(tmp_path: Path, *arguments: str) -> set[str]:
    """The modules that a call has loaded, whether it worked or not."""
    ended = subprocess.run(
        [sys.executable, "-c", CALL, *arguments],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={"BEM_DATA_DIR": str(tmp_path)},
        text=True,
    )
    assert "Traceback" not in ended.stderr
    return set(ended.stderr.rpartition("loaded: ")[2].split())


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("--version",),
        ("health", "web", "--url", "http://127.0.0.1:1"),
        ("health", "worker"),
        ("health", "master-node"),
    ],
)
def test_help_version_and_health_load_nothing_heavy(tmp_path, arguments):
    modules = loaded_by(tmp_path, *arguments)
    assert "bem.cli.app" in modules
    assert modules.isdisjoint(HEAVY)
    assert len(modules) < 320


def test_the_version_is_that_of_the_package(monkeypatch, capsys):
    from bem.cli import app

    monkeypatch.setattr(sys, "argv", ["bem", "--version"])
    with pytest.raises(SystemExit) as ended:
        app.main()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert (ended.value.code or 0, capsys.readouterr().out) == (0, f"bem {version}\n")


@pytest.mark.parametrize("how", [["--url"], ["--url=ftp:x"], ["--url", "http://127.0.0.1:1", "x"]])
def test_a_health_check_that_is_written_otherwise_is_still_understood(monkeypatch, capsys, how):
    from bem.cli import app

    monkeypatch.setattr(sys, "argv", ["bem", "health", "web", *how])
    with pytest.raises(SystemExit) as ended:
        app.main()
    assert ended.value.code == (1 if how == ["--url=ftp:x"] else 2)
    assert capsys.readouterr().err.strip()
