"""How the capacity of a cycle table may go on, and where it began to fall faster; or why not."""

from dataclasses import dataclass

import numpy as np

from cycling.analysis.cycles.fade import Knee, Projection, knee, projection
from cycling.analysis.cycles.table import CycleTable


@dataclass(frozen=True)
class Outlook:
    """Projection and knee of the discharge capacity (Ah) over the cycle; None where there is none.

    `cycles` are those that both are made of: complete ones of the main rate class after formation,
    with one discharge that did not begin in the middle. `reference_ah` is their 100 %, None where
    nothing is; `last_ah` what the last one had.
    """

    cycles: int
    rate_class: str
    reference_ah: float | None
    last_ah: float | None
    projection: Projection | None
    knee: Knee | None


def outlook(table: CycleTable) -> Outlook:
    """Return it by the table alone."""
    rows = np.flatnonzero(table.is_ageing & table.has_capacity)
    number, capacity_ah = table.number[rows].astype(float), table.discharge.ah[rows]
    reference_ah = float(table.reference_ah[rows[-1]]) if len(rows) else np.nan
    return Outlook(
        cycles=len(rows),
        rate_class=table.rate_class.label(int(rows[0])) if len(rows) else "",
        reference_ah=reference_ah if np.isfinite(reference_ah) else None,
        last_ah=float(capacity_ah[-1]) if len(rows) else None,
        projection=projection(number, capacity_ah),
        knee=knee(number, capacity_ah),
    )
