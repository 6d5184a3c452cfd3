"""Deleting a station that nothing refers to: one that was set up by mistake, say."""

from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cycling.errors import ConflictError, InputError, NotFoundError
from db.commands import audit
from db.commands.audit import By
from db.commands.queue import rows
from db.commands.stations.setup import plain
from db.commands.wattrex.units import known_units
from db.engine import Database
from db.models import (
    Channel,
    Command,
    CyclerStation,
    OutOfService,
    StationAlarm,
    StationDetails,
    StationLive,
    UsedDevice,
    UsedMeasure,
)
from db.models.station_rows import set_up_of
from db.models.stations import VIRTUAL_STATION
from db.queries.references import station_kept
from db.queries.stations.use import station_use
from db.repeating import repeated
from db.terms import CommandState

# Rows that describe the station itself, and what was asked and answered there.
OWN: tuple[Any, ...] = (
    Channel,
    UsedMeasure,
    UsedDevice,
    StationDetails,
    StationLive,
    OutOfService,
    StationAlarm,
    Command,
)
WATTREX = (
    "A WattRex cycler may still look for work there: retire the station first, then its program "
    "ends by itself."
)


@repeated
def delete_station(database: Database, station_id: int, *, by: By) -> str:
    """Remove a station without experiments and return its name; its devices are free.

    Raises NotFoundError, InputError for the one of imports, ConflictError saying what keeps it.
    """
    try:
        with database.write() as session:
            station = rows.take_stations(session, [station_id]).get(station_id)
            if station is None:
                raise NotFoundError("There is no such station.")
            if reason := what_keeps(session, station):
                raise ConflictError(f"{station.name} is kept. {reason}")
            detail = {**plain(set_up_of(session, station)), "retired": station.deprecated}
            for table in OWN:
                session.execute(delete(table).where(table.station_id == station_id))
            session.execute(delete(CyclerStation).where(CyclerStation.id == station_id))
            audit.record(session, by, "delete station", f"station {station_id}", detail)
            return station.name
    except IntegrityError as error:  # another program added something in this moment
        raise ConflictError("The station is kept. Something refers to it by now.") from error


def station_kept_because(database: Database, station_id: int) -> str:
    """Say what keeps a station from being deleted; blank if nothing does. Raises NotFoundError."""
    with database.read() as session:
        station = session.get(CyclerStation, station_id)
        if station is None:
            raise NotFoundError("There is no such station.")
        return what_keeps(session, station)


def what_keeps(session: Session, station: CyclerStation) -> str:
    """Say what keeps a station. Raises InputError for the one that holds imported measures."""
    if station.id == VIRTUAL_STATION:
        raise InputError(f"The station {station.name} holds imported measures and stays as it is.")
    if not station.deprecated and known_units(session, [station.unit_id]):
        return station_kept(session, station) or WATTREX
    use = station_use(session, station)
    unanswered = exists().where(
        Command.station_id == station.id,
        Command.state.in_([CommandState.PENDING, CommandState.SENT]),
    )
    if session.scalar(select(unanswered)):
        return "What it was asked to do is not answered yet."
    return station_kept(session, station) or use.keeps or use.waits
