import pytest

from cycling.errors import InputError
from cycling.formats import open_table
from cycling.formats.readers.ole import check_whole
from tests.readers import FORMATS
from tests.real_files import unpacked


@pytest.fixture(scope="module")
def content():
    return unpacked(FORMATS / "cellpy_neware_bts5_003.xls.xz").read_bytes()


@pytest.fixture
def written(tmp_path, content):
    def write(change):
        path = tmp_path / "a.xls"
        path.write_bytes(change(content))
        return path

    return write


def in_circles(data: bytes) -> bytes:
    """Of four billion sectors the list names the next part of itself, again and again."""
    named = data[:44] + b"\xff" * 4 + data[48:68] + bytes(4) + data[72:]
    return named[:1_020] + bytes(4) + named[1_024:]


def test_a_whole_file_passes(written):
    check_whole(written(bytes))
    check_whole(written(lambda data: data[:-100]))  # the last sector without its filling


@pytest.mark.parametrize(
    ("change", "wants"),
    [
        (lambda data: data[:40], "lies beyond its end"),
        (lambda data: data[:30] + b"\x20\x20" + data[32:], "cannot be read"),
        (lambda data: data[:300_000], "lies beyond its end"),
        (lambda data: data[:600_000], "says 623,616"),
        (lambda data: data[:570_000] + data[580_000:], "beyond its end|says"),
        (lambda data: data[:51_712] + b"\xff" * 512 + data[52_224:], "breaks off"),
        (lambda data: data[:481_685] + bytes(5_120) + data[486_805:], "does not fit"),
        (in_circles, "lies beyond its end"),
    ],
    ids=["head", "sectors", "cut", "cut at the end", "taken out", "table", "records", "circle"],
)
def test_a_damaged_file_is_refused(written, change, wants):
    with pytest.raises(InputError, match=f"[.]xls. is cut off or damaged: .*{wants}"):
        check_whole(written(change))


def test_rows_that_are_lost_are_not_passed_over(written):
    path = written(lambda data: data[:481_685] + bytes(5_120) + data[486_805:])
    with pytest.raises(InputError, match="Copy the file again"):
        open_table(path)
