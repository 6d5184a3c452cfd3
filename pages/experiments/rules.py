"""The laboratory's rules on cycles: for all experiments that have none of their own. For admins."""

from dash import ALL, Input, State, html
from dash.development.base_component import Component

from components.controls import action_button
from components.sent import PatternId, Sent
from db.commands.audit import By
from db.commands.experiments.cycles.rules import choose_laboratory_rules
from db.queries.experiments.cycles.rules import laboratory_rules
from pages.ask import AskIds, Done, Question, ask_dialog, ask_then_do
from pages.context import Viewer, database
from pages.experiment.cycles.rule_fields import read_rules, rule_fields

RULES = AskIds("experiments-rules")  # for admins
FIELD = PatternId("experiments-rules-field", "kind", "part")
WORDS = (
    "They hold for every experiment that has no rule of its own of that kind, from its next cycle "
    "on. A cycle that breaks one raises an alarm, once; until somebody has acknowledged it, the "
    "station begins no other experiment. None stops an experiment: that is chosen for each. A "
    "blank switches a rule off."
)


def rules_button(who: Viewer) -> list[Component]:
    """Return the button of the page's header; nothing for who may not."""
    if not who.administers:
        return []
    title = "Rules on cycles, for all experiments"
    return [action_button("bell", "Rules", id=RULES.open, title=title)]


def rules_dialog(who: Viewer) -> list[Component]:
    """Return the dialog, closed, where there is the button."""
    return ask_dialog(RULES) if who.administers else []


def ask_rules(_chosen: Sent) -> Question:
    """Say what the laboratory's rules do, with those that are set."""
    fields = rule_fields(FIELD, laboratory_rules(database()), can_stop=False)
    return Question(
        "Rules on the cycles of all experiments", [html.P(WORDS), *fields], go="Save rules"
    )


def save_rules(by: By, _chosen: Sent, fields: Sent, values: Sent) -> Done:
    """Set them."""
    typed = read_rules(fields, values)
    rules = {kind: one.rule for kind, one in typed.items() if one.rule is not None}
    choose_laboratory_rules(database(), rules, by=by)
    return Done("The rules on cycles are set.")


ask_then_do(
    RULES,
    ask_rules,
    save_rules,
    opens=[Input(RULES.open, "n_clicks")],
    answers={
        "fields": State(FIELD(ALL, ALL), "id"),
        "values": State(FIELD(ALL, ALL), "value"),
    },
)
