"""The tests behind the sample experiments, as a laboratory would program them.

Each drives a recorder from the state in which it finds the battery. Rates are in C.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cycling.battery.chemistry import chemistries
from cycling.battery.recorder import Recorder, Sampling
from cycling.samples.fade import Fade


@dataclass(frozen=True, slots=True)
class Window:
    """Voltages (V) between which a test works, and the rate at which a charge is full."""

    low_v: float
    high_v: float
    full_c: float = 0.05


NMC_WINDOW = Window(2.75, 4.2)
CELL_WINDOWS = {"NMC": NMC_WINDOW, "LFP": Window(2.5, 3.6)}
GEL_WINDOW = Window(10.5, 14.4, 0.02)
FLOW_CELL_V = (0.9, 1.6)
HALF_CELL_WINDOW = Window(0.005, 1.5, 0.01)

FIRST_CHARGE_EFFICIENCY = 0.87  # the rest of the first charge builds the SEI
HELD_S = 60.0  # a sample at least so often while a current falls
LIFE = Sampling(every_s=30, every_v=0.012, look_s=5)
LONG_LIFE = Sampling(every_s=300, every_v=0.04, look_s=5)
CHECK = Sampling(every_s=90, every_v=0.003, look_s=5)

Rates = Sequence[tuple[float, int]]  # in C, and for how many cycles


def _charge(recorder: Recorder, window: Window, c_rate: float) -> None:
    recorder.constant_current(c_rate, until_v=window.high_v)
    _hold(recorder, window.high_v, window.full_c)


def _hold(recorder: Recorder, voltage_v: float, full_c: float) -> None:
    sampling = recorder.sampling
    recorder.sampling = replace(sampling, every_s=min(sampling.every_s, HELD_S))
    recorder.constant_voltage(voltage_v, until_c=full_c)
    recorder.sampling = sampling


def _cycle(
    recorder: Recorder, window: Window, charge_c: float, discharge_c: float, rest_minutes: float
) -> None:
    _charge(recorder, window, charge_c)
    recorder.rest(rest_minutes)
    recorder.constant_current(-discharge_c, until_v=window.low_v)
    recorder.rest(rest_minutes)


def formation(recorder: Recorder) -> None:
    """Three cycles at C/10; part of the first charge does not come back."""
    formed = recorder.battery
    recorder.sampling = Sampling(every_s=60, every_v=0.005, look_s=2)
    recorder.rest(60)
    recorder.battery = replace(formed, charge_efficiency=FIRST_CHARGE_EFFICIENCY)
    for _ in range(3):
        _cycle(recorder, NMC_WINDOW, 0.1, 0.1, 60)
        recorder.battery = formed
        recorder.next_cycle()


def capacity_check(recorder: Recorder, cell: str = "NMC") -> None:
    """Two cycles at C/2."""
    recorder.sampling = Sampling(every_s=30, every_v=0.005)
    recorder.rest(30)
    for _ in range(2):
        _cycle(recorder, CELL_WINDOWS[cell], 0.5, 0.5, 30)
        recorder.next_cycle()


def cycle_life(
    recorder: Recorder,
    cycles: int,
    cell: str = "NMC",
    fade: Mapping[str, float] | None = None,
    check_every: int = 0,
    is_long: bool = False,
) -> None:
    """Cycles at 1C; the capacity fades and the resistance grows.

    With `check_every` one at C/10 stands before the first and after every so many.
    """
    new, curve, window = recorder.battery, chemistries()[cell.lower()].curve, CELL_WINDOWS[cell]
    ageing = Fade(**(fade or {}))
    for cycle in range(cycles + bool(check_every)):
        if check_every and cycle % check_every == 0:
            recorder.battery = ageing.battery(new, cycle, recorder.rng, curve)
            recorder.sampling = CHECK
            _cycle(recorder, window, 0.1, 0.1, 30)
            recorder.next_cycle()
        if cycle < cycles:
            recorder.battery = ageing.battery(new, cycle, recorder.rng, curve)
            recorder.sampling = LONG_LIFE if is_long else LIFE
            _cycle(recorder, window, 1.0, 1.0, 10)
            recorder.next_cycle()


def rate_test(recorder: Recorder, rates: Rates) -> None:
    """Discharges at one rate after the other, each after a charge at that rate, C/2 at most."""
    recorder.sampling = Sampling(every_s=120, every_v=0.008)
    recorder.rest(30)
    for rate in _each(rates):
        _cycle(recorder, NMC_WINDOW, min(rate, 0.5), rate, 30)
        recorder.next_cycle()


def pulse_test(recorder: Recorder) -> None:
    """Discharge pulses of 30 s at 1C and charge pulses of 10 s at 0.75C, 40 s apart.

    Every 10 % of the capacity from full to nearly empty, after half an hour of rest.
    """
    slow = Sampling(every_s=60, every_v=0.005)
    recorder.sampling = slow
    _charge(recorder, NMC_WINDOW, 0.5)
    recorder.rest(60)
    for _ in range(9):
        recorder.constant_current(-0.5, until_v=NMC_WINDOW.low_v, minutes=12)
        recorder.rest(30)
        recorder.sampling = Sampling(every_s=1, every_v=0.002, look_s=0.1)
        for c_rate, seconds in ((-1.0, 30), (0.75, 10)):
            recorder.constant_current(c_rate, minutes=seconds / 60)
            recorder.rest(40 / 60)
        recorder.sampling = slow
    recorder.constant_current(-0.5, until_v=NMC_WINDOW.low_v)
    recorder.rest(60)


def calendar_check(recorder: Recorder, check_ups: int = 4, days: float = 5.0) -> None:
    """Check-ups at C/2 with storage at 90 % between them, where the cell loses a little."""
    new = recorder.battery
    busy, idle = Sampling(every_s=60, every_v=0.005), Sampling(900, 0.001, look_s=30)
    for check_up in range(check_ups):
        recorder.battery = new.aged(1 - 0.009 * check_up**0.75, 1 + 0.02 * check_up)
        recorder.sampling = busy
        _cycle(recorder, NMC_WINDOW, 0.5, 0.5, 60)
        recorder.next_cycle()
        if check_up < check_ups - 1:
            recorder.constant_current(0.5, until_v=NMC_WINDOW.high_v, minutes=108)
            recorder.sampling = idle
            recorder.rest(days * 24 * 60)
            recorder.sampling = busy
            recorder.constant_current(-0.5, until_v=NMC_WINDOW.low_v)
            recorder.rest(60)
            recorder.next_cycle()


def constant_power(recorder: Recorder, powers_w: Sequence[float]) -> None:
    """Discharges at constant power, each after a charge at C/2."""
    recorder.sampling = Sampling(every_s=30, every_v=0.008)
    for power_w in powers_w:
        _charge(recorder, NMC_WINDOW, 0.5)
        recorder.rest(30)
        recorder.constant_power(-power_w, until_v=NMC_WINDOW.low_v)
        recorder.rest(60)
        recorder.next_cycle()


def lead_acid_c20(recorder: Recorder) -> None:
    """Two discharges in 20 h, each after a full charge."""
    recorder.sampling = Sampling(every_s=60, every_v=0.010, look_s=10)
    for _ in range(2):
        _cycle(recorder, GEL_WINDOW, 0.15, 0.05, 120)
        recorder.next_cycle()


def flow_cycles(
    recorder: Recorder,
    rates: Rates,
    resistances: Sequence[float] = (1.0,),
    fade: Mapping[str, float] | None = None,
    every_s: float = 20.0,
) -> None:
    """One cycle without a hold for each rate, with so many times the resistance of the battery.

    The two electrolytes drift apart, which costs a little capacity in every cycle.
    `resistances` are by cycle, the last one for all that follow.
    """
    new, drift = (
        recorder.battery,
        Fade(**{"root": 0.0, "line": 0.002, "growth": 0.0, **(fade or {})}),
    )
    low_v, high_v = (new.cells * of_cell for of_cell in FLOW_CELL_V)
    recorder.sampling = Sampling(every_s=every_s, every_v=every_s * 6e-4)
    for cycle, c_rate in enumerate(_each(rates)):
        resistance = resistances[min(cycle, len(resistances) - 1)] * recorder.rng.normal(1.0, 0.003)
        recorder.battery = drift.battery(new, cycle, recorder.rng).aged(1.0, resistance)
        recorder.constant_current(c_rate, until_v=high_v)
        recorder.rest(2)
        recorder.constant_current(-c_rate, until_v=low_v)
        recorder.rest(2)
        recorder.next_cycle()


def half_cell(
    recorder: Recorder,
    rates: Rates,
    first_efficiency: float = 0.93,
    fade: Mapping[str, float] | None = None,
    samples: int = 300,
) -> None:
    """Discharge first, held at the bottom; the first discharge loses lithium to the SEI.

    `samples` are about those of a half cycle.
    """
    formed, ageing = recorder.battery, Fade(**(fade or {"root": 0.0, "line": 0.0}))
    recorder.rest(60)
    for number, c_rate in enumerate(_each(rates)):
        every_s = 3600 / c_rate / samples
        recorder.sampling = Sampling(every_s=every_s, every_v=0.6 / samples, look_s=5)
        recorder.battery = ageing.battery(formed, number, recorder.rng)
        if number == 0:
            recorder.battery = replace(formed, charge_efficiency=1 / first_efficiency)
        recorder.constant_current(-c_rate, until_v=HALF_CELL_WINDOW.low_v)
        _hold(recorder, HALF_CELL_WINDOW.low_v, HALF_CELL_WINDOW.full_c)
        recorder.rest(30)
        recorder.constant_current(c_rate, until_v=HALF_CELL_WINDOW.high_v)
        recorder.rest(30)
        recorder.next_cycle()


def _each(rates: Rates) -> Iterator[float]:
    """Yield the rate of each cycle."""
    for c_rate, cycles in rates:
        yield from [c_rate] * cycles
