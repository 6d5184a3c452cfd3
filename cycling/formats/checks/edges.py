"""Whether records are so far apart where steps end that charge depends on whose the time is."""

from dataclasses import dataclass, field

import numpy as np

from cycling.analysis.curves import same_step
from cycling.analysis.edges import CLOSE_S, Outside, edges_of, held_instead
from cycling.analysis.gaps import GAP_FACTOR, GAP_S
from cycling.analysis.statistics import REST_SHARE, UNSURE
from cycling.formats.columns.fields import Field
from cycling.formats.columns.mapping import Mapping
from cycling.formats.measures import FileBlock, with_state
from cycling.formats.problems import SPARSE_EDGES, Problem
from cycling.formats.values.numbers import BoolArray, FloatArray
from cycling.units import duration_words

_BESIDE = 3  # rows that are looked at again with the next block
_COUNTERS = (Field.CHARGE_CAPACITY, Field.DISCHARGE_CAPACITY, Field.CAPACITY)


@dataclass
class EdgeWatch:
    """Adds up what flows in and out (As), and what other edges of steps would make of it."""

    longest_s: float = 0.0
    _flowed: FloatArray = field(default_factory=lambda: np.zeros(2))
    _held: FloatArray = field(default_factory=lambda: np.zeros(2))
    _greatest_a: float = 0.0
    _last: FloatArray = field(default_factory=lambda: np.full((5, _BESIDE - 1), np.nan))
    _of_last: FloatArray = field(default_factory=lambda: np.zeros((2, 2)))  # flowed and held

    def add(self, block: FileBlock) -> None:
        """Take the next rows; the last one is looked at again with the one after it."""
        of = block.measures
        unknown = np.full(len(of.current_a), np.nan)
        current_a = of.current_a
        current_a = current_a if block.state is None else with_state(current_a, block.state)
        named = [unknown if one is None else one for one in (of.step_id, of.step, of.cycle)]
        rows = np.concatenate([self._last, [of.test_time_s, current_a, *named]], axis=1)
        self._last = rows[:, -_BESIDE:]
        time_s, current_a, *keys = rows
        self._greatest_a = max(self._greatest_a, float(np.nanmax(np.abs(current_a), initial=0.0)))
        current_a = np.where(np.abs(current_a) < REST_SHARE * self._greatest_a, 0.0, current_a)
        seconds = np.nan_to_num(np.maximum(np.diff(time_s, prepend=np.nan), 0.0))
        seconds[_is_gap(seconds)] = 0.0
        begins = edges_of(current_a, Outside()).any | ~same_step(keys)
        old_a = np.append(np.nan, current_a[:-1])
        edge_s = np.where(begins & (current_a != old_a) & (seconds > CLOSE_S), seconds, 0.0)
        count = len(seconds)
        done, last = (
            np.array(
                [
                    held_instead(current_a[one], np.zeros(len(one)), seconds[one]),
                    held_instead(old_a[one], current_a[one], edge_s[one]),
                ]
            )
            for one in (np.arange(_BESIDE - 1, count - 1), np.arange(count - 1, count))
        )
        self._flowed += done[0]
        self._held += done[1]
        self._of_last = last
        self.longest_s = max(self.longest_s, float(edge_s.max()))

    @property
    def part(self) -> float:
        """What part of charge or of discharge the intervals over edges make, at most."""
        flowed, held = self._flowed + self._of_last[0], self._held + self._of_last[1]
        known = flowed > 0
        return float(np.max(np.abs(held[known]) / flowed[known], initial=0.0))


def _is_gap(seconds: FloatArray) -> BoolArray:
    """Whether intervals are gaps, in which nothing is integrated."""
    beside = np.maximum(np.append(0.0, seconds[:-1]), np.append(seconds[1:], 0.0))
    found: BoolArray = (seconds > GAP_S) & (seconds > GAP_FACTOR * beside) & (beside > 0)
    return found


def edge_problems(mapping: Mapping, edges: EdgeWatch) -> list[Problem]:
    """The warning for a file that says neither when a step began nor what flowed."""
    says = (Field.STEP_TIME, Field.PAUSED, *_COUNTERS)
    if edges.part <= UNSURE or any(map(mapping.column, says)):
        return []
    text = (
        f"Records are up to {duration_words(edges.longest_s)} apart where the current changes: "
        f"charge may be {edges.part:.1%} off. This time is taken to be of the new step; "
        "“Edges of steps” on the experiment's page changes it."
    ).replace("%", " %")
    return [Problem("warning", text, code=SPARSE_EDGES)]
