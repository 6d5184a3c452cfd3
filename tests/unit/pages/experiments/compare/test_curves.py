"""Compare: one cycle of each, as the page asks for it and as a file."""

import csv
import io

import numpy as np
import pytest

from db.series import chunks
from pages.experiments.compare.address import view_of
from pages.experiments.compare.curves import READ_S, curves_of
from pages.experiments.compare.reading import comparison
from tests.integration.db.measures.voltage_lab import chunks_read
from tests.unit.components.figures.test_comparison_graph import values
from tests.unit.components.tree import find, text
from tests.unit.pages.experiment.cycles.cycled import cycled
from tests.unit.pages.visitor import shown

FIGURE, DRAWN = "compare-curves.figure", "compare-drawn.data"
LOOK, WORDS = "compare-curves-part.className", "compare-curves-caption.children"
NOTES = "compare-curves-notes.children"


@pytest.fixture
def cells(store) -> list[int]:
    """Three cells: two NMC, one LFP of another size, of 6, 4 and 5 cycles."""
    return [
        cycled(store, 6, name="A", chemistry="NMC", active_mass_g=0.5),
        cycled(store, 4, name="B", chemistry="NMC"),
        cycled(store, 5, name="C", chemistry="LFP", capacity_ah=2.0, serial_number="9"),
    ]


def query(ids, more: str = "") -> str:
    return f"?experiments={','.join(map(str, ids))}{more}"


def drawn(visitor, ids, more: str = "", **states):
    view = shown(visitor.open("/compare", query(ids, more)), "compare-view")["data"]
    asked = {"compare-view.data": view, "shell-theme.data": "light"}
    whole = visitor.call("compare-graph.figure", asked)
    states = {f"compare-curves-{name}.data": one for name, one in states.items()}
    return visitor.call(FIGURE, {**asked, DRAWN: whole[DRAWN], **states}, by=DRAWN)


def lines(answer) -> list[tuple[str, np.ndarray, np.ndarray]]:
    return [(one["name"], values(one["x"]), values(one["y"])) for one in answer[FIGURE]["data"]]


def test_nothing_is_read_until_a_curve_is_chosen(vera, cells, monkeypatch):
    drawn(vera, cells)  # adds up what is not kept
    with chunks_read(monkeypatch) as numbers:
        answer = drawn(vera, cells)
    assert numbers == []
    assert answer[LOOK] == "bem-curves is-off"
    assert FIGURE not in answer


def test_the_voltage_of_the_last_cycle_of_each(vera, cells):
    answer = drawn(vera, cells, "&curve=voltage")
    found = lines(answer)
    names = [f"{cells[0]} A", f"{cells[1]} B", f"{cells[2]} C"]
    assert [name for name, _x, _y in found] == names
    for (_name, charge, volts), last in zip(found, (6, 4, 5), strict=True):
        assert charge[-1] == pytest.approx(0.995 * 0.99 ** (last - 1), rel=2e-3)
        assert volts[0] > volts[-1]
    assert answer[FIGURE]["layout"]["xaxis"]["title"]["text"] == "Charge of the half / Ah"
    assert answer[LOOK] == "bem-curves"
    words = text(answer[WORDS])
    assert words.startswith(
        "Discharge of the last complete cycle of each after formation at its main rate: cycles 4-6."
    )


def test_colours_and_names_are_those_of_the_panels(vera, cells):
    view = shown(vera.open("/compare", query(cells, "&group=chemistry&show=lines")), "compare-view")
    panels = vera.call(
        "compare-graph.figure",
        {"compare-view.data": view["data"], "shell-theme.data": "light"},
    )["compare-graph.figure"]["data"]
    answer = drawn(vera, cells, "&group=chemistry&show=lines&curve=dqdv&half=both")
    curves = answer[FIGURE]["data"]
    looks = [(one["name"], one["line"]["color"], one["line"]["dash"]) for one in panels]
    assert [(one["name"], one["line"]["color"], one["line"]["dash"]) for one in curves] == [
        one for one in looks for _half in "+-"
    ]
    assert [one["showlegend"] for one in curves] == [True, False] * 3
    assert "NMC, Cycle 6, charge" in curves[0]["hovertemplate"]
    assert np.all(values(curves[0]["y"]) >= 0)
    assert np.all(values(curves[1]["y"]) <= 0)  # the discharge


@pytest.mark.parametrize(
    ("per", "which", "factor", "unit"),
    [
        ("mass", 0, 1000 / 0.5, "mAh g⁻¹ V⁻¹"),
        ("nominal", 2, 100 / 2.0, "(% of nominal / V)"),
        ("total", 1, 1, "(Ah/V)"),
    ],
)
def test_the_bins_of_dqdv_are_the_charge_of_the_table(vera, cells, per, which, factor, unit):
    found = drawn(vera, [cells[which]], f"&curve=dqdv&cycle=2&per={per}")
    ((_name, volts, dqdv),) = lines(found)
    width_v = volts[1] - volts[0]
    assert dqdv.sum() * width_v == pytest.approx(0.995 * 0.99 * factor, rel=5e-3)
    assert found[FIGURE]["layout"]["yaxis"]["title"]["text"] == f"dQ/dV / {unit}"


def test_who_does_not_have_the_cycle_is_named(vera, cells):
    answer = drawn(vera, cells, "&curve=voltage&cycle=5")
    assert len(lines(answer)) == 2
    assert f"Not drawn: {cells[1]} B: it has no cycle 5." in text(answer[NOTES])
    answer = drawn(vera, cells, "&curve=voltage&cycle=97.5%25")
    assert text(answer[WORDS]).startswith("Discharge of the first cycle of each below 97.5 %")
    assert f"Not drawn: {cells[1]} B, {cells[2]} C: its retention has not fallen" in text(
        answer[NOTES]
    )
    answer = drawn(vera, cells, "&curve=voltage&per=mass")
    said = text(answer[NOTES])
    assert f"Not drawn: {cells[1]} B, {cells[2]} C: its active mass is not known." in said


def test_where_nothing_is_left_to_draw_no_older_curve_stays(vera, cells):
    answer = drawn(vera, cells, "&curve=voltage&cycle=77")
    assert answer[FIGURE]["data"] == []
    assert answer[FIGURE]["layout"]["annotations"][0]["text"] == "Nothing to draw"
    assert answer[WORDS] == ""


def test_what_differs_is_said(vera, cells):
    said = text(drawn(vera, cells, "&curve=dqdv")[NOTES])
    assert "The cycles are of different rates:" in said
    assert f"Above C/5: {cells[0]} A, {cells[1]} B, {cells[2]} C: peaks are shifted" in said


def test_hidden_ones_are_not_read(vera, cells):
    found = lines(drawn(vera, cells, f"&curve=voltage&hidden={cells[0]}"))
    assert [name for name, _x, _y in found] == [f"{cells[1]} B", f"{cells[2]} C"]


def test_the_same_curves_are_not_read_again(vera, cells):
    first = drawn(vera, cells, "&curve=voltage")
    before = {"drawn": first["compare-curves-drawn.data"]}
    assert dict(drawn(vera, cells, "&curve=voltage&y=ce_pct", **before)) == {}
    assert len(lines(drawn(vera, cells, "&curve=voltage&cycle=2", **before))) == 3


def test_only_the_chunks_of_the_cycle_are_read(store, monkeypatch):
    """However many cycles there are; a cycle of two halves of 25 measures is a chunk of fifty."""
    monkeypatch.setattr(chunks, "CHUNK", 50)
    ids = [cycled(store, count, rows=25, name=str(count)) for count in (4, 40)]

    def read(which: str, curve: str) -> list[int]:
        view = view_of({"experiments": which, "curve": curve, "cycle": "2", "half": "both"})
        with chunks_read(monkeypatch) as numbers:
            found = curves_of(store, comparison(store, view))
        assert len(found.lines) == 2
        return numbers

    for curve in ("voltage", "dqdv"):
        comparison(store, view_of({"experiments": ids}))  # adds up what is not kept
        few, many = (read(str(one), curve) for one in ids)
        assert len(many) == len(few) <= 8, (few, many)


def test_reading_ends_in_time_and_names_what_is_left(store, cells):
    view = view_of({"experiments": cells, "curve": "voltage"})
    clock = iter((0.0, READ_S - 1, READ_S + 1))
    found = curves_of(store, comparison(store, view), lambda: next(clock))
    assert len(found.lines) == 2
    ((why, names),) = found.missing.items()
    assert "hide some" in why
    assert names == [f"{cells[2]} C"]


def test_a_typed_cycle_that_is_none_is_said(vera, cells):
    view = shown(vera.open("/compare", query(cells)), "compare-view")["data"]
    asked = {"compare-view.data": {**view, "cycle": "x", "at": "y"}, "shell-theme.data": "light"}
    said = text(vera.call("compare-graph.figure", asked)["compare-notes.children"])
    assert "“x” names no cycle. Write its number, first, last or 80%." in said
    assert "“y” is no place on the axis." in said


def test_the_file_has_the_curves_as_they_are_drawn(vera, cells):
    search = query(cells, "&curve=voltage&half=both&group=chemistry")
    page = vera.open("/compare", search)
    (link,) = [
        one["props"]["href"]
        for one in find(page)
        if str(one["props"].get("href")).startswith("/compare/curves.csv")
    ]
    rows = list(csv.DictReader(io.StringIO(vera.client.get(link).text)))
    assert {one["group"] for one in rows} == {"NMC", "LFP"}
    figure = drawn(vera, cells, "&curve=voltage&half=both&group=chemistry")
    assert len(rows) == sum(len(x) for _name, x, _y in lines(figure))
    of_a = [one for one in rows if one["name"] == "A" and one["half"] == "discharge"]
    assert {(one["cycle"], one["unit"]) for one in of_a} == {("6", "Ah")}
    assert float(of_a[-1]["charge"]) == pytest.approx(0.995 * 0.99**5, rel=2e-3)
    refused = vera.client.get(f"/compare/curves.csv{query(cells)}")
    assert refused.status_code == 400
    assert "Choose a curve first" in refused.text
