"""Reading measures back: thinned for graphs, whole for tables, on each engine."""

import sqlite3
from datetime import timedelta

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import example, given
from sqlalchemy import delete, text

from cycling.formats import open_table, propose
from db import series
from db.engine import Database
from db.measures.rows import MeasureRows
from db.measures.writing import insert_missing
from db.models import ExtendedMeasure, GenericMeasure
from db.series import chunks, window
from tests.databases import SERVER_ENGINES
from tests.generated import examples
from tests.unit.db.lab import (
    START,
    block,
    channels_of,
    import_blocks,
    import_with_rows,
    read_series,
    statements,
    time_range_of,
    write_csv,
)

NAN = float("nan")
EXPERIMENT = 77
BEGIN = START.timestamp()
TEMPERATURE = series.ChannelInfo("x4", "Temperature", "degC", 4)


def store(
    database: Database,
    seconds,
    voltage=None,
    *,
    ids=None,
    temperature=None,
    test_time=None,
    current=None,
) -> None:
    """Put measures in place of those that are there, as a cycler's synchroniser would."""
    seconds = np.asarray(seconds, float)
    count = len(seconds)
    ids = list(range(count)) if ids is None else [int(one) for one in ids]
    volts = np.asarray(voltage if voltage is not None else np.arange(count), float)
    amps = np.asarray(current if current is not None else np.zeros(count), float)
    with database.write() as session:
        session.execute(delete(GenericMeasure))
        session.execute(delete(ExtendedMeasure))
        for place, measure_id in enumerate(ids):
            only = slice(place, place + 1)
            rows = MeasureRows(
                first_id=measure_id,
                unix_s=BEGIN + seconds[only],
                instruction=np.zeros(1),
                voltage_mv=volts[only] * 1000,
                current_ma=amps[only] * 1000,
                power_mw=None,
                test_time_s=None if test_time is None else np.asarray(test_time, float)[only],
                step=None,
                cycle=None,
                extended={} if temperature is None else {4: np.asarray(temperature, float)[only]},
            )
            insert_missing(session, [(EXPERIMENT, rows)])
    series.forget(database, EXPERIMENT)


def trace(database: Database, channel=series.VOLTAGE, **how) -> tuple[np.ndarray, np.ndarray]:
    found = read_series(database, EXPERIMENT, [channel], **how).traces[channel.key]
    return found.unix_s - BEGIN, found.values


def nearly(values) -> object:
    return pytest.approx(list(values), abs=1e-6, nan_ok=True)


measured = st.lists(
    st.tuples(
        st.integers(0, 3),  # quarter seconds since the one before: several share a moment
        st.integers(1, 4),  # and MeasIDs, with gaps
        st.one_of(st.none(), st.integers(-5000, 5000)),  # mV, sometimes unknown
        st.one_of(st.none(), st.integers(-400, 900)),  # tenths of a degree, often unknown
    ),
    min_size=1,
    max_size=40,
)


@pytest.mark.hypothesis
class TestAnyMeasures:
    """`read` and `tables` against numpy over whatever hypothesis thinks of."""

    @pytest.fixture
    def check(self, database: Database):
        drawn = examples(60 if database.is_sqlite else 12)

        def run(test) -> None:
            drawn(test)()

        return run

    def columns(self, rows):
        seconds = np.cumsum([row[0] for row in rows]) / 4
        ids = np.cumsum([row[1] for row in rows])
        volts = np.array([NAN if row[2] is None else row[2] / 1000 for row in rows])
        degrees = np.array([NAN if row[3] is None else row[3] / 10 for row in rows])
        return seconds, ids, volts, degrees

    def test_a_window_has_every_sample_of_it_and_one_more_on_each_side(self, database, check):
        @given(rows=measured, edges=st.tuples(st.integers(-3, 45), st.integers(0, 45)))
        @example(rows=[(0, 1, 5, None)] * 4, edges=(0, 0))
        def holds(rows, edges):
            seconds, ids, volts, degrees = self.columns(rows)
            store(database, seconds, volts, ids=ids, temperature=degrees)
            early, late = edges[0] / 4, (edges[0] + edges[1]) / 4
            first = max(np.searchsorted(seconds, early, "left") - 1, 0)
            after = min(np.searchsorted(seconds, late, "right") + 1, len(seconds))
            wanted = slice(first, after)
            found = read_series(
                database,
                EXPERIMENT,
                [series.VOLTAGE, TEMPERATURE],
                between=(BEGIN + early, BEGIN + late),
            )
            assert found.samples == after - first
            assert found.every_sample
            for channel, values in ((series.VOLTAGE, volts), (TEMPERATURE, degrees)):
                known = ~np.isnan(values[wanted])
                one = found.traces[channel.key]
                assert one.unix_s - BEGIN == nearly(seconds[wanted][known])
                assert one.values == nearly(values[wanted][known])

        check(holds)

    def test_thinned_it_keeps_the_ends_and_the_extremes(self, database, check):
        @given(rows=measured, points=st.integers(2, 12))
        @example(rows=[(1, 1, n % 7, None) for n in range(30)], points=4)
        def holds(rows, points):
            seconds, ids, volts, degrees = self.columns(rows)
            store(database, seconds, volts, ids=ids, temperature=degrees)
            found = read_series(database, EXPERIMENT, [series.VOLTAGE, TEMPERATURE], points=points)
            assert found.samples == len(rows)
            assert found.every_sample == (len(rows) <= points)
            for channel, values in ((series.VOLTAGE, volts), (TEMPERATURE, degrees)):
                one = found.traces[channel.key]
                x, y = seconds[~np.isnan(values)], values[~np.isnan(values)]
                assert len(one.values) <= points
                assert len(one.values) == len(one.unix_s)
                pairs = set(zip(x.round(3).tolist(), y.round(6).tolist(), strict=True))
                kept = list(
                    zip(
                        (one.unix_s - BEGIN).round(3).tolist(),
                        one.values.round(6).tolist(),
                        strict=True,
                    )
                )
                assert set(kept) <= pairs  # real samples, none made up
                assert [moment for moment, _ in kept] == sorted(moment for moment, _ in kept)
                if len(x):
                    assert kept[0] == (round(x[0], 3), round(y[0], 6))
                    assert kept[-1] == (round(x[-1], 3), round(y[-1], 6))
                if len(x) and points >= 4:
                    assert min(one.values) == pytest.approx(y.min())
                    assert max(one.values) == pytest.approx(y.max())

        check(holds)

    def test_tables_in_pieces_join_to_everything(self, database, check, monkeypatch):
        monkeypatch.setattr(chunks, "CHUNK", 7)

        @given(rows=measured)
        def holds(rows):
            seconds, ids, volts, degrees = self.columns(rows)
            store(database, seconds, volts, ids=ids, temperature=degrees)
            pieces = list(series.stream(database, EXPERIMENT, [TEMPERATURE]))
            assert [len(piece.unix_s) for piece in pieces] == np.unique(
                ids // 7, return_counts=True
            )[1].tolist()
            assert np.concatenate([piece.unix_s for piece in pieces]) - BEGIN == nearly(seconds)
            assert np.concatenate([piece.voltage_v for piece in pieces]) == nearly(volts)
            assert np.concatenate([piece.extended[0] for piece in pieces]) == nearly(degrees)
            derived = np.concatenate([piece.test_time_s for piece in pieces])
            assert derived == nearly(seconds - seconds[0])

        check(holds)


def test_no_measures_are_no_points(database: Database):
    found = read_series(database, EXPERIMENT, [series.VOLTAGE], between=(0, 1e10))
    assert (found.samples, found.every_sample, len(found.traces["voltage"].values)) == (0, True, 0)
    assert list(series.stream(database, EXPERIMENT, [])) == []
    assert time_range_of(database, EXPERIMENT) is None


@pytest.mark.parametrize("points", [1, 2, 3, 4, 5, 100])
def test_a_spike_of_one_sample_is_kept_in_ten_thousand(sqlite_database: Database, points: int):
    volts = np.full(10_000, 3.7)
    volts[6_543] = 4.2
    experiment_id = import_blocks(sqlite_database, [block(10_000, voltage_v=volts)])
    found = read_series(sqlite_database, experiment_id, [series.VOLTAGE], points=points)
    values = found.traces["voltage"].values
    assert len(values) <= max(points, 2)
    assert found.samples == 10_000
    if points >= 4:
        assert values.max() == 4.2


def test_measures_of_one_moment_are_all_drawn(database: Database):
    # Cyclers that store whole seconds: five samples share each.
    store(database, np.repeat(np.arange(10), 5), np.arange(50))
    seconds, volts = trace(database, between=(BEGIN + 3, BEGIN + 3))
    assert volts.tolist() == [14, 15, 16, 17, 18, 19, 20]
    assert seconds.tolist() == [2, 3, 3, 3, 3, 3, 4]
    assert len(trace(database, between=(BEGIN, BEGIN))[1]) == 6
    assert len(trace(database, points=10)[1]) <= 10


def test_time_that_goes_back_stops_nothing(database: Database):
    store(database, [0, 5, 3, 4, 9, 1, 12], [1, 2, 3, 4, 5, 6, 7])
    assert len(trace(database)[1]) == 7
    for points in (2, 4, 6):
        assert len(trace(database, points=points)[1]) <= points
    read_series(database, EXPERIMENT, [series.VOLTAGE], between=(BEGIN + 3, BEGIN + 4))


@pytest.mark.parametrize(
    ("between", "found"),
    [((-9, -5), [0]), ((20, 30), [9]), ((4.2, 4.3), [4, 5]), ((-5, 50), list(range(10)))],
)
def test_windows_beside_and_between_the_measures(database: Database, between, found):
    store(database, np.arange(10))
    _, volts = trace(database, between=(BEGIN + between[0], BEGIN + between[1]))
    assert volts.tolist() == found


def test_a_window_the_wrong_way_round_is_no_failure(database: Database):
    store(database, np.arange(10))
    _, volts = trace(database, between=(BEGIN + 7, BEGIN + 2))
    assert len(volts) <= 10


def test_the_time_range_is_that_of_the_first_and_last_measure(database: Database):
    store(database, [0.25, 7, 9.125], ids=[3, 9, 40])
    assert time_range_of(database, EXPERIMENT) == (BEGIN + 0.25, BEGIN + 9.125)


def test_moments_are_exact_to_the_microsecond(database: Database):
    micros = np.array([0.000001, 0.1, 0.999999, 59.123456])
    store(database, micros)
    found, _ = trace(database)
    assert np.round(found * 1e6).tolist() == np.round(micros * 1e6).tolist()


def test_whole_seconds_that_a_cycler_wrote_are_read(database: Database):
    with database.write() as session:
        session.execute(
            text(
                "INSERT INTO GenericMeasures (ExpID, MeasID, Timestamp, InstrID, Voltage, Current) "
                "VALUES (77, 1, '2026-03-01 12:00:00', 1, 3700, -1500), "
                "(77, 2, '2026-03-01 12:00:00', 1, 3701, NULL), "
                "(77, 9, '2026-03-01 12:00:01', 1, 3702, 0)"
            )
        )
    (table,) = series.stream(database, EXPERIMENT, [])
    assert table.test_time_s.tolist() == [0, 0, 1]
    assert table.voltage_v.tolist() == [3.7, 3.701, 3.702]
    assert table.current_a.tolist() == nearly([-1.5, NAN, 0])
    assert np.isnan(table.step).all()


def test_test_time_is_derived_only_where_it_is_unknown(database: Database):
    store(database, [0, 1, 2], test_time=[10.5, NAN, 12.5])
    (table,) = series.stream(database, EXPERIMENT, [])
    assert table.test_time_s.tolist() == [10.5, 1.0, 12.5]


def test_derived_test_time_goes_on_over_pieces(database: Database, monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK", 2)
    store(database, [5, 6, 7, 8, 9])
    pieces = list(series.stream(database, EXPERIMENT, []))
    assert np.concatenate([piece.test_time_s for piece in pieces]).tolist() == [0, 1, 2, 3, 4]


def test_stray_extended_values_are_left_out(database: Database):
    # The synchroniser commits extended measures later, and may have some of rows that are not there
    store(database, [0, 1, 2], ids=[2, 5, 9], temperature=[20, NAN, 22])
    with database.write() as session:
        session.execute(
            text(
                "INSERT INTO ExtendedMeasures (ExpID, UsedMeasID, MeasID, Value) VALUES "
                "(77, 4, 1, 98), (77, 4, 6, 99), (77, 4, 10, 97), (77, 4, 5, NULL), (78, 4, 5, 96)"
            )
        )
    seconds, degrees = trace(database, TEMPERATURE)
    assert (seconds.tolist(), degrees.tolist()) == ([0, 2], [20, 22])


class TestChannels:
    def test_those_with_values_and_always_voltage_and_current(self, database: Database):
        names = {("Temperature", "degC"): [20, NAN], ("Empty", "1"): [NAN, NAN]}
        plain = import_blocks(database, [block(2)])
        extended = import_blocks(database, [block(2, extended=names, power_w=np.array([NAN, 2.0]))])
        assert channels_of(database, plain) == (series.VOLTAGE, series.CURRENT)
        found = channels_of(database, extended)
        assert [(one.name, one.unit) for one in found] == [
            ("Voltage", "V"),
            ("Current", "A"),
            ("Power", "W"),
            ("Temperature", "degC"),
        ]
        assert len({one.key for one in found}) == 4

    def test_a_power_column_of_blanks_is_no_channel(self, database: Database):
        blank = import_blocks(database, [block(2, power_w=np.array([NAN, NAN]))])
        assert series.POWER not in channels_of(database, blank)

    def test_names_of_a_cyclers_own_channels(self, database: Database):
        with database.write() as session:
            session.execute(
                text(
                    "INSERT INTO UsedMeasures (UsedMeasID, CSID, DevID, MeasType, CustomName) "
                    "VALUES (41, 1, 1, 1, 'Tab'), (42, 1, 1, 2, NULL)"
                )
            )
        experiment_id = import_with_rows(database, [block(2)])
        with database.write() as session:
            session.execute(
                text(
                    "INSERT INTO ExtendedMeasures (ExpID, UsedMeasID, MeasID, Value) "
                    "VALUES (:id, 41, 0, 251), (:id, 42, 1, 252)"
                ),
                {"id": experiment_id},
            )
        series.reconcile(database, experiment_id, final=True, now=START)
        found = channels_of(database, experiment_id)[2:]
        assert [(one.key, one.name, one.unit) for one in found] == [
            ("x41", "Tab", ""),
            ("x42", "temp_body", ""),
        ]

    @pytest.fixture
    def mapping(self, tmp_path):
        """The mapping of a file without power."""
        return propose(open_table(write_csv(tmp_path / "a.csv", 30))).to_json()

    def test_listing_them_reads_the_same_however_many_measures_there_are(
        self, sqlite_database: Database, mapping
    ):
        names = {(f"Channel {n}", "degC"): 20 for n in range(4)}
        steps = []
        for count in (100, 20_000):
            extended = {name: np.full(count, value) for name, value in names.items()}
            experiment_id = import_blocks(
                sqlite_database, [block(count, extended=extended)], mapping=mapping
            )
            with counted_steps(sqlite_database) as done:
                assert len(channels_of(sqlite_database, experiment_id)) == 6
            steps.append(done[0])
        assert steps[1] <= steps[0] + 2

    @pytest.mark.parametrize("database_url", SERVER_ENGINES, indirect=True)
    def test_on_a_server_too(self, database: Database, mapping):
        reads = []
        for count in (100, 5_000):
            extended = {("Channel", "degC"): np.full(count, 20)}
            experiment_id = import_blocks(
                database, [block(count, extended=extended)], mapping=mapping
            )
            with database.engine.connect() as connection:
                connection.exec_driver_sql("FLUSH STATUS")
            channels_of(database, experiment_id)
            with database.engine.connect() as connection:
                rows = connection.exec_driver_sql("SHOW SESSION STATUS LIKE 'Handler_read%%'")
                reads.append(sum(int(value) for _, value in rows))
        assert reads[1] < reads[0] + 100


class counted_steps:  # noqa: N801 - used like a function
    """Count SQLite's work in thousands of virtual machine steps, on its pooled connection."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.done = [0]

    def __enter__(self) -> list[int]:
        def tick() -> int:
            self.done[0] += 1
            return 0

        self.raw = self.database.engine.raw_connection()
        self.driver: sqlite3.Connection = self.raw.driver_connection
        self.driver.set_progress_handler(tick, 1000)
        self.raw.close()  # back to the pool, which gives it out next
        return self.done

    def __exit__(self, *_error) -> None:
        self.driver.set_progress_handler(None, 0)


def test_a_zoom_asks_a_bounded_number_of_questions(database: Database):
    count = 4096
    experiment_id = import_blocks(database, [block(count)])
    for early, late in ((0, 1), (1000, 1200), (4000, 9000)):
        with statements(database) as sent:
            read_series(
                database,
                experiment_id,
                [series.VOLTAGE, series.CURRENT],
                between=(BEGIN + early, BEGIN + late),
            )
        assert len(sent) <= 12


def test_a_zoom_reads_only_its_window(sqlite_database: Database):
    experiment_id = import_blocks(sqlite_database, [block(20_000)])
    with counted_steps(sqlite_database) as done:
        found = read_series(
            sqlite_database,
            experiment_id,
            [series.VOLTAGE],
            between=(BEGIN + 12_000, BEGIN + 12_100),
        )
    assert found.samples == 103
    assert done[0] < 20  # the whole takes several hundred


def test_a_slow_reader_holds_no_lock(database: Database, monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK", 10)
    experiment_id = import_blocks(database, [block(30)])
    pieces = series.stream(database, experiment_id, [])
    next(pieces)
    import_blocks(database, [block(5)], name="Meanwhile")
    assert sum(len(piece.unix_s) for piece in pieces) == 20


def test_measures_that_arrive_while_one_reads_are_left_for_the_next_time(database: Database):
    store(database, np.arange(5))
    pieces = series.stream(database, EXPERIMENT, [])
    first = next(pieces)
    with database.write() as session:
        late = np.array([BEGIN + timedelta(days=1).total_seconds()])
        none = np.zeros(1)
        rows = MeasureRows(5, late, none, none, none, None, None, None, None, {})
        insert_missing(session, [(EXPERIMENT, rows)])
    assert len(first.unix_s) == 5
    assert list(pieces) == []


class TestGaps:
    """An outage of 85 s in a measure a second: no line goes over it, with few points either."""

    SECONDS = np.where(np.arange(3000) < 1700, np.arange(3000), np.arange(3000) + 84)

    @pytest.fixture
    def outage(self, sqlite_database: Database, monkeypatch) -> int:
        monkeypatch.setattr(chunks, "CHUNK", 400)  # five are read as extremes
        rows = block(3000, unix_time_s=BEGIN + self.SECONDS)
        return import_blocks(sqlite_database, [rows])

    @pytest.mark.parametrize("points", [2000, 100, 8])
    @pytest.mark.parametrize("between", [None, (BEGIN + 1600, BEGIN + 1900)])
    def test_a_line_breaks(self, sqlite_database, outage, points, between):
        found = read_series(
            sqlite_database, outage, [series.VOLTAGE], between=between, points=points
        )
        seconds, volts = found.traces["voltage"].unix_s - BEGIN, found.traces["voltage"].values
        (blank,) = np.flatnonzero(np.isnan(volts))
        assert seconds[blank - 1] <= 1699 < seconds[blank] < 1784 <= seconds[blank + 1]
        assert len(seconds) <= points

    def test_the_line_of_a_channel_that_alone_fell_silent_breaks(self, sqlite_database):
        volts = np.full(600, 3.7)
        volts[200:285] = np.nan
        rows = block(600, unix_time_s=BEGIN + np.arange(600.0), voltage_v=volts)
        silent = import_blocks(sqlite_database, [rows])
        channels = [series.VOLTAGE, series.CURRENT]
        traces = read_series(sqlite_database, silent, channels).traces
        assert np.isnan(traces["voltage"].values).sum() == 1
        assert not np.isnan(traces["current"].values).any()

    @pytest.mark.parametrize(("begin", "end"), [(90_000, 91_000), (60_000, 140_000)])
    @pytest.mark.parametrize("chunks_drawn", [6, 40])
    def test_it_breaks_also_where_only_extremes_are_read(
        self, sqlite_database, begin, end, chunks_drawn, monkeypatch
    ):
        """Of six chunks the inner ones; the coarse ones of more than 34."""
        monkeypatch.setattr(window, "FINE_CHUNKS", 34 if chunks_drawn == 6 else 2)
        count = 5 * 65_536 + 100
        volts = np.full(count, 3.7)
        volts[begin:end] = np.nan
        rows = block(count, unix_time_s=BEGIN + np.arange(float(count)), voltage_v=volts)
        silent = import_blocks(sqlite_database, [rows])
        channels = [series.VOLTAGE, series.CURRENT]
        traces = read_series(sqlite_database, silent, channels).traces
        seconds, volts = traces["voltage"].unix_s - BEGIN, traces["voltage"].values
        (blank,) = np.flatnonzero(np.isnan(volts))
        assert seconds[blank - 1] <= begin - 1 < seconds[blank] < end <= seconds[blank + 1]
        assert not np.isnan(traces["current"].values).any()

    def test_it_is_known_without_reading_the_measures(self, sqlite_database, outage):
        with series.opened(sqlite_database, outage) as experiment:
            assert experiment.time_range
            with statements(sqlite_database) as asked:
                assert (experiment.gaps - BEGIN).tolist() == [[1699, 1784]]
        assert asked == []

    def test_chunks_from_before_there_were_summaries(self, sqlite_database, outage):
        with sqlite_database.write() as session:
            session.execute(text("UPDATE bem_series_chunks SET fine = x'' WHERE channel = 'time'"))
        with series.opened(sqlite_database, outage) as experiment:
            assert (experiment.gaps - BEGIN).tolist() == [[1699, 1784]]
