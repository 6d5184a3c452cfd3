"""The bar below the table: all that match, as many as are taken at once."""

from tests.unit.components.tree import find, text
from tests.unit.db.lab import add_experiments
from tests.unit.pages.visitor import shown

ALL, STORE, VIEW = "experiments-chosen-all", "experiments-chosen-store", "experiments-view"


def choose(visitor, **view):
    values = {f"{ALL}.n_clicks": 1, f"{VIEW}.data": view}
    return visitor.call(f"{STORE}.data", values, by=f"{ALL}.n_clicks")


def test_all_that_match_are_chosen(lab, vera):
    cell = lab.battery()
    ids = [lab.experiment(name, cell) for name in ("Ageing 1", "Ageing 2", "Other")]
    assert choose(vera)[f"{STORE}.data"] == ids[::-1]
    answer = choose(vera, q="ageing")
    assert sorted(answer[f"{STORE}.data"]) == ids[:2]
    assert "shell-toasts-store.data" not in answer


def test_more_than_are_taken_at_once_are_cut_and_this_is_said(store, vera):
    add_experiments(store, [{"name": f"Ageing {one}"} for one in range(103)])
    answer = choose(vera)
    assert len(set(answer[f"{STORE}.data"])) == 100
    assert answer["shell-toasts-store.data"]["text"].startswith("The first 100 of 103 are chosen")


def test_a_page_that_opens_chooses_nothing(lab, vera):
    lab.experiment("Ageing", lab.battery())
    values = {f"{ALL}.n_clicks": None, f"{VIEW}.data": {}}
    assert f"{STORE}.data" not in vera.call(f"{STORE}.data", values)


def test_the_bar_is_hidden_and_names_its_files(lab, vera):
    page = vera.open("/experiments")
    bar = shown(page, "experiments-chosen-bar")
    assert bar["hidden"] is True
    assert "Measures, zip of CSV" in text(find(page, id="experiments-chosen-bar"))
    columns = shown(page, "experiments-sets")["data"]["columns"]
    assert columns[0]["cellRenderer"] == "Choice"
