"""A copy of an SQLite database that is in use."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from cycling.errors import InputError
from db.engine import Database

PAGES_AT_ONCE = 2_000  # others may write between two steps


def back_up(database: Database, target: Path) -> None:
    """Copy the database into a new file, whole or not at all. Raises InputError."""
    if not database.is_sqlite:
        raise InputError(
            "This copies SQLite databases only. On MySQL and MariaDB use mysqldump or "
            "mariadb-dump; deploy/database/backup.sh calls them."
        )
    if target.exists():
        raise InputError(f"{target} is there already. Name a new file.")
    part = target.with_name(f".{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        with (
            closing(sqlite3.connect(str(database.engine.url.database))) as source,
            closing(sqlite3.connect(part)) as copy,
        ):
            source.backup(copy, pages=PAGES_AT_ONCE)
        part.replace(target)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise InputError(f"{target} cannot be written ({error}).") from error
