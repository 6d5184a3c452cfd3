"""Carrying a plan out, and saying who holds the tables, so that somebody can let them go."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from cycling.errors import InputError, UnavailableError
from db.failures import code_of
from db.migrations.adoption.plan import Plan
from db.migrations.adoption.steps import Step

LOCK_WAIT_S = 10
# Nothing may be cut or guessed, and an id of 0 stays 0.
STRICT = "STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION"
DATA = (1062, 1138, 1264, 1265, 1292, 1366, 1406, 1452)  # a row that came after the checks
TIMED_OUT = 1205
NO_RIGHT = (1044, 1142, 1227)


def try_locks(connection: Connection, tables: Sequence[str]) -> None:
    """Take and give back the locks that the steps will need; raises UnavailableError.

    So that a cycler that holds one is known before the first table has changed.
    """
    listed = ", ".join(f"`{name}` WRITE" for name in tables)
    try:
        connection.exec_driver_sql(f"LOCK TABLES {listed}")
    except DBAPIError as error:
        if code_of(error) in NO_RIGHT:
            return  # each step waits for its own lock, also briefly
        if code_of(error) != TIMED_OUT:
            raise
        raise UnavailableError(held(connection, "Nothing was changed by this run.")) from error
    finally:
        connection.exec_driver_sql("UNLOCK TABLES")


def held(connection: Connection, so_far: str) -> str:
    """Say who holds the tables and which cyclers to stop."""
    return (
        f"Other programs hold the tables: {_transactions(connection)}. {so_far} "
        "A cycler does that as long as it runs, so stop the cyclers of these stations: "
        f"{_stations(connection)}. Wait until their experiments have ended, because a cycler that "
        "is stopped turns the running and the queued ones to ERROR. Stop the old web application "
        "and the old master node too. Then run bem db upgrade again."
    )


def _transactions(connection: Connection) -> str:
    """Name open transactions of others in this database; not every user may look."""
    try:
        rows = connection.execute(
            text(
                "SELECT p.USER, p.HOST, p.TIME FROM information_schema.INNODB_TRX t"
                " JOIN information_schema.PROCESSLIST p ON p.ID = t.trx_mysql_thread_id"
                " WHERE p.DB = DATABASE() AND p.ID <> CONNECTION_ID() ORDER BY t.trx_started"
            )
        ).fetchall()
    except DBAPIError:
        return "who they are, this database user may not see (it lacks the right PROCESS)"
    found = [f"{user} from {host}, silent for {time} s" for user, host, time in rows]
    return "; ".join(found) or "they cannot be seen"


def _stations(connection: Connection) -> str:
    rows = connection.execute(
        text(
            "SELECT s.CSID, s.Name, u.HostName, u.IP,"
            " (SELECT COUNT(*) FROM Experiment e WHERE e.CSID = s.CSID AND e.Status = 'RUNNING')"
            " FROM CyclerStation s JOIN ComputationalUnit u ON u.CUID = s.CUID"
            " WHERE s.Deprecated = 0 AND s.CSID <> 1 ORDER BY s.CSID"
        )
    ).fetchall()
    found = [
        f"{station} {name!r} on {host} ({ip})" + (", an experiment runs there" if running else "")
        for station, name, host, ip, running in rows
    ]
    return "; ".join(found) or "none is registered"


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
        if code_of(error) == TIMED_OUT:
            raise UnavailableError(held(connection, so_far)) from error
        if code_of(error) in DATA:
            reason = error.orig.args[-1] if error.orig else error
            raise InputError(
                f"{step.table} could not be changed: {reason}. {so_far} "
                "Correct that row and run bem db upgrade again."
            ) from error
        raise
