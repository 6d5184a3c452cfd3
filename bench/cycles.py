"""Measuring cycle tables, pulses and dQ/dV from arrays in memory, beside polars."""

import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from plotly.io.json import to_json_plotly

from bench.lines import MEGABYTES, Goal, Limit, Line, Stopwatch
from cycling.analysis.chunk_totals import (
    ChunkTotals,
    Counting,
    add_up,
    merge,
    merge_all,
)
from cycling.analysis.cycles.choices import Choices, Direction, Numbering
from cycling.analysis.cycles.summary import summary
from cycling.analysis.cycles.table import CycleTable, cycle_table
from cycling.analysis.integration import COLUMNS, Samples, samples_of
from cycling.analysis.steps import StepRows
from cycling.analysis.voltage.incremental import bin_v, incremental_capacity
from cycling.analysis.voltage.lines import charge_lines
from pages.experiment.cycles.address import View
from pages.experiment.cycles.drawing import figure_of

Floats = NDArray[np.float64]

CHUNK = 65_536
ROWS_A_CYCLE = 10_000
MANY = 10_000  # cycles that are drawn
NEW = 1_000  # samples that come to what runs
CHOICES = Choices(capacity_ah=3.0)
HOW = Counting(0.0015, has_temperature=True)


@dataclass(frozen=True)
class Cycled:
    """A cell that is cycled, a sample a second: CC, CV, rest, discharge, rest."""

    columns: dict[str, Floats]

    @classmethod
    def of(cls, rows: int) -> "Cycled":
        """Return so many samples, all columns that statistics take."""
        within = np.arange(rows) % ROWS_A_CYCLE / ROWS_A_CYCLE
        ends = (0.35, 0.45, 0.5, 0.9, 1.0)
        step = np.searchsorted(ends, within, side="right")
        number = np.arange(rows) // ROWS_A_CYCLE
        taper = np.exp(-(within - 0.35) * 40)
        which = [step == one for one in range(len(ends))]
        current_a = np.select(which, [np.full(rows, 2.5), 2.5 * taper, 0.0, -2.4, 0.0])
        rise, fall = 3.0 + within * 1.2 / 0.35, 4.1 - (within - 0.5) * 3.0
        voltage_v = np.select(which, [rise, 4.2, 4.15, fall, 3.1])
        columns = {
            "time_s": np.arange(rows, dtype=float),
            "voltage_v": voltage_v,
            "current_a": current_a,
            "instruction": step.astype(float),
            "step": (number * len(ends) + step).astype(float),
            "cycle": number + 1.0,
            "temperature": 25 + within,
        }
        return cls(columns)

    def part(self, first: int, last: int) -> Samples:
        """Return the samples from one row to another."""
        columns = [self.columns[name][first:last] for name in COLUMNS]
        return samples_of([*columns, np.zeros(len(columns[0]))])

    def chunks(self) -> Iterator[Samples]:
        """Yield all samples as the store has them."""
        for first in range(0, len(self.columns["time_s"]), CHUNK):
            yield self.part(first, first + CHUNK)


def cycle_lines(rows: int, runs: int, quick_runs: int) -> list[Line]:
    """Measure tables from samples and from what is kept; polars adds up charge and energy alone."""
    cell, watch = Cycled.of(rows), Stopwatch("none")
    frame = pl.DataFrame(cell.columns)
    parts = [ChunkTotals.of(one, HOW) for one in cell.chunks()]
    kept, table = merge_all(parts[:-1], HOW), _table(cell)
    _same_as_polars(table, _by_polars(frame))
    new = cell.part(rows - NEW, rows)
    per = rows / 10e6
    lines = [
        watch.line(
            "cycle table from samples",
            lambda: _table(cell),
            Limit("polars: Q and E by cycle", lambda: _by_polars(frame)),
            runs=runs,
            size=rows,
            per="samples",
            goal=Goal("10 M in 0.6 s", most=max(0.6 * per, 0.05)),
        ),
        watch.line(
            "cycle table from kept totals",
            lambda: _of(merge_all([kept, parts[-1]], HOW).experiment().steps),
            runs=quick_runs,
            size=rows,
            goal=Goal("30 ms", most=0.03),
        ),
        watch.line(
            f"{NEW:,} new samples and their table",
            lambda: _of(merge(merge(kept, parts[-1]), ChunkTotals.of(new, HOW)).experiment().steps),
            runs=quick_runs,
            size=rows,
            goal=Goal("20 ms", most=0.02),
        ),
        watch.line(
            "another choice",
            lambda: _of(kept.experiment().steps, Choices(numbering=Numbering.CURRENT)),
            runs=quick_runs,
            size=rows,
        ),
        watch.line(
            "dQ/dV of a cycle",
            lambda: _incremental(cell.part(0, ROWS_A_CYCLE)),
            runs=quick_runs,
            size=min(rows, ROWS_A_CYCLE),
            goal=Goal("50 ms", most=0.05),
        ),
    ]
    many = _many_cycles()
    lines.append(
        watch.line(
            f"{MANY:,} cycles drawn, from their table",
            lambda: to_json_plotly(
                figure_of(many, View(), dark=False, narrow=False, drag="select").figure
            ),
            runs=quick_runs,
            size=MANY,
            goal=Goal("300 ms", most=0.3),
        )
    )
    memory = Line(
        "cycle table from samples: most memory",
        "none",
        _most_mebibytes(cell),
        unit=MEGABYTES,
        size=rows,
        goal=Goal("50 MB", most=50.0),
    )
    return [*lines, memory]


def _many_cycles() -> CycleTable:
    """Return the table of a cell that fades over many short cycles, with slower ones between."""
    number = np.repeat(np.arange(MANY), 4)
    size_a = np.where(number % 50 == 49, 0.3, 3.0) * (1 - 0.3 * number / MANY)
    current_a = size_a * np.tile([1.0, 1.0, -0.999, -0.999], MANY)
    nothing = np.full(len(number), np.nan)
    time_s = np.arange(0.0, 600.0 * len(number), 600.0)
    step, cycle = (np.arange(len(number)) // 2).astype(np.float64), number.astype(np.float64) + 1
    rows = Samples(time_s, 3.7 + 0.2 * np.sign(current_a), current_a, nothing, step, cycle, nothing)
    return _of(add_up(iter([rows]), HOW, 0.0).steps)


def _table(cell: Cycled) -> CycleTable:
    return _of(add_up(cell.chunks(), HOW, 0.0).steps)


def _of(steps: StepRows, choices: Choices = CHOICES) -> CycleTable:
    table = cycle_table(steps, choices)
    summary(table)
    return table


def _incremental(samples: Samples) -> None:
    lines = charge_lines(samples, Direction.CHARGE, deadband_a=HOW.deadband_a)
    incremental_capacity(lines, bin_v(lines)).smooth()


def _by_polars(frame: pl.DataFrame) -> pl.DataFrame:
    """Return charge and energy of both directions by cycle: trapezoids, as a notebook has them."""
    hours = pl.col("time_s").diff().fill_null(0.0) / 3600
    current = (pl.col("current_a") + pl.col("current_a").shift(1)) / 2
    power = (
        pl.col("current_a") * pl.col("voltage_v")
        + (pl.col("current_a") * pl.col("voltage_v")).shift(1)
    ) / 2
    flows = {"ah": (current * hours).fill_null(0.0), "wh": (power * hours).fill_null(0.0)}
    sums = [
        (one.clip(0, None) if sign > 0 else -one.clip(None, 0)).sum().alias(f"{name}{sign}")
        for name, one in flows.items()
        for sign in (1, -1)
    ]
    return frame.lazy().group_by("cycle", maintain_order=True).agg(sums).collect()


def _same_as_polars(table: CycleTable, sums: pl.DataFrame) -> None:
    """A limit that does less than we do is none; a line over an edge makes up to 0.1 %."""
    if not np.allclose(table.charge.ah, sums["ah1"].to_numpy(), rtol=2e-3):
        raise RuntimeError("The work is not the same.")


def _most_mebibytes(cell: Cycled) -> float:
    tracemalloc.start()
    try:
        _table(cell)
        return tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()
