"""What is expected of a program against what the virtual cycler does with it.

The expected course knows the text, what the battery's label says, and the voltage before the
start. It goes through the model in its own way, a few long steps with a current that changes along
them; the cycler renews the current every 2 s. Loops, limits, settling, MAX and safety are each
programmed twice.
"""

import msgspec
import numpy as np
import pytest

from cycling.battery.chemistry import guessed_model, state_at
from cycling.profile import parse, resolve
from cycling.profile.language.tree import LimitKind
from cycling.profile.simulation.expected import expected
from cycling.profile.simulation.expected_curve import simulate_curve
from master_node.protocol.messages import Instruction, Limit, Safety
from master_node.virtual_cycler.battery import BatteryPool
from tests.virtual import CELL, LEAD_ACID, STACK, Lab

LFP = msgspec.structs.replace(CELL, chemistry="LFP", voltage=(2.5, 3.65), id=11)
NCA = msgspec.structs.replace(CELL, chemistry="NCA", id=12, capacity_ah=4.8, current=(-10.0, 5.0))
COIN = msgspec.structs.replace(CELL, id=13, capacity_ah=0.002, current=(-0.01, 0.01))
PACK = msgspec.structs.replace(CELL, id=14, cells=4, voltage=(10.0, 16.8))

DAY_S, EVERY_S = 86400.0, 60.0
FULL = "CC, C/2, VOLTAGE, 4.2\nCV, 4.2, CURRENT, C/20\nWAIT, 30min\n"
HPPC = """\
REPEAT 9
  CC, -1C, TIME, 10s, VOLTAGE, 2.5
  WAIT, 40s
  CC, 0.75C, TIME, 10s, VOLTAGE, 4.25
  WAIT, 40s
  CC, -C/3, CAPACITY, 10%, VOLTAGE, 2.5
  WAIT, 1h
END
CC, -C/3, VOLTAGE, 2.5
"""
PROGRAMS = {
    "capacity check": (CELL, f"REPEAT 3 CYCLES\n{FULL}CC, -C/3, VOLTAGE, 2.75\nWAIT, 30min\nEND"),
    "capacity check of LFP": (
        LFP,
        "CC, C/3, VOLTAGE, 3.65\nCV, 3.65, CURRENT, C/30, TIME, 2h\nWAIT, 1h\n"
        "CC, -C/3, VOLTAGE, 2.5\nWAIT, 1h",
    ),
    "capacity of a gel battery": (
        LEAD_ACID,
        "CC, C/5, VOLTAGE, 14.4\nCV, 14.4, CURRENT, C/50, TIME, 12h\nWAIT, 1h\n"
        "CC, -C/20, VOLTAGE, 10.8",
    ),
    "rate test": (
        CELL,
        "".join(f"{FULL}CC, -{rate}, VOLTAGE, 2.75\nWAIT, 30min\n" for rate in ("C/5", "1C", "2C")),
    ),
    "rate test of LFP": (
        LFP,
        "".join(
            f"CC, {rate}, VOLTAGE, 3.65\nWAIT, 10min\nCC, -{rate}, VOLTAGE, 2.5\nWAIT, 10min\n"
            for rate in ("C/2", "1C", "2C")
        ),
    ),
    "HPPC": (CELL, FULL + HPPC),
    "HPPC of NCA": (NCA, FULL + HPPC),
    "pulses that run empty": (CELL, FULL + "REPEAT 40\n  CC, -C/2, TIME, 6min\n  WAIT, 10min\nEND"),
    "GITT": (CELL, FULL + "REPEAT 20\n  CC, -C/10, TIME, 30min, VOLTAGE, 2.6\n  WAIT, 2h\nEND"),
    "GITT upwards": (
        NCA,
        "CC, -C/5, VOLTAGE, 2.6\nWAIT, 2h\nREPEAT 20\n  CC, C/10, TIME, 30min, VOLTAGE, 4.2\n"
        "  WAIT, 1h\nEND",
    ),
    "constant power": (CELL, f"REPEAT 2 CYCLES\n{FULL}CP, -8, VOLTAGE, 2.75\nWAIT, 10min\nEND"),
    "constant power by energy": (
        PACK,
        "CP, 20, VOLTAGE, 16.4\nREPEAT 3\n  CP, -20, ENERGY, 10Wh, VOLTAGE, 11\n  WAIT, 5min\n"
        "  CP, 15, ENERGY, 9Wh, VOLTAGE, 16.4\nEND",
    ),
    "formation": (
        CELL,
        "WAIT, 12h\nREPEAT 3 CYCLES\n  CC, C/20, VOLTAGE, 4.2\n  CV, 4.2, CURRENT, C/50, TIME, 5h\n"
        "  WAIT, 10min\n  CC, -C/10, VOLTAGE, 2.75\n  WAIT, 10min\nEND",
    ),
    "calendar": (
        CELL,
        f"REPEAT 3\n{FULL}CC, -C/2, VOLTAGE, 2.75\n"
        "CC, C/2, CAPACITY, 50%, VOLTAGE, 4.2\nWAIT, 5d\nEND",
    ),
    "cycle life": (
        LFP,
        "REPEAT 8 CYCLES\n  CC, 1C, VOLTAGE, 3.6\n  CV, 3.6, CURRENT, C/20\n  WAIT, 10min\n"
        "  CC, -1C, VOLTAGE, 2.5\n  WAIT, 10min\nEND",
    ),
    "stages and pulses": (
        CELL,
        "CC, 1.5C, VOLTAGE, 4.0\nCC, 1C, VOLTAGE, 4.1\nCV, 4.1, CURRENT, C/10, MAX, 1C\n"
        "REPEAT 6\n  REPEAT 5\n    CC, -1.5C, TIME, 20s, VOLTAGE, 2.6\n"
        "    CC, 0.5C, TIME, 10s, VOLTAGE, 4.2\n  END\n  WAIT, 5min\nEND",
    ),
    "redox stack": (
        STACK,
        "REPEAT 2 CYCLES\n  CC, 8, VOLTAGE, 32\n  CV, 32, CURRENT, 2, TIME, 30min\n"
        "  CC, -8, VOLTAGE, 20\nEND",
    ),
    "float charge": (LEAD_ACID, "CC, C/10, VOLTAGE, 13.6\nCV, 13.6, TIME, 6h\nWAIT, 1h"),
    "part of the capacity": (
        CELL,
        f"{FULL}CC, -1C, CAPACITY, 40%, VOLTAGE, 2.75\nREPEAT 6 CYCLES\n"
        "  CC, 1C, CAPACITY, 20%, VOLTAGE, 4.2\n  CC, -1C, CAPACITY, 20%, VOLTAGE, 2.75\nEND",
    ),
    "held at once, warm": (
        CELL,
        "CV, 4.1, MAX, 1C, CURRENT, C/10\nCC, -2C, TEMPERATURE, 35, VOLTAGE, 2.6\n"
        "CC, 0, TEMPERATURE, 27, TIME, 5h",
    ),
    "coin cell": (COIN, "CC, C/10, VOLTAGE, 4.2\nCV, 4.2, CURRENT, C/50\nCC, -C/10, VOLTAGE, 2.75"),
}


def run(program, battery):
    """A station that has carried out a program, rows unrolled as they are offered."""
    instructions = [
        Instruction(
            id=0,
            mode=one.instruction.mode,
            set_point=float(one.instruction.set_point),
            limits=[
                Limit(type=str(limit.kind), value=float(limit.value))
                for limit in one.instruction.limits
            ],
            max_current=None if most is None else float(most),
            step=one.step,
        )
        for one in program.executed()
        for most in (one.instruction.max_current_a,)
    ]
    volts = program.safety_range(LimitKind.VOLTAGE)
    safety = Safety(voltage=(float(volts.low), float(volts.high)), current=(-30.0, 30.0))
    size = next(at for at, most_v in enumerate((5, 20, 60)) if battery.voltage[1] < most_v)
    lab = Lab(size).begin(
        *instructions,
        battery=battery,
        safety=safety,
        record_s=EVERY_S,
    )
    return lab.finish(most_s=200 * 86400.0, tick_s=DAY_S)


def counted_ah(samples, way):
    """The charge (1) or discharge (-1) of samples, as a magnitude; nothing between steps."""
    time_s, current_a, step = np.array(
        [(one.test_time_s, one.current, one.step) for one in samples]
    ).T
    within = np.diff(step) == 0
    current_a = np.maximum(way * current_a, 0.0)
    return float(((current_a[:-1] + current_a[1:]) / 2 * np.diff(time_s))[within].sum()) / 3600


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_takes_the_time_and_the_charge_that_are_expected(name):
    battery, text = PROGRAMS[name]
    low, high = battery.voltage
    text = f"SAFETY VOLTAGE {low * 0.8:g} {high * 1.05:g}\n{text}"
    profile = parse(text).profile
    model = guessed_model(
        battery.technology,
        battery.chemistry,
        cells=battery.cells,
        capacity_ah=battery.capacity_ah,
        voltage_max_v=high,
    )
    program = resolve(profile, battery.capacity_ah or model.capacity_ah).program

    lab = run(program, battery)
    first = lab.samples[0]
    course = expected(program, model, state_at(model, first.voltage, first.current))

    assert course.is_known
    assert (course.aborted_by is not None) == ("Tripped" in lab.kinds())
    assert course.duration_s == pytest.approx(lab.events[-1].test_time_s, rel=0.05)
    for way, charge_ah in ((1, course.total.charge_ah), (-1, course.total.discharge_ah)):
        assert charge_ah == pytest.approx(counted_ah(lab.samples, way), rel=0.03, abs=1e-5)


def test_a_charge_of_a_full_battery_ends_at_its_voltage_and_not_in_error():
    """The current rises from 0: before the cell is beyond its cut-off the step is at its end."""
    text = (
        "SAFETY VOLTAGE 2.4 3.65\n"
        "CC, C/2, VOLTAGE, 3.6\nCV, 3.6, CURRENT, C/50\nCC, 1C, VOLTAGE, 3.6\n"
    )
    lab = run(resolve(parse(text).profile, LFP.capacity_ah).program, LFP)
    assert lab.ends() == ["voltage", "current", "voltage"]
    (last,) = lab.of(3)
    assert last.voltage == pytest.approx(3.6)
    assert 0 < last.current < LFP.capacity_ah


@pytest.mark.parametrize("battery", [CELL, LFP], ids=["NMC", "LFP"])
def test_what_a_half_full_cell_gives_is_within_what_its_voltage_at_rest_lets_expect(battery):
    text = (
        "REPEAT 9\nCC, -1C, TIME, 10s, VOLTAGE, 2.5\nCC, -C/3, CAPACITY, 10%, VOLTAGE, 2.5\nEND\n"
    )
    program = resolve(parse(text + "SAFETY VOLTAGE 2 4.5\n").profile, battery.capacity_ah).program
    model = guessed_model(
        battery.technology,
        battery.chemistry,
        cells=battery.cells,
        capacity_ah=battery.capacity_ah,
        voltage_max_v=battery.voltage[1],
    )
    lab = run(program, battery)
    discharged_ah, lasted_s = counted_ah(lab.samples, -1), lab.events[-1].test_time_s
    open_v = round(BatteryPool({}).take(battery).open_voltage_v, 3)  # before anything has run
    low, high = (
        getattr(simulate_curve(program, model, open_v).band, end) for end in ("low", "high")
    )
    assert low.discharge_ah < discharged_ah < high.discharge_ah
    assert low.duration_s < lasted_s < high.duration_s
    assert simulate_curve(program, model).band.low.discharge_ah > discharged_ah  # of a full cell
