"""Steps as executed, in their order, each a row of sums, extremes and ends."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.ends import Ends, below, no_ends
from cycling.analysis.step_totals import StepTotals
from cycling.analysis.totals import HOUR_S, SUMMED, StepTable

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PENDING = 1_000  # blocks that wait to be joined
EXECUTIONS = SUMMED.index("executions")


@dataclass(frozen=True)
class StepRows:
    """Steps as executed, shapes (steps,); the cycle of each is the key of `table`.

    A first row with no execution goes on with the last step of what stands before.
    """

    table: StepTable
    instruction: Floats
    ends: Ends

    @classmethod
    def nothing(cls, width: int) -> "StepRows":
        """Return no steps, with so many sums each."""
        return cls(StepTable.of([], "cycle", width), np.empty(0), no_ends())

    @classmethod
    def of(cls, parts: Iterable[StepTotals], width: int) -> "StepRows":
        """Return the steps of blocks that follow each other."""
        rows, waiting = cls.nothing(width), list[StepTotals]()
        for part in parts:
            waiting.append(part)
            if len(waiting) == PENDING:
                rows, waiting = joined([rows, cls._of(waiting, width)]), []
        return joined([rows, cls._of(waiting, width)])

    @classmethod
    def _of(cls, parts: Sequence[StepTotals], width: int) -> "StepRows":
        if not parts:
            return cls.nothing(width)
        return cls(
            StepTable.of(parts, "cycle", width),
            np.concatenate([one.instruction for one in parts]),
            below([one.ends for one in parts]),
        )

    def __len__(self) -> int:
        """How many they are."""
        return len(self.instruction)

    @property
    def cycle(self) -> Floats:
        """The cycle that the samples name, NaN where they name none."""
        return self.table.key

    @property
    def first_row(self) -> Ints:
        """The place of each step's first sample among all of them."""
        samples = self.sums("samples")
        return np.round(np.cumsum(samples) - samples).astype(np.int64)

    @property
    def end_row(self) -> Ints:
        """The place after its last one."""
        return np.round(np.cumsum(self.sums("samples"))).astype(np.int64)

    def part(self, first: int, end: int) -> "StepRows":
        """Return some of them, from one to before another."""
        table, which = self.table, slice(first, end)
        columns = (table.key, table.sums, table.lowest, table.highest)
        return StepRows(
            StepTable(*(column[which] for column in columns)),
            self.instruction[which],
            self.ends.part(first, end),
        )

    def sums(self, name: str) -> Floats:
        """Return a column of `SUMMED`, such as `duration_s` or `charge_as`."""
        return self.table.sums[:, SUMMED.index(name)]

    def hours(self, name: str) -> Floats:
        """Return a column of As as Ah, of Ws as Wh."""
        return self.sums(name) / HOUR_S


def appended(*parts: StepRows) -> StepRows:
    """Return what `joined` does of parts each of which was joined: there is work at edges only."""
    parts = tuple(one for one in parts if len(one)) or parts[:1]
    pieces, open_end = list[StepRows](), parts[0]
    for then in parts[1:]:
        last = len(open_end) - 1
        edge = joined([open_end.part(last, last + 1), then.part(0, 1)])
        pieces += [open_end.part(0, last)] if last else []
        if len(then) > 1:
            pieces.append(edge)
            open_end = then.part(1, len(then))
        else:
            open_end = edge
    return _below([*pieces, open_end])


def joined(parts: Sequence[StepRows]) -> StepRows:
    """Put parts below each other; rows that go on are added to the step before them."""
    rows = _below([one for one in parts if len(one)] or list(parts[:1]))
    table = rows.table
    begins = table.sums[:, EXECUTIONS] > 0
    begins[:1] = True
    if begins.all():
        return rows
    starts = np.flatnonzero(begins)
    return replace(
        rows,
        table=StepTable(
            table.key[starts],
            np.add.reduceat(table.sums, starts),
            np.fmin.reduceat(table.lowest, starts),
            np.fmax.reduceat(table.highest, starts),
        ),
        instruction=rows.instruction[starts],
        ends=rows.ends.joined(starts),
    )


def _below(parts: Sequence[StepRows]) -> StepRows:
    if len(parts) == 1:
        return parts[0]
    names = ("key", "sums", "lowest", "highest")
    columns = ([getattr(one.table, name) for one in parts] for name in names)
    return StepRows(
        StepTable(*map(np.concatenate, columns)),
        np.concatenate([one.instruction for one in parts]),
        below([one.ends for one in parts]),
    )
