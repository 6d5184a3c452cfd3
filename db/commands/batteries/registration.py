"""Registering batteries."""

from sqlalchemy import select
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
def add_battery(
    database: Database, new: NewBattery, *, by: By, form_token: str | None = None
) -> int:
    """Register a battery and return its BatID.

    The same form sent again (its token says so) gives the battery that it made. Raises InputError
    for the first field that is wrong, ConflictError if the battery exists.
    """
    check_battery(new)
    try:
        with database.write() as session:
            battery_id = _insert(session, new, form_token)
            audit.record(
                session,
                by,
                "add battery",
                f"battery {battery_id}",
                {"name": shown(new.name), "serial_number": shown(new.serial_number)},
            )
            return battery_id
    except IntegrityError as error:
        made = _made_by(database, form_token, new)
        if made is None:
            raise registered_already(new) from error
        return made


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


def _insert(session: Session, new: NewBattery, form_token: str | None) -> int:
    battery = Battery(**fixed_values(new))
    session.add(battery)
    session.flush()
    session.add_all(
        [
            kind_table(new.technology)(battery_id=battery.id, **kind_values(new)),
            BatteryDetails(battery_id=battery.id, form_token=form_token, **detail_values(new)),
        ]
    )
    session.flush()
    return battery.id


def _made_by(database: Database, form_token: str | None, new: NewBattery) -> int | None:
    """Return the battery that this form has made already, if it is the one that is asked for."""
    if form_token is None:
        return None
    with database.read() as session:
        return session.scalar(
            select(Battery.id)
            .join(BatteryDetails, BatteryDetails.battery_id == Battery.id)
            .where(
                BatteryDetails.form_token == form_token,
                Battery.name == shown(new.name),
                Battery.manufacturer == shown(new.manufacturer),
                Battery.model == shown(new.model),
                Battery.serial_number == shown(new.serial_number),
            )
        )
