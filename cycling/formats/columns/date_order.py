"""Whether the day or the month comes first in a column of dates, by the whole file."""

from dataclasses import dataclass, replace

import numpy as np

from cycling.formats.columns.fields import DAY_FIRST, MONTH_FIRST
from cycling.formats.columns.labels import same_name, split_label
from cycling.formats.columns.mapping import Column
from cycling.formats.columns.time_values import all_values, sampled
from cycling.formats.facts import START
from cycling.formats.text.table import TextTable
from cycling.formats.values.clock_units import date_order
from cycling.formats.values.dates import label_order
from cycling.formats.values.numbers import FloatArray

# What decides between both orders of day and month, in the order of `_merit`.
_REASONS = (
    "one of them has a day above 12",
    "else they would go back",
    "else more or less would pass than the test time says",
    "else they would jump by a month",
)
_SURE = 3  # of `_merit`: the last one is a mere likelihood
_MONTH_FIRST_NAMES = ("dpttime",)  # Maccor's, which writes American dates in every country


@dataclass
class _Reading:
    """What a column of dates is when read in one order."""

    count: int = 0
    steps_back: int = 0
    first: float = np.nan
    last: float = np.nan
    greatest_jump: float = 0.0

    def add(self, values: FloatArray) -> None:
        """Take the next dates."""
        if not self.count:
            self.first = self.last = float(values[0])
        steps = np.diff(values, prepend=self.last)
        self.count += len(values)
        self.steps_back += int(np.count_nonzero(steps < 0))
        self.greatest_jump = max(self.greatest_jump, float(np.abs(steps).max()))
        self.last = float(values[-1])


def file_date_order(table: TextTable, clock: Column, time: Column | None) -> tuple[str, str]:
    """The order of day and month that the whole file speaks for, and why; "" for a mere habit.

    What the dates are in only one order, then the label, unless what passed between the first and
    the last row contradicts it, then that, then the smallest jump, then the date in the file's
    head; if nothing decides, the day is first.
    """
    if order := date_order(table.sample_of(clock.index)):
        return order, "one of them has a day above 12"
    readings = {}
    for order in (DAY_FIRST, MONTH_FIRST):
        reading = readings[order] = _Reading()
        for values in all_values(table, replace(clock, unit=order)):
            reading.add(values)
    elapsed_s = _elapsed_s(table, time) if time else None
    if order := label_order(clock.label):
        other = MONTH_FIRST if order == DAY_FIRST else DAY_FIRST
        said, otherwise = (_merit(readings[one], elapsed_s)[:_SURE] for one in (order, other))
        if said <= otherwise:
            return order, "so has the column's label"
    day, month = (_merit(readings[order], elapsed_s) for order in (DAY_FIRST, MONTH_FIRST))
    if day != month:
        first = next(
            place for place, pair in enumerate(zip(day, month, strict=True)) if len(set(pair)) > 1
        )
        return DAY_FIRST if day < month else MONTH_FIRST, _REASONS[first]
    if order := date_order([table.facts.get(START, "")]):
        return order, "so has the date in the file's head"
    name = same_name(split_label(clock.label)[0])
    return (MONTH_FIRST if name in _MONTH_FIRST_NAMES else clock.unit), ""


def _elapsed_s(table: TextTable, time: Column) -> float | None:
    passed = sampled(table, time)
    return float(passed[-1] - passed[0]) if len(passed) > 1 else None


def _merit(reading: _Reading, elapsed_s: float | None) -> tuple[float, ...]:
    """What speaks against a reading, the weightiest first."""
    apart = 0.0 if elapsed_s is None else abs(reading.last - reading.first - elapsed_s)
    return -reading.count, reading.steps_back, round(apart / 86_400), reading.greatest_jump
