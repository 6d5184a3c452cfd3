"""The state of an experiment, always with colour, icon and word."""

import pytest

from components.status import status_look, status_pill, status_word
from cycling.terms import ExperimentStatus
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
    looks = [tuple(status_look(status).values()) for status in ExperimentStatus]
    for part in zip(*looks, strict=True):
        assert len(set(part)) == len(ExperimentStatus)
