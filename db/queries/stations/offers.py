"""What the master node tells units: their stations, and the experiments that it offers."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cycling.battery.description import NewBattery
from cycling.terms import LimitType
from db.facts import facts, grouped
from db.models import (
    AvailableMeasure,
    Battery,
    Channel,
    CyclerStation,
    DetectedDevice,
    DeviceAbilities,
    Experiment,
    Plan,
    ProfileDetail,
    Run,
    Unit,
    UsedDevice,
    UsedMeasure,
)
from db.models.battery_rows import description_of
from db.queries.profiles.compiled import instruction_rows, shared_s, steps_of


@dataclass(frozen=True)
class SetUpChannel:
    """A channel that a station records, on the device of a link, under the device's own name."""

    used_measure_id: int
    link: str
    name: str
    unit: str


@dataclass(frozen=True)
class SetUpStation:
    """A station, the links of its devices and the channels that it records."""

    station_id: int
    name: str
    links: tuple[str, ...]
    channels: tuple[SetUpChannel, ...]


@dataclass(frozen=True)
class UnitSetup:
    """A unit with its stations, in the order of their ids."""

    unit_id: int
    hardware_id: str
    online: bool
    stations: tuple[SetUpStation, ...]


def unit_setups(session: Session, unit_ids: Iterable[int] | None = None) -> list[UnitSetup]:
    """Return some units, or all, with the stations that are not replaced."""
    statement = select(Unit.unit_id, Unit.hardware_id, Unit.online).order_by(Unit.unit_id)
    if unit_ids is not None:
        statement = statement.where(Unit.unit_id.in_(set(unit_ids)))
    units = session.execute(statement).all()
    stations = _stations(session, [unit_id for unit_id, *_ in units])
    return [
        UnitSetup(unit_id, hardware_id, online, tuple(stations[unit_id]))
        for unit_id, hardware_id, online in units
    ]


def unfinished(session: Session, unit_id: int) -> dict[int, int]:
    """Return the runs of a unit that have not ended, and the last MeasID stored of each."""
    rows = session.execute(
        select(Run.experiment_id, Run.through)
        .join(CyclerStation, CyclerStation.id == Run.station_id)
        .where(CyclerStation.unit_id == unit_id, Run.ended_at.is_(None))
    )
    return {row.experiment_id: row.through for row in rows}


def _stations(session: Session, unit_ids: list[int]) -> dict[int, list[SetUpStation]]:
    rows = session.execute(
        select(CyclerStation.id, CyclerStation.unit_id, CyclerStation.name)
        .where(CyclerStation.unit_id.in_(unit_ids), CyclerStation.deprecated.is_(False))
        .order_by(CyclerStation.id)
    ).all()
    ids = [station_id for station_id, *_ in rows]
    links, channels = _links(session, ids), _channels(session, ids)
    return grouped(
        (unit_id, SetUpStation(id_, name, tuple(links[id_]), tuple(channels[id_])))
        for id_, unit_id, name in rows
    )


def _links(session: Session, station_ids: list[int]) -> dict[int, list[str]]:
    rows = session.execute(
        select(UsedDevice.station_id, DetectedDevice.link_name)
        .join(DetectedDevice, DetectedDevice.id == UsedDevice.device_id)
        .where(UsedDevice.station_id.in_(station_ids))
        .order_by(UsedDevice.station_id, DetectedDevice.id)
    )
    return grouped((station_id, link) for station_id, link in rows)


def _channels(session: Session, station_ids: list[int]) -> dict[int, list[SetUpChannel]]:
    channels = defaultdict(list)
    for station_id, id_, link, name, unit in session.execute(
        select(
            UsedMeasure.station_id,
            UsedMeasure.id,
            DetectedDevice.link_name,
            AvailableMeasure.name,
            Channel.unit,
        )
        .join(DetectedDevice, DetectedDevice.id == UsedMeasure.device_id)
        .join(AvailableMeasure, AvailableMeasure.id == UsedMeasure.available_measure_id)
        .outerjoin(Channel, Channel.used_measure_id == UsedMeasure.id)
        .where(UsedMeasure.station_id.in_(station_ids))
        .order_by(UsedMeasure.id)
    ):
        channels[station_id].append(SetUpChannel(id_, link, name, unit or ""))
    return channels


@dataclass(frozen=True)
class OfferedInstruction:
    """A step's fixed row, in mA, mV, mW or ms; `exact` where our own table has more.

    Its time may be longer than fits into a row.
    """

    id: int
    mode: str
    set_point: int
    limit_type: str
    limit_point: int
    exact: dict[str, Any] | None
    step: int | None
    cycle: int | None


@dataclass(frozen=True)
class OfferFacts:
    """An experiment with all that its station needs. `measures_temperature` of that station.

    `attempt`: how often a station has refused it before.
    """

    experiment_id: int
    name: str
    station_id: int
    hardware_id: str
    clock_offset_s: float
    battery_id: int
    battery: NewBattery
    measures_temperature: bool
    safety: dict[str, Any]
    record_s: float | None
    record_v: float | None
    instructions: tuple[OfferedInstruction, ...]
    attempt: int


def offer_facts(session: Session, experiment: Experiment) -> OfferFacts:
    """Collect them in the caller's transaction."""
    unit = session.scalars(
        select(Unit)
        .join(CyclerStation, CyclerStation.unit_id == Unit.unit_id)
        .where(CyclerStation.id == experiment.station_id)
    ).one()
    detail = session.get(ProfileDetail, experiment.profile_id)
    battery = session.get_one(Battery, experiment.battery_id)
    return OfferFacts(
        experiment_id=experiment.id,
        name=experiment.name,
        station_id=experiment.station_id,
        hardware_id=unit.hardware_id,
        clock_offset_s=unit.clock_offset_s or 0.0,
        battery_id=battery.id,
        battery=description_of(session, battery),
        measures_temperature=_measures_temperature(session, experiment.station_id),
        safety=detail.safety if detail else {},
        record_s=detail.record_s if detail else None,
        record_v=detail.record_v if detail else None,
        instructions=tuple(
            _offered(step) for step in steps_of(instruction_rows(session, [experiment.profile_id]))
        ),
        attempt=attempt_of(session, experiment.id),
    )


def _offered(step: Sequence[Any]) -> OfferedInstruction:
    """Return one instruction of a step; its table's rows may have to share a long time."""
    first = step[0]
    if len(step) == 1:
        return facts(OfferedInstruction, first)
    *_, whole_s = shared_s(step)
    limits = [{"type": LimitType.TIME.value, "value": whole_s}]
    return facts(
        OfferedInstruction,
        first,
        limit_point=round(whole_s * 1000),
        exact=first.exact and {**first.exact, "limits": limits},
    )


def attempt_of(session: Session, experiment_id: int) -> int:
    """Return how often stations have refused an experiment."""
    attempts = select(Plan.attempt).where(Plan.experiment_id == experiment_id)
    return session.scalar(attempts) or 0


def _measures_temperature(session: Session, station_id: int) -> bool:
    abilities = session.scalars(
        select(DeviceAbilities.abilities)
        .join(UsedDevice, UsedDevice.device_id == DeviceAbilities.device_id)
        .where(UsedDevice.station_id == station_id)
    )
    return any(one.get("temperature_limit") for one in abilities)
