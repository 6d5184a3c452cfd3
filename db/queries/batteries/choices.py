"""Batteries, as a choice in forms and on the command line, and what forms know of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select

from cycling.errors import InputError, NotFoundError
from cycling.terms import Technology
from db.engine import Database
from db.models import Battery
from db.models.battery_rows import shown

MAX_OFFERED = 500


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


def known_manufacturers(database: Database) -> tuple[str, ...]:
    """Return the manufacturers that batteries have, by name; the first 500."""
    return _known(database, select(Battery.manufacturer).order_by(Battery.manufacturer))


def known_models(database: Database, manufacturer: str) -> tuple[str, ...]:
    """Return the models of a manufacturer, those of all without one; the first 500."""
    models = select(Battery.model).order_by(Battery.model)
    made = shown(manufacturer)
    return _known(database, models.where(Battery.manufacturer == made) if made else models)


def registered_as(
    database: Database, name: str, manufacturer: str, model: str, serial_number: str
) -> int | None:
    """Return the battery with these four, which are unique together; None if there is none."""
    with database.read() as session:
        return session.scalar(
            select(Battery.id).where(
                Battery.name == shown(name),
                Battery.manufacturer == shown(manufacturer),
                Battery.model == shown(model),
                Battery.serial_number == shown(serial_number),
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
