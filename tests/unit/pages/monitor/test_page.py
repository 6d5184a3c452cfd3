"""The overview and the live view, as the browser asks for them."""

import re
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from cycling.terms import ExperimentStatus, LimitType, StationCommand, StationState
from db.commands.alarms import acknowledge
from db.commands.audit import By
from db.models import (
    Command,
    CyclerStation,
    CycleSummary,
    Experiment,
    Instruction,
    Run,
    StationLive,
    Unit,
)
from db.queries.stations.overview import station_now
from db.terms import CommandState
from pages.live.update import Key as LiveKey
from pages.monitor.update import VALUES, Key
from pages.station.labels import digest, is_overdue
from tests.running_lab import RunningLab, twelve
from tests.unit.components.tree import find, nested_lists, of_type, text
from tests.unit.pages.tiles import sent_with, tile_words, tiles
from tests.unit.pages.visitor import shown

UPDATE = "live-update.data"


@pytest.fixture
def running(store) -> RunningLab:
    return RunningLab(store)


@pytest.fixture
def station(running: RunningLab) -> dict[str, int]:
    """One station with ten measures of a run."""
    unit = running.unit()
    place = running.station("Station 04", unit)
    cell = running.battery("NMC-018", "24A-00718")
    run = running.experiment("Cycle life", place, cell, running.profile("P", cycles=100))
    running.confirm(place, cell)
    running.live(place, run, instruction_id=59, cycle=12, current_a=-1.5)
    running.run(run, place)
    running.measures(run, place, 10)
    return {"id": place, "unit": unit, "run": run, "cell": cell}


def ask(visitor, station, **asked):
    usual = {"e": station["run"], "after": 4, "shown": ["voltage", "current"], "read": ["power"]}
    values = {"live-ask.data": {**usual, **asked}, "live-station.data": station["id"]}
    return visitor.call(UPDATE, values, by="live-ask.data")


def overview_update(visitor, asked):
    """What an open overview gets for its digests, and how many bytes that takes."""
    body = visitor.body("monitor-update.data", {"monitor-ask.data": asked})
    answer = visitor.client.post("/_dash-update-component", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json["response"]["monitor-update"]["data"], len(answer.data)


def asked_with(update):
    """What an open overview asks once it has an update and draws all of its tiles."""
    names = (Key.LINE_DIGEST, Key.VALUES_DIGEST)
    return {
        "blocks": {block: digest for block, (digest, _) in update["blocks"].items()},
        "drawn": {
            key: {name: one.get(name) for name in names} for key, one in update["stations"].items()
        },
    }


def test_the_overview_shows_every_state_in_words(oscar, running):
    twelve(running)
    page = oscar.open("/")
    words_of = tiles(page)
    assert len(words_of) == 12
    lines = {one[Key.NAME]: one[Key.LINE] for one in sent_with(page)["stations"].values()}
    assert {name for name, line in lines.items() if line[2]} == {"Station 03"}  # dashed
    said = {
        "Station 01": "Cycle 35 of 100",
        "Station 03": "Goes on by itself; heard last: CC −1.5 A until 2.5 V.",
        "Station 04": "Next: NMC-018 rate test (+2)",
        "Station 05": "by operator: leak at pump 2. Output off, confirmed.",
        "Station 07": "Voltage 4.262 V, limit 4.250 V",
        "Station 08": "simulated 20x",
        "Station 09": "Last confirmed here: NMC-022. Is NMC-031 (SN 24A-00731) connected",
        "Station 10": "No measures yet; the first one is due within 10 s.",
        "Station 11": "Last: NMC-011 formation, finished",
        "Station 12": "Contactor is being replaced. Out of service since",
    }
    assert {name: words for name, words in said.items() if words not in words_of[name]} == {}
    assert "0.742mA" in words_of["Station 08"]
    assert nested_lists(page) == []


def test_the_last_complete_cycle_stands_on_the_tile_and_in_the_live_view(
    store, vera, running, station
):
    key = str(station["id"])
    assert sent_with(vera.open("/"))["stations"][key][Key.CYCLES] is None
    known = {"live-ask.data": {"e": station["run"]}, "live-station.data": station["id"]}
    before = vera.call(UPDATE, known, by="live-ask.data")[UPDATE][LiveKey.VERSION]
    summary = CycleSummary(
        experiment_id=station["run"],
        revision=1,
        method=1,
        is_running=True,
        cycles=11,
        last_cycle=11,
        last_capacity_ah=2.8914,
        last_ce_pct=99.912,
        retention_pct=97.25,
        mean_ce_pct=99.9034,
        capacities_ah=[2.95, 2.92, 2.8914],
    )
    with store.write() as session:
        session.add(summary)
    words, address, line = sent_with(vera.open("/"))["stations"][key][Key.CYCLES]
    assert words == "Cycle 11: 2.891 Ah, CE 99.91 %"
    assert address == f"/experiments/{station['run']}?tab=cycles"
    assert line.startswith("M0 3.0L")
    answer = vera.call(UPDATE, known, by="live-ask.data")
    assert answer[UPDATE][LiveKey.VERSION] != before  # else the card would come late
    panel = text(answer["live-panel.children"])
    assert "Complete11LastCycle 11: 2.891 Ah, CE 99.91 %Retention97.25 %Mean CE99.903 %" in panel


def test_a_viewer_is_offered_no_buttons_on_the_overview(oscar, vera, running):
    twelve(running)
    words = {text(button) for button in of_type(vera.open("/"), "Button")}
    assert not words & {"Acknowledge", "Confirm battery", "It is connected"}

    def asks(who) -> set[str]:
        stations = sent_with(who.open("/"))["stations"].values()
        return {one[Key.NAME] for one in stations if one[Key.ACTS][:2] != [None, None]}

    assert asks(vera) == set()
    assert asks(oscar) == {"Station 03", "Station 07", "Station 09"}


def test_a_system_without_stations_says_so(oscar):
    assert "No stations yet." in text(oscar.open("/"))


def test_what_has_not_changed_does_not_travel(vera, running, station):
    key = str(station["id"])
    first, _ = overview_update(vera, {"drawn": {key: None}})
    known = asked_with(first)
    again, size = overview_update(vera, known)
    assert again == {}
    assert size < 100
    running.change(StationLive, station["id"], voltage_v=3.9)
    later, size = overview_update(vera, known)
    fields = later["stations"][key]
    assert fields[Key.VOLTS] == "3.900"
    assert set(fields) == {Key.VALUES_DIGEST, *VALUES}
    assert set(later) == {"stations"}  # no text
    assert size < 210
    running.alarm(station["id"], "T2 silent")
    later, _ = overview_update(vera, known)
    fields = later["stations"][key]
    assert fields[Key.STATE] == "alarm"
    assert "T2 silent" in tile_words(fields)


def test_measures_travel_of_the_tiles_that_are_drawn(vera, running, station):
    first, _ = overview_update(vera, {})
    (fields,) = first["stations"].values()
    assert Key.LINE not in fields
    running.change(StationLive, station["id"], voltage_v=3.9)
    unseen = {**asked_with(first), "drawn": {}}
    assert overview_update(vera, unseen)[0] == {}


def test_nothing_is_said_anew_because_a_run_is_older_than_its_first_measure(vera, running, station):
    def digest_after(seconds: float) -> str:
        begun = running.ago(seconds=seconds)
        running.change(Experiment, station["run"], begun_at=begun)
        return station_digest(station_now(running.database, station["id"]))

    def station_digest(now) -> str:
        same = replace(now.experiment, begun_at=None)
        return (is_overdue(now), digest(replace(now, experiment=same)))

    assert digest_after(10) == digest_after(60)
    running.change(StationLive, station["id"], measured_at=None)
    assert digest_after(10) != digest_after(60)


def test_a_station_that_is_retired_leaves_an_open_overview(vera, running, station):
    known = asked_with(overview_update(vera, {})[0])
    other = running.station("Station 05", station["unit"])
    both, _ = overview_update(vera, known)
    ids = [id_ for _, members in both["blocks"].values() for id_ in members]
    assert str(other) in both["stations"]
    assert other in ids
    known = {**asked_with(both), "blocks": {**known["blocks"], **asked_with(both)["blocks"]}}
    running.change(CyclerStation, other, deprecated=True)
    left, _ = overview_update(vera, known)
    assert other not in [id_ for _, members in left["blocks"].values() for id_ in members]
    assert left["blocks"].keys() <= both["blocks"].keys()
    running.change(CyclerStation, station["id"], deprecated=True)
    none, _ = overview_update(vera, known)
    assert set(none) == {"blocks"}
    assert {tuple(members) for _, members in none["blocks"].values()} == {()}


@pytest.mark.parametrize(
    "sent", [None, 7, "x", [], {"blocks": 3, "drawn": []}, {"drawn": {"1": 3}}]
)
def test_what_no_overview_asks_is_answered_as_if_it_had_nothing(vera, station, sent):
    update, _ = overview_update(vera, sent)
    assert update["stations"].keys() == {str(station["id"])}


@pytest.mark.parametrize(
    ("scripts", "table"), [(["live.js"], LiveKey), (["monitor.js", "monitor-tile.js"], Key)]
)
def test_the_script_reads_the_fields_that_the_server_writes(scripts, table):
    folder = Path(__file__).parents[4] / "assets/js"
    text = "".join((folder / one).read_text() for one in scripts)
    (fields,) = re.findall(r"const KEY = \{(.*?)\};", text, re.DOTALL)
    here = {name: value for name, value in vars(table).items() if name.isupper()}
    assert dict(re.findall(r'(\w+): "(\w+)"', fields)) == here
    assert len(set(here.values())) == len(here)
    used = set(re.findall(r"\bKEY\.(\w+)", text))
    assert used == set(here)


def test_a_station_that_is_heard_no_more_loses_its_measures(vera, running, station):
    with running.database.write() as session:
        session.delete(session.get_one(StationLive, station["id"]))
    first, _ = overview_update(vera, {})
    assert first["stations"][str(station["id"])][Key.SAMPLED_MS] is None


def test_a_new_station_comes_to_an_open_overview(vera, station):
    later, _ = overview_update(vera, {})
    (fields,) = later["stations"].values()
    assert fields[Key.NAME] == "Station 04"
    assert [members for _, members in later["blocks"].values()] == [[station["id"]]]


def test_the_lab_is_told_on_every_page(vera, running, station):
    running.alarm(station["id"], "T2 silent")
    running.master(seconds=1)
    told = vera.call("shell-alarms.children", {"shell-pulse.data": 0})
    assert told["shell-alarms.children"] == "1"
    assert "Master node, " in text(told["shell-master.children"])


def test_an_alarm_wants_a_comment_and_an_operator(oscar, vera, running, station):
    alarm = running.alarm(station["id"], "Voltage 4.262 V")
    chosen = {"monitor-alarm-chosen.data": {"alarm": alarm}}
    opened = oscar.call("monitor-alarm-dialog.is_open", chosen, by="monitor-alarm-chosen.data")
    assert text(opened["monitor-alarm-question.children"]).startswith("Voltage 4.262 V")
    save = "monitor-alarm-sure.n_clicks"
    refused = oscar.call("monitor-alarm-dialog.is_open", chosen, by=save)
    assert "Write what you found" in refused["monitor-alarm-error.children"]
    with_words = {**chosen, "monitor-alarm-comment.value": "Plug was loose."}
    done = oscar.call("monitor-alarm-dialog.is_open", with_words, by=save)
    assert done["monitor-alarm-dialog.is_open"] is False
    assert vera.call("monitor-alarm-dialog.is_open", with_words, by=save).status == 403


def test_the_last_alarm_of_a_station_says_what_begins_when_it_is_acknowledged(
    oscar, running, station
):
    where, cell = station["id"], station["cell"]
    running.change(Experiment, station["run"], status=ExperimentStatus.FINISHED)
    running.change(StationLive, where, experiment_id=None, state=StationState.IDLE)
    profile = running.profile("Next", details=False)
    waits = {"status": ExperimentStatus.QUEUED, "begun_at": None}
    running.experiment("Second", where, cell, profile, **waits)
    alarms = [running.alarm(where, "It was stopped.", code=code) for code in ("stopped", "leak")]

    def asked(alarm: int) -> str:
        chosen = {"monitor-alarm-chosen.data": {"alarm": alarm}}
        opened = oscar.call("monitor-alarm-dialog.is_open", chosen, by="monitor-alarm-chosen.data")
        return text(opened["monitor-alarm-question.children"])

    assert "may start" not in asked(alarms[0])  # another one is still open
    acknowledge(running.database, alarms[1], comment="Dry.", by=By("oscar", "", running.now))
    assert "Then Second may start at once" in asked(alarms[0])


def test_another_battery_is_not_confirmed_while_one_runs(oscar, running, station):
    other = running.battery("NMC-031", "24A-00731")
    running.plan("Ageing", station["id"], other, "held", profile_id=1)

    def asked(battery: int):
        chosen = {"monitor-confirm-chosen.data": {"station": station["id"], "battery": battery}}
        return oscar.call(
            "monitor-confirm-dialog.is_open", chosen, by="monitor-confirm-chosen.data"
        )

    refused = asked(other)
    assert text(refused["monitor-confirm-question.children"]).startswith(
        "Station 04 has Cycle life under way with NMC-018."
    )
    assert refused["monitor-confirm-sure.style"] == {"display": "none"}
    running.plan("Second", station["id"], station["cell"], "held", profile_id=1)
    words = text(asked(station["cell"])["monitor-confirm-question.children"])
    assert "Then Second may start once Cycle life has ended" in words


def test_a_station_that_runs_is_found_under_held_too_while_something_is_held_there(
    vera, running, station
):
    def held() -> str:
        (chip,) = find(vera.open("/"), **{"data-bem-state": "held"})
        return text(chip)

    def states() -> list[str]:
        answer, _size = overview_update(vera, {})
        return answer["stations"][str(station["id"])][Key.STATES]

    assert (held(), states()) == ("Held 0", ["running"])
    running.plan("Second", station["id"], station["cell"], "held", profile_id=1)
    assert (held(), states()) == ("Held 1", ["held", "running"])


def test_a_station_on_which_nothing_has_run_has_no_card_with_nothing_in_it(vera, running):
    place = running.station("Station 05", running.unit())
    page = vera.open(f"/monitor/{place}")
    cards = [one["props"]["aria-label"] for one in of_type(page, "Section")]
    assert cards == ["Graph", "Safety limits", "Queue"]
    assert "Those of battery and profile stand here once an experiment runs." in text(page)
    assert page["props"]["className"].endswith("bem-nothing")  # no tools for its graph
    drawn = vera.call(
        "live-graph.figure",
        {"shell-theme.data": "light", "live-station.data": place, "live-experiment.data": None},
    )
    assert drawn["live-graph.style"] == {"height": 160}


def test_the_view_shows_the_instruction_within_its_list(vera, station):
    page = vera.open(f"/monitor/{station['id']}")
    steps = [text(item) for item in of_type(page, "Li")]
    assert any("Cycle 12 of 100" in one for one in steps)
    (now,) = [one for one in of_type(page, "Li") if one["props"].get("aria-current") == "step"]
    assert "CC −1.5 A until 2.5 V" in text(now)
    assert "red switch on the rack" in text(page)
    assert nested_lists(page) == []


def counting(page, name: str) -> list[float]:
    """The numbers from which the script goes on counting."""
    key = f"data-bem-{name}"
    numbers = next(one["props"][key] for one in of_type(page, "Span") if key in one["props"])
    return [float(one) for one in numbers.split(",")]


def test_the_test_time_counts_on_as_that_of_the_instruction(vera, running, station):
    running.change(StationLive, station["id"], test_time_s=2640.0, instruction_began_s=600.0)
    page = vera.open(f"/monitor/{station['id']}")
    whole, own = counting(page, "lasts"), counting(page, "runs")
    later_s = (whole[0] - own[0]) / 1000  # each is of a moment, and counts on from there
    assert whole[1:] == [pytest.approx(own[1] + 600.0 + later_s), own[2]]
    assert len(own) == 3  # nothing but its voltage ends it


def test_no_instruction_is_said_to_run_longer_than_its_time(vera, running, station):
    timed = {"limit_type": LimitType.TIME, "limit_point": 2_700_000}
    with running.database.read() as session:
        profile = session.get_one(Experiment, station["run"]).profile_id
    running.change(Instruction, {"id": 59, "profile_id": profile}, **timed)
    assert counting(vera.open(f"/monitor/{station['id']}"), "runs")[3] == 2700.0


def counts(tile) -> list[float]:
    """The numbers from which the script counts the time that is left on a tile."""
    return [tile[Key.SAMPLED_MS], *tile[Key.LEFT]]


def test_every_page_says_the_same_of_what_is_left(vera, running, station):
    places = ("/", ""), (f"/monitor/{station['id']}", ""), (f"/experiments/{station['run']}", "")
    spans = [
        one["props"]["data-bem-left"]
        for path, search in (*places, ("/stations", f"?station={station['id']}"))
        for one in of_type(vera.open(path, search), "Span")
        if "data-bem-left" in one["props"]
    ]
    (tile,) = sent_with(vera.open("/"))["stations"].values()
    spans.append(",".join(f"{one:.0f}" if one >= 1e5 else f"{one:g}" for one in counts(tile)))
    whole = [one for one in spans if one.split(",")[3] != "0"]  # without the step's own
    assert (len(spans), len(whole), len(set(whole))) == (5, 4, 1)


def test_no_station_is_said_so(vera):
    for path in ("/monitor/1", "/monitor/4711"):
        assert "There is no such station." in text(vera.open(path))


def test_only_new_points_travel(vera, station):
    first = ask(vera, station)
    told = first[UPDATE]
    assert (told["after"], len(told["x"]), set(told["y"])) == (9, 5, {"voltage", "current"})
    assert told["l"] == {"power": told["l"]["power"]}
    again = ask(vera, station, after=9, d=told["d"], g=told["g"])
    assert again == {UPDATE: {}}


def test_words_travel_when_something_is_said(vera, running, station):
    known = ask(vera, station)[UPDATE]
    at = {"after": 9, "d": known["d"], "g": known["g"]}
    running.alarm(station["id"], "T2 silent for 3 s", experiment_id=station["run"])
    changed = ask(vera, station, **at)
    assert "T2 silent for 3 s" in text(changed["live-notes.children"])
    assert "T2 silent for 3 s" in text(changed["live-panel.children"])
    running.change(StationLive, station["id"], state=StationState.PAUSED, output_on=False)
    assert "Paused" in text(ask(vera, station, **at)["live-notes.children"])


def test_the_next_experiment_is_told(vera, running, station):
    known = ask(vera, station)[UPDATE]
    following = running.experiment("Rate test", station["id"], station["cell"], 1)
    running.change(StationLive, station["id"], experiment_id=following)
    told = ask(vera, station, after=9, d=known["d"], g=known["g"])
    assert told["live-experiment.data"] == following
    assert told[UPDATE]["new"] == "Rate test"


@pytest.mark.parametrize("sent", [None, 7, "x", [], {"e": "1", "after": [], "shown": 3, "d": {}}])
def test_what_no_page_sends_changes_nothing(vera, station, sent):
    values = {"live-ask.data": sent, "live-station.data": station["id"]}
    assert vera.call(UPDATE, values, by="live-ask.data").status == 200


def test_the_figure_says_from_where_on_to_ask(vera, station):
    values = {
        "live-channels.value": ["voltage"],
        "shell-theme.data": "light",
        "live-range.value": 60,
        "live-experiment.data": station["run"],
        "live-again.data": 0,
        "live-station.data": station["id"],
    }
    drawn = vera.call("live-graph.figure", values, by="live-range.value")
    assert drawn["live-drawn.data"]["after"] == 9
    (trace,) = drawn["live-graph.figure"]["data"]
    assert trace["meta"] == {"key": "voltage", "factor": 1.0}
    least = drawn["live-graph.figure"]["layout"]["meta"]["least"]
    assert least == {"y": [0.001, 0.0]}  # as the server's axes, so that noise does not fill them
    token = drawn["live-graph.figure"]["layout"]["meta"]["drawn"]
    assert token == drawn["live-drawn.data"]["drawn"]
    low, high = drawn["live-graph.figure"]["layout"]["xaxis"]["range"]
    assert high - low == pytest.approx(9_000)  # the run is shorter than the range
    values["live-range.value"] = 0
    values["live-window.data"] = [low + 1000, low + 3000]
    zoomed = vera.call("live-graph.figure", values, by="live-window.data")["live-drawn.data"]
    assert (zoomed["zoom"], zoomed["tip"]) == ([low + 1000, low + 3000], False)


def test_what_arrives_while_it_is_drawn_is_drawn_or_asked_for(vera, running, station, store):
    """Otherwise the graph stands still, or has a hole, until somebody changes the range."""
    values = {
        "live-channels.value": ["voltage"],
        "shell-theme.data": "light",
        "live-range.value": 3600,
        "live-experiment.data": station["run"],
        "live-station.data": station["id"],
    }
    sent, arrives_before = 0, 0

    def busy(connection, *_statement) -> None:
        nonlocal sent, arrives_before
        if connection.get_execution_options().get("bem_write"):
            return  # SQLite has one writer: nobody arrives meanwhile
        sent += 1
        if sent == arrives_before:
            arrives_before = 0  # those who arrive send statements too
            first = running.last_measure(station["run"]) + 1
            end = running.now + timedelta(seconds=first)
            running.measures(station["run"], station["id"], 3, first=first, end=end)

    event.listen(store.engine, "before_cursor_execute", busy)
    for place in range(1, 60):
        sent, arrives_before = 0, place
        drawn = vera.call("live-graph.figure", values, by="live-range.value")
        if arrives_before:
            break
        known = drawn["live-drawn.data"]
        assert known["tip"] is True, f"stands still if measures come before statement {place}"
        assert points(drawn["live-graph.figure"]["data"][0]["x"]) >= known["after"] + 1
    event.remove(store.engine, "before_cursor_execute", busy)
    assert 10 < place < 59


def points(packed) -> int:
    return len(b64decode(packed["bdata"])) // 8


def test_news_name_the_figure_that_asked(vera, station):
    assert ask(vera, station, t="0a1b2c3d")[UPDATE]["t"] == "0a1b2c3d"


def test_what_a_stop_did_is_not_said_under_the_next_experiment(vera, running, station):
    done = {"state": CommandState.DONE, "answered_at": running.now, "output_off": True}
    about = {"experiment_id": station["run"], **done}
    running.command(StationCommand.STOP, station["unit"], station["id"], **about)
    assert "Stopped, output off" in text(vera.open(f"/monitor/{station['id']}"))
    following = running.experiment("Rate test", station["id"], station["cell"], 1)
    running.change(StationLive, station["id"], experiment_id=following)
    assert "Stopped, output off" not in text(vera.open(f"/monitor/{station['id']}"))


def test_times_of_a_faster_clock_say_which_they_are(vera, running, station):
    page = text(vera.open(f"/monitor/{station['id']}"))
    assert "test time" not in page
    running.change(Unit, station["unit"], simulated=True, speed=25.0)
    page = text(vera.open(f"/monitor/{station['id']}"))
    assert "test time, which here runs 25 times as fast as the clock" in page


def test_the_reason_of_a_pause_is_said_before_the_next_heartbeat_has_it(vera, running, station):
    running.change(StationLive, station["id"], state=StationState.PAUSED, output_on=False)
    done = {"state": CommandState.DONE, "answered_at": running.now, "output_off": True}
    about = {"experiment_id": station["run"], "user_name": "ada", "reason": "leak at pump 2"}
    running.command(StationCommand.PAUSE, station["unit"], station["id"], **about, **done)
    said = text(vera.open(f"/monitor/{station['id']}"))
    assert " by ada: leak at pump 2. Output off, confirmed." in said


def test_a_pause_without_a_reason_names_who_paused(vera, running, station):
    paused = {"state": StationState.PAUSED, "output_on": False}
    running.change(StationLive, station["id"], detail="by ada", **paused)
    said = text(vera.open(f"/monitor/{station['id']}"))
    assert " by ada. Output off, confirmed." in said
    assert ": ada" not in said


def test_a_run_without_measures_has_a_sentence(vera, running, station):
    empty = running.experiment("Fresh", station["id"], station["cell"], 1)
    values = {
        "shell-theme.data": "dark",
        "live-experiment.data": empty,
        "live-station.data": station["id"],
    }
    drawn = vera.call("live-graph.figure", values, by="live-experiment.data")
    assert drawn["live-graph.figure"]["layout"]["annotations"][0]["text"] == "No measures yet."


def send(visitor, station, kind, **other):
    values = {
        "live-command-chosen.data": {"kind": kind, "experiment": station["run"]},
        "live-station.data": station["id"],
        **other,
    }
    return lambda by: visitor.call("live-command-dialog.is_open", values, by=f"live-command-{by}")


def test_a_command_is_asked_about_and_left_to_the_master_node(oscar, running, station):
    opened = send(oscar, station, "stop")("chosen.data")
    title = opened["live-command-title.children"]
    assert title == f"Stop experiment {station['run']} on Station 04?"
    assert "Its 10 measures are kept." in text(opened["live-command-question.children"])
    ask_for = send(oscar, station, "stop", **{"live-command-reason.value": " leak "})
    assert ask_for("sure.n_clicks")["live-command-dialog.is_open"] is False
    with running.database.read() as session:
        found = session.query(Command).one()
    assert (found.kind, found.reason, found.user_name) == (StationCommand.STOP, "leak", "oscar")
    page = oscar.open(f"/monitor/{station['id']}")
    assert "Stop: Sending." in text(shown(page, "live-notes")["children"])


def test_a_resume_of_what_runs_is_refused_in_words(oscar, station):
    refused = send(oscar, station, "resume")("sure.n_clicks")
    assert "is not paused" in refused["live-command-error.children"]


def test_commands_are_for_operators(vera, station):
    assert send(vera, station, "stop")("sure.n_clicks").status == 403
    page = vera.open(f"/monitor/{station['id']}")
    assert not [one for one in of_type(page, "Button") if one["props"].get("data-bem-command")]


def buttons(page) -> dict[str, bool]:
    """Return which commands are greyed."""
    return {
        one["props"]["data-bem-command"]: bool(one["props"].get("disabled"))
        for one in of_type(page, "Button")
        if one["props"].get("data-bem-command")
    }


def test_a_stop_stays_possible_without_contact(oscar, running, station):
    running.change(StationLive, station["id"], contact_lost_at=running.now)
    page = oscar.open(f"/monitor/{station['id']}")
    assert buttons(page) == {"pause": True, "stop": False}
    assert "No contact: the station would not hear it." in text(page)


def test_a_device_that_cannot_pause_says_so(oscar, running):
    place = running.station("Station 02", running.unit(), pause=False)
    run = running.experiment("R", place, running.battery("B", "1"), running.profile("P"))
    running.live(place, run)
    page = oscar.open(f"/monitor/{place}")
    assert buttons(page) == {"pause": True, "stop": False}
    assert "The device of Station 02 cannot pause." in text(page)


def test_an_answer_that_does_not_say_output_off_is_no_comfort(oscar, running, station):
    now = datetime.now(UTC)
    done = {"state": CommandState.DONE, "answered_at": now, "experiment_id": station["run"]}
    running.command(StationCommand.STOP, station["unit"], station["id"], output_off=None, **done)
    words = text(shown(oscar.open(f"/monitor/{station['id']}"), "live-notes")["children"])
    assert "Not confirmed. Treat the cell as live." in words


def test_a_resume_is_no_news_once_the_run_was_interrupted(oscar, running, station):
    done = {
        "state": CommandState.DONE,
        "answered_at": datetime.now(UTC),
        "experiment_id": station["run"],
    }
    running.command(StationCommand.RESUME, station["unit"], station["id"], **done)
    address = f"/monitor/{station['id']}"
    resumed = "Resumed, confirmed by the station."
    assert resumed in text(shown(oscar.open(address), "live-notes")["children"])
    paused = {"state": StationState.PAUSED, "output_on": False}
    running.change(StationLive, station["id"], **paused)
    words = text(shown(oscar.open(address), "live-notes")["children"])
    assert (resumed in words, "Paused" in words) == (False, True)


def test_a_stopped_station_shows_what_it_measures_now_from_the_first_figure_on(
    vera, running, station
):
    """Not for a moment the current that flowed before it stopped."""
    values = {
        "live-channels.value": ["voltage"],
        "shell-theme.data": "light",
        "live-range.value": 60,
        "live-experiment.data": station["run"],
        "live-station.data": station["id"],
    }
    meta = vera.call("live-graph.figure", values, by="live-range.value")["live-drawn.data"]
    assert LiveKey.PRESENT not in meta
    assert meta["last"]["current"]
    idle = {"state": StationState.IDLE, "experiment_id": None, "current_a": 0.0}
    running.change(StationLive, station["id"], **idle)
    meta = vera.call("live-graph.figure", values, by="live-range.value")["live-drawn.data"]
    assert meta[LiveKey.PRESENT]["values"]["current"] == 0.0


def test_tile_and_live_view_say_the_number_of_the_experiment(vera, running, station):
    tile = tiles(vera.open("/"))["Station 04"]
    assert f"ID {station['run']}, NMC-018, SN 24A-00718" in tile
    (about,) = find(vera.open(f"/monitor/{station['id']}"), className="bem-bar bem-about")
    assert f"ID {station['run']}" in text(about)


def test_an_ended_run_says_why(oscar, running, station):
    running.change(StationLive, station["id"], state=StationState.IDLE, experiment_id=None)
    ended = {"status": ExperimentStatus.FINISHED, "finished_at": running.now}
    running.change(Experiment, station["run"], **ended)
    running.change(Run, station["run"], end_reason="Stopped by oscar: leak.")
    page = oscar.open(f"/monitor/{station['id']}")
    assert "Cycle life has ended" in text(page)
    assert "Stopped by oscar: leak." in text(page)
    assert "Stopped by oscar: leak." in text(oscar.open(f"/experiments/{station['run']}"))
    assert "Stopped by oscar: leak." in text(oscar.open(f"/batteries/{station['cell']}"))
    assert "Stopped by oscar: leak." in tiles(oscar.open("/"))["Station 04"]


def test_a_station_alarm_stands_on_the_experiments_page_and_in_its_report(vera, running, station):
    found = {"acknowledged_by": "ada", "acknowledged_at": running.now, "comment": "loose plug"}
    running.alarm(station["id"], "T2 silent", experiment_id=station["run"], **found)
    page = vera.open(f"/experiments/{station['run']}")
    (card,) = find(page, **{"aria-label": "Alarms"})
    report = vera.client.get(f"/experiments/{station['run']}/report.html").text
    for said in ("T2 silent", "ada: loose plug"):
        assert said in text(card)
        assert said in report


def test_a_silent_idle_station_that_was_given_a_run_may_be_live(vera, running):
    place = running.station("Station 02", running.unit())
    heard = running.ago(minutes=1)
    running.live(place, None, seen_at=heard, contact_lost_at=heard)
    words = text(shown(vera.open(f"/monitor/{place}"), "live-notes")["children"])
    assert "Nothing was running then." in words
    running.alarm(place, "Not heard since 12:00.", code="contact lost")
    words = text(shown(vera.open(f"/monitor/{place}"), "live-notes")["children"])
    assert "Treat the cell as live." in words


def test_who_has_paused_is_said(vera, running, station):
    paused = {"state": StationState.PAUSED, "output_on": False, "detail": "leak at pump 2"}
    running.change(StationLive, station["id"], **paused)
    done = {"state": CommandState.DONE, "answered_at": running.now, "output_off": True}
    running.command(
        StationCommand.PAUSE, station["unit"], station["id"], experiment_id=station["run"], **done
    )
    words = tiles(vera.open("/"))["Station 04"]
    assert "by operator: leak at pump 2. Output off, confirmed." in words


def test_the_limits_are_the_tighter_of_profile_and_battery(vera, running):
    place = running.station("Station 03", running.unit())
    wide = running.profile("P", safety={"voltage": [2.0, 4.23]})
    run = running.experiment("R", place, running.battery("B", "1"), wide)
    running.live(place, run)
    (card,) = find(vera.open(f"/monitor/{place}"), **{"aria-label": "Safety limits"})
    assert "2.45 to 4.23 V" in text(card)
    assert "−3.03 to 3.03 A" in text(card)


def test_a_clock_that_is_off_is_said(vera, running):
    place = running.station("Station 06", running.unit(clock_offset_s=-90.0))
    running.live(place, None)
    words = text(vera.open(f"/monitor/{place}"))
    assert "The clock of this station is 1 min 30 s behind." in words


def test_lost_contact_names_the_latest_end_where_every_step_has_one(vera, running):
    place = running.station("Station 07", running.unit())
    run = running.experiment("R", place, running.battery("B", "1"), running.profile("P"))
    silent = {"instruction_id": 5, "instruction_began_s": 0.0, "test_time_s": 10.0}
    heard = running.ago(minutes=1)
    running.live(place, run, seen_at=heard, contact_lost_at=heard, measured_at=heard, **silent)
    words = text(shown(vera.open(f"/monitor/{place}"), "live-notes")["children"])
    ends = (heard + timedelta(seconds=50)).astimezone(UTC)
    assert (
        f"Goes on by itself; heard last: WAIT 1 min. Ends at {ends:%H:%M:%S} at the latest."
        in words
    )
