"""The data folder of a database: each process that uses it at the start must have the same one."""

import logging
import secrets
import socket
import time
from contextlib import suppress
from pathlib import Path

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from cycling.errors import InputError
from db.engine import OPEN_TO_OTHERS, Database, database_now
from db.models import Lease
from db.repeating import idempotent
from db.statements import insert_missing
from db.terms import DATA_FOLDER, WORKER

LOG = logging.getLogger("bem")

MARK = "folder-id"
TRIES, TRY_EVERY_S = 20, 0.1


def join_data_folder(database: Database, folder: Path, *, replaces: bool = False) -> None:
    """Make the data folder if it is missing, and note it as the one of this database.

    Raises InputError if it is another one than other processes have. With `replaces` it takes the
    place of an earlier one that no worker has any more: of a backup that was put back, say.
    """
    earlier = _noted(database, _id_of(folder), folder, replaces=replaces)
    if earlier is None:
        return
    if not replaces:
        raise InputError(
            f"{folder} is not the data folder that {earlier} has for the same database. Uploaded "
            "files would not be found. Give all web servers and workers the same BEM_DATA_DIR; if "
            "the folder was replaced, end all of them and start a web server first."
        )
    LOG.warning("what=data-folder-replaced by=%r instead_of=%r", str(folder), earlier)


@idempotent
def _noted(database: Database, folder_id: str, folder: Path, *, replaces: bool) -> str | None:
    """Note a folder, and return where another one was noted; a worker that lives keeps that."""
    where = {"path": str(folder), "host": socket.gethostname()[:40]}
    with database.write() as session:
        now = database_now(session)
        values = {"holder": folder_id, "beat_at": now, "expires_at": now, "detail": where}
        insert_missing(session, Lease, [{"name": DATA_FOLDER, "epoch": 1, **values}])
        row = session.get_one(Lease, DATA_FOLDER, with_for_update=True)
        if row.holder == folder_id:
            return None
        earlier = f"{row.detail['host']}:{row.detail['path']}"
        if replaces and _worker_lives(session):
            raise InputError(
                f"{folder} is not the data folder of the workers that run, which is {earlier}. They"
                " would not find uploaded files. Give all the same BEM_DATA_DIR; if the folder was "
                "replaced, end the workers and wait a minute."
            )
        if replaces:
            row.holder, row.detail = folder_id, where
        return earlier


def _worker_lives(session: Session) -> bool:
    workers = Lease.name.startswith(WORKER) & (Lease.expires_at > database_now(session))
    return bool(session.scalar(select(exists().where(workers))))


def _id_of(folder: Path) -> str:
    """Return the number in a data folder, which the first process makes that uses it."""
    file = folder / MARK
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_mode & OPEN_TO_OTHERS:
            LOG.warning("what=open-to-others path=%r said='chmod 700 closes it'", str(folder))
        with suppress(FileExistsError):
            file.touch(mode=0o600, exist_ok=False)
            file.write_text(secrets.token_hex(16))
        for _ in range(TRIES):  # another process may be about to write it
            if text := file.read_text().strip():
                return text[:80]
            time.sleep(TRY_EVERY_S)
    except OSError as error:
        raise InputError(
            f"The data folder {folder} cannot be used ({error.strerror}). "
            "Name another one with BEM_DATA_DIR, or let this user write there."
        ) from error
    raise InputError(f"{file} is empty. Remove it and start again.")
