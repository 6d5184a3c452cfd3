"""By which conventions the cycles of an experiment are counted: its own, else its battery's."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cycling.analysis.cycles import flow
from cycling.analysis.cycles.choices import Choices, Direction, Numbering, Reference
from cycling.battery.conventions import OwnChoices, choices_of, electrolyte_of
from cycling.battery.description import NewBattery
from cycling.battery.electrolyte import Electrolyte
from cycling.errors import NotFoundError
from db.engine import Database
from db.models import Battery, CycleChoices, Experiment, RedoxElectrolyte
from db.models.battery_rows import description_of
from db.queries.experiments.deletion import gone_words


@dataclass(frozen=True)
class Conventions:
    """What an experiment's cycles are counted by; `own` is what was chosen for it.

    `electrolyte` is that which limits a stack, None where it is not known.
    """

    own: OwnChoices
    choices: Choices
    electrolyte: flow.Electrolyte | None


def conventions(
    database: Database, experiment_id: int, own: OwnChoices | None = None
) -> Conventions:
    """Return by what the cycles of an experiment are counted. Raises NotFoundError.

    By `own` choices in the place of those that are stored.
    """
    with database.read() as session:
        battery = experiment_battery(session, experiment_id)
        own = own_choices(session, experiment_id) if own is None else own
        sides = _sides(session, experiment_id)
        return Conventions(own, choices_of(battery, own), electrolyte_of(battery, sides))


def experiment_battery(session: Session, experiment_id: int) -> NewBattery:
    """Return the battery of an experiment that may run or has run. Raises NotFoundError."""
    battery = session.scalars(
        select(Battery)
        .join(Experiment, Experiment.battery_id == Battery.id)
        .where(Experiment.id == experiment_id)
    ).one_or_none()
    if battery is None:
        raise NotFoundError(gone_words(session, experiment_id))
    return description_of(session, battery)


def own_choices(session: Session, experiment_id: int) -> OwnChoices:
    """Return what somebody has chosen for an experiment."""
    row = session.get(CycleChoices, experiment_id)
    if row is None:
        return OwnChoices()
    cycles = row.reference_from, row.reference_to
    return OwnChoices(
        numbering=Numbering(row.numbering) if row.numbering else None,
        first=Direction(row.first) if row.first else None,
        reference=Reference(row.reference) if row.reference else None,
        reference_cycles=None if cycles[0] is None or cycles[1] is None else (cycles[0], cycles[1]),
        reference_ah=row.reference_ah,
        formation_cycles=row.formation_cycles,
        mass_g=row.mass_g,
    )


def _sides(session: Session, experiment_id: int) -> list[Electrolyte]:
    rows = session.scalars(
        select(RedoxElectrolyte).where(RedoxElectrolyte.experiment_id == experiment_id)
    )
    return [
        Electrolyte(one.polarity, one.volume, one.initial_soc, one.min_flow_rate, one.max_flow_rate)
        for one in rows
    ]
