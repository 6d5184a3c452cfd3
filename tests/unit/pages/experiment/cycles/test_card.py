"""The tab of cycles: figures, graph, curves and table, as an address asks for them."""

import numpy as np
import pytest
from sqlalchemy import select

from cycling.terms import ExperimentStatus
from db.models import AuditEntry, CycleSummary, Experiment
from tests.unit.components.tree import find, text
from tests.unit.db.lab import block, import_blocks
from tests.unit.pages.experiment.cycles.cycled import cycled
from tests.unit.pages.visitor import shown

DRAW, CURVES, ROWS = "cycles-graph.figure", "cycles-curves.figure", "cycles-grid.getRowsResponse"
REQUEST, PULSE = "cycles-grid.getRowsRequest", "shell-pulse.data"
LOOK = {"shell-theme.data": "light", "cycles-drag.value": "select"}


@pytest.fixture
def experiment(store) -> int:
    return cycled(store, active_mass_g=2.0, formation_cycles=1)


def view_of(page) -> dict:
    return shown(page, "cycles-view")["data"]


def opened(visitor, experiment: int, query: str = "") -> dict:
    return visitor.open(f"/experiments/{experiment}", f"?tab=cycles{query}")


def draw(visitor, view: dict, **values):
    return visitor.call(DRAW, {"cycles-view.data": view, **LOOK, **values})


def rows_of(visitor, view: dict, sort=(), columns=("charge_ah", "ce_pct"), first: int = 0):
    request = {"startRow": first, "endRow": first + 100, "sortModel": list(sort)}
    values = {REQUEST: request, "cycles-view.data": view, "cycles-columns.value": list(columns)}
    return visitor.call(ROWS, values, by=REQUEST)[ROWS]


def test_the_figures_stand_above_with_their_conventions(vera, experiment):
    view = view_of(opened(vera, experiment))
    answer = draw(vera, view)
    said = text(answer["cycles-figures.children"])
    assert "Cycles6complete" in said
    assert "First-cycle CE99.528%100 × Q discharge / Q charge" in said
    assert "Last capacity0.94651Ahdischarge of cycle 6, 1C" in said
    assert "Retention96.06%of the first complete cycle after formation, 1C" in said
    assert "Cycles to 80 %–not yet" in said
    assert "EFC5.8throughput over 2 × 1 Ah" in said
    assert "SourceIntegralours, of current over time" in said
    conventions = text(answer["cycles-notes.children"])
    assert conventions.startswith("Full cell; numbered by the file; 1 formation cycle; retention")
    assert conventions.endswith("2 g of active mass.")
    assert answer["cycles-drawn.data"]["is_over"] is True


def test_a_first_ce_of_another_cycle_and_of_two_discharges_says_so(store, vera):
    def ran(name: str, halves) -> str:
        steps = np.repeat(np.arange(float(len(halves))), 10)
        times = np.concatenate([3600 * n + np.linspace(0, 3599, 10) for n in range(len(halves))])
        columns = {
            "test_time_s": times,
            "current_a": np.repeat([float(current) for current, _cycle in halves], 10),
            "voltage_v": np.full(len(times), 3.7),
            "step": steps,
            "cycle": np.repeat([float(cycle) for _current, cycle in halves], 10),
        }
        experiment = import_blocks(store, [block(len(times), **columns)], name=name)
        view = view_of(opened(vera, experiment))
        notes = [one["kind"] for one in rows_of(vera, view)["rowData"]]
        return f"{text(draw(vera, view)['cycles-figures.children'])} {notes}"

    twice = ran("Discharged first", [(-1, 1), (1, 1), (-1, 1), (1, 2), (-1, 2)])
    assert "First-cycle CE199.972%100 × Q discharge / Q charge; of 2 discharges" in twice
    assert twice.endswith("['2 discharges', '']")
    assert "Mean CE100.000%of 1 cycle, C/5; left out: 1 with 2 discharges" in twice
    later = ran("Begins in a charge", [(0.1, 1), (-1, 1), (1, 2), (-1, 2)])
    assert "100 × Q discharge / Q charge; cycle 2, the first complete one" in later
    assert later.endswith("['incomplete', '']")
    assert "of 1 cycle, C/5; left out: 1 incomplete" in later
    full = ran("Begins half full", [(0.6, 1), (-1, 1), (1, 2), (-1, 2)])
    assert "Q charge; above 100 %: the cell was not empty at its beginning" in full
    said = "of 1 cycle, C/5; left out: Cycle 1 (the cell was partly charged at its beginning)"
    assert f"Mean CE100.000%{said}" in full


def test_the_graph_is_what_the_address_says(vera, experiment):
    view = view_of(opened(vera, experiment, "&x=efc&per=mass&kind=cycle"))
    answer = draw(vera, view)
    layout = answer[DRAW]["layout"]
    assert layout["xaxis"]["title"]["text"] == "Equivalent full cycles"
    assert layout["yaxis"]["title"]["text"] == "Capacity / mAh/g"
    assert answer["cycles-caption.children"] == "5 of 6 cycles."


def test_projection_and_knee_are_drawn_on_request_with_their_method(store, vera):
    many = cycled(store, 40, rows=4, name="Long")
    view = view_of(opened(vera, many, "&fade=1"))
    assert view["fade"] == "1"
    answer = draw(vera, view)
    names = [one["name"] for one in answer[DRAW]["data"]]
    assert "Projection, not measured" in names
    said = text(answer["cycles-caption.children"])
    assert "Projection of the discharge capacity, not measured: a straight line in" in said
    assert "through the last 20 complete cycles, 1C, up to twice the last one." in said
    assert "It reaches 80 % of 995 mAh at cycle" in said or "is below 80 %" in said
    assert "No knee: it takes 100 such cycles." in said
    usual = draw(vera, view_of(opened(vera, many)))
    assert "Projection" not in text(usual["cycles-caption.children"])
    assert "Projection, not measured" not in [one["name"] for one in usual[DRAW]["data"]]
    answer = vera.client.get(f"/experiments/{many}/cycles.projection.csv")
    lines = answer.get_data(as_text=True).splitlines()
    assert lines[0] == "cycle,projected_discharging_capacity_ah,low_95_ah,high_95_ah"
    assert len(lines) == 201


def test_what_the_experiment_cannot_say_is_said_instead(vera, experiment):
    page = opened(vera, experiment, "&per=area&x=weeks")
    assert "The area of the electrode is not known: the capacity is shown in Ah." in text(page)
    assert "Axis “weeks” is unknown" in text(page)
    assert draw(vera, view_of(page))[DRAW]["layout"]["yaxis"]["title"]["text"] == "Capacity / Ah"


def test_the_curves_of_the_chosen_cycles(vera, experiment):
    view = view_of(opened(vera, experiment, "&cycles=2,5-9"))
    values = {"cycles-view.data": view, "shell-theme.data": "light", "cycles-drawn.data": {}}
    answer = vera.call(CURVES, values)
    names = [one["name"] for one in answer[CURVES]["data"]]
    assert names == ["Cycle 2", "Cycle 2", "Cycle 5", "Cycle 5", "Cycle 6", "Cycle 6"]
    assert text(answer["cycles-curves-about.children"]) == "3 chosen cycles."
    nothing = vera.call(CURVES, {**values, "cycles-view.data": {**view, "cycles": "80"}})
    assert text(nothing["cycles-curves-about.children"]) == "There are no such cycles."
    at_first = vera.call(CURVES, {**values, "cycles-view.data": {**view, "cycles": ""}})
    assert len(at_first[CURVES]["data"]) == 10


def test_the_table_has_a_row_a_cycle_that_leads_to_its_time(vera, experiment):
    view = view_of(opened(vera, experiment))
    found = rows_of(vera, view)
    assert found["rowCount"] == 6
    first = found["rowData"][0]
    assert (first["number"], first["charge_ah"], first["ce_pct"]) == (1, "1.0000", "99.528")
    assert (first["rate"], first["kind"]) == ("1C", "formation")
    page = vera.open(f"/experiments/{experiment}", "?cycle=1")
    begin_ms, end_ms = shown(page, "experiment-window")["data"]
    assert end_ms - begin_ms == pytest.approx(1000 * (3600 + 1 + 3600 * 0.995), abs=1)
    assert first["href"] == f"/experiments/{experiment}?cycle=1"


def test_a_cycle_that_there_is_not_is_said(vera, experiment):
    for given in ("77", "x", "-1"):
        page = vera.open(f"/experiments/{experiment}", f"?cycle={given}")
        assert f"There is no cycle “{given}”: the graph shows the whole." in text(page)
        assert shown(page, "experiment-window")["data"] is None


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ([], 1),
        ([{"colId": "number", "sort": "desc"}], 6),
        ([{"colId": "charge_ah", "sort": "asc"}], 6),
        ([{"colId": "charge_ah", "sort": "desc"}], 1),
        ([{"colId": "kind", "sort": "asc"}], 2),
        ([{"colId": "nothing", "sort": "asc"}], 1),
    ],
)
def test_it_is_sorted_by_any_column(vera, experiment, sort, first):
    view = view_of(opened(vera, experiment))
    assert rows_of(vera, view, sort)["rowData"][0]["number"] == first


def test_blank_cells_say_why_and_come_last(store, vera):
    experiment = cycled(store, 5, currents_a=[1, 1, 1, 1, 1])
    with store.write() as session:
        session.get(Experiment, experiment).status = ExperimentStatus.RUNNING
    view = view_of(opened(vera, experiment))
    for direction in ("asc", "desc"):
        last = rows_of(vera, view, [{"colId": "ce_pct", "sort": direction}])["rowData"][-1]
        assert (last["number"], last["ce_pct"]) == (5, "–")
        assert last["ce_pct_title"] == "The cycle is still running."
        assert last["kind"] == "running"


def test_filters_of_rate_and_kind_narrow_the_table(store, vera):
    experiment = cycled(store, 8, currents_a=[1, 1, 1, 0.1, 1, 1, 1, 1])
    page = opened(vera, experiment)
    options = [one["value"] for one in shown(page, "cycles-rate")["options"]]
    assert options == ["C/10", "1C"]
    slow = rows_of(vera, {**view_of(page), "rate": ["C/10"]})
    assert [one["number"] for one in slow["rowData"]] == [4]
    checks = rows_of(vera, {**view_of(page), "kind": ["check"]})
    assert [(one["number"], one["kind"]) for one in checks["rowData"]] == [(4, "capacity check")]


def test_what_runs_grows_while_somebody_looks(store, vera):
    experiment = import_blocks(store, [block(60)], name="Runs")
    with store.write() as session:
        session.get(Experiment, experiment).status = ExperimentStatus.RUNNING
    view = view_of(opened(vera, experiment))
    first = draw(vera, view)
    stores = {f"{one}.data": first[f"{one}.data"] for one in ("cycles-drawn", "cycles-answered")}
    known = {**LOOK, "cycles-view.data": view, **stores}
    assert vera.call(DRAW, {**known, PULSE: 1}, by=PULSE).status == 204  # nothing new
    other = {**known, "cycles-view.data": {**view, "x": "efc"}}  # Dash drops its answer
    assert DRAW in vera.call(DRAW, {**other, PULSE: 1}, by=PULSE)
    with store.write() as session:
        session.get(Experiment, experiment).status = ExperimentStatus.FINISHED
    again = vera.call(DRAW, {**known, PULSE: 2}, by=PULSE)
    assert again["cycles-drawn.data"]["is_over"] is True
    over = {**known, "cycles-drawn.data": again["cycles-drawn.data"]}
    assert vera.call(DRAW, {**over, PULSE: 3}, by=PULSE).status == 204


def test_without_measures_or_current_there_is_a_sentence(store, vera, lab):
    empty = lab.experiment("Empty", lab.battery())
    assert "This experiment has no measures yet." in text(opened(vera, empty))
    page = opened(vera, import_blocks(store, [block(5, current_a=np.zeros(5))], name="Rest"))
    assert "No current flowed yet" in text(page)
    assert not find(page, id="cycles-graph")


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx"])
def test_the_table_is_downloaded_and_the_audit_trail_says_so(store, vera, experiment, kind):
    assert find(opened(vera, experiment), href=f"/experiments/{experiment}/cycles.{kind}")
    answer = vera.client.get(f"/experiments/{experiment}/cycles.{kind}")
    assert answer.status_code == 200
    name = answer.headers["Content-Disposition"]
    assert name == f'attachment; filename="{experiment}-Ageing-cycles.{kind}"'
    if kind == "csv":
        head, first, *_ = answer.text.splitlines()
        assert head.startswith("cycle,cycle_charging_capacity_ah,cycle_discharging_capacity_ah")
        assert first.startswith("1,1.0")
    with store.read() as session:
        detail = session.scalars(select(AuditEntry.detail).order_by(AuditEntry.id.desc())).first()
    assert detail == {"format": kind, "what": "cycles"}


def test_another_kind_of_file_is_refused_in_words(vera, experiment):
    answer = vera.client.get(f"/experiments/{experiment}/cycles.doc")
    assert answer.status_code == 404
    assert "csv, parquet, xlsx" in answer.text
    assert vera.client.get("/experiments/4711/cycles.csv").status_code == 404


def test_what_is_drawn_is_kept_for_the_table_of_experiments(store, vera, experiment):
    draw(vera, view_of(opened(vera, experiment)))
    with store.read() as session:
        assert session.get(CycleSummary, experiment).cycles == 6


def test_what_a_page_never_sends_is_no_failure(vera, experiment):
    for view in (None, {}, {"experiment": "1"}, {"experiment": 10**12}, []):
        assert draw(vera, view).status in (204, 404, 200)
