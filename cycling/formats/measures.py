"""Measures of a table, block by block: read, checked and in our units."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from cycling.errors import InputError
from cycling.formats.cell_reader import CellReader
from cycling.formats.checks.times import ClockCheck, TimeCheck
from cycling.formats.columns.check import mapping_problems
from cycling.formats.columns.fields import APART, CHANNEL_FIELDS, Field
from cycling.formats.columns.mapping import Channel, Mapping
from cycling.formats.heads import head_start
from cycling.formats.problems import Findings, RaisedFindings
from cycling.formats.rows import read_rows
from cycling.formats.text.blocks import CellBlock, IntArray
from cycling.formats.text.table import TextTable
from cycling.formats.values.numbers import FloatArray
from cycling.formats.values.step_times import StepTimes

if TYPE_CHECKING:
    import pyarrow as pa


_STEP_TIME = ("Step Time", "s")


@dataclass(frozen=True)
class Block:
    """Some measures, each array as long as the others; NaN is blank, + of current_a charges.

    `step`, `cycle`, `step_id` and `paused` (see `columns.fields`) are float64 with whole numbers of
    32 bits and NaN for blank; they and `power_w` are None where the file has no such column.
    `unix_time_s` is None where the file has no clock. Keys of `extended` are (name, unit); the
    instrument's counters are among them, in Ah and Wh, under the channels of their fields
    (`Field.CHARGE_CAPACITY.channel`).
    """

    test_time_s: FloatArray
    unix_time_s: FloatArray | None
    voltage_v: FloatArray
    current_a: FloatArray
    power_w: FloatArray | None
    step: FloatArray | None
    cycle: FloatArray | None
    step_id: FloatArray | None
    extended: dict[Channel, FloatArray]
    paused: FloatArray | None = None


@dataclass(frozen=True)
class FileBlock:
    """Some rows with their numbers and cells; the signs and the clock are those of the file."""

    rows: IntArray
    measures: Block
    state: FloatArray | None  # 1 in charge, -1 in discharge, 0 at rest, NaN where it is not said
    cells: dict[int, "pa.StringArray"]
    bytes_done: int


def file_blocks(
    table: TextTable,
    mapping: Mapping,
    findings: Findings,
    *,
    also: tuple[int, ...] = (),
    reader: CellReader | None = None,
) -> Iterator[FileBlock]:
    """Every row of a table; what is wrong with cells, rows and times goes to `findings`.

    `also` are columns whose cells are wanted as they are.
    """
    reader = reader or CellReader(table, mapping, findings)
    has_clock = mapping.column(Field.CLOCK) is not None
    times = TimeCheck(findings, by_clock=has_clock and not mapping.column(Field.TEST_TIME))
    steps = StepTimes() if mapping.counts_steps_only else None
    indices = {c.index for c in mapping.columns if c.field is not Field.IGNORED} | set(also)
    for block in read_rows(table, sorted(indices), findings):
        if len(block.rows):
            yield _file_block(mapping, reader, (times, steps), block)


def _file_block(
    mapping: Mapping,
    reader: CellReader,
    counted: tuple[TimeCheck, StepTimes | None],
    block: CellBlock,
) -> FileBlock:
    rows = block.rows

    def of(field: Field) -> FloatArray | None:
        column = mapping.column(field)
        return reader.values(column, block.cells[column.index], rows) if column else None

    def whole(field: Field) -> FloatArray | None:
        values = of(field)
        charge, discharge = map(of, APART[field]) if values is None else (None, None)
        return values if charge is None or discharge is None else _difference(charge, discharge)

    blank = np.full(len(rows), np.nan)  # where only the times are read
    clock, step_id = of(Field.CLOCK), of(Field.STEP_ID)
    extended = {
        (c.name, c.unit): reader.values(c, block.cells[c.index], rows) for c in mapping.extended
    }
    for field in CHANNEL_FIELDS:
        values = step_id if field is Field.STEP_ID else of(field)
        if field.channel and values is not None:
            extended[field.channel] = values
    (times, steps), step = counted, of(Field.STEP)
    test_time_s = of(Field.TEST_TIME)
    if steps is not None:
        key = step_id if step is None else step
        test_time_s = steps.since_start(extended[_STEP_TIME], key)
        step = steps.numbers if key is None else step
    test_time_s = times.checked(rows, test_time_s, clock)
    voltage_v, current_a = of(Field.VOLTAGE), whole(Field.CURRENT)
    measures = Block(
        test_time_s=test_time_s,
        unix_time_s=clock,
        voltage_v=blank if voltage_v is None else voltage_v,
        current_a=blank if current_a is None else current_a,
        power_w=whole(Field.POWER),
        cycle=of(Field.CYCLE),
        step=step,
        step_id=step_id,
        extended=extended,
        paused=of(Field.PAUSED),
    )
    return FileBlock(rows, measures, of(Field.STATE), block.cells, block.bytes_done)


def _difference(charge: FloatArray, discharge: FloatArray) -> FloatArray:
    """Charge less discharge, of their magnitudes; one that is blank beside the other is 0."""
    both = np.isnan(charge) & np.isnan(discharge)
    difference = np.abs(np.nan_to_num(charge)) - np.abs(np.nan_to_num(discharge))
    return np.where(both, np.nan, difference)


def read_measures(
    table: TextTable,
    mapping: Mapping,
    *,
    trust_clock: bool | None = None,
    use_head: bool = True,
) -> Iterator[Block]:
    """All measures of a file, block by block; InputError with row and column on bad data.

    `trust_clock` is what `verify` found; without it the clock is looked through first. `use_head`:
    a file without a clock began when the lines above the table say.
    """
    findings = RaisedFindings()
    for problem in mapping_problems(table, mapping):
        findings.add(problem)
    if mapping.positive_is_charge is None:
        raise InputError(
            "Whether current above zero charges is not decided. "
            "Choose it, on the command line with --charge-sign + or --charge-sign -."
        )
    start = head_start(table, mapping) if use_head else None
    trusted = _clock_is_steady(table, mapping) if trust_clock is None else trust_clock
    clock = ClockCheck(trusted=trusted)
    for block in file_blocks(table, mapping, findings):
        measures = block.measures
        unix_time_s = clock.unix_time_s(measures.test_time_s, measures.unix_time_s)
        if start is not None:
            unix_time_s = start.unix_s + measures.test_time_s
        yield replace(_signed(block, mapping), unix_time_s=unix_time_s)


def _signed(block: FileBlock, mapping: Mapping) -> Block:
    """Measures with + for charge; a zero stays a plain zero.

    Power follows the current; where a file gives it the other sign already it stays.
    """
    measures = block.measures
    if mapping.sign_by_state and block.state is not None:
        turned = block.state < 0
        power = measures.power_w
        return replace(
            measures,
            current_a=with_state(measures.current_a, block.state),
            power_w=None if power is None else np.where(turned, 0.0 - np.abs(power), power),
        )
    if mapping.positive_is_charge:
        return measures
    current, power = measures.current_a, measures.power_w
    if power is not None:
        power = np.where(power * current > 0, 0.0 - power, power)
    return replace(measures, current_a=0.0 - current, power_w=power)


def with_state(current_a: FloatArray, state: FloatArray) -> FloatArray:
    """The current with the sign of its state: magnitudes below zero in discharge."""
    return np.where(state < 0, 0.0 - np.abs(current_a), current_a)


def _clock_is_steady(table: TextTable, mapping: Mapping) -> bool:
    """Whether the clock never goes back while the test time goes on; reads only these two."""
    if mapping.column(Field.TEST_TIME) is None or mapping.column(Field.CLOCK) is None:
        return True
    times = tuple(
        c if c.field in (Field.TEST_TIME, Field.CLOCK) else replace(c, field=Field.IGNORED)
        for c in mapping.columns
    )
    check = ClockCheck(trusted=True)
    for block in file_blocks(table, replace(mapping, columns=times), RaisedFindings()):
        if check.steps_back(block.rows, block.measures.test_time_s, block.measures.unix_time_s):
            return False
    return True
