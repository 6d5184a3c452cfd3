"""An offer of an experiment: from its rows to the message, in V, A, W and s."""

from datetime import datetime
from typing import Any

import msgspec

from cycling.battery.description import NewBattery
from cycling.conversion import convert
from cycling.profile.safety_limits import joined
from cycling.terms import LimitType, Mode
from db.queries.stations.offers import OfferedInstruction, OfferFacts
from master_node.protocol import fields
from master_node.protocol import messages as m

COLDEST_DEGC, HOTTEST_DEGC = -273.15, 1000.0
RECORD_S = 1.0
MILLI = 1000.0


class UnofferableError(ValueError):
    """An experiment that cannot be put into a message; the reason is for a person."""


def offer_of(facts: OfferFacts, epoch: int, expires_at: datetime) -> m.Offer:
    """Build the message. Raises UnofferableError."""
    if not facts.instructions:
        raise UnofferableError("the profile has no instructions")
    if len(facts.instructions) > fields.MAX_INSTRUCTIONS:
        raise UnofferableError(
            f"the profile has {len(facts.instructions):,} instructions, "
            f"at most {fields.MAX_INSTRUCTIONS:,} can be sent"
        )
    try:
        return m.Offer(
            experiment=facts.experiment_id,
            name=facts.name,
            station=facts.station_id,
            epoch=epoch,
            expires_at=expires_at.timestamp() + facts.clock_offset_s,
            battery=_battery(facts.battery_id, facts.battery),
            safety=_safety(facts),
            instructions=[_instruction(one) for one in facts.instructions],
            record_s=facts.record_s or RECORD_S,
            record_v=facts.record_v,
            attempt=facts.attempt,
        )
    except msgspec.ValidationError as error:
        raise UnofferableError(f"the profile's details cannot be read: {error}") from error


def _battery(battery_id: int, battery: NewBattery) -> m.BatteryLimits:
    return m.BatteryLimits(
        id=battery_id,
        name=battery.name,
        serial_number=battery.serial_number,
        technology=battery.technology,
        chemistry=battery.chemistry or "",
        cells=battery.cells,
        voltage=(battery.voltage_min_v, battery.voltage_max_v),
        current=(battery.current_min_a, battery.current_max_a),
        capacity_ah=battery.capacity_ah,
        kind=battery.cell_kind,
    )


def _safety(facts: OfferFacts) -> m.Safety:
    """Join the profile's limits with the battery's."""
    own = convert(facts.safety, m.Safety)
    limits = joined(facts.safety, facts.battery, watches_temperature=facts.measures_temperature)
    return msgspec.structs.replace(
        own,
        voltage=limits.voltage_v,
        current=limits.current_a,
        temperature=_closed(limits.temperature_degc),
        charge_temperature_min=limits.charge_from_degc,
    )


def _closed(ends: tuple[float | None, float | None]) -> tuple[float, float] | None:
    """Return a range with two ends, as the message has it."""
    low, high = ends
    if low is None and high is None:
        return None
    return COLDEST_DEGC if low is None else low, HOTTEST_DEGC if high is None else high


def _instruction(row: OfferedInstruction) -> m.Instruction:
    if row.exact is not None:
        return _exact(row, row.exact)
    mode = Mode(row.mode)
    return m.Instruction(
        id=row.id,
        mode=mode,
        set_point=0.0 if mode is Mode.WAIT else row.set_point / MILLI,
        limits=[_limit(LimitType(row.limit_type), row.limit_point / MILLI)],
        step=row.step or 0,
        cycle=row.cycle or 0,
    )


def _exact(row: OfferedInstruction, exact: dict[str, Any]) -> m.Instruction:
    instruction = convert({**exact, "id": row.id}, m.Instruction)
    return msgspec.structs.replace(
        instruction,
        step=instruction.step or row.step or 0,
        cycle=instruction.cycle or row.cycle or 0,
    )


def _limit(type_: LimitType, value: float) -> m.Limit:
    magnitude = type_ in (LimitType.CURRENT, LimitType.POWER)
    return m.Limit(type=type_.value, value=abs(value) if magnitude else value)
