"""The tables of an experiment's report, as words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from components import formatting
from cycling.analysis.statistics import ExperimentStatistics, InstructionTotals, Spread, Totals
from db.queries.experiments.events import Alarms, TimelineEntry
from db.queries.profiles.compiled import InstructionFacts
from pages.context import Viewer
from pages.experiment.events import entry_text
from pages.experiment.statistics import instruction_words, temperature_head

MOST_ROWS = 200  # a printed report has to end somewhere
Instructions = Mapping[int, InstructionFacts]


@dataclass(frozen=True)
class Column:
    """The head of a column."""

    title: str
    is_number: bool = True


UNNAMED = Column("", is_number=False)


@dataclass(frozen=True)
class Table:
    """Rows of words; the first cell names its row. `note` says what was left out."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    note: str = ""


def whole_tables(stats: ExperimentStatistics) -> list[Table]:
    """Return the statistics of the whole experiment."""
    whole = stats.whole
    sums = Table(
        "Charge, energy and time",
        [UNNAMED, Column("Charge"), Column("Discharge")],
        [
            ["Charge / Ah", _value(whole.charge_ah), _value(whole.discharge_ah)],
            ["Energy / Wh", _value(whole.charge_wh), _value(whole.discharge_wh)],
        ],
    )
    spreads = Table(
        "Lowest and highest value, mean over time",
        [UNNAMED, Column("Lowest"), Column("Mean"), Column("Highest")],
        [[name, *_ends(spread)] for name, spread in _spreads(stats, whole)],
    )
    return [sums, spreads]


def whole_facts(whole: Totals) -> list[tuple[str, str]]:
    """Return the times and counts of the whole experiment."""
    return [
        ("Measures", formatting.number(whole.samples)),
        ("Steps executed", formatting.number(whole.executions)),
        ("Recorded time", formatting.duration(whole.duration_s)),
        ("Missing time", formatting.duration(whole.missing_s)),
    ]


def instruction_tables(stats: ExperimentStatistics, instructions: Instructions) -> list[Table]:
    """Return the statistics of each instruction; none where the measures name only one."""
    if len(stats.instructions) < 2:
        return []
    shown = stats.instructions[:MOST_ROWS]
    note = _left_out(len(shown), len(stats.instructions))
    return [
        _sums_table(shown, instructions, note),
        _spread_table(stats, shown, instructions, note),
    ]


def instructions_table(instructions: Instructions) -> Table:
    """Return the instructions of the profile."""
    shown = [instruction_words(number, instructions) for number in list(instructions)[:MOST_ROWS]]
    return Table(
        "Instructions of the profile",
        [Column("Instruction", is_number=False)],
        [[words] for words in shown],
        _left_out(len(shown), len(instructions)),
    )


def alarms_table(alarms: Alarms, who: Viewer) -> Table:
    """Return the newest alarms, newest first."""
    return Table(
        "Alarms, newest first",
        [Column("Time", is_number=False), Column("Code"), Column("Value")],
        [
            [
                formatting.exactly(alarm.at, who.zone),
                str(alarm.code),
                formatting.quantity(alarm.value, ""),
            ]
            for alarm in alarms.rows
        ],
        _left_out(len(alarms.rows), alarms.total),
    )


def timeline_table(entries: Sequence[TimelineEntry], who: Viewer) -> Table:
    """Return who queued the run, when it was paused and went on, and how it ended."""
    return Table(
        "Course, newest first",
        [Column(name, is_number=False) for name in ("Time", "What", "By whom, why")],
        [[formatting.exactly(entry.at, who.zone), *entry_text(entry)] for entry in entries],
    )


def _sums_table(shown: Sequence[InstructionTotals], named: Instructions, note: str) -> Table:
    sums = ("Charge / Ah", "Discharge / Ah", "Charge / Wh", "Discharge / Wh")
    return Table(
        "Charge, energy and time of each instruction",
        [
            Column("Instruction", is_number=False),
            *map(Column, ("Executions", "Time", "Missing", *sums)),
        ],
        [
            [
                instruction_words(one.instruction, named),
                formatting.number(one.totals.executions),
                formatting.duration(one.totals.duration_s),
                formatting.duration(one.totals.missing_s) if one.totals.missing_s else "",
                _value(one.totals.charge_ah),
                _value(one.totals.discharge_ah),
                _value(one.totals.charge_wh),
                _value(one.totals.discharge_wh),
            ]
            for one in shown
        ],
        note,
    )


def _spread_table(
    stats: ExperimentStatistics,
    shown: Sequence[InstructionTotals],
    named: Instructions,
    note: str,
) -> Table:
    names = [name for name, _ in _spreads(stats, stats.whole)]
    parts = ("lowest", "mean", "highest")
    heads = [Column(f"{name}, {part}") for name in names for part in parts]
    return Table(
        "Lowest and highest value and mean over time of each instruction",
        [Column("Instruction", is_number=False), *heads],
        [
            [
                instruction_words(one.instruction, named),
                *chain(*(_ends(spread) for _, spread in _spreads(stats, one.totals))),
            ]
            for one in shown
        ],
        note,
    )


def _spreads(stats: ExperimentStatistics, totals: Totals) -> list[tuple[str, Spread]]:
    spreads = [("Voltage / V", totals.voltage_v), ("Current / A", totals.current_a)]
    if name := temperature_head(stats):
        spreads.append((name, totals.temperature))
    return spreads


def _ends(spread: Spread) -> list[str]:
    return [_value(spread.lowest), _value(spread.mean), _value(spread.highest)]


def _value(value: float | None) -> str:
    """Write a number with 5 digits; nothing for what is unknown."""
    return "" if value is None else f"{value or 0:.5g}".replace("-", "−")


def _left_out(shown: int, total: int) -> str:
    return "" if shown == total else f"{shown:,} of {total:,} are shown."
