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

    def sums(self, name: str) -> Floats:
        """Return a column of `SUMMED`, such as `duration_s` or `charge_as`."""
        return self.table.sums[:, SUMMED.index(name)]

    def hours(self, name: str) -> Floats:
        """Return a column of As as Ah, of Ws as Wh."""
        return self.sums(name) / HOUR_S


def joined(parts: Sequence[StepRows]) -> StepRows:
    """Put parts below each other; rows that go on are added to the step before them."""
    parts = [one for one in parts if len(one)] or list(parts[:1])
    table = StepTable(
        np.concatenate([one.table.key for one in parts]),
        np.concatenate([one.table.sums for one in parts]),
        np.concatenate([one.table.lowest for one in parts]),
        np.concatenate([one.table.highest for one in parts]),
    )
    instruction = np.concatenate([one.instruction for one in parts])
    rows = StepRows(table, instruction, below([one.ends for one in parts]))
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
        instruction=instruction[starts],
        ends=rows.ends.joined(starts),
    )
