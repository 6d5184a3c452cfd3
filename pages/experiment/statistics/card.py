"""The statistics card of the experiment page: of the whole and of each instruction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import groupby
from math import floor, inf, log10
from typing import Any

import dash
from dash import Input, Output, callback, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import card, loading
from components.controls import small_button
from components.figures.measure_axes import scale
from components.readings import reading
from components.sent import Sent
from cycling.analysis.statistics import ExperimentStatistics
from cycling.analysis.totals import Spread, Totals
from cycling.terms import ENDED
from db import series
from db.measures.statistics import keep_statistics, made_statistics
from db.queries.experiments.detail import (
    check_experiment,
    experiment_facts,
    import_inferences,
)
from db.queries.profiles.compiled import CompiledRow, profile_instructions
from db.series import ExperimentSeries
from pages.context import database, viewer
from pages.experiment.ids import Ids
from pages.experiment.present import facts_of
from pages.experiment.statistics import evidence
from pages.sent import sent_id
from pages.station.progress import row_name

MOST = 500  # instructions that are listed
DIGITS = 4  # of the largest number of a column
MOST_DECIMALS = 6
RECORDED = (
    "Pauses, recorded, are added up from what was measured in them; Pauses in the facts last until "
    "it went on, also while the station was off."
)

NOTHING = {"parts": [], "as_of": "", "is_over": True}

Named = Mapping[int, CompiledRow]


@dataclass(frozen=True)
class Column:
    """A column of numbers: its group, its name within it, and a number for each row."""

    group: str
    name: str
    values: list[float | None]


@dataclass(frozen=True)
class Grid:
    """A table of statistics as it is read: `groups` stand over so many `heads` each."""

    groups: list[tuple[str, int]]
    heads: list[str]
    rows: list[tuple[str, list[str]]]


def statistics_frame(button: Component | None = None) -> Component:
    """Return the card as it stands until its numbers come; with what changes how they are made."""
    waiting = html.Div(id=Ids.STATISTICS, className="bem-statistics")
    add_up = small_button("Update", id=Ids.ADD_UP, title="Add up what has been measured by now")
    present = html.Span(
        [html.Span(id=Ids.AS_OF, className="t3 small"), add_up],
        id=Ids.ADD_UP_BOX,
        className="bem-as-of",
        hidden=True,
    )
    end = html.Span([present, *([button] if button else [])])
    return card("Statistics", loading(waiting, "Adding up"), end=end)


@callback(
    output={
        "parts": Output(Ids.STATISTICS, "children"),
        "as_of": Output(Ids.AS_OF, "children"),
        "is_over": Output(Ids.ADD_UP_BOX, "hidden"),
    },
    inputs={
        "experiment_id": Input(Ids.EXPERIMENT, "data"),
        "_clicks": Input(Ids.ADD_UP, "n_clicks"),
        "_ended": Input(Ids.ENDED, "data"),
    },
)
def show_statistics(experiment_id: Sent, _clicks: Sent, _ended: Sent) -> dict[str, Any]:
    """Add up the experiment; the page does not wait for it.

    What still runs says until when, and its facts are of the same measures.
    """
    number = sent_id(experiment_id)
    with series.opened(database(), number) as experiment:
        made = made_statistics(experiment, or_older=True)
        answer = _answer(experiment, made.statistics) if made.statistics else NOTHING
    keep_statistics(database(), made)
    return answer


def _answer(experiment: ExperimentSeries, stats: ExperimentStatistics) -> dict[str, Any]:
    whole, number, who = experiment.database, experiment.id, viewer()
    is_over = check_experiment(whole, number).status in ENDED  # deleted, measures may be left
    if not is_over:  # no output: pages without statistics have facts, too
        facts = experiment_facts(whole, number)
        dash.set_props(Ids.FACTS, {"children": facts_of(whole, facts, who)})
    named, inferred = profile_instructions(whole, number), import_inferences(whole, number)
    return {
        "parts": statistics_parts(stats, named, inferred, is_over=is_over),
        "as_of": as_of(stats, who.zone),
        "is_over": is_over,
    }


def as_of(stats: ExperimentStatistics, zone: tzinfo) -> str:
    """Say until when was added up: "Measures until 26 Nov 2026, 14:03:12"."""
    if stats.last_s is None:
        return ""
    last_at = datetime.fromtimestamp(stats.last_s, UTC)
    return f"Measures until {formatting.exactly(last_at, zone)}"


def statistics_parts(
    stats: ExperimentStatistics,
    named: Named,
    inferred: Sequence[evidence.Fact] = (),
    *,
    is_over: bool = True,
) -> list[Component]:
    """Return what the card holds: readings of the whole, the table, how it was added up."""
    readings = whole_readings(stats, is_over=is_over)
    parts: list[Component] = [
        *evidence.notes(stats, inferred),
        html.Div(
            [reading(value, unit, name=name) for name, value, unit in readings],
            className="bem-readings",
        ),
        html.Div(
            _table(stats, named),
            className="bem-wide",
            role="region",
            tabIndex=0,
            **{"aria-label": "Statistics of the instructions"},
        ),
    ]
    return [
        *parts,
        html.Div(_small_print(stats), className="bem-small-print t3 small"),
        evidence.details(stats, inferred),
    ]


def instruction_name(instruction: int | None, named: Named) -> str:
    """Name an instruction: "Line 3: CC 1.5 A until 4.2 V", without a profile by its step id."""
    if instruction is None:
        return "No step id"
    row = named.get(instruction)
    return f"Step id {instruction}" if row is None else row_name(row)


def totals_name(stats: ExperimentStatistics, instruction: int | None, named: Named) -> str:
    """Name an instruction's totals; a run of ours has measures of none in pauses."""
    if instruction is None and stats.has_pauses:
        return "Paused, output off"
    return instruction_name(instruction, named)


def time_facts(stats: ExperimentStatistics, *, is_over: bool) -> list[tuple[str, str]]:
    """Return how much time was added up, under the names that these times have everywhere.

    The test time of what goes on is that of its last record, the facts have that of now.
    """
    whole, paused_s = stats.whole, stats.paused_s
    is_recorded = stats.by_test_time and not is_over
    name = f"{stats.time_name}, recorded" if is_recorded else stats.time_name
    facts = [(name, formatting.lasted(whole.duration_s))]
    if paused_s > 0:
        facts.append(("Pauses, recorded", formatting.lasted(paused_s)))
    if whole.missing_s > 0:
        facts.append(("Missing", formatting.duration(whole.missing_s)))
    return facts


def temperature_head(stats: ExperimentStatistics) -> str:
    """Return the head of the temperature, blank where none was measured."""
    unit = formatting.unit_words(stats.temperature_unit) if stats.temperature_name else ""
    return f"{stats.temperature_name} / {unit}" if unit else stats.temperature_name


def decimals(values: Sequence[float | None]) -> int:
    """Return how many decimals all numbers of a column get."""
    numbers = [value for value in values if value is not None]
    largest = max(map(abs, numbers), default=0.0)
    if largest == 0 or all(isinstance(value, int) for value in numbers):
        return 0
    return min(MOST_DECIMALS, max(0, DIGITS - 1 - floor(log10(largest))))


def whole_readings(
    stats: ExperimentStatistics, *, is_over: bool = True
) -> list[tuple[str, str, str]]:
    """Return name, value and unit of what the whole experiment adds up to."""
    whole = stats.whole
    pairs = (
        ("Ah", {"Charged": whole.charge_ah, "Discharged": whole.discharge_ah}),
        ("Wh", {"Energy in": whole.charge_wh, "Energy out": whole.discharge_wh}),
    )
    readings = []
    for unit, sums in pairs:
        factor, prefix = scale(unit, max(map(abs, sums.values())))
        for name, value in sums.items():
            scaled = value * factor
            readings.append((name, _number(scaled, decimals([scaled])), prefix))
    return [*readings, *((name, value, "") for name, value in time_facts(stats, is_over=is_over))]


def statistics_grid(stats: ExperimentStatistics, rows: Sequence[tuple[str, Totals]]) -> Grid:
    """Return the whole experiment and these rows as words."""
    names = ["Whole experiment", *(name for name, _ in rows)]
    columns = _columns(stats, [stats.whole, *(totals for _, totals in rows)])
    places = [decimals(_with_same_group(one, columns)) for one in columns]
    written = [
        [_number(value, digits) for value in one.values]
        for one, digits in zip(columns, places, strict=True)
    ]
    groups = [(group, len(list(each))) for group, each in groupby(one.group for one in columns)]
    return Grid(
        groups,
        [one.name for one in columns],
        [(name, [column[index] for column in written]) for index, name in enumerate(names)],
    )


def named_totals(stats: ExperimentStatistics, named: Named) -> list[tuple[str, Totals]]:
    """Return the instructions with their names; none where the only one is the whole."""
    instructions = stats.instructions
    if len(instructions) == 1 and instructions[0].instruction not in named:
        return []
    return [(totals_name(stats, one.instruction, named), one.totals) for one in instructions]


def _table(stats: ExperimentStatistics, named: Named) -> list[Component]:
    grid = statistics_grid(stats, named_totals(stats, named)[:MOST])
    body = [_row(name, numbers) for name, numbers in grid.rows]
    return [html.Table([html.Thead(_head(grid)), html.Tbody(body)], className="bem-table in-card")]


def _columns(stats: ExperimentStatistics, rows: Sequence[Totals]) -> list[Column]:
    unit, unit_s = formatting.time_unit(stats.whole.duration_s, max_hours=inf)
    columns = [
        Column("", "Runs", [row.executions for row in rows]),
        Column("", f"Time / {unit}", [row.duration_s / unit_s for row in rows]),
    ]
    if stats.whole.missing_s > 0:
        columns.append(Column("", f"Missing / {unit}", [row.missing_s / unit_s for row in rows]))
    columns += [
        *_scaled("Charge", "Ah", _in_out([(row.charge_ah, row.discharge_ah) for row in rows])),
        *_scaled("Energy", "Wh", _in_out([(row.charge_wh, row.discharge_wh) for row in rows])),
        *_scaled("Voltage", "V", _spread([row.voltage_v for row in rows])),
        *_scaled("Current", "A", _spread([row.current_a for row in rows])),
    ]
    if name := temperature_head(stats):
        spread = _spread([row.temperature for row in rows])
        columns += [Column(name, head, values) for head, values in spread.items()]
    return columns


def _with_same_group(column: Column, columns: Sequence[Column]) -> list[float | None]:
    """Return what gets the same number of decimals: a column, or all of a group."""
    if not column.group:
        return column.values
    return [value for one in columns if one.group == column.group for value in one.values]


def _scaled(name: str, unit: str, values: Mapping[str, list[float | None]]) -> list[Column]:
    """Return a group of columns in the one unit that suits its largest value, as in the graph."""
    numbers = [abs(one) for column in values.values() for one in column if one is not None]
    factor, prefix = scale(unit, max(numbers, default=0.0))
    return [
        Column(
            f"{name} / {prefix}", head, [None if one is None else one * factor for one in column]
        )
        for head, column in values.items()
    ]


def _in_out(sums: Sequence[tuple[float, float]]) -> dict[str, list[float | None]]:
    return {"In": [into for into, _ in sums], "Out": [out for _, out in sums]}


def _spread(spreads: Sequence[Spread]) -> dict[str, list[float | None]]:
    return {
        "Min": [one.lowest for one in spreads],
        "Mean": [one.mean for one in spreads],
        "Max": [one.highest for one in spreads],
    }


def _head(grid: Grid) -> list[Component]:
    """Return two rows: groups over their columns, and the names of the columns."""
    groups: list[Component] = [html.Td()]
    for group, width in grid.groups:
        cell = html.Th if group else html.Td
        groups.append(cell(group, colSpan=width, className="num group"))
    names = [html.Th(name, className="num") for name in grid.heads]
    return [html.Tr(groups), html.Tr([html.Th("Instruction"), *names])]


def _row(name: str, numbers: Sequence[str]) -> Component:
    cells = [html.Td(number, className="num") for number in numbers]
    return html.Tr([html.Th(name, scope="row", title=name), *cells])


def _number(value: float | None, places: int) -> str:
    if value is None:
        return ""
    if value == 0:
        return "0"
    written = f"{value:,.{places}f}"
    is_zero = not any(digit in "123456789" for digit in written)
    return "≈ 0" if is_zero else written.replace("-", "−")


def _small_print(stats: ExperimentStatistics) -> str:
    source = "Counted by the instrument" if _is_counted(stats) else "Integrated within each step"
    words = f"{source}. Means are weighted by time."
    if stats.paused_s > 0:
        words += f" {RECORDED}"
    if stats.whole.missing_s > 0:
        missing = formatting.duration(stats.whole.missing_s)
        words += f" In {missing} of gaps the current is not known; they add nothing."
    if len(stats.instructions) > MOST:
        words += f" The first {MOST} of {len(stats.instructions):,} instructions are listed."
    return words


def _is_counted(stats: ExperimentStatistics) -> bool:
    return any(one.is_used for one in stats.comparisons)
