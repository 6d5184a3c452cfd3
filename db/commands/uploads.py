"""Files that came in through the browser: the row beside the file in the data folder."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select

from cycling.errors import NotFoundError
from db.engine import Database
from db.models import Upload
from db.repeating import idempotent, repeated

KEPT_FOR = timedelta(days=2)


@dataclass(frozen=True)
class UploadedFile:
    """An uploaded file as the import needs it."""

    id: str
    path: Path
    file_name: str
    size_bytes: int
    sha256: str


def upload_path(data_dir: Path, upload_id: str) -> Path:
    """Return where the file of an upload lies. The name that a user gave is never part of it."""
    return data_dir / "uploads" / upload_id


@repeated
def add_upload(
    database: Database,
    *,
    upload_id: str,
    file_name: str,
    size_bytes: int,
    sha256: str,
    user_name: str,
    now: datetime,
) -> None:
    """Remember an upload that is complete on disk."""
    with database.write() as session:
        session.add(
            Upload(
                id=upload_id,
                file_name=file_name,
                size_bytes=size_bytes,
                sha256=sha256,
                user_name=user_name,
                created_at=now,
            )
        )


def find_upload(
    database: Database, data_dir: Path, upload_id: str, *, user_name: str
) -> UploadedFile:
    """Return one's own upload; raises NotFoundError for anybody else's and a swept one."""
    with database.read() as session:
        upload = session.scalar(
            select(Upload).where(Upload.id == upload_id, Upload.user_name == user_name)
        )
    path = upload_path(data_dir, upload_id)
    if upload is None or not path.is_file():
        raise NotFoundError("The uploaded file is not there any more. Choose the file again.")
    return UploadedFile(upload.id, path, upload.file_name, upload.size_bytes, upload.sha256)


def sweep_uploads(database: Database, data_dir: Path, *, now: datetime) -> int:
    """Remove files that nobody came back for; return how many.

    Also those without a row: a web server was killed while it received them.
    """
    with database.read() as session:
        old = session.scalars(select(Upload.id).where(Upload.created_at < now - KEPT_FOR)).all()
    for upload_id in old:
        upload_path(data_dir, upload_id).unlink(missing_ok=True)
        _forget(database, upload_id)
    strays = _strays(database, data_dir, now)
    for path in strays:
        path.unlink(missing_ok=True)
    return len(old) + len(strays)


@idempotent
def _forget(database: Database, upload_id: str) -> None:
    with database.write() as session:
        session.execute(delete(Upload).where(Upload.id == upload_id))


def _strays(database: Database, data_dir: Path, now: datetime) -> list[Path]:
    folder = data_dir / "uploads"
    before = (now - KEPT_FOR).timestamp()
    files = [path for path in folder.glob("*") if path.is_file() and path.stat().st_mtime < before]
    if not files:
        return []
    with database.read() as session:
        ids = set(session.scalars(select(Upload.id)))
    return [path for path in files if path.name not in ids]
