"""Instruments' files that stay beside their experiments, in the data folder under their hashes.

Experiments of the same file share it. It goes with the last of them.
"""

import hashlib
import os
import shutil
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from cycling.errors import InputError
from db.engine import Database
from db.models import ImportFile, ImportSource

UNUSED_FOR = timedelta(days=1)  # longer than an import takes, whose row comes at its end


def kept_path(data_dir: Path, sha256: str) -> Path:
    """Return where a file lies."""
    return data_dir / "kept" / sha256


def keep_file(file: Path, data_dir: Path, sha256: str) -> None:
    """Copy a file beside the others. Raises InputError where it is not what its hash says."""
    target = kept_path(data_dir, sha256)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if target.exists():
        os.utime(target)
        return
    part = target.with_name(f"{sha256}.{os.getpid()}.part")
    try:
        shutil.copyfile(file, part)
        part.chmod(0o600)
        with part.open("rb") as opened:
            if hashlib.file_digest(opened, "sha256").hexdigest() != sha256:
                raise InputError(f"{file.name} was changed while it was imported. Try again.")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def remove_kept(database: Database, data_dir: Path, experiment_id: int) -> None:
    """Remove the files of an experiment that is being deleted, as far as no other has them."""
    kept = ImportFile.kept.is_(True)
    own = select(ImportFile.sha256).where(ImportFile.experiment_id == experiment_id, kept)
    with database.read() as session:
        hashes = set(session.scalars(own))
        others = select(ImportFile.sha256).where(ImportFile.experiment_id != experiment_id, kept)
        under_way = select(ImportSource.sha256).where(ImportSource.published_at.is_(None))
        used = set(session.scalars(others.where(ImportFile.sha256.in_(hashes))))
        used |= set(session.scalars(under_way.where(ImportSource.sha256.in_(hashes))))
    for sha256 in hashes - used:
        kept_path(data_dir, sha256).unlink(missing_ok=True)


def sweep_kept(database: Database, data_dir: Path) -> int:
    """Remove files that no experiment has: of imports that broke off; return how many."""
    before = time.time() - UNUSED_FOR.total_seconds()
    folder = data_dir / "kept"
    old = [path for path in folder.glob("*") if path.is_file() and path.stat().st_mtime < before]
    if not old:
        return 0
    with database.read() as session:
        used = set(session.scalars(select(ImportFile.sha256).where(ImportFile.kept.is_(True))))
    strays = [path for path in old if path.name not in used]
    for path in strays:
        path.unlink(missing_ok=True)
    return len(strays)
