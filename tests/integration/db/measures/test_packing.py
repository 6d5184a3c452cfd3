"""Rows that are given up for columns, and put back."""

from datetime import timedelta
from itertools import count

import numpy as np
import pytest
from sqlalchemy import delete, event, insert, select, update

from cycling.errors import ConflictError
from cycling.terms import Availability, Connection, ExperimentStatus
from db import series
from db.engine import Database
from db.measures.export import csv_pieces
from db.measures.packing import due, pack, size, unpack
from db.measures.statistics import experiment_statistics
from db.models import (
    AvailableMeasure,
    ComputationalUnit,
    CyclerStation,
    DetectedDevice,
    Experiment,
    ExtendedMeasure,
    GenericMeasure,
    SeriesHead,
    UsedDevice,
    UsedMeasure,
)
from db.queries.experiments.detail import experiment_facts
from db.queries.experiments.durations import durations
from db.series.head import has_rows
from tests.flips import flip
from tests.unit.db.lab import (
    NOW,
    START,
    add_cell,
    add_experiment,
    add_station,
    block,
    import_blocks,
    import_with_rows,
)

WARM = {("T", "degC"): [20.5, np.nan, 21.25, *range(47)]}


class KilledError(Exception):
    """The process is gone."""


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch) -> None:
    monkeypatch.setattr("db.series.chunks.CHUNK", 16)


def say_nothing(_done: int, _total: int) -> None:
    """No progress is shown."""


def with_rows(database: Database) -> int:
    steps = {"step": np.arange(50) // 9, "cycle": np.full(50, 2.0), "step_id": np.full(50, 3.0)}
    return import_with_rows(database, [block(50, extended=WARM, **steps)])


def rows_of(database: Database, experiment_id: int) -> list[list[tuple]]:
    with database.read() as session:
        return [
            [
                tuple(row)
                for row in session.execute(
                    select(*model.__table__.columns)
                    .where(model.experiment_id == experiment_id)
                    .order_by(*model.__table__.primary_key)
                )
            ]
            for model in (GenericMeasure, ExtendedMeasure)
        ]


def what_is_shown(database: Database, experiment_id: int) -> tuple:
    facts = experiment_facts(database, experiment_id)
    return (
        b"".join(csv_pieces(database, experiment_id)),
        experiment_statistics(database, experiment_id),
        facts.measures,
        durations(database, facts, NOW, simulated=False),
    )


def test_all_is_shown_the_same_without_rows_and_they_can_be_put_back(database: Database):
    experiment_id = with_rows(database)
    before, rows = what_is_shown(database, experiment_id), rows_of(database, experiment_id)
    assert [len(one) for one in rows] == [50, 49]
    assert size(database, experiment_id).rows == 99
    assert pack(database, experiment_id, NOW, say_nothing) is None
    assert rows_of(database, experiment_id) == [[], []]
    assert size(database, experiment_id).rows == 0
    assert what_is_shown(database, experiment_id) == before
    assert pack(database, experiment_id, NOW, say_nothing) is None
    assert unpack(database, experiment_id, say_nothing) == 50
    assert rows_of(database, experiment_id) == rows
    assert series.check(database, experiment_id) == series.compare(database, experiment_id) == []
    assert what_is_shown(database, experiment_id) == before
    assert unpack(database, experiment_id, say_nothing) == 0


def test_an_import_can_be_given_rows(database: Database):
    experiment_id = import_blocks(database, [block(50, extended=WARM)])
    before = what_is_shown(database, experiment_id)
    assert unpack(database, experiment_id, say_nothing) == 50
    assert [len(one) for one in rows_of(database, experiment_id)] == [50, 49]
    assert what_is_shown(database, experiment_id) == before


def run_until(database: Database, statements: int, act) -> bool:
    """Act until so many statements were sent, as with kill -9; return whether it ended before."""
    sent = count(1)

    def kill(*_about) -> None:
        if next(sent) > statements:
            raise KilledError

    event.listen(database.engine, "before_cursor_execute", kill)
    try:
        act()
    except KilledError:
        return False
    finally:
        event.remove(database.engine, "before_cursor_execute", kill)
    return True


@pytest.mark.parametrize("way", [pack, unpack])
def test_killed_at_any_moment_every_measure_is_there_once(sqlite_database: Database, way):
    database, experiment_id = sqlite_database, with_rows(sqlite_database)
    before, rows = what_is_shown(database, experiment_id), rows_of(database, experiment_id)

    def go() -> None:
        if way is pack:
            assert pack(database, experiment_id, NOW, say_nothing) is None
        else:
            unpack(database, experiment_id, say_nothing)

    ended, at = False, 0
    while not ended:
        at += 3
        if way is unpack:
            assert pack(database, experiment_id, NOW, say_nothing) is None
        ended = run_until(database, at, go)
        assert what_is_shown(database, experiment_id) == before
        go()
        assert rows_of(database, experiment_id) == ([[], []] if way is pack else rows)
        assert what_is_shown(database, experiment_id) == before
        unpack(database, experiment_id, say_nothing)
        assert rows_of(database, experiment_id) == rows
    assert at >= 30


def test_rows_are_kept_where_something_is_not_stored(database: Database):
    experiment_id = with_rows(database)
    stray = {"experiment_id": experiment_id, "used_measure_id": 1, "measure_id": 900, "value": 1.0}
    with database.write() as session:
        session.execute(insert(ExtendedMeasure), [stray])
    assert "stand beside no measure" in str(pack(database, experiment_id, NOW, say_nothing))
    with database.write() as session:
        session.execute(update(Experiment).values(status=ExperimentStatus.RUNNING))
    assert "has not ended" in str(pack(database, experiment_id, NOW, say_nothing))
    ended = {"status": ExperimentStatus.FINISHED, "finished_at": NOW - timedelta(minutes=9)}
    with database.write() as session:
        session.execute(update(Experiment).values(**ended))
    assert "has not ended" in str(pack(database, experiment_id, NOW, say_nothing))
    station = add_station(database, "Station 04")
    with database.write() as session:
        session.execute(update(Experiment).values(finished_at=START, station_id=station))
    assert "newest one of its station" in str(pack(database, experiment_id, NOW, say_nothing))
    assert [len(one) for one in rows_of(database, experiment_id)] == [50, 50]


def test_what_is_damaged_is_made_anew_before_a_row_goes(database: Database):
    experiment_id = with_rows(database)
    before = what_is_shown(database, experiment_id)
    flip(database, experiment_id, "voltage", "samples", number=1)
    assert pack(database, experiment_id, NOW, say_nothing) is None
    assert what_is_shown(database, experiment_id)[0] == before[0]
    flip(database, experiment_id, "voltage", "samples", number=2)
    with pytest.raises(series.DamagedError):
        unpack(database, experiment_id, say_nothing)
    with database.read() as session:
        assert not has_rows(session, experiment_id)


def of_wattrex(database: Database) -> int:
    """An experiment of a WattRex cycler: whole seconds and numbers, Power in dW, tenths of °C."""
    add_cell(database)
    with database.write() as session:
        unit = ComputationalUnit(
            mac="1",
            host_name="bench",
            ip="10.0.0.9",
            port=22,
            user="pi",
            last_connection=NOW,
            available=Availability.ON,
        )
        session.add(unit)
        session.flush()
        station = CyclerStation(
            unit_id=unit.id, name="Station 05", location="Lab", register_date=NOW, parent_id=None
        )
        device = DetectedDevice(
            unit_id=unit.id,
            compatible_device_id=2,
            serial_number="17",
            link_name="19",
            connection=Connection.CONNECTED,
        )
        session.add_all([station, device])
        session.flush()
        session.execute(insert(UsedDevice), [{"station_id": station.id, "device_id": device.id}])
        kind = session.scalars(
            select(AvailableMeasure.id).where(AvailableMeasure.name == "temp_body")
        ).one()
        used = UsedMeasure(
            station_id=station.id, device_id=device.id, available_measure_id=kind, custom_name=None
        )
        session.add(used)
        session.flush()
        station_id, channel = station.id, used.id
    ended = {"station_id": station_id, "begun_at": START, "finished_at": START}
    experiment_id = add_experiment(database, **ended)
    add_experiment(database, **ended)  # a newer one
    rows = [
        {
            "experiment_id": experiment_id,
            "id": n,
            "at": START + timedelta(seconds=n // 5),
            "instruction_id": 1 + n // 20,
            "voltage_mv": 3700 + n,
            "current_ma": -1500 - n,
            "power_mw": (3700 + n) * (-1500 - n) // 100_000,
        }
        for n in range(50)
        if n != 33  # a gap between MeasIDs
    ]
    values = [
        {
            "experiment_id": experiment_id,
            "used_measure_id": channel,
            "measure_id": row["id"],
            "value": 201 + 7 * row["id"],
        }
        for row in rows
    ]
    with database.write() as session:
        session.execute(insert(GenericMeasure), rows)
        session.execute(insert(ExtendedMeasure), values)
    return experiment_id


def test_rows_of_a_wattrex_cycler_come_back_as_it_wrote_them(database: Database):
    experiment_id = of_wattrex(database)
    series.reconcile(database, experiment_id, final=True, now=NOW)
    before, rows = what_is_shown(database, experiment_id), rows_of(database, experiment_id)
    assert pack(database, experiment_id, NOW, say_nothing) is None
    assert rows_of(database, experiment_id) == [[], []]
    assert what_is_shown(database, experiment_id)[:3] == before[:3]
    assert unpack(database, experiment_id, say_nothing) == 49
    assert rows_of(database, experiment_id) == rows
    assert what_is_shown(database, experiment_id) == before


def test_rows_are_due_so_long_after_the_end_unless_they_were_put_back(database: Database):
    first, running, again, packed = (with_rows(database) for _ in range(4))
    import_blocks(database, [block(50)])
    ended = update(Experiment).where(Experiment.id.in_([first, again, packed]))
    with database.write() as session:
        session.execute(ended.values(finished_at=NOW - timedelta(days=30)))
        session.execute(
            update(Experiment)
            .where(Experiment.id == running)
            .values(status=ExperimentStatus.RUNNING, finished_at=None)
        )
        session.execute(update(SeriesHead).values(final=True, keeps_rows=False))
    assert pack(database, packed, NOW, say_nothing) is None
    assert unpack(database, again, say_nothing) == 0  # it has some; they are wanted
    assert due(database, NOW - timedelta(days=31)) == []
    assert due(database, NOW - timedelta(days=29)) == [first]
    assert not run_until(database, 40, lambda: pack(database, first, NOW, say_nothing))
    assert due(database, NOW - timedelta(days=29)) == [first]  # also half-way
    assert pack(database, first, NOW, say_nothing) is None
    assert due(database, NOW - timedelta(days=29)) == []
    unpack(database, first, say_nothing)
    assert due(database, NOW - timedelta(days=29)) == []


def test_rows_that_come_after_they_were_given_up_are_kept_and_can_be_taken_in(database: Database):
    experiment_id = with_rows(database)
    last = rows_of(database, experiment_id)[0][-1]
    assert pack(database, experiment_id, NOW, say_nothing) is None
    names = [column.key for column in GenericMeasure.__table__.columns]
    later = dict(zip(names, last, strict=True)) | {"MeasID": 53}
    with database.write() as session:
        session.execute(insert(GenericMeasure.__table__), [later])
        session.execute(update(Experiment).values(finished_at=NOW - timedelta(days=30)))
    assert due(database, NOW) == [experiment_id]
    assert "came after" in str(pack(database, experiment_id, NOW, say_nothing))
    assert len(rows_of(database, experiment_id)[0]) == 1
    unpack(database, experiment_id, say_nothing)
    assert size(database, experiment_id).measures == 51


def test_rows_that_went_while_they_were_put_back_do_not_count(sqlite_database: Database):
    database, experiment_id = sqlite_database, import_blocks(sqlite_database, [block(50)])
    before = what_is_shown(database, experiment_id)

    def take(done: int, _total: int) -> None:
        if done == 3:
            with database.write() as session:
                session.execute(delete(GenericMeasure).where(GenericMeasure.id < 10))

    with pytest.raises(ConflictError, match="went while they were put back"):
        unpack(database, experiment_id, take)
    assert what_is_shown(database, experiment_id) == before
    assert unpack(database, experiment_id, say_nothing) == 50
    assert what_is_shown(database, experiment_id) == before
