"""The cycle table of an experiment as a file: CSV, parquet, or a workbook with all behind it."""

from collections.abc import Sequence
from enum import StrEnum
from io import BytesIO
from typing import TYPE_CHECKING

from cycling.analysis.cycles.metrics import coulombic_convention
from cycling.analysis.cycles.outlook import outlook
from cycling.formats.columns.labels import neutralised
from cycling.formats.cycle_columns import Columns, cycle_columns, step_columns
from cycling.formats.sheets import Cell, workbook
from db import series
from db.engine import Database
from db.measures.cycles import ExperimentCycles, experiment_cycles
from db.measures.export import csv_file_name
from db.queries.experiments.detail import ExperimentFacts, experiment_facts

if TYPE_CHECKING:
    import polars as pl


class CycleFormat(StrEnum):
    """As what the table is written; each is the end of a file's name.

    PROJECTION: how its capacity may go on, never in one file with what was measured.
    """

    CSV = "csv"
    PARQUET = "parquet"
    XLSX = "xlsx"
    PROJECTION = "projection.csv"


TYPES = {
    CycleFormat.CSV: "text/csv",
    CycleFormat.PROJECTION: "text/csv",
    CycleFormat.PARQUET: "application/vnd.apache.parquet",
    CycleFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def cycle_file(
    database: Database, experiment_id: int, kind: CycleFormat, **changes: object
) -> bytes:
    """Return the file; `changes` are choices in the place of those that are stored.

    Without a cycle it has its heads alone. Raises NotFoundError, and series.BeingPreparedError.
    """
    with series.opened(database, experiment_id) as experiment:
        facts = experiment_facts(experiment.database, experiment_id)
        cycles = experiment_cycles(experiment, changes=changes)
    if kind is CycleFormat.PROJECTION:
        return _table(_projected(cycles), CycleFormat.CSV)
    columns: Columns = {}
    if cycles is not None:
        columns = cycle_columns(cycles.table, is_counted=cycles.steps.is_counted)
    if kind is CycleFormat.XLSX:
        return workbook(_sheets(columns, cycles, facts))
    return _table(columns, kind)


def cycles_of_several(database: Database, ids: Sequence[int], kind: CycleFormat) -> bytes:
    """Return the cycle tables of experiments below each other, as CSV or parquet.

    One without cycles has no row. What another has alone is blank. Raises NotFoundError,
    series.DamagedError and series.BeingPreparedError.
    """
    import polars as pl  # heavy, and only exports need it

    frames = []
    for id_ in ids:
        with series.opened(database, id_) as experiment:
            facts = experiment_facts(experiment.database, id_)
            cycles = experiment_cycles(experiment)
        columns: Columns = {"cycle": []}
        if cycles is not None:
            columns = cycle_columns(cycles.table, is_counted=cycles.steps.is_counted)
        count = len(columns["cycle"])
        of_it: Columns = {
            "experiment": [id_] * count,
            "name": [neutralised(facts.name)] * count,
            "battery": [neutralised(facts.battery.name)] * count,
        }
        frames.append(pl.DataFrame(of_it | columns, strict=False))
    return _written(pl.concat(frames, how="diagonal_relaxed"), kind)


def cycle_file_name(facts: ExperimentFacts, kind: CycleFormat) -> str:
    """Return the name of the file for a download."""
    return f"{csv_file_name(facts.id, facts.name).removesuffix('.bdf.csv')}-cycles.{kind}"


def _table(columns: Columns, kind: CycleFormat) -> bytes:
    import polars as pl  # heavy, and only exports need it

    return _written(pl.DataFrame(columns, strict=False), kind)


def _written(frame: "pl.DataFrame", kind: CycleFormat) -> bytes:
    content = BytesIO()
    if kind is CycleFormat.PARQUET:
        frame.write_parquet(content)
    else:
        frame.write_csv(content)
    return content.getvalue()


def _sheets(
    columns: Columns, cycles: ExperimentCycles | None, facts: ExperimentFacts
) -> dict[str, list[list[Cell]]]:
    steps = step_columns(cycles.steps.rows) if cycles else {}
    settings = _settings(cycles) if cycles else []
    return {
        "cycles": _rows(columns),
        "steps": _rows(steps),
        "projection": _projection(cycles) if cycles else [],
        "settings": [["setting", "value"], *settings],
        "sources": [["source", "value"], *_sources(cycles, facts)],
    }


def _rows(columns: Columns) -> list[list[Cell]]:
    return [list(columns), *map(list, zip(*columns.values(), strict=True))]


def _settings(cycles: ExperimentCycles) -> list[list[Cell]]:
    table, choices = cycles.table, cycles.table.choices
    first, last = choices.reference_cycles
    return [
        ["kind of battery", str(choices.kind)],
        ["coulombic efficiency", coulombic_convention(table)],
        ["cycles are numbered", str(table.numbering)],
        ["a cycle begins with", str(table.first)],
        ["formation cycles", choices.formation_cycles],
        ["100 % of retention", str(choices.reference)],
        ["mean of cycles", f"{first} to {last}"],
        ["typed reference / Ah", choices.reference_ah],
        ["nominal capacity / Ah", choices.capacity_ah],
        ["active mass / g", choices.mass_g],
        ["electrode area / cm2", choices.area_cm2],
        ["rest below / A", cycles.steps.recipe.counting.deadband_a],
    ]


def _projection(cycles: ExperimentCycles) -> list[list[Cell]]:
    """Return the projection of the discharge capacity with its band; the first rows say of what."""
    found = outlook(cycles.table)
    rows: list[list[Cell]] = [["not measured: a line through the last cycles", "value"]]
    rows.append(["complete cycles of the main rate after formation", found.cycles])
    if (line := found.projection) is not None:
        rows += [
            ["cycles that were fitted", line.points],
            ["straight in", "square root of the cycle" if line.is_root else "cycle"],
        ]
    if (knee := found.knee) is not None:
        rows += [["knee / cycle", knee.cycle], ["knee, 95 % from", knee.low], ["to", knee.high]]
    return [*rows, *_rows(_projected(cycles))]


def _projected(cycles: ExperimentCycles | None) -> Columns:
    """Return the projection and its band of 95 %; heads alone where there is none."""
    line = outlook(cycles.table).projection if cycles else None
    return {
        "cycle": line.cycle.tolist() if line else [],
        "projected_discharging_capacity_ah": line.value.tolist() if line else [],
        "low_95_ah": line.low.tolist() if line else [],
        "high_95_ah": line.high.tolist() if line else [],
    }


def _sources(cycles: ExperimentCycles | None, facts: ExperimentFacts) -> list[list[Cell]]:
    rows: list[list[Cell]] = [
        ["experiment", facts.id],
        ["name", neutralised(facts.name)],
        ["battery", neutralised(facts.battery.name)],
        ["measures", facts.measures],
    ]
    if facts.source is not None:
        rows += [["file", neutralised(one.file_name)] for one in facts.source.files]
    if cycles is None:
        return rows
    source = cycles.steps.recipe.source
    rows += [
        ["charge and energy", "counter" if cycles.steps.is_counted else "integral"],
        ["time", "test time" if source.by_test_time else "clock"],
        ["time over an edge of steps", str(source.edge)],
    ]
    return rows + [
        [f"{one.counter} / our integral, {one.quantity}", f"{one.counted!r} / {one.integrated!r}"]
        for one in cycles.steps.comparisons
    ]
