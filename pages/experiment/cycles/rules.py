"""Rules on the cycles of an experiment: which hold, what breaks them, how they are set."""

from collections.abc import Sequence

from dash import ALL, Input, State, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import Head, card, table
from components.controls import action_button
from components.sent import PatternId, Sent
from cycling.analysis.cycles.rules import Judgement, RuleKind
from cycling.terms import ENDED
from db.commands.audit import By
from db.commands.experiments.cycles.rules import choose_rules
from db.measures.cycle_rules import CycleJudgements, cycle_judgements
from db.measures.cycles import ExperimentCycles
from db.queries.experiments.cycles.rules import (
    Origin,
    OwnRules,
    RuleInForce,
    experiment_rules,
    laboratory_rules,
)
from db.queries.experiments.detail import experiment_facts
from db.queries.experiments.planned import find_planned
from pages.ask import AskIds, Done, Question, ask_dialog, ask_then_do
from pages.context import Viewer, database
from pages.experiment.cycles.ids import Ids as CycleIds
from pages.experiment.cycles.rule_fields import read_rules, rule_fields
from pages.experiment.ids import Ids
from pages.experiment.tabs import Tab, tab_address
from pages.experiment.view import ExperimentView
from pages.sent import sent_id

RULES = AskIds("experiment-rules")  # for operators
FIELD = PatternId("experiment-rules-field", "kind", "part")
MAX_LINES = 5
HEADS = (Head("Rule", "rule"), Head("Broken by", "why"))
HOW = (
    "A cycle is judged when the next one has begun. One that breaks a rule raises an alarm, once; "
    "until somebody has acknowledged it, the station begins no other experiment. Incomplete "
    "cycles, formation and missing time are passed over. A blank switches a rule off."
)
STOP = (
    "A stop is asked for as on the live view, some seconds into the next cycle, and what waits in "
    "the queue is held. It takes the worker, the master node and the broker: no safety limit."
)
PAST = (
    "It has ended: no alarm is raised any more. Its page says which of its cycles break the rules."
)


def rules_part(view: ExperimentView, cycles: ExperimentCycles, who: Viewer) -> list[Component]:
    """Return the card of the rules and its dialog; who may not set any sees it where some are."""
    by_rule = cycle_judgements(view.experiment, cycles)
    return _part(by_rule.rules, html.Div(rules_content(by_rule), id=CycleIds.RULES), who)


def first_rules(experiment_id: int, who: Viewer) -> list[Component]:
    """Return the same of an experiment without cycles, which may not have begun."""
    rules = experiment_rules(database(), experiment_id).in_force
    return _part(rules, _content(rules, [None] * len(rules)), who)


def _part(rules: Sequence[RuleInForce], content: Component, who: Viewer) -> list[Component]:
    if not rules and not who.operates:
        return []
    setting = action_button("sliders", "Set rules", "btn-link", id=RULES.open)
    dialog = ask_dialog(RULES, refresh=True) if who.operates else []
    return [card("Rules on cycles", content, end=setting if who.operates else None), *dialog]


def rules_content(by_rule: CycleJudgements) -> Component:
    """Return the rules that hold and what breaks them."""
    return _content(by_rule.rules, by_rule.judgements)


def _content(rules: Sequence[RuleInForce], judgements: Sequence[Judgement | None]) -> Component:
    if not rules:
        return html.Div("No rule is set, for this experiment or for all.", className="body t3")
    pairs = zip(rules, judgements, strict=True)
    return table(HEADS, [_row(rule, judgement) for rule, judgement in pairs], "in-card bem-rules")


def _row(rule: RuleInForce, judgement: Judgement | None) -> html.Tr:
    about = f"{_whose(rule)}. Then it is stopped." if rule.stops else f"{_whose(rule)}."
    words = [html.Div(rule.rule.words), html.Div(about, className="t3 small")]
    cells = [html.Td(words, className="rule"), html.Td(_broken(judgement), className="why")]
    return html.Tr(cells)


def _whose(rule: RuleInForce) -> str:
    return {
        Origin.LABORATORY: f"For all experiments, by {rule.user_name}",
        Origin.EXPERIMENT: f"For this experiment, by {rule.user_name}",
        Origin.PROFILE: "END TEST of its profile",
    }[rule.origin]


def _broken(judgement: Judgement | None) -> Sequence[Component] | str:
    if judgement is None:
        return "No cycle to judge yet."
    rows = judgement.rows.tolist()
    if not rows:
        looked_at = int((judgement.values == judgement.values).sum())
        if not looked_at:
            return "No cycle to judge yet."
        return f"None of {formatting.counted(looked_at, 'cycle')}."
    number = judgement.table.number
    lines = [
        html.Div([html.B(f"Cycle {number[row]}: "), judgement.words(row)])
        for row in rows[:MAX_LINES]
    ]
    more = len(rows) - MAX_LINES
    if more > 0:
        lines.append(
            html.Div(f"And {formatting.number(more)} more, the last cycle {number[rows[-1]]}.")
        )
    return lines


def ask_rules(_chosen: Sent, experiment_id: Sent) -> Question:
    """Say what rules do, with those that hold."""
    number = sent_id(experiment_id)
    can_stop = _can_stop(number)
    rules = experiment_rules(database(), number)
    also = [f"For all experiments: {_listed(rules.laboratory)}."]
    also += [
        f"Its profile says END TEST IF RETENTION < {one.rule.threshold:g}%."
        for one in rules.in_force
        if one.origin is Origin.PROFILE
    ]
    words = [html.P(HOW), html.P(STOP if can_stop else PAST)]
    words.append(html.P(" ".join(also), className="t3"))
    fields = rule_fields(FIELD, {**rules.laboratory, **rules.own}, can_stop=can_stop)
    return Question("Rules on the cycles of this experiment", [*words, *fields], go="Save rules")


def _can_stop(number: int) -> bool:
    planned = find_planned(database(), number)
    if planned is not None and not planned.has_row:
        return True
    return experiment_facts(database(), number).status not in ENDED


def _listed(rules: OwnRules) -> str:
    listed = [one.rule.words for one in rules.values() if one.rule]
    return "; ".join(listed) if listed else "none"


def save_rules(by: By, _chosen: Sent, experiment_id: Sent, fields: Sent, values: Sent) -> Done:
    """Set them; what is as the laboratory has it stays the laboratory's."""
    number, typed = sent_id(experiment_id), read_rules(fields, values)
    laboratory = laboratory_rules(database())
    own = {
        kind: one
        for kind, one in typed.items()
        if one.stops or one.rule != _rule_of(laboratory, kind)
    }
    choose_rules(database(), number, own, by=by)
    return Done(href=tab_address(number, Tab.CYCLES))


def saved_before(_token: Sent, _chosen: Sent, experiment_id: Sent, **_fields: Sent) -> Done:
    """Show what the first of two clicks has done."""
    return Done("It is done.", tab_address(sent_id(experiment_id), Tab.CYCLES))


def _rule_of(rules: OwnRules, kind: RuleKind) -> object:
    return rules[kind].rule if kind in rules else None


ask_then_do(
    RULES,
    ask_rules,
    save_rules,
    opens=[Input(RULES.open, "n_clicks")],
    state={"experiment_id": State(Ids.EXPERIMENT, "data")},
    answers={
        "fields": State(FIELD(ALL, ALL), "id"),
        "values": State(FIELD(ALL, ALL), "value"),
    },
    again=saved_before,
)
