"""The command line over a database with one cell."""

from pathlib import Path

import pytest

from db.engine import Database
from tests.integration.bem.cli.shell import Program, Shell
from tests.unit.db.lab import add_cell


@pytest.fixture
def bem(database_url: str, tmp_path: Path, monkeypatch, capsys) -> Shell:
    """The command line, on each engine."""
    return Shell(tmp_path, database_url, monkeypatch, capsys)


@pytest.fixture
def lab(database: Database) -> Database:
    """The database of `bem`, with one cell."""
    add_cell(database, "Cell 1")
    return database


@pytest.fixture
def here(sqlite_database: Database, tmp_path: Path, monkeypatch, capsys) -> tuple[Shell, Database]:
    """The command line and its database with one cell, for what is not about the engine."""
    add_cell(sqlite_database, "Cell 1")
    url = sqlite_database.engine.url.render_as_string(hide_password=False)
    return Shell(tmp_path, url, monkeypatch, capsys), sqlite_database


@pytest.fixture
def program(here: tuple[Shell, Database]) -> Program:
    """The same as a process of its own."""
    return Program(here[0].folder, here[0].database_url)
