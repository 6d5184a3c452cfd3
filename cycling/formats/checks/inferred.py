"""What was inferred about a file, in sentences: sign, times, start; and what the user accepts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from cycling.formats.checks.pace import PaceWatch, runs_fast
from cycling.formats.checks.plausible import three_digits
from cycling.formats.checks.sign import SignEvidence
from cycling.formats.checks.states import StateEvidence
from cycling.formats.columns.fields import ABSOLUTE_CLOCKS, Field
from cycling.formats.columns.mapping import MAX_LABEL, Inference, Mapping
from cycling.formats.columns.times import zone_named
from cycling.formats.heads import HeadStart
from cycling.formats.problems import Problem, quoted_list
from cycling.formats.text.table import TextTable
from cycling.formats.values.clocks import zone
from cycling.units import duration_words

# Kinds that a proposal of columns gives; the others follow from reading the whole file.
PROPOSED = ("dates", "columns", "units", "voltage", "current", "power", "day")


def accepted(mapping: Mapping, problem: Problem) -> Problem:
    """A question that the user has answered with "it is right" is a warning."""
    if problem.severity == "question" and problem.code in mapping.accepted:
        return replace(problem, severity="warning")
    return problem


def sign_inferred(
    mapping: Mapping, before: Mapping, evidence: SignEvidence, state: StateEvidence | None
) -> list[Inference]:
    """Why current above zero is taken for charge or for discharge; nothing where it was chosen."""
    column = mapping.column(Field.STATE)
    if before.positive_is_charge is not None and not mapping.sign_by_state:
        return []
    if mapping.positive_is_charge is None or evidence.verdict == "no current":
        return []
    if column and state and state.verdict in ("unsigned", "charge", "discharge"):
        return [Inference("sign", state.text(column.shown))]
    return [Inference("sign", evidence.text)]


def time_inferred(
    table: TextTable, mapping: Mapping, pace: PaceWatch, start: HeadStart | None
) -> list[Inference]:
    """Which column counts the time, from what the start is, and where the test was paused."""
    seen = []
    time, clock = mapping.column(Field.TEST_TIME), mapping.column(Field.CLOCK)
    if time and clock:
        text = f"Column {time.shown!r} counts the time; {clock.shown!r} only says when."
        seen.append(Inference("time", text))
    elif clock:
        text = f"The time is counted by the clock in column {clock.shown!r}."
        seen.append(Inference("time", text))
    rate = pace.pace
    if rate and runs_fast(mapping, rate):
        text = (
            f"The test time goes {three_digits(1 / rate)} times as fast as the clock: it is our "
            "own export of a simulated station."
        )
        seen.append(Inference("speed", text))
    if time and pace.pauses:
        places = "once" if pace.pauses == 1 else f"{pace.pauses:,} times"
        lasts = duration_words(pace.paused_s)
        text = f"The clock goes on {places} without the test time, {lasts} in all."
        seen.append(Inference("pauses", text))
    if start:
        at = datetime.fromtimestamp(start.unix_s, UTC).astimezone(zone(mapping.time_zone))
        text = (
            f"The start is {at:%Y-%m-%d %H:%M:%S} ({mapping.time_zone}), by the file's head: "
            f"{start.text!r}."
        )
        seen.append(Inference("start", text))
    elif clock and clock.unit not in ABSOLUTE_CLOCKS:
        text = f"Where the clock names no zone, it is read as {mapping.time_zone}."
        if zone_named(mapping) == mapping.time_zone:
            text = f"Column {clock.shown!r} names its zone: it is read as {mapping.time_zone}."
        seen.append(Inference("zone", text))
    return seen


def numbers_inferred(table: TextTable, ledgers: Sequence[str]) -> list[Inference]:
    """How numbers are written; `ledgers` are columns with (1.25) or 1.25- for what is below 0."""
    seen = []
    if table.thousands:
        text = "Groups of three digits are apart in this file's numbers."
        seen.append(Inference("numbers", text))
    if ledgers:
        text = (
            "Numbers in parentheses, or with a minus behind them, are read as below zero in "
            f"column{'s' * (len(ledgers) > 1)} {quoted_list(ledgers)}."
        )
        seen.append(Inference("numbers", text[:MAX_LABEL]))
    return seen
