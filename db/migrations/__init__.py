"""Alembic migrations, and the check that a database is at our revision.

Alembic itself is loaded for an upgrade only: it takes longer than everything else that a command
needs. The check knows the revisions by the names of their files.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from cycling.errors import InputError
from db.engine import Database

HERE = Path(__file__).parent
ADOPT = (
    "This is the database of the WattRex application. bem db upgrade changes it in place; "
    "bem db upgrade --dry-run says what it would do. Read docs/migrating.md first."
)

Adopt = Callable[[Connection], None]
LOG = logging.getLogger("bem.db")
LOOK_AGAIN_S = 5
NAME_LENGTH = 64


def upgrade(database: Database, adopt: Adopt | None = None) -> str:
    """Bring the database to our revision and return that revision.

    A database of the WattRex application is handed to `adopt`, and refused without it. Raises
    InputError for a database of a newer version and for one that is of neither.
    """
    with alone(database) as connection:
        state = revision(database)
        if state is None:
            _give_it_our_shape(connection, adopt)
            connection.rollback()  # SQLite: what was read ends before Alembic writes
        _run_alembic(database, state)
    return head()


def outlook(database: Database) -> list[str]:
    """Say what `upgrade` would do, and change nothing."""
    from db.migrations.adoption import Kind, kind_of, make_plan, refusal

    present = revision(database)
    if present is not None and present not in known_revisions():
        raise InputError(_unknown(present))
    if present is not None:
        return [f"The database is at revision {present}, and would be brought to {head()}."]
    with database.changing.connect() as connection:
        kind = kind_of(connection)
        if kind is Kind.FOREIGN:
            raise InputError(refusal(connection))
        if kind is Kind.OLD:
            plan = make_plan(connection)
            statements = [f"{step.statement};" for step in plan.steps]
            return [*plan.explanation(), "The statements:", *statements]
    return [f"Our tables would be made, at revision {head()}."]


def _give_it_our_shape(connection: Connection, adopt: Adopt | None) -> None:
    from db.migrations.adoption import Kind, kind_of, refusal

    kind = kind_of(connection)
    if kind is Kind.FOREIGN:
        raise InputError(refusal(connection))
    if kind is Kind.OLD:
        if adopt is None:
            raise InputError(ADOPT)
        adopt(connection)


def _run_alembic(database: Database, state: str | None) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(HERE))
    with database.changing.connect() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise InputError(_unknown(state)) from error


def check(database: Database) -> None:
    """Raise InputError unless the database is at the revision of this program."""
    present = revision(database)
    if present == head():
        return
    if present is None:
        raise InputError(_not_ours_yet(database))
    if present not in known_revisions():
        raise InputError(_unknown(present))
    raise InputError(
        f"The database is at revision {present}; this program needs {head()}. Run: bem db upgrade"
    )


def head() -> str:
    """Return the newest revision that this program knows."""
    return max(known_revisions())


def known_revisions() -> set[str]:
    """Return every revision that this program can upgrade from."""
    return {file.name.partition("_")[0] for file in (HERE / "versions").glob("[0-9]*_*.py")}


def revision(database: Database) -> str | None:
    """Return the revision of a database, None if it has no tables of ours."""
    with database.read() as session:
        if not inspect(session.connection()).has_table("alembic_version"):
            return None
        present: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
        return present


def _not_ours_yet(database: Database) -> str:
    from db.migrations.adoption import Kind, kind_of, refusal

    with database.engine.connect() as connection:
        kind = kind_of(connection)
        if kind is Kind.FOREIGN:
            return refusal(connection)
    return (
        ADOPT if kind is Kind.OLD else "The database has no tables of ours yet. Run: bem db upgrade"
    )


def _unknown(present: str | None) -> str:
    first = min(known_revisions())
    if present is not None and present < first:
        return (
            f"The database is at revision {present}, of a version before the first release. "
            f"Bring it to revision {first} with bem db upgrade of the last such version, or begin "
            "with an empty database and import the files again."
        )
    return (
        f"The database is at revision {present}, which this program does not know: "
        "a newer version made it. Install that version, or restore a backup."
    )


@contextmanager
def alone(database: Database) -> Iterator[Connection]:
    """A connection that commits each statement, and no other upgrade of this database meanwhile.

    The server keeps the lock while it still carries out the last statement of a command that was
    killed; the next one waits for that.
    """
    engine = database.changing
    if not database.is_sqlite:
        engine = engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        try:
            if not database.is_sqlite:
                name = f"bem upgrade {database.engine.url.database}"
                _wait_for_turn(connection, name[:NAME_LENGTH])
            yield connection
        finally:
            connection.invalidate()  # closes it: what it has set and locked ends with it


def _wait_for_turn(connection: Connection, name: str) -> None:
    seconds = 0
    while True:
        try:
            got = connection.exec_driver_sql("SELECT GET_LOCK(%s, %s)", (name, seconds)).scalar()
        except DBAPIError:
            return  # a cluster that has no such locks
        if got:
            return
        if not seconds:
            LOG.warning(
                "Another upgrade of this database runs, or one was interrupted and the server "
                "still carries out its last statement. Waiting for it."
            )
        seconds = LOOK_AGAIN_S
