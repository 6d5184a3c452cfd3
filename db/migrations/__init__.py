"""Alembic migrations, and the check that a database is at our revision.

Alembic itself is loaded for an upgrade only: it takes longer than everything else that a command
needs. The check knows the revisions by the names of their files.
"""

from pathlib import Path

from sqlalchemy import Engine, inspect, text

from cycling.errors import InputError
from db.engine import Database

HERE = Path(__file__).parent
WATTREX_TABLES = {"Experiment", "GenericMeasures", "CyclerStation"}


def upgrade(database: Database) -> str:
    """Bring the database to our revision and return that revision.

    Raises InputError for a database of a newer version and for one that an old application made.
    """
    state = revision(database)
    _refuse_foreign(database.engine, state)
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(HERE))
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise InputError(_too_new(state)) from error
    return head()


def check(database: Database) -> None:
    """Raise InputError unless the database is at the revision of this program."""
    found = revision(database)
    if found == head():
        return
    if found is None:
        raise InputError("The database has no tables of ours yet. Run: bem db upgrade")
    if found not in known_revisions():
        raise InputError(_too_new(found))
    raise InputError(
        f"The database is at revision {found}; this program needs {head()}. Run: bem db upgrade"
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
        found: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
        return found


def _too_new(found: str | None) -> str:
    return (
        f"The database is at revision {found}, which this program does not know: "
        "a newer version made it. Install that version, or restore a backup."
    )


def _refuse_foreign(engine: Engine, found: str | None) -> None:
    if found is not None:
        return
    names = set(inspect(engine).get_table_names())
    interrupted = any(name.startswith("bem_") for name in names)  # an upgrade of ours goes on
    if names >= WATTREX_TABLES and not interrupted:
        raise InputError(
            "This database was made by another application. "
            "This version cannot adopt it yet; give an empty database."
        )
