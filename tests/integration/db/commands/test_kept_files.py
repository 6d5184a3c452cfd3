"""Instruments' files beside their experiments: kept once, gone with the last of them."""

import hashlib
import os
from pathlib import Path

import pytest

from cycling.errors import InputError
from db.commands.kept_files import UNUSED_FOR, keep_file, kept_path, remove_kept, sweep_kept
from db.engine import Database
from db.models import ImportFile, ImportSource
from tests.unit.db.lab import NOW

CONTENT = b"1,2,3\n"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A file that is kept."""
    file = tmp_path / "cell.csv"
    file.write_bytes(CONTENT)
    keep_file(file, tmp_path, SHA256)
    return kept_path(tmp_path, SHA256)


def note(database: Database, experiment_id: int, *, kept: bool = True) -> None:
    with database.write() as session:
        session.add(
            ImportFile(
                experiment_id=experiment_id,
                number=0,
                file_name="cell.csv",
                sha256=SHA256,
                size_bytes=len(CONTENT),
                measures=3,
                facts={},
                digest=None,
                kept=kept,
            )
        )


def test_a_file_is_kept_once_for_its_owner_alone(kept: Path, tmp_path: Path):
    assert kept.read_bytes() == CONTENT
    assert kept.stat().st_mode & 0o077 == 0
    keep_file(tmp_path / "cell.csv", tmp_path, SHA256)
    assert [one.name for one in kept.parent.iterdir()] == [SHA256]


def test_a_file_that_has_changed_is_not_kept(tmp_path: Path):
    file = tmp_path / "cell.csv"
    file.write_bytes(b"other")
    with pytest.raises(InputError, match="was changed while it was imported"):
        keep_file(file, tmp_path, SHA256)
    assert list((tmp_path / "kept").iterdir()) == []


def test_it_goes_with_the_last_experiment_that_has_it(database, kept: Path, tmp_path: Path):
    note(database, 1)
    note(database, 2)
    remove_kept(database, tmp_path, 1)
    assert kept.exists()
    with database.write() as session:
        session.delete(session.get_one(ImportFile, (1, 0)))
    remove_kept(database, tmp_path, 2)
    assert not kept.exists()
    remove_kept(database, tmp_path, 2)  # again, after a crash


def test_an_import_that_is_under_way_keeps_it(sqlite_database, kept: Path, tmp_path: Path):
    note(sqlite_database, 1)
    with sqlite_database.write() as session:
        session.add(
            ImportSource(
                experiment_id=2,
                file_name="cell.csv",
                sha256=SHA256,
                format="CSV",
                mapping={},
                measures=0,
                user_name="oscar",
                beat_at=NOW,
            )
        )
    remove_kept(sqlite_database, tmp_path, 1)
    assert kept.exists()


def test_what_no_experiment_has_is_swept_after_a_day(sqlite_database, kept: Path, tmp_path: Path):
    assert sweep_kept(sqlite_database, tmp_path) == 0
    old_s = kept.stat().st_mtime - UNUSED_FOR.total_seconds() - 60
    os.utime(kept, (old_s, old_s))
    note(sqlite_database, 1)
    assert sweep_kept(sqlite_database, tmp_path) == 0
    with sqlite_database.write() as session:
        session.get_one(ImportFile, (1, 0)).kept = False
    assert sweep_kept(sqlite_database, tmp_path) == 1
    assert not kept.exists()
