"""What refers to a battery, a station or a profile beside experiments: plans, drafts, imports."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.engine import Database
from db.models import (
    Battery,
    CompiledVersion,
    ConfirmedBattery,
    CyclerStation,
    Experiment,
    Job,
    Plan,
    Profile,
    ProfileVersion,
    Tag,
)
from db.terms import JobState, PlanState

BATTERY, STATION = 0, 1  # the places in a pair of a draft
IMPORT = "import file"


def existing(database: Database, kind: str, ids: Iterable[int]) -> set[int]:
    """Return which of these ids batteries, stations, profiles or tags of experiments have."""
    owners: Mapping[str, Any] = {
        "battery": Battery.id,
        "station": CyclerStation.id,
        "profile": Profile.id,
        "tag": Tag.id,
    }
    with database.read() as session:
        return set(session.scalars(select(owners[kind]).where(owners[kind].in_(list(ids)))))


def battery_planned(session: Session, battery_id: int) -> str:
    """Say which plan, draft or import needs a battery; blank for none."""
    return (
        _planned(session, Plan.battery_id, [battery_id])
        or _in_draft(session, BATTERY, battery_id)
        or _importing(session, battery_id)
    )


def station_planned(session: Session, station_id: int) -> str:
    """Say which plan or draft needs a station; blank for none."""
    planned = _planned(session, Plan.station_id, [station_id])
    return planned or _in_draft(session, STATION, station_id)


def profile_kept_because(database: Database, profile_id: int) -> str:
    """Say what keeps a profile of the library from being deleted; blank if nothing does."""
    with database.read() as session:
        return profile_kept(session, profile_id)


def profile_kept(session: Session, profile_id: int) -> str:
    """Do the same within a transaction."""
    versions = select(ProfileVersion.id).where(ProfileVersion.profile_id == profile_id)
    version_ids = session.scalars(versions).all()
    compiled = session.scalars(
        select(CompiledVersion.profile_id).where(CompiledVersion.version_id.in_(version_ids))
    ).all()
    if words := with_experiments(session, Experiment.profile_id, compiled):
        return f"{words} Only a profile without experiments can be deleted: archive it instead."
    if words := _planned(session, Plan.profile_id, compiled):
        return words
    for name, typed in _drafts(session):
        if typed.get("source") == "choose" and typed.get("version") in version_ids:
            return _draft_words(name)
    return ""


def station_kept(session: Session, station: CyclerStation) -> str:
    """Say which experiments, plans, battery or later set-up refer to a station; blank for none."""
    if words := with_experiments(session, Experiment.station_id, [station.id]):
        return f"{words} Only a station without experiments can be deleted: retire it instead."
    child = session.scalars(
        select(CyclerStation.name).where(CyclerStation.parent_id == station.id).limit(1)
    ).first()
    if child is not None:
        return f"{child} has replaced it and names it as its former set-up."
    battery = session.scalars(
        select(Battery.name)
        .join(ConfirmedBattery, ConfirmedBattery.battery_id == Battery.id)
        .where(ConfirmedBattery.station_id == station.id)
    ).first()
    if battery is not None:
        return f"{battery} is confirmed there: take it off, and retire the station first."
    return station_planned(session, station.id)


def with_experiments(
    session: Session, column: InstrumentedAttribute[int], ids: Collection[int]
) -> str:
    """Say how many experiments name one of these; blank for none."""
    experiments = session.scalar(select(func.count()).where(column.in_(ids))) or 0
    if not experiments:
        return ""
    return "It has 1 experiment." if experiments == 1 else f"It has {experiments:,} experiments."


def _planned(
    session: Session, column: InstrumentedAttribute[int | None], ids: Collection[int]
) -> str:
    """Name what is held, or a draft; what has its row in Experiment is counted there."""
    planned = select(Plan.experiment_id, Plan.name, Plan.state).where(
        column.in_(ids), Plan.state.in_([PlanState.HELD, PlanState.DRAFT])
    )
    row = session.execute(planned.order_by(Plan.id).limit(1)).first()
    if row is None:
        return ""
    if row.state is PlanState.DRAFT:
        return _draft_words(row.name)
    return f"Experiment {row.experiment_id} ({row.name}) is held for it. Cancel that first."


def _in_draft(session: Session, place: int, id_: int) -> str:
    for name, typed in _drafts(session):
        pairs = typed.get("pairs")
        for pair in pairs if isinstance(pairs, list) else []:
            if isinstance(pair, list) and pair[place : place + 1] == [id_]:
                return _draft_words(name)
    return ""


def _drafts(session: Session) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield names of drafts and what their forms said."""
    found = session.execute(select(Plan.name, Plan.detail).where(Plan.state == PlanState.DRAFT))
    for name, detail in found:
        typed = detail.get("typed")
        yield name, typed if isinstance(typed, Mapping) else {}


def _draft_words(name: str) -> str:
    return f"The draft {name or 'without a name'} names it. Discard that first."


def _importing(session: Session, battery_id: int) -> str:
    waiting = session.scalars(
        select(Job.payload).where(
            Job.kind == IMPORT, Job.state.in_([JobState.QUEUED, JobState.RUNNING])
        )
    )
    if any(payload.get("battery_id") == battery_id for payload in waiting):
        return "A file is being imported for it. Wait until that is done."
    return ""
