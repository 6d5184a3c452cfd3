"""What alarms say of an experiment that has ended."""

import pytest

from master_node.records import end_words

WHY = "Experiment 7 was stopped here."


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("", WHY),
        ("Stopped by oscar: leak", "Experiment 7 was stopped by oscar: leak."),
        ("Stopped by oscar: leak.", "Experiment 7 was stopped by oscar: leak."),
        ("Stopped at the station", "Experiment 7 was stopped at the station."),
        ("at the device", f"{WHY} At the device."),
        ("Why?", f"{WHY} Why?"),
        ("x" * 300, f"{WHY} X{'x' * 148}…"),
    ],
)
def test_an_alarm_says_once_how_an_experiment_ended(reason: str, says: str):
    assert end_words(7, WHY, reason) == says
