import numpy as np
import pytest

from cycling.formats.readers import ArrayReader, ReaderColumn
from cycling.formats.readers.reader import BLOCK_ROWS, decimal_values


@pytest.mark.parametrize(
    "text",
    [
        "3.5659",
        "0",
        "-1.206584",
        "1e-20",
        "123456.7",
        "16777216",
        "0.1",
        "4.900651",
        "-8.658387e-5",
    ],
)
def test_a_single_becomes_the_number_that_was_written(text):
    assert decimal_values(np.array([text], np.float32))[0] == float(text)


def test_every_single_stays_the_same_single():
    generator = np.random.default_rng(1)
    bits = generator.integers(0, 2**32, 50_000, np.uint32)
    singles = bits.view(np.float32)
    singles = singles[np.isfinite(singles)]
    assert (decimal_values(singles).astype(np.float32) == singles).all()


def test_what_is_no_number_is_blank():
    values = decimal_values(np.array([np.inf, np.nan, -np.inf], np.float32))
    assert np.isnan(values).all()


def test_columns_in_memory_are_given_in_blocks():
    class Ours(ArrayReader):
        name = "Ours"

        @classmethod
        def recognise(cls, head, path):
            return True

        def __init__(self):
            numbers = np.arange(BLOCK_ROWS + 5)
            self.values = [(ReaderColumn("a"), numbers), (ReaderColumn("b", "V"), -numbers)]

    reader = Ours()
    assert reader.rows == BLOCK_ROWS + 5
    assert [column.label for column in reader.columns()] == ["a", "b / V"]
    blocks = list(reader.blocks([1]))
    assert [len(block[0]) for block in blocks] == [BLOCK_ROWS, 5]
    first, last = reader.ends([0, 1])
    assert (first[0][0], last[0][-1], last[1][-1]) == (0, BLOCK_ROWS + 4, -BLOCK_ROWS - 4)
