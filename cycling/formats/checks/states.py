"""What a column of states says of the sign of the current."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from cycling.formats.values.numbers import FloatArray

Verdict = Literal["charge", "discharge", "unclear", "unsigned", "no evidence", "no current"]

_NOISE, _PROOF = 0.001, 0.95  # of the currents that states speak of


@dataclass
class StateEvidence:
    """What a column of states says: the sizes of the currents by their sign and their state."""

    positive_in_charge: float = 0.0
    negative_in_charge: float = 0.0
    positive_in_discharge: float = 0.0
    negative_in_discharge: float = 0.0

    def add(self, current: FloatArray, state: FloatArray) -> None:
        """Take the next rows."""
        positive, negative = (np.nan_to_num(np.maximum(s * current, 0)) for s in (1, -1))
        self.positive_in_charge += float(positive[state > 0].sum())
        self.negative_in_charge += float(negative[state > 0].sum())
        self.positive_in_discharge += float(positive[state < 0].sum())
        self.negative_in_discharge += float(negative[state < 0].sum())

    @property
    def verdict(self) -> Verdict:
        """Whether current above zero charges, or has no sign of its own."""
        charges = self.positive_in_charge + self.negative_in_discharge
        discharges = self.negative_in_charge + self.positive_in_discharge
        total = charges + discharges
        if not total:
            return "no evidence"
        negative = self.negative_in_charge + self.negative_in_discharge
        both = min(self.positive_in_charge, self.positive_in_discharge)
        if both > _NOISE * total and negative <= _NOISE * total:
            return "unsigned"
        if charges >= _PROOF * total:
            return "charge"
        return "discharge" if discharges >= _PROOF * total else "unclear"

    def text(self, label: str) -> str:
        """The evidence in one sentence; `label` is the column's."""
        if self.verdict == "unsigned":
            return f"The current has no sign of its own; column {label!r} says what discharges."
        sign = "above" if self.verdict == "charge" else "below"
        return f"Column {label!r} says it: the current is {sign} zero in charge."
