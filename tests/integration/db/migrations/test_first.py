"""The first revision: what it makes is what the version before it made, step by step."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from cycling.errors import InputError
from db import migrations
from db.engine import Database, connect
from db.queries.experiments.detail import experiment_facts
from db.series import upkeep
from tests.unit.db.lab import NOW, channels_of, read_series

STORED = Path(__file__).with_name("revision_0010.sql")  # dumped from a database of that version


@pytest.fixture
def before(tmp_path: Path) -> Iterator[Database]:
    """A database of the version before, with an experiment."""
    file = tmp_path / "before.sqlite"
    with sqlite3.connect(file) as connection:
        connection.executescript(STORED.read_text())
    connection.close()
    opened = connect(f"sqlite:///{file}")
    yield opened
    opened.dispose()


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    opened = connect(f"sqlite:///{tmp_path / 'new.sqlite'}")
    yield opened
    opened.dispose()


def statements(database: Database) -> dict[str, tuple[list[str], list[str]]]:
    """Columns in their order, and constraints in none, of each table and index, as SQLite has them.

    The order of constraints means nothing, and tells whether a table was made at once.
    """
    with database.read() as session:
        found = session.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
        return {name: _parts(sql) for name, sql in found if not name.startswith("sqlite_")}


def _parts(sql: str) -> tuple[list[str], list[str]]:
    head, body, tail = re.fullmatch(
        r"(CREATE \w+ [^(]+)\((.*)\)([^()]*)", re.sub(r"\s+", " ", sql.replace('"', ""))
    ).groups()
    parts = [one.strip() for one in re.split(r", (?![^()]*\))", body)]
    constraints = [one for one in parts if one.startswith(("CONSTRAINT ", "FOREIGN ", "UNIQUE "))]
    return [head, *(one for one in parts if one not in constraints), tail], sorted(constraints)


def quoted(names: list[str]) -> str:
    return ", ".join(f'"{one}"' for one in names)


def columns(database: Database) -> dict[str, list[str]]:
    """The columns of each table."""
    tables = inspect(database.engine)
    return {
        name: [one["name"] for one in tables.get_columns(name)]
        for name in tables.get_table_names()
        if name != "alembic_version"
    }


def rows(database: Database, of: dict[str, list[str]] | None = None) -> set[tuple]:
    """Every row with the name of its table; of a newer database the columns `of` an older one."""
    with database.read() as session:
        return {
            (name, *row)
            for name, listed in (of or columns(database)).items()
            for row in session.execute(text(f'SELECT {quoted(listed)} FROM "{name}"'))
        }


def test_a_database_of_the_version_before_goes_on_and_no_row_is_touched(before: Database):
    kept, of = rows(before), columns(before)
    assert len(kept) > 60
    assert migrations.upgrade(before) == migrations.head()
    migrations.check(before)
    copies = {row for row in kept if row[0] == "bem_series"}  # a worker is to look at each
    assert rows(before, of) >= kept - copies
    assert len(copies) == 1
    assert upkeep.find_due(before, NOW) == [(1, True)]


def test_its_tables_are_those_of_a_new_database(before: Database, new: Database):
    migrations.upgrade(before)
    migrations.upgrade(new)
    assert statements(before) == statements(new)


def test_its_experiment_is_shown_with_its_measures(before: Database):
    migrations.upgrade(before)
    facts = experiment_facts(before, 1)
    assert (facts.name, facts.description, facts.measures) == (
        "Ageing",
        "of the version before",
        12,
    )
    voltage = read_series(before, 1, channels_of(before, 1)).traces["voltage"]
    assert list(voltage.values[:3]) == [3.0, 3.001, 3.002]


def test_a_revision_before_the_first_is_refused_and_says_what_to_do(before: Database):
    with before.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0008'"))
    kept = rows(before)
    sentence = "revision 0008, of a version before the first release. Bring it to revision 0010"
    for act in (migrations.check, migrations.upgrade, migrations.outlook):
        with pytest.raises(InputError, match=sentence):
            act(before)
    assert rows(before) == kept
