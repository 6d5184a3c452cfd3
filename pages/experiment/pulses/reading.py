"""The pulses of an experiment with what a page says of each: cycle, state of charge, ticked."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.cycles.choices import Direction
from cycling.analysis.cycles.numbering import NO_CYCLE
from cycling.analysis.cycles.rates import NEAR
from cycling.analysis.voltage.hppc import Between, PulsePower, pulse_power, resistance_at
from cycling.analysis.voltage.open_circuit import SLOW
from cycling.analysis.voltage.pulses import Pulses
from cycling.battery.description import NewBattery
from db.measures.cycles import ExperimentCycles
from db.measures.pulses import experiment_pulses, rests_there, soc_pct, titrations_there
from db.queries.experiments.cycles.wrong_pulses import wrong_pulses
from db.queries.experiments.detail import experiment_facts
from db.series import ExperimentSeries, Moments
from pages.experiment.pulses.address import END, Show, View, XAxis

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Reading:
    """Pulses, shapes (pulses,): when each begins, its cycle (NO_CYCLE: none), whether it counts.

    `soc_pct` is NaN where no capacity is known; `area_cm2` is that of one of the `cells` in series,
    None where either is not known; `begin_unix_s` when the experiment began.
    """

    pulses: Pulses
    begin: Moments
    cycle: Ints
    soc_pct: Floats
    is_right: Flags
    battery: NewBattery
    area_cm2: float | None
    cells: int
    begin_unix_s: float

    def __len__(self) -> int:
        """How many there are."""
        return len(self.pulses)

    def ohm(self, at: str) -> Floats:
        """Return the resistance after a time, or at the end."""
        if at == END:
            return self.pulses.end_ohm
        return self.pulses.resistance_ohm[:, self.pulses.times_s.index(float(at))]

    def at_soc(self, at: str, soc_pct: float) -> list[tuple[Direction, Between]]:
        """Return the resistance at a state of charge, by the ticked pulses of each direction."""
        found = []
        for direction in Direction:
            which = self.is_right & (np.sign(self.pulses.current_a) == direction.sign)
            ohm = np.where(which, self.ohm(at), np.nan)
            found += [(direction, one) for one in resistance_at(self.soc_pct, ohm, soc_pct)]
        return found

    def x(self, axis: XAxis) -> Floats:
        """Return where each stands along an axis: %, Ah, cycle, h."""
        if axis is XAxis.SOC and np.isfinite(self.soc_pct).any():
            return self.soc_pct
        if axis is XAxis.CYCLE:
            return np.where(self.cycle == NO_CYCLE, np.nan, self.cycle.astype(float))
        return self.begin.test_time_s / 3600 if axis is XAxis.TIME else self.pulses.net_ah


def read_pulses(experiment: ExperimentSeries, cycles: ExperimentCycles, view: View) -> Reading:
    """Read the pulses of an experiment that is open."""
    steps, facts = cycles.steps, experiment_facts(experiment.database, experiment.id)
    found = experiment_pulses(experiment, steps)
    step = np.searchsorted(steps.first_sample, found.pulses.row, "right") - 1
    wrong, choices = wrong_pulses(experiment.database, experiment.id), cycles.table.choices
    return Reading(
        pulses=found.pulses,
        begin=found.begin,
        cycle=cycles.numbers.cycle[step],
        soc_pct=soc_pct(cycles, found.pulses, view.full_pct),
        is_right=~np.isin(found.begin.id, sorted(wrong)),
        battery=facts.battery,
        area_cm2=choices.area_cm2 if choices.cells else None,
        cells=choices.cells,
        begin_unix_s=(experiment.time_range or (0.0, 0.0))[0],
    )


def powers(reading: Reading, at: str) -> list[tuple[Direction, PulsePower]]:
    """Return the pulse power of both directions that a battery's limits allow, by ticked pulses."""
    if at == END or not np.isfinite(reading.soc_pct).any():
        return []
    right = reading.pulses.of(reading.is_right)
    depth_pct = 100 - reading.soc_pct[reading.is_right]
    battery = reading.battery
    limits = {
        Direction.CHARGE: battery.voltage_max_v,
        Direction.DISCHARGE: battery.voltage_min_v,
    }
    return [
        (
            direction,
            pulse_power(
                right,
                depth_pct,
                charges=direction is Direction.CHARGE,
                limit_v=limit_v,
                after_s=float(at),
            ),
        )
        for direction, limit_v in limits.items()
    ]


def slow_cycles(cycles: ExperimentCycles) -> list[int]:
    """Return the complete cycles of which both halves went at C/20 or less."""
    table, capacity_ah = cycles.table, cycles.table.choices.capacity_ah
    if not capacity_ah:
        return []
    faster_a = np.fmax(table.charge.current_a, table.discharge.current_a)
    both = (table.charge.ah > 0) & (table.discharge.ah > 0)
    slow = both & (faster_a / capacity_ah <= SLOW * (1 + NEAR))
    return [int(one) for one in table.number[slow]]


def shows(cycles: ExperimentCycles) -> list[Show]:
    """Return what there is to be shown of an experiment; pulses always, if only to say: none."""
    there = {
        Show.PULSES: True,
        Show.RESTS: rests_there(cycles.steps) > 0,
        Show.GITT: bool(titrations_there(cycles.steps)),
        Show.OCV: bool(slow_cycles(cycles)),
    }
    return [show for show, is_there in there.items() if is_there]


def usable(view: View, there: Sequence[Show]) -> Show:
    """Return what of an experiment is shown."""
    return view.show if view.show in there else Show.PULSES
