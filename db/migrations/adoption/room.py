"""How long an adoption takes, and how much room on the server's disk it needs."""

import os
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Connection

from db.migrations.adoption.shape import Shape, Shapes
from db.migrations.adoption.steps import Step

# Measured on two cores with nothing else to do: seconds for a row, whole copies with their keys.
SECONDS = {"GenericMeasures": 2e-6, "ExtendedMeasures": 2.8e-6, "Status": 2e-6}
SECONDS_OTHERS = 1e-5
BUSY = 8  # times as long, measured on the same cores when ten others wanted them
SECONDS_STEP = 0.05
WIDTH = {"int": 4, "double": 8, "datetime": 8, "enum": 1, "smallint": 2, "date": 3}
ROW_BYTES = 25  # what the server keeps beside the columns
LOOSE = 1.6  # pages that were filled in another order are not full
LOCAL = ("", "localhost", "127.0.0.1", "::1")


def seconds(step: Step, have: Shapes) -> float:
    """Estimate how long a step takes."""
    if not step.copies:
        return SECONDS_STEP
    return SECONDS_STEP + have[step.table].rows * SECONDS.get(step.table, SECONDS_OTHERS)


def bytes_needed(steps: Iterable[Step], have: Shapes, want: Shapes) -> int:
    """Return the size of the largest copy: tables are copied one after the other."""
    copies = {step.table for step in steps if step.copies}
    return max((_copy_bytes(have[name], want[name]) for name in copies), default=0)


def _copy_bytes(has: Shape, wants: Shape) -> int:
    width = sum(WIDTH.get(column.kind, 0) for column in wants.columns.values())
    return max(int(has.rows * (width + ROW_BYTES) * LOOSE), has.size_bytes)


def bytes_free(connection: Connection) -> int | None:
    """Return the room on the server's disk, None where this program cannot see it."""
    if connection.engine.url.host not in (None, *LOCAL):
        return None
    folder = Path(str(connection.exec_driver_sql("SELECT @@datadir").scalar()))
    name = str(connection.engine.url.database)
    try:
        if not (folder / name).is_dir():  # a server in a container has another disk
            return None
        disk = os.statvfs(folder)
    except OSError:
        return None
    return disk.f_bavail * disk.f_frsize
