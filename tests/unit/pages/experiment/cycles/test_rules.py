"""The card of the rules on the cycles of an experiment, and the dialog that sets them."""

import pytest

from cycling.analysis.cycles.rules import Rule, RuleKind
from db.commands.experiments.cycles.rules import choose_laboratory_rules, choose_rules
from db.queries.experiments.cycles.rules import Origin, OwnRule, experiment_rules
from tests.cycling_run import CyclingRun
from tests.unit.components.tree import find, text
from tests.unit.db.lab import BY

OPENED, SAVE = "experiment-rules-dialog.is_open", "experiment-rules-sure.n_clicks"
OPEN, ERROR = "experiment-rules-open.n_clicks", "experiment-rules-error.children"
CE, CAPACITY = RuleKind.CE, RuleKind.CAPACITY


@pytest.fixture
def run(store) -> CyclingRun:
    made = CyclingRun(store)
    for share in (1.0, 0.9, 0.79, 0.78):
        made.cycle(share, share * 0.999)
    made.begin()
    return made


def address(run: CyclingRun) -> str:
    return f"/experiments/{run.number}?tab=cycles"


def opened(run: CyclingRun, person) -> dict:
    return person.open(f"/experiments/{run.number}", "?tab=cycles")


def asked(run: CyclingRun, person) -> dict:
    return person.call(OPENED, {"experiment-id.data": run.number, OPEN: 1}, by=OPEN)


def fields(**values: tuple[str, str, str]) -> dict:
    """The fields as somebody has filled them in: threshold, cycles, then; the others are blank."""
    typed = {kind.value: values.get(kind.name.lower(), ("", "1", "alarm")) for kind in RuleKind}
    return {
        "experiment-rules-field": [
            ({"type": "experiment-rules-field", "kind": kind, "part": part}, value)
            for kind, parts in typed.items()
            for part, value in zip(("threshold", "cycles", "then"), parts, strict=True)
        ]
    }


def save(run: CyclingRun, person, **values):
    known = {"experiment-id.data": run.number, SAVE: 1}
    return person.call(OPENED, known, by=SAVE, patterns=fields(**values))


def in_force(run: CyclingRun) -> list[tuple[Rule, Origin, bool]]:
    found = experiment_rules(run.lab.database, run.number).in_force
    return [(one.rule, one.origin, one.stops) for one in found]


def test_the_card_says_which_cycles_break_the_rules_and_whose_they_are(run, oscar, vera):
    choose_laboratory_rules(run.lab.database, {CE: Rule(CE, 99.0)}, by=BY)
    rule = OwnRule(Rule(CAPACITY, 80.0), stops=True)
    choose_rules(run.lab.database, run.number, {CAPACITY: rule}, by=BY)
    words = text(opened(run, oscar))
    assert "CE below 99 %For all experiments, by oscar.None of 4 cycles." in words
    assert (
        "Capacity below 80 %For this experiment, by oscar. Then it is stopped."
        "Cycle 3: Capacity 79.0 % of 0.999 Ah (the first complete cycle after formation, 1.5 A) "
        "is below 80 %"
    ) in words
    assert find(opened(run, oscar), id="experiment-rules-open")
    seen = opened(run, vera)
    assert "Capacity below 80 %" in text(seen)
    assert not find(seen, id="experiment-rules-open")


def test_without_rules_only_who_may_set_some_sees_the_card(run, oscar, vera):
    assert "No rule is set" in text(opened(run, oscar))
    assert "No rule is set" not in text(opened(run, vera))


def test_the_dialog_begins_with_what_holds_and_sets_what_differs(run, oscar):
    choose_laboratory_rules(run.lab.database, {CE: Rule(CE, 99.0, 3)}, by=BY)
    question = asked(run, oscar)["experiment-rules-question.children"]
    assert "For all experiments: CE below 99 % for 3 cycles." in text(question)
    done = save(run, oscar, ce=("99", "3", "alarm"), capacity=("80", "2", "stop"))
    assert done["experiment-rules-go.href"] == address(run)
    assert in_force(run) == [
        (Rule(CE, 99.0, 3), Origin.LABORATORY, False),
        (Rule(CAPACITY, 80.0, 2), Origin.EXPERIMENT, True),
    ]
    save(run, oscar)  # all blank: also what the laboratory has is off
    assert in_force(run) == []


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"ce": ("99,5", "3", "alarm")}, "CE: Write 99.5, with a point instead of the comma."),
        ({"ce": ("much", "3", "alarm")}, "CE: This is no number."),
        ({"capacity": ("0", "1", "alarm")}, "Capacity: write a number above 0"),
        ({"capacity": ("80", "1.5", "alarm")}, "Capacity: write for how many cycles"),
        ({"capacity": ("80", "0", "alarm")}, "Capacity: write for how many cycles, 1 to 100."),
    ],
)
def test_what_is_no_rule_is_said_with_its_name_and_nothing_is_set(run, oscar, values, words):
    assert words in text(save(run, oscar, **values)[ERROR])
    assert in_force(run) == []


def test_a_stop_is_not_offered_for_what_has_ended_and_a_viewer_sets_nothing(run, oscar, vera):
    assert save(run, vera, ce=("99", "1", "alarm")).status == 403
    assert "no safety limit" in text(asked(run, oscar)["experiment-rules-question.children"])
    run.end()
    words = text(asked(run, oscar)["experiment-rules-question.children"])
    assert "It has ended: no alarm is raised any more." in words
    assert "Alarm, and stop" not in words
    refused = save(run, oscar, ce=("99", "1", "stop"))
    assert "nothing is left to stop" in text(refused[ERROR])


def test_the_dialog_says_what_the_profile_ends_with(store, oscar):
    run = CyclingRun(store, end_below_pct=80.0)
    run.cycle(1.0, 0.99)
    question = asked(run, oscar)["experiment-rules-question.children"]
    assert "Its profile says END TEST IF RETENTION < 80%." in text(question)
    assert "END TEST of its profile. Then it is stopped." in text(opened(run, oscar))
