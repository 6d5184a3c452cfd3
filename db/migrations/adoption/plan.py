"""What an adoption will do, in words, before it does it."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select, table, text

from cycling.errors import InputError
from db.migrations.adoption.changes import changes
from db.migrations.adoption.checks import problems
from db.migrations.adoption.room import BUSY, bytes_free, bytes_needed, seconds
from db.migrations.adoption.shape import present, wanted
from db.migrations.adoption.steps import MEASURE_TABLES, Step, steps

GB = 1e9


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
