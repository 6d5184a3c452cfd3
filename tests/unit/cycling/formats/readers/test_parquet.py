from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from cycling.errors import InputError
from cycling.formats import Field, open_table, propose, read_measures, verify
from cycling.formats.readers.parquet import Parquet
from tests.readers import checked

TIMES = np.arange(100_000.0)
BDF = {
    "test_time_second": TIMES,
    "unix_time_second": 1.7e9 + TIMES,
    "voltage_volt": 3 + TIMES / 1e5,
    "current_ampere": np.ones(len(TIMES)),
    "cycle_count": (TIMES // 50_000).astype(np.int32),
}


@pytest.fixture
def written(tmp_path):
    def write(columns, group_rows=30_000):
        path = tmp_path / "a.parquet"
        arrays = {
            name: values if isinstance(values, pa.Array) else pa.array(list(values))
            for name, values in columns.items()
        }
        parquet.write_table(pa.table(arrays), path, row_group_size=group_rows)
        return path

    return write


def test_battery_data_format_is_read_by_its_names(written):
    table, result = checked(written(BDF))
    assert (result.mapping.format, table.dialect) == ("BDF parquet", "4 row groups")
    assert (result.rows, result.ok, result.starts_at) == (100_000, True, 1.7e9)
    assert result.mapping.column(Field.CYCLE).label == "cycle_count"
    blocks = list(read_measures(table, result.mapping))
    assert np.concatenate([b.voltage_v for b in blocks]).tolist() == BDF["voltage_volt"].tolist()


def test_any_table_is_read_by_its_names_and_values(written):
    start = datetime(2026, 11, 1, 8, tzinfo=UTC)
    clock = [start + timedelta(seconds=n / 2) for n in range(100)]
    columns = {
        "Time": pa.array([timedelta(seconds=n / 2) for n in range(100)]),
        "DateTime": pa.array(clock, pa.timestamp("ms", "UTC")),
        "Voltage [mV]": pa.array([None if n == 3 else 3_000 + n for n in range(100)]),
        "I [A]": pa.array(np.full(100, 1.5, np.float32)),
        "State": pa.array(["CC"] * 100).dictionary_encode(),
        "Tags": pa.array([["a"]] * 100),
    }
    table, result = checked(written(columns))
    assert (result.mapping.format, table.dialect) == ("Parquet", "1 row group")
    assert table.labels == ("Time / s", "DateTime", "Voltage [mV]", "I [A]", "State")
    fields = {column.label: (column.field, column.unit) for column in result.mapping.columns}
    assert fields["Time / s"] == (Field.TEST_TIME, "s")
    assert fields["DateTime"] == (Field.CLOCK, "year first")
    assert fields["Voltage [mV]"] == (Field.VOLTAGE, "mV")
    assert fields["State"][0] is Field.IGNORED
    assert (result.duration_s, result.starts_at) == (49.5, start.timestamp())
    assert [problem.code for problem in result.problems] == ["blank-voltage"]


def test_a_file_without_rows_is_refused(written):
    _, result = checked(written({"t": [], "u": []}))
    assert "no-rows" in [problem.code for problem in result.problems] or not result.ok


def test_only_the_ends_are_read_for_a_sample(written):
    reader = Parquet(written(BDF), "")
    first, last = reader.ends([0])
    assert (first[0][0], last[0][-1]) == (0, 99_999)
    assert len(last[0]) == 10_000


def test_a_file_that_is_cut_is_refused(written):
    path = written(BDF)
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(InputError, match="recognised as Parquet, but cannot be read"):
        open_table(path)


def test_more_rows_than_allowed_are_not_read(written):
    table = open_table(written(BDF), max_rows=1_000)
    result = verify(table, propose(table))
    assert (result.rows, result.ok) == (1_000, False)


@pytest.mark.parametrize("name", ["Test Time [min]", "elapsed", "Time"])
def test_a_duration_is_in_seconds_whatever_its_name_says(written, name):
    columns = {
        name: pa.array([timedelta(seconds=60 * n) for n in range(100)]),
        "Voltage [V]": [3 + n / 100 for n in range(100)],
        "I [A]": [1.0] * 100,
    }
    _, result = checked(written(columns))
    assert (result.duration_s, result.ok) == (5_940, True)
