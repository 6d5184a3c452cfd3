"""Pauses, outages and gaps of an experiment: where lines break, what is shaded, how it is named."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from components.figures.measure_graph import Look, figure
from components.figures.template import template
from components.measure_view import trace_toggles
from db import series
from db.measures.rows import MeasureRows
from db.measures.writing import insert_missing
from db.queries.experiments.timeline import timeline
from pages.experiment.graph.drawing import drawing, time_axis
from pages.experiment.graph.expected_curve import expected_toggle
from pages.experiment.happenings.events import entry_text
from tests.running_lab import RunningLab
from tests.unit.components.tree import find

BEGIN = datetime(2026, 11, 30, 15, 0, tzinfo=UTC)
BEGIN_S = BEGIN.timestamp()
LOOK = Look(dark=False, zone=UTC)


@pytest.fixture
def lab(store) -> RunningLab:
    return RunningLab(store, BEGIN + timedelta(hours=2))


@pytest.fixture
def run(lab) -> int:
    """A run that began at 15:00."""
    station = lab.station("Station 04", lab.unit())
    made = lab.experiment("Cycle life", station, lab.battery("A", "1"), lab.profile("P"))
    lab.run(made, station)
    lab.event(made, 0, "started", BEGIN)
    return made


def record(lab, run, seconds, test_s=None, paused=()) -> None:
    """Measure 1.65 A at these seconds after the beginning; nothing flows in a pause."""
    seconds = np.asarray(seconds, float)
    is_paused = np.isin(seconds, list(paused))
    rows = MeasureRows(
        first_id=0,
        unix_s=BEGIN_S + seconds,
        instruction=np.ones(len(seconds)),
        voltage_mv=np.full(len(seconds), 3700.0),
        current_ma=np.where(is_paused, 0.1, 1650.0),
        power_mw=None,
        test_time_s=seconds if test_s is None else np.asarray(test_s, float),
        step=np.where(is_paused, np.nan, 1.0),
        cycle=None,
        extended={},
    )
    with lab.database.write() as session:
        insert_missing(session, [(run, rows)])


def drawn(lab, run, **how):
    with series.opened(lab.database, run) as one:
        return drawing(one, ["voltage", "current"], None, LOOK, **how)


def lines(drawn) -> list[list[float]]:
    """The pieces of the current's line, as seconds after the beginning."""
    line = drawn.lines[1]
    cuts = np.flatnonzero(np.isnan(line.values))
    pieces = np.split(line.unix_s - BEGIN_S, cuts)
    return [pieces[0].tolist(), *(piece[1:].tolist() for piece in pieces[1:])]


def assert_same_words(*spans) -> None:
    """A shorter name is the begin of a longer one."""
    for span in spans:
        assert all(span.labels[0].startswith(label) for label in span.labels)


def test_no_line_goes_over_a_pause_of_which_nothing_is_known(lab, run):
    lab.event(run, 1, "paused", BEGIN + timedelta(seconds=3), test_time_s=3.0)
    lab.event(run, 2, "resumed", BEGIN + timedelta(seconds=33), test_time_s=3.0)
    record(lab, run, [0, 1, 2, 3, 33.01, 34], [0, 1, 2, 3, 3.01, 4])
    found = drawn(lab, run)
    assert lines(found) == [[0, 1, 2, 3], pytest.approx([33.01, 34])]
    (span,) = found.spans
    assert (span.begin_s, span.end_s, span.kind) == (BEGIN_S + 3, BEGIN_S + 33, "pause")
    assert span.labels == ("Paused 15:00, output off", "Paused 15:00", "Paused")


def test_what_was_recorded_in_a_pause_is_drawn_as_it_was(lab, run):
    lab.event(run, 1, "paused", BEGIN + timedelta(seconds=3), test_time_s=3.0)
    lab.event(run, 2, "resumed", BEGIN + timedelta(seconds=6.5), test_time_s=3.0)
    record(lab, run, [0, 3, 3.01, 4, 5, 6, 7], [0, 3, 3, 3, 3, 3, 3.5], paused=(3.01, 4, 5, 6))
    found = drawn(lab, run)
    assert lines(found) == [pytest.approx([0, 3, 3.01, 4, 5, 6, 7])]
    assert found.lines[1].values.tolist() == pytest.approx([1.65, 1.65, *[1e-4] * 4, 1.65])


def test_test_time_stands_still_in_a_pause_and_shows_nothing_of_it(lab, run):
    lab.event(run, 1, "paused", BEGIN + timedelta(seconds=3), test_time_s=3.0)
    lab.event(run, 2, "resumed", BEGIN + timedelta(seconds=903), test_time_s=3.0)
    record(lab, run, [0, 3, 3.01, 450, 903.01, 906], [0, 3, 3, 3, 3, 6], paused=(3.01, 450))
    with series.opened(lab.database, run) as one:
        axis = time_axis(one, by_clock=False)
        look = Look(dark=False, zone=UTC, time=axis)
        line = drawing(one, ["current"], None, look).lines[0]
    assert axis.places(BEGIN_S + np.array([0, 3, 450, 903, 906])).tolist() == [0, 3, 3, 3, 6]
    assert np.nanmin(line.values) == pytest.approx(1.65)
    assert np.isnan(line.values).any()


def test_an_outage_and_the_pause_that_it_ends_in_are_two(lab, run):
    """The unit was off for 85 s, came back paused, and somebody resumed 20 s later."""
    lab.event(run, 1, "paused", BEGIN + timedelta(seconds=88), interrupted=True, test_time_s=3.0)
    lab.event(run, 2, "resumed", BEGIN + timedelta(seconds=108), test_time_s=3.0)
    record(lab, run, [0, 1, 2, 3, 88.1, 98, 107, 109], [0, 1, 2, 3, 3, 3, 3, 4], (88.1, 98, 107))
    found = drawn(lab, run)
    assert lines(found) == [[0, 1, 2, 3], pytest.approx([88.1, 98, 107, 109])]
    pause, outage = found.spans
    assert (pause.kind, outage.kind) == ("pause", "gap")
    assert (outage.begin_s - BEGIN_S, outage.end_s - BEGIN_S) == pytest.approx((3, 88))
    assert outage.labels[0] == "Station off 1 min 25 s at most"
    assert "the station had been off" in pause.words[0]
    assert_same_words(pause, outage)


def test_an_outage_in_a_pause_is_shaded_within_it(lab, run):
    """Somebody paused at 3 s; the unit was off from 8 s to 14 s and came back paused."""
    lab.event(run, 1, "paused", BEGIN + timedelta(seconds=3), test_time_s=3.0)
    back = {"interrupted": True, "test_time_s": 3.0}
    lab.event(run, 2, "paused", BEGIN + timedelta(seconds=14), **back)
    lab.event(run, 3, "resumed", BEGIN + timedelta(seconds=30), test_time_s=3.0)
    times = [0, 1, 2, 3, 4, 8, 14.1, 29, 31]
    record(lab, run, times, [0, 1, 2, 3, 3, 3, 3, 3, 4], (4, 8, 14.1, 29))
    found = drawn(lab, run)
    assert lines(found) == [[0, 1, 2, 3, 4, 8], pytest.approx([14.1, 29, 31])]
    pause, outage = found.spans
    assert (pause.begin_s - BEGIN_S, pause.end_s - BEGIN_S) == pytest.approx((3, 30))
    assert (outage.begin_s - BEGIN_S, outage.end_s - BEGIN_S) == pytest.approx((8, 14))
    assert outage.labels[0] == "Station off 6 s at most"


def test_a_short_outage_has_the_same_digits_wherever_it_stands(lab, run):
    lab.event(run, 1, "paused", BEGIN + timedelta(seconds=9.6), interrupted=True, test_time_s=3.0)
    record(lab, run, [0, 1, 2, 3, 9.7], [0, 1, 2, 3, 3], (9.7,))
    _, outage = drawn(lab, run).spans
    at_most, nothing, _ = outage.words
    said = ("The station was off for 6.6 s at most.", "Nothing recorded for 6.6 s")
    assert (at_most, nothing) == said
    entry = next(one for one in timeline(lab.database, run) if one.interrupted)
    assert entry_text(entry)[1].startswith(at_most)


@pytest.mark.parametrize("lost", [False, True])
def test_missing_time_is_named_with_the_lost_contact_if_there_was_one(lab, run, lost):
    record(lab, run, [0, 1, 2, 87, 88, 89])
    if lost:
        at = BEGIN + timedelta(seconds=20)
        lab.alarm(1, "Silent", experiment_id=run, code="contact lost", at=at)
    found = drawn(lab, run)
    assert lines(found) == [[0, 1, 2], [87, 88, 89]]
    (span,) = found.spans
    nothing = "nothing recorded for 1 min 25 s"
    wanted = f"No contact 15:00, {nothing}" if lost else f"N{nothing[1:]}"
    assert span.labels[0] == wanted
    assert span.words[-1] == "30 Nov 2026, 15:00:02 to 30 Nov 2026, 15:01:27"
    assert_same_words(span)


def test_a_gap_within_a_recorded_pause_is_named_too(lab, run):
    lab.event(run, 1, "paused", BEGIN + timedelta(seconds=3), test_time_s=3.0)
    rest = [3.01, 4, 5, 6, 206, 207, 208, 900]
    record(lab, run, [0, 1, 3, *rest], [0, 1, *[3] * 9], paused=rest)
    assert [one.kind for one in drawn(lab, run).spans] == ["pause", "gap", "gap"]


def test_a_pause_that_lasts_has_no_end(lab, run):
    lab.event(run, 1, "paused", BEGIN + timedelta(seconds=3), test_time_s=3.0)
    record(lab, run, [0, 1, 2, 3])
    (span,) = drawn(lab, run).spans
    assert span.end_s is None
    assert span.words[-1] == "It is still paused."


def test_where_only_the_clock_went_on_the_instrument_was_paused(lab, run):
    record(lab, run, [0, 1, 2, 3, 4000, 4001], [0, 1, 2, 3, 4, 5])
    found = drawn(lab, run)
    assert lines(found) == [[0, 1, 2, 3], [4000, 4001]]
    (span,) = found.spans
    assert (span.kind, span.labels[-1]) == ("pause", "Paused")
    assert "The test time stood still." in span.words


def expected(lab, run):
    with series.opened(lab.database, run) as one:
        drawn = drawing(one, ["voltage", "expected"], None, LOOK)
    line = drawn.lines[-1]
    assert line.key == "expected"
    return drawn, line.unix_s - BEGIN_S, line.values


def test_nothing_is_expected_in_a_pause_nor_while_the_station_is_off(lab, run):
    lab.event(run, 1, "paused", BEGIN + timedelta(seconds=3), test_time_s=3.0)
    lab.event(run, 2, "resumed", BEGIN + timedelta(seconds=33), test_time_s=3.0)
    off = {"interrupted": True, "test_time_s": 4.0}
    lab.event(run, 3, "paused", BEGIN + timedelta(seconds=84), **off)
    lab.event(run, 4, "resumed", BEGIN + timedelta(seconds=104), test_time_s=4.0)
    times = [0, 1, 2, 3, 20, 33.01, 34, 104, 106]
    record(lab, run, times, [0, 1, 2, 3, 3, 3.01, 4, 4, 6], paused=(20,))
    _, at, volts = expected(lab, run)
    drawn_at = at[np.isfinite(volts)]
    assert not ((drawn_at > 3) & (drawn_at < 33)).any()
    assert not ((drawn_at > 34) & (drawn_at < 104)).any()
    assert drawn_at.max() >= 106
    breaks = np.flatnonzero(np.isnan(volts))
    assert at[breaks - 1].tolist() == [3, 34]
    assert at[breaks + 1].tolist() == [33, 104]
    assert volts[breaks - 1].tolist() == volts[breaks + 1].tolist()  # it goes on where it stood


def test_nothing_is_expected_after_a_pause_that_lasts(lab, run):
    lab.event(run, 1, "paused", BEGIN + timedelta(seconds=3), test_time_s=3.0)
    record(lab, run, [0, 1, 2, 3, 20, 40], [0, 1, 2, 3, 3, 3], paused=(20, 40))
    _, at, volts = expected(lab, run)
    assert at[np.isfinite(volts)].max() == 3


def test_it_is_dashed_and_of_a_neutral_colour_in_graph_and_legend(lab, run):
    record(lab, run, [0, 1, 2, 3])
    drawn, _, _ = expected(lab, run)
    line = figure(drawn.lines, drawn.window, drawn.look)["data"][-1]["line"]
    assert line["dash"] == "dash"
    palette = template(dark=False)["layout"]["meta"]["channel_colours"]
    assert line["color"] not in [*palette.values(), *palette["other"]]
    (option,) = trace_toggles("t", [expected_toggle()], []).options
    (key,) = find(option["label"], className="bem-key dashed")
    assert key["props"]["style"]["--light"] == line["color"]


def test_with_records_far_apart_a_station_is_off_from_where_its_test_time_ended(lab, run):
    """A record every 10 min; it ran on for 16 s, was off for 35 s, and says so."""
    lab.event(run, 1, "paused", BEGIN + timedelta(seconds=1251), interrupted=True, test_time_s=1216)
    record(lab, run, [0, 600, 1200, 1251], [0, 600, 1200, 1216], paused=[1251])
    found = drawn(lab, run)
    assert lines(found) == [[0, 600, 1200], [1251]]
    _, outage = found.spans
    assert (outage.begin_s - BEGIN_S, outage.end_s - BEGIN_S) == pytest.approx((1216, 1251))
    assert outage.labels == ("Station off 35 s at most", "Station off")
    assert outage.words[:2] == (
        "The station was off for 35 s at most.",
        "Nothing recorded for 51 s",
    )
