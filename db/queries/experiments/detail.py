"""One experiment with everything that its page says about it, its notes and its origin too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Select, case, func, select, union_all
from sqlalchemy.orm import Session

from cycling.battery.description import NewBattery
from cycling.battery.electrolyte import Electrolyte
from cycling.errors import NotFoundError
from cycling.formats.columns.mapping import INFERENCES
from cycling.terms import ExperimentStatus, Polarity, Technology
from db.engine import Database
from db.facts import facts
from db.models import (
    Battery,
    CompatibleDevice,
    CyclerStation,
    DetectedDevice,
    Experiment,
    GenericMeasure,
    ImportFile,
    ImportSource,
    Note,
    Plan,
    Profile,
    RedoxElectrolyte,
    Run,
    SeriesHead,
    Unit,
    UsedDevice,
)
from db.models.battery_rows import description_of
from db.queries.experiments.deletion import LARGEST_ID, gone_words
from db.queries.experiments.filters import (
    Filter,
    Kept,
    name_to_merge,
    narrowed,
    number_of,
)
from db.queries.experiments.rows import ExperimentTimes

ENGINES = {"sqlite": "SQLite", "mysql": "MySQL or MariaDB", "mariadb": "MariaDB"}
MOST_NOTES = 500


@dataclass(frozen=True)
class FileFacts:
    """A file of an import; `facts` is what its head says, see `cycling.formats.facts`."""

    file_name: str
    sha256: str
    size_bytes: int | None
    facts: dict[str, str]
    kept: bool


@dataclass(frozen=True)
class SourceFacts:
    """Where an imported experiment came from; of one of before there may be no files."""

    file_name: str
    format: str
    user_name: str
    imported_at: datetime
    files: tuple[FileFacts, ...] = ()


@dataclass(frozen=True)
class Neighbour:
    """Another experiment of the same battery."""

    id: int
    name: str


@dataclass(frozen=True)
class Neighbours:
    """The experiments of the same battery with the next smaller and the next larger number."""

    previous: Neighbour | None
    next: Neighbour | None


@dataclass(frozen=True)
class ExperimentProgress:
    """How far an experiment is."""

    id: int
    status: ExperimentStatus
    begun_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True)
class ExperimentFacts(ExperimentTimes):
    """What the page of an experiment shows beside its graph.

    `end_reason` says why it ended before its profile did: who stopped it, which limit; or is "".
    `simulated_speed`: its measures are computed by a program, so many times as fast as the clock.
    `electrolytes` are those of both sides of a redox-flow stack, as far as they were given.
    """

    status: ExperimentStatus
    station: str
    devices: tuple[str, ...]
    profile: str
    measures: int
    battery_id: int
    battery: NewBattery
    source: SourceFacts | None
    end_reason: str = ""
    simulated_speed: float | None = None
    station_id: int = 0
    electrolytes: tuple[Electrolyte, ...] = ()


def check_experiment(database: Database, experiment_id: int) -> ExperimentProgress:
    """Return how far an experiment is, without a look at its measures. Raises NotFoundError."""
    if not 0 < experiment_id <= LARGEST_ID:
        raise NotFoundError(f"There is no experiment {experiment_id}.")
    with database.read() as session:
        columns = (Experiment.id, Experiment.status, Experiment.begun_at, Experiment.finished_at)
        found = session.execute(
            select(*columns).where(Experiment.id == experiment_id)
        ).one_or_none()
        if found is None:
            raise NotFoundError(gone_words(session, experiment_id))
        return facts(ExperimentProgress, found)


def experiment_facts(database: Database, experiment_id: int) -> ExperimentFacts:
    """Return the facts of an experiment; raises NotFoundError."""
    if not 0 < experiment_id <= LARGEST_ID:
        raise NotFoundError(f"There is no experiment {experiment_id}.")
    with database.read() as session:
        found = session.execute(
            select(
                Experiment,
                Battery,
                CyclerStation.name,
                Profile.name,
                Run.end_reason,
                case((Unit.simulated, Unit.speed)),
                Plan.created_at,
            )
            .join(Battery, Battery.id == Experiment.battery_id)
            .join(CyclerStation, CyclerStation.id == Experiment.station_id)
            .join(Profile, Profile.id == Experiment.profile_id)
            .outerjoin(Run, Run.experiment_id == Experiment.id)
            .outerjoin(Unit, Unit.unit_id == CyclerStation.unit_id)
            .outerjoin(Plan, Plan.experiment_id == Experiment.id)
            .where(Experiment.id == experiment_id)
        ).one_or_none()
        if found is None:
            raise NotFoundError(gone_words(session, experiment_id))
        experiment, battery, station, profile, end_reason, simulated_speed, defined_at = found
        source = session.get(ImportSource, experiment_id)
        is_stack = battery.technology is Technology.REDOX_STACK
        return facts(
            ExperimentFacts,
            experiment,
            created_at=defined_at or experiment.created_at,  # its own is its place in the queue
            station=station,
            devices=tuple(_devices(session, experiment.station_id)),
            profile=profile,
            measures=source.measures if source else _count(session, experiment_id),
            battery=description_of(session, battery),
            source=_source(session, source),
            end_reason=end_reason or "",
            simulated_speed=simulated_speed,
            electrolytes=_electrolytes(session, experiment_id) if is_stack else (),
        )


def neighbours(database: Database, battery_id: int | None, number: int) -> Neighbours:
    """Return what the table of experiments shows of a battery before and after a number."""
    if battery_id is None:
        return Neighbours(None, None)
    with database.read() as session:
        beside = (_beside(session, of, battery_id, number) for of in (Experiment, Plan))
        others = [Neighbour(id_, name) for id_, name in session.execute(union_all(*beside))]
    return Neighbours(
        previous=max((one for one in others if one.id < number), key=_number, default=None),
        next=min((one for one in others if one.id > number), key=_number, default=None),
    )


def _beside(session: Session, of: Kept, battery_id: int, number: int) -> Select[int, str]:
    """Return those next to a number that have their row in a table."""
    id_ = number_of(of)
    its = Filter(batteries=(battery_id,))
    before = narrowed(select(func.max(id_)), its, of).where(id_ < number)
    after = narrowed(select(func.min(id_)), its, of).where(id_ > number)
    either = id_.in_([before.scalar_subquery(), after.scalar_subquery()])
    return select(id_, name_to_merge(session, of)).where(either)


def _number(one: Neighbour) -> int:
    return one.id


def _devices(session: Session, station_id: int) -> Sequence[str]:
    return session.scalars(
        select(CompatibleDevice.name + " " + DetectedDevice.serial_number)
        .join(DetectedDevice, DetectedDevice.compatible_device_id == CompatibleDevice.id)
        .join(UsedDevice, UsedDevice.device_id == DetectedDevice.id)
        .where(UsedDevice.station_id == station_id)
        .order_by(DetectedDevice.id)
    ).all()


def _electrolytes(session: Session, experiment_id: int) -> tuple[Electrolyte, ...]:
    of_it = RedoxElectrolyte.experiment_id == experiment_id
    sides = {one.polarity: one for one in session.scalars(select(RedoxElectrolyte).where(of_it))}
    return tuple(facts(Electrolyte, sides[side]) for side in Polarity if side in sides)


def _count(session: Session, experiment_id: int) -> int:
    """Count the measures: those that the series store knows of, and those after them."""
    copied = session.get(SeriesHead, experiment_id)
    if copied and not copied.has_rows:
        return copied.measures
    of_it = GenericMeasure.experiment_id == experiment_id
    after = GenericMeasure.id > (copied.last_id if copied else -1)
    later = session.scalar(select(func.count()).where(of_it, after)) or 0
    return later + (copied.measures if copied else 0)


def _source(session: Session, source: ImportSource | None) -> SourceFacts | None:
    if source is None or source.published_at is None:
        return None
    files = session.scalars(
        select(ImportFile)
        .where(ImportFile.experiment_id == source.experiment_id)
        .order_by(ImportFile.number)
    )
    return SourceFacts(
        source.file_name,
        source.format,
        source.user_name,
        source.published_at,
        tuple(facts(FileFacts, file) for file in files),
    )


def source_sha256(database: Database, experiment_id: int) -> str | None:
    """Return the SHA-256 of the file that an experiment was imported from."""
    with database.read() as session:
        return session.scalar(
            select(ImportSource.sha256).where(
                ImportSource.experiment_id == experiment_id, ImportSource.published_at.is_not(None)
            )
        )


def import_inferences(database: Database, experiment_id: int) -> tuple[tuple[str, str], ...]:
    """Return what an import inferred, and from what; nothing of what was not imported."""
    with database.read() as session:
        mapping = session.scalar(
            select(ImportSource.mapping).where(ImportSource.experiment_id == experiment_id)
        )
    inferred = (mapping or {}).get("inferred") or []
    return tuple((INFERENCES.get(one["kind"], one["kind"]), one["text"]) for one in inferred)


def database_name(database: Database) -> str:
    """Return kind and name of the database; neither folder, host nor user."""
    url = database.engine.url
    name = url.database or ""
    if database.is_sqlite:
        name = Path(name).name
    return f"{ENGINES.get(database.engine.dialect.name, 'Database')} {name}".strip()


@dataclass(frozen=True)
class NoteFacts:
    """A note; with `at` it marks that time in the graph."""

    id: int
    text: str
    at: datetime | None
    user_name: str
    created_at: datetime


def experiment_notes(database: Database, experiment_id: int) -> tuple[NoteFacts, ...]:
    """Return the notes of an experiment, newest first; the oldest are left out above 500."""
    with database.read() as session:
        found = session.scalars(
            select(Note)
            .where(Note.experiment_id == experiment_id)
            .order_by(Note.created_at.desc(), Note.id.desc())
            .limit(MOST_NOTES)
        )
        return tuple(facts(NoteFacts, note) for note in found)


def find_note(database: Database, note_id: int) -> NoteFacts:
    """Return a note; raises NotFoundError if it is not there (any more)."""
    with database.read() as session:
        note = session.get(Note, note_id)
        if note is None:
            raise NotFoundError("This note is not there any more. Somebody has deleted it already.")
        return facts(NoteFacts, note)
