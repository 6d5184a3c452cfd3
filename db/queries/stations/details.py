"""Stations as they are set up: devices, channels, ranges, what they are in use for."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
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
from db.queries.stations.overview import command_now, station_now, wall
from db.queries.stations.state import CommandNow, StationNow
from db.queries.stations.units import DeviceFacts, devices_of_stations, speaks_ours, unit_name
from db.queries.stations.use import StationUse, station_use
from db.series.epc import AS_STORED, scales

NO_USE = StationUse("", "", ())


@dataclass(frozen=True)
class UsedChannel:
    """A channel that a station records: the driver's name, the lab's name and the unit."""

    device_id: int
    driver: str
    name: str
    unit: str


@dataclass(frozen=True)
class StationSheet:
    """A station as it is set up.

    `parent` is the station that this one has replaced, `successor` the one that replaced it.
    `use` says what keeps it from being changed; `launch` is the newest launch of its cycler.
    """

    now: StationNow
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

    @property
    def id(self) -> int:
        """Its CSID."""
        return self.now.id

    @property
    def name(self) -> str:
        """Its name."""
        return self.now.name


def station_sheets(database: Database) -> tuple[StationSheet, ...]:
    """Return the stations in use, by name, with few statements for any number."""
    return _sheets(database, wall(database), closely=False)


def station_sheet(database: Database, station_id: int) -> StationSheet:
    """Return one station, also one that is not in use any more. Raises NotFoundError."""
    (sheet,) = _sheets(database, [station_now(database, station_id)], closely=True)
    return sheet


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


def _sheets(
    database: Database, stations: Iterable[StationNow], *, closely: bool
) -> tuple[StationSheet, ...]:
    present = {one.id: one for one in stations}
    can = station_capabilities(database, present)
    with database.read() as session:
        found = session.execute(
            select(CyclerStation, ComputationalUnit, Unit, StationDetails)
            .join(ComputationalUnit, ComputationalUnit.id == CyclerStation.unit_id)
            .outerjoin(Unit, Unit.unit_id == ComputationalUnit.id)
            .outerjoin(StationDetails, StationDetails.station_id == CyclerStation.id)
            .where(CyclerStation.id.in_(present))
        ).all()
        devices = devices_of_stations(session, present)
        channels = _channels(session, present)
        rows = {station.id: (station, fixed, unit, real) for station, fixed, unit, real in found}
        family = _family(session, present) if closely else {}
        return tuple(
            _sheet(
                now,
                rows[now.id],
                devices=devices.get(now.id, ()),
                channels=tuple(channels.get(now.id, ())),
                can=can.get(now.id),
                use=station_use(session, rows[now.id][0]) if closely else NO_USE,
                launch=_launch(session, now.id) if closely else None,
                family=family,
            )
            for now in present.values()
            if now.id in rows
        )


def _sheet(
    now: StationNow,
    row: tuple[CyclerStation, ComputationalUnit, Unit | None, StationDetails | None],
    *,
    family: Mapping[str, tuple[int, str]],
    **more: Any,  # noqa: ANN401 - fields of StationSheet
) -> StationSheet:
    station, fixed, unit, real = row
    return StationSheet(
        now=now,
        location=station.location,
        registered_at=station.register_date,
        deprecated=station.deprecated,
        parent=family.get("parent"),
        successor=family.get("successor"),
        unit=unit_name(fixed, unit),
        is_ours=speaks_ours(fixed, unit),
        figures=figures_of(real),
        **more,
    )


def _channels(session: Session, ids: Collection[int]) -> dict[int, list[UsedChannel]]:
    channels: dict[int, list[UsedChannel]] = defaultdict(list)
    found = session.execute(
        select(
            UsedMeasure.id,
            UsedMeasure.station_id,
            UsedMeasure.device_id,
            AvailableMeasure.name,
            UsedMeasure.custom_name,
            Channel.unit,
        )
        .join(AvailableMeasure, AvailableMeasure.id == UsedMeasure.available_measure_id)
        .outerjoin(Channel, Channel.used_measure_id == UsedMeasure.id)
        .where(UsedMeasure.station_id.in_(ids))
        .order_by(UsedMeasure.id)
    ).all()
    of_epc = scales(session, [row[0] for row in found])
    for id_, station_id, device_id, driver, custom, told in found:
        unit = told or of_epc.get(id_, AS_STORED).unit
        channels[station_id].append(UsedChannel(device_id, driver, custom or driver, unit))
    return channels


def _family(session: Session, ids: Collection[int]) -> dict[str, tuple[int, str]]:
    """Return the parent and the successor of the one station that is looked at."""
    (station_id,) = ids
    own = session.get_one(CyclerStation, station_id)
    parent = session.get(CyclerStation, own.parent_id) if own.parent_id else None
    child = session.scalars(
        select(CyclerStation)
        .where(CyclerStation.parent_id == station_id)
        .order_by(CyclerStation.id.desc())
        .limit(1)
    ).first()
    pairs = {"parent": parent, "successor": child}
    return {word: (one.id, one.name) for word, one in pairs.items() if one is not None}


def _launch(session: Session, station_id: int) -> CommandNow | None:
    newest = (
        select(Command)
        .where(Command.station_id == station_id, Command.kind == StationCommand.LAUNCH)
        .order_by(Command.id.desc())
        .limit(1)
    )
    command = session.scalars(newest).first()
    return command_now(command) if command else None
