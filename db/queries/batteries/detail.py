"""Batteries: one with everything that its page says about it, and all as a choice in forms."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from cycling.battery.description import NewBattery
from cycling.errors import InputError, NotFoundError
from cycling.formats import BatteryLimits
from cycling.terms import NOT_ENDED, Technology
from db.engine import Database
from db.models import Battery, ConfirmedBattery, CyclerStation, Experiment, Plan
from db.models.battery_rows import description_of, descriptions, printable
from db.queries.references import battery_planned, with_experiments
from db.queries.stations.queue import is_held
from db.terms import PlanState

MAX_ID = 2**32 - 1
MAX_OFFERED = 500
MAX_NAMED = 20


@dataclass(frozen=True)
class ConfirmedOn:
    """A station on which somebody has confirmed the battery."""

    station_id: int
    station: str
    user_name: str
    at: datetime


@dataclass(frozen=True)
class UnderWay:
    """An experiment that runs, is paused or waits."""

    id: int
    name: str
    status: str


@dataclass(frozen=True)
class BatteryFacts:
    """A battery; `kept_because` says what keeps it from being deleted, "" for nothing."""

    id: int
    battery: NewBattery
    confirmed: tuple[ConfirmedOn, ...]
    under_way: tuple[UnderWay, ...]
    kept_because: str


def battery_details(database: Database, battery_id: int) -> BatteryFacts:
    """Return a battery; raises NotFoundError."""
    with database.read() as session:
        battery = session.get(Battery, battery_id) if 0 < battery_id <= MAX_ID else None
        if battery is None:
            raise NotFoundError(f"There is no battery {battery_id}.")
        return BatteryFacts(
            id=battery.id,
            battery=description_of(session, battery),
            confirmed=_confirmed(session, battery_id),
            under_way=experiments_under_way(session, battery_id),
            kept_because=what_refers_to(session, battery_id),
        )


def battery_limits(database: Database, battery_id: int) -> BatteryLimits:
    """Return what a battery allows, to compare a file's measures with; raises NotFoundError."""
    battery = battery_details(database, battery_id).battery
    return BatteryLimits(
        least_v=battery.voltage_min_v,
        most_v=battery.voltage_max_v,
        most_a=max(abs(battery.current_min_a), abs(battery.current_max_a)),
        capacity_ah=battery.capacity_ah,
    )


def battery_descriptions(database: Database, ids: Collection[int]) -> dict[int, NewBattery]:
    """Return what batteries are, by their ids; one that does not exist is left out."""
    with database.read() as session:
        return descriptions(session, ids)


def largest_of_battery(database: Database, experiment_id: int) -> tuple[float, float]:
    """Return the largest current (A) either way and voltage (V) of an experiment's battery.

    0 where it has none.
    """
    limits = (Battery.current_min_ma, Battery.current_max_ma, Battery.voltage_max_mv)
    statement = select(*limits).join(Experiment, Experiment.battery_id == Battery.id)
    with database.read() as session:
        row = session.execute(statement.where(Experiment.id == experiment_id)).one_or_none()
    if row is None:
        return 0.0, 0.0
    low_ma, high_ma, most_mv = row
    return max(abs(low_ma), abs(high_ma)) / 1000, most_mv / 1000


def experiments_under_way(session: Session, battery_id: int) -> tuple[UnderWay, ...]:
    """Return the experiments of a battery that run, are paused, queued or held."""
    rows = session.execute(
        select(Experiment.id, Experiment.name, Experiment.status)
        .where(Experiment.battery_id == battery_id, Experiment.status.in_(NOT_ENDED))
        .order_by(Experiment.id)
    )
    held = session.execute(
        select(Plan.experiment_id, Plan.name)
        .where(Plan.battery_id == battery_id, is_held())
        .order_by(Plan.id)
    )
    return (
        *(UnderWay(id_, name, str(status).lower()) for id_, name, status in rows),
        *(UnderWay(id_, name, str(PlanState.HELD)) for id_, name in held),
    )


def busy_words(busy: Sequence[UnderWay]) -> str:
    """Say which experiments need the battery as it is, and what to do."""
    first = busy[0]
    named = f"experiment {first.id} ({first.name})"
    others = f" and {len(busy) - 1} more" if len(busy) > 1 else ""
    are = "are" if others else "is"
    word = "not finished" if others else first.status
    return f"{named}{others} {are} {word}. Change them when nothing runs or waits on this battery."


def what_refers_to(session: Session, battery_id: int) -> str:
    """Say what keeps a battery from being deleted; blank if nothing does."""
    if words := with_experiments(session, Experiment.battery_id, [battery_id]):
        return f"{words} Only a battery without experiments can be deleted."
    if words := battery_planned(session, battery_id):
        return words
    if confirmed := _confirmed(session, battery_id):
        return f"It is confirmed on {confirmed[0].station}. Confirm another battery there first."
    return ""


def _confirmed(session: Session, battery_id: int) -> tuple[ConfirmedOn, ...]:
    rows = session.execute(
        select(
            CyclerStation.id,
            CyclerStation.name,
            ConfirmedBattery.user_name,
            ConfirmedBattery.confirmed_at,
        )
        .join(ConfirmedBattery, ConfirmedBattery.station_id == CyclerStation.id)
        .where(ConfirmedBattery.battery_id == battery_id)
        .order_by(CyclerStation.name)
    )
    return tuple(ConfirmedOn(*row) for row in rows)


@dataclass(frozen=True)
class BatteryChoice:
    """A battery as it is offered."""

    id: int
    name: str
    serial_number: str
    technology: Technology


def battery_choices(database: Database) -> tuple[BatteryChoice, ...]:
    """Return all batteries, by name."""
    with database.read() as session:
        return tuple(
            _choice(battery)
            for battery in session.scalars(
                select(Battery).order_by(Battery.name, Battery.serial_number)
            )
        )


def find_battery(database: Database, id_or_name: str) -> BatteryChoice:
    """Return the battery of an id or a name.

    Raises NotFoundError for an unknown one, InputError for a name that several batteries have.
    """
    with database.read() as session:
        found = session.scalars(select(Battery).where(Battery.name == id_or_name)).all()
        if not found and id_or_name.isascii() and id_or_name.isdigit() and len(id_or_name) < 10:
            found = session.scalars(select(Battery).where(Battery.id == int(id_or_name))).all()
        if not found:
            raise NotFoundError(
                f"There is no battery '{id_or_name}'. Give the id or the name of one that exists."
            )
        if len(found) > 1:
            raise InputError(f"Several batteries are named '{id_or_name}': {_ids(found)}.")
        return _choice(found[0])


def battery_named_in(database: Database, text: str) -> BatteryChoice:
    """Return the battery whose name, serial number or id a text is, in capitals or not.

    Raises NotFoundError where there is none, InputError naming them where there are several.
    """
    same = text.strip().lower()
    is_it = (func.lower(Battery.name) == same) | (func.lower(Battery.serial_number) == same)
    if same.isascii() and same.isdigit() and int(same) <= MAX_ID:
        is_it |= Battery.id == int(same)
    with database.read() as session:
        found = session.scalars(select(Battery).where(is_it).order_by(Battery.id)).all()
        if not found:
            names = session.scalars(
                select(Battery.name).distinct().order_by(Battery.name).limit(MAX_NAMED + 1)
            ).all()
            more = ", ..." if len(names) > MAX_NAMED else ""
            raise NotFoundError(
                f"No battery has '{text}' as its name, serial number or id. "
                f"There are: {', '.join(names[:MAX_NAMED])}{more}."
            )
        if len(found) > 1:
            named = ", ".join(
                f"{one.id} ({one.name}, SN {one.serial_number})" for one in found[:MAX_NAMED]
            )
            raise InputError(f"'{text}' is the name, serial number or id of several: {named}.")
        return _choice(found[0])


def manufacturers(database: Database) -> tuple[str, ...]:
    """Return the manufacturers that batteries have, by name; the first 500."""
    return _known(database, select(Battery.manufacturer).order_by(Battery.manufacturer))


def battery_models(database: Database, manufacturer: str) -> tuple[str, ...]:
    """Return the models of a manufacturer, those of all without one; the first 500."""
    models = select(Battery.model).order_by(Battery.model)
    made = printable(manufacturer)
    return _known(database, models.where(Battery.manufacturer == made) if made else models)


def registered_as(
    database: Database, name: str, manufacturer: str, model: str, serial_number: str
) -> int | None:
    """Return the battery with these four, which are unique together; None if there is none."""
    with database.read() as session:
        return session.scalar(
            select(Battery.id).where(
                Battery.name == printable(name),
                Battery.manufacturer == printable(manufacturer),
                Battery.model == printable(model),
                Battery.serial_number == printable(serial_number),
            )
        )


def _known(database: Database, query: Select[str]) -> tuple[str, ...]:
    with database.read() as session:
        return tuple(session.scalars(query.distinct().limit(MAX_OFFERED)))


def _choice(battery: Battery) -> BatteryChoice:
    return BatteryChoice(battery.id, battery.name, battery.serial_number, battery.technology)


def _ids(batteries: Sequence[Battery]) -> str:
    listed = ", ".join(f"{battery.id} (SN {battery.serial_number})" for battery in batteries)
    return f"give one of their ids {listed}"
