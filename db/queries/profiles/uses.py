"""Who used a profile of the library, and the text behind an experiment's profile."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from db.engine import Database
from db.models import (
    Battery,
    CompiledVersion,
    Experiment,
    LibraryProfile,
    Plan,
    ProfileDetail,
    ProfileVersion,
)
from db.queries.stations.queue import HAS_ROW
from db.terms import PlanState

MAX_USES = 200


@dataclass(frozen=True)
class Use:
    """An experiment of a profile; not `began`: a draft, a held or cancelled one."""

    id: int
    name: str
    status: str
    battery: str
    number: int
    capacity_ah: float | None
    created_at: datetime
    began: bool

    @property
    def waits(self) -> bool:
        """Whether it waits for a person."""
        return not self.began and self.status != PlanState.CANCELLED


@dataclass(frozen=True)
class ProfileSource:
    """The text behind a fixed profile; `library_id` None: it was written for an experiment."""

    library_id: int | None
    version_id: int
    name: str
    number: int
    text: str
    capacity_ah: float | None


def uses_of(database: Database, profile_id: int, limit: int = MAX_USES) -> tuple[Use, ...]:
    """Return who used a library profile: what waits for a person first, then the newest."""
    experiments = _uses(
        select(
            Experiment.id,
            Experiment.name,
            Experiment.status,
            Battery.name,
            ProfileVersion.number,
            ProfileDetail.capacity_ah,
            Experiment.created_at,
        ).join(Battery, Battery.id == Experiment.battery_id),
        Experiment,
        profile_id,
    )
    plans = _uses(
        select(
            Plan.experiment_id,
            Plan.name,
            Plan.state,
            func.coalesce(Battery.name, ""),
            ProfileVersion.number,
            ProfileDetail.capacity_ah,
            Plan.created_at,
        ).outerjoin(Battery, Battery.id == Plan.battery_id),
        Plan,
        profile_id,
    ).where(never_queued())
    with database.read() as session:
        uses = [
            Use(id_, name, str(status), battery, number, capacity_ah, created_at, began)
            for query, began in ((plans, False), (experiments, True))
            for id_, name, status, battery, number, capacity_ah, created_at in session.execute(
                query.limit(limit)
            )
        ]
    uses.sort(key=lambda one: (one.waits, one.created_at), reverse=True)
    return tuple(uses)


def never_queued() -> ColumnElement[bool]:
    """Whether a plan has no row in Experiment: a draft, a held or a cancelled one."""
    return and_(Plan.state != PlanState.QUEUED, ~HAS_ROW)


def source_of(database: Database, profile_id: int) -> ProfileSource | None:
    """Return the text of a fixed profile; None for one that was not made of a text of ours."""
    with database.read() as session:
        found = session.execute(
            select(ProfileVersion, LibraryProfile.name, ProfileDetail.capacity_ah)
            .join(CompiledVersion, CompiledVersion.version_id == ProfileVersion.id)
            .outerjoin(ProfileDetail, ProfileDetail.profile_id == CompiledVersion.profile_id)
            .outerjoin(LibraryProfile, LibraryProfile.id == ProfileVersion.profile_id)
            .where(CompiledVersion.profile_id == profile_id)
        ).one_or_none()
    if found is None:
        return None
    version, name, capacity_ah = found
    return ProfileSource(
        library_id=version.profile_id,
        version_id=version.id,
        name=name or version.name,
        number=version.number,
        text=version.text,
        capacity_ah=capacity_ah,
    )


def experiment_profile(database: Database, experiment_id: int) -> int | None:
    """Return the fixed profile of an experiment, also of one that waits or never began.

    None if there is no such experiment, and for a draft that has none yet.
    """
    of_it = select(Experiment.profile_id).where(Experiment.id == experiment_id)
    planned = select(Plan.profile_id).where(Plan.experiment_id == experiment_id)
    with database.read() as session:
        return session.scalar(of_it) or session.scalar(planned)


def _uses(
    query: Select[*tuple[Any, ...]], table: type[Experiment | Plan], profile_id: int
) -> Select[*tuple[Any, ...]]:
    """Return a query of a table with the versions of one library profile, the newest first."""
    return (
        query.join(CompiledVersion, CompiledVersion.profile_id == table.profile_id)
        .join(ProfileVersion, ProfileVersion.id == CompiledVersion.version_id)
        .outerjoin(ProfileDetail, ProfileDetail.profile_id == CompiledVersion.profile_id)
        .where(ProfileVersion.profile_id == profile_id)
        .order_by(table.created_at.desc(), table.id.desc())
    )
