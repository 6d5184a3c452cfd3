"""Whose database it is, and what an adoption will do, how long it takes, how much room it needs."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, func, inspect, select, table, text

from cycling.errors import InputError
from db.migrations.adoption.checks import problems
from db.migrations.adoption.shape import Shape, Shapes, present, wanted
from db.migrations.adoption.steps import (
    MEASURE_TABLES,
    Step,
    differs,
    gets_empty_text,
    steps,
)

GB = 1e9
# Measured on two cores with nothing else to do: seconds for a row, whole copies with their keys.
SECONDS = {"GenericMeasures": 2e-6, "ExtendedMeasures": 2.8e-6, "Status": 2e-6}
SECONDS_OTHERS = 1e-5
BUSY = 8  # times as long, measured on the same cores when ten others wanted them
SECONDS_STEP = 0.05
WIDTH = {"int": 4, "double": 8, "datetime": 8, "enum": 1, "smallint": 2, "date": 3}
ROW_BYTES = 25  # what the server keeps beside the columns
LOOSE = 1.6  # pages that were filled in another order are not full
LOCAL = ("", "localhost", "127.0.0.1", "::1")
MANY = 5  # tables that a sentence names
NOT_EVERYWHERE = {"LinkConfiguration", "RedoxElectrolyte"}  # tables that some have not


@dataclass(frozen=True)
class Plan:
    """What is left to do, and what it takes."""

    steps: tuple[Step, ...]
    seconds: tuple[float, ...]  # of each step
    changes: tuple[str, ...]  # of each table, in words
    bytes_needed: int
    bytes_free: int | None
    experiments: int
    measures: int  # about
    others: tuple[str, ...]  # tables that stay as they are
    under_way: tuple[str, ...]

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that will change."""
        return tuple(dict.fromkeys(step.table for step in self.steps))

    def explanation(self) -> list[str]:
        """Say what will change, and how long it may take."""
        return [
            f"This is a database of the WattRex application: {self.experiments:,} experiments, "
            f"about {self.measures:,} generic and extended measures. It will be changed in place:",
            *self.changes,
            "Then tables are added whose names begin with bem_. No row is removed, all ids and "
            "values stay, and the cyclers and their synchroniser go on with it.",
            *self._left_alone(),
            f"It takes {self._time()}, longer on a slow disk. It may be interrupted: run it again "
            "and it goes on.",
            f"It needs {_size(self.bytes_needed)} on the disk of the database server meanwhile; "
            + self._free(),
            *self._stop_these(),
            "The way back is a backup: docs/migrating.md.",
        ]

    def _time(self) -> str:
        least = sum(self.seconds)
        return f"between {_duration(least)} and, on a busy server, {_duration(BUSY * least)}"

    def _left_alone(self) -> list[str]:
        if not self.others:
            return []
        return [f"These tables are not touched: {', '.join(self.others)}."]

    def _free(self) -> str:
        if self.bytes_free is None:
            return "this program cannot see that disk, so look yourself."
        return f"{_size(self.bytes_free)} are free."

    def _stop_these(self) -> list[str]:
        if not self.under_way:
            return []
        return [
            "Cyclers hold the tables while they run. These stations have experiments that run or "
            f"wait: {'; '.join(self.under_way)}."
        ]


def make_plan(connection: Connection) -> Plan:
    """Work out what is left to do; raises InputError if something must be put right first."""
    have, want = present(connection), wanted()
    if wrong := problems(connection, have, want):
        raise InputError(
            "This database of the WattRex application cannot be adopted yet. Nothing was "
            "changed by this run. " + "".join(f"\n- {one}" for one in wrong)
        )
    left = steps(have, want)
    plan = Plan(
        steps=tuple(left),
        seconds=tuple(seconds(step, have) for step in left),
        changes=tuple(changes(left, have, want)),
        bytes_needed=bytes_needed(left, have, want),
        bytes_free=bytes_free(connection),
        experiments=_count(connection, "Experiment"),
        measures=sum(have[name].rows for name in MEASURE_TABLES[:2]),
        others=tuple(sorted(set(have) - set(want))),
        under_way=tuple(_under_way(connection)),
    )
    if plan.bytes_free is not None and plan.bytes_free < plan.bytes_needed:
        raise InputError(
            f"The disk of the database server has {_size(plan.bytes_free)} free, and the copy of "
            f"the largest table needs {_size(plan.bytes_needed)}. Make room. Nothing was changed "
            "by this run."
        )
    return plan


def _count(connection: Connection, name: str) -> int:
    return connection.scalar(select(func.count()).select_from(table(name))) or 0


def _under_way(connection: Connection) -> list[str]:
    """Name the stations whose cyclers have something to do."""
    return [
        f"{station} {name!r} ({count} of them)"
        for station, name, count in connection.execute(
            text(
                "SELECT s.CSID, s.Name, COUNT(*) FROM Experiment e"
                " JOIN CyclerStation s ON s.CSID = e.CSID"
                " WHERE e.Status IN ('RUNNING', 'PAUSED', 'QUEUED') AND s.Deprecated = 0"
                " GROUP BY s.CSID, s.Name ORDER BY s.CSID"
            )
        )
    ]


def _duration(taken: float) -> str:
    if taken < 90:
        return f"{max(1, round(taken))} s"
    return f"{round(taken / 60)} min" if taken < 5400 else f"{taken / 3600:.1f} h"


def _size(count: int) -> str:
    return f"{count / GB:.1f} GB" if count >= 0.1 * GB else f"{max(1, round(count / 1e6))} MB"


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


def changes(steps: Sequence[Step], have: Shapes, want: Shapes) -> Iterator[str]:
    """Yield a line for each large table, one for all others, and one for indexes that go."""
    tables = list(dict.fromkeys(step.table for step in steps))
    for name in MEASURE_TABLES:
        if name in tables:
            yield f"  {name} (about {have[name].rows:,} rows): {_of_table(have[name], want[name])}"
    others = [name for name in tables if name not in MEASURE_TABLES]
    if others:
        yield (
            f"  {', '.join(others)}: wider numbers, text in full Unicode, times with fractions of "
            "a second, foreign keys and indexes of other names"
        )
    for name in others:
        for column, new in want[name].columns.items():
            if column in have[name].columns and gets_empty_text(have[name].columns[column], new):
                yield f"  {name}.{column} that is NULL becomes an empty text"
    lost = [name for table in tables for name in _own_indexes(have[table], want[table])]
    if lost:
        yield f"  indexes that go, because nothing here uses them: {', '.join(lost)}"


def _of_table(has: Shape, wants: Shape) -> str:
    parts = [f"key ({', '.join(wants.key)})"] if has.key != wants.key else []
    for name, column in wants.columns.items():
        if name not in has.columns:
            parts.append(f"new column {name}")
        elif differs(has.columns[name], column):
            kind = column.kind if column.kind == "enum" else column.type
            parts.append(f"{name} as {kind}{' or NULL' if column.nullable else ''}")
    return ", ".join(parts) or "foreign keys"


def _own_indexes(has: Shape, wants: Shape) -> list[str]:
    """Indexes that have no counterpart: neither for a foreign key nor of the same columns."""
    referring = {key.columns for one in (has, wants) for key in one.references.values()}
    useful = {*wants.unique.values(), *wants.indexes.values(), *referring}
    return [
        f"{name} of {has.name}"
        for name, columns in {**has.unique, **has.indexes}.items()
        if columns not in useful and "_fk_" not in name  # left by an old foreign key
    ]


class Kind(StrEnum):
    """Whose database it is."""

    EMPTY = "empty"
    OURS = "ours"  # also when our first upgrade was interrupted
    OLD = "old"  # of the WattRex application, also when its adoption was interrupted
    FOREIGN = "foreign"


def kind_of(connection: Connection) -> Kind:
    """Tell whose database it is, by its tables and columns."""
    names = set(inspect(connection).get_table_names())
    if not names:
        return Kind.EMPTY
    if "alembic_version" in names or any(name.startswith("bem_") for name in names):
        return Kind.OURS
    if connection.dialect.name == "sqlite" or not names >= _core():
        return Kind.FOREIGN
    have, want = present(connection), wanted()
    if missing_columns(have, want):
        return Kind.FOREIGN
    return Kind.OLD if steps(have, want) else Kind.OURS


def refusal(connection: Connection) -> str:
    """Say why a foreign database is refused."""
    names = sorted(inspect(connection).get_table_names())
    if set(names) >= _core() and connection.dialect.name != "sqlite":
        missing = missing_columns(present(connection), wanted())
        return (
            "This database was made by another application, or by a version of WattRex that is "
            f"not known: it has no {', '.join(missing)}. Nothing was changed."
        )
    shown = ", ".join(names[:MANY]) + (" and others" if len(names) > MANY else "")
    return (
        f"This database was made by another application: it has the tables {shown}. "
        "Nothing was changed. Give an empty database, or that of the WattRex application."
    )


def _core() -> set[str]:
    """Return the tables that every database of the WattRex application has."""
    return wanted().keys() - NOT_EVERYWHERE


def missing_columns(have: Shapes, want: Shapes) -> list[str]:
    """Return the columns that cannot be added, because every row needs a value in them."""
    return [
        f"{name}.{column.name}"
        for name, shape in want.items()
        if name in have
        for column in shape.columns.values()
        if column.name not in have[name].columns and not (column.nullable or column.has_default)
    ]
