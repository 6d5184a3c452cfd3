"""The tests behind the sample experiments, as a laboratory would program them.

Each drives a recorder from the state in which it finds the battery. Rates are in C.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cycling.battery.model import BatteryModel
from cycling.battery.recorder import Recorder, Sampling


@dataclass(frozen=True, slots=True)
class Window:
    """Voltages (V) between which a test works, and the rate at which a charge is full."""

    low_v: float
    high_v: float
    full_c: float = 0.05


NMC_WINDOW = Window(2.75, 4.2)
CELL_WINDOWS = {"NMC": NMC_WINDOW, "LFP": Window(2.5, 3.6)}
GEL_WINDOW = Window(10.5, 14.4, 0.02)
STACK_WINDOW = Window(3.6, 6.4)
HALF_CELL_WINDOW = Window(0.005, 1.5, 0.01)

FIRST_CHARGE_EFFICIENCY = 0.87  # the rest of the first charge builds the SEI


def _charge(recorder: Recorder, window: Window, c_rate: float) -> None:
    recorder.constant_current(c_rate, until_v=window.high_v)
    recorder.constant_voltage(window.high_v, until_c=window.full_c)


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


def faded(recorder: Recorder, new: BatteryModel, cycle: int, speed: float = 1.0) -> BatteryModel:
    """Return the battery after so many cycles: a root and a line, and no two cycles quite equal."""
    lost = speed * (0.0005 * cycle + 0.007 * cycle**0.5)
    old = new.aged(1 - lost + recorder.rng.normal(0, 3e-4), 1 + 3 * lost)
    efficiency = new.charge_efficiency - lost / 200 + recorder.rng.normal(0, 1e-4)
    return replace(old, charge_efficiency=efficiency)


def cycle_life(recorder: Recorder, cycles: int, cell: str = "NMC", speed: float = 1.0) -> None:
    """Cycles at 1C; the capacity fades and the resistance grows."""
    new = recorder.battery
    recorder.sampling = Sampling(every_s=30, every_v=0.012, look_s=5)
    for cycle in range(cycles):
        recorder.battery = faded(recorder, new, cycle, speed)
        _cycle(recorder, CELL_WINDOWS[cell], 1.0, 1.0, 10)
        recorder.next_cycle()


def rate_test(recorder: Recorder, rates: Sequence[float]) -> None:
    """Discharges at rising rates, each after the same charge at C/2."""
    recorder.sampling = Sampling(every_s=60, every_v=0.005)
    recorder.rest(30)
    for rate in rates:
        _cycle(recorder, NMC_WINDOW, 0.5, rate, 30)
        recorder.next_cycle()


def pulse_test(recorder: Recorder) -> None:
    """Pulses of 30 s at 1C both ways, every 10 % of the capacity from full to nearly empty."""
    slow = Sampling(every_s=60, every_v=0.005)
    recorder.sampling = slow
    _charge(recorder, NMC_WINDOW, 0.5)
    recorder.rest(60)
    for _ in range(9):
        recorder.constant_current(-0.5, until_v=NMC_WINDOW.low_v, minutes=12)
        recorder.rest(30)
        recorder.sampling = Sampling(every_s=1, every_v=0.002, look_s=0.1)
        for c_rate in (-1.0, 1.0):
            recorder.constant_current(c_rate, minutes=0.5)
            recorder.rest(2)
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


def stack_cycles(
    recorder: Recorder, c_rates: Sequence[float], resistances: Sequence[float]
) -> None:
    """One cycle without a hold for each rate, with so many times the resistance of the stack.

    The two electrolytes drift apart, which costs a little capacity in every cycle.
    """
    new = recorder.battery
    recorder.sampling = Sampling(every_s=20, every_v=0.012)
    for cycle, (c_rate, resistance) in enumerate(zip(c_rates, resistances, strict=True)):
        recorder.battery = new.aged(
            1 - 0.002 * cycle + recorder.rng.normal(0, 4e-4),
            resistance * recorder.rng.normal(1.0, 0.003),
        )
        recorder.constant_current(c_rate, until_v=STACK_WINDOW.high_v)
        recorder.rest(2)
        recorder.constant_current(-c_rate, until_v=STACK_WINDOW.low_v)
        recorder.rest(2)
        recorder.next_cycle()


def half_cell(recorder: Recorder, c_rates: Sequence[float], first_efficiency: float = 0.93) -> None:
    """Discharge first, held at the bottom; the first discharge loses lithium to the SEI."""
    formed = recorder.battery
    recorder.rest(60)
    for number, c_rate in enumerate(c_rates):
        recorder.sampling = Sampling(every_s=12 / c_rate, every_v=0.002, look_s=5)
        efficiency = 1 / first_efficiency if number == 0 else formed.charge_efficiency
        recorder.battery = replace(formed, charge_efficiency=efficiency)
        recorder.constant_current(-c_rate, until_v=HALF_CELL_WINDOW.low_v)
        recorder.constant_voltage(HALF_CELL_WINDOW.low_v, until_c=HALF_CELL_WINDOW.full_c)
        recorder.rest(30)
        recorder.constant_current(c_rate, until_v=HALF_CELL_WINDOW.high_v)
        recorder.rest(30)
        recorder.next_cycle()
