"""Verifying a file before it is imported: all of it is read, nothing is kept but findings."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cycling.formats.arrow import valid
from cycling.formats.cell_reader import CellReader
from cycling.formats.checks.preview import Preview, PreviewBuilder
from cycling.formats.checks.sign import SignEvidence, SignWatch, decide_sign
from cycling.formats.checks.times import ClockCheck, IntervalCheck, duration
from cycling.formats.columns.check import mapping_problems
from cycling.formats.columns.fields import DAY_FIRST, MONTH_FIRST, Field
from cycling.formats.columns.mapping import Channel, Mapping
from cycling.formats.measures import FileBlock, file_blocks
from cycling.formats.problems import KeptFindings, Problem
from cycling.formats.text.rows import read_rows
from cycling.formats.text.table import TextTable
from cycling.formats.values.captured import was_blank
from cycling.formats.values.clock_units import date_order_is_open
from cycling.formats.values.numbers import FloatArray
from cycling.units import duration_words

_GAPS_SHOWN = 5


@dataclass(frozen=True)
class Verification:
    """What a whole file holds and what is wrong with it.

    `problems` are the first of each kind, `problem_count` counts all,
    `to_decide` the errors and questions among all. `mapping` is the one that
    was verified, with the sign of the current where the data decides it. `trust_clock` is what
    `read_measures` wants to know.
    """

    mapping: Mapping
    rows: int
    problems: tuple[Problem, ...]
    problem_count: int
    to_decide: int
    sign: SignEvidence
    starts_at: float | None
    duration_s: float
    median_interval_s: float
    channels: tuple[Channel, ...]
    preview: Preview
    trust_clock: bool

    @property
    def ok(self) -> bool:
        """Whether it can be imported: no error and no open question."""
        return self.to_decide == 0

    def to_json(self) -> dict[str, Any]:
        """Plain dicts and lists; NaN becomes None."""
        return {
            "mapping": self.mapping.to_json(),
            "rows": self.rows,
            "problems": [problem.to_json() for problem in self.problems],
            "problem_count": self.problem_count,
            "to_decide": self.to_decide,
            "sign": {
                "agree": self.sign.agree,
                "contradict": self.sign.contradict,
                "verdict": self.sign.verdict,
                "text": self.sign.text,
            },
            "starts_at": self.starts_at,
            "duration_s": _plain(self.duration_s),
            "median_interval_s": _plain(self.median_interval_s),
            "channels": [list(channel) for channel in self.channels],
            "preview": {name: _listed(values) for name, values in vars(self.preview).items()},
            "trust_clock": self.trust_clock,
            "ok": self.ok,
        }


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _listed(values: FloatArray) -> list[float | None]:
    return [_plain(value) for value in values.tolist()]


def _no_progress(_done: int, _total: int) -> None:
    """For callers that show none."""


def verify(
    table: TextTable,
    mapping: Mapping,
    on_progress: Callable[[int, int], None] = _no_progress,
) -> Verification:
    """Read a whole file with this mapping; `on_progress` gets bytes done and bytes in all."""
    findings = KeptFindings()
    watch = _Watch(table, mapping, findings)
    unusable = mapping_problems(table, mapping)
    for problem in unusable:
        findings.add(problem)
    if unusable:
        for cells in read_rows(table, range(len(table.labels)), findings):
            watch.rows += len(cells.rows)
            on_progress(cells.bytes_done, table.size_bytes)
        return watch.result()
    reader = CellReader(table, mapping, findings)
    for block in file_blocks(table, mapping, findings, also=watch.unseen, reader=reader):
        watch.add(block)
        on_progress(block.bytes_done, table.size_bytes)
    watch.finish(reader.no_value_counts)
    return watch.result()


class _Watch:
    """Everything that is noted while a file goes by."""

    def __init__(self, table: TextTable, mapping: Mapping, findings: KeptFindings) -> None:
        self.rows = 0
        self._table, self._mapping, self._findings = table, mapping, findings
        self._clock = ClockCheck(trusted=True)
        self._intervals = IntervalCheck()
        self._sign = SignWatch()
        self._preview = PreviewBuilder()
        self._blanks: dict[Field, tuple[int, int, int]] = {}
        self._late: dict[int, int] = {}
        self._dates_open = True
        # Columns that looked empty and are not imported: they may have values further on.
        self.unseen = tuple(
            c.index
            for c in mapping.columns
            if c.field is Field.IGNORED and not any(table.sample_of(c.index))
        )

    def add(self, block: FileBlock) -> None:
        """Note what one block shows."""
        measures = block.measures
        voltage, current = measures.voltage_v, measures.current_a
        self.rows += len(block.rows)
        self._intervals.add(block.rows, measures.test_time_s)
        self._note_clock(block)
        self._sign.add(voltage, current, (measures.step, measures.step_id))
        self._preview.add(measures.test_time_s, voltage, current)
        self._note_blanks(block)
        self._note_late(block)

    def _note_clock(self, block: FileBlock) -> None:
        measures = block.measures
        back = self._clock.steps_back(block.rows, measures.test_time_s, measures.unix_time_s)
        if not self._mapping.column(Field.TEST_TIME):
            return
        if back:
            self._clock.trusted = False

        def problem(number: int) -> Problem:
            row, seconds = back[number]
            text = (
                f"The clock goes back by {duration(seconds)}, the test time does not. "
                "Times are those of the first row plus the test time."
            )
            return Problem("warning", text, row=row, code="clock-back")

        self._findings.add_each(len(back), problem)

    def _note_blanks(self, block: FileBlock) -> None:
        fields = {
            Field.VOLTAGE: block.measures.voltage_v,
            Field.CURRENT: block.measures.current_a,
            Field.CLOCK: block.measures.unix_time_s,
        }
        for name, values in fields.items():
            column = self._mapping.column(name)
            if column is None or values is None or np.isfinite(values).all():
                continue
            blank = block.rows[was_blank(block.cells[column.index])]
            if len(blank):
                count, first, _ = self._blanks.get(name, (0, int(blank[0]), 0))
                self._blanks[name] = (count + len(blank), first, int(blank[-1]))

    def _note_late(self, block: FileBlock) -> None:
        for index in self.unseen:
            cells = block.cells[index]
            if index not in self._late and cells.null_count < len(cells):
                first = int(np.flatnonzero(valid(cells))[0])
                self._late[index] = int(block.rows[first])
        clock = self._mapping.column(Field.CLOCK)
        if self._dates_open and clock and clock.unit in (DAY_FIRST, MONTH_FIRST):
            self._dates_open = date_order_is_open(block.cells[clock.index])

    def finish(self, no_value_counts: dict[str, int]) -> None:
        """Report what only the whole file shows."""
        problems = [_blank(name, *rows) for name, rows in self._blanks.items()]
        problems += [_no_value(label, count) for label, count in no_value_counts.items()]
        for index, row in self._late.items():
            label = self._mapping.columns[index].shown
            text = f"Column {label!r} is blank at first and has values from here; not imported."
            problems.append(Problem("warning", text, row=row, column=label, code="late-values"))
        clock = self._mapping.column(Field.CLOCK)
        if clock and self._dates_open and clock.unit in (DAY_FIRST, MONTH_FIRST):
            text = (
                f"Every date in column {clock.shown!r} can be read with the day or the month "
                f"first; it is read with the {clock.unit}. Choose the other unit if that is wrong."
            )
            problems.append(Problem("warning", text, column=clock.shown, code="date-order"))
        if not self.rows:
            text = "The file has no data rows. Export it again with its measures."
            problems.append(Problem("error", text, code="no-rows"))
        for problem in problems + _gaps(self._intervals):
            self._findings.add(problem)

    def result(self) -> Verification:
        """All of it, with the sign of the current decided or asked for."""
        evidence = self._sign.evidence()
        decided, question = decide_sign(self._mapping, evidence)
        if question and self.rows:
            self._findings.add(question)
        span = self._intervals.last_s - self._intervals.first_s
        return Verification(
            mapping=replace(self._mapping, positive_is_charge=decided),
            rows=self.rows,
            problems=self._findings.sorted(),
            problem_count=self._findings.total,
            to_decide=self._findings.counts["error"] + self._findings.counts["question"],
            sign=evidence,
            starts_at=self._clock.starts_at,
            duration_s=0.0 if math.isnan(span) else span,
            median_interval_s=self._intervals.median_s,
            channels=self._mapping.channels,
            preview=self._preview.preview(-1.0 if decided is False else 1.0),
            trust_clock=self._clock.trusted,
        )


def _blank(name: Field, count: int, first: int, last: int) -> Problem:
    plural = "row" if count == 1 else "rows"
    stay = "it stays blank" if count == 1 else "they stay blank"
    text = f"{name.label} is blank in {count:,} {plural}; {stay}."
    return Problem("warning", text, row=first, last_row=last, code=f"blank-{name}")


def _no_value(label: str, count: int) -> Problem:
    plural = "cell" if count == 1 else "cells"
    text = f"Column {label!r} says in {count:,} {plural} that it has no value (NaN, N/A, -)."
    return Problem("warning", text + " They stay blank.", column=label, code="no-value")


def _gaps(intervals: IntervalCheck) -> list[Problem]:
    gaps = intervals.long_gaps
    problems = [
        Problem(
            "warning", f"Gap of {duration_words(seconds)} before this row.", row=row, code="gap"
        )
        for row, seconds in gaps[:_GAPS_SHOWN]
    ]
    further = gaps[_GAPS_SHOWN:]
    if further:
        lost = duration_words(sum(seconds for _, seconds in further))
        text = f"{len(further):,} further gaps, {lost} together."
        problems.append(
            Problem("warning", text, row=further[0][0], last_row=further[-1][0], code="gaps")
        )
    return problems
