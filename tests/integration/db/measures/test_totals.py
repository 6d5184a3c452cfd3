"""Totals that are kept beside chunks: what is made of them is what the samples say."""

import random
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

import numpy as np
import pytest
from sqlalchemy import delete, select, update

from cycling.analysis import packing
from cycling.analysis.chunk_totals import add_up
from cycling.formats import Field
from db import series
from db.engine import Database
from db.measures import statistics, totals
from db.measures.recipe import StepRecipe
from db.measures.samples import samples
from db.measures.steps import experiment_steps
from db.models import (
    ExtendedMeasure,
    GenericMeasure,
    ImportSource,
    Lithium,
    Run,
    RunEvent,
    SeriesChunk,
    SeriesTotals,
    Statistics,
)
from db.series import ExperimentSeries, chunks, store
from tests.integration.db.measures.test_packing import run_until
from tests.unit.db.lab import block, import_blocks, import_with_rows, statements

CHUNK, FAN = 16, 3
COUNT = 16 * 8 + 5
BEGIN = datetime(2026, 11, 1, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK", CHUNK)
    monkeypatch.setattr(totals, "FAN", FAN)


@pytest.fixture
def read(monkeypatch) -> list[int]:
    """The numbers of the chunks that were added up, in turn."""
    done: list[int] = []
    table = ExperimentSeries.table

    def note(self, number, *given, **how):
        done.append(number)
        return table(self, number, *given, **how)

    monkeypatch.setattr(ExperimentSeries, "table", note)
    return done


def cycled(count: int = COUNT, **changes):
    """Charge, rest and discharge of seven seconds each, with a temperature that is often blank."""
    at = np.arange(count)
    step = at // 7
    current_a = np.select([step % 3 == 0, step % 3 == 2], [1.0 - at % 7 / 50, -0.8], 0.0)
    warm = np.where(at % 5 == 4, np.nan, 25 + at % 9)
    usual = {
        "current_a": current_a,
        "voltage_v": 3.5 + np.sin(at / 9) / 3,
        "step": step + 1.0,
        "cycle": 1.0 + step // 3,
        "extended": {("Cell", "degC"): warm},
    }
    return block(count, **{**usual, **changes})


def look(database: Database, experiment_id: int) -> int:
    """Compare steps and statistics with those of all samples; return how many steps there are."""
    with series.opened(database, experiment_id) as experiment:
        recipe = StepRecipe.of(experiment)
        rows = samples(experiment, recipe.source, recipe.temperature, whole=True)
        once = add_up(rows, recipe.counting, recipe.lead_in_s)
        found = experiment_steps(experiment)
        about = {"deadband_a": recipe.counting.deadband_a}
        about |= {"has_pauses": recipe.source.has_pauses, "sought": recipe.source.sought}
        of_samples = statistics._of_samples(experiment, recipe, about)
        of_totals = statistics._of_totals(experiment, recipe, about)
    assert len(found.rows) == len(once.steps)
    for name in ("sums", "lowest", "highest"):
        both = (getattr(one.table, name) for one in (found.rows, once.steps))
        np.testing.assert_allclose(*both, rtol=1e-9, atol=1e-9, err_msg=name)
    for one in fields(once.steps.ends):
        if one.name != "tops":
            both = (getattr(it.ends, one.name) for it in (found.rows, once.steps))
            np.testing.assert_allclose(*both, rtol=1e-9, atol=1e-9, err_msg=one.name)
    assert found.first_sample[-1] == once.steps.sums("samples").sum()
    same(of_totals, of_samples)
    return len(found.rows)


def same(one, other) -> None:
    """Whether statistics are the same, but for the last digits."""
    ours, theirs = one.to_json(), other.to_json()
    assert ours.keys() == theirs.keys()
    ours, theirs = flat(ours), flat(theirs)
    texts = [name for name, one in ours.items() if isinstance(one, str)]
    assert [ours.pop(name) for name in texts] == [theirs.pop(name) for name in texts]
    assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-9, nan_ok=True)


def flat(value, name: str = "") -> dict[str, object]:
    if isinstance(value, dict):
        return {k: v for key, one in value.items() for k, v in flat(one, f"{name}/{key}").items()}
    if isinstance(value, list | tuple):
        return flat(dict(enumerate(value)), name)
    return {name: np.nan if value is None else value}


def kept(database: Database, experiment_id: int) -> list[tuple[int, int]]:
    with database.read() as session:
        of_it = SeriesTotals.experiment_id == experiment_id
        rows = session.execute(select(SeriesTotals.number, SeriesTotals.chunks).where(of_it))
        return sorted(tuple(row) for row in rows)


def add_rows(database: Database, experiment_id: int, ids) -> None:
    """Add rows as a synchroniser does; some without a test time."""
    with database.write() as session:
        for id_ in ids:
            step = id_ // 7
            session.add(
                GenericMeasure(
                    experiment_id=experiment_id,
                    id=id_,
                    at=BEGIN + timedelta(seconds=id_ + (90 if id_ > 50 else 0)),
                    instruction_id=1 + step % 3,
                    voltage_mv=3500.0 + id_ % 11,
                    current_ma=(0.0, 900.0 + id_ % 7, -700.0)[step % 3],
                    power_mw=None,
                    test_time_s=None if id_ % 40 > 30 else float(id_),
                    step=step + 1,
                    cycle=1 + step // 3,
                )
            )


@dataclass
class Growing:
    """A run that grows at its end, and at times in between."""

    database: Database
    experiment_id: int
    chance: random.Random
    reached: int = 30
    left: tuple[int, ...] = ()

    def go_on(self) -> None:
        """Let the next thing happen."""
        end = self.reached + self.chance.choice([1, 1, 2, 5, 17, 40])
        new = [id_ for id_ in range(self.reached, end) if self.chance.random() > 0.02]
        self.left += tuple(set(range(self.reached, end)) - set(new))
        add_rows(self.database, self.experiment_id, new)
        self.reached = end

    def come_late(self) -> None:
        """Let a row come that was left out, and another one change; as a worker finds them."""
        late, self.left = self.left[:1], self.left[1:]
        add_rows(self.database, self.experiment_id, late)
        with self.database.write() as session:
            session.execute(
                update(GenericMeasure)
                .where(GenericMeasure.experiment_id == self.experiment_id)
                .where(GenericMeasure.id == self.chance.randrange(30))
                .values(current_ma=self.chance.choice([100.0, -200.0, None, 0.01]))
            )
        series.repair(self.database, self.experiment_id)


def growing(database: Database, seed: int, *, paused: bool) -> Growing:
    rows = block(30, step=np.ones(30), cycle=np.ones(30))
    experiment_id = import_with_rows(database, [rows])
    with database.write() as session:
        session.execute(delete(ImportSource))
        if paused:
            session.add(Run(experiment_id=experiment_id, station_id=1))
            pause = {"kind": "paused", "detail": {"test_time_s": 10.0}}
            session.add(RunEvent(experiment_id=experiment_id, number=1, at=BEGIN, **pause))
            session.execute(
                update(GenericMeasure)
                .where(GenericMeasure.id.between(11, 19))
                .values(step=None, test_time_s=10.0)
            )
    return Growing(database, experiment_id, random.Random(seed))


@pytest.mark.parametrize("paused", [False, True])
def test_live_is_what_is_added_up_anew(sqlite_database: Database, paused: bool):
    run = growing(sqlite_database, 4 + paused, paused=paused)
    for turn in range(14):
        run.go_on()
        if turn % 6 == 5:
            run.come_late()
        look(sqlite_database, run.experiment_id)
    assert len(kept(sqlite_database, run.experiment_id)) >= 2


def test_it_is_so_on_each_engine(database: Database):
    run = growing(database, 7, paused=True)
    for _turn in range(5):
        run.go_on()
        look(database, run.experiment_id)
    run.come_late()
    look(database, run.experiment_id)


def test_pauses_that_go_over_the_edges_of_chunks(sqlite_database: Database):
    """The clock goes on in pauses, and what goes on after one is the same step."""
    at = np.arange(COUNT)
    paused = (at % 40 > 10) & (at % 40 < 35)
    running_s = np.cumsum(~paused) - 1.0
    steps = np.where(paused, np.nan, 1.0 + running_s // 11)
    rows = cycled(step=steps, test_time_s=running_s, unix_time_s=1.7e9 + 3.0 * at)
    experiment_id = import_blocks(sqlite_database, [rows])
    with sqlite_database.write() as session:
        session.add(Run(experiment_id=experiment_id, station_id=1))
        pause = {"kind": "paused", "detail": {"test_time_s": 10.0}}
        session.add(RunEvent(experiment_id=experiment_id, number=1, at=BEGIN, **pause))
    for _again in range(2):
        look(sqlite_database, experiment_id)
    assert kept(sqlite_database, experiment_id) == [(0, 3), (3, 3), (6, 1), (7, 1)]


def test_steps_that_only_their_time_tells(sqlite_database: Database):
    """Where a file has a step time alone, a step has the number of its restarts."""
    step_time = {Field.STEP_TIME.channel: np.arange(COUNT) % 7.0}
    rows = cycled(step=None, cycle=None, extended=step_time)
    experiment_id = import_blocks(sqlite_database, [rows])
    for _again in range(2):
        assert look(sqlite_database, experiment_id) > 10
    assert len(kept(sqlite_database, experiment_id)) == 4


def test_only_the_last_chunk_is_read_again(database: Database, read):
    experiment_id = import_blocks(database, [cycled()])
    with series.opened(database, experiment_id) as experiment:
        experiment_steps(experiment)
    assert read == list(range(9))
    assert kept(database, experiment_id) == [(0, 3), (3, 3), (6, 1), (7, 1)]
    for _again in range(3):  # from the database, and then from this process
        with database.write() as session:
            session.execute(delete(Statistics))
        read.clear()
        found = statistics.experiment_statistics(database, experiment_id)
        assert (read, found.whole.samples) == ([8], COUNT)
    with statements(database) as sent, series.opened(database, experiment_id) as experiment:
        statistics._computed(experiment)
    assert [one for one in sent if "bem_series_totals" in one]
    assert not [one for one in sent if "bem_series_totals.totals " in one]


def test_what_has_changed_is_added_up_again(database: Database, read):
    experiment_id = import_with_rows(database, [cycled()])
    look(database, experiment_id)
    with database.write() as session:
        session.execute(
            update(GenericMeasure).where(GenericMeasure.id == 70).values(current_ma=300.0)
        )
        session.execute(
            update(ExtendedMeasure).where(ExtendedMeasure.measure_id == 100).values(value=99.0)
        )
    series.repair(database, experiment_id)
    assert kept(database, experiment_id) == [(0, 3), (7, 1)]
    read.clear()
    look(database, experiment_id)
    assert set(read) == {3, 4, 5, 6, 8}


def test_what_changes_while_it_is_added_up_is_not_kept(sqlite_database: Database):
    experiment_id = import_with_rows(sqlite_database, [cycled()])
    with series.opened(sqlite_database, experiment_id) as experiment:
        experiment_steps(experiment)
        with sqlite_database.write() as session:
            session.execute(
                update(GenericMeasure).where(GenericMeasure.id == 70).values(current_ma=300.0)
            )
        store.rebuild_chunk(sqlite_database, experiment_id, 4)
    assert kept(sqlite_database, experiment_id) == [(0, 3), (6, 1), (7, 1)]
    look(sqlite_database, experiment_id)


def test_of_an_older_version_without_checksums_nothing_is_kept(sqlite_database: Database):
    experiment_id = import_blocks(sqlite_database, [cycled()])
    with sqlite_database.write() as session:
        session.execute(update(SeriesChunk).where(SeriesChunk.number == 7).values(samples_crc=None))
    look(sqlite_database, experiment_id)
    assert kept(sqlite_database, experiment_id) == [(0, 3), (3, 3), (6, 1)]


def test_another_deadband_is_told_from_one_that_gives_the_same(sqlite_database: Database, read):
    experiment_id = import_blocks(sqlite_database, [cycled()])
    look(sqlite_database, experiment_id)  # 0.5 mA
    for capacity_mah, again in ((900, {8}), (0.5, {8})):
        with sqlite_database.write() as session:
            session.execute(update(Lithium).values(capacity_mah=capacity_mah))
        read.clear()
        look(sqlite_database, experiment_id)
        assert set(read) == again
    small = cycled(current_a=np.where(np.arange(COUNT) % 2, 0.0004, 2.0))
    other = import_blocks(sqlite_database, [small])
    for capacity_mah in (500, 5000):  # rest is below 0.25 mA, then 1 mA
        with sqlite_database.write() as session:
            session.execute(update(Lithium).values(capacity_mah=capacity_mah))
        read.clear()
        look(sqlite_database, other)
        assert set(read) == set(range(9))


def test_another_edge_is_another_recipe(sqlite_database: Database, read):
    experiment_id = import_blocks(sqlite_database, [cycled()])
    look(sqlite_database, experiment_id)
    with sqlite_database.write() as session:
        session.execute(update(ImportSource).values(edge="hold"))
    read.clear()
    look(sqlite_database, experiment_id)
    assert set(read) == set(range(9))
    assert len(kept(sqlite_database, experiment_id)) == 4


def test_totals_that_are_damaged_are_named_and_not_used(database: Database, read):
    experiment_id = import_blocks(database, [cycled()])
    look(database, experiment_id)
    with database.write() as session:
        row = session.get(SeriesTotals, (experiment_id, 3))
        row.totals = row.totals[:40] + bytes([row.totals[40] ^ 4]) + row.totals[41:]
    found = [(one.number, one.channel, one.words) for one in series.check(database, experiment_id)]
    assert found == [(3, "totals", "the checksum of its totals is wrong")]
    assert [one.measures for one in series.verify(database, experiment_id)] == [
        f"measures {3 * CHUNK} to {6 * CHUNK - 1}"
    ]
    read.clear()
    look(database, experiment_id)
    assert set(read) == {3, 4, 5, 8}
    assert series.check(database, experiment_id) == []  # they were made anew


def test_a_repair_removes_damaged_totals(sqlite_database: Database):
    experiment_id = import_blocks(sqlite_database, [cycled()])
    look(sqlite_database, experiment_id)
    with sqlite_database.write() as session:
        session.execute(update(SeriesTotals).where(SeriesTotals.number == 6).values(chunks=2))
    assert len(series.repair(sqlite_database, experiment_id)) == 1
    assert series.check(sqlite_database, experiment_id) == []
    assert kept(sqlite_database, experiment_id) == [(0, 3), (3, 3), (7, 1)]


def test_where_steps_are_very_many_samples_are_read(sqlite_database: Database, monkeypatch):
    monkeypatch.setattr(totals, "MOST_BYTES", 400)
    experiment_id = import_blocks(sqlite_database, [cycled()])
    with series.opened(sqlite_database, experiment_id) as experiment:
        assert totals.whole_totals(experiment, StepRecipe.of(experiment)) is None
        found = experiment_steps(experiment)
    assert found.first_sample[-1] == COUNT
    assert kept(sqlite_database, experiment_id) == []


def test_killed_while_they_are_kept_nothing_is_wrong(sqlite_database: Database):
    """After each statement of two looks, the second of which makes one row of three."""
    experiment_id = import_with_rows(sqlite_database, [cycled(CHUNK * 3 - 2)])
    look(sqlite_database, experiment_id)
    assert kept(sqlite_database, experiment_id) == [(0, 1), (1, 1)]
    add_rows(sqlite_database, experiment_id, range(CHUNK * 3 - 2, CHUNK * 4 - 3))
    series.catch_up(sqlite_database, experiment_id)

    def go() -> None:
        with series.opened(sqlite_database, experiment_id) as experiment:
            totals.whole_totals(experiment, StepRecipe.of(experiment))

    ended, at = False, 0
    while not ended:
        at += 1
        ended = run_until(sqlite_database, at, go)
        there = kept(sqlite_database, experiment_id)
        assert there == ([(0, 3)] if ended else [(0, 1), (1, 1)])
    assert at > 12
    look(sqlite_database, experiment_id)


def test_another_packing_is_another_method():
    """Rows of before could not be read: who changes these names raises METHOD, too."""
    names = " ".join((*packing.TABLE, *packing.ENDS, *packing.TOPS))
    assert blake2b(names.encode(), digest_size=4).hexdigest() == "d72bee3e"


def test_large_totals_are_not_put_into_one_row(sqlite_database: Database, monkeypatch):
    monkeypatch.setattr(totals, "MOST_TOGETHER", 1000)
    experiment_id = import_blocks(sqlite_database, [cycled()])
    look(sqlite_database, experiment_id)
    assert kept(sqlite_database, experiment_id) == [(one, 1) for one in range(8)]
    look(sqlite_database, experiment_id)


def test_the_end_of_an_experiment_may_go(sqlite_database: Database):
    """Rows that another program takes back: the last chunk is one of which totals were kept."""
    experiment_id = import_with_rows(sqlite_database, [cycled()])
    look(sqlite_database, experiment_id)
    for first in (7 * CHUNK, 5 * CHUNK + 3):
        with sqlite_database.write() as session:
            session.execute(delete(GenericMeasure).where(GenericMeasure.id >= first))
        series.repair(sqlite_database, experiment_id)
        look(sqlite_database, experiment_id)


def test_where_samples_are_damaged_those_that_are_kept_hold(sqlite_database: Database):
    experiment_id = import_blocks(sqlite_database, [cycled()])
    before = statistics.experiment_statistics(sqlite_database, experiment_id)
    with sqlite_database.write() as session:
        of_it = (SeriesChunk.channel == "voltage", SeriesChunk.number == 4)
        data = session.scalars(select(SeriesChunk.samples).where(*of_it)).one()
        damaged = data[:-1] + bytes([data[-1] ^ 1])
        session.execute(update(SeriesChunk).where(*of_it).values(samples=damaged))
        session.execute(delete(Statistics))
    after = statistics.experiment_statistics(sqlite_database, experiment_id)
    assert (after, after.left_out) == (replace(before, left_out=""), "")
    with sqlite_database.write() as session:
        session.execute(delete(SeriesTotals))
        session.execute(delete(Statistics))
    without = statistics.experiment_statistics(sqlite_database, experiment_id)
    assert without.left_out == f"Voltage, measures {4 * CHUNK} to {5 * CHUNK - 1}"
    assert without.whole.samples == COUNT - CHUNK
