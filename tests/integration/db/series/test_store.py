"""The series store against the rows it copies: whatever comes, late, twice or not at all."""

import threading
from dataclasses import dataclass, field

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import example, given
from sqlalchemy import delete, insert, select

from db import series
from db.engine import Database
from db.measures.packing import unpack
from db.models import (
    ExtendedMeasure,
    GenericMeasure,
    SeriesChannel,
    SeriesChunk,
    SeriesHead,
    Statistics,
)
from db.series import chunks, codec, window
from tests.generated import examples
from tests.unit.db.lab import START, block, channels_of, import_blocks, read_series, time_range_of

EXPERIMENT = 77
BEGIN = START.timestamp()
DEGREES = series.ChannelInfo("x4", "Temperature", "degC", 4)
BARS = series.ChannelInfo("x9", "Pressure", "bar", 9)


@pytest.fixture
def small_chunks(monkeypatch):
    """So few samples in a chunk that a handful of rows tries every path."""
    monkeypatch.setattr(chunks, "CHUNK", 8)
    monkeypatch.setattr(codec, "FINE", 2)
    monkeypatch.setattr(codec, "COARSE", 4)
    monkeypatch.setattr(window, "FINE_CHUNKS", 2)


@dataclass
class Bench:
    """The row tables of one experiment, changed as other programs change them."""

    database: Database
    ids: set[int] = field(default_factory=set)

    def clear(self) -> None:
        self.ids = set()
        with self.database.write() as session:
            for table in (GenericMeasure, ExtendedMeasure):
                session.execute(delete(table).where(table.experiment_id == EXPERIMENT))
        series.forget(self.database, EXPERIMENT)

    def add(self, ids) -> None:
        new = sorted(set(ids) - self.ids)
        self.ids |= set(new)
        if new:
            self._insert(GenericMeasure, [generic(id_) for id_ in new])

    def add_extended(self, channel: int, ids) -> None:
        with self.database.read() as session:
            there = set(
                session.scalars(
                    select(ExtendedMeasure.measure_id).where(
                        ExtendedMeasure.experiment_id == EXPERIMENT,
                        ExtendedMeasure.used_measure_id == channel,
                    )
                )
            )
        if new := sorted(set(ids) - there):
            self._insert(ExtendedMeasure, [extended(channel, id_) for id_ in new])

    def remove(self, ids) -> None:
        self.ids -= set(ids)
        with self.database.write() as session:
            of_them = GenericMeasure.id.in_(list(ids))
            session.execute(
                delete(GenericMeasure).where(GenericMeasure.experiment_id == EXPERIMENT, of_them)
            )

    def remove_extended(self, channel: int, ids) -> None:
        with self.database.write() as session:
            session.execute(
                delete(ExtendedMeasure).where(
                    ExtendedMeasure.experiment_id == EXPERIMENT,
                    ExtendedMeasure.used_measure_id == channel,
                    ExtendedMeasure.measure_id.in_(list(ids)),
                )
            )

    def _insert(self, table, values) -> None:
        with self.database.write() as session:
            session.execute(insert(table), values)

    def truth(self) -> dict[str, np.ndarray]:
        """Every column straight from the row tables."""
        with self.database.read() as session:
            measures = session.execute(
                select(GenericMeasure.id, GenericMeasure.at, GenericMeasure.voltage_mv)
                .where(GenericMeasure.experiment_id == EXPERIMENT)
                .order_by(GenericMeasure.id)
            ).all()
            beside = {
                (row.used_measure_id, row.measure_id): row.value
                for row in session.scalars(
                    select(ExtendedMeasure).where(ExtendedMeasure.experiment_id == EXPERIMENT)
                )
            }
        ids = [row.id for row in measures]
        columns = {"voltage": [row.voltage_mv for row in measures]}
        for channel in (DEGREES, BARS):
            columns[channel.key] = [beside.get((channel.used_measure_id, id_)) for id_ in ids]
        found = {key: np.array(values, float) for key, values in columns.items()}
        found["voltage"] = found["voltage"] / 1000
        found["unix_s"] = np.array([row.at.timestamp() for row in measures])
        return found


def generic(id_: int) -> dict:
    volts = None if id_ % 11 == 5 else 3000 + (id_ * 37) % 101
    at = START.fromtimestamp(BEGIN + id_ // 2, START.tzinfo)  # two share each second
    return {
        "experiment_id": EXPERIMENT,
        "id": id_,
        "at": at,
        "instruction_id": id_ // 13,
        "voltage_mv": volts,
        "current_ma": -0.125 * id_,
    }


def extended(channel: int, id_: int) -> dict:
    value = None if id_ % 7 == 3 else (id_ * 13) % 29 + channel
    return {
        "experiment_id": EXPERIMENT,
        "used_measure_id": channel,
        "measure_id": id_,
        "value": value,
    }


def assert_same(database: Database, bench: Bench) -> None:
    """What the store answers is what the rows say: sample by sample, and in any window."""
    truth = bench.truth()
    pieces = list(series.stream(database, EXPERIMENT, [DEGREES, BARS]))
    if not pieces:
        assert len(truth["unix_s"]) == 0
        return
    joined = {
        "unix_s": np.concatenate([piece.unix_s for piece in pieces]),
        "voltage": np.concatenate([piece.voltage_v for piece in pieces]),
        "x4": np.concatenate([piece.extended[0] for piece in pieces]),
        "x9": np.concatenate([piece.extended[1] for piece in pieces]),
    }
    for key, values in truth.items():
        np.testing.assert_array_equal(joined[key], values, err_msg=key)
    seconds = truth["unix_s"]
    assert time_range_of(database, EXPERIMENT) == (seconds[0], seconds[-1])
    count = len(seconds)
    for early, late in ((0, count - 1), (count // 4, count // 2), (count // 3, count // 3)):
        window = (float(seconds[early]), float(seconds[late]))
        inside = slice(
            max(np.searchsorted(seconds, window[0], "left") - 1, 0),
            min(np.searchsorted(seconds, window[1], "right") + 1, count),
        )
        found = read_series(
            database, EXPERIMENT, [series.VOLTAGE, DEGREES], between=window, points=6
        )
        assert found.samples == len(seconds[inside])
        for key in ("voltage", "x4"):
            values = truth[key][inside]
            known = ~np.isnan(values)
            trace = found.traces[key]
            assert len(trace.values) <= 6
            real = set(zip(seconds[inside][known].tolist(), values[known].tolist(), strict=True))
            drawn = ~np.isnan(trace.values)  # the others break its line where it was silent
            points = zip(trace.unix_s[drawn].tolist(), trace.values[drawn].tolist(), strict=True)
            assert set(points) <= real
            assert not set(trace.unix_s[~drawn].tolist()) & {moment for moment, _ in real}
            if known.any():
                assert trace.values[drawn].min() == values[known].min()
                assert trace.values[drawn].max() == values[known].max()
                assert (trace.unix_s[0], trace.values[0]) == (
                    seconds[inside][known][0],
                    values[known][0],
                )
                assert trace.values[-1] == values[known][-1]


spans = st.tuples(st.integers(0, 80), st.integers(1, 25), st.integers(1, 3)).map(
    lambda parts: range(parts[0], parts[0] + parts[1] * parts[2], parts[2])
)
changes = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(1, 30)),
        st.tuples(st.just("add"), spans),
        st.tuples(st.just("add 4"), spans),
        st.tuples(st.just("add 9"), spans),
        st.tuples(st.just("remove"), spans),
        st.tuples(st.just("remove 4"), spans),
        st.tuples(st.just("look"), st.none()),
    ),
    max_size=12,
)


@pytest.mark.hypothesis
@pytest.mark.usefixtures("small_chunks")
def test_after_any_changes_it_says_what_the_rows_say(database: Database):
    bench = Bench(database)

    @examples(15 if database.is_sqlite else 4)
    @given(done=changes)
    @example(done=[("append", 30), ("look", None), ("add 4", range(0, 30)), ("look", None)])
    @example(done=[("add 4", range(0, 12)), ("append", 20), ("look", None), ("append", 9)])
    @example(done=[("append", 40), ("look", None), ("remove", range(20, 60)), ("append", 3)])
    @example(done=[("append", 9), ("look", None), ("remove", range(0, 80)), ("look", None)])
    def holds(done):
        bench.clear()
        for what, which in done:
            match what:
                case "append":
                    last = max(bench.ids, default=-1)
                    bench.add(range(last + 1, last + 1 + which))
                case "add":
                    bench.add(which)
                case "add 4" | "add 9":
                    bench.add_extended(int(what[-1]), which)
                case "remove":
                    bench.remove(which)
                case "remove 4":
                    bench.remove_extended(4, which)
                case "look":
                    read_series(database, EXPERIMENT, [series.VOLTAGE, DEGREES])
        series.reconcile(database, EXPERIMENT, final=False, now=START)
        assert_same(database, bench)
        bench.add(range(max(bench.ids, default=0) + 1, max(bench.ids, default=0) + 5))
        bench.add_extended(4, bench.ids)
        series.repair(database, EXPERIMENT)
        assert_same(database, bench)

    holds()


@pytest.mark.usefixtures("small_chunks")
def test_what_is_appended_in_order_is_there_at_once(database: Database):
    bench = Bench(database)
    for first in range(0, 45, 9):
        bench.add(range(first, first + 9))
        assert_same(database, bench)
        bench.add_extended(4, range(first, first + 9))  # the synchroniser commits them later
        assert_same(database, bench)


@pytest.mark.usefixtures("small_chunks")
def test_many_copy_and_read_while_rows_come_in(database: Database):
    bench, failures, ended = Bench(database), [], threading.Event()

    def look() -> None:
        try:
            while not ended.is_set():
                found = read_series(database, EXPERIMENT, [series.VOLTAGE, DEGREES])
                seconds = found.traces["voltage"].unix_s
                assert (np.diff(seconds) >= 0).all()
                assert found.samples <= 120
        except BaseException as error:  # noqa: BLE001 - told to the test below
            failures.append(error)

    readers = [threading.Thread(target=look) for _ in range(3)]
    for reader in readers:
        reader.start()
    for first in range(0, 120, 5):
        bench.add(range(first, first + 5))
        bench.add_extended(4, range(first, first + 5))
    ended.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert_same(database, bench)
    with database.read() as session:
        assert session.get(SeriesHead, EXPERIMENT).measures == 120


@pytest.mark.usefixtures("small_chunks")
def test_an_import_leaves_the_store_that_its_rows_would_make(database: Database):
    """But for the sums of values, which only rows have."""
    names = {("T", "degC"): np.where(np.arange(30) % 4, np.arange(30), np.nan)}
    experiment_id = import_blocks(database, [block(11), block(30, 11, extended=names)])

    def stored() -> list[tuple]:
        with database.read() as session:
            rows = session.scalars(
                select(SeriesChunk)
                .where(SeriesChunk.experiment_id == experiment_id)
                .order_by(SeriesChunk.channel, SeriesChunk.number)
            ).all()
            return [
                (row.channel, row.number, row.measures, row.id_sum, row.samples, row.fine)
                for row in rows
            ]

    of_the_import = stored()
    assert len({row[1] for row in of_the_import}) == 6
    with database.read() as session:
        head = session.get(SeriesHead, experiment_id)
        assert (head.final, head.has_rows, head.measures) == (True, False, 41)
        assert session.scalars(select(GenericMeasure)).all() == []
        assert session.scalars(select(ExtendedMeasure)).all() == []
    unpack(database, experiment_id, lambda _done, _total: None)
    assert series.compare(database, experiment_id) == []
    series.forget(database, experiment_id)
    series.repair(database, experiment_id)
    channel = next(row[0] for row in of_the_import if row[0].startswith("x"))
    for row in stored():  # an import knows of chunks without a value of a later channel
        assert row in of_the_import or row[0] == channel


def test_forgetting_leaves_nothing(database: Database):
    bench = Bench(database)
    bench.add(range(20))
    bench.add_extended(4, range(20))
    read_series(database, EXPERIMENT, [DEGREES])
    series.forget(database, EXPERIMENT)
    with database.read() as session:
        for table in (SeriesHead, SeriesChannel, SeriesChunk, Statistics):
            assert session.scalars(select(table)).all() == []


def test_many_missing_rows_are_the_workers(database: Database, monkeypatch):
    monkeypatch.setattr("db.series.store.AT_ONCE", 10)
    bench = Bench(database)
    bench.add(range(20))
    with pytest.raises(series.BeingPreparedError) as told:
        read_series(database, EXPERIMENT, [series.VOLTAGE])
    assert told.value.fraction == 0
    assert channels_of(database, EXPERIMENT)[:2] == (series.VOLTAGE, series.CURRENT)
    assert sum(len(one.unix_s) for one in series.stream(database, EXPERIMENT, [])) == 20
    assert read_series(database, EXPERIMENT, [series.VOLTAGE]).samples == 20
