"""How numbers were made, in words: source, time, edges; what differs, and why it may."""

from dataclasses import replace

import pytest

from cycling.analysis.comparison import Comparison, Reason
from cycling.analysis.counters import Quantity, Reset
from cycling.analysis.integration import Edge
from cycling.analysis.statistics import EarlierNumbers
from pages.experiment.statistics import evidence
from tests.unit.components.tree import as_json, text
from tests.unit.pages.experiment.statistics.test_card import found


def counted(quantity=Quantity.CHARGE, counted=3.2e-3, integrated=3.2e-3, **more) -> Comparison:
    return Comparison(quantity, "Charging Capacity", Reset.CYCLE, counted, integrated, **more)


def facts(stats) -> dict[str, str]:
    return dict(evidence.evidence_facts(stats))


def test_without_counters_it_is_our_integral():
    said = facts(found(1))
    assert said["Charge"] == "Our integral of the current."
    assert said["Energy"] == "Our integral of voltage times current."
    assert said["Time"] == "The clock."
    assert said["Rest"] == "Below 1.5 mA; it adds nothing to our integral."


def test_the_counter_is_named_with_what_our_integral_makes():
    stats = replace(found(1), comparisons=(counted(integrated=3.1999e-3),))
    assert facts(stats)["Charge"] == (
        "The instrument's counter Charging Capacity (starts again with each cycle). "
        "Our integral is −0.00 % off in charge. Discharge: our integral of the current."
    )


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason.ROUNDED, "Likely because the current is rounded: it has 2 different values."),
        (Reason.GAP, "Likely because measures are missing, which the instrument counted."),
        (Reason.COARSE, "Likely because the current changes between few records."),
        (Reason.UNIT, "Current or counter may be in another unit"),
        (Reason.UNKNOWN, "Nothing in the file says why."),
    ],
)
def test_a_difference_is_a_warning_with_its_reason(reason, words):
    one = counted(integrated=3.563e-3, reason=reason, currents=2)
    energy = counted(Quantity.CHARGE_ENERGY)
    (warning,) = evidence.warnings(replace(found(1), comparisons=(one, energy)))
    assert warning.startswith("Charge: the instrument counted 3.2 mAh, our integral is 3.563 mAh. ")
    assert words in warning
    assert warning.endswith("The instrument's number is used.")


def test_a_late_first_record_is_a_warning():
    (warning,) = evidence.warnings(replace(found(1), late_s=7200.0))
    assert warning == (
        "The first record comes 2 h 0 min after the start of the test. What flowed before it is "
        "not in the file and in no number here."
    )


def test_a_counter_that_stands_is_named_and_is_no_warning():
    stats = replace(found(1), comparisons=(counted(counted=0.0, reason=Reason.STOOD),))
    assert evidence.warnings(stats) == []
    assert facts(stats)["Charge"] == (
        "Our integral of the current. The instrument's counter stands still and is not used."
    )


def test_energy_that_nobody_counted_is_as_wrong_as_the_current():
    one = counted(integrated=3.563e-3, reason=Reason.ROUNDED, currents=2)
    said = evidence.warnings(replace(found(1), comparisons=(one,)))
    assert "did not count energy" in said[-1]
    late = counted(integrated=3.3e-3, reason=Reason.LATE)
    assert len(evidence.warnings(replace(found(1), comparisons=(late,)))) == 1


def test_what_the_deadband_silences_is_said():
    (warning,) = evidence.warnings(replace(found(1), silenced_ah=0.325))
    assert "9.1% of what flowed was below 1.5 mA and is taken for rest." in warning


def test_an_older_rule_is_named_until_it_is_gone_and_then_what_it_gave():
    (warning,) = evidence.warnings(replace(found(1), is_old=True))
    assert "made by an older rule" in warning
    stats = replace(found(1), earlier=EarlierNumbers(1.333, 0.9))
    assert facts(stats)["Older rule"] == "Gave 1.333 Ah in and 0.9 Ah out."


def test_test_time_is_compared_with_the_clock():
    imported = replace(found(1), by_test_time=True, edge=Edge.LEAD)  # 10 h
    assert facts(replace(imported, clock_s=36_000.0))["Time"] == (
        "Test time; the clock only says when."
    )
    longer = replace(imported, clock_s=39_600.0)
    assert facts(longer)["Time"].endswith("The clock went on for 1 h 0 min more: pauses.")
    (warning,) = evidence.warnings(replace(imported, clock_s=36.0))
    assert "Is the test time in another unit?" in warning
    assert evidence.warnings(replace(imported, clock_s=36.0, edge=Edge.HOLD)) == []  # simulated


def test_warnings_stand_open_and_the_facts_under_a_head_that_opens():
    assert evidence.notes(found(1)) == []
    (notes,) = evidence.notes(replace(found(1), is_old=True))
    assert "older rule" in text(as_json(notes))
    drawn = text(
        as_json(
            evidence.details(
                found(1), [("Order of dates", "Read with the day first, by the test time.")]
            )
        )
    )
    assert "How these numbers were made" in drawn
    assert "Order of dates, inferredRead with the day first, by the test time." in drawn
