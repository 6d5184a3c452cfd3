"""Several files of one test, in order, as one: test time, cycles and steps run on.

What passed between two files is a pause: the clock goes on, the test time does not. Where a file
counts its test time on from the file before, it keeps it.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np

from cycling.errors import InputError
from cycling.formats.checks.digest import Digest
from cycling.formats.columns.mapping import MAX_LABEL, Inference, Mapping
from cycling.formats.measures import Block
from cycling.formats.problems import LOST
from cycling.formats.values.numbers import FloatArray

CLOCK_NOISE_S = 1.0  # of clocks that are written in whole seconds
MAX_NAMED = 5  # files in a sentence, sentences of a kind
BEGINS_ANEW_S = 60.0  # up to here a test time begins anew


@dataclass(frozen=True)
class Part:
    """A file, named in messages, and its measures."""

    name: str
    blocks: Iterable[Block]


def check_order(parts: Sequence[tuple[str, Digest]]) -> None:
    """Raise InputError unless files, by name, follow each other as they are given."""
    clocked = [digest.begins_s is not None for _name, digest in parts]
    if any(clocked) and not all(clocked):
        name = parts[clocked.index(False)][0]
        raise InputError(
            f"{name} has no clock, others have one: how they follow each other is not to be seen. "
            "Import it alone."
        )
    for (before, earlier), (name, later) in pairwise(parts):
        if later.begins_s is None:
            _check_times(before, earlier, name, later)
        elif later.begins_s < (earlier.ends_s or 0.0) - CLOCK_NOISE_S:
            what = "overlap" if later.begins_s >= (earlier.begins_s or 0.0) else "are out of order"
            raise InputError(
                f"{name} begins on {_at(later.begins_s)}, {before} ends on {_at(earlier.ends_s)}: "
                f"they {what}. Give the files in the order in which they were measured."
            )


def _check_times(before: str, earlier: Digest, name: str, later: Digest) -> None:
    first_s, ends_s = later.first[0], earlier.last[0]
    if BEGINS_ANEW_S < first_s < ends_s:
        raise InputError(
            f"The test time of {name} begins at {first_s:,.0f} s, that of {before} ends at "
            f"{ends_s:,.0f} s: they overlap or are out of order. Give the files in the order in "
            "which they were measured."
        )


def _at(unix_s: float | None) -> str:
    return f"{datetime.fromtimestamp(unix_s or 0.0, UTC):%Y-%m-%d %H:%M:%S} UTC"


def joined_mapping(files: Sequence[tuple[str, Mapping]]) -> Mapping:
    """Return the mapping of the first of several files, by name, with what was inferred of all.

    What holds for all of them is said once, else each is named. Of a kind that is no lost records
    five are named, and how many further files have something else.
    """
    first = files[0][1]
    if len(files) == 1:
        return first
    names: dict[Inference, list[str]] = {}
    for name, mapping in files:
        for one in mapping.inferred:
            names.setdefault(one, []).append(name)
    inferred, of_kind = [], Counter[str]()
    for one, of_them in names.items():
        of_kind[one.kind] += 1
        if one.kind == LOST or of_kind[one.kind] <= MAX_NAMED:
            where = "" if len(of_them) == len(files) else f"{_listed(of_them)}: "
            inferred.append(replace(one, text=f"{where}{one.text}"[:MAX_LABEL]))
    inferred += [
        Inference(
            kind, f"Others in {count - MAX_NAMED:,} further ways, by the values of each file."
        )
        for kind, count in of_kind.items()
        if kind != LOST and count > MAX_NAMED
    ]
    return replace(first, inferred=tuple(inferred))


def _listed(names: Sequence[str]) -> str:
    further = len(names) - MAX_NAMED
    more = f" and {further:,} more" if further > 0 else ""
    return ", ".join(names[:MAX_NAMED]) + more


def appended(parts: Sequence[Part]) -> Iterator[Block]:
    """Measures of all files as those of one; `check_order` holds for them.

    Raises InputError where only some have a column for the cycle or the step.
    """
    ends = _Ends()
    for number, part in enumerate(parts):
        for place, block in enumerate(part.blocks):
            if not len(block.test_time_s):
                continue
            if place == 0 and number:
                ends.shift_to(block)
            elif place == 0:
                ends.has = {name: getattr(block, name) is not None for name in ("cycle", "step")}
            ends.check(part.name, block)
            yield ends.shifted(block)


class _Ends:
    """Where the files before have ended, and how far the present one is moved."""

    def __init__(self) -> None:
        self.has: dict[str, bool] = {}
        self._time_s = self._clock_s = math.nan
        self._last = {"cycle": math.nan, "step": math.nan}
        self._offset = {"time": 0.0, "cycle": 0.0, "step": 0.0}

    def shift_to(self, block: Block) -> None:
        """Take the first measures of the next file."""
        runs_on = self._runs_on(block)
        self._offset["time"] = 0.0 if runs_on else self._time_s
        for name, last in self._last.items():
            first = _end(getattr(block, name), 0)
            goes_on = first > last or (runs_on and first == last)
            offset = 0.0 if goes_on else last + 1 - first
            self._offset[name] = 0.0 if math.isnan(offset) else offset

    def _runs_on(self, block: Block) -> bool:
        passed_s = float(block.test_time_s[0]) - self._time_s
        clock_s = _end(block.unix_time_s, 0) - self._clock_s
        if passed_s < 0:
            return False
        return math.isnan(clock_s) or passed_s <= clock_s + CLOCK_NOISE_S + 0.001 * clock_s

    def check(self, name: str, block: Block) -> None:
        """Raise InputError where a file has cycles or steps that the first one has not."""
        for field, has in self.has.items():
            if (getattr(block, field) is not None) != has:
                raise InputError(
                    f"{name} {'has no' if has else 'has a'} column for the {field}, the first "
                    "file is otherwise. Ignore that column in all of them, or import it alone."
                )

    def shifted(self, block: Block) -> Block:
        """Return the measures as part of the whole."""
        changed = replace(
            block,
            test_time_s=block.test_time_s + self._offset["time"],
            cycle=None if block.cycle is None else block.cycle + self._offset["cycle"],
            step=None if block.step is None else block.step + self._offset["step"],
        )
        self._time_s = float(changed.test_time_s[-1])
        self._clock_s = _end(changed.unix_time_s, -1)
        for name in self._last:
            last = _end(getattr(changed, name), -1)
            self._last[name] = self._last[name] if math.isnan(last) else last
        return changed


def _end(values: FloatArray | None, place: int) -> float:
    """The first (0) or last (-1) value that is not blank; NaN without one."""
    if values is None:
        return math.nan
    finite = values[np.isfinite(values)]
    return float(finite[place]) if len(finite) else math.nan
