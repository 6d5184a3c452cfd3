"""Registering batteries."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cycling.battery.description import NewBattery, problems
from cycling.errors import ConflictError, InputError
from db.commands import audit
from db.commands.audit import By
from db.engine import Database
from db.models import Battery, BatteryDetails
from db.models.battery_rows import detail_values, fixed_values, kind_table, kind_values, shown
from db.repeating import repeated

__all__ = ["NewBattery", "add_battery", "check_battery", "registered_already"]


@repeated
def add_battery(database: Database, new: NewBattery, *, by: By) -> int:
    """Register a battery and return its BatID.

    Raises InputError for the first field that is wrong, ConflictError if the battery exists.
    """
    check_battery(new)
    try:
        with database.write() as session:
            battery_id = _insert(session, new)
            audit.record(
                session,
                by,
                "add battery",
                f"battery {battery_id}",
                {"name": shown(new.name), "serial_number": shown(new.serial_number)},
            )
            return battery_id
    except IntegrityError as error:
        raise registered_already(new) from error


def check_battery(new: NewBattery) -> None:
    """Raise InputError for the first field that is wrong."""
    for problem in problems(new):
        raise InputError(problem.text)


def registered_already(new: NewBattery) -> ConflictError:
    """Return the error for a battery that has the name and numbers of another one."""
    return ConflictError(
        f"{shown(new.name)} by {shown(new.manufacturer)}, model {shown(new.model)}, serial number "
        f"{shown(new.serial_number)} is registered already. Choose it, or change the serial number."
    )


def _insert(session: Session, new: NewBattery) -> int:
    battery = Battery(**fixed_values(new))
    session.add(battery)
    session.flush()
    session.add_all(
        [
            kind_table(new.technology)(battery_id=battery.id, **kind_values(new)),
            BatteryDetails(battery_id=battery.id, **detail_values(new)),
        ]
    )
    session.flush()
    return battery.id
