"""What a station's live row still says when its next experiment begins."""

from datetime import UTC, datetime, timedelta

from cycling.terms import StationState
from db.commands.master_node.live_state import (
    LastSample,
    Report,
    note_begin,
    note_off,
    note_outage,
    take_event,
    take_report,
    take_sample,
)
from db.models import StationLive

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)


def row() -> StationLive:
    return StationLive(
        station_id=2,
        state=StationState.RUNNING,
        state_since=NOW,
        detail="",
        seen_at=NOW,
        experiment_id=7,
        measured_at=NOW,
        voltage_v=3.7,
        current_a=1.5,
        temperature_degc=31.0,
        trend=[[NOW.timestamp(), 3.7]],
    )


def readings(live: StationLive) -> tuple:
    return live.voltage_v, live.current_a, live.temperature_degc, live.measured_at, live.trend


def test_readings_stay_when_an_experiment_ends():
    live = row()
    take_event(live, StationState.IDLE, None, NOW)
    assert readings(live)[:3] == (3.7, 1.5, 31.0)


def test_readings_of_one_experiment_are_not_shown_under_the_next():
    live = row()
    take_event(live, StationState.IDLE, None, NOW)
    take_event(live, StationState.RUNNING, 8, NOW)
    assert readings(live) == (None, None, None, None, [])


def test_a_heartbeat_of_the_next_experiment_has_its_own_readings_only():
    live = row()
    report = Report(StationState.RUNNING, True, 8, 0, 0.0, 1, 1, 0.0, 3.2, None, None, 0, "")
    take_report(live, report, at=NOW, now=NOW)
    assert readings(live)[:4] == (3.2, None, None, NOW)
    take_report(live, report, at=NOW, now=NOW)
    assert live.voltage_v == 3.2


def test_a_state_has_begun_when_its_event_says_so_and_an_old_event_says_nothing_of_it():
    live, earlier = row(), NOW - timedelta(seconds=9)
    note_begin(live, StationState.PAUSED, 7, earlier)
    note_begin(live, StationState.RUNNING, 6, earlier)
    assert live.state_since == NOW
    note_begin(live, StationState.RUNNING, 7, earlier)
    assert live.state_since == earlier


def test_the_small_line_breaks_where_a_station_was_off():
    live, begun = row(), NOW.timestamp()
    live.trend = [[begun, 5.2], [begun + 5, 5.27], [begun + 15, 5.68]]
    for at_s in (14, 14.5, -1):  # a second one beside it, one from before
        note_outage(live, NOW + timedelta(seconds=at_s))
    outage = [begun + 14]
    assert live.trend == [[begun, 5.2], [begun + 5, 5.27], outage, [begun + 15, 5.68]]
    report = Report(StationState.PAUSED, False, 7, 0, 0.0, 1, 1, 0.0, 5.7, None, None, 0, "")
    for second in range(20, 3000, 2):  # more points than it keeps
        at = NOW + timedelta(seconds=second)
        take_report(live, report, at=at, now=at)
    assert outage in live.trend


def sample(after_s: float, current_a: float, *, paused: bool) -> LastSample:
    at = NOW + timedelta(seconds=after_s)
    return LastSample(7, at, 1, 1, 1, 9.0, 3.65, current_a, paused=paused)


def test_no_current_from_before_the_output_was_off_is_shown_as_of_now():
    live, off_at = row(), NOW + timedelta(seconds=0.5)
    note_off(live, off_at, 3.62)
    assert readings(live)[:4] == (3.62, None, 31.0, off_at)
    take_sample(live, sample(3, 0.0001, paused=True), NOW)
    assert (live.voltage_v, live.current_a) == (3.65, 0.0001)
    note_off(live, NOW + timedelta(seconds=2.5), None)  # what was measured later stays
    assert live.current_a == 0.0001


def test_the_first_sample_of_a_pause_is_taken_however_soon_it_comes():
    live = row()
    take_sample(live, sample(0.01, 1.5, paused=False), NOW)
    assert live.measured_at == NOW
    take_sample(live, sample(0.01, 0.0001, paused=True), NOW)
    assert (live.current_a, live.measured_at) == (0.0001, NOW + timedelta(seconds=0.01))
    note_off(live, NOW, None)
    assert live.current_a == 0.0001
