"""The program itself: its help, its wrong usage, and what only a process of its own shows."""

import json
import subprocess
import time
from pathlib import Path

import pytest

from tests.integration.bem.cli.shell import GOOD, HEADER, Program, importing
from tests.served import BEM
from tests.servers import MariaDb
from tests.unit.db.lab import write_csv


def test_help_is_a_result(here):
    for arguments in (("--help",), ("import", "--help"), ("user", "add", "--help")):
        assert "Usage" in here[0].done(*arguments)


@pytest.mark.parametrize("arguments", [("nonsense",), ("db", "nonsense"), ("import",), ("export",)])
def test_wrong_usage_is_refused(here, arguments):
    here[0].refused(*arguments)


def test_starting_loads_no_web_server(tmp_path: Path):
    code = (
        "import sys, json; sys.argv = ['bem', 'user', '--help']\n"
        "from bem.cli import app\n"
        "print(json.dumps([name for name in ('dash', 'flask', 'alembic') if name in sys.modules]))"
    )
    ended = subprocess.run(
        [BEM.with_name("python"), "-c", code], capture_output=True, check=True, cwd=tmp_path
    )
    assert json.loads(ended.stdout) == []


def test_any_locale_gives_utf_8(here, program: Program, tmp_path: Path):
    bem, _ = here
    file = tmp_path / "m.csv"
    file.write_text("\n".join([f"{HEADER},Ω größe / °C", *[f"{row},1" for row in GOOD]]))
    experiment_id = bem.done(*importing(file, "--start", "2026-11-01")).strip()
    program.settings = {"PYTHONIOENCODING": "latin-1"}
    assert "Ω größe" in program("export", experiment_id).out


def test_the_reader_of_an_export_may_leave(here, program: Program, tmp_path: Path):
    bem, _ = here
    experiment_id = bem.done(*importing(write_csv(tmp_path / "c.csv", 3000))).strip()
    process = subprocess.Popen(
        [BEM, "export", experiment_id],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=program.environment(),
    )
    assert process.stdout.readline().startswith(b"Test Time")
    process.stdout.close()
    assert b"Traceback" not in process.stderr.read()
    process.stderr.close()
    process.wait(60)


def test_the_default_database_is_sqlite_in_the_data_folder(tmp_path: Path):
    bem = Program(tmp_path, None)
    assert bem("db", "upgrade").status == 0
    assert (tmp_path / "data" / "bem.sqlite").exists()
    assert bem("user", "list").out == ""


def test_a_server_that_is_away_is_a_failure_of_ours(tmp_path: Path):
    said = Program(tmp_path, "mysql://root:secret%40word@127.0.0.1:1/bem")("db", "check")
    assert (said.status, said.err.count("\n")) == (1, 1)
    assert "The database cannot be reached" in said.err
    assert "secret" not in said.err


@pytest.mark.mariadb
@pytest.mark.parametrize(
    "arguments",
    [
        ("health", "worker"),
        ("health", "master-node"),
        ("db", "check"),
        ("user", "list"),
        importing("cell.csv"),
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_a_server_that_hangs_is_said_after_seconds(
    here, tmp_path: Path, mariadb_server: MariaDb, arguments
):
    bem, url = here[0], mariadb_server.url("mysql")
    write_csv(tmp_path / "cell.csv", 3)
    bem(*arguments)  # loads what it needs
    with mariadb_server.hanging():
        began = time.monotonic()
        said = bem(*arguments, BEM_DATABASE_URL=url)
        assert time.monotonic() - began < 5
    assert (said.status, said.err.count("\n")) == (1, 1)
    assert "The database " in said.err
