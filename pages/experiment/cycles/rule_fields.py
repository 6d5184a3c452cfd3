"""The fields of rules on cycles, for an experiment or the laboratory, and what stands there."""

from collections.abc import Mapping

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from components.blocks import id_in_the_page
from components.sent import PatternId, Sent
from cycling.analysis.cycles.rules import Rule, RuleKind, problem_of
from cycling.errors import InputError
from db.queries.experiments.cycles.rules import OwnRule, OwnRules
from pages.sent import typed_number, typed_text

THRESHOLD, CYCLES, THEN = "threshold", "cycles", "then"
ALARM, STOP = "alarm", "stop"
EXAMPLES = {
    RuleKind.CE: "99.5",
    RuleKind.CAPACITY: "80",
    RuleKind.RESISTANCE: "150",
    RuleKind.TEMPERATURE_RISE: "10",
}
USUAL_CYCLES = {RuleKind.CE: 3, RuleKind.CAPACITY: 3}  # in a row; one odd cycle is no trend
ABOUT = {
    RuleKind.CE: "of the cycle, by the convention of its kind of battery",
    RuleKind.CAPACITY: "of the discharge, % of the reference of its rate class",
    RuleKind.RESISTANCE: "of the pulses in the cycle, % of the first cycle with pulses",
    RuleKind.TEMPERATURE_RISE: "in the discharge of the cycle",
}


def rule_fields(field: PatternId, chosen: OwnRules, *, can_stop: bool) -> list[Component]:
    """Return a row of fields for each kind of rule, filled with what holds."""
    return [_row(field, kind, chosen.get(kind, OwnRule(None)), can_stop) for kind in RuleKind]


def _row(field: PatternId, kind: RuleKind, one: OwnRule, can_stop: bool) -> html.Fieldset:
    side = "below" if kind.is_below else "above"
    cycles = one.rule.cycles if one.rule else USUAL_CYCLES.get(kind, 1)
    limit = dbc.Input(
        id=field(kind.value, THRESHOLD),
        value=f"{one.rule.threshold:g}" if one.rule else "",
        inputmode="decimal",
        autocomplete="off",
        placeholder="off",
    )
    count = dbc.Input(
        id=field(kind.value, CYCLES), value=str(cycles), inputmode="numeric", autocomplete="off"
    )
    then = dbc.Select(
        id=field(kind.value, THEN),
        options=[
            {"label": "Alarm", "value": ALARM},
            {"label": "Alarm, and stop at the end of the cycle", "value": STOP},
        ],
        value=STOP if one.stops else ALARM,
    )
    return html.Fieldset(
        [
            html.Legend([kind.label, html.Span(f" {ABOUT[kind]}", className="t3")]),
            html.Div(
                [
                    _field(
                        kind, side, html.Div([limit, html.Span(kind.unit)], className="bem-unit")
                    ),
                    _field(kind, "for", count, "cycles in a row"),
                    *([_field(kind, "then", then)] if can_stop else []),
                ],
                className="bem-rule-fields",
            ),
        ],
        className="bem-rule",
    )


def _field(kind: RuleKind, word: str, control: Component, after: str = "") -> html.Div:
    field = control.children[0] if isinstance(control, html.Div) else control
    spoken = html.Span(f"{kind.label} ", className="visually-hidden")
    parts = [html.Label([spoken, word], htmlFor=id_in_the_page(field.id)), control]
    parts += [html.Span(after)] if after else []
    return html.Div(parts, className=f"bem-rule-{word}")


def read_rules(ids: Sent, values: Sent) -> dict[RuleKind, OwnRule]:
    """Return what stands in the fields; a blank threshold is a rule that is off.

    Raises InputError with a sentence that names the field.
    """
    typed: dict[tuple[str, str], Sent] = {}
    for one, value in zip(ids, values, strict=True):
        typed[one.get("kind"), one.get("part")] = value
    return {kind: _read(kind, typed) for kind in RuleKind}


def _read(kind: RuleKind, typed: Mapping[tuple[str, str], Sent]) -> OwnRule:
    threshold = typed_text(typed.get((kind.value, THRESHOLD)))
    if not threshold:
        return OwnRule(None)
    limit = _number(kind, threshold, EXAMPLES[kind])
    cycles = _number(kind, typed_text(typed.get((kind.value, CYCLES))) or "1", "3")
    if cycles != int(cycles):
        raise InputError(f"{kind.label}: write for how many cycles, as a whole number.")
    rule = Rule(kind, limit, int(cycles))
    if problem := problem_of(rule):
        raise InputError(problem)
    return OwnRule(rule, stops=typed.get((kind.value, THEN)) == STOP)


def _number(kind: RuleKind, text: str, example: str) -> float:
    try:
        return typed_number(text, example)
    except InputError as error:
        raise InputError(f"{kind.label}: {error}") from error
