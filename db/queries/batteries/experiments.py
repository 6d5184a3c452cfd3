"""The experiments of a battery, in the order in which they began."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from db.engine import Database
from db.models import CyclerStation, Experiment, Profile, SeriesHead
from db.queries.batteries.detail import MAX_ID

MAX_JOINED = 500


@dataclass(frozen=True)
class BegunExperiment:
    """An experiment that has begun."""

    id: int
    name: str
    begun_at: datetime | None
    finished_at: datetime | None
    station: str
    profile: str


@dataclass(frozen=True)
class BegunExperiments:
    """The last experiments of a battery with measures, oldest first; `left_out` came before."""

    experiments: tuple[BegunExperiment, ...]
    left_out: int = 0

    @property
    def ids(self) -> Sequence[int]:
        """Their numbers."""
        return [one.id for one in self.experiments]


def begun_experiments(database: Database, battery_id: int) -> BegunExperiments:
    """Return the experiments of a battery that have measures, at most MAX_JOINED."""
    if not 0 < battery_id <= MAX_ID:
        return BegunExperiments(())
    of_it = Experiment.battery_id == battery_id
    measured = SeriesHead.experiment_id == Experiment.id
    with database.read() as session:
        rows = session.execute(
            select(
                Experiment.id,
                Experiment.name,
                Experiment.begun_at,
                Experiment.finished_at,
                CyclerStation.name.label("station"),
                Profile.name.label("profile"),
            )
            .join(SeriesHead, measured)
            .join(CyclerStation, CyclerStation.id == Experiment.station_id)
            .join(Profile, Profile.id == Experiment.profile_id)
            .where(of_it)
            .order_by(Experiment.begun_at.desc(), Experiment.id.desc())
            .limit(MAX_JOINED)
        ).all()
        count = len(rows)
        if count == MAX_JOINED:
            every = select(func.count()).select_from(Experiment).join(SeriesHead, measured)
            count = session.scalar(every.where(of_it)) or 0
    found = tuple(BegunExperiment(**row._mapping) for row in reversed(rows))
    return BegunExperiments(found, count - len(found))


def newest_experiments(database: Database, batteries: Sequence[int], most: int) -> list[int]:
    """Return the newest experiments with measures of some batteries, at most so many."""
    with database.read() as session:
        return list(
            session.scalars(
                select(Experiment.id)
                .join(SeriesHead, SeriesHead.experiment_id == Experiment.id)
                .where(Experiment.battery_id.in_(batteries))
                .order_by(Experiment.id.desc())
                .limit(most)
            )
        )
