"""What happened during an experiment and when: alarms, states, the clock."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from cycling.terms import DeviceStatus
from db.engine import Database
from db.models import (
    Alarm,
    CompatibleDevice,
    DetectedDevice,
    StationAlarm,
    StationStatus,
)
from db.queries.stations.run import RunAlarm, newest_alarms
from db.series.reader import ChunkReader

FIRST = 100
LOOKED_AT = 100_000  # newest reports of devices; in 300,000 it took 3 s to find what changed
Floats = NDArray[np.float64]
MOST_CLOCK_POINTS = 400
FIRST_VALUES = ("voltage", "current")


@dataclass(frozen=True)
class AlarmFacts:
    """An alarm as its cycler wrote it: the meaning of code and value is the cycler's."""

    id: int
    at: datetime
    code: int
    value: int


@dataclass(frozen=True)
class Alarms:
    """The newest alarms of an experiment, newest first, and how many there are.

    `raised` are those that its station raised or that were raised about it, `rows` those that a
    cycler program wrote; `total` counts both.
    """

    rows: tuple[AlarmFacts, ...]
    total: int
    raised: tuple[RunAlarm, ...] = ()


@dataclass(frozen=True)
class StatusFacts:
    """A device's state that differs from the one it reported before."""

    at: datetime
    device: str
    status: DeviceStatus
    error_code: int


@dataclass(frozen=True)
class StatusChanges:
    """The newest changes of state, newest first, and how many there are.

    `since_id` is the StatusID before the reports that were looked at, 0 for all of them.
    """

    rows: tuple[StatusFacts, ...]
    total: int
    since_id: int = 0


def experiment_alarms(database: Database, experiment_id: int, *, first: int = FIRST) -> Alarms:
    """Return all that raised an alarm in an experiment, the newest of each kind."""
    mine = Alarm.experiment_id == experiment_id
    raised_here = StationAlarm.experiment_id == experiment_id
    with database.read() as session:
        totals = (
            select(func.count()).select_from(one).where(of_it).scalar_subquery()
            for one, of_it in ((Alarm, mine), (StationAlarm, raised_here))
        )
        total, raised_total = session.execute(select(*totals)).one()
        raised = newest_alarms(session, experiment_id, first) if raised_total else ()
        newest = select(Alarm).where(mine).order_by(Alarm.at.desc(), Alarm.id.desc()).limit(first)
        rows = tuple(
            AlarmFacts(alarm.id, alarm.at, alarm.code, alarm.value)
            for alarm in (session.scalars(newest) if total else ())
        )
    return Alarms(rows, total + raised_total, raised)


def status_changes(
    database: Database, experiment_id: int, *, first: int = FIRST, looked_at: int = LOOKED_AT
) -> StatusChanges:
    """Return the newest changes of state of an experiment's devices.

    Devices report with every sample, so what repeats a device's row before is left out, and only
    the newest `looked_at` reports are compared.
    """
    with database.read() as session:
        last_id = session.scalar(
            select(func.max(StationStatus.id)).where(StationStatus.experiment_id == experiment_id)
        )
        since_id = max(0, (last_id or 0) - looked_at)
        found = session.execute(_changes(experiment_id, since_id).limit(first)).all()
        names = _device_names(session, {row[2] for row in found})
    rows = tuple(
        StatusFacts(at, names.get(device_id, f"Device {device_id}"), status, error_code)
        for _id, at, device_id, status, error_code, _total in found
    )
    return StatusChanges(rows, found[0][-1] if found else 0, since_id)


def _changes(
    experiment_id: int, since_id: int
) -> Select[int, datetime, int, DeviceStatus, int, int]:
    """Select id, time, device, status, error code, and the number of all changes."""
    row = StationStatus
    reported = (
        select(
            row.id.label("id"),
            row.at.label("at"),
            row.device_id.label("device_id"),
            row.status.label("status"),
            row.error_code.label("error_code"),
            func.lag(row.status)
            .over(partition_by=row.device_id, order_by=row.id)
            .label("status_before"),
            func.lag(row.error_code)
            .over(partition_by=row.device_id, order_by=row.id)
            .label("code_before"),
        )
        .where(row.experiment_id == experiment_id, row.id > since_id)
        .subquery()
    )
    it = reported.c
    return (
        select(it.id, it.at, it.device_id, it.status, it.error_code, func.count().over())
        .where(
            or_(
                it.status_before.is_(None),
                it.status_before != it.status,
                it.code_before != it.error_code,
            )
        )
        .order_by(it.id.desc())
    )


def _device_names(session: Session, ids: Collection[int]) -> dict[int, str]:
    found = session.execute(
        select(DetectedDevice.id, CompatibleDevice.name + " " + DetectedDevice.serial_number)
        .join(CompatibleDevice, CompatibleDevice.id == DetectedDevice.compatible_device_id)
        .where(DetectedDevice.id.in_(ids))
    )
    return {row[0]: row[1] for row in found}


@dataclass(frozen=True, eq=False)
class TestClock:
    """Test time (s) and Unix seconds of some samples, both rising, the first and last among them.

    `voltage_v` and `current_a` are those of the first one.
    """

    __test__ = False  # no test of pytest

    test_s: Floats
    unix_s: Floats
    voltage_v: float | None
    current_a: float

    def unix(self, test_s: Floats) -> Floats:
        """Return Unix seconds of test times; beyond the last sample it goes on as until there."""
        found = np.interp(test_s, self.test_s, self.unix_s)
        passed, lasted = self.test_s[-1] - self.test_s[0], self.unix_s[-1] - self.unix_s[0]
        rate = lasted / passed if passed > 0 else 1.0
        beyond = test_s > self.test_s[-1]
        found[beyond] = self.unix_s[-1] + (test_s[beyond] - self.test_s[-1]) * rate
        return np.asarray(found)


def test_clock(database: Database, experiment_id: int) -> TestClock | None:
    """Return the clock of an experiment as it is stored; None before its first measure.

    Without a test time it counts from the first measure.
    """
    with database.read() as session:
        chunks = ChunkReader(session, experiment_id)
        us, test_s = chunks.clock(MOST_CLOCK_POINTS)
        if not len(us):
            return None
        first = chunks.directory.numbers[:1].tolist()
        columns = chunks.columns(first, FIRST_VALUES).get(first[0])
    unix_s = us / 1e6
    test_s = np.where(np.isnan(test_s), unix_s - unix_s[0], test_s)
    voltage_mv, current_ma = (columns[1][key][0] if columns else np.nan for key in FIRST_VALUES)
    return TestClock(
        np.maximum.accumulate(test_s),
        np.maximum.accumulate(unix_s),
        None if np.isnan(voltage_mv) else float(voltage_mv) / 1000,
        float(np.nan_to_num(current_ma)) / 1000,
    )
