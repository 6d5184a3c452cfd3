"""The sample experiments of `bem demo`, computed from the battery model, the same every time."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from cycling.battery.description import NewBattery
from cycling.battery.instrument import Instrument, to_resolution
from cycling.battery.model import FloatArray
from cycling.battery.recorder import IntArray, Recorder, Recording
from cycling.samples import procedures
from cycling.samples.batteries import ELECTROLYTE_AH, new_model, sample_batteries

__all__ = [
    "SampleExperiment",
    "sample_batteries",
    "sample_experiments",
    "sample_names",
]

SEED = 2027
SECONDS_PER_DAY = 86_400.0
AMBIENT_DEGC = 25.0
ROOM_SWING_K = 0.4

Channel = tuple[str, str]  # name and unit
CELL_T1: Channel = ("Cell T1", "degC")
AMBIENT: Channel = ("Ambient", "degC")
FLOW_POSITIVE: Channel = ("Flow pos", "L/min")
FLOW_NEGATIVE: Channel = ("Flow neg", "L/min")

FINE = Instrument(
    voltage_noise_v=8e-5,
    voltage_resolution_v=1e-5,
    current_noise_a=2e-8,
    current_resolution_a=1e-8,
)
USUAL = Instrument()


@dataclass(frozen=True, slots=True, eq=False)
class SampleExperiment:
    """A finished experiment as an instrument would have recorded it; a positive current charges.

    All arrays have one value a sample. `extended` holds further channels by (name, unit).
    """

    name: str
    description: str
    battery_name: str
    started_days_before_now: float
    test_time_s: FloatArray
    voltage_v: FloatArray
    current_a: FloatArray
    step: IntArray
    cycle: IntArray
    extended: dict[Channel, FloatArray]


@dataclass(frozen=True, slots=True)
class _Plan:
    """A sample experiment before it is computed."""

    name: str
    description: str
    battery_name: str
    started_days_before_now: float
    procedure: Callable[[Recorder], None]
    channels: tuple[Channel, ...] = (CELL_T1,)
    soc: float = 0.0
    capacity_left: float = 1.0
    resistance_growth: float = 1.0
    instrument: Instrument = USUAL
    flows_l_min: tuple[float, ...] = ()  # by cycle, the last one for all that follow


def sample_names() -> tuple[str, ...]:
    """Return the names of the sample experiments; nothing is computed."""
    return tuple(plan.name for plan in _plans())


def sample_experiments(without: Collection[str] = ()) -> Iterator[SampleExperiment]:
    """Yield the sample experiments but some, those of one battery in the order of time."""
    batteries = {battery.name: battery for battery in sample_batteries()}
    for number, plan in enumerate(_plans()):
        if plan.name not in without:
            rng = np.random.default_rng([SEED, number])
            yield _experiment(plan, batteries[plan.battery_name], rng)


def _plans() -> tuple[_Plan, ...]:
    cells = (*_nmc_plans(), *_aged_nmc_plans(), *_other_cell_plans())
    return (*cells, *_coin_and_lead_plans(), *_stack_plans())


def _experiment(plan: _Plan, battery: NewBattery, rng: np.random.Generator) -> SampleExperiment:
    model = new_model(battery).aged(plan.capacity_left, plan.resistance_growth)
    recorder = Recorder(model, battery.capacity_ah or ELECTROLYTE_AH, rng, plan.soc)
    plan.procedure(recorder)
    true = recorder.recording()
    return SampleExperiment(
        name=plan.name,
        description=plan.description,
        battery_name=plan.battery_name,
        started_days_before_now=plan.started_days_before_now,
        test_time_s=true.test_time_s,
        voltage_v=plan.instrument.voltages_v(true.voltage_v, rng),
        current_a=plan.instrument.currents_a(true.current_a, rng),
        step=true.step,
        cycle=true.cycle,
        extended=_extended(plan, true, rng),
    )


def _extended(plan: _Plan, true: Recording, rng: np.random.Generator) -> dict[Channel, FloatArray]:
    """Return the further channels; the room's day moves every temperature a little."""
    day = 2 * np.pi * true.test_time_s / SECONDS_PER_DAY
    room_k = ROOM_SWING_K * np.sin(day + rng.uniform(0, 2 * np.pi))
    ambient_degc = np.full(len(day), AMBIENT_DEGC)
    extended = {}
    for channel in plan.channels:
        if channel in (CELL_T1, AMBIENT):
            base_degc = true.temperature_degc if channel == CELL_T1 else ambient_degc
            extended[channel] = plan.instrument.temperatures_degc(base_degc + room_k, rng)
        else:
            extended[channel] = _flow_l_min(plan.flows_l_min, true, rng)
    return extended


def _flow_l_min(
    flows_l_min: tuple[float, ...], true: Recording, rng: np.random.Generator
) -> FloatArray:
    """Return the flow set for each cycle, with the ripple of a pump."""
    set_l_min = np.array(flows_l_min)[np.minimum(true.cycle, len(flows_l_min)) - 1]
    return to_resolution(set_l_min * rng.normal(1.0, 0.006, len(set_l_min)), 1e-3)


def _nmc_plans() -> tuple[_Plan, ...]:
    return (
        _Plan(
            "NMC-007 formation C/10",
            "Three cycles at C/10 between 2.75 and 4.2 V; the first charge builds the SEI.",
            "NMC-007",
            44.3,
            procedures.formation,
            channels=(CELL_T1, AMBIENT),
        ),
        _Plan(
            "NMC-007 capacity check C/2",
            "Two cycles at C/2 after formation: the reference for the cycle life.",
            "NMC-007",
            40.6,
            procedures.capacity_check,
        ),
        _Plan(
            "NMC-007 cycle life 1C",
            "100 cycles at 1C, charge held at 4.2 V down to C/20, 10 min rests.",
            "NMC-007",
            39.2,
            partial(procedures.cycle_life, cycles=100),
            channels=(CELL_T1, AMBIENT),
        ),
    )


def _aged_nmc_plans() -> tuple[_Plan, ...]:
    return (
        _Plan(
            "NMC-015 rates C/5 to 3C",
            "Discharges at C/5, C/2, 1C, 2C and 3C, each after a charge at C/2.",
            "NMC-015",
            21.4,
            partial(procedures.rate_test, rates=(0.2, 0.5, 1.0, 2.0, 3.0)),
            capacity_left=1.008,
            resistance_growth=0.97,
        ),
        _Plan(
            "NMC-015 pulses 30 s",
            "Discharge and charge pulses of 30 s at 1C every 10 % of the capacity, sampled at once "
            "and 0.1 s after each edge.",
            "NMC-015",
            19.0,
            procedures.pulse_test,
            capacity_left=1.008,
            resistance_growth=0.97,
        ),
        _Plan(
            "NMC-018 calendar 90 %",
            "Check-ups at C/2 every five days, stored at 90 % state of charge in between.",
            "NMC-018",
            24.7,
            procedures.calendar_check,
            channels=(CELL_T1, AMBIENT),
            capacity_left=0.994,
            resistance_growth=1.03,
        ),
    )


def _other_cell_plans() -> tuple[_Plan, ...]:
    return (
        _Plan(
            "NCA-003 constant power",
            "Discharges at 8, 16 and 24 W, each after a charge at C/2.",
            "NCA-003",
            6.2,
            partial(procedures.constant_power, powers_w=(8.0, 16.0, 24.0)),
        ),
        _Plan(
            "LFP-009 capacity check C/2",
            "Two cycles at C/2 between 2.5 and 3.6 V, as delivered.",
            "LFP-009",
            12.8,
            partial(procedures.capacity_check, window=procedures.LFP_WINDOW),
        ),
        _Plan(
            "LFP-009 cycle life 1C",
            "16 cycles at 1C between 2.5 and 3.6 V, charge held down to C/20.",
            "LFP-009",
            11.5,
            partial(procedures.cycle_life, cycles=16, window=procedures.LFP_WINDOW, speed=0.5),
            channels=(CELL_T1, AMBIENT),
        ),
    )


def _coin_and_lead_plans() -> tuple[_Plan, ...]:
    return (
        _Plan(
            "HC-014 half cell C/20",
            "Graphite against lithium, discharged first: three cycles at C/20 (0.12 mA), held at "
            "5 mV down to C/100.",
            "HC-014",
            33.5,
            partial(procedures.half_cell, c_rates=(0.05, 0.05, 0.05)),
            channels=(AMBIENT,),
            soc=1.0,
            instrument=FINE,
        ),
        _Plan(
            "HC-014 half cell rates",
            "The same cell at C/20, C/10, C/5 and C/2.",
            "HC-014",
            26.1,
            partial(procedures.half_cell, c_rates=(0.05, 0.1, 0.2, 0.5), first_efficiency=0.998),
            channels=(AMBIENT,),
            soc=0.995,
            instrument=FINE,
        ),
        _Plan(
            "LA-002 capacity C20",
            "Two discharges in 20 h to 10.5 V, each after a charge to 14.4 V down to C/50.",
            "LA-002",
            17.3,
            procedures.lead_acid_c20,
            channels=(CELL_T1, AMBIENT),
            soc=0.02,
            capacity_left=1.03,
        ),
    )


def _stack_plans() -> tuple[_Plan, ...]:
    return (
        _Plan(
            "STK-A4 efficiency 50 and 100",
            "Five cycles at 50 and five at 100 mA/cm2, 3.6 to 6.4 V, flow 1.0 L/min a side.",
            "STK-A4",
            8.6,
            partial(
                procedures.stack_cycles,
                c_rates=(0.625,) * 5 + (1.25,) * 5,
                resistances=(1.0,) * 10,
            ),
            soc=0.01,
        ),
        _Plan(
            "STK-B4 flow 0.6 to 1.2 L/min",
            "Cycles at 80 mA/cm2, the flow raised by 0.2 L/min after every second one.",
            "STK-B4",
            3.9,
            partial(
                procedures.stack_cycles,
                c_rates=(1.0,) * 8,
                resistances=(1.13, 1.13, 1.05, 1.05, 1.0, 1.0, 0.98, 0.98),
            ),
            channels=(CELL_T1, FLOW_POSITIVE, FLOW_NEGATIVE),
            soc=0.01,
            resistance_growth=0.85,
            flows_l_min=(0.6, 0.6, 0.8, 0.8, 1.0, 1.0, 1.2, 1.2),
        ),
    )
