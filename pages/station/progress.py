"""Where an experiment stands in its profile, and how long it still takes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from components.instruction_labels import instruction_words
from db.queries.profiles.compiled import CompiledProfile, CompiledRow
from db.queries.stations.state import StationNow

FAR_S = 50 * 365 * 86400.0  # what ends later has no end that a date could name


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    What is left is the laboratory's time, also where a simulated clock runs faster.

    `number` of `count` are lines of the profile's text, or instructions where there is no text.
    `running_s` is the test time within the present instruction. `part` is 0 to 1. `left_s` is what
    it is expected to take; `ends_by` the latest time at which it ends. None where not known.
    """

    row: CompiledRow
    place: int
    number: int
    count: int
    words: str
    running_s: float
    part: float | None
    left_s: float | None
    step_left_s: float | None
    is_exact: bool
    ends_by: datetime | None


def progress(station: StationNow) -> Progress | None:
    """Return where a station stands; None without a run or before its first instruction."""
    live, compiled = station.live, station.compiled
    if live is None or compiled is None or live.instruction_id is None:
        return None
    place = compiled.places.get(live.instruction_id)
    if place is None:
        return None
    row = compiled.rows[place]
    test_s = live.test_time_s or 0.0
    running_s = max(0.0, test_s - (live.instruction_began_s or 0.0))
    number, count = _number_of(compiled, row, place)
    step_left = _less(row.likely_s, running_s)
    left = _sum(step_left, compiled.likely_after_s(place))
    is_exact = left is not None and left == _sum(
        _less(row.longest_s, running_s), compiled.longest_after_s(place)
    )
    if left is None and compiled.expected_s is not None and compiled.expected_s > test_s:
        left = compiled.expected_s - test_s
    return Progress(
        row=row,
        place=place,
        number=number,
        count=count,
        words=row_label(row),
        running_s=running_s,
        part=_part(row, place, len(compiled.rows), test_s, left),
        left_s=None if left is None else left / station.speed,
        step_left_s=None if step_left is None else step_left / station.speed,
        is_exact=is_exact,
        ends_by=_ends_by(station, compiled, row, place, running_s),
    )


def row_label(row: CompiledRow) -> str:
    """Return an instruction in words."""
    return instruction_words(row.mode, row.set_point, row.limits, row.max_current_a)


def loop_label(row: CompiledRow) -> str:
    """Say which cycle or which round of the outermost loop an instruction belongs to."""
    if row.cycle is not None and row.cycles:
        return f"Cycle {row.cycle:,} of {row.cycles:,}"
    if row.loops:
        return f"Loop {row.loops[0][0]:,} of {row.loops[0][1]:,}"
    return ""


def _number_of(compiled: CompiledProfile, row: CompiledRow, place: int) -> tuple[int, int]:
    if row.line in compiled.lines:
        return compiled.lines.index(row.line) + 1, len(compiled.lines)
    return place + 1, len(compiled.rows)


def _part(
    row: CompiledRow, place: int, count: int, test_s: float, left_s: float | None
) -> float | None:
    if row.cycle is not None and row.cycles:
        return row.cycle / row.cycles
    if left_s is not None and test_s + left_s > 0:
        return test_s / (test_s + left_s)
    return place / count


def _ends_by(
    station: StationNow, compiled: CompiledProfile, row: CompiledRow, place: int, running_s: float
) -> datetime | None:
    longest = _sum(_less(row.longest_s, running_s), compiled.longest_after_s(place))
    heard_at = station.live.measured_at or station.live.seen_at if station.live else None
    if longest is None or heard_at is None or longest > FAR_S:
        return None
    return heard_at + timedelta(seconds=longest / station.speed)


def _less(value: float | None, by: float) -> float | None:
    return None if value is None else max(0.0, value - by)


def _sum(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first + second
