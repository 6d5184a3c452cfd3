"""The dialog that sets to which step of an import the time over an edge belongs."""

from db.measures.statistics import experiment_statistics
from tests.unit.components.tree import find, text
from tests.unit.db.lab import import_blocks

SAVE, OPENED = "experiment-edge-sure.n_clicks", "experiment-edge-dialog.is_open"
OPEN = "experiment-edge-open.n_clicks"


def test_an_operator_sets_it_and_a_viewer_is_not_offered_it(store, oscar, vera):
    experiment_id = import_blocks(store)
    address = f"/experiments/{experiment_id}"
    assert find(oscar.open(address), id="experiment-edge-open")
    assert not find(vera.open(address), id="experiment-edge-open")
    known = {"experiment-id.data": experiment_id}
    asked = oscar.call(OPENED, {**known, OPEN: 1}, by=OPEN)
    assert asked["experiment-edge-edge.value"] == "lead"
    assert "Split by the step time" in text(asked["experiment-edge-question.children"])
    chosen = {**known, SAVE: 1, "experiment-edge-edge.value": "hold"}
    done = oscar.call(OPENED, chosen, by=SAVE)
    assert done["experiment-edge-go.href"] == address
    assert experiment_statistics(store, experiment_id).edge == "hold"
    for value, words in (("split", "no step time"), ("x", "Choose to which step")):
        refused = oscar.call(OPENED, {**chosen, "experiment-edge-edge.value": value}, by=SAVE)
        assert words in text(refused["experiment-edge-error.children"])
    assert vera.call(OPENED, chosen, by=SAVE).status == 403


def test_the_page_says_what_its_import_inferred(store, oscar):
    inferred = [{"kind": "sign", "text": "Above zero charges: the voltage rises."}]
    experiment_id = import_blocks(store, mapping={"inferred": inferred})
    card = "experiment-statistics.children"
    drawn = oscar.call(card, {"experiment-id.data": experiment_id})[card]
    assert "Sign of the current, inferredAbove zero charges: the voltage rises." in text(drawn)
