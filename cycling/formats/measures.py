"""Measures of a table, block by block: read, checked and in our units."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from cycling.errors import InputError
from cycling.formats.cell_reader import CellReader
from cycling.formats.checks.times import ClockCheck, TimeCheck
from cycling.formats.columns.check import mapping_problems
from cycling.formats.columns.fields import STEP_ID_CHANNEL, Field
from cycling.formats.columns.mapping import Channel, Mapping
from cycling.formats.problems import Findings, RaisedFindings
from cycling.formats.text.rows import CellBlock, IntArray, read_rows
from cycling.formats.text.table import TextTable
from cycling.formats.values.numbers import FloatArray

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class FileBlock:
    """Some rows as the file has them, in our units; a field is None where no column is it."""

    rows: IntArray
    test_time_s: FloatArray
    clock_s: FloatArray | None
    voltage_v: FloatArray | None
    current_a: FloatArray | None
    power_w: FloatArray | None
    cycle: FloatArray | None
    step: FloatArray | None
    step_id: FloatArray | None
    extended: dict[Channel, FloatArray]
    cells: dict[int, "pa.StringArray"]
    bytes_done: int

    def terminals(self) -> tuple[FloatArray, FloatArray]:
        """Return voltage (V) and current (A); `mapping_problems` has refused a file without."""
        if self.voltage_v is None or self.current_a is None:
            raise ValueError("a block without voltage or current")
        return self.voltage_v, self.current_a


@dataclass(frozen=True)
class Block:
    """Some measures, each array as long as the others; NaN is blank, + of current_a charges.

    `step`, `cycle` and `step_id` are float64 with whole numbers of 32 bits and NaN for blank;
    they and `power_w` are None where the file has no such column. `unix_time_s` is None where
    the file has no clock. Keys of `extended` are (name, unit).
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
    times = TimeCheck(findings, by_clock=mapping.column(Field.TEST_TIME) is None)
    wanted = {c.index for c in mapping.columns if c.field is not Field.IGNORED} | set(also)
    for block in read_rows(table, sorted(wanted), findings):
        if len(block.rows):
            yield _file_block(mapping, reader, times, block)


def _file_block(
    mapping: Mapping, reader: CellReader, times: TimeCheck, block: CellBlock
) -> FileBlock:
    rows = block.rows

    def of(field: Field) -> FloatArray | None:
        column = mapping.column(field)
        return reader.values(column, block.cells[column.index], rows) if column else None

    clock = of(Field.CLOCK)
    step_id = of(Field.STEP_ID)
    extended = {
        (c.name, c.unit): reader.values(c, block.cells[c.index], rows) for c in mapping.extended
    }
    if step_id is not None:
        extended.setdefault(STEP_ID_CHANNEL, step_id)
    return FileBlock(
        rows=rows,
        test_time_s=times.checked(rows, of(Field.TEST_TIME), clock),
        clock_s=clock,
        voltage_v=of(Field.VOLTAGE),
        current_a=of(Field.CURRENT),
        power_w=of(Field.POWER),
        cycle=of(Field.CYCLE),
        step=of(Field.STEP),
        step_id=step_id,
        extended=extended,
        cells=block.cells,
        bytes_done=block.bytes_done,
    )


def read_measures(
    table: TextTable, mapping: Mapping, *, trust_clock: bool | None = None
) -> Iterator[Block]:
    """All measures of a file, block by block; InputError with row and column on bad data.

    `trust_clock` is what `verify` found; without it the clock is looked through first.
    """
    findings = RaisedFindings()
    for problem in mapping_problems(table, mapping):
        findings.add(problem)
    if mapping.positive_is_charge is None:
        raise InputError(
            "Whether current above zero charges is not decided. "
            "Choose it, on the command line with --charge-sign + or --charge-sign -."
        )
    sign = 1.0 if mapping.positive_is_charge else -1.0
    trusted = _clock_is_steady(table, mapping) if trust_clock is None else trust_clock
    clock = ClockCheck(trusted=trusted)
    for block in file_blocks(table, mapping, findings):
        yield _measures(block, sign, clock)


def _measures(block: FileBlock, sign: float, clock: ClockCheck) -> Block:
    voltage, current = block.terminals()
    return Block(
        test_time_s=block.test_time_s,
        unix_time_s=clock.unix_time_s(block.test_time_s, block.clock_s),
        voltage_v=voltage,
        current_a=signed(current, sign),
        power_w=None if block.power_w is None else _signed_power(block.power_w, current, sign),
        step=block.step,
        cycle=block.cycle,
        step_id=block.step_id,
        extended=block.extended,
    )


def signed(current: FloatArray, sign: float) -> FloatArray:
    """Current with + for charge; a zero stays a plain zero."""
    return current if sign > 0 else 0.0 - current


def _signed_power(power: FloatArray, current: FloatArray, sign: float) -> FloatArray:
    """Power follows the current; where a file gives it the other sign already it stays."""
    if sign > 0:
        return power
    return np.where(power * current > 0, 0.0 - power, power)


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
        if block.clock_s is not None and len(check.steps_back(block)):
            return False
    return True
