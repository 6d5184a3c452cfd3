"""The life of a battery: graph, numbers and what is said, as an address asks for them."""

import csv
import io
from datetime import timedelta

import numpy as np
import pytest

from cycling.terms import ExperimentStatus
from db.measures.cycle_summaries import renew_summary
from db.models import BatteryLife, Experiment
from tests.unit.components.figures.test_comparison_graph import values
from tests.unit.components.tree import of_type, text
from tests.unit.pages.experiment.cycles.cycled import cycled
from tests.unit.pages.visitor import shown

FIGURE, THEME, VIEW = "battery-life-graph.figure", "shell-theme.data", "battery-life-view.data"
BATTERY, PULSE, DRAWN = "battery-life-battery.data", "shell-pulse.data", "battery-life-drawn.data"
SCRIPT = "<b onload=a()>"


@pytest.fixture
def life(store) -> tuple[int, list[int]]:
    """A battery with two experiments, of 4 and of 5 cycles; 10 days lie between their begins."""
    first, second = cycled(store, 4, name="A"), cycled(store, 5, name=SCRIPT)
    with store.write() as session:
        rows = [session.get_one(Experiment, one) for one in (first, second)]
        rows[1].battery_id = rows[0].battery_id
        rows[1].begun_at = rows[0].begun_at + timedelta(days=10)
        rows[1].finished_at = rows[1].begun_at + timedelta(days=1)
        return rows[0].battery_id, [first, second]


def drawn(visitor, battery: int, more: str = "", **values):
    page = visitor.open(f"/batteries/{battery}", f"?tab=life{more}")
    view = shown(page, "battery-life-view")["data"]
    given = {VIEW: view, THEME: "light", BATTERY: battery, **values}
    return visitor.call(FIGURE, given, by=VIEW)


def lines(answer) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    return {one["name"]: (values(one["x"]), values(one["y"])) for one in answer[FIGURE]["data"]}


def said(answer) -> str:
    return text(answer["battery-life-caption.children"])


def figures(answer) -> dict[str, str]:
    return {
        text(one["props"]["children"][0]): text(one["props"]["children"][1])
        for one in answer["battery-life-figures.children"]
    }


def test_the_second_experiment_goes_on_where_the_first_one_ended(vera, life):
    battery, (first, second) = life
    answer = drawn(vera, battery)
    ((name, (x, y)),) = lines(answer).items()
    assert (name, x.tolist()) == ("1C", [1, 2, 3, 4, 5, 6, 7, 8, 9])
    assert y[4] == y[0]
    assert y[8] < y[3]
    layout = answer[FIGURE]["layout"]
    assert [one["x0"] for one in layout["shapes"]] == [0.5, 4.5]
    assert [one["text"] for one in layout["annotations"]] == [str(first), str(second)]
    assert layout["annotations"][1]["hovertext"] == f"{second} &lt;b onload=a()>"
    assert "Experiments in the order of their begins" in said(answer)


def test_numbers_are_of_the_whole_life_and_those_of_the_list(vera, store, life):
    battery, ids = life
    for one in ids:
        renew_summary(store, one)
    found = figures(drawn(vera, battery))
    with store.read() as session:
        row = session.get_one(BatteryLife, battery)
        assert found["Cycles"] == f"{row.cycles}" == "9"
        assert found["Last capacity"] == f"{row.last_capacity_ah:.5g}Ah"
        assert found["Retention"] == f"{row.retention_pct:.2f}%"
        assert found["EFC"] == f"{row.equivalent_full_cycles:.1f}"
        assert (found["R 10 s"], row.resistance_ohm) == ("–", None)
    words = text(drawn(vera, battery)["battery-life-figures.children"])
    assert f"discharge of cycle 5 of experiment {ids[1]}, 1C" in words
    assert f"of cycle 1 of experiment {ids[0]}, 1C" in words


def test_days_of_the_calendar_have_the_gap_and_tested_ones_have_not(vera, life):
    (tested, _y), (calendar, _same) = (
        lines(drawn(vera, life[0], f"&x={axis}"))["1C"] for axis in ("days", "calendar")
    )
    np.testing.assert_allclose(tested[:4], calendar[:4])
    assert calendar[4] > 10 > tested[-1]
    assert "of test time within one" in said(drawn(vera, life[0], "&x=calendar"))


def test_each_rate_has_its_line_the_main_one_first(vera, store):
    one = cycled(store, 5, name="Rates", currents_a=[1, 1, 0.1, 1, 0.1])
    with store.read() as session:
        battery = session.get_one(Experiment, one).battery_id
    found = lines(drawn(vera, battery))
    assert {name: x.tolist() for name, (x, _y) in found.items()} == {
        "1C": [1, 2, 4],
        "C/10": [3, 5],
    }
    assert list(lines(drawn(vera, battery, "&rate=all"))) == ["All cycles"]
    assert list(lines(drawn(vera, battery, "&rate=C/10"))) == ["C/10"]


def test_up_to_four_metrics_one_below_the_other_and_what_none_has_is_said(vera, life):
    more = "&y=discharge_ah&y=ce_pct&y=retention_pct&y=resistance_ohm"
    answer = drawn(vera, life[0], more)
    assert {one["yaxis"] for one in answer[FIGURE]["data"]} == {"y", "y2", "y3"}
    notes = text(answer["battery-life-notes.children"])
    assert "R 10 s: no cycle has it." in notes
    assert "Retention of the first complete cycle after formation of the same rate" in said(answer)
    page = vera.open(f"/batteries/{life[0]}", f"?tab=life{more}&y=nothing&x=moon")
    assert "At most 4 metrics are drawn" in text(page)
    assert "Axis “moon” is unknown" in text(page)


def test_what_cannot_be_compared_is_said(vera, store, life):
    battery, (_first, second) = life
    other = cycled(store, 3, name="Slow", currents_a=[0.2] * 3)
    with store.write() as session:
        row = session.get_one(Experiment, other)
        row.battery_id = battery
        row.begun_at = session.get_one(Experiment, second).begun_at + timedelta(hours=1)
    notes = text(drawn(vera, battery)["battery-life-notes.children"])
    assert "Main rates differ: 1C (2), C/5 (1)." in notes
    assert f"At the same time by their clocks: {other} Slow and {second}" in notes


def test_the_table_says_what_each_experiment_has_added(vera, life):
    battery, ids = life
    answer = drawn(vera, battery)
    rows = [
        [text(cell) for cell in row["props"]["children"]]
        for row in of_type(answer["battery-life-table.children"], "Tr")[1:]
    ]
    assert [row[0] for row in rows] == [f"{ids[0]} A", f"{ids[1]} {SCRIPT}"]
    assert [row[2:5] for row in rows] == [["4", "1 to 4", "1C"], ["5", "5 to 9", "1C"]]
    assert [row[6] for row in rows] == ["97.03", "96.06"]  # 1 % less every time


def test_the_pulse_draws_only_what_is_new(vera, store, life):
    battery, (_first, second) = life
    known = drawn(vera, battery)[DRAWN]
    given = {VIEW: known["asked_for"][0], THEME: "light", BATTERY: battery, DRAWN: known}
    assert vera.call(FIGURE, given, by=PULSE).status == 204
    with store.write() as session:
        session.get_one(Experiment, second).status = ExperimentStatus.RUNNING
    answer = vera.call(FIGURE, given, by=PULSE)
    assert lines(answer)["1C"][0].tolist() == [1, 2, 3, 4, 5, 6, 7, 8]  # the last one may grow


def test_without_a_cycle_there_is_a_sentence(vera, lab):
    battery = lab.battery("New")
    answer = drawn(vera, battery)
    words = "No experiment of this battery has a cycle yet."
    assert text(answer["battery-life-table.children"]) == words
    assert answer["battery-life-figures.children"] == []


def test_the_file_has_a_row_for_each_cycle(vera, lab, life):
    battery, ids = life
    path = f"/batteries/{battery}/life.csv?y=discharge_ah&y=ce_pct&x=calendar"
    answer = vera.client.get(path)
    assert answer.status_code == 200
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [int(row["cycle"]) for row in rows] == list(range(1, 10))
    assert [int(row["experiment"]) for row in rows] == [ids[0]] * 4 + [ids[1]] * 5
    assert [row["cycle_of_experiment"] for row in rows[4:]] == ["1", "2", "3", "4", "5"]
    assert float(rows[4]["days"]) > 10
    assert {row["rate"] for row in rows} == {"1C"}
    _x, y = lines(drawn(vera, battery))["1C"]
    np.testing.assert_allclose([float(row["discharge_ah"]) for row in rows], y)
    assert [one.target for one in lab.audits()][-1] == f"battery {battery}"
    assert vera.client.get("/batteries/999/life.csv").status_code == 404


def test_the_tab_leads_to_its_experiments_beside_each_other(vera, life):
    battery, ids = life
    page = vera.open(f"/batteries/{battery}", "?tab=life")
    hrefs = [link["props"].get("href") for link in of_type(page, "Link")]
    assert f"/compare?experiments={ids[0]}-{ids[1]}" in hrefs
    assert f"/batteries/{battery}" in hrefs
    overview = vera.open(f"/batteries/{battery}")
    assert f"/batteries/{battery}?tab=life" in [
        link["props"].get("href") for link in of_type(overview, "Link")
    ]
    assert "Tab “bogus” is unknown" in text(vera.open(f"/batteries/{battery}", "?tab=bogus"))
