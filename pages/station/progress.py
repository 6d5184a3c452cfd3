"""Where an experiment stands in its profile, and how long it still takes.

What is expected of each instruction is corrected by what the rounds until now took. A script goes
on counting between two estimates: `bem.left` in assets/js/clock.js.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from components import formatting
from components.instruction_labels import instruction_words
from cycling.terms import StationState
from db.queries.profiles.compiled import CompiledProfile, CompiledRow
from db.queries.profiles.run_times import RunTimes
from db.queries.stations.state import LiveFacts, StationNow

FAR_S = 50 * 365 * 86400.0  # what ends later has no end that a date could name
LATE_S = 20.0  # by the clock: by then an open page has heard that an instruction has ended
MOST_CORRECTED = 2.0  # by which, or its inverse, an expected time is corrected at the most


@dataclass(frozen=True)
class Remaining:
    """What a run was expected to still take at a moment, in seconds of the laboratory's clock.

    `done_s` is what it has taken. `step_s` is of the present instruction, below 0 for one that
    takes longer than expected, `after_s` of all that follow. `rate` is how fast time goes on: 0
    while it stands still. `is_exact`: nothing but times ends it; `ends_by_time`: the present
    instruction at least.
    """

    at: datetime
    done_s: float
    step_s: float
    after_s: float
    rate: float
    is_exact: bool
    ends_by_time: bool

    @property
    def left_s(self) -> float:
        """What is left of all."""
        return max(0.0, self.step_s) + self.after_s

    def part(self) -> float:
        """Return how much is done, 0 to 1 and never all of it: what has ended is not here."""
        return min(0.99, self.done_s / max(self.done_s + self.left_s, 1e-9))

    def later(self, now: datetime) -> "Remaining":
        """Return the same as it is now."""
        passed_s = self.rate * max(0.0, (now - self.at).total_seconds())
        step_s = self.step_s - passed_s
        if self.ends_by_time:
            step_s = max(0.0, step_s)
        return replace(self, at=now, done_s=self.done_s + passed_s, step_s=step_s)

    def numbers(self) -> list[float]:
        """Return what the script needs beside the moment."""
        spans = [round(one, 1) for one in (self.done_s, self.step_s, self.after_s)]
        return [*spans, self.rate, 1 if self.is_exact else 2 if self.ends_by_time else 0]

    def attributes(self) -> dict[str, str]:
        """Return what lets the script write into an element, or fill a bar, from now on."""
        numbers = ",".join(f"{one:g}" if one < 1e5 else f"{one:.0f}" for one in self.numbers())
        return {"data-bem-left": f"{self.at.timestamp() * 1000:.0f},{numbers}"}

    @property
    def is_late(self) -> bool:
        """Whether the present instruction takes longer than expected, not only its end's news."""
        return self.step_s < -LATE_S * max(self.rate, 1.0)

    def words(self) -> str:
        """Say how long it still takes; `bem.left` in assets/js/clock.js says the same."""
        has_no_end = self.is_late and self.after_s < 1
        words = "longer than expected" if has_no_end else f"{self._span()} left"
        return words if self.rate else f"stands still, {words}"

    def until_next(self) -> str:
        """Say when what follows begins: `in about 3 h 12 min`."""
        if self.is_late and self.after_s < 1:
            return "once the present instruction has ended"
        return f"in {self._span()}"

    def _span(self) -> str:
        about = "at least " if self.is_late else "" if self.is_exact else "about "
        return f"{about}{formatting.whole_duration(self.left_s)}"


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    `number` of `count` is the line of the profile's text and the last that has an instruction, or
    they are instructions where there is no text.
    `running_s` is the test time within the present instruction. `part` is 0 to 1, by time, or by
    instructions that are through where their times are not known. `left` is what it is expected
    to take by the laboratory's clock, also where a simulated one runs faster, `step_left` what the
    present instruction takes by its own; `ends_by` the latest time at which it ends. None where
    not known.
    """

    row: CompiledRow
    place: int
    number: int
    count: int
    words: str
    running_s: float
    part: float
    left: Remaining | None
    step_left: Remaining | None
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
    running_s = max(0.0, (live.test_time_s or 0.0) - _began_s(live, row))
    number, count = _number_of(compiled, row, place)
    step = _remaining(station, live, compiled, place)
    left = None if step is None else _by_the_clock(step, station.speed)
    is_guess = compiled.likely_after_s(place) is None
    likely_s = _likely_s(station, row, place)
    own_s = likely_s - running_s if is_guess and likely_s is not None else None
    return Progress(
        row=row,
        place=place,
        number=number,
        count=count,
        words=row_label(row),
        running_s=running_s,
        part=place / len(compiled.rows) if left is None else left.later(station.at).part(),
        left=left,
        step_left=_of_step(step, row, own_s),
        ends_by=_ends_by(station, compiled, row, place, running_s),
    )


def left_words(at: Progress | None, now: datetime) -> str:
    """Say how long a run still takes."""
    if at is None or at.left is None:
        return "time left unknown"
    return at.left.later(now).words()


def left_attributes(at: Progress | None) -> dict[str, str]:
    """Return what lets the script go on counting; nothing where nothing is known."""
    return {} if at is None or at.left is None else at.left.attributes()


def _remaining(
    station: StationNow, live: LiveFacts, compiled: CompiledProfile, place: int
) -> Remaining | None:
    """Return what is left in test time; None where nothing is known of it.

    Nothing is before the charge with which it began is measured.
    """
    times = station.times
    if times is None:
        return None
    row, test_s = compiled.rows[place], live.test_time_s or 0.0
    began_s = _began_s(live, row)
    runs = live.state is StationState.RUNNING and station.lost_at is None
    now = Remaining(
        at=live.measured_at or live.seen_at,
        done_s=test_s,
        step_s=0.0,
        after_s=0.0,
        rate=station.speed if runs else 0.0,
        is_exact=compiled.is_exact_from(place),
        ends_by_time=row.is_exact,
    )
    after_s = compiled.likely_after_s(place)
    if row.likely_s is None or after_s is None or times.is_cut:
        whole_s = compiled.expected_s if times.whole_s is None else times.whole_s
        left_s = None if whole_s is None else whole_s - test_s
        return None if left_s is None else replace(now, step_s=left_s, ends_by_time=False)
    factor = _correction(compiled, times, place, began_s)
    more_s = times.more_after(place)
    uncertain_s = compiled.uncertain_after_s(place) + more_s
    likely_s = row.likely_s if row.is_exact else (row.likely_s + times.more_at(place)) * factor
    step_s = likely_s - max(0.0, test_s - began_s)
    return replace(
        now,
        step_s=max(0.0, step_s) if row.is_exact else step_s,
        after_s=after_s + more_s + uncertain_s * (factor - 1),
    )


def _likely_s(station: StationNow, row: CompiledRow, place: int) -> float | None:
    if row.likely_s is None or station.times is None:
        return None
    return row.likely_s + station.times.more_at(place)


def _began_s(live: LiveFacts, row: CompiledRow) -> float:
    """Return the test time at which the present step began, of whose rows one is carried out."""
    return (live.instruction_began_s or 0.0) - row.before_s(live.instruction_id or 0)


def _of_step(step: Remaining | None, row: CompiledRow, own_s: float | None) -> Remaining | None:
    """Return what is left of the present instruction; `own_s` where that of all is a guess."""
    if step is None or row.likely_s is None:
        return None
    alone = replace(step, after_s=0.0, is_exact=row.is_exact, ends_by_time=row.is_exact)
    if own_s is None:
        return alone
    return replace(alone, step_s=max(0.0, own_s) if row.is_exact else own_s)


def _correction(compiled: CompiledProfile, times: RunTimes, place: int, began_s: float) -> float:
    """Return by what expected times are to be multiplied, from what the rounds until now took."""
    row = compiled.rows[place]
    rounds = (row.cycle or (row.loops[0][0] if row.loops else 1)) - 1
    likely_s, more_s = compiled.likely_before_s(place), times.more_before(place)
    uncertain_s = compiled.uncertain_before_s(place) + more_s
    if rounds < 1 or likely_s is None or uncertain_s <= 0:
        return 1.0
    likely_s += more_s
    taken_s = began_s - (likely_s - uncertain_s)
    factor = 1 + (taken_s / uncertain_s - 1) * rounds / (rounds + 1)
    return min(max(factor, 1 / MOST_CORRECTED), MOST_CORRECTED)


def _by_the_clock(one: Remaining, speed: float) -> Remaining:
    spans = (value / speed for value in (one.done_s, one.step_s, one.after_s, one.rate))
    done_s, step_s, after_s, rate = spans
    return replace(one, done_s=done_s, step_s=step_s, after_s=after_s, rate=rate)


def row_label(row: CompiledRow) -> str:
    """Return an instruction in words."""
    return instruction_words(row.mode, row.set_point, row.limits, row.max_current_a)


def row_name(row: CompiledRow) -> str:
    """Name an instruction by its line of the profile's text, as every page does, and its round.

    "Line 3, cycle 2: CC −1.5 A until 2.5 V"; without a text by its number: "7 CC 1.5 A ...".
    """
    if row.line is None:
        return f"{row.id:,} {row_label(row)}"
    rounds = [this for this, of in row.loops if of > 1]
    place = [f"Line {row.line}"]
    if row.cycle is not None:
        place.append(f"cycle {row.cycle:,}")
    if rounds and (row.cycle is None or len(rounds) > 1):
        inner = rounds if row.cycle is None else rounds[-1:]
        place.append(f"round {'.'.join(map(str, inner))}")
    return f"{', '.join(place)}: {row_label(row)}"


def loop_label(row: CompiledRow) -> str:
    """Say which cycle or which round of the outermost loop an instruction belongs to."""
    if row.cycle is not None and row.cycles:
        return f"Cycle {row.cycle:,} of {row.cycles:,}"
    if row.loops:
        return f"Round {row.loops[0][0]:,} of {row.loops[0][1]:,}"
    return ""


def _number_of(compiled: CompiledProfile, row: CompiledRow, place: int) -> tuple[int, int]:
    if row.line is not None:
        return row.line, compiled.lines[-1]
    return place + 1, len(compiled.rows)


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
