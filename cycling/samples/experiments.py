"""The sample experiments of `bem demo`, computed from the battery model, the same every time."""

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from cycling.battery.description import NewBattery
from cycling.battery.electrolyte import Electrolyte
from cycling.battery.instrument import Instrument, to_resolution
from cycling.battery.model import FloatArray
from cycling.battery.recorder import Recorder, Recording
from cycling.conversion import convert
from cycling.formats import Block
from cycling.samples import procedures
from cycling.samples.batteries import ELECTROLYTE_AH, new_model, sample_batteries
from cycling.terms import Polarity

TABLE = Path(__file__).with_name("experiments.toml")
SEED = 2027
SECONDS_PER_DAY = 86_400.0
AMBIENT_DEGC = 25.0
ROOM_SWING_K = 0.4

CELL_T1, AMBIENT = "Cell T1", "Ambient"
DEGC, FLOW_UNIT = "degC", "L/min"
INSTRUMENTS = {
    "usual": Instrument(),
    "precise": Instrument(voltage_noise_v=4e-5, voltage_resolution_v=1e-5),
    "fine": Instrument(
        voltage_noise_v=8e-5,
        voltage_resolution_v=1e-5,
        current_noise_a=2e-8,
        current_resolution_a=1e-8,
    ),
}


@dataclass(frozen=True, kw_only=True)
class SampleExperiment(Block):
    """A finished experiment as an instrument would have recorded it."""

    name: str
    description: str
    battery_name: str
    started_days_before_now: float
    electrolytes: tuple[Electrolyte, ...] = ()


@dataclass(frozen=True, slots=True)
class _Plan:
    """A sample experiment before it is computed."""

    name: str
    description: str
    battery_name: str
    started_days_before_now: float
    procedure: str
    arguments: dict[str, Any] = field(default_factory=dict)
    channels: tuple[str, ...] = (CELL_T1,)
    soc: float = 0.0
    capacity_left: float = 1.0
    resistance_growth: float = 1.0
    instrument: str = "usual"
    flows_l_min: tuple[float, ...] = ()  # by cycle, the last one for all that follow
    electrolyte: dict[str, int] = field(default_factory=dict)  # the same on both sides


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


def sides_of(electrolyte: Mapping[str, int]) -> tuple[Electrolyte, ...]:
    """Return the electrolyte of both sides, none where none is given."""
    return tuple(Electrolyte(polarity, **electrolyte) for polarity in Polarity if electrolyte)


def _plans() -> list[_Plan]:
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return convert(table["experiment"], list[_Plan])


def _experiment(plan: _Plan, battery: NewBattery, rng: np.random.Generator) -> SampleExperiment:
    model = new_model(battery).aged(plan.capacity_left, plan.resistance_growth)
    recorder = Recorder(model, battery.capacity_ah or ELECTROLYTE_AH, rng, plan.soc)
    getattr(procedures, plan.procedure)(recorder, **plan.arguments)
    true, instrument = recorder.recording(), INSTRUMENTS[plan.instrument]
    return SampleExperiment(
        name=plan.name,
        description=plan.description,
        battery_name=plan.battery_name,
        started_days_before_now=plan.started_days_before_now,
        test_time_s=true.test_time_s,
        unix_time_s=None,
        voltage_v=instrument.voltages_v(true.voltage_v, rng),
        current_a=instrument.currents_a(true.current_a, rng),
        power_w=None,
        step=true.step.astype(float),
        cycle=true.cycle.astype(float),
        step_id=None,
        extended=_extended(plan, instrument, true, rng),
        electrolytes=sides_of(plan.electrolyte),
    )


def _extended(
    plan: _Plan, instrument: Instrument, true: Recording, rng: np.random.Generator
) -> dict[tuple[str, str], FloatArray]:
    """Return the further channels; the room's day moves every temperature a little."""
    day = 2 * np.pi * true.test_time_s / SECONDS_PER_DAY
    room_k = ROOM_SWING_K * np.sin(day + rng.uniform(0, 2 * np.pi))
    temperatures = {CELL_T1: true.temperature_degc, AMBIENT: np.full(len(day), AMBIENT_DEGC)}
    extended = {}
    for name in plan.channels:
        if name in temperatures:
            measured_degc = instrument.temperatures_degc(temperatures[name] + room_k, rng)
            extended[name, DEGC] = measured_degc
        else:
            extended[name, FLOW_UNIT] = _flow_l_min(plan.flows_l_min, true, rng)
    return extended


def _flow_l_min(
    flows_l_min: tuple[float, ...], true: Recording, rng: np.random.Generator
) -> FloatArray:
    """Return the flow set for each cycle, with the ripple of a pump."""
    set_l_min = np.array(flows_l_min)[np.minimum(true.cycle, len(flows_l_min)) - 1]
    return to_resolution(set_l_min * rng.normal(1.0, 0.006, len(set_l_min)), 1e-3)
