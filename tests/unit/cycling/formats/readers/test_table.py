import pytest

from cycling.errors import InputError
from cycling.formats import Field, open_table, propose, read_measures, verify
from tests.readers import install_reader

READER = """
    import numpy as np
    from cycling.formats import Field
    from cycling.formats.readers import ArrayReader, ReaderColumn

    class Ours(ArrayReader):
        name = "Ours"

        @classmethod
        def recognise(cls, head, path):
            return head.startswith(b"OURS")

        def __init__(self, path, part):
            count = 150_000
            numbers = np.arange(float(count))
            self.values = [
                (ReaderColumn("Time", "s"), numbers),
                (ReaderColumn("Current", "mA"), np.where(numbers == 5, np.inf, 1.5)),
                (ReaderColumn("Voltage", "V"), np.where(numbers == 7, np.nan, 3 + numbers / count)),
                (ReaderColumn("Date"), [f"2026-11-{1 + int(n) // 86400:02}" for n in numbers]),
                (ReaderColumn("State", "1"), numbers % 3),
            ]
"""


@pytest.fixture
def path(tmp_path, monkeypatch):
    (tmp_path / "site").mkdir()
    install_reader(tmp_path / "site", monkeypatch, READER)
    path = tmp_path / "a.ours"
    path.write_bytes(b"OURS")
    return path


def test_columns_without_a_field_are_guessed_like_those_of_a_text_table(path):
    table = open_table(path)
    fields = {column.label: (column.field, column.unit) for column in propose(table).columns}
    assert fields["Time / s"] == (Field.TEST_TIME, "s")
    assert fields["Current / mA"] == (Field.CURRENT, "mA")
    assert fields["Date"] == (Field.CLOCK, "year first")
    assert table.sample[7][2] == ""


def test_what_is_no_number_is_named_with_its_row_and_blanks_are_blank(path):
    table = open_table(path)
    result = verify(table, propose(table))
    problems = {problem.code: problem.sentence for problem in result.problems}
    assert (
        "Row 6: 'inf' in column 'Current / mA' is not a finite decimal number" in problems["cell"]
    )
    assert problems["blank-voltage"].startswith("Row 8: Voltage is blank in 1 row")


def test_progress_grows_to_the_size_of_the_file(path):
    table = open_table(path)
    done = []
    result = verify(table, propose(table), lambda now, total: done.append((now, total)))
    assert result.rows == 150_000
    assert done == [(1, 4), (3, 4), (4, 4)]


def test_a_number_is_no_date(path):
    table = open_table(path)
    mapping = propose(table).with_column(3, Field.IGNORED).with_column(4, Field.CLOCK, "day first")
    result = verify(table, mapping)
    assert "'0' in column 'State / 1' is not a date and time" in result.problems[0].text


def test_more_rows_than_allowed_are_an_error_at_their_row(path):
    table = open_table(path, max_rows=70_000)
    mapping = propose(table).with_column(1, Field.IGNORED)
    result = verify(table, mapping)
    assert result.rows == 70_000
    assert [p.row for p in result.problems if p.code == "too-many-rows"] == [70_001]
    with pytest.raises(InputError):
        list(read_measures(table, mapping))


def test_a_file_with_too_many_columns_is_refused(tmp_path, monkeypatch):
    source = READER.replace("count = 150_000", "count = 2").replace(
        "self.values = [",
        "self.values = [(ReaderColumn(str(n)), numbers) for n in range(9999)] + [",
    )
    (tmp_path / "site").mkdir()
    install_reader(tmp_path / "site", monkeypatch, source)
    path = tmp_path / "wide.ours"
    path.write_bytes(b"OURS")
    with pytest.raises(InputError, match=r"wide\.ours has 10,004 columns; at most 2,000"):
        open_table(path)
