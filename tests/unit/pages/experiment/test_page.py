"""The page of one experiment, as the browser asks for it."""

import base64
from datetime import timedelta

import numpy as np
import pytest
from plotly.io.json import to_json_plotly

from bem.worker.loop import Worker
from cycling.terms import ExperimentStatus, Technology
from db import series
from db.commands.experiments.channels import ensure_channels
from tests.flips import flip
from tests.unit.components.tree import classes, find, nested_lists, of_type, text
from tests.unit.db.lab import read_series
from tests.unit.pages.lab import BEGIN
from tests.unit.pages.visitor import shown

DRAW, STRIP = "experiment-graph.figure", "experiment-overview.figure"
WINDOW = "experiment-window.data"
BEGIN_MS = BEGIN.timestamp() * 1000
MOST_POINTS = 2000


@pytest.fixture
def experiment(lab) -> int:
    """Five thousand measures, one each second."""
    made = lab.experiment("Aging", lab.battery())
    lab.measures(made, 5_000)
    return made


BOTH = ("voltage", "current")


def draw(visitor, experiment, *, by=None, window=None, on=BOTH, theme="light", **other):
    """Draw; `on_screen` is what was drawn before, by default the same with another window."""
    time = other.get("time", "clock")
    values = {
        "experiment-channels.value": on,
        "shell-theme.data": theme,
        WINDOW: window,
        "experiment-time.value": time,
        "experiment-noted.data": 0,
        "experiment-id.data": experiment,
        "experiment-drawn.data": other.get("on_screen", [on, theme, time, 0, 0]),
    }
    return visitor.call(DRAW, values, by=by)


def strip(visitor, experiment, *, by=None, window=None, theme="light", **other):
    time = other.get("time", "clock")
    values = {
        "shell-theme.data": theme,
        WINDOW: window,
        "experiment-time.value": time,
        "experiment-id.data": experiment,
        "experiment-strip-drawn.data": other.get("on_screen", [theme, time]),
    }
    return visitor.call(STRIP, values, by=by)


def points(packed: dict) -> list[float]:
    return np.frombuffer(base64.b64decode(packed["bdata"]), dtype="<f8").tolist()


def changes(patch: dict) -> dict[tuple, object]:
    """What a Patch assigns, by place."""
    return {tuple(one["location"]): one["params"]["value"] for one in patch["operations"]}


def test_the_first_drawing_is_the_whole_experiment(vera, experiment):
    answer = draw(vera, experiment)
    traces = answer[DRAW]["data"]
    assert [trace["name"] for trace in traces] == ["Voltage", "Current"]
    assert answer["experiment-drawn.data"] == [list(BOTH), "light", "clock", 0, 0]
    for trace in traces:
        assert 2 < len(points(trace["x"])) == len(points(trace["y"])) <= MOST_POINTS
    assert answer[DRAW]["layout"]["xaxis"]["range"] == [BEGIN_MS, BEGIN_MS + 4_999_000]
    height = answer[DRAW]["layout"]["height"]
    assert answer["experiment-graph.style"] == {"height": height}
    assert text(answer["experiment-range.children"]).startswith("Whole experiment, 1 h 23 min")


def test_a_window_of_an_address_that_nobody_understands_is_said(vera, experiment):
    sentence = "“abc” and “3” name no part of the graph"
    assert sentence in text(vera.open(f"/experiments/{experiment}", "?from=abc&to=3"))
    assert "name no part" not in text(vera.open(f"/experiments/{experiment}", "?from=1&to=3"))
    assert "name no part" not in text(vera.open(f"/experiments/{experiment}"))


def test_nothing_is_drawn_before_the_theme_is_known(vera, experiment):
    assert draw(vera, experiment, theme=None).status == 204
    assert strip(vera, experiment, theme=None).status == 204


def test_measures_that_must_be_copied_first_are_waited_for(
    vera, store, lab, experiment, clock, tmp_path, monkeypatch
):
    series.forget(store, experiment)  # as where another program has written them
    monkeypatch.setattr("db.series.store.AT_ONCE", 1)
    page = vera.open(f"/experiments/{experiment}")
    vera.open(f"/experiments/{experiment}")  # asks no second time
    assert "being prepared for the graph, 0 % so far" in text(page)
    poll = {"experiment-id.data": experiment, "experiment-preparing-poll.n_intervals": 1}
    words, ready = "experiment-preparing.children", "experiment-prepared.href"
    assert ready not in vera.call(words, poll)
    (job,) = lab.jobs()
    assert (job.kind, job.payload) == ("prepare experiment", {"experiment_id": experiment})
    Worker(store, tmp_path, clock).work_once()
    assert vera.call(words, poll)[ready] == f"/experiments/{experiment}"
    assert "being prepared" not in text(vera.open(f"/experiments/{experiment}"))


def test_a_zoom_replaces_the_points_by_single_samples(vera, experiment):
    window = [BEGIN_MS + 100_000, BEGIN_MS + 200_000]
    answer = draw(vera, experiment, by=WINDOW, window=window)
    assert "experiment-graph.style" not in answer
    changed = changes(answer[DRAW])
    assert changed["layout", "xaxis", "range"] == window
    assert changed["layout", "xaxis", "autorange"] is False
    x = points(changed["data", 0, "x"])
    assert x[0] <= window[0] < window[1] <= x[-1]
    assert set(np.diff(x)) == {1000}
    assert changed["data", 0, "mode"] == "lines+markers"
    assert len(points(changed["data", 1, "y"])) == len(x) <= MOST_POINTS
    assert {place[1] for place in changed if place[0] == "data"} == {0, 1}


def test_the_whole_again_is_a_zoom_to_both_ends(vera, experiment):
    changed = changes(draw(vera, experiment, by=WINDOW, window=None)[DRAW])
    assert changed["layout", "xaxis", "range"] == [BEGIN_MS, BEGIN_MS + 4_999_000]
    assert changed["data", 0, "mode"] == "lines"


@pytest.mark.parametrize(
    "by", ["experiment-channels.value", "shell-theme.data", "experiment-noted.data"]
)
def test_channels_theme_and_notes_keep_the_window(vera, experiment, by):
    window = [BEGIN_MS + 100_000, BEGIN_MS + 200_000]
    answer = draw(vera, experiment, by=by, window=window, on=["current"], theme="dark")
    assert answer[DRAW]["layout"]["xaxis"]["range"] == window
    assert [trace["name"] for trace in answer[DRAW]["data"]] == ["Current"]


@pytest.mark.parametrize(
    "on_screen",
    [
        None,
        [["voltage"], "light", "clock", 0, 0],
        [list(BOTH), "dark", "clock", 0, 0],
        [list(BOTH), "light", "elapsed", 0, 0],
        [list(BOTH), "light", "clock", 1, 0],
        [list(BOTH), "light", "clock", 0, 2],
    ],
)
def test_a_zoom_of_a_figure_that_is_not_on_the_screen_draws_it_whole(vera, experiment, on_screen):
    """Dash drops the answer to a switch when a zoom follows it at once."""
    window = [BEGIN_MS + 100_000, BEGIN_MS + 200_000]
    answer = draw(vera, experiment, by=WINDOW, window=window, on_screen=on_screen)
    assert answer[DRAW]["layout"]["xaxis"]["range"] == window
    assert answer["experiment-drawn.data"] == [list(BOTH), "light", "clock", 0, 0]
    assert strip(vera, experiment, by=WINDOW, window=window, on_screen=None)[STRIP]["data"]


def test_elapsed_time_is_drawn_and_zoomed_in_its_unit(vera, experiment):
    whole = draw(vera, experiment, time="elapsed")
    assert whole[DRAW]["layout"]["xaxis"]["range"] == pytest.approx([0, 4999 / 60])
    assert whole[DRAW]["layout"]["xaxis"]["title"]["text"] == "Test time / min"
    assert (
        strip(vera, experiment, time="elapsed")[STRIP]["layout"]["xaxis"]["range"]
        == (whole[DRAW]["layout"]["xaxis"]["range"])
    )
    window = [BEGIN_MS + 60_000, BEGIN_MS + 120_000]
    answer = draw(vera, experiment, by=WINDOW, window=window, time="elapsed")
    changed = changes(answer[DRAW])
    assert changed["layout", "xaxis", "range"] == [1, 2]
    assert points(changed["data", 0, "x"]) == pytest.approx([n / 60 for n in range(59, 122)])
    assert text(answer["experiment-range.children"]).startswith("1.000 to 2.000 min test time")
    moved = changes(strip(vera, experiment, by=WINDOW, window=window, time="elapsed")[STRIP])
    assert moved["layout", "shapes", 0]["x0"] == 1


def test_the_address_names_a_window(vera, experiment):
    first, last = BEGIN_MS / 1000 + 100, BEGIN_MS / 1000 + 200
    page = vera.open(f"/experiments/{experiment}", f"?from={first}&to={last}")
    assert shown(page, "experiment-window")["data"] == [first * 1000, last * 1000]


def test_a_tab_that_there_is_not_is_said_and_the_overview_shown(vera, experiment):
    page = vera.open(f"/experiments/{experiment}", "?tab=graph")
    assert "Tab “graph” is unknown and left out" in text(page)
    assert shown(page, "experiment-graph")
    assert "is unknown" not in text(vera.open(f"/experiments/{experiment}", "?tab=overview"))


@pytest.mark.parametrize("search", ["", "?from=1", "?from=a&to=b", "?from=1&from=2&to=3", "?to="])
def test_an_odd_window_in_the_address_is_the_whole(vera, experiment, search):
    page = vera.open(f"/experiments/{experiment}", search)
    assert shown(page, "experiment-window").get("data") is None


def test_the_way_leads_to_the_batterys_other_experiments(vera, lab):
    cell, other = lab.battery("Cell A"), lab.battery("Cell B")
    ids = [lab.experiment(f"Test {n}", other if n == 1 else cell) for n in range(4)]
    page = vera.open(f"/experiments/{ids[2]}")
    (before,) = find(page, title="Previous of Cell A: Test 0")
    (after,) = find(page, title="Next of Cell A: Test 3")
    assert before["props"]["href"] == f"/experiments/{ids[0]}"
    assert after["props"]["href"] == f"/experiments/{ids[3]}"
    first = vera.open(f"/experiments/{ids[0]}")
    assert find(first, title="Cell A has no previous experiment")
    alone = vera.open(f"/experiments/{ids[1]}")
    assert not find(alone, title="Cell B has no next experiment")


def test_what_is_damaged_is_left_out_and_named(vera, store, experiment):
    read_series(store, experiment, [series.VOLTAGE])
    flip(store, experiment, "current", "samples")
    drawn = draw(vera, experiment)
    words = "Current, measures 0 to 65,535"
    assert f"Damaged on the disk and not drawn: {words}" in text(drawn["experiment-range.children"])
    voltage, current = drawn[DRAW]["data"][:2]
    assert len(base64.b64decode(voltage["y"]["bdata"])) > 1000
    assert len(base64.b64decode(current["y"]["bdata"])) <= 8
    answer = vera.call("experiment-statistics.children", {"experiment-id.data": experiment})
    assert f"left out: {words}" in text(answer["experiment-statistics.children"])
    refused = vera.client.get(f"/experiments/{experiment}/measures.csv")
    assert (refused.status_code, words in refused.text) == (400, True)
    assert words in vera.client.get(f"/experiments/{experiment}/report.html").text
    for asked in ("?tab=cycles", "?tab=dqdv", "?tab=pulses", "?cycle=1"):
        assert words in text(vera.open(f"/experiments/{experiment}", asked)), asked
    picture = vera.client.get(f"/experiments/{experiment}/preview.svg").text
    assert ">Damaged on the disk<" in picture


def test_statistics_come_after_the_page(vera, lab, experiment):
    assert shown(vera.open(f"/experiments/{experiment}"), "experiment-statistics").get(
        "children"
    ) in (None, [])
    answer = vera.call("experiment-statistics.children", {"experiment-id.data": experiment})
    said = text(answer["experiment-statistics.children"])
    assert "Charged2.083Ah" in said
    assert "Whole experiment" in said
    assert nested_lists(answer["experiment-statistics.children"]) == []


@pytest.mark.parametrize(
    "callback", ["experiment-statistics.children", "experiment-states.children"]
)
@pytest.mark.parametrize("id_", [4711, None, "1", True, [1]], ids=str)
def test_what_comes_after_the_page_of_nothing_is_nothing(vera, callback, id_):
    answer = vera.call(callback, {"experiment-id.data": id_})
    assert answer.error is None
    assert answer.get(callback) in (None, [])


def test_the_download_follows_the_choice(vera, experiment):
    channels = [{"label": key.title(), "value": key} for key in ("voltage", "current", "x1")]

    def link(columns, part, window=None) -> tuple:
        values = {
            "experiment-columns.value": columns,
            "experiment-part.value": part,
            WINDOW: window,
            "experiment-columns.options": channels,
            "experiment-id.data": experiment,
        }
        answer = vera.call("experiment-csv.href", values, by="experiment-columns.value")
        csv, parquet = (answer[f"experiment-{one}.href"] for one in ("csv", "parquet"))
        assert parquet == (csv and csv.replace("measures.csv", "measures.parquet"))
        assert answer["experiment-parquet.className"] == answer["experiment-csv.className"]
        return answer["experiment-csv.href"], "disabled" in answer["experiment-csv.className"]

    plain = f"/experiments/{experiment}/measures.csv"
    every = ["x1", "current", "voltage"]
    window = [1_780_000_000_125, 1_780_000_060_000]
    part = "from=1780000000.125&to=1780000060.000"
    assert link(every, "whole", window) == (plain, False)
    assert link(["x1", "voltage"], "whole") == (f"{plain}?columns=voltage,x1", False)
    assert link(every, "shown") == (plain, False)
    assert link(every, "shown", window) == (f"{plain}?{part}", False)
    assert link(["current"], "shown", window) == (f"{plain}?columns=current&{part}", False)
    assert link([], "whole") == (None, True)
    assert link(["bogus"], "whole") == (None, True)


@pytest.mark.parametrize("on", [[], None, ["bogus"]])
def test_without_a_channel_the_graph_says_so(vera, experiment, on):
    answer = draw(vera, experiment, by="experiment-channels.value", on=on)
    assert answer.error is None
    assert answer[DRAW]["data"] == []
    assert answer[DRAW]["layout"]["annotations"][0]["text"] == "Switch on a channel above."


@pytest.mark.parametrize(
    "window",
    [[], "x", {"a": 1}, [None, None], ["2026-08-24", "2026-08-25"], [1e300, -1e300], [1], 5],
    ids=str,
)
def test_an_odd_window_means_the_whole(vera, experiment, window):
    answer = draw(vera, experiment, window=window)
    assert answer.error is None
    assert answer[DRAW]["layout"]["xaxis"]["range"] == [BEGIN_MS, BEGIN_MS + 4_999_000]
    assert strip(vera, experiment, by=WINDOW, window=window).error is None


@pytest.mark.parametrize("id_", [None, "1", [1], {"id": 1}, 1.5])
def test_an_odd_id_draws_nothing(vera, experiment, id_):
    assert draw(vera, id_).status == strip(vera, id_).status == 204


@pytest.mark.parametrize("by", [None, WINDOW])
def test_an_experiment_that_is_not_there_is_not_drawn(vera, by):
    for answer in (draw(vera, 4711, by=by), strip(vera, 4711, by=by)):
        assert (answer.status, answer.error) == (200, "There is no experiment 4711.")


def test_the_strip_shows_the_whole_and_then_moves_its_mark_only(vera, experiment):
    drawn = strip(vera, experiment)[STRIP]
    assert drawn["layout"]["xaxis"]["range"] == [BEGIN_MS, BEGIN_MS + 4_999_000]
    assert len(points(drawn["data"][0]["x"])) <= MOST_POINTS
    window = [BEGIN_MS + 1000, BEGIN_MS + 2000]
    moved = changes(strip(vera, experiment, by=WINDOW, window=window)[STRIP])
    shapes = {("layout", "shapes", place) for place in range(3)}  # those that follow stay
    assert set(moved) == {*shapes, ("layout", "selections")}
    box = moved["layout", "shapes", 0]
    assert [box["x0"], box["x1"]] == window


def test_the_page_says_everything_about_the_experiment(vera, lab, experiment):
    page = vera.open(f"/experiments/{experiment}")
    said = text(page)
    for words in ("Aging", "Finished", "Cell A", "SN SN-1", "NMC", "5,000", "2 h 0 min"):
        assert words in said, words
    assert "2.5 to 4.2 V" in said
    assert "−5.8 to 2.9 A" in said
    assert find(page, href=f"/experiments/{experiment}/measures.csv")
    assert nested_lists(page) == []


def test_every_channel_has_a_switch_and_two_are_on(vera, store, lab):
    made = lab.experiment("Aging", lab.battery())
    channels = ensure_channels(store, [("T<b>", "degC"), ("Count", "1")])
    values = {id_: np.ones(5) for id_ in channels.values()}
    lab.measures(made, 5, extended=values, power_mw=np.ones(5))
    switches = shown(vera.open(f"/experiments/{made}"), "experiment-channels")
    assert switches["value"] == ["voltage", "current"]
    labels = [text(option["label"]) for option in switches["options"]]
    assert labels == ["Voltage", "Current", "Power", "T<b> / °C", "Count", "Expected"]


def test_an_experiment_without_measures_says_so(vera, lab):
    queued = {"status": ExperimentStatus.QUEUED, "begun_at": None, "finished_at": None}
    made = lab.experiment("Waiting", lab.battery(), **queued)
    page = vera.open(f"/experiments/{made}")
    assert "This experiment has no measures yet." in text(page)
    # else the browser calls what draws the graph, and says that its inputs are missing
    assert not find(page, id="experiment-drawn") + find(page, id="experiment-strip-drawn")
    assert not find(page, id="experiment-graph")
    assert "Started" not in text(page)
    assert nested_lists(page) == []


def test_a_stack_shows_its_electrodes_instead_of_a_capacity(vera, lab):
    stack = lab.battery(
        technology=Technology.REDOX_STACK, capacity_ah=None, electrode_size_cm2=12.5, cells=40
    )
    said = text(vera.open(f"/experiments/{lab.experiment('Flow', stack)}"))
    assert "Electrode12.5 cm²" in said
    assert "Capacity" not in said
    assert "40 in series" in said


@pytest.mark.parametrize("name", ["<b>x</b><script>alert(1)</script>"[:30], "W" * 30, "&amp;"])
def test_names_are_text_whatever_they_hold(vera, lab, name):
    made = lab.experiment(name, lab.battery(name), description=name * 8)
    page = vera.open(f"/experiments/{made}")
    assert name in text(of_type(page, "H1"))
    assert not {"B", "Script"} & {node["type"] for node in of_type(page, "B")}
    (cut,) = [one for one in find(page, title=name) if "cut" in classes(one)]
    assert text(cut) == name  # a long one is cut on the screen and whole in its tooltip


def test_a_running_experiment_lasts_until_now(vera, lab, clock):
    running = {"status": ExperimentStatus.RUNNING, "finished_at": None}
    begun = clock() - timedelta(hours=3)
    made = lab.experiment("Aging", lab.battery(), begun_at=begun, **running)
    assert "Wall time3 h 0 min" in text(vera.open(f"/experiments/{made}"))


def test_times_are_in_the_viewers_zone_with_utc_on_hover(visitor, experiment):
    page = visitor("vera", "Europe/Madrid").open(f"/experiments/{experiment}")
    (started,) = find(page, title="2026-08-24 06:10:02 UTC")
    assert text(started) == "24 Aug 2026, 08:10:02"


@pytest.mark.parametrize("id_", ["4711", "999999999", "9999999999", "0"])
def test_an_experiment_that_is_not_there_is_said_in_words(vera, id_):
    page = vera.open(f"/experiments/{id_}")
    assert "Not found" in text(page)
    assert find(page, href="/experiments")
    assert nested_lists(page) == []


def test_the_dialog_for_another_name_says_how_long_it_may_be(oscar, experiment):
    drawn = text(oscar.open(f"/experiments/{experiment}"))
    assert "At most 30 characters." in drawn
    assert "At most 250 characters." in drawn


@pytest.mark.parametrize(
    "search", ["?experiment_id=5", "?experiment_id=1&experiment_id=2", "?x=1&x=2", "?window=1"]
)
def test_the_query_does_not_change_which_experiment_it_is(vera, experiment, search):
    page = vera.open(f"/experiments/{experiment}", search)
    assert "Aging" in text(page) or "Not found" in text(page)


def test_what_is_sent_is_json_without_nan(vera, store, lab):
    made = lab.experiment("Gaps", lab.battery())
    (channel,) = ensure_channels(store, [("Cell", "degC")]).values()
    lab.measures(made, 3, extended={channel: np.array([np.nan, 25.0, np.nan])})
    answer = draw(vera, made, on=["voltage", f"x{channel}"])
    assert points(answer[DRAW]["data"][1]["y"]) == [25.0]
    assert "NaN" not in to_json_plotly(answer)
