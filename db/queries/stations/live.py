"""The live view of a station: its newest measures, and what happened in its present run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ScalarSelect, Select, bindparam, exists, func, select
from sqlalchemy.orm import Session

from cycling.analysis.whole_seconds import spread
from cycling.battery.description import NewBattery
from cycling.errors import NotFoundError
from cycling.terms import StationCommand
from db.engine import Database
from db.models import (
    AvailableMeasure,
    Battery,
    Channel,
    CyclerStation,
    DeviceAbilities,
    Experiment,
    ExtendedMeasure,
    GenericMeasure,
    Run,
    RunEvent,
    StationAlarm,
    Unit,
    UsedDevice,
    UsedMeasure,
)
from db.models.battery_rows import description_of
from db.models.units import VIRTUAL_UNIT
from db.series import CURRENT, POWER, VOLTAGE, ChannelInfo
from db.series.epc import AS_STORED, scales

MOST_ROWS = 2_000  # new measures of one answer; with more the figure is read anew
LOOK_BACK = 20  # earlier measures that tell how many come in a second
MOST_POINTS = 240  # of a channel in one answer, extremes kept
MOST_ALARMS = 20
MOST_STEPS = 100
STEP_ENDED = "step_ended"
GENERIC = {
    "voltage": GenericMeasure.voltage_mv,
    "current": GenericMeasure.current_ma,
    "power": GenericMeasure.power_mw,
}

Values = list[float | None]


@dataclass(frozen=True)
class NewPoints:
    """Measures after one that is known, as columns of the same length; V, A, W or own units.

    `through` is the last MeasID. `too_many`: nothing is listed, the figure must be read anew.
    """

    through: int
    unix_ms: list[int]
    values: dict[str, Values]
    too_many: bool = False


@dataclass(frozen=True)
class RunAlarm:
    """An alarm of a run, open or with what somebody found."""

    id: int
    text: str
    at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str
    comment: str


@dataclass(frozen=True)
class StepEndFacts:
    """A step that is over: test time (s) at its end, and what ended it."""

    instruction_id: int
    test_time_s: float
    ended_by: str
    took_s: float | None


@dataclass(frozen=True)
class RunFacts:
    """What happened in a run so far; `steps` are its newest ones, newest first.

    `last_instruction_id` is that of the newest measure: of a WattRex run no steps are known.
    """

    last_id: int
    end_reason: str
    alarms: tuple[RunAlarm, ...]
    steps: tuple[StepEndFacts, ...]
    last_instruction_id: int | None = None

    @property
    def measures(self) -> int:
        """How many measures there are: stations leave no gaps."""
        return self.last_id + 1


def station_channels(database: Database, station_id: int) -> tuple[ChannelInfo, ...]:
    """Return the channels that a station records, whether there is a value yet or not."""
    with database.read() as session:
        found = session.execute(
            select(
                UsedMeasure.id,
                func.coalesce(Channel.name, UsedMeasure.custom_name, AvailableMeasure.name),
                func.coalesce(Channel.unit, ""),
            )
            .join(AvailableMeasure, AvailableMeasure.id == UsedMeasure.available_measure_id)
            .outerjoin(Channel, Channel.used_measure_id == UsedMeasure.id)
            .where(UsedMeasure.station_id == station_id)
            .order_by(UsedMeasure.id)
        ).all()
        of_epc = scales(session, [row[0] for row in found])
    extended = (
        ChannelInfo(f"x{id_}", name, unit or of_epc.get(id_, AS_STORED).unit, id_)
        for id_, name, unit in found
    )
    return (VOLTAGE, CURRENT, POWER, *extended)


def can(database: Database, station_id: int, kind: StationCommand) -> bool:
    """Whether a station's devices can carry out a command; a stop always counts as possible."""
    if kind is StationCommand.STOP:
        return True
    with database.read() as session:
        abilities = session.scalars(_abilities(station_id)).all()
    return any(one.get("pause") for one in abilities)


def guarded_battery(
    database: Database, station_id: int, battery_id: int
) -> tuple[NewBattery, bool]:
    """Return a battery as it was described, and whether the station watches its temperature."""
    with database.read() as session:
        battery = description_of(session, session.get_one(Battery, battery_id))
        abilities = session.scalars(_abilities(station_id)).all()
    return battery, any(one.get("temperature_limit") for one in abilities)


def _abilities(station_id: int) -> Select[dict[str, Any]]:
    return (
        select(DeviceAbilities.abilities)
        .join(UsedDevice, UsedDevice.device_id == DeviceAbilities.device_id)
        .where(UsedDevice.station_id == station_id)
    )


def new_points(
    database: Database, experiment_id: int, after: int, keys: Sequence[str]
) -> NewPoints:
    """Return the measures after MeasID `after` (-1: from the first) for channels by their keys."""
    generic = [key for key in keys if key in GENERIC]
    extended = {int(key[1:]): key for key in keys if key[:1] == "x" and key[1:].isdigit()}
    with database.read() as session:
        of_it = {"experiment": experiment_id, "after": after - LOOK_BACK}
        found = session.execute(_generic_after(tuple(generic)), of_it).all()
        rows = [row for row in found if row[0] > after]
        if len(rows) > MOST_ROWS:
            return NewPoints(after, [], {}, too_many=True)
        wattrex = bool(rows) and bool(rows[0].wattrex)
        further = _further(session, experiment_id, rows, list(extended))
        of_epc = scales(session, list(extended)) if wattrex else {}
    places = {row[0]: place for place, row in enumerate(rows)}
    values: dict[str, Values] = {
        key: [_number(row[2 + index], 1000.0) for row in rows] for index, key in enumerate(generic)
    }
    if wattrex and "power" in values:
        values["power"] = _powers(rows)
    values |= {key: [None] * len(rows) for key in extended.values()}
    for id_, measure_id, value in further:
        if measure_id in places:
            factor = of_epc.get(id_, AS_STORED).factor
            values[extended[id_]][places[measure_id]] = _number(value, 1.0 / factor)
    unix_ms = _times_ms(found, even=wattrex)[len(found) - len(rows) :]
    return _thinned(NewPoints(rows[-1][0] if rows else after, unix_ms, values))


def _further(
    session: Session, experiment_id: int, rows: Sequence[Any], channels: list[int]
) -> Sequence[Any]:
    """Return the values of extended channels that belong to these rows."""
    if not rows or not channels:
        return ()
    between = {"channels": channels, "first": rows[0][0], "last": rows[-1][0]}
    return session.execute(_extended_between(), {"experiment": experiment_id, **between}).all()


def _times_ms(found: Sequence[Any], *, even: bool) -> list[int]:
    """Return when measures count as taken; with `even` a second's are spread over it.

    Some that are known already come first, because they tell how many a second has.
    """
    us = np.array([round(row[1].timestamp() * 1_000_000) for row in found], np.int64)
    return [round(one / 1000) for one in (spread(us, goes_on=True) if even else us).tolist()]


def _powers(rows: Sequence[Any]) -> Values:
    """Return voltage times current (W): the stored power is in a unit that nobody names."""
    return [
        None if row[-3] is None or row[-2] is None else _number(row[-3] * row[-2], 1_000_000.0)
        for row in rows
    ]


@lru_cache(maxsize=64)
def _generic_after(keys: tuple[str, ...]) -> Select[*tuple[Any, ...]]:
    """Return the statement, which is built once: it runs some dozen times a second."""
    return (
        select(
            GenericMeasure.id,
            GenericMeasure.at,
            *(GENERIC[key] for key in keys),
            GenericMeasure.voltage_mv,
            GenericMeasure.current_ma,
            _is_of_wattrex().label("wattrex"),
        )
        .where(
            GenericMeasure.experiment_id == bindparam("experiment"),
            GenericMeasure.id > bindparam("after"),
        )
        .order_by(GenericMeasure.id)
        .limit(MOST_ROWS + LOOK_BACK + 1)
    )


def _is_of_wattrex() -> ScalarSelect[int]:
    """Select whether a WattRex cycler measures the experiment, as `series.rows` does."""
    return (
        select(func.count())
        .select_from(Experiment)
        .join(CyclerStation, CyclerStation.id == Experiment.station_id)
        .where(
            Experiment.id == bindparam("experiment"),
            CyclerStation.unit_id != VIRTUAL_UNIT,
            ~exists().where(Unit.unit_id == CyclerStation.unit_id),
        )
        .scalar_subquery()
    )


@cache
def _extended_between() -> Select[*tuple[Any, ...]]:
    return select(
        ExtendedMeasure.used_measure_id, ExtendedMeasure.measure_id, ExtendedMeasure.value
    ).where(
        ExtendedMeasure.experiment_id == bindparam("experiment"),
        ExtendedMeasure.used_measure_id.in_(bindparam("channels", expanding=True)),
        ExtendedMeasure.measure_id.between(bindparam("first"), bindparam("last")),
    )


def run_facts(database: Database, experiment_id: int) -> RunFacts:
    """Return what happened in a run; of one that is not ours only its measures are known."""
    with database.read() as session:
        last = session.execute(
            select(GenericMeasure.id, GenericMeasure.instruction_id)
            .where(GenericMeasure.experiment_id == experiment_id)
            .order_by(GenericMeasure.id.desc())
            .limit(1)
        ).first()
        reason = session.scalar(select(Run.end_reason).where(Run.experiment_id == experiment_id))
        alarms = _alarms(session, experiment_id)
        ends = session.scalars(
            select(RunEvent.detail)
            .where(RunEvent.experiment_id == experiment_id, RunEvent.kind == STEP_ENDED)
            .order_by(RunEvent.number.desc())
            .limit(MOST_STEPS)
        ).all()
    return RunFacts(
        last_id=-1 if last is None else last.id,
        end_reason=reason or "",
        alarms=alarms,
        steps=_steps(ends),
        last_instruction_id=None if last is None else last.instruction_id,
    )


def run_alarms(database: Database, experiment_id: int) -> tuple[RunAlarm, ...]:
    """Return the newest alarms of a run, newest first."""
    with database.read() as session:
        return _alarms(session, experiment_id)


def _alarms(session: Session, experiment_id: int) -> tuple[RunAlarm, ...]:
    rows = session.scalars(
        select(StationAlarm)
        .where(StationAlarm.experiment_id == experiment_id)
        .order_by(StationAlarm.at.desc(), StationAlarm.id.desc())
        .limit(MOST_ALARMS)
    )
    return tuple(run_alarm(one) for one in rows)


def find_alarm(database: Database, alarm_id: int) -> RunAlarm:
    """Return an alarm. Raises NotFoundError."""
    with database.read() as session:
        alarm = session.get(StationAlarm, alarm_id)
        if alarm is None:
            raise NotFoundError("There is no such alarm.")
        return run_alarm(alarm)


def run_alarm(alarm: StationAlarm) -> RunAlarm:
    """Return what an alarm's row says."""
    return RunAlarm(
        id=alarm.id,
        text=alarm.text,
        at=alarm.at,
        acknowledged_at=alarm.acknowledged_at,
        acknowledged_by=alarm.acknowledged_by or "",
        comment=alarm.comment or "",
    )


def _steps(ends: Sequence[dict[str, Any]]) -> tuple[StepEndFacts, ...]:
    """Return steps with how long each took, from the end of the one before it."""
    times = [float(one.get("test_time_s", 0.0)) for one in ends]
    before: list[float | None] = [*times[1:], None if len(ends) == MOST_STEPS else 0.0]
    return tuple(
        StepEndFacts(
            instruction_id=int(one.get("instruction", -1)),
            test_time_s=time,
            ended_by=str(one.get("ended_by", "")),
            took_s=None if began is None else time - began,
        )
        for one, time, began in zip(ends, times, before, strict=False)
    )


def _number(value: Any, divided_by: float) -> float | None:  # noqa: ANN401 - of a mixed row
    """Return a value with the six digits that a screen can show."""
    return None if value is None else float(f"{value / divided_by:.6g}")


def _thinned(points: NewPoints) -> NewPoints:
    """Keep the smallest and the largest value of each channel in stretches of equal length."""
    count = len(points.unix_ms)
    if count <= MOST_POINTS or not points.values:
        return points
    edges = np.linspace(0, count, MOST_POINTS // (2 * len(points.values)) + 1).astype(int)
    kept = {0, count - 1}
    for column in points.values.values():
        values = np.array([np.nan if one is None else one for one in column])
        for first, end in pairwise(edges.tolist()):
            kept |= _extremes(values[first:end], first)
    order = sorted(kept)
    return NewPoints(
        points.through,
        [points.unix_ms[place] for place in order],
        {key: [column[place] for place in order] for key, column in points.values.items()},
    )


def _extremes(values: NDArray[np.float64], first: int) -> set[int]:
    if not len(values) or np.isnan(values).all():
        return set()
    return {first + int(np.nanargmin(values)), first + int(np.nanargmax(values))}
