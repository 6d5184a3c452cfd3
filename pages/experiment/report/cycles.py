"""The cycles of an experiment in its report: figures with their conventions, graph, table."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cycling.analysis.cycles.kinds import cycle_kinds
from db import series
from db.measures.cycles import ExperimentCycles, experiment_cycles
from db.series import ExperimentSeries
from pages.experiment.cycles.address import Per, View
from pages.experiment.cycles.cells import BLANK, metric_column, notes_of
from pages.experiment.cycles.drawing import figure_of
from pages.experiment.cycles.figures import Figure, convention_words, figures_of
from pages.experiment.cycles.outlook import outlook_words
from pages.experiment.report.tables import Column, Table

MOST_CYCLES = 60  # rows of the table
COLUMNS = ("charge_ah", "discharge_ah", "ce_pct", "ee_pct", "retention_pct", "hysteresis_v")


@dataclass(frozen=True)
class CycleSection:
    """What the report says of cycles; `graph` is a Plotly dictionary."""

    figures: list[Figure]
    conventions: str
    graph: dict[str, Any]
    outside: str
    outlook: list[str]
    table: Table


def cycle_section(experiment: ExperimentSeries) -> CycleSection | None:
    """Return the section; None where no cycle is complete, or measures are damaged."""
    try:
        cycles = experiment_cycles(experiment)
    except series.DamagedError:
        return None  # the statistics name what is damaged
    if cycles is None or not cycles.table.is_complete.any():
        return None
    found = figure_of(
        cycles.table, View(chosen="-", fade=True), dark=False, narrow=False, drag="zoom"
    )
    words = "; ".join(convention_words(cycles))
    outside = [
        f"{count:,} of {name} outside its axis."
        for count, name in zip(found.outside, ("capacity", "CE"), strict=True)
        if count
    ]
    conventions = f"{words[:1].upper()}{words[1:]}."
    return CycleSection(
        figures_of(cycles),
        conventions,
        found.figure,
        " ".join(outside),
        outlook_words(cycles.table),
        _table(cycles),
    )


def _table(cycles: ExperimentCycles) -> Table:
    table, kinds = cycles.table, cycle_kinds(cycles.table)
    count = min(MOST_CYCLES, len(table))
    rows = np.unique(np.linspace(0, len(table) - 1, count).round().astype(int)).tolist()
    columns = [metric_column(table, name, Per.TOTAL) for name in COLUMNS]
    heads = [Column("Cycle"), *(Column(one.head) for one in columns)]
    note = "" if count == len(table) else f"{count:,} of {len(table):,} cycles, evenly chosen."
    return Table(
        "Each cycle",
        [*heads, Column("Rate", is_number=False), Column("Note", is_number=False)],
        [
            [
                str(int(table.number[row])),
                *(one.text(row) or BLANK for one in columns),
                table.rate_class.label(row) or BLANK,
                notes_of(cycles, row, kinds[row]),
            ]
            for row in rows
        ],
        note,
    )
