"""The cycle table: one row a cycle, made of the totals of steps; docs/cycles.md."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.cycles import efficiency, retention, taper
from cycling.analysis.cycles.choices import Choices, Direction, Numbering
from cycling.analysis.cycles.numbering import numbered
from cycling.analysis.cycles.rates import RateClasses, rate_classes
from cycling.analysis.cycles.sums import CycleSums, Half, cycle_sums
from cycling.analysis.steps import StepRows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

AS_SUMMED = (
    *("number", "begin_s", "end_s", "duration_s", "missing_s", "charge", "discharge"),
    *("temperature_mean", "temperature_lowest", "temperature_highest", "temperature_rise"),
)
Columns: TypeAlias = dict[str, Any]  # some of the table's, by the names of its fields


@dataclass(frozen=True)
class CycleTable:
    """Cycles in their order, shapes (cycles,); NaN where there is none or it is not known.

    Charge in Ah, energy in Wh, times in s, temperatures in the channel's unit. `begin_s` and
    `end_s` are in the seconds of the samples. `is_uneven`: it has a half more often than the other,
    or is the first one of a cell that was partly charged; `has_capacity`: its discharge is one,
    from its beginning. What its fields mean stands in docs/cycles.md and in
    `cycling.analysis.cycles.metrics`.
    """

    choices: Choices
    numbering: Numbering
    first: Direction
    input: Direction
    number: Ints
    begin_s: Floats
    end_s: Floats
    duration_s: Floats
    missing_s: Floats
    charge: Half
    discharge: Half
    is_complete: Flags
    is_formation: Flags
    is_uneven: Flags
    has_capacity: Flags
    rate_class: RateClasses
    charge_rate_class: RateClasses
    ce_pct: Floats
    ee_pct: Floats
    ve_pct: Floats
    ce_loss_pct_per_h: Floats
    hysteresis_v: Floats
    cv_share_pct: Floats
    charge_slippage_ah: Floats
    discharge_slippage_ah: Floats
    reference_ah: Floats
    retention_pct: Floats
    throughput_ah: Floats
    throughput_wh: Floats
    equivalent_full_cycles: Floats
    temperature_mean: Floats
    temperature_lowest: Floats
    temperature_highest: Floats
    temperature_rise: Floats

    def __len__(self) -> int:
        """How many cycles there are."""
        return len(self.number)

    @property
    def main_class(self) -> int:
        """The rate class with the most complete cycles; of equal ones the lowest rate."""
        of = self.rate_class.of[self.is_complete & ~self.is_formation]
        of = of if len(of) else self.rate_class.of
        classes, counts = np.unique(of, return_counts=True)
        return int(classes[np.argmax(counts)]) if len(classes) else -1

    @property
    def is_ageing(self) -> Flags:
        """The complete cycles of the main rate class after formation: what fits are made of."""
        is_main: Flags = self.rate_class.of == self.main_class
        return is_main & self.is_complete & ~self.is_formation


def cycle_table(
    steps: StepRows,
    choices: Choices,
    *,
    is_cv: Floats | Flags | None = None,
    is_running: bool = False,
) -> CycleTable:
    """Make the table of an experiment's steps.

    `is_cv`, shape (steps,), says which steps are at constant voltage where a profile says it, NaN
    where it does not.
    With `is_running` the last cycle is not complete.
    """
    net_ah = steps.hours("charge_as") - steps.hours("discharge_as")
    numbers = numbered(steps.cycle, net_ah, choices, is_running=is_running)
    sums = cycle_sums(steps, numbers, taper.parts(steps.ends, is_cv))
    charge, discharge = sums.charge, sums.discharge
    of_charge = rate_classes(charge.current_a, choices.capacity_ah)
    currents_a = np.where(discharge.current_a > 0, discharge.current_a, charge.current_a)
    of_cycle = rate_classes(currents_a, choices.capacity_ah)
    is_complete = efficiency.complete(charge.ah, discharge.ah, of_cycle.of, is_running=is_running)
    charges, discharges = numbers.halves(sums.number)
    is_uneven = efficiency.begins_partly(charge.ah, discharge.ah, numbers.first_half)
    has_capacity = (discharges == 1) & ~(is_uneven & (discharge.ah < charge.ah))
    is_uneven |= charges != discharges
    reference_ah = retention.reference_ah(
        discharge.ah, sums.number, of_cycle.of, is_complete & has_capacity, choices
    )
    input_ = efficiency.input_of(choices.kind, numbers.first)
    return CycleTable(
        choices=choices,
        numbering=numbers.numbering,
        first=numbers.first,
        input=input_,
        **{name: getattr(sums, name) for name in AS_SUMMED},
        is_complete=is_complete,
        is_formation=retention.formation(sums.number, choices.formation_cycles),
        is_uneven=is_uneven,
        has_capacity=has_capacity,
        rate_class=of_cycle,
        charge_rate_class=of_charge,
        **_efficiencies(sums, is_complete, input_),
        charge_slippage_ah=efficiency.slippage_ah(charge.net_ah, sums, is_complete),
        discharge_slippage_ah=efficiency.slippage_ah(discharge.net_ah, sums, is_complete),
        reference_ah=reference_ah,
        retention_pct=retention.retention_pct(discharge.ah, reference_ah, is_complete),
        **_throughput(charge, discharge, choices.capacity_ah),
    )


def _efficiencies(sums: CycleSums, is_complete: Flags, input_: Direction) -> Columns:
    """Return what both halves say of each other; efficiencies of whole cycles without a gap."""
    charge, discharge = sums.charge, sums.discharge
    whole = is_complete & (sums.missing_s <= 0)
    ce_pct = _of(efficiency.coulombic_pct(charge.ah, discharge.ah, input_), whole)
    return {
        "ce_pct": ce_pct,
        "ee_pct": _of(efficiency.energy_pct(charge, discharge), whole),
        "ve_pct": _of(efficiency.voltage_pct(charge, discharge), whole),
        "ce_loss_pct_per_h": efficiency.ce_per_hour(ce_pct, sums.duration_s),
        "hysteresis_v": charge.mean_v - discharge.mean_v,
        "cv_share_pct": efficiency.ratio_pct(charge.cv_ah, charge.ah),
    }


def _throughput(charge: Half, discharge: Half, capacity_ah: float | None) -> Columns:
    """Return what has gone through the cell until the end of each cycle."""
    throughput_ah = np.cumsum(charge.ah + discharge.ah)
    return {
        "throughput_ah": throughput_ah,
        "throughput_wh": np.cumsum(charge.wh + discharge.wh),
        "equivalent_full_cycles": retention.equivalent_full_cycles(throughput_ah, capacity_ah),
    }


def _of(values: Floats, which: Flags) -> Floats:
    return np.where(which, values, np.nan)
