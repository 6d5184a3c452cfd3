"""Compare: graph, end values and what is said, as an address asks for them."""

import numpy as np
import pytest

from cycling.terms import ExperimentStatus
from db.models import Experiment
from tests.unit.components.figures.test_comparison_graph import values
from tests.unit.components.tree import find, of_type, text, walk
from tests.unit.pages.experiment.cycles.cycled import cycled
from tests.unit.pages.visitor import shown

FIGURE, THEME, VIEW = "compare-graph.figure", "shell-theme.data", "compare-view.data"
PULSE = "shell-pulse.data"
SCRIPT = "<b onload=a()>"


@pytest.fixture
def cells(store) -> list[int]:
    """Three cells: two NMC, one LFP of another size, of 6, 4 and 5 cycles."""
    return [
        cycled(store, 6, name="A", chemistry="NMC"),
        cycled(store, 4, name=SCRIPT, chemistry="NMC"),
        cycled(store, 5, name="C", chemistry="LFP", capacity_ah=2.0, serial_number="9"),
    ]


def address(ids, more: str = "") -> str:
    return f"?experiments={','.join(map(str, ids))}{more}"


def drawn(visitor, ids, more: str = "", **values):
    page = visitor.open("/compare", address(ids, more))
    view = shown(page, "compare-view")["data"]
    return visitor.call(FIGURE, {VIEW: view, THEME: "light", **values})


def lines(answer) -> dict[str, np.ndarray]:
    data = answer[FIGURE]["data"]
    return {one["name"]: values(one["y"]) for one in data if one.get("fill") is None}


def rows(answer) -> list[list[str]]:
    return [
        [text(cell) for cell in row["props"]["children"]]
        for row in of_type(answer["compare-table.children"], "Tr")
    ]


def test_each_experiment_has_its_line(vera, cells):
    answer = drawn(vera, cells)
    assert answer["compare-count.children"] == "3"
    found = lines(answer)
    assert list(found) == [
        f"{cells[0]} A",
        f"{cells[1]} {SCRIPT.replace('<', '&lt;')}",
        f"{cells[2]} C",
    ]
    assert [len(one) for one in found.values()] == [6, 4, 5]
    assert found[f"{cells[0]} A"][0] == pytest.approx(0.995, abs=1e-3)
    assert text(answer["compare-caption.children"]).startswith(
        "Complete cycles after formation at the main rate of each cell; uneven ones"
    )


def test_means_of_groups_are_those_of_a_recomputation(vera, cells):
    each = list(lines(drawn(vera, cells)).values())
    answer = drawn(vera, cells, "&group=chemistry")
    found = lines(answer)
    assert list(found) == ["LFP (n = 1)", "NMC (n = 2)"]
    np.testing.assert_allclose(found["LFP (n = 1)"], each[2])
    expected = [(each[0][n] + each[1][n]) / 2 for n in range(4)] + list(each[0][4:])
    np.testing.assert_allclose(found["NMC (n = 2)"], expected)
    (band,) = [one for one in answer[FIGURE]["data"] if one.get("fill")]
    deviations = [np.std([each[0][n], each[1][n]], ddof=1) for n in range(4)]
    low, high = values(band["y"])[:4], values(band["y"])[4:][::-1]
    np.testing.assert_allclose(high - low, 2 * np.array(deviations), atol=1e-12)
    said = text(answer["compare-caption.children"])
    assert "one that has ended leaves it; band: ± standard deviation" in said
    assert "NMC: fewer than 2 after 4." in said


def test_what_is_hidden_is_in_no_mean_and_said(vera, cells):
    each = list(lines(drawn(vera, cells)).values())
    answer = drawn(vera, cells, f"&group=chemistry&hidden={cells[1]}")
    np.testing.assert_allclose(lines(answer)["NMC (n = 1)"], each[0])
    said = text(answer["compare-caption.children"])
    assert f"Hidden, and in no mean: {cells[1]} {SCRIPT}." in said
    assert answer["compare-count.children"] == "2 of 3"
    eyes = find(answer["compare-table.children"], className="bem-bare")
    pressed = {one["props"]["data-bem-hides"]: one["props"]["aria-pressed"] for one in eyes}
    assert pressed == {
        str(cells[0]): "true",
        str(cells[1]): "false",
        str(cells[2]): "true",
    }


def test_end_values_stand_with_their_statistics(vera, cells):
    answer = drawn(vera, cells, "&group=chemistry&y=retention_pct")
    table = rows(answer)
    assert table[0][-2:] == ["Retention / %, at 4", "Retention / %, last"]
    (nmc,) = [row for row in table if row[0].startswith("NMC")]
    at_4 = 100 * 0.99**3
    assert nmc[1] == f"{at_4:.2f} ± 0.00"  # five digits at most
    last = [100 * 0.99**5, at_4]
    mean, deviation = np.mean(last), np.std(last, ddof=1)
    assert nmc[2] == f"{mean:.1f} ± {deviation:.1f}"
    said = text(answer["compare-table.children"])
    assert "Retention at 4, which all have." in said
    assert "Iglewicz and Hoaglin 1993" in said


def test_an_outlier_is_marked_and_can_be_hidden(vera, store):
    ids = [cycled(store, 4, name=f"Cell {n}", serial_number=str(n)) for n in range(5)]
    odd = cycled(store, 4, name="Odd", capacity_ah=1.25, serial_number="odd")
    answer = drawn(vera, [*ids, odd], "&at=2&per=nominal")
    assert "at 2, which all have" in text(answer["compare-table.children"])
    (row,) = [one for one in rows(answer) if "outlier" in "".join(one)]
    assert row[1] == f"{odd} Odd"
    (button,) = answer["compare-outliers.children"]
    assert text(button) == "Hide the outlier"
    assert button["props"]["data-bem-hides"] == str(odd)
    few = drawn(vera, [*ids[:3], odd], "&per=nominal")
    assert few["compare-outliers.children"] == []


def test_what_differs_is_said(vera, cells):
    said = text(drawn(vera, cells)["compare-notes.children"])
    assert "Nominal capacities go from 1 Ah to 2 Ah" in said
    assert "Main rates differ" in said
    of_nominal = text(drawn(vera, cells, "&per=nominal")["compare-notes.children"])
    assert "Nominal capacities" not in of_nominal


def test_what_cannot_be_compared_is_said_and_the_rest_is_drawn(vera, lab, cells):
    empty = lab.experiment("Without measures", lab.battery("Other"))
    answer = drawn(vera, [*cells[:1], empty, 4_000_000], "&per=mass")
    said = text(answer["compare-notes.children"])
    assert f"Not drawn: {empty} Without measures: it has no cycles." in said
    assert "There is no experiment 4000000." in said
    assert "its active mass is not known" in said
    assert answer[FIGURE]["layout"]["annotations"][0]["text"] == "Nothing to draw"


def test_without_experiments_the_page_says_what_to_do(vera):
    answer = drawn(vera, [])
    assert "Tick experiments in the table" in text(answer["compare-table.children"])
    assert answer["compare-count.children"] == ""


def test_what_an_address_asks_for_wrongly_is_said(vera, cells):
    page = vera.open("/compare", address(cells, "&y=nothing&wrong=1"))
    said = text(page)
    assert "There is no metric “nothing”: it is left out." in said
    assert "wrong=1" in said


def test_four_panels_over_one_axis(vera, cells):
    more = "&y=discharge_ah&y=ce_pct&y=retention_pct&y=hysteresis_v&x=throughput"
    answer = drawn(vera, cells, more)
    layout = answer[FIGURE]["layout"]
    assert layout["yaxis4"]["title"]["text"] == "Hysteresis / V"
    assert layout["xaxis"]["title"]["text"] == "Throughput / Ah"


def test_what_runs_is_drawn_again_only_where_there_is_something_new(vera, store, cells):
    with store.write() as session:
        session.get(Experiment, cells[0]).status = ExperimentStatus.RUNNING
    page = vera.open("/compare", address(cells))
    view = shown(page, "compare-view")["data"]
    first = vera.call(FIGURE, {VIEW: view, THEME: "light"})
    again = {VIEW: view, THEME: "light", "compare-drawn.data": first["compare-drawn.data"]}
    assert FIGURE not in vera.call(FIGURE, again, by=PULSE)
    with store.write() as session:
        session.get(Experiment, cells[0]).status = ExperimentStatus.FINISHED
    assert len(lines(first)[f"{cells[0]} A"]) == 5
    assert len(lines(vera.call(FIGURE, again, by=PULSE))[f"{cells[0]} A"]) == 6


def test_each_graph_has_the_pictures_of_papers(vera, cells):
    page = vera.open("/compare", address(cells))
    for section in of_type(page, "Section"):
        pictures = [one["props"] for one in of_type(section, "Button")]
        sizes = [one.get("data-bem-cm") for one in pictures if "data-bem-picture" in one]
        expected = [None, None, *["8.5"] * 3, *["17"] * 3]
        assert sizes == expected * len(of_type(section, "Graph"))


def test_rates_that_one_of_them_has_are_offered(vera, cells):
    options = drawn(vera, cells, "&rate=C/7")["compare-rate.options"]
    assert [one["value"] for one in options][:2] == ["main", "all"]
    assert {"1C", "C/2", "C/7"} <= {one["value"] for one in options}


def _classes(props) -> str:
    return f"{props.get('className')} {props.get('class_name')}"


def test_the_files_are_those_of_the_view(vera, cells):
    page = vera.open("/compare", address(cells, "&group=chemistry"))
    about = [one["props"] for one in walk(page)]
    links = [one["href"] for one in about if "bem-compare-file" in _classes(one)]
    paths = [one.split("?experiments=")[0].removeprefix("/compare/") for one in links]
    assert paths == ["values.csv", "means.csv", "report.html", "curves.csv"]
    assert all("group=chemistry" in one for one in links)
