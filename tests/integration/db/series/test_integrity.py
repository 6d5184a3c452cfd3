"""Whether the store is what was put into it, and what its rows say."""

import random
from itertools import cycle

import numpy as np
import pytest
from sqlalchemy import bindparam, select, update

from cycling.formats import Block
from db import series
from db.engine import Database
from db.measures.cycle_summaries import renew_summary, summary_holds
from db.measures.export import CsvChoice, csv_pieces
from db.measures.samples import samples
from db.measures.source import source_of
from db.measures.statistics import experiment_statistics
from db.measures.steps import experiment_steps
from db.models import ExtendedMeasure, GenericMeasure, SeriesChunk, Statistics
from db.series import chunks, codec, integrity, window
from tests.flips import flip
from tests.unit.db.lab import block, import_blocks, import_with_rows

FLIPS = 10_000
AT_ONCE = (6, 48, 120)  # of 180 blobs: all is left but a little, or hardly anything
BLOBS = ("coarse", "fine", "samples")


@pytest.fixture
def small_chunks(monkeypatch):
    """Chunks of a minute, so that a few hundred measures try every path."""
    monkeypatch.setattr(chunks, "CHUNK", 64)
    monkeypatch.setattr(codec, "FINE", 4)
    monkeypatch.setattr(codec, "COARSE", 16)
    monkeypatch.setattr(window, "FINE_CHUNKS", 6)


def experiment_of(database: Database, count: int) -> int:
    return import_blocks(database, [measures(count)])


def with_rows(database: Database, count: int) -> int:
    return import_with_rows(database, [measures(count)])


def measures(count: int) -> Block:
    warm = {("T", "degC"): 20 + np.arange(count) / 7}
    return block(count, extended=warm, cycle=1.0 + np.arange(count) // 100)


def rows_of(database: Database, experiment_id: int) -> dict[tuple[str, int, str], bytes]:
    with database.read() as session:
        stored = session.scalars(
            select(SeriesChunk).where(SeriesChunk.experiment_id == experiment_id)
        ).all()
    return {(row.channel, row.number, one): getattr(row, one) for row in stored for one in BLOBS}


def put(database: Database, experiment_id: int, blobs: dict[tuple[str, int, str], bytes]) -> None:
    of = SeriesChunk.__table__
    with database.engine.begin() as connection:
        for kind in BLOBS:
            rows = [
                {"of_channel": channel, "of_number": number, "data": data}
                for (channel, number, blob), data in blobs.items()
                if blob == kind
            ]
            if rows:
                connection.execute(
                    update(of)
                    .where(
                        of.c.experiment_id == experiment_id,
                        of.c.channel == bindparam("of_channel"),
                        of.c.number == bindparam("of_number"),
                    )
                    .values({kind: bindparam("data")}),
                    rows,
                )
        connection.execute(Statistics.__table__.delete())


def flipped(data: bytes, chance: random.Random) -> bytes:
    bit = chance.randrange(8 * len(data))
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


class Truth:
    """What an experiment says as long as no bit has flipped."""

    def __init__(self, database: Database, experiment_id: int) -> None:
        self.csv = b"".join(csv_pieces(database, experiment_id))
        self.statistics = experiment_statistics(database, experiment_id)
        with series.opened(database, experiment_id) as experiment:
            self.channels = experiment.channels
            self.whole = experiment.time_range
            self.gaps = experiment.gaps.tolist()
            parts = list(experiment.tables(experiment.channels[2:]))
            self.samples = {
                channel.key: set(zip(unix_s.tolist(), values.tolist(), strict=True))
                for channel in self.channels
                for unix_s, values in [of_channel(parts, channel, self.channels[2:])]
            }
            self.traces = experiment.read(self.channels, points=100).traces


def of_channel(parts, channel, extended):
    columns = {"voltage": [one.voltage_v for one in parts]}
    columns["current"] = [one.current_a for one in parts]
    for place, one in enumerate(extended):
        columns[one.key] = [part.extended[place] for part in parts]
    return np.concatenate([one.unix_s for one in parts]), np.concatenate(columns[channel.key])


@pytest.mark.usefixtures("small_chunks")
def test_of_ten_thousand_flipped_bits_each_is_found_and_none_is_shown(sqlite_database: Database):
    database, chance = sqlite_database, random.Random(16)
    experiment_id = experiment_of(database, 64 * 12 - 5)
    whole, truth = rows_of(database, experiment_id), Truth(database, experiment_id)
    filled = sorted(key for key, data in whole.items() if data)
    flips = 0
    for count in cycle(AT_ONCE):
        hit = chance.sample(filled, count)
        put(database, experiment_id, {key: flipped(whole[key], chance) for key in hit})
        found = {
            (one.channel, one.first_id // 64, one.is_lost)
            for one in series.verify(database, experiment_id)
        }
        assert found == {(channel, number, blob == "samples") for channel, number, blob in hit}
        is_whole = is_told(database, experiment_id, truth)  # summaries are not always looked at
        if any(blob == "samples" and channel != chunks.IDS for channel, _number, blob in hit):
            assert not is_whole, hit
        put(database, experiment_id, {key: whole[key] for key in hit})
        flips += count
        if flips >= FLIPS:
            break
    assert is_told(database, experiment_id, truth)  # all is as it was


def is_told(database: Database, experiment_id: int, truth: Truth) -> bool:
    """Look at everything; return whether all is as in truth. Fails where a wrong value shows."""
    is_whole = True
    try:
        csv = b"".join(csv_pieces(database, experiment_id))
    except series.DamagedError:
        is_whole = False
    else:
        assert csv == truth.csv
    stats = experiment_statistics(database, experiment_id)
    if stats is not None and not stats.left_out:
        assert stats == truth.statistics
    elif stats is not None:
        is_whole = False
        of_time_ah = (
            0.5 * (stats.whole.duration_s - stats.whole.missing_s) / 3600
        )  # the current is 0.5 A throughout
        assert stats.whole.charge_ah == pytest.approx(of_time_ah)
    ends = truth.whole
    third = (ends[1] - ends[0]) / 3
    for between in (None, (ends[0] + third, ends[1] - third), (ends[0], ends[0] + third / 2)):
        with series.opened(database, experiment_id) as experiment:
            read = experiment.read(truth.channels, between=between, points=100)
            for key, trace in read.traces.items():
                drawn = ~np.isnan(trace.values)
                points = zip(
                    trace.unix_s[drawn].tolist(), trace.values[drawn].tolist(), strict=True
                )
                assert set(points) <= truth.samples[key]
            same = between is not None or all(
                np.array_equal(read.traces[key].values, one.values, equal_nan=True)
                for key, one in truth.traces.items()
            )
            assert same or experiment.damage
            assert experiment.gaps.tolist() == truth.gaps or experiment.damage
            is_whole = is_whole and not experiment.damage
    return is_whole


@pytest.mark.usefixtures("small_chunks")
def test_a_line_breaks_where_measures_are_lost(database: Database):
    experiment_id = experiment_of(database, 64 * 3)
    flip(database, experiment_id, "current", "samples", number=1)
    with series.opened(database, experiment_id) as experiment:
        traces = experiment.read([series.VOLTAGE, series.CURRENT], points=500).traces
        assert experiment.left_out == "Current, measures 64 to 127"
    assert not np.isnan(traces["voltage"].values).any()
    current = traces["current"].values
    assert np.flatnonzero(np.isnan(current)).tolist() == [64]
    assert len(current) == 64 * 2 + 1


@pytest.mark.usefixtures("small_chunks")
def test_a_summary_that_is_damaged_is_made_of_the_samples(database: Database):
    experiment_id = experiment_of(database, 64 * 12)
    with series.opened(database, experiment_id) as experiment:
        before = experiment.read([series.VOLTAGE], points=40)
    flip(database, experiment_id, "voltage", "coarse", number=5)
    flip(database, experiment_id, "time", "fine", number=6)
    with series.opened(database, experiment_id) as experiment:
        found = experiment.read([series.VOLTAGE], points=40)
        assert (experiment.left_out, len(experiment.damage)) == ("", 2)
    drawn, other = (one.traces["voltage"].values for one in (found, before))
    assert (drawn.min(), drawn.max(), drawn[0], drawn[-1]) == (
        other.min(),
        other.max(),
        other[0],
        other[-1],
    )
    assert set(drawn.tolist()) <= set((3.0 + np.arange(64 * 12) / 1000).tolist())


@pytest.mark.usefixtures("small_chunks")
def test_an_export_is_refused_where_its_own_measures_are_damaged(database: Database):
    experiment_id = experiment_of(database, 64 * 3)
    flip(database, experiment_id, "current", "samples", number=1)
    with pytest.raises(series.DamagedError) as told:
        csv_pieces(database, experiment_id)
    assert str(told.value) == (
        f"Stored measures of experiment {experiment_id} are damaged: Current, measures 64 to 127. "
        "Nothing wrong is handed out: choose other channels or another time, or let an admin run "
        f"bem series repair {experiment_id}."
    )
    with series.opened(database, experiment_id) as experiment:
        begin = experiment.time_range[0]
    others = b"".join(csv_pieces(database, experiment_id, CsvChoice(channels=["voltage"])))
    early = CsvChoice(between=(begin, begin + 50))
    assert others.count(b"\n") == 64 * 3 + 1
    assert b"".join(csv_pieces(database, experiment_id, early)).count(b"\n") == 52


@pytest.mark.usefixtures("small_chunks")
def test_the_check_compares_every_value_and_the_repair_mends_it(database: Database):
    experiment_id = with_rows(database, 64 * 3)
    assert series.check(database, experiment_id) == []
    flip(database, experiment_id, "voltage", "coarse", number=0)
    with database.write() as session:  # by less than a sum of values tells
        changed = update(GenericMeasure).where(GenericMeasure.experiment_id == experiment_id)
        session.execute(changed.where(GenericMeasure.id == 70).values(current_ma=500.0000001))
        session.execute(
            update(GenericMeasure)
            .where(GenericMeasure.experiment_id == experiment_id, GenericMeasure.id == 130)
            .values(id=1000)
        )
    found = series.check(database, experiment_id)
    assert [(one.number, one.channel, one.words) for one in found] == [
        (0, "voltage", "the checksum of its coarse is wrong"),
        (1, "current", "1 values are not those of the rows"),
        (2, "", "64 measures are stored, 63 rows are there"),
    ]
    assert series.compare(database, experiment_id) == [2, 15]
    assert series.repair(database, experiment_id) != []
    assert series.check(database, experiment_id) == []
    assert series.compare(database, experiment_id) == []


CHANGES = {
    "voltage_mv": 3000.25,
    "current_ma": None,
    "power_mw": 0.0,
    "test_time_s": 1e300,
    "step": 7,
    "cycle": 2,
    "instruction_id": 9,
}


@pytest.mark.parametrize("column", CHANGES)
def test_a_value_that_was_changed_in_place_is_noticed(database: Database, column: str):
    experiment_id = with_rows(database, 20)
    assert series.compare(database, experiment_id) == []
    row = update(GenericMeasure).where(
        GenericMeasure.experiment_id == experiment_id, GenericMeasure.id == 7
    )
    with database.write() as session:
        session.execute(row.values({column: CHANGES[column]}))
    assert series.compare(database, experiment_id) == [0]
    series.repair(database, experiment_id)
    assert series.compare(database, experiment_id) == []


def test_times_and_further_channels_that_were_changed_are_noticed(database: Database):
    experiment_id = with_rows(database, 20)
    with database.write() as session:
        values = update(ExtendedMeasure).where(ExtendedMeasure.experiment_id == experiment_id)
        for measure_id, value in ((3, 20 + 4 / 7), (4, 20 + 3 / 7)):  # they change places
            session.execute(
                values.where(ExtendedMeasure.measure_id == measure_id).values(value=value)
            )
    assert series.compare(database, experiment_id) == [0]
    series.repair(database, experiment_id)
    with database.write() as session:
        measure = session.get(GenericMeasure, (experiment_id, 5))
        measure.at = measure.at.replace(microsecond=17)
    assert series.compare(database, experiment_id) == [0]


@pytest.mark.parametrize("value", [1e12, -1e12, 1e300, -5.5e-7, -0.0, 2.0**52, None])
def test_any_value_sums_up_to_the_same_in_the_database(database: Database, value: float | None):
    experiment_id = with_rows(database, 20)
    with database.write() as session:
        row = update(GenericMeasure).where(GenericMeasure.experiment_id == experiment_id)
        session.execute(row.values(voltage_mv=value, power_mw=value))
        session.execute(update(ExtendedMeasure).values(value=value))
    assert series.compare(database, experiment_id) == [0]
    series.repair(database, experiment_id)
    assert series.compare(database, experiment_id) == []
    assert integrity.check(database, experiment_id) == []


def test_without_rows_a_summary_is_mended_and_samples_are_lost(database: Database):
    experiment_id = experiment_of(database, 20)
    flip(database, experiment_id, "current", "fine")
    flip(database, experiment_id, "voltage", "samples")
    found = [(one.channel, one.words) for one in series.repair(database, experiment_id)]
    assert found == [
        ("current", "the checksum of its fine is wrong"),
        ("voltage", "the checksum of its samples is wrong"),
    ]
    flip(database, experiment_id, "voltage", "samples")
    assert series.repair(database, experiment_id) != []
    assert series.check(database, experiment_id) == []


@pytest.mark.usefixtures("small_chunks")
def test_steps_and_parts_are_not_made_without_what_is_damaged(sqlite_database: Database):
    experiment_id = experiment_of(sqlite_database, 64 * 3)
    whole = rows_of(sqlite_database, experiment_id)
    hit = ("current", 1, "samples")
    put(sqlite_database, experiment_id, {hit: flipped(whole[hit], random.Random(3))})
    with series.opened(sqlite_database, experiment_id) as experiment:
        with pytest.raises(series.DamagedError, match="Current, measures 64 to 127"):
            experiment_steps(experiment)
        source = source_of(experiment)
        with pytest.raises(series.DamagedError):
            list(samples(experiment, source, part=(60, 70)))
        (other,) = samples(experiment, source, part=(130, 140))
        assert len(other.time_s) == 10
    assert renew_summary(sqlite_database, experiment_id)
    with series.opened(sqlite_database, experiment_id) as experiment:
        assert summary_holds(experiment)  # until they are made anew
        assert sum(len(one.time_s) for one in samples(experiment, source)) == 128
