"""What is said of experiments that are compared, and by what they are grouped."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from cycling.battery.description import NewBattery
from cycling.terms import ExperimentStatus
from db.engine import Database
from db.models import Battery, CyclerStation, Experiment, Profile
from db.models.battery_rows import descriptions
from db.queries.experiments.deletion import LARGEST_ID, gone_words
from db.queries.experiments.tags import owners_of, tags_of


@dataclass(frozen=True)
class ComparedExperiment:
    """An experiment that has begun or waits for its station, with its battery.

    `tags` are in the order of their names; `owner` is "" where nobody is known.
    """

    id: int
    name: str
    status: ExperimentStatus
    battery_id: int
    battery: NewBattery
    station: str
    profile: str
    tags: tuple[str, ...] = ()
    owner: str = ""


@dataclass(frozen=True)
class Compared:
    """Experiments in the order that was asked for; `gone` says of the others why not, by id."""

    experiments: tuple[ComparedExperiment, ...]
    gone: dict[int, str]


def compared_experiments(database: Database, ids: Sequence[int]) -> Compared:
    """Return the experiments of these ids."""
    possible = [one for one in ids if 0 < one <= LARGEST_ID]
    with database.read() as session:
        rows = session.execute(
            select(
                Experiment.id,
                Experiment.name,
                Experiment.status,
                Experiment.battery_id,
                CyclerStation.name.label("station"),
                Profile.name.label("profile"),
            )
            .join(Battery, Battery.id == Experiment.battery_id)
            .join(CyclerStation, CyclerStation.id == Experiment.station_id)
            .join(Profile, Profile.id == Experiment.profile_id)
            .where(Experiment.id.in_(possible))
        ).all()
        batteries = descriptions(session, {row.battery_id for row in rows})
        tags, owners = tags_of(session, possible), owners_of(session, possible)
        known = {
            row.id: ComparedExperiment(
                battery=batteries[row.battery_id],
                tags=tuple(one.name for one in tags.get(row.id, ())),
                owner=owners.get(row.id, ""),
                **row._mapping,
            )
            for row in rows
        }
        gone = {one: gone_words(session, one) for one in possible if one not in known}
    gone |= {one: f"There is no experiment {one}." for one in ids if one not in possible}
    return Compared(tuple(known[one] for one in ids if one in known), gone)
