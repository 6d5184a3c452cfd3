"""The flat rows of the Instructions table, where in the profile each comes from, and their text."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from cycling.profile.checks.capabilities import (
    INSTRUCTION_TABLE,
    MAX_WHOLE,
    TABLE_LIMITS,
    check_station,
    whole_milli,
)
from cycling.profile.language.quantities import UNITS, plain
from cycling.profile.language.tree import SET_POINT_KINDS, LimitKind
from cycling.profile.problems import NOWHERE, Problem, error, errors_in, warning
from cycling.profile.program.instructions import (
    ExactLimit,
    Executed,
    Instruction,
    Part,
    Program,
)
from cycling.terms import LimitType, Mode

WARN_STEPS, MAX_ROWS = 2_000, 20_000
MAGNITUDES = (LimitType.CURRENT, LimitType.POWER)

FlatRow = tuple[Mode, int, LimitType, int]  # set-point and limit in mA, mV, mW or ms


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the Instructions table, in mA, mV, mW or ms."""

    id: int
    mode: Mode
    set_point: int
    limit_type: LimitType
    limit_point: int


@dataclass(frozen=True, slots=True)
class FlatRows:
    """The rows with the execution that each is of (several of a split step); none with errors."""

    rows: tuple[Row, ...]
    origins: tuple[Executed, ...]
    problems: tuple[Problem, ...]


_Values = tuple[int, LimitType, int]


def row_count(program: Program) -> int:
    """Return how many rows a program compiles to; nothing is unrolled to know it."""
    return _count(program.parts)


def compile_rows(program: Program) -> FlatRows:
    """Return the rows that say exactly what the program says.

    What the table cannot hold (several limits, MAX, SAFETY, ...) is an error with its line, and so
    are more than 20,000 rows.
    """
    problems = (*check_station(program, INSTRUCTION_TABLE), *check_row_count(program))
    if errors_in(problems):
        return FlatRows((), (), problems)
    return _flat(program, problems)


def reference_rows(program: Program) -> FlatRows:
    """Return rows for a station of our own protocol, which executes the exact program.

    They only give its measures an instruction to refer to: of several limits the first that the
    table knows is kept, and values are cut to the size of the columns. Never for a cycler.
    """
    problems = tuple(check_row_count(program))
    if errors_in(problems):
        return FlatRows((), (), problems)
    return _flat(program, problems)


def check_row_count(program: Program) -> Iterator[Problem]:
    """Yield a warning above 2,000 steps and an error above 20,000 rows."""
    rows = row_count(program)
    if rows > MAX_ROWS:
        yield error(
            NOWHERE,
            f"The profile has {rows:,} rows with its loops unrolled; {MAX_ROWS:,} are the most. "
            "Repeat less often, or make several experiments of it.",
        )
    elif program.instruction_count > WARN_STEPS:
        yield warning(
            NOWHERE, f"The profile has {program.instruction_count:,} steps, which is a lot."
        )


def _flat(program: Program, problems: tuple[Problem, ...]) -> FlatRows:
    rows: list[Row] = []
    origins: list[Executed] = []
    values_of: dict[int, tuple[_Values, ...]] = {}
    for execution in program.executed():
        step = execution.instruction
        values = values_of.get(id(step))
        if values is None:
            values = values_of[id(step)] = tuple(_values(step))
        for set_point, limit_type, limit_point in values:
            rows.append(Row(len(rows) + 1, step.mode, set_point, limit_type, limit_point))
            origins.append(execution)
    return FlatRows(tuple(rows), tuple(origins), problems)


def _kept_limit(step: Instruction) -> ExactLimit:
    """Return the limit that stands in the row."""
    limits = [limit for limit in step.limits if limit.kind in TABLE_LIMITS]
    return limits[0] if limits else ExactLimit(LimitKind.TIME, Decimal(0))


def _values(step: Instruction) -> Iterator[_Values]:
    """Yield the rows of one step; a time that is too long for one is shared evenly."""
    limit = _kept_limit(step)
    kind = LimitType(limit.kind)
    point = whole_milli(limit.value)
    set_point = _fitting(whole_milli(step.set_point))
    if kind is not LimitType.TIME:
        yield set_point, kind, _fitting(point)
        return
    rows = rows_of(step)
    for row in range(rows):
        share = point * (row + 1) // rows - point * row // rows
        yield (share if step.mode is Mode.WAIT else set_point), kind, _fitting(share)


def _fitting(value: int) -> int:
    return max(-MAX_WHOLE, min(value, MAX_WHOLE))


def rows_of(step: Instruction) -> int:
    """Return how many rows a step takes: more than one where only a long time ends it."""
    only = step.only_limit
    if only is None or only.kind is not LimitKind.TIME:
        return 1
    return max(1, -(-whole_milli(only.value) // MAX_WHOLE))


def _count(parts: tuple[Part, ...]) -> int:
    return sum(
        rows_of(part) if isinstance(part, Instruction) else part.count * _count(part.items)
        for part in parts
    )


def text_of_rows(rows: Iterable[FlatRow]) -> str:
    """Return one line for each row, in A, V, W and s, where nothing but the rows is known."""
    return "\n".join(_line(*row) for row in rows)


def _line(mode: Mode, set_point: int, limit_type: LimitType, limit_point: int) -> str:
    if mode is Mode.WAIT:
        return f"WAIT, {_units(limit_point)}s"
    point = abs(limit_point) if limit_type in MAGNITUDES else limit_point
    drive = f"{mode.name}, {_units(set_point)}{UNITS[SET_POINT_KINDS[mode]][0]}"
    return f"{drive}, {limit_type}, {_units(point)}{UNITS[LimitKind(limit_type).kind][0]}"


def _units(milli: int) -> str:
    return plain(Decimal(milli) / 1000)
