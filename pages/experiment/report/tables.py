"""The tables of an experiment's report, as words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from components import formatting
from cycling.analysis.statistics import ExperimentStatistics, InstructionTotals
from cycling.analysis.totals import Spread, Totals
from db.queries.experiments.events import Alarms
from db.queries.experiments.timeline import TimelineEntry
from db.queries.profiles.compiled import CompiledRow
from pages.context import Viewer
from pages.experiment.happenings.events import alarm_lines, alarms_count, entry_text
from pages.experiment.statistics.card import Grid, named_totals, statistics_grid
from pages.station.progress import row_label, row_name

MOST_ROWS = 200  # a printed report has to end somewhere
MOST_SINGLE = 40  # instructions that are listed one by one
Instructions = Mapping[int, CompiledRow]


@dataclass(frozen=True)
class Column:
    """The head of a column."""

    title: str
    is_number: bool = True


Row = tuple[str, Totals]  # its name, and what it adds up to
SPREADS = ("voltage_v", "current_a", "temperature")
SUMS = tuple(one.name for one in fields(Totals) if one.name not in SPREADS)


@dataclass(frozen=True)
class Table:
    """Rows of words; the first cell names its row. `note` says what was left out."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    note: str = ""


def statistics_table(stats: ExperimentStatistics, instructions: Instructions) -> tuple[Grid, str]:
    """Return the statistics of the whole and of each instruction, and what was left out.

    Where there are many, those of the same line of the profile are added up.
    """
    rows = named_totals(stats, instructions)
    named = [one for one in stats.instructions if one.instruction is not None]
    if len(rows) > MOST_SINGLE and _all_have_lines(named, instructions):
        by_line = [*_by_line(named, instructions), *rows[len(named) :]]  # the unnamed are last
        note = f"{len(rows):,} instructions; those of the same line are added up."
        return statistics_grid(stats, by_line), note
    note = _left_out(min(MOST_ROWS, len(rows)), len(rows))
    return statistics_grid(stats, rows[:MOST_ROWS]), note


def instructions_table(instructions: Instructions) -> Table:
    """Return the instructions of a profile without a text."""
    rows = [row_name(row) for row in list(instructions.values())[:MOST_ROWS]]
    return Table(
        "Instructions of the profile",
        [Column("Instruction", is_number=False)],
        [[words] for words in rows],
        _left_out(len(rows), len(instructions)),
    )


def alarms_table(alarms: Alarms, who: Viewer) -> Table:
    """Return the alarms as the experiment's page lists them."""
    return Table(
        f"{alarms_count(alarms)}. Newest first",
        [Column(name, is_number=False) for name in ("Time", "Alarm", "Found")],
        [
            [formatting.exactly(line.at, who.zone), line.words, line.finding]
            for line in alarm_lines(alarms)
        ],
    )


def timeline_table(entries: Sequence[TimelineEntry], who: Viewer) -> Table:
    """Return who queued and held the run, when it was paused, how it ended; the newest first."""
    return Table(
        "Who queued it, when it was held, paused and went on, how it ended. Newest first",
        [Column(name, is_number=False) for name in ("Time", "What", "By whom, reason")],
        [[formatting.exactly(entry.at, who.zone), *entry_text(entry)] for entry in entries],
    )


def _all_have_lines(totals: Sequence[InstructionTotals], instructions: Instructions) -> bool:
    rows = (instructions.get(one.instruction or 0) for one in totals)
    return all(row is not None and row.line is not None for row in rows)


def _by_line(totals: Sequence[InstructionTotals], instructions: Instructions) -> list[Row]:
    """Add up what belongs to the same line; its words are those of its first instruction."""
    parts: dict[int, list[Totals]] = {}
    words: dict[int, str] = {}
    for one in totals:
        row = instructions[one.instruction or 0]
        parts.setdefault(row.line or 0, []).append(one.totals)
        words.setdefault(row.line or 0, row_label(row))
    return [(f"Line {line}: {words[line]}", _added(parts[line])) for line in sorted(parts)]


def _added(parts: Sequence[Totals]) -> Totals:
    """Return the sum of totals; means are not kept, their weights are not known here."""
    values: dict[str, Any] = {name: sum(getattr(one, name) for one in parts) for name in SUMS}
    values |= {name: _joined([getattr(one, name) for one in parts]) for name in SPREADS}
    return Totals(**values)


def _joined(spreads: Sequence[Spread]) -> Spread:
    lowest = [one.lowest for one in spreads if one.lowest is not None]
    highest = [one.highest for one in spreads if one.highest is not None]
    return Spread(min(lowest, default=None), max(highest, default=None), None)


def _left_out(count: int, total: int) -> str:
    return "" if count == total else f"{count:,} of {total:,} are shown."
