"""Where steps begin and end, and until when their current was constant.

Rows of steps can be joined: what was cut in two is what it would have been in one piece. To find
where the constant current of a step ends, which only its end shows, those samples are kept that are
greater than all after them and within `CONSTANT` of the greatest: few, whatever the step's length.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.curves import Course

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CONSTANT = 0.999  # of the greatest |current| of a step: from here on it falls
FALLEN = 0.95  # a current that ends above this part of its greatest has not fallen


@dataclass(frozen=True)
class Tops:
    """Samples of steps after which the current is lower, in their order; shapes (tops,).

    `row` is the row of the step. `size_a` is |current|; `charge_as` and `time_s` say how much
    flowed in which time from the step's beginning to it; `next_` what it is one sample later, NaN
    where there is none.
    """

    row: Ints
    size_a: Floats
    charge_as: Floats
    time_s: Floats
    voltage_v: Floats
    next_charge_as: Floats
    next_time_s: Floats
    next_voltage_v: Floats

    def of(self, which: Ints | NDArray[np.bool_]) -> "Tops":
        """Return some of them."""
        return Tops(*(getattr(self, one.name)[which] for one in fields(self)))


@dataclass(frozen=True)
class Ends:
    """The ends of steps, shapes (steps,), NaN where unknown.

    Times in the samples' seconds: `begin_s` with what leads to the first sample, `end_s` with what
    is held after the last. `first_v`, `last_v`, `first_t`, `last_t`: first and last voltage (V) and
    temperature, `last_a` the last |current| (A), `greatest_a` the greatest. `flowed_as` (As) and
    `known_s` are the integral of |current| and its time.
    """

    begin_s: Floats
    end_s: Floats
    first_v: Floats
    last_v: Floats
    first_t: Floats
    last_t: Floats
    last_a: Floats
    greatest_a: Floats
    flowed_as: Floats
    known_s: Floats
    tops: Tops

    def part(self, first: int, end: int) -> "Ends":
        """Return those of some rows, from one to before another."""
        columns = {one.name: getattr(self, one.name)[first:end] for one in fields(self)[:-1]}
        tops = self.tops.of((self.tops.row >= first) & (self.tops.row < end))
        return Ends(**columns, tops=replace(tops, row=tops.row - first))

    def joined(self, starts: Ints) -> "Ends":
        """Make one step of the rows from each start to the next; the first start is 0."""
        counts = np.diff(np.append(starts, len(self.begin_s)))
        greatest_a = np.fmax.reduceat(self.greatest_a, starts)
        return Ends(
            **{name: _first_known(getattr(self, name), starts) for name in FIRST},
            **{name: _last_known(getattr(self, name), starts) for name in LAST},
            greatest_a=greatest_a,
            flowed_as=np.add.reduceat(self.flowed_as, starts),
            known_s=np.add.reduceat(self.known_s, starts),
            tops=self._joined_tops(starts, counts, greatest_a),
        )

    def _joined_tops(self, starts: Ints, counts: Ints, greatest_a: Floats) -> Tops:
        """Return tops with what flowed in the rows before, without those that are none any more."""
        before = [_before(column, starts, counts) for column in (self.flowed_as, self.known_s)]
        later_a = np.full(len(self.begin_s), -np.inf)
        for start, count in zip(starts[counts > 1], counts[counts > 1], strict=True):
            sizes = np.nan_to_num(self.greatest_a[start + 1 : start + count], nan=-np.inf)
            later_a[start : start + count - 1] = np.maximum.accumulate(sizes[::-1])[::-1]
        tops, step = self.tops, np.repeat(np.arange(len(starts)), counts)[self.tops.row]
        is_top = (tops.size_a > later_a[tops.row]) & (tops.size_a >= CONSTANT * greatest_a[step])
        tops_left, step = tops.of(is_top), step[is_top]
        flowed_as, known_s = (column[tops_left.row] for column in before)
        return replace(
            tops_left,
            row=step,
            charge_as=tops_left.charge_as + flowed_as,
            time_s=tops_left.time_s + known_s,
            next_charge_as=tops_left.next_charge_as + flowed_as,
            next_time_s=tops_left.next_time_s + known_s,
        )


FIRST = ("begin_s", "first_v", "first_t")
LAST = ("end_s", "last_v", "last_t", "last_a")


def below(parts: Sequence[Ends]) -> Ends:
    """Put the rows of parts below each other."""
    first = np.cumsum([0, *(len(one.begin_s) for one in parts)])
    tops = [replace(one.tops, row=one.tops.row + at) for one, at in zip(parts, first, strict=False)]
    names = [one.name for one in fields(Ends) if one.name != "tops"]
    return Ends(
        **{name: np.concatenate([getattr(one, name) for one in parts]) for name in names},
        tops=Tops(
            *(np.concatenate([getattr(one, it.name) for one in tops]) for it in fields(Tops))
        ),
    )


def no_ends() -> Ends:
    """Return the ends of no steps."""
    names = [one.name for one in fields(Ends) if one.name != "tops"]
    return Ends(**{name: np.empty(0) for name in names}, tops=_no_tops())


def ends_of(
    time_s: Floats,
    voltage: Course,
    current: Course,
    temperature: Course,
    flowed_as: Floats,
) -> Ends:
    """Return the ends of the steps of a block; `current` is that without what is rest."""
    steps = current.steps
    last = steps.starts + steps.rows - 1
    first_v, last_v = _first_and_last(voltage)
    first_t, last_t = _first_and_last(temperature)
    last_a = np.abs(_first_and_last(current)[1])
    greatest_a = np.fmax(np.abs(current.lowest), np.abs(current.highest))
    return Ends(
        begin_s=time_s[steps.starts] - steps.lead_s,
        end_s=time_s[last] + steps.counted_s[last],
        first_v=first_v,
        last_v=last_v,
        first_t=first_t,
        last_t=last_t,
        last_a=last_a,
        greatest_a=greatest_a,
        flowed_as=flowed_as,
        known_s=current.known_s(),
        tops=_tops(voltage, current, last_a, greatest_a),
    )


def _tops(voltage: Course, current: Course, last_a: Floats, greatest_a: Floats) -> Tops:
    """Return the last top of each step whose current falls, all of the first and the last step."""
    if not len(current.present):
        return _no_tops()
    sizes = np.abs(current.values)
    counts = np.diff(np.append(current.first, len(sizes)))
    least_a = CONSTANT * greatest_a[current.present]
    falls = last_a[current.present] <= FALLEN * greatest_a[current.present]
    falls[[0, -1]] = False
    places = [_all_tops(sizes, 0, counts[0], least_a[0])]
    if falls.any():
        places.append(_last_tops(sizes, current.first, counts, least_a, falls))
    if len(counts) > 1:
        places.append(_all_tops(sizes, current.first[-1], counts[-1], least_a[-1]))
    return _at(np.concatenate(places), sizes, counts, voltage, current)


def _all_tops(sizes: Floats, first: int, count: int, least_a: float) -> Ints:
    """Return the places of a step's values that are greater than all after them."""
    if sizes[first + count - 1] * CONSTANT >= least_a:
        return np.array([first + count - 1])
    rows = first + np.flatnonzero(sizes[first : first + count] >= least_a)
    greatest_then = np.maximum.accumulate(sizes[rows][::-1])[::-1]
    is_top = np.append(sizes[rows[:-1]] > greatest_then[1:], [True])
    return np.asarray(rows[is_top])


def _last_tops(
    sizes: Floats, first: Ints, counts: Ints, least_a: Floats, falls: NDArray[np.bool_]
) -> Ints:
    """Return the places of the last values of steps that are not below `least_a`."""
    rows = np.flatnonzero(sizes >= np.repeat(np.where(falls, least_a, np.inf), counts))
    last = np.searchsorted(rows, (first + counts)[falls]) - 1
    return rows[last]


def _at(places: Ints, sizes: Floats, counts: Ints, voltage: Course, current: Course) -> Tops:
    present = np.searchsorted(current.first, places, side="right") - 1
    has_next = places + 1 < (current.first + counts)[present]
    then = np.where(has_next, places + 1, places)
    rows = np.arange(len(sizes)) if current.rows is None else current.rows
    first, lead_s = current.first[present], current.lead_s[present]
    flowed_as = sizes[:-1] + sizes[1:]
    if np.any((current.lowest < 0) & (current.highest > 0)):  # lines through zero
        crosses = np.flatnonzero(current.values[:-1] * current.values[1:] < 0)
        from_, to = sizes[crosses], sizes[crosses + 1]
        flowed_as[crosses] -= 2 * from_ * (to / (from_ + to))
    flowed_as *= current.seconds[:-1]
    points = np.unique(np.concatenate([first, places, then]))
    passed = np.stack([_passed(flowed_as, points) / 2, _passed(current.seconds[:-1], points)])
    lead = np.stack([sizes[first] * lead_s, lead_s])
    begin, here, next_ = (passed[:, np.searchsorted(points, at)] for at in (first, places, then))
    charge_as, time_s = lead + here - begin
    next_as, next_s = np.where(has_next, lead + next_ - begin, np.nan)
    return Tops(
        row=current.present[present],
        size_a=sizes[places],
        charge_as=charge_as,
        time_s=time_s,
        voltage_v=_values_at(voltage, rows[places]),
        next_charge_as=next_as,
        next_time_s=next_s,
        next_voltage_v=np.where(has_next, _values_at(voltage, rows[then]), np.nan),
    )


def _passed(values: Floats, points: Ints) -> Floats:
    """Return the sums of what is before points (in their order), less what is before the first."""
    if len(points) < 2:
        return np.zeros(1)
    parts = np.add.reduceat(values[: points[-1]], points[:-1])
    return np.concatenate([[0.0], np.cumsum(parts)])


def _before(values: Floats, starts: Ints, counts: Ints) -> Floats:
    """Return the sum of what stands before each row in its step."""
    before = np.cumsum(values) - values
    return before - np.repeat(before[starts], counts)


def _first_known(values: Floats, starts: Ints) -> Floats:
    places = np.where(np.isnan(values), len(values), np.arange(len(values)))
    return np.append(values, np.nan)[np.minimum.reduceat(places, starts)]


def _last_known(values: Floats, starts: Ints) -> Floats:
    places = np.where(np.isnan(values), -1, np.arange(len(values)))
    return np.append(values, np.nan)[np.maximum.reduceat(places, starts)]


def _first_and_last(course: Course) -> tuple[Floats, Floats]:
    """Return the first and the last known value of each step."""
    both = np.full((2, len(course.steps.starts)), np.nan)
    if not len(course.present):
        return both[0], both[1]
    last = np.append(course.first[1:], len(course.values)) - 1
    both[:, course.present] = course.values[course.first], course.values[last]
    return both[0], both[1]


def _values_at(course: Course, rows: Ints) -> Floats:
    """Return the values of rows, the last known ones where they are blank."""
    if course.rows is None:
        return course.values[rows]
    place = np.searchsorted(course.rows, rows, side="right")
    return np.append(np.nan, course.values)[place]


def _no_tops() -> Tops:
    return Tops(np.empty(0, np.int64), *(np.empty(0) for _ in range(7)))
