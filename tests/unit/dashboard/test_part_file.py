"""Files that are being received have their place on the disk from the first byte on."""

import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from cycling.errors import InputError
from dashboard.part_file import NO_ROOM, free_bytes, part_file
from tests.machine import ROOT

MEGABYTE = 1024 * 1024
HOLD = """
import sys
from pathlib import Path
from dashboard.part_file import part_file
with part_file(Path(sys.argv[1]), 6 * 1024**2, 0):
    print("holds", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on a disk with ten megabytes left, as the system says."""
    usage = SimpleNamespace(free=10 * MEGABYTE)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage)
    return tmp_path / "uploads"


def test_a_file_gets_its_name_when_all_of_it_is_there(disk: Path):
    with part_file(disk / "one", 4, MEGABYTE) as file:
        file.write(b"data")
        assert [path.name for path in disk.iterdir()] == ["one.part"]
    assert [path.name for path in disk.iterdir()] == ["one"]
    assert (disk / "one").read_bytes() == b"data"


def test_what_has_still_to_come_is_not_free_for_others(disk: Path):
    with part_file(disk / "one", 6 * MEGABYTE, MEGABYTE) as file:
        assert free_bytes(disk) == 4 * MEGABYTE
        with (
            pytest.raises(InputError, match=NO_ROOM),
            part_file(disk / "b", 4 * MEGABYTE, MEGABYTE),
        ):
            pytest.fail("there is no room for it")
        with part_file(disk / "small", 2 * MEGABYTE, MEGABYTE):
            assert free_bytes(disk) == 2 * MEGABYTE
        file.write(bytes(3 * MEGABYTE))
        file.flush()
        assert free_bytes(disk) >= 6 * MEGABYTE  # the system counts what is written
    assert free_bytes(disk) == 10 * MEGABYTE
    assert sorted(path.name for path in disk.iterdir()) == ["one", "small"]


def test_what_is_given_up_leaves_nothing(disk: Path):
    with pytest.raises(InputError), part_file(disk / "one", 6 * MEGABYTE, MEGABYTE):
        raise InputError("broken off")
    assert list(disk.iterdir()) == []
    assert free_bytes(disk) == 10 * MEGABYTE


def test_other_processes_count_as_long_as_they_live(disk: Path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(disk / "other")],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": str(ROOT)},
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"holds\n"
        assert free_bytes(disk) == 4 * MEGABYTE
        other.kill()
        other.wait()
        assert free_bytes(disk) == 10 * MEGABYTE
    assert [path.name for path in disk.iterdir()] == ["other.part"]


def test_what_comes_while_it_is_counted_is_not_taken_for_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with part_file(tmp_path / "one", MEGABYTE, 0) as file:
        left = [10 * MEGABYTE]

        def come(_folder: Path) -> SimpleNamespace:
            free = left[0]
            if free == 10 * MEGABYTE:  # right after this look at the disk
                file.write(b"d" * MEGABYTE)
                file.flush()
                left[0] -= MEGABYTE
            return SimpleNamespace(free=free)

        monkeypatch.setattr(shutil, "disk_usage", come)
        assert free_bytes(tmp_path) <= left[0]
