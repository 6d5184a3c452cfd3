"""Importing an experiment: staged, then published.

Measures go into the series store and into no rows, in committed chunks under a reserved ExpID that
has no Experiment row; then that row is inserted in one short transaction. Until then nobody sees
anything, no lock is held for long, and what a dead import leaves behind is found through its
reservation and swept.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cycling.battery.electrolyte import Electrolyte
from cycling.errors import InputError
from cycling.formats import Block
from cycling.names import check_description, check_name
from cycling.terms import ExperimentStatus
from db.commands import audit
from db.commands.audit import By
from db.commands.experiments import numbers, reservations
from db.commands.experiments.channels import ChannelName, ensure_channels
from db.commands.experiments.course import Course
from db.commands.experiments.electrolytes import add_electrolytes, check_has_electrolytes
from db.commands.experiments.run_profiles import RunProfile, refuse_other_steps, take_profile
from db.commands.jobs import JobInterruptedError
from db.engine import Database
from db.measures.rows import Floats, MeasureRows
from db.measures.source import edge_of_import
from db.models import Battery, Experiment, ImportSource, Profile
from db.models.stations import VIRTUAL_STATION
from db.repeating import idempotent, repeated
from db.series import chunks
from db.series.chunks import PackedRow
from db.series.writer import SeriesWriter

NOT_RECORDED = "Not recorded"
NO_BATTERY = "The chosen battery does not exist any more. Choose another one."
EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
RENEW_EVERY = reservations.DEAD_AFTER / 6
MAX_VALUE = 1e300  # V, A and W: far from where a double ends in milli-units

Clock = Callable[[], datetime]
Within = Callable[[Session, int], None]


@dataclass(frozen=True)
class NewExperiment:
    """What becomes the Experiment row, and where its measures come from."""

    name: str
    description: str
    battery_id: int
    user_name: str
    address: str
    file_name: str
    sha256: str
    format: str
    mapping: dict[str, Any]
    job_id: int | None = None
    profile: RunProfile | None = None
    electrolytes: tuple[Electrolyte, ...] = ()


@dataclass
class _Staged:
    """What has been loaded so far."""

    experiment_id: int
    series: SeriesWriter
    renewed_at: datetime
    channel_ids: dict[ChannelName, int] = field(default_factory=dict)
    measures: int = 0
    course: Course = field(default_factory=Course)
    first_unix_s: float | None = None
    last_unix_s: float | None = None


def import_experiment(
    database: Database,
    new: NewExperiment,
    blocks: Iterable[Block],
    *,
    start: datetime | None,
    clock: Clock,
    on_progress: Callable[[int], None] = lambda _measures: None,
    within_publication: Within = lambda _session, _experiment_id: None,
) -> int:
    """Load the blocks of a file and publish them as a finished experiment; return its ExpID.

    `start` is the time of test time 0, for files without a clock. `on_progress` is told how many
    measures are loaded. `within_publication` runs in the publishing transaction and may veto it by
    raising.
    Raises InputError for bad data; then, and when anything else goes wrong, nothing is visible and
    what is staged is removed (after JobInterruptedError by the next attempt).
    """
    name, description = check_name(new.name), check_description(new.description)
    new = replace(new, name=name, description=description)
    begun_at = clock()
    experiment_id = _reserve(database, new, begun_at)
    staged = _Staged(experiment_id, SeriesWriter(experiment_id), begun_at)
    try:
        for block in blocks:
            _refuse_other_steps(new.profile, block)
            _load(database, staged, block, start, clock())
            on_progress(staged.measures)
        if rest := staged.series.rest():
            _put(database, experiment_id, rest, clock())
        _publish(database, new, staged, clock(), within_publication)
    except JobInterruptedError:
        raise
    except (Exception, KeyboardInterrupt):
        reservations.discard(database, staged.experiment_id)
        raise
    return staged.experiment_id


@repeated
def _reserve(database: Database, new: NewExperiment, now: datetime) -> int:
    """Take a number, and note who loads measures under it."""
    with database.write() as session:
        _check_battery(session, new)
        experiment_id = numbers.reserve(session, battery_id=new.battery_id, now=now)
        session.add(
            ImportSource(
                experiment_id=experiment_id,
                job_id=new.job_id,
                file_name=new.file_name,
                sha256=new.sha256,
                format=new.format,
                mapping=new.mapping,
                measures=0,
                user_name=new.user_name,
                beat_at=now,
            )
        )
        return experiment_id


def _load(
    database: Database, staged: _Staged, block: Block, start: datetime | None, now: datetime
) -> None:
    """Commit the chunks that a block completes, as long as the reservation is still ours."""
    rows = _rows(block, staged.measures, start)
    _refuse_odd_dates(rows.unix_s)
    new_channels = block.extended.keys() - staged.channel_ids.keys()
    staged.channel_ids |= ensure_channels(database, sorted(new_channels))
    by_id = {staged.channel_ids[name]: values for name, values in block.extended.items()}
    rows = replace(rows, extended=by_id)
    for chunk in staged.series.add(rows):
        _put(database, staged.experiment_id, chunk, now)
        staged.renewed_at = now
    if now - staged.renewed_at > RENEW_EVERY:
        _renew(database, staged.experiment_id, now)
        staged.renewed_at = now
    staged.measures += len(rows)
    if block.paused is not None:
        staged.course.add(block.paused, rows.unix_s, block.test_time_s)
    if staged.first_unix_s is None:
        staged.first_unix_s = float(rows.unix_s[0])
    staged.last_unix_s = float(rows.unix_s[-1])


@idempotent
def _put(database: Database, experiment_id: int, chunk: list[PackedRow], now: datetime) -> None:
    with database.write() as session:
        reservations.change(session, experiment_id, beat_at=now)
        chunks.put(session, chunk)
    database.yield_writer()


@idempotent
def _renew(database: Database, experiment_id: int, now: datetime) -> None:
    with database.write() as session:
        reservations.change(session, experiment_id, beat_at=now)


def _rows(block: Block, first_id: int, start: datetime | None) -> MeasureRows:
    """Convert a block to the database's milli-units."""
    unix_s = block.unix_time_s
    if unix_s is None:
        if start is None:
            raise InputError("The file has no clock. Say when the experiment started.")
        unix_s = start.timestamp() + block.test_time_s
    zeros = np.zeros(len(block.test_time_s))
    step = block.step
    if block.paused is not None:  # what names no step was measured in a pause
        step = np.where(block.paused > 0, np.nan, zeros if step is None else step)
    return MeasureRows(
        first_id=first_id,
        unix_s=unix_s,
        # InstrID has no sign; a step id below 0 stays in the channel "Step ID"
        instruction=zeros if block.step_id is None else np.maximum(np.nan_to_num(block.step_id), 0),
        voltage_mv=_milli(block.voltage_v),
        current_ma=_milli(block.current_a),
        power_mw=None if block.power_w is None else _milli(block.power_w),
        test_time_s=block.test_time_s,
        step=step,
        cycle=block.cycle,
        extended={},
    )


def _refuse_other_steps(profile: RunProfile | None, block: Block) -> None:
    """Refuse step ids beyond the profile that is said to have been run."""
    if profile is not None:
        ids = block.step_id
        highest = None if ids is None else float(np.nanmax(ids, initial=0))
        refuse_other_steps(profile.instructions, highest)


def _milli(values: Floats) -> Floats:
    if (np.abs(values) > MAX_VALUE).any():
        raise InputError("A voltage, current or power is too large to be one. Correct the file.")
    return values * 1000


def _refuse_odd_dates(unix_s: Floats) -> None:
    inside = (unix_s > EARLIEST.timestamp()) & (unix_s < LATEST.timestamp())
    if not inside.all():  # also where a time is unknown
        raise InputError(
            "The times lie outside the years 1970 to 2200. Check the unit of the clock column "
            "and the start."
        )


def _span(staged: _Staged) -> tuple[datetime, datetime]:
    if staged.first_unix_s is None or staged.last_unix_s is None:
        raise InputError("The file has no rows to import.")
    return (
        datetime.fromtimestamp(staged.first_unix_s, UTC),
        datetime.fromtimestamp(staged.last_unix_s, UTC),
    )


@repeated
def _publish(
    database: Database,
    new: NewExperiment,
    staged: _Staged,
    now: datetime,
    within: Within,
) -> None:
    """Make the experiment visible, together with its audit row and the end of its job."""
    with database.write() as session:
        if new.profile is not None:
            take_profile(session, new.profile)
        experiment = _experiment_row(session, new, now)
        experiment.id = staged.experiment_id
        experiment.begun_at, experiment.finished_at = _span(staged)
        reservations.change(
            session,
            staged.experiment_id,
            published_at=now,
            measures=staged.measures,
            edge=edge_of_import(list(staged.channel_ids), by_station=staged.course.is_there).value,
        )
        _add(session, experiment)
        session.add_all(staged.course.events(staged.experiment_id))
        _check_battery(session, new)
        add_electrolytes(session, staged.experiment_id, new.battery_id, new.electrolytes)
        staged.series.finish(session, now)
        audit.record(
            session,
            By(new.user_name, new.address, now),
            "import",
            f"experiment {staged.experiment_id}",
            {"name": new.name, "file": new.file_name, "measures": staged.measures},
        )
        within(session, staged.experiment_id)


def _check_battery(session: Session, new: NewExperiment) -> None:
    battery = session.get(Battery, new.battery_id)
    if battery is None:
        raise InputError(NO_BATTERY)
    check_has_electrolytes(battery.name, battery.technology, new.electrolytes)


def _add(session: Session, experiment: Experiment) -> None:
    try:
        session.add(experiment)
        session.flush()
    except IntegrityError as error:
        raise InputError(NO_BATTERY) from error


def _experiment_row(session: Session, new: NewExperiment, now: datetime) -> Experiment:
    not_recorded = select(Profile.id).where(Profile.name == NOT_RECORDED)
    profile = new.profile.id if new.profile else None
    if profile is None:
        profile = session.scalars(not_recorded.order_by(Profile.id).limit(1)).one()
    return Experiment(
        name=new.name.strip(),
        description=new.description.strip(),
        created_at=now,
        status=ExperimentStatus.FINISHED,
        station_id=VIRTUAL_STATION,
        battery_id=new.battery_id,
        profile_id=profile,
    )
