"""Stations as they are set up: devices, channels, ranges, what they are in use for."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from cycling.errors import NotFoundError
from cycling.profile import StationCapabilities
from cycling.terms import StationCommand
from db.engine import Database
from db.models import (
    AvailableMeasure,
    Channel,
    Command,
    ComputationalUnit,
    CyclerStation,
    StationDetails,
    Unit,
    UsedMeasure,
)
from db.models.station_rows import NewStation, StationFigures, change_token, figures_of, set_up_of
from db.queries.stations.capabilities import station_capabilities
from db.queries.stations.occupancy import command_now
from db.queries.stations.overview import station_now
from db.queries.stations.queue import StationUse, station_use
from db.queries.stations.state import AboutStation, CommandNow
from db.queries.stations.units import DeviceFacts, devices_of_station, speaks_ours, unit_name
from db.series.rows import AS_STORED, scales


@dataclass(frozen=True)
class UsedChannel:
    """A channel that a station records: the driver's name, the lab's name and the unit."""

    device_id: int
    driver: str
    name: str
    unit: str


@dataclass(frozen=True)
class StationFacts(AboutStation):
    """A station as it is set up.

    `parent` is the station that this one has replaced, `successor` the one that replaced it.
    `use` says what keeps it from being changed; `launch` is the newest launch of its cycler.
    """

    location: str
    registered_at: datetime
    deprecated: bool
    parent: tuple[int, str] | None
    successor: tuple[int, str] | None
    unit: str
    is_ours: bool
    devices: tuple[DeviceFacts, ...]
    channels: tuple[UsedChannel, ...]
    figures: StationFigures
    can: StationCapabilities | None
    use: StationUse
    launch: CommandNow | None


def find_station(database: Database, station_id: int) -> StationFacts:
    """Return one station, also one that is not in use any more. Raises NotFoundError."""
    now = station_now(database, station_id)
    can = station_capabilities(database, [station_id])
    with database.read() as session:
        row = session.execute(
            select(CyclerStation, ComputationalUnit, Unit, StationDetails)
            .join(ComputationalUnit, ComputationalUnit.id == CyclerStation.unit_id)
            .outerjoin(Unit, Unit.unit_id == ComputationalUnit.id)
            .outerjoin(StationDetails, StationDetails.station_id == CyclerStation.id)
            .where(CyclerStation.id == station_id)
        ).one_or_none()
        if row is None:  # deleted meanwhile
            raise NotFoundError(f"There is no station {station_id}.")
        station, fixed, unit, measured = row
        return StationFacts(
            now=now,
            location=station.location,
            registered_at=station.register_date,
            deprecated=station.deprecated,
            parent=_newest(session, CyclerStation.id == station.parent_id)
            if station.parent_id
            else None,
            successor=_newest(session, CyclerStation.parent_id == station_id),
            unit=unit_name(fixed, unit),
            is_ours=speaks_ours(fixed, unit),
            devices=devices_of_station(session, station_id),
            channels=_channels(session, station_id),
            figures=figures_of(measured),
            can=can.get(station_id),
            use=station_use(session, station),
            launch=_launch(session, station_id),
        )


def station_set_up(database: Database, station_id: int) -> tuple[NewStation, str]:
    """Return a station as a form begins with it, and the mark of that. Raises NotFoundError."""
    with database.read() as session:
        station = session.get(CyclerStation, station_id)
        if station is None or station.deprecated:
            raise NotFoundError(f"There is no station {station_id} in use.")
        set_up = set_up_of(session, station)
        return set_up, change_token(set_up)


def newest_station(database: Database) -> int:
    """Return the largest id of a station: it changes with every set-up."""
    with database.read() as session:
        return session.scalar(select(func.max(CyclerStation.id))) or 0


def _channels(session: Session, station_id: int) -> tuple[UsedChannel, ...]:
    rows = session.execute(
        select(
            UsedMeasure.id,
            UsedMeasure.device_id,
            AvailableMeasure.name,
            UsedMeasure.custom_name,
            Channel.unit,
        )
        .join(AvailableMeasure, AvailableMeasure.id == UsedMeasure.available_measure_id)
        .outerjoin(Channel, Channel.used_measure_id == UsedMeasure.id)
        .where(UsedMeasure.station_id == station_id)
        .order_by(UsedMeasure.id)
    ).all()
    of_epc = scales(session, [row[0] for row in rows])
    return tuple(
        UsedChannel(device_id, driver, custom or driver, unit or of_epc.get(id_, AS_STORED).unit)
        for id_, device_id, driver, custom, unit in rows
    )


def _newest(session: Session, which: ColumnElement[bool]) -> tuple[int, str] | None:
    """Return the id and the name of the newest station of a condition."""
    stations = select(CyclerStation.id, CyclerStation.name).where(which)
    row = session.execute(stations.order_by(CyclerStation.id.desc()).limit(1)).first()
    return None if row is None else (row.id, row.name)


def _launch(session: Session, station_id: int) -> CommandNow | None:
    newest = (
        select(Command)
        .where(Command.station_id == station_id, Command.kind == StationCommand.LAUNCH)
        .order_by(Command.id.desc())
        .limit(1)
    )
    command = session.scalars(newest).first()
    return command_now(command) if command else None
