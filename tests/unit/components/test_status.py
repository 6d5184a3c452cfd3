"""The state of an experiment, always with colour, icon and word."""

import pytest

from components.status import (
    ended_reason,
    station_pill,
    status_look,
    status_pill,
    status_word,
)
from cycling.terms import ExperimentState, ExperimentStatus
from db.terms import OverviewState
from tests.unit.components.tree import classes, text

EVERY = pytest.mark.parametrize("status", list(ExperimentStatus))


@EVERY
def test_a_status_has_a_colour_an_icon_and_a_word(status):
    assert all(status_look(status)[part] for part in ("kind", "icon", "word"))


@EVERY
def test_the_pill_and_the_table_say_the_same(status):
    look, pill = status_look(status), status_pill(status)
    assert text(pill) == look["word"] == status_word(status)
    assert {look["kind"], f"bi-{look['icon']}"} <= classes(pill)


def test_no_two_statuses_look_alike():
    looks = [status_look(status) for status in ExperimentStatus]
    for part in ("kind", "icon", "word"):
        assert len({look[part] for look in looks}) == len(ExperimentStatus)


def test_a_stopped_experiment_is_not_called_finished():
    why = "Stopped by ada: leak"
    pill = status_pill(ExperimentStatus.FINISHED, why)
    assert (text(pill), pill.title) == ("Stopped", why)
    assert status_look(ExperimentStatus.FINISHED, why)["why"] == why
    assert status_word(ExperimentStatus.ERROR, "4.3 V is above 4.25 V.") == "Error"


def test_only_what_is_over_has_ended_for_a_reason():
    assert ended_reason(ExperimentStatus.PAUSED, "Stopped by ada") == ""
    assert ended_reason(ExperimentStatus.FINISHED, None) == ""
    assert ended_reason(ExperimentStatus.ERROR, "Trip.") == "Trip."


def test_every_state_has_a_word_of_its_own():
    words = [status_word(state) for state in ExperimentState]
    assert words == [state.value.capitalize() for state in ExperimentState]


def test_what_a_station_does_has_a_pill_of_its_own():
    words = [text(station_pill(state)) for state in OverviewState]
    assert all(words)
    assert len(set(words)) == len(OverviewState)


def test_what_an_alarm_stands_above_is_named_too():
    assert text(station_pill(OverviewState.ALARM, OverviewState.PAUSED)) == "Alarm, paused"
