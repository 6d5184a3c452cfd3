"""One data folder for all processes of a database, looked at as they start."""

import os
import stat
from pathlib import Path

import pytest

from cycling.errors import InputError
from db.commands import leases
from db.commands.data_folder import MARK, join_data_folder
from db.engine import Database
from tests.unit.db.lab import at_once

WORKER = "pc1:7:0123abcd"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "new" / "data"


@pytest.fixture
def other(tmp_path: Path) -> Path:
    return tmp_path / "other"


def test_processes_of_one_folder_may_start(database: Database, folder: Path, caplog):
    for replaces in (True, False, True):
        join_data_folder(database, folder, replaces=replaces)
    assert caplog.text == ""


def test_processes_that_start_at_once_agree(database: Database, folder: Path):
    starts = [lambda: join_data_folder(database, folder) for _ in range(4)]
    assert at_once(starts) == [None] * 4


def test_a_worker_with_another_folder_is_refused(database: Database, folder: Path, other: Path):
    join_data_folder(database, folder, replaces=True)
    with pytest.raises(InputError, match=f"{other} is not the data folder that .*:{folder} has"):
        join_data_folder(database, other)


def test_a_web_server_with_another_folder_than_workers_is_refused(
    database: Database, folder: Path, other: Path
):
    join_data_folder(database, folder)
    leases.say_present(database, leases.WORKER, WORKER)
    with pytest.raises(InputError, match=f"not the data folder of the workers .*:{folder}"):
        join_data_folder(database, other, replaces=True)


def test_a_folder_that_was_lost_is_replaced_by_the_web_server_and_the_log_says_so(
    database: Database, folder: Path, other: Path, caplog
):
    join_data_folder(database, folder)
    join_data_folder(database, other, replaces=True)
    assert f"what=data-folder-replaced by='{other}'" in caplog.text
    join_data_folder(database, other)
    with pytest.raises(InputError):
        join_data_folder(database, folder)


def test_a_new_folder_is_closed_to_others_and_an_open_one_is_in_the_log(
    database: Database, folder: Path, caplog
):
    before = os.umask(0)
    try:
        join_data_folder(database, folder)
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / MARK).stat().st_mode) == 0o600
    folder.chmod(0o755)
    join_data_folder(database, folder)
    assert f"what=open-to-others path='{folder}'" in caplog.text


def test_a_folder_that_cannot_be_used_is_said_to_be(database: Database, tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be used"):
        join_data_folder(database, tmp_path / "file")
    (tmp_path / MARK).write_text("")
    with pytest.raises(InputError, match=r"is empty\. Remove it"):
        join_data_folder(database, tmp_path)
