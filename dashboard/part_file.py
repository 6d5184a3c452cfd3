"""A file that is being received: it has its place on the disk from the first byte on."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from cycling.errors import InputError

BLOCK_BYTES = 512  # in which systems count what a file takes
NO_ROOM = "The server's disk is nearly full. Nothing was kept. Tell an admin."
SUFFIX = ".part"


@contextmanager
def part_file(path: Path, length: int, min_free_bytes: int) -> Iterator[IO[bytes]]:
    """Open a new file of this length; in the end it gets its name, or nothing is left of it.

    Raises InputError if less than `min_free_bytes` would be free once all that is under way has
    come, here and in other processes. Each writes down first what it will take, and then looks:
    so of two at once, one at least sees the other. A lock says that its process still lives.
    """
    partial = path.with_suffix(SUFFIX)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("xb") as file:
            with suppress(OSError):  # a network share may know no locks
                fcntl.flock(file, fcntl.LOCK_EX)
            file.truncate(length)
            if free_bytes(path.parent) < min_free_bytes:
                raise InputError(
                    "The server's disk is nearly full. Nothing was kept. Tell an admin."
                )
            yield file
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def free_bytes(folder: Path) -> int:
    """Return what will be free on a folder's disk when all uploads under way are there.

    Less for a moment where they come meanwhile, but never more: what is free is looked at last.
    """
    missing = sum(_missing_bytes(part) for part in folder.glob(f"*{SUFFIX}"))
    return shutil.disk_usage(folder).free - missing


def _missing_bytes(part: Path) -> int:
    """Return what has still to come of a file; nothing if the process that received it is gone."""
    try:
        with part.open("rb") as file:
            if not _is_locked(file):
                return 0
        state = part.stat()
    except OSError:  # it is complete, or given up
        return 0
    return max(0, state.st_size - state.st_blocks * BLOCK_BYTES)


def _is_locked(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    return False
