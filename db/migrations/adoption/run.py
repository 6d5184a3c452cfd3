"""Carrying a plan out."""

from collections.abc import Callable

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from cycling.errors import InputError, UnavailableError
from db.migrations.adoption.blocking import TIMED_OUT, code, held, try_locks
from db.migrations.adoption.plan import Plan
from db.migrations.adoption.steps import Step

LOCK_WAIT_S = 10
# Nothing may be cut or guessed, and an id of 0 stays 0.
STRICT = "STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION"
DATA = (1062, 1138, 1264, 1265, 1292, 1366, 1406, 1452)  # a row that came after the checks


def adopt(connection: Connection, plan: Plan, tell: Callable[[str], None]) -> None:
    """Carry a plan out, statement by statement; raises UnavailableError while a table is held."""
    connection.exec_driver_sql(f"SET SESSION lock_wait_timeout = {LOCK_WAIT_S}")
    connection.exec_driver_sql(f"SET SESSION innodb_lock_wait_timeout = {LOCK_WAIT_S}")
    connection.exec_driver_sql(f"SET SESSION sql_mode = '{STRICT}'")
    try_locks(connection, plan.tables)
    for number, (step, seconds) in enumerate(zip(plan.steps, plan.seconds, strict=True), 1):
        about = f" ({seconds:.0f} s or more)" if seconds >= 2 else ""
        tell(f"{number} of {len(plan.steps)}  {step.table}: {step.says}{about}")
        _carry_out(connection, step)


def _carry_out(connection: Connection, step: Step) -> None:
    try:
        connection.exec_driver_sql(step.statement.replace("%", "%%"))
    except DBAPIError as error:
        so_far = "What is done stays done."
        if code(error) == TIMED_OUT:
            raise UnavailableError(held(connection, so_far)) from error
        if code(error) in DATA:
            reason = error.orig.args[-1] if error.orig else error
            raise InputError(
                f"{step.table} could not be changed: {reason}. {so_far} "
                "Correct that row and run bem db upgrade again."
            ) from error
        raise
