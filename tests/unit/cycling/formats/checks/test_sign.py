from dataclasses import replace

import numpy as np
import pytest

from cycling.errors import InputError
from cycling.formats import read_measures, verify
from cycling.formats.checks.sign import SignEvidence
from cycling.formats.checks.sign_watch import SignWatch

PLAIN = "t (s),U,I"
BDF = "Test Time / s,Voltage / V,Current / A"


def cycles(count=4, *, charge=1.0, discharge=-1.0, samples=20):
    """Rows of charge, rest, discharge, rest."""
    up = np.linspace(3.0, 4.0, samples)
    rest = np.full(5, 3.5)
    voltage = np.tile(np.concatenate([up, rest, up[::-1], rest]), count)
    zero = np.full(5, 1e-6)  # what an instrument shows at rest
    current = np.concatenate([np.full(samples, charge), zero, np.full(samples, discharge), -zero])
    return voltage, np.tile(current, count)


def file(proposed, voltage, current, header=PLAIN):
    rows = [f"{i},{v:.6f},{a:.6f}" for i, (v, a) in enumerate(zip(voltage, current, strict=True))]
    return proposed(header + "\n" + "\n".join(rows) + "\n")


@pytest.mark.parametrize(("sign", "charges"), [(1, True), (-1, False)])
def test_the_sign_is_detected_when_the_evidence_is_clear(proposed, sign, charges):
    voltage, current = cycles()
    result = verify(*file(proposed, voltage, sign * current))
    assert result.ok
    assert result.mapping.positive_is_charge is charges
    assert {result.sign.agree, result.sign.contradict} == {0, 8}
    assert result.preview.current_a[0] == 1


def test_bdf_is_charge_above_zero_unless_the_data_contradicts(proposed):
    voltage, current = cycles()
    assert verify(*file(proposed, voltage, current, BDF)).mapping.positive_is_charge is True
    flat = np.full(len(voltage), 3.5)
    assert verify(*file(proposed, flat, current, BDF)).mapping.positive_is_charge is True
    table, mapping = file(proposed, voltage, -current, BDF)
    result = verify(table, mapping)
    assert [(p.severity, p.code) for p in result.problems] == [("question", "sign")]
    assert "8 of 8 steps" in result.problems[0].text
    with pytest.raises(InputError, match="--charge-sign"):
        list(read_measures(table, result.mapping))


def test_an_answer_ends_the_question(proposed):
    voltage, current = cycles()
    table, mapping = file(proposed, voltage, -current, BDF)
    for answer in (True, False):
        result = verify(table, replace(mapping, positive_is_charge=answer))
        assert result.ok
        assert result.preview.current_a[0] == (-1 if answer else 1)


def test_no_evidence_is_a_question_for_other_formats(proposed):
    voltage, current = cycles()
    result = verify(*file(proposed, np.full(len(voltage), 3.5), current))
    assert [(p.severity, p.code) for p in result.problems] == [("question", "sign")]
    assert result.sign.verdict == "no evidence"


def test_no_current_needs_no_sign(proposed):
    result = verify(*file(proposed, np.linspace(3, 3.1, 50), np.zeros(50)))
    assert (result.ok, result.sign.verdict) == (True, "no current")
    assert result.mapping.positive_is_charge is True


@pytest.mark.parametrize("header", [PLAIN, BDF])
def test_a_current_without_its_sign_has_its_own_sentence(proposed, header):
    voltage, current = cycles()
    result = verify(*file(proposed, voltage, np.abs(current), header))
    assert [(p.severity, p.code) for p in result.problems] == [("question", "unsigned")]
    assert "falls in 4 of 8 steps" in result.problems[0].text


def test_mixed_evidence_is_a_question(proposed):
    voltage, current = cycles()
    half = len(current) // 2
    current[half:] *= -1
    result = verify(*file(proposed, voltage, current))
    assert (result.sign.verdict, result.problems[0].code) == ("unclear", "sign")


def watched(voltage, current, step=None, block=7):
    """The same rows in blocks of another size."""
    watch = SignWatch()
    for start in range(0, len(voltage), block):
        part = slice(start, start + block)
        watch.add(voltage[part], current[part], (None if step is None else step[part],))
    return watch.evidence()


@pytest.mark.parametrize("block", [1, 2, 3, 7, 64, 10_000])
def test_the_evidence_does_not_depend_on_the_blocks(block):
    voltage, current = cycles(30, samples=50)
    assert watched(voltage, current, block=block) == SignEvidence(30, 0, 0, 30, has_current=True)


def test_a_change_of_step_divides_a_run():
    voltage = np.concatenate([np.linspace(3.5, 3.2, 10), np.linspace(3.3, 3.0, 10)])
    current = np.full(20, -1.0)
    step = np.repeat([1.0, 2.0], 10)
    assert watched(voltage, current, step).falls_negative == 2
    assert watched(voltage, current).falls_negative == 1


def test_a_fast_step_before_does_not_mislead():
    """After 6 A the voltage falls back while 1 A still charges; later it rises."""
    voltage = np.concatenate(
        [
            np.linspace(3.3, 3.6, 20),
            3.46 - 0.08 * (1 - np.exp(-np.arange(200) / 5)) + 0.0003 * np.arange(200),
        ]
    )
    current = np.concatenate([np.full(20, 6.6), np.full(200, 1.1)])
    assert watched(voltage, current, block=1000).verdict == "charge"


def test_a_voltage_that_follows_the_current_is_no_evidence():
    current = np.linspace(2, 1, 30)
    assert watched(3.5 + 0.1 * current, current).agree == 0
    assert watched(3.5 + 0.1 * current, current).contradict == 0


def test_short_runs_and_rests_are_no_evidence():
    voltage = np.array([3.0, 3.1, 3.0, 3.1, 3.0, 3.2, 3.4, 3.5])
    current = np.array([1.0, 1.0, 0.0, 1.0, 1.0, 0.005, 0.005, 0.005])
    assert watched(voltage, current).verdict == "no evidence"


@pytest.mark.parametrize(
    ("evidence", "text"),
    [
        (
            SignEvidence(148, 2, 0, 9, True),
            "Voltage rises in 148 of 150 steps with a positive current.",
        ),
        (SignEvidence(0, 0, 0, 1, True), "Voltage falls in 1 of 1 step with a negative current."),
        (SignEvidence(), "No current flows in this file."),
    ],
)
def test_the_evidence_says_itself(evidence, text):
    assert evidence.text == text
