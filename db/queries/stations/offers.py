"""What an offer of an experiment to its station is made of."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cycling.battery.description import NewBattery
from db.models import (
    Battery,
    CyclerStation,
    DeviceAbilities,
    Experiment,
    Instruction,
    InstructionDetail,
    ProfileDetail,
    Unit,
    UsedDevice,
)
from db.models.battery_rows import description_of


@dataclass(frozen=True)
class OfferedInstruction:
    """An instruction's fixed row, in mA, mV, mW or ms; `exact` where our own table has more."""

    id: int
    mode: str
    set_point: int
    limit_type: str
    limit_point: int
    exact: dict[str, Any] | None
    step: int | None
    cycle: int | None


@dataclass(frozen=True)
class OfferedBattery:
    """The battery with its exact limits."""

    id: int
    described: NewBattery


@dataclass(frozen=True)
class OfferFacts:
    """An experiment with all that its station needs. `measures_temperature` of that station."""

    experiment_id: int
    name: str
    station_id: int
    hardware_id: str
    clock_offset_s: float
    battery: OfferedBattery
    measures_temperature: bool
    safety: dict[str, Any]
    record_s: float | None
    record_v: float | None
    instructions: tuple[OfferedInstruction, ...]


def offer_facts(session: Session, experiment: Experiment) -> OfferFacts:
    """Collect them in the caller's transaction."""
    unit = session.scalars(
        select(Unit)
        .join(CyclerStation, CyclerStation.unit_id == Unit.unit_id)
        .where(CyclerStation.id == experiment.station_id)
    ).one()
    detail = session.get(ProfileDetail, experiment.profile_id)
    return OfferFacts(
        experiment_id=experiment.id,
        name=experiment.name,
        station_id=experiment.station_id,
        hardware_id=unit.hardware_id,
        clock_offset_s=unit.clock_offset_s or 0.0,
        battery=_battery(session, experiment.battery_id),
        measures_temperature=_measures_temperature(session, experiment.station_id),
        safety=detail.safety if detail else {},
        record_s=detail.record_s if detail else None,
        record_v=detail.record_v if detail else None,
        instructions=_instructions(session, experiment.profile_id),
    )


def _battery(session: Session, battery_id: int) -> OfferedBattery:
    return OfferedBattery(battery_id, description_of(session, session.get_one(Battery, battery_id)))


def _measures_temperature(session: Session, station_id: int) -> bool:
    abilities = session.scalars(
        select(DeviceAbilities.abilities)
        .join(UsedDevice, UsedDevice.device_id == DeviceAbilities.device_id)
        .where(UsedDevice.station_id == station_id)
    )
    return any(one.get("temperature_limit") for one in abilities)


def _instructions(session: Session, profile_id: int) -> tuple[OfferedInstruction, ...]:
    rows = session.execute(
        select(
            Instruction.id,
            Instruction.mode,
            Instruction.set_point,
            Instruction.limit_type,
            Instruction.limit_point,
            InstructionDetail.exact,
            InstructionDetail.step,
            InstructionDetail.cycle,
        )
        .outerjoin(
            InstructionDetail,
            (InstructionDetail.profile_id == Instruction.profile_id)
            & (InstructionDetail.instruction_id == Instruction.id),
        )
        .where(Instruction.profile_id == profile_id)
        .order_by(Instruction.id)
    )
    return tuple(OfferedInstruction(*row) for row in rows)
