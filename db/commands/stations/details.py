"""What somebody has measured at a station's leads: its real range, and when it was calibrated."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from math import isfinite

from sqlalchemy import select
from sqlalchemy.orm import Session

from cycling.errors import InputError
from db.models import CompatibleDevice, DetectedDevice, StationDetails
from db.models.station_rows import StationFigures

LARGEST = 100_000.0  # V or A


def latest_day(now: datetime) -> date:
    """Return the day that it is where the day begins first."""
    return (now + timedelta(hours=14)).date()


def check_figures(figures: StationFigures, today: date) -> None:
    """Raise InputError for a range that is none, or a calibration that is still to come."""
    for low, high, what, unit in (
        (figures.voltage_min_v, figures.voltage_max_v, "voltage", "V"),
        (figures.current_min_a, figures.current_max_a, "current", "A"),
    ):
        for value in (low, high):
            if value is not None and not (isfinite(value) and abs(value) <= LARGEST):
                raise InputError(f"The {what} of the real range is no number of {unit}.")
        if low is not None and high is not None and low >= high:
            raise InputError(
                f"The lowest {what} of the real range ({low:g} {unit}) must be below the highest "
                f"({high:g} {unit})."
            )
    if figures.calibrated_on is not None and figures.calibrated_on > today:
        raise InputError("The day of the calibration is still to come. Give the day it was done.")


def check_within_devices(
    session: Session, figures: StationFigures, device_ids: Iterable[int]
) -> None:
    """Raise InputError where the real range is wider than what the devices say they can do."""
    kinds = session.scalars(
        select(CompatibleDevice)
        .join(DetectedDevice, DetectedDevice.compatible_device_id == CompatibleDevice.id)
        .where(DetectedDevice.id.in_(list(device_ids)))
    ).all()
    for what, milli, short, unit in (("voltage", "mv", "v", "V"), ("current", "ma", "a", "A")):
        low = _end(kinds, f"{what}_min_{milli}", min)
        high = _end(kinds, f"{what}_max_{milli}", max)
        for value in (getattr(figures, f"{what}_{end}_{short}") for end in ("min", "max")):
            if value is None or (low if low is not None else value) <= value <= (
                high if high is not None else value
            ):
                continue
            reach = " to ".join(f"{end:g}" for end in (low, high) if end is not None)
            raise InputError(
                f"The real range goes to {value:g} {unit}, beyond the {reach} {unit} of the "
                f"devices. Give a {what} within that."
            )


def store_figures(session: Session, station_id: int, figures: StationFigures) -> None:
    """Write what is known of a station, in the caller's transaction."""
    row = session.get(StationDetails, station_id)
    if row is None:
        row = StationDetails(station_id=station_id)
        session.add(row)
    for name, value in asdict(figures).items():
        setattr(row, name, value)
    session.flush()


def _end(
    kinds: Iterable[CompatibleDevice], name: str, of: Callable[[list[float]], float]
) -> float | None:
    values = [getattr(one, name) for one in kinds if getattr(one, name) is not None]
    return of(values) / 1000 if values else None
