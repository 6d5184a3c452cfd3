import numpy as np
import pytest
from access_parser import AccessParser

from cycling.errors import InputError
from cycling.formats.readers.jet import JetDatabase
from tests.jet_files import PAGE, jet
from tests.readers import FORMATS
from tests.real_files import unpacked

TABLE = {
    "n": ("<i4", [1, 2, 3]),
    "x": ("<f8", [0.5, None, 2.5]),
    "name": ("text", ["a", None, "µ"]),
    "more": ("text", ["", "b", "c"]),
}


@pytest.fixture
def written(tmp_path):
    def write(content):
        path = tmp_path / "a.res"
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize("name", ["Global_Table", "Channel_Normal_Table", "Event_Table"])
def test_every_column_is_what_another_reader_reads(name):
    path = unpacked(FORMATS / "navani_arbin_example.res.xz")
    table, expected = JetDatabase(path).table(name), AccessParser(str(path)).parse_table(name)
    numbers = [c for c in table.columns.values() if c.is_fixed and c.kind != 1]
    texts = [c for c in table.columns.values() if c.kind == 10]
    assert len(numbers) + len(texts) >= 5
    for column in numbers:
        values = table.numbers(column.name, table.rows)
        assert np.array_equal(values, np.array(expected[column.name], values.dtype)), column.name
    for column in texts:
        assert table.texts(column.name) == [text or "" for text in expected[column.name]]


def test_numbers_and_texts_are_blank_where_the_bitmap_says_so(written):
    table = JetDatabase(written(jet({"t": TABLE}))).table("t")
    assert table.numbers("n", table.rows).tolist() == [1, 2, 3]
    values = table.numbers("x", table.rows)
    assert (values[0], values[2], np.isnan(values[1])) == (0.5, 2.5, True)
    assert table.texts("name") == ["a", "", "µ"]
    assert table.texts("more") == ["", "b", "c"]


def test_rows_of_many_pages_are_all_there(written):
    count = 20_000
    numbers = np.arange(count)
    database = JetDatabase(written(jet({"t": {"a": ("<i4", numbers), "b": ("<i2", numbers % 7)}})))
    table = database.table("t")
    assert table.numbers("a", table.rows).tolist() == numbers.tolist()
    assert (table.numbers("b", table.rows) == numbers % 7).all()


@pytest.mark.parametrize(("mark", "left"), [(0x8000, [1, 3]), (0x4000, None)])
def test_deleted_rows_are_left_out_and_rows_elsewhere_refused(written, mark, left):
    content = bytearray(jet({"t": {"n": ("<i4", [1, 2, 3])}}))
    content[len(content) - PAGE + 17] |= mark >> 8
    table = JetDatabase(written(content)).table("t")
    if left:
        assert table.numbers("n", table.rows).tolist() == left
    else:
        with pytest.raises(InputError, match="moved to other pages"):
            table.numbers("n", table.rows)


def test_another_version_is_refused(written):
    content = bytearray(jet({"t": TABLE}))
    content[20] = 0
    with pytest.raises(InputError, match="not of version Jet 4"):
        JetDatabase(written(content))
