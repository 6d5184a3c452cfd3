"""Where an experiment comes from: its file and its database."""

from pathlib import Path

from sqlalchemy import select

from db.engine import Database
from db.models import ImportSource

ENGINES = {"sqlite": "SQLite", "mysql": "MySQL or MariaDB", "mariadb": "MariaDB"}


def source_sha256(database: Database, experiment_id: int) -> str | None:
    """Return the SHA-256 of the file that an experiment was imported from."""
    with database.read() as session:
        return session.scalar(
            select(ImportSource.sha256).where(
                ImportSource.experiment_id == experiment_id, ImportSource.published_at.is_not(None)
            )
        )


def database_name(database: Database) -> str:
    """Return kind and name of the database; neither folder, host nor user."""
    url = database.engine.url
    name = url.database or ""
    if database.is_sqlite:
        name = Path(name).name
    return f"{ENGINES.get(database.engine.dialect.name, 'Database')} {name}".strip()
