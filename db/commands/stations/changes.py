"""Modifying, retiring and deleting stations: a changed one is a new row that names the old one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cycling.errors import ConflictError, InputError, NotFoundError
from db.commands import audit
from db.commands.audit import By
from db.commands.queue import rows
from db.commands.stations.setup import (
    check_within_devices,
    checked,
    insert_station,
    latest_day,
    plain,
    store_figures,
    take_unit,
)
from db.commands.wattrex.units import wattrex_units
from db.engine import Database
from db.models import (
    Channel,
    Command,
    ConfirmedBattery,
    CyclerStation,
    OutOfService,
    Plan,
    StationAlarm,
    StationDetails,
    StationLive,
    UsedDevice,
    UsedMeasure,
)
from db.models.station_rows import NewStation, change_token, comparable, plain_figures, set_up_of
from db.models.stations import VIRTUAL_STATION
from db.queries.references import station_kept
from db.queries.stations.queue import station_use
from db.repeating import repeated
from db.statements import require
from db.terms import CommandState, PlanState

CHANGED = "was changed or retired by somebody meanwhile. Open it again to see how it stands."
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


@dataclass(frozen=True)
class Modified:
    """What a modification did: the station's id from now on, and whether that is a new one."""

    station_id: int
    replaced: bool


@repeated
def modify_station(
    database: Database, station_id: int, new: NewStation, *, seen: str, by: By
) -> Modified:
    """Give a station another set-up; `seen` is the mark of the one that was edited.

    Real ranges and calibration change in place. Everything else makes a new station that replaces
    this one, takes over what waits for a person, and the confirmed battery where the devices stay.
    Raises InputError for a wrong field, ConflictError while the station is in use, or when
    somebody else was first.
    """
    new = checked(new, latest_day(by.now))
    with database.write() as session:
        take_unit(session, new.unit_id)
        station = _taken(session, station_id, new.unit_id)
        before = set_up_of(session, station)
        if change_token(before) != seen:
            raise ConflictError(f"{station.name} {CHANGED}")
        changed, done = _apply(session, station, before, new, by.now)
        if changed:
            audit.record(
                session,
                by,
                "modify station",
                f"station {station_id}",
                {**changed, "became": done.station_id},
            )
        return done


@repeated
def retire_station(database: Database, station_id: int, *, by: By) -> None:
    """Take a station out of use for good; its devices are free, its experiments are kept.

    Raises ConflictError while something runs or waits there.
    """
    with database.write() as session:
        station = _taken(session, station_id)
        use = station_use(session, station)
        if reason := use.keeps or use.waits:
            raise ConflictError(f"{station.name} cannot be retired now. {reason}")
        station.deprecated = True
        for model in (ConfirmedBattery, OutOfService):
            row = session.get(model, station_id)
            if row is not None:
                session.delete(row)
        audit.record(
            session,
            by,
            "retire station",
            f"station {station_id}",
            plain(set_up_of(session, station)),
        )


def _taken(session: Session, station_id: int, unit_id: int | None = None) -> CyclerStation:
    """Return a station whose queue nobody else changes before we commit."""
    station = rows.take_stations(session, [station_id]).get(station_id)
    if station is None:
        raise NotFoundError("There is no such station.")
    if station_id == VIRTUAL_STATION:
        raise InputError(f"The station {station.name} holds imported measures and stays as it is.")
    if station.deprecated:
        raise ConflictError(f"{station.name} {CHANGED}")
    if unit_id is not None and station.unit_id != unit_id:
        raise InputError("A station stays on its unit. Add a station on the other unit instead.")
    return station


def _apply(
    session: Session, station: CyclerStation, before: NewStation, new: NewStation, now: datetime
) -> tuple[dict[str, Any], Modified]:
    """Change what is different; return it, and what became of the station."""
    same = Modified(station.id, replaced=False)
    if comparable(before) == comparable(new):
        return {}, same
    if comparable(before)[:-1] == comparable(new)[:-1]:
        check_within_devices(session, new.figures, new.device_ids)
        store_figures(session, station.id, new.figures)
        return {"was": plain_figures(before.figures), "is": plain_figures(new.figures)}, same
    use = station_use(session, station)
    if use.keeps:
        raise ConflictError(f"{station.name} cannot be modified now. {use.keeps}")
    station.deprecated = True
    session.flush()
    new_id = insert_station(session, new, parent_id=station.id, now=now)
    same_devices = set(before.device_ids) == set(new.device_ids)
    _hand_on(session, station.id, new_id, battery=same_devices)
    return {"was": plain(before), "is": plain(new)}, Modified(new_id, replaced=True)


def _hand_on(session: Session, old_id: int, new_id: int, *, battery: bool) -> None:
    """Let the new station have what waits, why it is out of service, and the same leads' battery.

    Other devices have other leads: somebody must say what is connected to them.
    """
    session.execute(
        update(Plan)
        .where(Plan.station_id == old_id, Plan.state == PlanState.HELD)
        .values(station_id=new_id)
        .execution_options(synchronize_session=False)
    )
    for model in (OutOfService, ConfirmedBattery):
        row = session.get(model, old_id)
        if row is None:
            continue
        values = {
            column.key: getattr(row, column.key)
            for column in model.__mapper__.column_attrs
            if column.key != "station_id"
        }
        session.delete(row)
        session.flush()
        if model is OutOfService or battery:
            session.add(model(station_id=new_id, **values))
    session.flush()


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
        station = require(session.get(CyclerStation, station_id), "There is no such station.")
        return what_keeps(session, station)


def what_keeps(session: Session, station: CyclerStation) -> str:
    """Say what keeps a station. Raises InputError for the one that holds imported measures."""
    if station.id == VIRTUAL_STATION:
        raise InputError(f"The station {station.name} holds imported measures and stays as it is.")
    if not station.deprecated and wattrex_units(session, [station.unit_id]):
        return station_kept(session, station) or WATTREX
    use = station_use(session, station)
    unanswered = exists().where(
        Command.station_id == station.id,
        Command.state.in_([CommandState.PENDING, CommandState.SENT]),
    )
    if session.scalar(select(unanswered)):
        return "What it was asked to do is not answered yet."
    return station_kept(session, station) or use.keeps or use.waits
