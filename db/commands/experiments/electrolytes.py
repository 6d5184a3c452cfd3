"""The electrolytes of an experiment with a redox-flow stack."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from cycling.battery.electrolyte import Electrolyte
from cycling.errors import InputError
from cycling.terms import Technology
from db.models import RedoxElectrolyte


def check_has_electrolytes(name: str, technology: Technology, sides: Sequence[Electrolyte]) -> None:
    """Refuse electrolytes for a battery that is no stack."""
    if sides and technology is not Technology.REDOX_STACK:
        raise InputError(f"{name} is no redox-flow stack: it has no electrolytes.")


def add_electrolytes(
    session: Session, experiment_id: int, battery_id: int | None, sides: Sequence[Electrolyte]
) -> None:
    """Add the electrolytes of an experiment whose row is there."""
    for side in sides:
        session.add(
            RedoxElectrolyte(
                experiment_id=experiment_id,
                battery_id=battery_id,
                polarity=side.polarity,
                volume=side.volume,
                initial_soc=side.initial_soc,
                min_flow_rate=side.min_flow_rate,
                max_flow_rate=side.max_flow_rate,
            )
        )
    session.flush()
