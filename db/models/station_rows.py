"""A station between its description and its rows: devices, channels, and its measured range."""

import hashlib
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models.stations import CyclerStation, StationDetails, UsedDevice, UsedMeasure


@dataclass(frozen=True)
class StationFigures:
    """The real range of a station in V and A; None where that of its devices holds."""

    voltage_min_v: float | None = None
    voltage_max_v: float | None = None
    current_min_a: float | None = None
    current_max_a: float | None = None
    calibrated_on: date | None = None


NO_FIGURES = StationFigures()


@dataclass(frozen=True)
class NewStation:
    """A station as a person sets it up.

    `measures` lists (device id, available measure id, name that is shown).
    """

    unit_id: int
    device_ids: tuple[int, ...]
    name: str
    location: str
    measures: tuple[tuple[int, int, str], ...] = ()
    figures: StationFigures = field(default=NO_FIGURES)


def set_up_of(session: Session, station: CyclerStation) -> NewStation:
    """Return a station as a person would set it up again."""
    devices = session.scalars(
        select(UsedDevice.device_id)
        .where(UsedDevice.station_id == station.id)
        .order_by(UsedDevice.device_id)
    )
    measures = session.execute(
        select(UsedMeasure.device_id, UsedMeasure.available_measure_id, UsedMeasure.custom_name)
        .where(UsedMeasure.station_id == station.id)
        .order_by(UsedMeasure.id)
    )
    return NewStation(
        unit_id=station.unit_id,
        device_ids=tuple(devices),
        name=station.name,
        location=station.location,
        measures=tuple((device, kind, name or "") for device, kind, name in measures),
        figures=figures_of(session.get(StationDetails, station.id)),
    )


def comparable(new: NewStation) -> tuple[Any, ...]:
    """Return what makes two set-ups the same; the figures, which change in place, last."""
    return (
        new.unit_id,
        tuple(sorted(new.device_ids)),
        new.name.strip(),
        new.location.strip(),
        tuple(sorted((device, kind, name.strip()) for device, kind, name in new.measures)),
        new.figures,
    )


def change_token(new: NewStation) -> str:
    """Return a text that changes with the set-up: who edits an old one is refused by it."""
    return hashlib.sha256(repr(comparable(new)).encode()).hexdigest()[:32]


def figures_of(row: StationDetails | None) -> StationFigures:
    """Return what a row says; without one nothing is known."""
    if row is None:
        return NO_FIGURES
    return StationFigures(**{name: getattr(row, name) for name in asdict(NO_FIGURES)})


def plain_figures(figures: StationFigures) -> dict[str, Any]:
    """Return the figures as the audit trail keeps them."""
    day = figures.calibrated_on
    return {**asdict(figures), "calibrated_on": day.isoformat() if day else None}
