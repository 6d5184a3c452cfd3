"""The dialog that sets the rules on cycles of all experiments: for admins."""

import pytest

from cycling.analysis.cycles.rules import Rule, RuleKind
from db.queries.experiments.cycles.rules import laboratory_rules
from tests.unit.components.tree import find, text

OPENED, SAVE = "experiments-rules-dialog.is_open", "experiments-rules-sure.n_clicks"
OPEN, FIELD = "experiments-rules-open.n_clicks", "experiments-rules-field"


@pytest.fixture
def ada(visitor):
    return visitor("ada")


def save(person, *typed: tuple[str, str, str]):
    rows = [({"type": FIELD, "kind": kind, "part": part}, value) for kind, part, value in typed]
    return person.call(OPENED, {SAVE: 1}, by=SAVE, patterns={FIELD: rows})


def test_an_admin_sets_them_and_nobody_else(store, ada, oscar):
    assert find(ada.open("/experiments"), id="experiments-rules-open")
    assert not find(oscar.open("/experiments"), id="experiments-rules-open")
    question = ada.call(OPENED, {OPEN: 1}, by=OPEN)["experiments-rules-question.children"]
    assert "None stops an experiment" in text(question)
    assert "Alarm, and stop" not in text(question)
    typed = (("ce", "threshold", "99.5"), ("ce", "cycles", "3"), ("capacity", "threshold", ""))
    assert save(oscar, *typed).status == 403
    save(ada, *typed)
    rules = {kind: one.rule for kind, one in laboratory_rules(store).items() if one.rule}
    assert rules == {RuleKind.CE: Rule(RuleKind.CE, 99.5, 3)}
    save(ada, ("ce", "threshold", ""))
    assert [one.rule for one in laboratory_rules(store).values() if one.rule] == []


def test_what_is_no_rule_is_said(store, ada):
    refused = save(ada, ("r10s", "threshold", "many"), ("r10s", "cycles", "1"))
    assert "R after 10 s: This is no number." in text(refused["experiments-rules-error.children"])
    assert laboratory_rules(store) == {}
