"""The report of a comparison: what is in it, and what must never be."""

import json
import re

import pytest

from db.commands.audit import By
from db.commands.tags import TagChange, change_tags
from tests.unit.db.lab import NOW
from tests.unit.pages.experiment.cycles.cycled import cycled
from tests.unit.pages.experiment.report.test_document import Document
from tests.unit.pages.experiments.compare.test_page import drawn, rows

EVIL = "<b onload=a()> & '"


@pytest.fixture
def cells(store) -> list[int]:
    ids = [cycled(store, 4, name=f"Cell {n}", serial_number=f"SN {n}") for n in range(5)]
    ids.append(cycled(store, 4, name=EVIL, capacity_ah=1.25, chemistry="LFP"))
    change_tags(store, ids[:2], TagChange(["Campaign 7"]), by=By("oscar", "", NOW))
    return ids


def report(visitor, ids, more: str = ""):
    return visitor.client.get(f"/compare/report.html?experiments={','.join(map(str, ids))}{more}")


def test_it_is_one_file_that_needs_no_network(vera, cells):
    answer = report(vera, cells, "&y=discharge_ah&y=ce_pct&curve=dqdv&cycle=2")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="comparison-6-report.html"'
    )
    found = Document(answer.text)
    loaded = [one for tag in ("link", "img", "iframe", "script") for one in found.all(tag)]
    assert not [one for one in loaded if one.get("src") or one.get("href")]
    assert len(found.scripts) == 4  # Plotly, two figures, what draws them
    without_plotly = answer.text.replace(max(found.scripts, key=len), "")
    assert EVIL not in without_plotly
    assert not re.search(r"https?://", without_plotly)
    graph, curves = (json.loads(one) for one in found.scripts[1:3])
    assert len(graph["data"]) == 12
    assert len(curves["data"]) == 6


def test_everything_is_in_it(vera, cells):
    ids = [*cells, 4_000_000]
    words = Document(report(vera, ids, "&per=nominal&at=2&group=tag&band=sem").text).words
    for one in (
        "Comparison of 6 experiments",
        f"{cells[0]} Cell 0",
        "SN 3",
        "Campaign 7",
        "LFP",
        "There is no experiment 4000000.",
        "Q discharge / %, at 2",
        "Campaign 7: mean ± std, n = 2",
        "Outlier: farther from the median of its group",
        "± standard error of the mean",
        "Charge that flowed in the discharge of the cycle",
        "Grouped by",
        f"/compare?experiments={cells[0]}-",
        "Made for",
        "vera",
    ):
        assert one in words, one
    assert EVIL in words  # as text


def test_columns_without_a_fact_are_left_out(vera, cells):
    words = Document(report(vera, cells[2:5]).text).words
    assert "Serial number" in words
    assert "Active mass" not in words
    assert "Tags" not in words


def test_outliers_are_named_by_metric(vera, cells):
    words = Document(report(vera, cells, "&per=nominal&at=2&y=discharge_ah&y=ce_pct").text).words
    assert f"Q discharge: {cells[5]} {EVIL}." in words
    assert "CE: none." in words


def test_its_end_values_are_those_of_the_page(vera, cells):
    more = "&at=2&y=discharge_ah&y=retention_pct&group=tag"
    words = Document(report(vera, cells, more).text).words
    shown = rows(drawn(vera, cells, more))
    assert len(shown) == 1 + 2 + 6
    for row in shown[1:]:
        for one in row[-4:]:
            assert re.sub(" n = .*", "", one.removeprefix("outlier ")) in words


def test_hidden_ones_are_in_the_list_alone(vera, cells):
    found = Document(report(vera, cells, f"&hidden={cells[5]}").text)
    assert len(json.loads(found.scripts[1])["data"]) == 5
    assert found.words.count(EVIL) == 3  # name and battery in the list, and the caption


def test_without_cycles_it_says_so(vera, lab):
    empty = lab.experiment("Without measures", lab.battery())
    found = Document(report(vera, [empty]).text)
    assert "There is nothing to draw." in found.words
    assert f"Not drawn: {empty} Without measures: it has no cycles." in found.words
    assert found.scripts == []


def test_of_experiments_that_are_gone_it_says_so(vera):
    answer = report(vera, [4_000_000])
    assert answer.status_code == 200
    assert "There is no experiment 4000000." in Document(answer.text).words


def test_without_experiments_it_is_refused(vera):
    answer = report(vera, [])
    assert answer.status_code == 400
    assert "Choose experiments first" in answer.text
