"""Choosing by which conventions the cycles of an experiment are counted: button and dialog."""

import dash_bootstrap_components as dbc
from dash import Input, State, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import labelled
from components.controls import action_button
from components.sent import Sent
from cycling.analysis.cycles.choices import Direction, Numbering, Reference
from cycling.battery.conventions import OwnChoices
from cycling.errors import InputError
from db.commands.audit import By
from db.commands.experiments.cycles.choices import choose_cycles
from db.queries.experiments.cycles.choices import conventions
from pages.ask import Done, Question, ask_dialog, ask_then_do
from pages.context import Viewer, database
from pages.experiment.cycles.address import from_store
from pages.experiment.cycles.ids import CONVENTIONS, Ids
from pages.experiment.ids import Ids as Page
from pages.sent import sent_id, typed_number, typed_text

BY_ITSELF = "usual"
NUMBERINGS = {
    BY_ITSELF: "The file's or the profile's if they can be, else by current",
    Numbering.FILE: "The file's or the profile's",
    Numbering.CURRENT: "By current",
    Numbering.NONE: "None: all is one cycle",
}
FIRSTS = {
    BY_ITSELF: "As usual for this kind of battery",
    Direction.CHARGE: "Charge",
    Direction.DISCHARGE: "Discharge",
}
REFERENCES = {
    BY_ITSELF: "First complete cycle after formation",
    Reference.FIRST: "First complete cycle",
    Reference.GREATEST: "The greatest",
    Reference.MEAN: "Mean of cycles",
    Reference.NOMINAL: "Nominal capacity",
    Reference.TYPED: "A capacity that is typed",
}


def conventions_button(who: Viewer) -> list[Component]:
    """Return the button, for operators."""
    return [action_button("sliders", "Conventions", "btn-link", id=CONVENTIONS.open)] * who.operates


def conventions_dialog(who: Viewer) -> list[Component]:
    """Return the dialog, closed; for operators."""
    if not who.operates:
        return []
    ids = CONVENTIONS
    fields = [
        _choice("Number of a cycle", ids.numbering, NUMBERINGS, ids.numbering_box),
        _choice("A cycle begins with the", ids.first, FIRSTS, ids.first_box),
        _typed("Formation cycles", ids.formation, ids.formation_box, "the battery's"),
        _choice("100 % of retention", ids.reference, REFERENCES, ids.reference_box),
        _typed("Cycles of the mean, or capacity / Ah", ids.of, ids.of_box, "4-6, or 4.8"),
        _typed("Active mass", ids.mass, ids.mass_box, "the battery's", "g"),
    ]
    return ask_dialog(CONVENTIONS, *fields, refresh=True)


def _choice(label: str, control_id: str, words: dict[str, str], box: str) -> Component:
    options = [{"label": label, "value": str(value)} for value, label in words.items()]
    return html.Div(labelled(label, dbc.Select(id=control_id, options=options)), id=box)


def _typed(label: str, control_id: str, box: str, blank: str, unit: str = "") -> Component:
    field = dbc.Input(id=control_id, placeholder=blank, autocomplete="off")
    return html.Div(labelled(label, field, optional=True, unit=unit), id=box)


def ask_conventions(_chosen: Sent, experiment_id: Sent, **_view: Sent) -> Question:
    """Ask for the conventions, with those that are set."""
    number = sent_id(experiment_id)
    own = conventions(database(), number).own
    about = html.P(
        f"What is left blank is the battery's: {_of_battery(number)}. No measure is changed; the "
        "audit trail keeps the choice."
    )
    of = "-".join(map(str, own.reference_cycles)) if own.reference_cycles else own.reference_ah
    values = {
        "numbering": own.numbering or BY_ITSELF,
        "first": own.first or BY_ITSELF,
        "reference": own.reference or BY_ITSELF,
        "formation": "" if own.formation_cycles is None else str(own.formation_cycles),
        "of": "" if of is None else f"{of}",
        "mass": "" if own.mass_g is None else f"{own.mass_g:g}",
    }
    return Question("Conventions of the cycles", about, go="Save", values=values)


def _of_battery(experiment_id: int) -> str:
    choices = conventions(database(), experiment_id, OwnChoices()).choices
    words = [str(choices.kind), formatting.counted(choices.formation_cycles, "formation cycle")]
    if choices.mass_g:
        words.append(f"active mass {formatting.small_quantity(choices.mass_g, 'g')}")
    return ", ".join(words)


def save_conventions(by: By, _chosen: Sent, experiment_id: Sent, view: Sent, **typed: Sent) -> Done:
    """Set them; then the tab shows the new numbers as it was."""
    number = sent_id(experiment_id)
    choose_cycles(database(), number, own_choices(typed), by=by)
    return _shown_again(number, view)


def own_choices(typed: dict[str, Sent]) -> OwnChoices:
    """Return the choices of a form. Raises InputError naming the field."""
    reference = _one_of(Reference, typed.get("reference"), "100 % of retention")
    of = typed_text(typed.get("of"))
    return OwnChoices(
        numbering=_one_of(Numbering, typed.get("numbering"), "Number of a cycle"),
        first=_one_of(Direction, typed.get("first"), "A cycle begins with"),
        reference=reference,
        reference_cycles=_cycles(of) if reference is Reference.MEAN else None,
        reference_ah=_number(of, "4.8", "Capacity") if reference is Reference.TYPED else None,
        formation_cycles=_whole(typed_text(typed.get("formation")), "Formation cycles"),
        mass_g=_number(typed_text(typed.get("mass")), "0.012", "Active mass"),
    )


def _one_of(kind: Sent, given: Sent, label: str) -> Sent:
    text = typed_text(given)
    if text in ("", BY_ITSELF):
        return None
    if text not in list(kind):
        raise InputError(f"{label}: choose one of the list.")
    return kind(text)


def _number(text: str, example: str, label: str) -> float | None:
    if not text:
        return None
    try:
        return typed_number(text, example)
    except InputError as error:
        raise InputError(f"{label}: {error}") from error


def _whole(text: str, label: str) -> int | None:
    number = _number(text, "3", label)
    if number is not None and number != int(number):
        raise InputError(f"{label}: write a whole number like 3.")
    return None if number is None else int(number)


def _cycles(text: str) -> tuple[int, int]:
    first, _dash, last = text.replace("\N{EN DASH}", "-").partition("-")
    ends = [_whole(one.strip(), "Cycles of the mean") for one in (first, last or first)]
    if ends[0] is None or ends[1] is None:
        raise InputError("Cycles of the mean: write the first and the last one like 4-6.")
    return ends[0], ends[1]


def _shown_again(number: int, view: Sent) -> Done:
    return Done(href=from_store(view).address(number))


def show_again(
    _token: Sent, _chosen: Sent, experiment_id: Sent, view: Sent, **_typed: Sent
) -> Done:
    """Show what the first of two clicks has done."""
    return _shown_again(sent_id(experiment_id), view)


ask_then_do(
    CONVENTIONS,
    ask_conventions,
    save_conventions,
    opens=[Input(CONVENTIONS.open, "n_clicks")],
    state={"experiment_id": State(Page.EXPERIMENT, "data"), "view": State(Ids.VIEW, "data")},
    fields={
        "numbering": (CONVENTIONS.numbering, CONVENTIONS.numbering_box),
        "first": (CONVENTIONS.first, CONVENTIONS.first_box),
        "formation": (CONVENTIONS.formation, CONVENTIONS.formation_box),
        "reference": (CONVENTIONS.reference, CONVENTIONS.reference_box),
        "of": (CONVENTIONS.of, CONVENTIONS.of_box),
        "mass": (CONVENTIONS.mass, CONVENTIONS.mass_box),
    },
    again=show_again,
)
