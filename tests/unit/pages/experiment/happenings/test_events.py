"""Alarms and states of devices on the experiment page."""

from datetime import UTC, timedelta

import pytest

from cycling.terms import DeviceStatus
from db.models import Alarm, StationStatus
from db.queries.experiments.events import (
    AlarmFacts,
    Alarms,
    StatusChanges,
    StatusFacts,
)
from db.queries.experiments.timeline import EntryKind, TimelineEntry
from db.queries.stations.run import RunAlarm
from db.terms import Role
from pages.context import Viewer
from pages.experiment.graph.moments import around, event_marks
from pages.experiment.happenings.events import (
    AT_ONCE,
    STATES,
    alarm_lines,
    alarms_card,
    alarms_count,
    entry_text,
    states_card,
    timeline_card,
)
from tests.running_lab import RunningLab
from tests.unit.components.tree import find, nested_lists, of_type, text
from tests.unit.pages.lab import BEGIN

WHO = Viewer("vera", Role.VIEWER, "", UTC, dark=False, narrow=False)
WHOLE = (BEGIN.timestamp(), BEGIN.timestamp() + 36_000)


def alarms(count: int, total: int | None = None) -> Alarms:
    rows = tuple(
        AlarmFacts(n, BEGIN + timedelta(seconds=n), 12, -4310) for n in reversed(range(count))
    )
    return Alarms(rows, total or count)


def test_without_alarms_and_states_there_is_no_card():
    assert alarms_card(Alarms((), 0), WHOLE, WHO) == []
    assert states_card(StatusChanges((), 0), WHOLE, WHO) == []


def test_an_alarm_shows_its_time_code_and_value():
    (drawn,) = alarms_card(alarms(1), WHOLE, WHO)
    assert text(of_type(drawn, "Tbody")[0]) == "24 Aug 2026, 06:10:02Alarm 12, value −4310"
    assert "1 alarm" in text(drawn)


def test_alarms_of_stations_and_of_cyclers_are_one_list_the_newest_first():
    at = BEGIN + timedelta(seconds=5)
    open_, found = (
        RunAlarm(n, 2, f"T{n} silent", at + timedelta(seconds=10 * n), *about)
        for n, about in enumerate([(None, "", ""), (at, "ada", "loose plug")])
    )
    both = Alarms(alarms(1).rows, 4711, (found, open_))
    assert [(one.words, one.finding) for one in alarm_lines(both)] == [
        ("T1 silent", "ada: loose plug"),
        ("T0 silent", "Not acknowledged yet."),
        ("Alarm 12, value −4310", ""),
    ]
    assert alarms_count(both) == "the newest 3 of 4,711 alarms, 1 not acknowledged"


def test_many_alarms_are_folded_and_the_rest_is_told():
    (drawn,) = alarms_card(alarms(100, 4711), WHOLE, WHO)
    assert "the newest 100 of 4,711 alarms" in text(drawn)
    first, rest = of_type(drawn, "Tbody")
    assert (len(of_type(first, "Tr")), len(of_type(rest, "Tr"))) == (AT_ONCE, 100 - AT_ONCE)
    assert nested_lists(drawn) == []


def test_without_measures_times_lead_nowhere():
    (drawn,) = alarms_card(alarms(1), None, WHO)
    assert not of_type(drawn, "Button")
    assert find(drawn, title="2026-08-24 06:10:02 UTC")


@pytest.mark.parametrize("status", list(DeviceStatus))
def test_a_state_has_colour_icon_and_word(status):
    row = StatusFacts(BEGIN, "EPC 77", status, 17 if status is not DeviceStatus.OK else 0)
    (drawn,) = states_card(StatusChanges((row,), 1), WHOLE, WHO)
    assert STATES[status][2] in text(drawn)
    assert ("code 17" in text(drawn)) == (status is not DeviceStatus.OK)
    assert "1 change" in text(drawn)


def test_it_is_told_where_only_the_newest_reports_were_compared():
    row = StatusFacts(BEGIN, "EPC 77", DeviceStatus.OK, 0)
    (drawn,) = states_card(StatusChanges((row,), 1, 200_000), WHOLE, WHO)
    assert "1 change since report 200,000" in text(drawn)


def test_a_zoom_to_a_moment_is_a_part_of_the_whole():
    moment = WHOLE[0] + 100
    first, last = around(moment, WHOLE)
    assert (first + last) / 2 == moment
    assert last - first == 1800
    assert around(moment, (moment, moment)) == (moment - 30, moment + 30)


def test_alarms_are_marked_with_their_words():
    (mark,) = event_marks((), alarms(1), WHO)
    assert mark.alarm
    assert mark.words == "Alarm 12, value −4310\n24 Aug 2026, 06:10:02"


def test_the_page_shows_alarms_and_then_the_states(vera, lab, store):
    made = lab.experiment("Aging", lab.battery())
    lab.measures(made, 10)
    with store.write() as session:
        session.add(Alarm(experiment_id=made, id=1, at=BEGIN, code=12, value=5))
        for number, status in enumerate((DeviceStatus.OK, DeviceStatus.OK)):
            session.add(
                StationStatus(
                    experiment_id=made,
                    id=number + 1,
                    device_id=5,
                    at=BEGIN,
                    status=status,
                    error_code=0,
                )
            )
    assert "1 alarm" in text(vera.open(f"/experiments/{made}"))
    answer = vera.call("experiment-states.children", {"experiment-id.data": made})
    assert "1 changeTime" in text(answer["experiment-states.children"])
    assert "Device 5" in text(answer["experiment-states.children"])


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (TimelineEntry(BEGIN, EntryKind.QUEUED, "oscar"), ("Queued", "oscar")),
        (TimelineEntry(BEGIN, EntryKind.DRAFTED, "ada"), ("Draft", "ada")),
        (TimelineEntry(BEGIN, EntryKind.HELD, "ada", "Until A."), ("Held", "ada: Until A.")),
        (TimelineEntry(BEGIN, EntryKind.QUEUED, "oscar", again=True), ("Queued again", "oscar")),
        (TimelineEntry(BEGIN, EntryKind.CANCELLED, "ada"), ("Cancelled", "ada")),
        (TimelineEntry(BEGIN, EntryKind.STARTED), ("Started", "")),
        (TimelineEntry(BEGIN, EntryKind.PAUSED, "oscar", "Fan"), ("Paused", "oscar: Fan")),
        (TimelineEntry(BEGIN, EntryKind.ENDED), ("Finished", "Its profile is through.")),
        (TimelineEntry(BEGIN, EntryKind.ENDED, reason="Too hot"), ("Ended", "Too hot")),
    ],
)
def test_a_turn_says_what_by_whom_and_why(entry: TimelineEntry, words: tuple[str, str]):
    assert entry_text(entry) == words


def test_an_interruption_is_not_a_pause_that_somebody_asked_for():
    what, why = entry_text(TimelineEntry(BEGIN, EntryKind.PAUSED, interrupted=True))
    assert (what, "The station was off" in why) == ("Interrupted", True)
    entry = TimelineEntry(BEGIN, EntryKind.PAUSED, interrupted=True, off_s=5.0)
    assert "The station was off for 5 s" in entry_text(entry)[1]


def test_a_station_that_was_off_in_a_pause_has_interrupted_nothing():
    entry = TimelineEntry(BEGIN, EntryKind.PAUSED, interrupted=True, off_s=6.0, in_pause=True)
    words = ("Station off", "The station was off for 6 s at most, in the pause.")
    assert entry_text(entry) == words
    pause = TimelineEntry(BEGIN, EntryKind.PAUSED, "ada")
    (card,) = timeline_card([entry, pause], None, WHO)
    assert "1 pause, newest first" in text(card)


def test_a_battery_that_was_confirmed_with_the_form_is_named():
    entry = TimelineEntry(BEGIN, EntryKind.QUEUED, "ada", confirmed="C was confirmed.")
    assert entry_text(entry) == ("Queued", "ada: C was confirmed.")


def test_the_course_counts_pauses_and_leads_into_the_graph():
    early = BEGIN - timedelta(hours=1)
    entries = [
        TimelineEntry(BEGIN, EntryKind.PAUSED, "oscar"),
        TimelineEntry(early, EntryKind.QUEUED, "oscar"),
    ]
    (drawn,) = timeline_card(entries, WHOLE, WHO)
    assert "1 pause, newest first" in text(drawn)
    assert len(of_type(drawn, "Button")) == 1  # the queue lies before the graph
    assert nested_lists(drawn) == []
    assert timeline_card((), WHOLE, WHO) == []


def test_page_and_report_of_a_run_have_its_course(vera, store):
    lab = RunningLab(store)
    station = lab.station("Station 04", lab.unit())
    run = lab.experiment("Cycle life", station, lab.battery("C", "1"), lab.profile("P"))
    lab.run(run, station)
    lab.event(run, 0, "paused", lab.now)
    assert "1 pause" in text(vera.open(f"/experiments/{run}"))
    report = vera.client.get(f"/experiments/{run}/report.html").text
    assert '<h2 id="course">' in report
    assert "operator" in report
    course = report[report.index('<h2 id="course">') :]
    assert "how it ended. Newest first" in course
    assert course.index("Paused") < course.index("Queued")  # as on the page


def test_a_course_says_who_gave_another_name_or_description():
    renamed = TimelineEntry(BEGIN, EntryKind.RENAMED, "eve", "before “Ageing”")
    assert entry_text(renamed) == ("Renamed", "eve: before “Ageing”")
    described = TimelineEntry(BEGIN, EntryKind.DESCRIBED, "eve")
    assert entry_text(described) == ("Description changed", "eve")
