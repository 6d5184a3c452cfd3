"""Measures as parquet: what the CSV says, streamed chunk by chunk, and taken back by an import."""

import csv
import io

import numpy as np
import polars as pl
import pyarrow.parquet
import pytest
from sqlalchemy import update

from cycling.errors import InputError
from db import series
from db.engine import Database
from db.measures.export import EVERYTHING, CsvChoice, csv_pieces
from db.measures.parquet_files import parquet_pieces
from db.models import SeriesChunk
from db.series import chunks
from tests.unit.db.lab import block, import_blocks

COUNT = 50


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK", 16)


def some(database: Database) -> int:
    at = np.arange(COUNT)
    warm = np.where(at % 3 == 0, np.nan, 20.0 + at / 7)
    rows = block(
        COUNT,
        unix_time_s=1.7e9 + at + 0.123456,
        step=np.where(at < 10, np.nan, 1.0 + at // 10),
        extended={("=Cell", "degC"): warm},
    )
    return import_blocks(database, [rows])


def frame(database: Database, experiment_id: int, choice: CsvChoice = EVERYTHING) -> pl.DataFrame:
    return pl.read_parquet(b"".join(parquet_pieces(database, experiment_id, choice)))


def test_it_says_what_the_csv_says(database: Database):
    experiment_id = some(database)
    text = b"".join(csv_pieces(database, experiment_id)).decode()
    header, *lines = csv.reader(io.StringIO(text))
    found = frame(database, experiment_id)
    assert [name.removeprefix("'") for name in header] == found.columns
    assert found.height == len(lines) == COUNT
    for place, name in enumerate(found.columns):
        cells = [float(line[place]) if line[place] else None for line in lines]
        if name == "Unix Time / s":  # the CSV has 15 digits
            assert found[name].to_list() == (1.7e9 + np.arange(COUNT) + 0.123456).tolist()
        else:
            assert found[name].to_list() == cells
    types = {name: str(kind) for name, kind in found.schema.items()}
    assert (types["Step Count / 1"], types["=Cell / degC"]) == ("Int64", "Float64")
    assert found["Step Count / 1"].null_count() == 10


def test_a_choice_of_columns_and_time(sqlite_database: Database):
    experiment_id = some(sqlite_database)
    choice = CsvChoice(channels=["current"], between=(1.7e9 + 10, 1.7e9 + 40))
    found = frame(sqlite_database, experiment_id, choice)
    assert found.columns == [
        "Test Time / s",
        "Unix Time / s",
        "Current / A",
        "Cycle Count / 1",
        "Step Count / 1",
    ]
    assert found["Test Time / s"].to_list() == list(range(10, 40))
    with pytest.raises(InputError, match="There is no column 'volts'"):
        parquet_pieces(sqlite_database, experiment_id, CsvChoice(channels=["volts"]))


def test_each_chunk_is_a_row_group_and_is_handed_out_when_it_is_read(sqlite_database: Database):
    pieces = list(parquet_pieces(sqlite_database, some(sqlite_database)))
    assert len(pieces) == 5  # four chunks and the end
    assert all(pieces)
    file = pyarrow.parquet.ParquetFile(io.BytesIO(b"".join(pieces)))
    groups = [file.metadata.row_group(one).num_rows for one in range(file.num_row_groups)]
    assert groups == [16, 16, 16, 2]


def test_without_measures_it_has_its_columns(sqlite_database: Database):
    experiment_id = some(sqlite_database)
    found = frame(sqlite_database, experiment_id, CsvChoice(between=(1.0, 2.0)))
    assert (found.height, found.columns[:2]) == (0, ["Test Time / s", "Unix Time / s"])


def test_what_is_damaged_is_not_written(sqlite_database: Database):
    experiment_id = some(sqlite_database)
    with sqlite_database.write() as session:
        session.execute(
            update(SeriesChunk)
            .where(SeriesChunk.channel == "voltage", SeriesChunk.number == 1)
            .values(samples_crc=1)
        )
    with pytest.raises(series.DamagedError, match="Voltage, measures 16 to 31"):
        parquet_pieces(sqlite_database, experiment_id)
