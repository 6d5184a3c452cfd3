"""Verifying a file before it is imported: all of it is read, nothing is kept but findings."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import numpy as np

from cycling.formats.arrow import valid
from cycling.formats.cell_reader import CellReader
from cycling.formats.checks.cells import CellsWatch
from cycling.formats.checks.charge import ChargeWatch, charge_problems
from cycling.formats.checks.counter_ways import CounterWays, counter_way_problem
from cycling.formats.checks.digest import DigestBuilder
from cycling.formats.checks.edges import EdgeWatch, edge_problems
from cycling.formats.checks.inferred import (
    PROPOSED,
    accepted,
    numbers_inferred,
    sign_inferred,
    time_inferred,
)
from cycling.formats.checks.pace import MinuteWatch, PaceWatch, pace_problems
from cycling.formats.checks.plausible import Ranges, range_problems
from cycling.formats.checks.power import PowerWatch, power_problems
from cycling.formats.checks.preview import PreviewBuilder
from cycling.formats.checks.sentences import blank, gaps_found, no_value, several
from cycling.formats.checks.sign import SignEvidence, decide_sign
from cycling.formats.checks.sign_watch import SignWatch
from cycling.formats.checks.spikes import SpikeWatch
from cycling.formats.checks.states import StateEvidence
from cycling.formats.checks.times import (
    ClockCheck,
    IntervalCheck,
    clock_range_problems,
    duration,
    label_zone_problems,
    step_time_problems,
)
from cycling.formats.checks.units import StepPace, time_unit_problems, unit_said, units_inferred
from cycling.formats.checks.verification import Verification
from cycling.formats.columns.check import mapping_problems
from cycling.formats.columns.durations import open_duration
from cycling.formats.columns.fields import DAY_FIRST, MONTH_FIRST, Field
from cycling.formats.columns.mapping import Column, Inference, Mapping
from cycling.formats.heads import HeadStart, head_problems, head_start
from cycling.formats.measures import FileBlock, file_blocks, with_state
from cycling.formats.problems import LOST, KeptFindings, Problem
from cycling.formats.rows import read_rows
from cycling.formats.text.table import TextTable
from cycling.formats.values.captured import was_blank
from cycling.formats.values.clock_units import date_order_is_open


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
    for problem in (*table.notes, *unusable):
        findings.add(problem)
    if table.parts and not mapping.part:
        findings.add(several(table.parts))
    if unusable:
        for cells in read_rows(table, range(len(table.labels)), findings):
            watch.rows += len(cells.rows)
            on_progress(cells.bytes_done, table.size_bytes)
        return watch.result()
    reader = CellReader(table, mapping, findings)
    for block in file_blocks(table, mapping, findings, also=watch.also, reader=reader):
        watch.add(block)
        on_progress(block.bytes_done, table.size_bytes)
    watch.finish(reader)
    return watch.result()


class _Watcher(Protocol):
    def add(self, block: FileBlock) -> None: ...


class _Watch:
    """Everything that is noted while a file goes by."""

    def __init__(self, table: TextTable, mapping: Mapping, findings: KeptFindings) -> None:
        self.rows = 0
        self._table, self._mapping, self._findings = table, mapping, findings
        self._clock = ClockCheck(trusted=True)
        self._intervals = IntervalCheck()
        self._sign = SignWatch()
        self._digest = DigestBuilder()
        self._start = head_start(table, mapping)
        self._state = StateEvidence() if mapping.column(Field.STATE) else None
        self._pace, self._charge, self._ranges = PaceWatch(), ChargeWatch(), Ranges()
        self._energy, self._minutes = ChargeWatch(of_energy=True), MinuteWatch()
        self._edges = EdgeWatch()
        self._ledgers: tuple[str, ...] = ()
        self._asked: set[str] = set()
        self._spikes = SpikeWatch(mapping, findings)
        self._power, self._step_pace, self._counter_ways = PowerWatch(), StepPace(), CounterWays()
        self._preview, self._preview_by_state = PreviewBuilder(), PreviewBuilder()
        self._blanks: dict[Field, tuple[int, int, int]] = {}
        self._late: dict[int, int] = {}
        self._dates_open = True
        self._cells = CellsWatch(table)
        # Columns that looked empty and are not imported: they may have values further on.
        self.unseen = tuple(
            c.index
            for c in mapping.columns
            if c.field is Field.IGNORED and not any(table.sample_of(c.index))
        )

    @property
    def _watches(self) -> tuple["_Watcher", ...]:
        more = self._minutes, self._step_pace, self._counter_ways, self._spikes, self._edges
        return self._pace, self._charge, self._energy, self._power, self._ranges, self._cells, *more

    @property
    def also(self) -> tuple[int, ...]:
        """Columns whose cells are looked at as they are."""
        return (*self.unseen, *self._cells.indices)

    def add(self, block: FileBlock) -> None:
        """Note what one block shows."""
        measures = block.measures
        voltage, current = measures.voltage_v, measures.current_a
        self.rows += len(block.rows)
        step_time_s = measures.extended.get(Field.STEP_TIME.channel or ("", ""))
        self._intervals.add(block.rows, measures.test_time_s, step_time_s)
        self._note_clock(block)
        self._sign.add(voltage, current, (measures.step, measures.step_id))
        self._preview.add(measures.test_time_s, voltage, current)
        unix_s = measures.unix_time_s
        if self._start is not None:
            unix_s = self._start.unix_s + measures.test_time_s
        self._digest.add(measures.test_time_s, unix_s, voltage, current)
        if self._state is not None and block.state is not None:
            self._state.add(current, block.state)
            signed = with_state(current, block.state)
            self._preview_by_state.add(measures.test_time_s, voltage, signed)
        for watch in self._watches:
            watch.add(block)
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

    def finish(self, reader: CellReader) -> None:
        """Report what only the whole file shows."""
        problems = [blank(name, *rows) for name, rows in self._blanks.items()]
        problems += [no_value(*one, self.rows) for one in reader.no_value_counts.items()]
        self._ledgers = tuple(reader.ledgers)
        for index, row in self._late.items():
            label = self._mapping.columns[index].shown
            text = f"Column {label!r} is blank at first and has values from here; not imported."
            problems.append(Problem("warning", text, row=row, column=label, code="late-values"))
        clock = self._mapping.column(Field.CLOCK)
        if clock and self._dates_open and not self._dates_are_proven(clock):
            text = (
                f"Every date in column {clock.shown!r} can be read with the day or the month "
                f"first; it is read with the {clock.unit}. Choose the other unit if that is wrong."
            )
            problems.append(Problem("warning", text, column=clock.shown, code="date-order"))
        if not self.rows:
            text = "The file has no data rows. Export it again with its measures."
            problems.append(Problem("error", text, code="no-rows"))
        if not self._mapping.has(Field.CURRENT):
            text = "No column is Current: the voltage is imported alone, without charge or energy."
            problems.append(Problem("warning", text, code="no-current"))
        problems += self._cells.problems() + step_time_problems(self._mapping)
        problems += head_problems(self._table, self._mapping)
        problems += clock_range_problems(clock, self._clock.starts_at)
        problems += self._minutes.problems(self._mapping)
        cells = self._table.sample_of(clock.index) if clock else ()
        problems += label_zone_problems(self._mapping, self._clock.starts_at, cells)
        problems += gaps_found(self._intervals) + self._implausible()
        self._asked = {one.code for one in problems}
        for problem in problems:
            self._findings.add(accepted(self._mapping, problem))

    def _implausible(self) -> list[Problem]:
        problems = pace_problems(self._mapping, self._pace)
        time_is_sure = not problems and self._pace.pace is not None
        problems += open_duration(self._table, self._mapping, self._charge.factor)
        if self._pace.stands_still:
            self._clock.trusted = False
        if not problems:  # one fault is named once, not by all that follow from it
            problems = charge_problems(self._mapping, self._charge, time_is_sure=time_is_sure)
        if all(problem.severity == "warning" for problem in problems):
            is_measured = self._pace.pace is not None or self._charge.factor is not None
            times = self._step_pace, self._span_s
            problems += time_unit_problems(
                self._table, self._mapping, *times, is_measured=is_measured
            )
        if not problems:
            problems = power_problems(self._mapping, self._power)
        if not problems and self._charge.factor is None:  # else statistics leave such energy aside
            problems = charge_problems(self._mapping, self._energy, time_is_sure=time_is_sure)
        if all(problem.severity == "warning" for problem in problems):
            voltage_v = self._preview.preview(1.0).voltage_v
            problems += range_problems(self._mapping, self._ranges, self._span_s, voltage_v)
        return problems or edge_problems(self._mapping, self._edges)

    @property
    def _span_s(self) -> float:
        span = self._intervals.last_s - self._intervals.first_s
        return 0.0 if math.isnan(span) else span

    def _dates_are_proven(self, clock: Column) -> bool:
        """Whether what passed, or the file's head, says which part of the dates is the day."""
        if clock.unit not in (DAY_FIRST, MONTH_FIRST):
            return True
        return any(one.kind == "dates" for one in self._mapping.inferred)

    def result(self) -> Verification:
        """All of it, with the sign of the current decided or asked for."""
        evidence = self._sign.evidence()
        signed = self._table.signed or not self._mapping.column(Field.CURRENT)
        decided, question = decide_sign(self._mapping, evidence, self._state, signed=signed)
        if question and self.rows:
            self._findings.add(question)
        by_state = self._state is not None and self._state.verdict == "unsigned"
        builder = self._preview_by_state if by_state else self._preview
        runs = self._ranges.runs_by_state if by_state else self._ranges.runs
        start = self._start if self.rows else None
        mapping = replace(self._mapping, positive_is_charge=decided, sign_by_state=by_state)
        if contradiction := counter_way_problem(mapping, self._counter_ways):
            self._findings.add(accepted(mapping, contradiction))
        return Verification(
            mapping=replace(mapping, inferred=self._inferred(mapping, evidence, start)),
            rows=self.rows,
            problems=self._findings.sorted(),
            problem_count=self._findings.total,
            to_decide=self._findings.counts["error"] + self._findings.counts["question"],
            sign=evidence,
            starts_at=self._starts_at(start),
            duration_s=self._span_s,
            median_interval_s=self._intervals.median_s,
            channels=self._mapping.channels,
            preview=builder.preview(-1.0 if decided is False else 1.0),
            trust_clock=self._clock.trusted,
            parts=self._table.parts,
            digest=self._digest.digest(),
            most_v=self._ranges.most_v,
            most_v_row=self._ranges.most_v_row,
            most_a=self._ranges.most_a,
            most_ah=runs.most_ah,
            most_step_id=self._ranges.most_step_id,
        )

    def _starts_at(self, start: HeadStart | None) -> float | None:
        if start is None or math.isnan(self._intervals.first_s):
            return self._clock.starts_at
        return start.unix_s + self._intervals.first_s

    def _inferred(
        self, mapping: Mapping, evidence: SignEvidence, start: HeadStart | None
    ) -> tuple[Inference, ...]:
        """What nobody has said, each with what it follows from."""
        seen = [Inference(LOST, one.text) for one in self._table.notes if one.code == LOST]
        seen += [one for one in mapping.inferred if one.kind in PROPOSED]
        seen += sign_inferred(mapping, self._mapping, evidence, self._state)
        seen += unit_said(mapping, {*mapping.accepted} & self._asked)
        told = replace(mapping, inferred=tuple(seen))
        seen += units_inferred(self._table, told, self._charge, self._power)
        seen += time_inferred(self._table, mapping, self._pace, start)
        seen += numbers_inferred(self._table, self._ledgers)
        return tuple(seen)
