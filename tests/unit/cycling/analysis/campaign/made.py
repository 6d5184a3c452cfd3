"""Cells for the tests of a campaign: made of columns."""

import numpy as np

from cycling.analysis.campaign.cells import CellCycles, CellFacts
from cycling.analysis.cycles.rates import RateClasses

NOTHING = CellFacts(2.0, None, None, "full cell", "CE = 100 × Q− / Q+", "first", "1C", False)


def cell(
    discharge_ah,
    *,
    number=None,
    rate=None,
    complete=None,
    formation=0,
    capacity_ah: float | None = 2.0,
    mass_g: float | None = None,
    main: str = "1C",
    uneven=(),
    without_capacity=(),
    **columns,
) -> CellCycles:
    """A cell with these discharges; of rate 1C where `rate` (0: C/10, 1: 1C) does not say."""
    values = np.asarray(discharge_ah, float)
    count = len(values)
    numbers = np.arange(1, count + 1) if number is None else np.asarray(number)
    throughput = np.cumsum(2 * np.nan_to_num(values))
    known = {
        "discharge_ah": values,
        "throughput_ah": throughput,
        "equivalent_full_cycles": throughput / (2 * capacity_ah)
        if capacity_ah
        else throughput * np.nan,
        "days": 0.5 * np.arange(1.0, count + 1),
        **{name: np.asarray(one, float) for name, one in columns.items()},
    }
    facts = {**vars(NOTHING), "capacity_ah": capacity_ah, "mass_g": mass_g, "main": main}
    return CellCycles(
        facts=CellFacts(**facts),
        number=numbers,
        is_complete=np.ones(count, bool) if complete is None else np.asarray(complete, bool),
        is_formation=np.arange(count) < formation,
        is_uneven=np.isin(numbers, uneven),
        has_capacity=~np.isin(numbers, without_capacity),
        rate=RateClasses(
            np.ones(count, np.int64) if rate is None else np.asarray(rate),
            ("C/10", "1C"),
            np.array([0.1, 1.0]),
        ),
        columns=known,
    )
