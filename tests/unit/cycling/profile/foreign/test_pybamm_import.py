"""PyBaMM experiments, in and out."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycling.profile import OWN_PROTOCOL, WATTREX, BatteryLimits, check_profile
from cycling.profile.foreign.pybamm_export import to_pybamm
from cycling.profile.foreign.pybamm_import import from_pybamm
from cycling.profile.language.render import render
from cycling.profile.language.tree import LimitKind
from tests.unit.cycling.profile.profiles import many, profiles
from tests.unit.cycling.profile.texts import WHOLE, places, profile_of, said


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("Charge at 1 C until 4.2 V", "CC, 1C, VOLTAGE, 4.2"),
        ("Discharge at C/20 for 0.5 hours", "CC, -C/20, TIME, 0.5h"),
        ("Charge at 200 mA for 45 minutes", "CC, 200mA, TIME, 45min"),
        ("Discharge at 1A for 1 hour or until 2.5V", "CC, -1, TIME, 1h, VOLTAGE, 2.5"),
        ("Discharge at 1W for 90 seconds", "CP, -1, TIME, 90"),
        ("Hold at 4.2 V until C/50", "CV, 4.2, CURRENT, C/50"),
        ("hold at 1V for 20 s", "CV, 1, TIME, 20"),
        ("Rest for 10 minutes", "WAIT, 10min"),
        ('"Rest for 10 minutes",', "WAIT, 10min"),
    ],
)
def test_a_sentence_is_a_line(sentence, line):
    imported = from_pybamm(sentence)
    assert imported.text == line + "\n", said(imported)


@pytest.mark.parametrize(
    ("call", "line"),
    [
        ('pybamm.step.current(1, termination="2.5 V")', "CC, -1, VOLTAGE, 2.5"),
        ('pybamm.step.current(-0.5, duration="1 hour")', "CC, 0.5, TIME, 1h"),
        ("pybamm.step.c_rate(-0.5, duration=60)", "CC, 0.5C, TIME, 60"),
        ('pybamm.step.power(5, termination=["3 V"])', "CP, -5, VOLTAGE, 3"),
        ('pybamm.step.voltage(4.2, termination="C/20")', "CV, 4.2, CURRENT, C/20"),
        ('pybamm.step.string("Rest for 1 hour")', "WAIT, 1h"),
        ("pybamm.step.rest(duration=3600)", "WAIT, 3600"),
    ],
)
def test_in_calls_a_positive_current_discharges(call, line):
    imported = from_pybamm(f"[{call}]")
    assert imported.text == line + "\n", said(imported)


@pytest.mark.parametrize(
    ("call", "station", "end"),
    [
        ('pybamm.step.current(1, termination="4.2 V")', WATTREX, None),
        ('pybamm.step.c_rate(-1, termination="2.5 V")', OWN_PROTOCOL, None),
        ("pybamm.step.current(1, duration=3600)", WATTREX, "nothing bounds its voltage"),
        ("pybamm.step.current(-1, duration=3600)", WATTREX, "nothing bounds its voltage"),
    ],
)
def test_a_sign_that_was_meant_the_other_way_ends_at_once_or_is_refused(call, station, end):
    """A discharge to the highest voltage, a charge to the lowest: the limit is passed."""
    checked = check_profile(
        from_pybamm(f"[{call}]").text,
        capacity_ah=Decimal(3),
        battery=BatteryLimits(Decimal("2.5"), Decimal("4.2"), Decimal(-10), Decimal(10)),
        station=station,
    )
    if end is not None:
        assert any(end in one.message for one in checked.problems if one.severity == "error")
        return
    (step,) = checked.program.instructions()
    limit_v = step.limit(LimitKind.VOLTAGE)
    assert limit_v == (Decimal("2.5") if step.direction > 0 else Decimal("4.2"))


def test_tuples_are_cycles_and_arguments_are_settings():
    imported = from_pybamm(
        "import pybamm\n"
        "experiment = pybamm.Experiment(\n"
        '    ["Rest for 1 hour"]\n'
        '    + [("Charge at 1C until 4.2V", "Discharge at 1C until 3V")] * 30,\n'
        '    period="10 seconds",\n'
        '    termination="80% capacity",\n'
        ")\n"
        "simulation = run(experiment)\n"
    )
    assert imported.text.splitlines() == [
        "RECORD 10s",
        "WAIT, 1h",
        "REPEAT 30 CYCLES",
        "  CC, 1C, VOLTAGE, 4.2",
        "  CC, -1C, VOLTAGE, 3",
        "END",
        "END TEST IF RETENTION < 80%",
    ]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("Rest for 1 hour\nRun US06 (A)", 2, "drive cycle"),
        ("Charge at 1 C until 4.2 V at 25oC", 1, "temperature of the room"),
        ("Discharge at 5 ohm until 3 V", 1, "5 ohm is a resistance"),
        ("Charge at 1 C", 1, "Nothing ends this step"),
        ("Charge at 1 C until 50 mA", 1, "CC cannot end by CURRENT"),
        ("Walk for 1 hour", 1, "this is no step"),
        ("Rest for 1 hour (5 minute period)\nRest for 1 hour", 1, "differ from step to step"),
        ('["Rest for 1 hour"\n', 1, "no Python expression"),
        ("(" * 5000, 1, "no Python expression"),
        ('["Rest for 1 hour"] * n', 1, "whole number on its right"),
        ('["Rest for 1 hour"] * 10000000000', 1, "1,000,000 times at most"),
        ('[open("x")]', 1, "open(...) cannot be expressed"),
        ('Experiment(["Rest for 1 hour"], temperature="25oC")', 1, "temperature of Experiment"),
        ('Experiment(["Rest for 1 hour"], termination="2.5 V")', 1, "termination '2.5 V'"),
        ('["Rest for 1 hour"]\n["Rest for 2 hours"]', 1, "one list of steps"),
        ("[pybamm.step.current(drive_cycle)]", 1, "with these arguments"),
        ("", 1, "empty"),
    ],
)
def test_what_cannot_be_expressed_is_refused_by_name_and_line(text, line, words):
    imported = from_pybamm(text)
    assert imported.profile is None
    assert imported.text == ""
    assert any(one.line == line and words in one.message for one in imported.problems), said(
        imported
    )


def test_an_export_comes_in_again_as_the_same():
    text = (
        "RECORD 5s\nWAIT, 600\nREPEAT 2\n  REPEAT 100 CYCLES\n    CC, C/3, VOLTAGE, 4.2\n"
        "    CV, 4.2, CURRENT, C/20\n    REPEAT 3\n      CC, -20mA, TIME, 60\n      WAIT, 5\n"
        "    END\n    CP, -8, VOLTAGE, 2.5\n  END\nEND\nWAIT, 1\nEND TEST IF RETENTION < 80%\n"
    )
    exported = to_pybamm(profile_of(text))
    assert exported.problems == ()
    assert from_pybamm(exported.text).text == text


def test_a_rate_is_written_without_an_exponent():
    exported = to_pybamm(profile_of("CC, 100C/2, TIME, 5\nCC, -2C/3, TIME, 5"))
    assert '"Charge at 50C for 5 seconds"' in exported.text
    assert '"Discharge at 0.666666666666667C for 5 seconds"' in exported.text


def test_what_pybamm_cannot_say_is_refused_by_line():
    exported = to_pybamm(profile_of(WHOLE))
    assert exported.text == ""
    assert {line for line, _ in places(exported.problems)} == {2, 7, 11}


@many
@given(profiles())
def test_every_export_is_read_again_or_refused(profile):
    exported = to_pybamm(profile)
    if exported.text:
        imported = from_pybamm(exported.text)
        assert imported.profile is not None, (exported.text, said(imported))
        again = to_pybamm(imported.profile)
        assert again.text == exported.text
    else:
        assert exported.problems
        assert render(profile)


@many
@given(st.text() | st.text("[]()*+,\"'0123 CVAatforuntilRes"))
def test_any_text_is_an_experiment_or_has_errors(text):
    imported = from_pybamm(text)
    assert (imported.profile is None) == any(one.severity == "error" for one in imported.problems)
