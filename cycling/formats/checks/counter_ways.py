"""Whether the counter of charge counts while the cell is charged, and that of discharge else."""

from dataclasses import dataclass, field

import numpy as np

from cycling.formats.checks.charge import counts_of
from cycling.formats.columns.fields import Field
from cycling.formats.columns.mapping import Mapping
from cycling.formats.measures import FileBlock
from cycling.formats.problems import Problem, quoted_list
from cycling.formats.values.numbers import FloatArray

_OTHER_WAY = 0.8  # of all that a counter has counted
_LEAST = 0.02  # of what all counters have counted: less is what a leak or an offset leaves
_PAIRS = (
    (Field.CHARGE_CAPACITY, Field.DISCHARGE_CAPACITY),
    (Field.CHARGE_ENERGY, Field.DISCHARGE_ENERGY),
)
_WAYS = {field: sign for pair in _PAIRS for field, sign in zip(pair, (1.0, -1.0), strict=True)}


@dataclass
class CounterWays:
    """Collects what each counter counts by the sign of the current, and by the state."""

    # Ah or Wh above zero and below it; in charge and in discharge
    by_current: dict[Field, FloatArray] = field(default_factory=dict)
    by_state: dict[Field, FloatArray] = field(default_factory=dict)
    _last: dict[Field, FloatArray] = field(default_factory=dict)

    def add(self, block: FileBlock) -> None:
        """Take the next rows."""
        current = block.measures.current_a
        state = np.full(len(current), np.nan) if block.state is None else block.state
        for counter in _WAYS:
            values = block.measures.extended.get(counter.channel or ("", ""))
            if values is None:
                continue
            rows = np.array([values, current, state])
            rows = rows[:, np.isfinite(values)]
            if counter in self._last:
                rows = np.concatenate([self._last[counter], rows], axis=1)
            if not rows.shape[1]:
                continue
            self._last[counter] = rows[:, -1:]
            moved = counts_of(rows[0])
            for amounts, ways in ((self.by_current, rows[1]), (self.by_state, rows[2])):
                ah = [float(moved[ways[1:] > 0].sum()), float(moved[ways[1:] < 0].sum())]
                amounts[counter] = amounts.get(counter, np.zeros(2)) + ah

    def against(self, positive_is_charge: bool, *, by_state: bool) -> list[Field]:
        """The counters that count the other way."""
        found = []
        counters = self.by_state if by_state else self.by_current
        for counter, amounts in counters.items():
            both = (float(counters[one].sum()) for one in _pair_of(counter) if one in counters)
            sign = _WAYS[counter] * (1 if positive_is_charge or by_state else -1)
            other = amounts[1] if sign > 0 else amounts[0]
            if other > _OTHER_WAY * amounts.sum() and other > _LEAST * sum(both):
                found.append(counter)
        return found


def _pair_of(counter: Field) -> tuple[Field, Field]:
    """The counters of charge and discharge of which this is one."""
    return next(pair for pair in _PAIRS if counter in pair)


def counter_way_problem(mapping: Mapping, ways: CounterWays) -> Problem | None:
    """The question what is the other way round, a counter or the sign, once the sign is decided."""
    if mapping.positive_is_charge is None:
        return None
    fields = ways.against(mapping.positive_is_charge, by_state=mapping.sign_by_state)
    columns = [column for one in _WAYS if one in fields and (column := mapping.column(one))]
    if not columns:
        return None
    first = columns[0]
    other = next(one for one in _pair_of(first.field) if one is not first.field)
    names = quoted_list([column.shown for column in columns])
    single = len(columns) == 1
    text = (
        f"{'Column' if single else 'Columns'} {names} "
        f"{'counts' if single else 'count'} while the current flows the other way: "
        f"{first.field.label.lower()} while it "
        f"{'discharges' if _WAYS[first.field] > 0 else 'charges'}. Choose what the "
        f"{'column is' if single else 'columns are'}, or which sign of the current charges."
    )
    option = f"{first.shown}={other}:{first.unit}"
    return Problem("question", text, column=first.shown, code="counter-way", option=option)
