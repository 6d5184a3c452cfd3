"""`bem db backup`: a copy of an SQLite database that is in use."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from cycling.errors import InputError
from db import series
from db.backup import back_up
from db.engine import Database, connect
from tests.databases import SERVER_ENGINES, sqlite_url
from tests.unit.db.lab import add_cell, block, import_blocks, import_with_rows


def rows_of(file: Path) -> dict[str, list[tuple]]:
    with closing(sqlite3.connect(file)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for (name,) in names}


def test_a_restored_copy_has_every_row(sqlite_database: Database, tmp_path: Path):
    import_blocks(sqlite_database, [block(2_000)])
    import_with_rows(sqlite_database, [block(2_000)])
    copy = tmp_path / "copy.sqlite"
    back_up(sqlite_database, copy)
    original = Path(sqlite_database.engine.url.database)
    before = rows_of(original)
    assert len(before["GenericMeasures"]) == 2_000
    assert rows_of(copy) == before
    restored = connect(sqlite_url(copy))
    add_cell(restored, "Another one")  # it can be used
    for experiment_id in (1, 2):
        assert series.check(restored, experiment_id) == []
        voltages = [one.voltage_v for one in series.stream(restored, experiment_id, [])]
        volts = (3 + np.arange(2_000) / 1000) * 1000 / 1000  # stored in mV
        assert np.array_equal(np.concatenate(voltages), volts)
    restored.dispose()
    assert rows_of(original) == before


def test_a_copy_while_others_write_is_one_moment(sqlite_database: Database, tmp_path: Path):
    import_blocks(sqlite_database, [block(5_000)])
    original = Path(sqlite_database.engine.url.database)
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            add_cell(sqlite_database, f"Another {number}")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        back_up(sqlite_database, tmp_path / "copy.sqlite")
    finally:
        stop.set()
        writer.join()
    copied = rows_of(tmp_path / "copy.sqlite")
    assert len(copied["bem_series_chunks"]) == len(rows_of(original)["bem_series_chunks"]) > 3
    with closing(sqlite3.connect(tmp_path / "copy.sqlite")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert len(copied["Battery"]) == len(copied["Lithium"])


def test_a_file_that_is_there_is_not_replaced(sqlite_database: Database, tmp_path: Path):
    kept = tmp_path / "kept.sqlite"
    kept.write_text("important")
    with pytest.raises(InputError, match=r"kept\.sqlite is there already"):
        back_up(sqlite_database, kept)
    assert kept.read_text() == "important"


def test_a_folder_that_is_not_there_is_named(sqlite_database: Database, tmp_path: Path):
    with pytest.raises(InputError, match=r"none/copy\.sqlite cannot be written"):
        back_up(sqlite_database, tmp_path / "none" / "copy.sqlite")


@pytest.mark.parametrize("database_url", SERVER_ENGINES, indirect=True)
def test_a_server_is_copied_by_its_own_program(database: Database, tmp_path: Path):
    with pytest.raises(InputError, match="mysqldump"):
        back_up(database, tmp_path / "copy.sqlite")
