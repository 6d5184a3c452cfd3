"""The file of an import, with little and with much in it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from db.queries.jobs import JobStatus
from db.terms import JobState
from pages.import_experiment.file import (
    checking,
    drop_zone,
    file_line,
    importing,
    recognised,
    upload_progress,
)
from tests.unit.components.tree import find, nested_lists, of_type, text, walk
from tests.unit.pages.files import UPLOAD, result

NOW = datetime(2026, 11, 20, 14, tzinfo=UTC)
JOB = JobStatus(
    id=5,
    kind="verify file",
    state=JobState.RUNNING,
    done=250,
    total=1000,
    error=None,
    result=None,
    user_name="oscar",
    created_at=NOW,
    ended_at=None,
)
MARKUP = "<img src=x onerror=alert(1)>"


def test_the_place_for_a_file_can_be_dropped_on_and_pressed():
    drawn = drop_zone()
    assert find(drawn, **{"data-bem-drop": "true"})
    assert of_type(drawn, "Button")[0]["props"]["data-bem-upload"] == "true"
    assert nested_lists(drawn) == nested_lists(upload_progress()) == []


@pytest.mark.parametrize("name", ["", "x", "W" * 255, MARKUP + ".csv"])
def test_the_file_is_named_with_its_size(name):
    drawn = file_line({**UPLOAD, "name": name, "size": 999_999_999})
    assert f"{name} 1.0 GB" in text(drawn)
    assert find(drawn, title=name)
    assert "Img" not in {node["type"] for node in walk(drawn)}


@pytest.mark.parametrize(
    ("done", "total", "percent"), [(0, 0, 2), (0, 100, 2), (250, 1000, 25), (9, 3, 100)]
)
def test_the_check_shows_how_far_it_is(done, total, percent):
    drawn = checking(replace(JOB, done=done, total=total), NOW)
    (bar,) = of_type(drawn, "Progress")
    assert bar["props"]["value"] == percent


def test_a_check_that_nobody_does_says_whom_to_tell():
    waiting = replace(JOB, state=JobState.QUEUED)
    later = NOW + timedelta(seconds=11)
    assert "Waiting for a free worker" in text(checking(waiting, later))
    assert "Waiting for a free worker" in text(importing(waiting, later))
    assert "Waiting" not in text(checking(waiting, NOW))
    assert "Waiting" not in text(checking(JOB, later))


@pytest.mark.parametrize(
    ("done", "total", "words"),
    [
        (0, 0, "Starting"),
        (0, 10_412, "0 %, 0 of 10,412 rows"),
        (2_603, 10_412, "25 %, 2,603 of 10,412 rows"),
    ],
)
def test_the_import_shows_how_far_it_is(done, total, words):
    job = replace(JOB, done=done, total=total)
    assert text(importing(job, NOW)) == words


def test_a_file_is_said_to_be_what_it_was_recognised_as():
    drawn = recognised(result(rows=10_412, duration_s=3600.0))
    assert text(drawn) == "BDF, comma, UTF-8, 10,412 rows, 1 h 0 min"
    assert "0 s" in text(recognised(result(rows=0, duration_s=None)))
