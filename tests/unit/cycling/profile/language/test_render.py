"""Text, tree and text again; and texts that are nearly profiles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycling.profile import check_profile, parse
from cycling.profile.language.render import render
from tests.unit.cycling.profile.profiles import many, mutated, profiles
from tests.unit.cycling.profile.texts import WHOLE, profile_of


@many
@given(profiles())
def test_a_rendered_profile_is_read_as_the_same(profile):
    text = render(profile)
    parsed = parse(text)
    assert parsed.profile == profile
    assert render(parsed.profile) == text


def test_the_whole_language_goes_round():
    profile = profile_of(WHOLE)
    assert profile_of(render(profile)) == profile


@many
@given(mutated(profiles().map(render)) | st.text() | mutated(st.just(WHOLE)))
def test_a_changed_text_is_a_profile_or_has_errors_with_places(text):
    checked = check_profile(text, 3.0)
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    errors = [one for one in checked.problems if one.severity == "error"]
    assert (checked.program is None) <= bool(errors)
    for problem in checked.problems:
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= max(len(lines[problem.line - 1]), 1)
        assert problem.length >= 1
        assert problem.message
    if checked.profile is not None:
        assert parse(render(checked.profile)).profile == checked.profile


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("wait,600", "WAIT, 600"),
        ("  Cc   0.50   voltage 4.20", "CC, 0.5, VOLTAGE, 4.2"),
        ("CC, 1250 mA, VOLTAGE, 4200 mV", "CC, 1250mA, VOLTAGE, 4200mV"),
        ("CC, -c/3, VOLTAGE, 3", "CC, -C/3, VOLTAGE, 3"),
        ("CC, 2C/3, VOLTAGE, 4", "CC, 2C/3, VOLTAGE, 4"),
        ("WAIT 10 minutes", "WAIT, 10min"),
        ("CC, 1e-3, TIME, 1E3", "CC, 0.001, TIME, 1000"),
        ("CC, +.5, TEMPERATURE, 45 °C, TIME, 5", "CC, 0.5, TEMPERATURE, 45, TIME, 5"),
    ],
)
def test_free_forms_have_one_canonical_form(written, canonical):
    assert render(profile_of(written)) == canonical + "\n"
