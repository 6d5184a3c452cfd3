"""Tree, exact program and compiled rows do the same to a battery."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycling.battery.chemistry import chemistries
from cycling.profile import compile_rows, parse, resolve
from cycling.profile.language.quantities import Quantity
from cycling.profile.language.render import render
from cycling.profile.language.tree import Limit, LimitKind, Profile, Repeat, Step
from cycling.profile.simulation.run import run_instruction
from cycling.terms import Mode
from tests.unit.cycling.profile.interpreters import run_rows, run_tree
from tests.unit.cycling.profile.profiles import many

NMC = chemistries()["nmc"]

CELL, CAPACITY = NMC.battery(3.0), Decimal(3)
LOOK_S = 6.0  # of the recorder at what is held; it looks twice between two samples
CLOSE = {Mode.CV: 3e-3, Mode.CP: 3e-3}  # what is steady has a closed form, the same for both
currents = st.sampled_from(["0.5C", "-0.5C", "C/3", "-C/3", "1500mA", "-1.2", "0.9"])
voltages = st.sampled_from(["4.2", "4100mV", "3.9", "3.0", "2.75"])
holds = st.sampled_from(["4.2", "4100mV", "3.8"])
times = st.sampled_from(["90", "10min", "1h", "0.5s", "3h"])
small = st.sampled_from(["C/20", "100mA", "0.3"])
powers = st.sampled_from(["5", "-5", "-7500mW"])


def quantity(text):
    """The quantity of a text that the language knows."""
    (step,) = parse(f"CC, {text}, TIME, 1").profile.items
    return step.set_point


def value(kind):
    words = {LimitKind.TIME: "TIME", LimitKind.VOLTAGE: "VOLTAGE", LimitKind.CURRENT: "CURRENT"}

    def read(text):
        mode = "CV, 4" if kind is LimitKind.CURRENT else "CC, 1"
        return parse(f"{mode}, {words[kind]}, {text}").profile.items[0].limits[0]

    return read


def limit_of(kind, texts):
    return texts.map(value(kind))


by_time = limit_of(LimitKind.TIME, times)
by_voltage = limit_of(LimitKind.VOLTAGE, voltages)
by_current = limit_of(LimitKind.CURRENT, small)
rests = times.map(lambda text: parse(f"WAIT, {text}").profile.items[0])
cc = st.builds(
    Step,
    st.just(Mode.CC),
    currents.map(quantity),
    (by_time | by_voltage).map(lambda one: (one,)),
)
cv = st.builds(
    Step,
    st.just(Mode.CV),
    holds.map(lambda text: parse(f"CV, {text}, TIME, 1").profile.items[0].set_point),
    (by_time | by_current).map(lambda one: (one,)),
)
cp = st.builds(
    Step,
    st.just(Mode.CP),
    powers.map(lambda text: parse(f"CP, {text}, TIME, 1").profile.items[0].set_point),
    (limit_of(LimitKind.TIME, st.sampled_from(["60", "20min"])) | by_voltage).map(lambda o: (o,)),
)
step = st.one_of(rests, cc, cv, cp)
loop = st.builds(
    Repeat,
    st.integers(1, 3),
    st.just(False),
    st.lists(step, min_size=1, max_size=3).map(tuple),
)
small_profiles = st.builds(
    Profile, st.lists(st.one_of(step, step, loop), min_size=1, max_size=4).map(tuple)
)


def bounded(step):
    """The step with a time as well, so that it has several limits."""
    if step.mode is Mode.WAIT or step.limit(LimitKind.TIME):
        return step
    return Step(
        step.mode,
        step.set_point,
        (*step.limits, Limit(LimitKind.TIME, Quantity(Decimal(30), "min"))),
        Quantity(Decimal("0.8"), "C") if step.mode is Mode.CV else None,
    )


@many
@given(small_profiles, st.floats(0.2, 0.8))
def test_rows_do_what_the_tree_says(profile, soc):
    flat = compile_rows(resolve(profile, CAPACITY).program)
    by_tree = run_tree(profile, CELL, CELL.rested(soc), CAPACITY)
    by_rows = run_rows(flat.rows, flat.origins, CELL, CELL.rested(soc))
    assert len(by_rows) == len(by_tree)
    for row, step in zip(by_rows, by_tree, strict=True):
        assert (row.mode, row.ended_by) == (step.mode, step.ended_by)
        assert row.duration_s == pytest.approx(step.duration_s, abs=1e-6, rel=1e-3)
        assert row.voltage_v == pytest.approx(step.voltage_v, abs=1e-3)
        assert row.soc == pytest.approx(step.soc, abs=1e-4)


@many
@given(small_profiles.map(lambda p: Profile(with_several_limits(p.items))), st.floats(0.2, 0.8))
def test_the_exact_program_does_what_the_tree_says(profile, soc):
    """On two ways through the model: in small even steps, and in few steps of any length."""
    program = resolve(profile, CAPACITY).program
    by_tree = run_tree(profile, CELL, CELL.rested(soc), CAPACITY, LOOK_S)
    executed = list(program.executed())
    assert len(executed) == program.instruction_count == len(by_tree)
    states = [CELL.rested(soc), *(step.state for step in by_tree)]
    for one, step, state in zip(executed, by_tree, states, strict=False):
        run = run_instruction(CELL, state, one.instruction)
        if run.beyond:  # of which the model knows nothing
            assert not -0.05 < step.soc < 1.15
            return
        assert run.ended_by == step.ended_by
        close = CLOSE.get(step.mode, 0)
        within_s = LOOK_S / 2 if close else 2e-3
        assert run.duration_s == pytest.approx(step.duration_s, rel=close, abs=within_s)
        assert run.state.soc == pytest.approx(step.soc, abs=1e-3 if close else 1e-6)


def with_several_limits(items):
    return tuple(
        Repeat(one.count, one.counts_cycles, with_several_limits(one.items))
        if isinstance(one, Repeat)
        else bounded(one)
        for one in items
    )


@many
@given(small_profiles)
def test_the_rendered_text_compiles_to_the_same_rows(profile):
    again = parse(render(profile)).profile
    assert (
        compile_rows(resolve(again, CAPACITY).program).rows
        == compile_rows(resolve(profile, CAPACITY).program).rows
    )
