"""The few numbers that stand above a cycle table."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.cycles.retention import cycles_to
from cycling.analysis.cycles.table import CycleTable

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LAST_CYCLES = 10
END_OF_LIFE_PCT = 80.0


@dataclass(frozen=True)
class Summary:
    """Numbers of a table; None where there is none.

    `cycles` are complete ones. `last_cycle` is the number of the last one of them of the main rate
    class after formation, `last_capacity_ah` and `retention_pct` are its own, `mean_ce_pct` is the
    mean over the last ten such cycles that are even (`mean_rows`), `cycles_to_80` where they fall
    below 80 % for good.
    """

    cycles: int
    last_cycle: int | None
    first_ce_pct: float | None
    last_capacity_ah: float | None
    retention_pct: float | None
    mean_ce_pct: float | None
    cycles_to_80: float | None
    equivalent_full_cycles: float | None
    rate_class: str


def summary(table: CycleTable) -> Summary:
    """Return the numbers above a table; retention and fade are of its main rate class."""
    ageing = np.flatnonzero(table.is_ageing)
    number = table.number[ageing].astype(float)
    return Summary(
        cycles=int(table.is_complete.sum()),
        last_cycle=int(table.number[ageing[-1]]) if len(ageing) else None,
        first_ce_pct=_first(table.ce_pct[table.is_complete]),
        last_capacity_ah=_last(table.discharge.ah[ageing]),
        retention_pct=_last(table.retention_pct[ageing]),
        mean_ce_pct=_mean(table.ce_pct[mean_rows(table)]),
        cycles_to_80=cycles_to(END_OF_LIFE_PCT, number, table.retention_pct[ageing]),
        equivalent_full_cycles=_last(table.equivalent_full_cycles),
        rate_class=table.rate_class.label(int(ageing[0])) if len(ageing) else "",
    )


def mean_rows(table: CycleTable) -> Ints:
    """Return the rows of a table whose CE the mean is of.

    The last ten complete cycles of the main rate class, without formation, missing time, a first
    one that began partly charged (it would say 198 % of a cell that was half full), and those that
    have two discharges or charges of one of the other.
    """
    which = table.is_ageing & ~table.is_uneven & np.isfinite(table.ce_pct)
    return np.flatnonzero(which)[-LAST_CYCLES:]


def _first(values: Floats) -> float | None:
    return float(values[0]) if len(values) and np.isfinite(values[0]) else None


def _last(values: Floats) -> float | None:
    return float(values[-1]) if len(values) and np.isfinite(values[-1]) else None


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if len(values) else None
