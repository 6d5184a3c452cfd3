import gzip
import zipfile

import pytest

from cycling.errors import InputError
from cycling.formats import open_table, read_measures
from tests.readers import FORMATS, checked
from tests.real_files import real_file

TEXT = "Time [s],U [V],I [A]\n" + "".join(f"{n},{3 + n / 100},1\n" for n in range(50))


@pytest.fixture
def zipped(tmp_path):
    def write(members, name="a.zip"):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in members.items():
                archive.writestr(member, content)
        return path

    return write


def test_a_packed_text_is_read_under_its_own_name(tmp_path):
    path = tmp_path / "stored"
    path.write_bytes(gzip.compress(TEXT.encode()))
    table, result = checked(path, "cell.csv.gz")
    assert (table.file_name, table.dialect) == ("cell.csv", "unpacked, comma, decimal point, UTF-8")
    assert (result.rows, result.ok) == (50, True)
    assert sum(len(block.voltage_v) for block in read_measures(table, result.mapping)) == 50


def test_nothing_is_left_of_what_was_unpacked(tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    path = tmp_path / "cell.csv.gz"
    path.write_bytes(gzip.compress(TEXT.encode()))
    table = open_table(path, scratch=scratch)
    unpacked = table.path
    assert list(scratch.iterdir()) == []
    assert unpacked.read_text() == TEXT
    del table
    assert not unpacked.exists()


def test_a_file_alone_in_a_zip_is_read_whatever_it_is(zipped):
    binary = real_file("neware_46_1_5_60_bts16_tiny.ndax").read_bytes()
    beside = {"__MACOSX/._a": b"x", "folder/.DS_Store": b"x"}
    table, result = checked(zipped({"folder/cell.ndax": binary, **beside}))
    assert (table.file_name, result.mapping.format, result.rows) == (
        "cell.ndax",
        "Neware .ndax",
        84,
    )
    _, result = checked(FORMATS / "fastnda_nda_v8.nda.zip")
    assert (result.mapping.format, result.rows) == ("Neware .nda", 21)


def test_an_archive_in_an_archive_is_unpacked_and_a_third_is_not(zipped, tmp_path):
    inner = gzip.compress(TEXT.encode())
    _, result = checked(zipped({"a.csv.gz": inner}))
    assert result.rows == 50
    with pytest.raises(InputError, match="is a gzip archive"):
        open_table(zipped({"a.csv.gz.gz": gzip.compress(inner)}))


def test_several_files_in_a_zip_are_refused(zipped):
    with pytest.raises(InputError, match=r"is a zip archive.* the files of measures inside"):
        open_table(zipped({"a.csv": TEXT, "b.csv": TEXT}))


def test_a_bomb_is_refused(tmp_path, zipped):
    bomb = b"0" * 90_000_000
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(bomb))
    with pytest.raises(InputError, match="more than 200 times its size"):
        open_table(path)
    with pytest.raises(InputError, match="more than 200 times its size"):
        open_table(zipped({"a.csv": bomb}))


@pytest.mark.parametrize("length", [20, 100])
def test_an_archive_that_is_cut_is_refused(tmp_path, length):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(TEXT.encode())[:length])
    with pytest.raises(InputError, match="recognised as gzip archive, but cannot be read"):
        open_table(path)


def test_a_zip_that_is_cut_is_refused(zipped):
    path = zipped({"a.csv": TEXT})
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(InputError, match="recognised as zip archive, but cannot be read"):
        open_table(path)


def test_a_zip_whose_names_are_damaged_is_refused(zipped):
    path = zipped({"\u00e9.csv": TEXT})
    path.write_bytes(path.read_bytes().replace("\u00e9".encode(), b"\xff\xff"))
    with pytest.raises(InputError, match="recognised as zip archive, but cannot be read"):
        open_table(path)
