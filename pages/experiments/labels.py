"""Tags and owners of ticked experiments; the tags of the laboratory. For operators."""

import dash_bootstrap_components as dbc
from dash import ALL, Input, Output, State, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import labelled
from components.controls import action_button, small_button
from components.sent import PatternId, Sent
from cycling.errors import InputError
from db.commands.audit import By
from db.commands.tags import MAX_NAME, TagChange, change_owner, change_tags, rename_tag
from db.queries.experiments.tags import list_tags
from db.queries.users import list_users
from db.terms import TAG_COLOURS
from pages.ask import AskIds, Done, Question, ask_dialog, ask_then_do
from pages.context import Viewer, database, run_script
from pages.experiments.chosen import MAX_CHOSEN
from pages.experiments.listing import Ids
from pages.experiments.selection import CHOSEN
from pages.sent import exactly, read_id, sent_as, typed_text

TAG = AskIds("experiments-tag")  # gives ticked experiments tags
OWNER = AskIds("experiments-owner")  # gives them another owner
TAGS = AskIds("experiments-tags")  # renames and merges tags
WHO = PatternId("experiments-owner-field", "part")
FIELD = PatternId("experiments-tags-field", "part")
KEPT = "kept"
MAX_NAMED = 30
MAX_TYPED = 400


def label_buttons(who: Viewer) -> list[Component]:
    """Return the buttons of the bar with what is ticked; nothing for who may not."""
    if not who.operates:
        return []
    return [small_button("Tags", id=TAG.open), small_button("Owner", id=OWNER.open)]


def tags_button(who: Viewer) -> list[Component]:
    """Return the button of the page's header; nothing for who may not."""
    if not who.operates:
        return []
    return [action_button("tags", "Tags", id=TAGS.open, title="Rename and merge tags")]


def label_dialogs(who: Viewer) -> list[Component]:
    """Return the dialogs, closed, where there are the buttons."""
    if not who.operates:
        return []
    typed = {"maxlength": MAX_TYPED, "autocomplete": "off"}
    add = dbc.Input(id=TAG.add, placeholder="Campaign 7, fast charge", **typed)
    remove = dbc.Input(id=TAG.remove, **typed)
    fields = [
        html.Div(labelled("Give, separated by commas", add, optional=True), id=TAG.add_box),
        html.Div(labelled("Take away", remove, optional=True), id=TAG.remove_box),
    ]
    return [*ask_dialog(TAG, *fields), *ask_dialog(OWNER), *ask_dialog(TAGS)]


def ask_tags(_chosen: Sent, ids: Sent) -> Question:
    """Ask which tags to give and to take away."""
    count = len(read_ids(ids))
    names = [one.name for one in list_tags(database())]
    known = ", ".join(names[:MAX_NAMED]) + (" …" if len(names) > MAX_NAMED else "")
    words = f"There are: {known}." if names else "There are no tags yet: a name makes one."
    title = f"Tags of {formatting.counted(count, 'experiment')}"
    return Question(title, html.P(words), go="Save tags", values={"add": "", "remove": ""})


def give_tags(by: By, _chosen: Sent, ids: Sent, add: Sent, remove: Sent) -> Done:
    """Give and take them."""
    change = TagChange(_names(add), _names(remove))
    if not change.add and not change.remove:
        raise InputError("Write a tag to give or to take away.")
    changed = change_tags(database(), read_ids(ids), change, by=by)
    return Done(f"The tags of {formatting.counted(changed, 'experiment')} were changed.")


def ask_owner(_chosen: Sent, ids: Sent) -> Question:
    """Ask whose they are to be."""
    count = formatting.counted(len(read_ids(ids)), "experiment")
    names = [one.name for one in list_users(database()) if not one.disabled]
    options = [{"label": one, "value": one} for one in names]
    field = dbc.Select(id=WHO("name"), options=options, value=names[0] if names else None)
    words = "The owner is who queued or imported an experiment, until somebody changes it."
    return Question(
        f"Owner of {count}", [html.P(words), labelled("Owner", field)], go="Change owner"
    )


def give_owner(by: By, _chosen: Sent, ids: Sent, values: Sent) -> Done:
    """Make them somebody's."""
    owner = typed_text(exactly(values, 1)[0])
    changed = change_owner(database(), read_ids(ids), owner, by=by)
    return Done(f"{formatting.counted(changed, 'experiment')} changed to {owner}.")


def ask_rename(_chosen: Sent) -> Question:
    """Ask which tag is to have which name and colour."""
    tags = list_tags(database())
    if not tags:
        words = "There are no tags yet. Tick experiments, then choose Tags in the bar below them."
        return Question("Tags", html.P(words), keep="Close")
    options = [{"label": f"{one.name} ({one.count:,})", "value": str(one.id)} for one in tags]
    colours = [{"label": one or "As it is", "value": one or KEPT} for one in ("", *TAG_COLOURS)]
    name = dbc.Input(id=FIELD("name"), maxlength=MAX_NAME, autocomplete="off")
    fields = [
        html.P("With the name of another tag both become that one."),
        labelled("Tag", dbc.Select(id=FIELD("tag"), options=options, value=str(tags[0].id))),
        labelled("New name, blank for the same", name),
        labelled("Colour", dbc.Select(id=FIELD("colour"), options=colours, value=KEPT)),
    ]
    return Question("Rename or merge a tag", html.Div(fields, className="bem-stack"), go="Save tag")


def rename(by: By, _chosen: Sent, values: Sent) -> Done:
    """Rename it, or merge it."""
    tag, name, colour = exactly(values, 3)
    id_ = read_id(tag)
    chosen = "" if colour == KEPT else typed_text(colour)
    is_merged = rename_tag(database(), id_, typed_text(name), chosen, by=by) != id_
    return Done("The tags are one now." if is_merged else "The tag is changed.")


def read_ids(ids: Sent) -> list[int]:
    """Return the ticked experiments. Raises InputError where there are none."""
    found = sent_as(ids or [], list[int])
    if not found:
        raise InputError("Tick experiments first.")
    return list(dict.fromkeys(found))[:MAX_CHOSEN]


def _names(typed: Sent) -> list[str]:
    return [one for one in map(str.strip, typed_text(typed).split(",")) if one]


IDS = {"ids": State(CHOSEN.store, "data")}

ask_then_do(
    TAG,
    ask_tags,
    give_tags,
    opens=[Input(TAG.open, "n_clicks")],
    state=IDS,
    fields={"add": (TAG.add, TAG.add_box), "remove": (TAG.remove, TAG.remove_box)},
)
ask_then_do(
    OWNER,
    ask_owner,
    give_owner,
    opens=[Input(OWNER.open, "n_clicks")],
    state=IDS,
    answers={"values": State(WHO(ALL), "value")},
)
ask_then_do(
    TAGS,
    ask_rename,
    rename,
    opens=[Input(TAGS.open, "n_clicks")],
    answers={"values": State(FIELD(ALL), "value")},
)
run_script(
    "experiments.relabelled",
    Output(Ids.LABELLED, "data"),
    *(Input(one.done, "data") for one in (TAG, OWNER, TAGS)),
    at_start=False,
)
