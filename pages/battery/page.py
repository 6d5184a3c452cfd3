"""Battery: all about one, with its experiments; change it, delete it while nothing refers to it."""

from collections.abc import Mapping

from dash import Input, Output, State, callback
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components.sent import Sent
from components.shell import Ids as Shell
from components.shell import show_toast
from cycling.errors import InputError, NotFoundError
from db.commands.audit import By
from db.commands.batteries.changes import LIMITS, change_battery, delete_battery, mark_of
from db.queries.batteries.detail import BatteryFacts, battery_details, manufacturers
from db.queries.batteries.experiments import begun_experiments
from db.queries.experiments.filters import Filter
from db.queries.experiments.table import SortKey, list_experiments
from db.queries.lists import Sort
from db.terms import Role
from pages.ask import Done, Question, ask_then_do, done_before
from pages.battery.details import (
    DELETE,
    FORM,
    Ids,
    confirmed_card,
    details_page,
    edit_page,
    life_page,
)
from pages.battery.experiments import PAGE_ROWS, Listed, experiments_card
from pages.battery.fields import field_names, typed_as
from pages.battery.form import Filling
from pages.battery.life import layout as life_layout
from pages.battery.life.address import NAMES, TAB, problems_of, view_of
from pages.battery.live_checks import by_field, follow, read_typed, refusal, saved
from pages.battery.live_checks import problems_of as field_problems
from pages.context import actor, database, now, register_page, viewer
from pages.not_found_404 import not_found
from pages.sent import (
    read_id,
    sent_id,
    unknown_choices,
    unknown_note,
    unknown_pages,
    unread,
)

register_page(
    __name__,
    "/batteries/<battery_id>",
    "Battery {battery_id}",
    Role.VIEWER,
    called="battery",
    reads=NAMES,
)


follow(FORM)


def layout(
    battery_id: str = "", edit: str = "", page: str = "1", tab: str = "", **query: Sent
) -> Component:
    """Return the page of a battery, or the form to change it, or say that there is none."""
    try:
        details = battery_details(database(), read_id(battery_id))
    except NotFoundError as error:
        return not_found(str(error), "/batteries", "All batteries")
    who = viewer()
    if edit and who.operates:
        return edit_page(details, _filling(details), mark_of(details.battery))
    if tab == TAB and not edit:
        return _life(details, query)
    number = read_id(page)
    experiments = _experiments(details.id, max(1, number))
    notes = [] if number == experiments.number else unknown_pages({"page": page}, ["page"])
    if edit:
        notes.append("Operators and admins change batteries: this is the page of the battery.")
    notes += unknown_choices("Tab", tab, ["overview", TAB]) + unread(query)
    return details_page(details, experiments, unknown_note(notes), who, now())


def _life(details: BatteryFacts, query: Mapping[str, Sent]) -> Component:
    who = viewer()
    experiments = begun_experiments(database(), details.id).ids
    content = life_layout.content(details, view_of(query), experiments, narrow=who.narrow)
    return life_page(details, content, unknown_note(problems_of(query)), who)


@callback(
    output=Output(Ids.RESULT, "data"),
    inputs={"clicks": Input(Ids.SAVE, "n_clicks")},
    state={
        "values": [State(control, "value") for control in FORM.controls],
        "seen": State(Ids.SEEN, "data"),
        "battery_id": State(Ids.BATTERY, "data"),
    },
    prevent_initial_call=True,
    running=[(Output(Ids.SAVE, "disabled"), True, False)],
)
def save(clicks: Sent, values: Sent, seen: Sent, battery_id: Sent) -> Sent:
    """Store what was changed, or say under each field what is wrong."""
    number = sent_id(battery_id)
    if not clicks:
        raise PreventUpdate
    reading, _who = read_typed(by_field(values)), viewer()
    if reading.battery is None:
        return refusal(field_problems(reading, number))
    try:
        is_changed = change_battery(database(), number, reading.battery, seen=str(seen), by=actor())
    except InputError as error:
        show_toast("error", str(error))
        return refusal(field_problems(reading, number))
    show_toast("done", "The changes are saved." if is_changed else "Nothing was different.")
    return saved(f"/batteries/{number}")


@callback(
    output=(Output(Ids.EXPERIMENTS, "children"), Output(Ids.CONFIRMED, "children")),
    inputs={"_pulse": Input(Shell.PULSE, "data")},
    state={"battery_id": State(Ids.BATTERY, "data"), "number": State(Ids.PAGE, "data")},
    prevent_initial_call=True,
)
def show_present(_pulse: Sent, battery_id: Sent, number: Sent) -> tuple[Component, Component]:
    """Show its experiments and where it is confirmed as they are now."""
    try:
        details = battery_details(database(), sent_id(battery_id))
    except NotFoundError as error:  # deleted while somebody looks at it
        raise PreventUpdate from error
    listed = _experiments(details.id, max(1, sent_id(number)))
    return experiments_card(listed, viewer(), now()), confirmed_card(details, viewer())


def ask_deletion(_chosen: Sent, battery_id: Sent) -> Question:
    """Ask before a battery is deleted, naming it; say what keeps it."""
    details = battery_details(database(), sent_id(battery_id))
    battery = details.battery
    name = f"{battery.name} (SN {battery.serial_number})"
    if details.kept_because:
        words = f"{name} is kept. {details.kept_because}"
        return Question(f"{battery.name} cannot be deleted", words, keep="Keep it")
    words = f"What is known of battery {details.id} goes; the audit trail keeps a copy."
    return Question(f"Delete {name}?", words, go="Delete battery", danger=True, keep="Keep it")


def delete(by: By, _chosen: Sent, battery_id: Sent) -> Done:
    """Delete the battery."""
    number = sent_id(battery_id)
    name = battery_details(database(), number).battery.name
    delete_battery(database(), number, by=by)
    return Done(f"The battery {name} is deleted.", "/batteries")


def _experiments(battery_id: int, number: int) -> Listed:
    newest = Sort(SortKey.ID, descending=True)
    page = list_experiments(
        database(),
        Filter(batteries=(battery_id,)),
        newest,
        offset=(number - 1) * PAGE_ROWS,
        limit=PAGE_ROWS,
    )
    if number > 1 and not page.rows:
        return _experiments(battery_id, 1)
    return Listed(battery_id, page, number)


def _filling(details: BatteryFacts) -> Filling:
    technology = details.battery.technology
    limits = field_names(technology, LIMITS[technology])
    return Filling(
        values=typed_as(details.battery),
        manufacturers=manufacturers(database()),
        kept_as=f"battery-{details.id}",
        locked=frozenset({"technology", *(limits if details.under_way else ())}),
        own_id=details.id,
    )


ask_then_do(
    DELETE,
    ask_deletion,
    delete,
    opens=[Input(DELETE.open, "n_clicks")],
    state={"battery_id": State(Ids.BATTERY, "data")},
    again=done_before("/batteries"),
)
