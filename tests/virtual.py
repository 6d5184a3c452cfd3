"""Offers for virtual stations, and a station alone, for tests."""

import msgspec
import numpy as np

from cycling.terms import Mode, Technology
from master_node.protocol.messages import BatteryLimits, Instruction, Limit, Offer, Safety
from master_node.virtual_cycler.battery import BatteryPool
from master_node.virtual_cycler.devices import device_of, size_of
from master_node.virtual_cycler.station import Station

NEVER = 4e9
CELL = BatteryLimits(
    id=7,
    name="NMC-007",
    serial_number="SN 7",
    technology=Technology.LITHIUM,
    chemistry="NMC",
    cells=1,
    voltage=(2.5, 4.2),
    current=(-6.0, 6.0),
    capacity_ah=3.0,
)
LEAD_ACID = msgspec.structs.replace(
    CELL,
    id=8,
    technology=Technology.LEAD_ACID,
    chemistry="Gel",
    cells=6,
    voltage=(10.5, 14.7),
    current=(-7.0, 7.0),
    capacity_ah=7.0,
)
STACK = msgspec.structs.replace(
    CELL,
    id=9,
    technology=Technology.REDOX_STACK,
    chemistry="",
    cells=20,
    voltage=(18.0, 33.0),
    current=(-20.0, 20.0),
    capacity_ah=None,
)
SAFE = Safety(voltage=(2.45, 4.25), current=(-6.5, 6.5), temperature=(-10.0, 60.0))


def limits(**values):
    return [Limit(type=name.upper(), value=value) for name, value in values.items()]


def cc(current, /, **ends):
    return Instruction(id=0, mode=Mode.CC, set_point=current, limits=limits(**ends))


def cv(voltage, /, max_current=None, **ends):
    return Instruction(
        id=0, mode=Mode.CV, set_point=voltage, limits=limits(**ends), max_current=max_current
    )


def cp(power, /, **ends):
    return Instruction(id=0, mode=Mode.CP, set_point=power, limits=limits(**ends))


def wait(seconds):
    return Instruction(id=0, mode=Mode.WAIT, set_point=0, limits=limits(time=seconds))


def offer_of(*instructions, experiment=1, station=1, safety=SAFE, battery=CELL, **more):
    """An offer whose instructions have ids from 0 and step numbers from 1."""
    numbered = [
        msgspec.structs.replace(one, id=at, step=one.step or at + 1)
        for at, one in enumerate(instructions)
    ]
    return Offer(
        **{
            "experiment": experiment,
            "name": "test",
            "station": station,
            "epoch": 1,
            "expires_at": NEVER,
            "battery": battery,
            "safety": safety,
            "instructions": numbered,
            "record_s": 10.0,
            **more,
        }
    )


def charge_ah(samples):
    """Charge of samples whose current is held from each to the next."""
    time_s = np.array([one.test_time_s for one in samples])
    current_a = np.array([one.current for one in samples])
    return float(np.sum((current_a[:-1] + current_a[1:]) / 2 * np.diff(time_s))) / 3600


class Lab:
    """A station alone, with a clock that is turned by hand; keeps what it records."""

    def __init__(self, number=0, speed=1.0, seed=1):
        self.station = Station(
            device_of("virtual-1", number), size_of(number), BatteryPool({}), speed=speed, seed=seed
        )
        self.now = 1000.0
        self.samples, self.events = [], []

    def begin(self, *instructions, **more):
        """Offer an experiment that must be taken."""
        problem = self.station.offer(offer_of(*instructions, **more), self.now)
        assert problem is None, problem
        return self

    def go(self, seconds, tick_s=10.0):
        """Let wall time pass in ticks."""
        end = self.now + seconds
        while self.now < end - 1e-9:
            passed = min(tick_s, end - self.now)
            self.now += passed
            self.station.advance(passed, self.now)
            self.collect()
        return self

    def finish(self, most_s=200 * 3600.0, tick_s=60.0):
        """Let time pass until the experiment is over."""
        until = self.now + most_s
        while self.station.experiment is not None and self.station.state != "error":
            assert self.now < until, "it does not end"
            self.go(tick_s, tick_s)
        return self

    def collect(self):
        recorded = self.station.drain()
        if recorded is not None:
            self.samples += recorded.samples
            self.events += recorded.events

    def kinds(self):
        return [type(event).__name__ for event in self.events]

    def ends(self):
        return [str(event.ended_by) for event in self.events if hasattr(event, "ended_by")]

    def of(self, step):
        return [sample for sample in self.samples if sample.step == step]
