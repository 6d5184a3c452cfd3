"""The dialog that chooses by which conventions the cycles of an experiment are counted."""

import pytest

from cycling.analysis.cycles.choices import Direction, Numbering, Reference
from cycling.battery.conventions import OwnChoices
from cycling.errors import InputError
from db.queries.experiments.cycles.choices import conventions
from pages.experiment.cycles.conventions import own_choices
from tests.unit.components.tree import find, text
from tests.unit.pages.experiment.cycles.cycled import cycled

OPENED, SAVE = "cycles-choose-dialog.is_open", "cycles-choose-sure.n_clicks"
OPEN = "cycles-choose-open.n_clicks"
FIELDS = {
    "cycles-choose-numbering.value": "by current",
    "cycles-choose-first.value": "discharge",
    "cycles-choose-formation.value": "2",
    "cycles-choose-reference.value": "mean of cycles",
    "cycles-choose-of.value": "3-5",
    "cycles-choose-mass.value": "0.012",
}


def test_an_operator_chooses_and_the_tab_shows_it_as_it_was(store, oscar, vera):
    experiment = cycled(store)
    page = oscar.open(f"/experiments/{experiment}", "?tab=cycles&x=days")
    (stored,) = find(page, id="cycles-view")
    known = {"experiment-id.data": experiment, "cycles-view.data": stored["props"]["data"]}
    asked = oscar.call(OPENED, {**known, OPEN: 1}, by=OPEN)
    assert asked["cycles-choose-numbering.value"] == "usual"
    assert "full cell, 0 formation cycles" in text(asked["cycles-choose-question.children"])
    done = oscar.call(OPENED, {**known, SAVE: 1, **FIELDS}, by=SAVE)
    assert done["cycles-choose-go.href"] == f"/experiments/{experiment}?tab=cycles&x=days"
    assert conventions(store, experiment).own == OwnChoices(
        numbering=Numbering.CURRENT,
        first=Direction.DISCHARGE,
        reference=Reference.MEAN,
        reference_cycles=(3, 5),
        formation_cycles=2,
        mass_g=0.012,
    )
    again = oscar.call(OPENED, {**known, OPEN: 2}, by=OPEN)
    assert {name: again[name] for name in FIELDS} == FIELDS
    figure = "cycles-graph.figure"
    view = {"cycles-view.data": known["cycles-view.data"]}
    drawn = oscar.call(figure, {**view, "shell-theme.data": "light"})
    words = text(drawn["cycles-notes.children"])
    assert "numbered by current, discharge first (chosen)" in words
    assert "mean of cycles 3 to 5" in words
    assert not find(vera.open(f"/experiments/{experiment}", "?tab=cycles"), id="cycles-choose-open")
    assert vera.call(OPENED, {**known, SAVE: 1, **FIELDS}, by=SAVE).status == 403


def test_what_cannot_be_is_refused_in_the_dialog(store, oscar):
    experiment = cycled(store)
    known = {"experiment-id.data": experiment, "cycles-view.data": {}}
    wrong = {**FIELDS, "cycles-choose-formation.value": "-1"}
    refused = oscar.call(OPENED, {**known, SAVE: 1, **wrong}, by=SAVE)
    assert "must be between 0 and" in text(refused["cycles-choose-error.children"])
    assert conventions(store, experiment).own == OwnChoices()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"numbering": "by hand"}, "Number of a cycle: choose one of the list."),
        ({"mass": "1,2"}, "Active mass: Write 1.2, with a point"),
        ({"formation": "2.5"}, "Formation cycles: write a whole number like 3."),
        ({"reference": "mean of cycles", "of": ""}, "Cycles of the mean: write the first"),
        ({"reference": "typed", "of": "much"}, "Capacity: This is no number."),
    ],
)
def test_a_refusal_names_the_field(typed, sentence):
    with pytest.raises(InputError, match=sentence):
        own_choices(typed)


def test_what_is_left_blank_is_not_chosen():
    blank = {"numbering": "usual", "first": "usual", "reference": "usual", "of": "3", "mass": " "}
    assert own_choices(blank) == OwnChoices()
    assert own_choices({"reference": "typed", "of": "4.8"}).reference_ah == 4.8
    assert own_choices({"reference": "mean of cycles", "of": "4"}).reference_cycles == (4, 4)
