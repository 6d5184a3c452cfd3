"""aurora-unicycler protocols, in and out."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycling.profile.foreign.unicycler_export import to_unicycler
from cycling.profile.foreign.unicycler_import import from_unicycler
from tests.unit.cycling.profile.profiles import many, profiles
from tests.unit.cycling.profile.texts import WHOLE, places, profile_of, said

REST = {"step": "open_circuit_voltage", "until_time_s": 60}
CHARGE = {"step": "constant_current", "rate_C": 0.5, "until_voltage_V": 4.2, "until_time_s": 9000}
HOLD = {"step": "constant_voltage", "voltage_V": 4.2, "until_rate_C": "C/20", "until_time_s": None}
DISCHARGE = {"step": "constant_current", "current_mA": "-150.0", "until_voltage_V": 3}


def tag(name):
    return {"step": "tag", "tag": name}


def loop(to, count, key="loop_to"):
    return {"step": "loop", key: to, "cycle_count": count}


def imported(*steps, **settings):
    return from_unicycler(json.dumps({**settings, "method": steps}, indent=1))


def test_a_protocol_is_a_profile():
    found = imported(
        REST,
        tag("cycle"),
        CHARGE,
        HOLD,
        DISCHARGE,
        loop("cycle", 100),
        record={"time_s": 10, "voltage_V": 0.1, "current_mA": None},
        safety={
            "max_voltage_V": 5,
            "min_voltage_V": 0,
            "max_current_mA": 10,
            "min_current_mA": -10,
            "delay_s": None,
        },
        sample={"name": "s", "capacity_mAh": 123},
        unicycler={"version": "0.4.3"},
    )
    assert found.text.splitlines() == [
        "SAFETY VOLTAGE 0 5 CURRENT -10mA 10mA",
        "RECORD 10s 0.1V",
        "WAIT, 60",
        "REPEAT 100 CYCLES",
        "  CC, 0.5C, VOLTAGE, 4.2, TIME, 9000",
        "  CV, 4.2, CURRENT, C/20",
        "  CC, -150mA, VOLTAGE, 3",
        "END",
    ], said(found)


def test_loops_go_back_by_number_and_may_nest():
    found = imported(CHARGE, DISCHARGE, loop(1, 3, "start_step"), REST, loop(1, 2))
    assert found.text.splitlines() == [
        "REPEAT 2",
        "  REPEAT 3 CYCLES",
        "    CC, 0.5C, VOLTAGE, 4.2, TIME, 9000",
        "    CC, -150mA, VOLTAGE, 3",
        "  END",
        "  WAIT, 60",
        "END",
    ]


@pytest.mark.parametrize(
    ("steps", "line", "words"),
    [
        ([{"step": "impedance_spectroscopy"}], 4, "'impedance_spectroscopy' is no step of ours"),
        ([{**CHARGE, "until_soc": 5}], 4, "'until_soc' of constant_current"),
        ([REST, loop("nowhere", 2)], 8, "goes to 'nowhere'"),
        ([REST, loop(5, 2)], 8, "goes to '5'"),
        ([CHARGE, DISCHARGE, loop(1, 3), loop(2, 2)], 20, "inside an earlier loop"),
        ([{**REST, "until_time_s": float("nan")}], 4, "in digits"),
        ([{"step": "constant_current", "rate_C": 1}], 4, "Nothing ends this step"),
    ],
)
def test_what_cannot_be_expressed_is_refused_by_name_and_line(steps, line, words):
    found = imported(*steps)
    assert found.profile is None
    assert any(one.line == line and words in one.message for one in found.problems), said(found)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"safety": {"max_voltage_V": 5}}, "needs both min_voltage_V and max_voltage_V"),
        ({"safety": {"max_capacity_mAh": 5}}, "'max_capacity_mAh' cannot be expressed"),
        ({"record": {"time_s": 5, "current_mA": 1}}, "'current_mA' cannot be expressed"),
        ({"surprise": 1}, "'surprise' cannot be expressed"),
    ],
)
def test_settings_that_cannot_be_expressed_are_refused(settings, words):
    found = imported(REST, **settings)
    assert words in said(found)[0]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"method": 3}', '{"method": [3]}', "[" * 9999]
)
def test_what_is_no_protocol_is_refused(text):
    assert from_unicycler(text).profile is None
    assert len(from_unicycler(text).problems) == 1


def test_an_export_comes_in_again_as_the_same():
    text = (
        "SAFETY VOLTAGE 2 5\nRECORD 5s\nWAIT, 600\nREPEAT 100 CYCLES\n  CC, C/3, VOLTAGE, 4.2\n"
        "  CV, 4.2, CURRENT, C/20, TIME, 7200\n  CC, -20mA, VOLTAGE, 3\nEND\nWAIT, 1\n"
    )
    exported = to_unicycler(profile_of(text))
    assert exported.problems == ()
    assert from_unicycler(exported.text).text == text


def test_the_order_of_a_steps_limits_does_not_show_in_its_export():
    time_first = to_unicycler(profile_of("CV, 4.2, TIME, 1h, CURRENT, 1mA\n"))
    assert time_first == to_unicycler(profile_of("CV, 4.2, CURRENT, 1mA, TIME, 1h\n"))


def test_the_order_of_abort_limits_in_a_profile_does_not_show_in_its_export():
    voltage_first = to_unicycler(profile_of("SAFETY VOLTAGE 2 5 CURRENT -1 1\nWAIT, 1\n"))
    current_first = to_unicycler(profile_of("SAFETY CURRENT -1 1 VOLTAGE 2 5\nWAIT, 1\n"))
    assert voltage_first == current_first


def test_what_unicycler_cannot_say_is_refused_by_line():
    exported = to_unicycler(profile_of(WHOLE))
    assert exported.text == ""
    assert {line for line, _ in places(exported.problems)} == {2, 7, 9, 11, 12}


@many
@given(profiles())
def test_every_export_is_read_again_or_refused(profile):
    exported = to_unicycler(profile)
    if exported.text:
        found = from_unicycler(exported.text)
        assert found.profile is not None, (exported.text, said(found))
        assert to_unicycler(found.profile).text == exported.text
    else:
        assert exported.problems


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
steps = st.fixed_dictionaries(
    {"step": st.sampled_from(["constant_current", "constant_voltage", "loop", "tag", "x"])},
    optional={
        key: json_values | st.integers(-5, 5)
        for key in ("until_time_s", "rate_C", "voltage_V", "loop_to", "cycle_count", "tag")
    },
)


@many
@given(st.lists(steps), st.dictionaries(st.sampled_from(["record", "safety"]), json_values))
def test_any_protocol_is_a_profile_or_has_errors(method, settings):
    found = from_unicycler(json.dumps({**settings, "method": method}))
    assert (found.profile is None) == any(one.severity == "error" for one in found.problems)
