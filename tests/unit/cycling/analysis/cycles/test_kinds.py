"""Which cycles are capacity checks, formation, of another rate, or no whole ones."""

import numpy as np

from cycling.analysis.chunk_totals import Counting, add_up
from cycling.analysis.cycles.choices import Choices
from cycling.analysis.cycles.kinds import CycleKind, cycle_kinds
from cycling.analysis.cycles.table import CycleTable, cycle_table
from cycling.analysis.integration import Samples

CYCLE, CHECK, OTHER = CycleKind.CYCLE, CycleKind.CHECK, CycleKind.OTHER_RATE
FORMATION, INCOMPLETE = CycleKind.FORMATION, CycleKind.INCOMPLETE


def cycled(rates: list[float], *, part_of_last: float = 1.0, **choices) -> CycleTable:
    """Cycles of 1 Ah at these C-rates, the last one's discharge cut short."""
    time_s, current_a, step, at = [], [], [], 0.0
    for number, rate in enumerate(rates):
        for half, sign in enumerate((1.0, -1.0)):
            is_last = number == len(rates) - 1 and sign < 0
            seconds = 3600 / rate * (part_of_last if is_last else 1.0)
            time_s += [at, at + seconds / 2, at + seconds]
            current_a += [sign * rate] * 3
            step += [2.0 * number + half] * 3
            at += seconds + 0.001
    nothing = np.full(len(time_s), np.nan)
    columns = (np.array(time_s), nothing + 1e6, np.array(current_a), nothing, np.array(step))
    rows = Samples(columns[0], 0 * columns[0] + 3.7, *columns[2:], nothing, nothing)
    steps = add_up(iter([rows]), Counting(1e-4, has_temperature=False), 0.0).steps
    return cycle_table(steps, Choices(capacity_ah=1.0, **choices))


def test_slower_cycles_between_the_others_check_the_capacity():
    table = cycled([1, 1, 1, 0.1, 1, 1, 1, 0.1])
    assert cycle_kinds(table) == [CYCLE] * 3 + [CHECK] + [CYCLE] * 3 + [CHECK]


def test_after_formation_too_but_not_at_the_very_beginning():
    assert cycle_kinds(cycled([0.1, 1, 1, 1])) == [OTHER, CYCLE, CYCLE, CYCLE]
    table = cycled([0.05, 0.1, 1, 1, 1], formation_cycles=1)
    assert cycle_kinds(table) == [FORMATION, CHECK, CYCLE, CYCLE, CYCLE]


def test_many_in_a_row_and_faster_ones_are_of_another_rate():
    assert cycle_kinds(cycled([1] * 5 + [0.5] * 4)) == [CYCLE] * 5 + [OTHER] * 4
    assert cycle_kinds(cycled([1, 1, 1, 2, 1])) == [CYCLE] * 3 + [OTHER, CYCLE]


def test_what_is_not_whole_is_incomplete_whatever_else_it_is():
    table = cycled([1, 1, 1, 1], part_of_last=0.2, formation_cycles=4)
    assert cycle_kinds(table) == [FORMATION] * 3 + [INCOMPLETE]
