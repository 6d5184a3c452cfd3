"""The frame around every page: navigation, theme, user's menu, toasts."""

from collections.abc import Container
from typing import Any, NamedTuple

import dash
import dash_bootstrap_components as dbc
from dash import ClientsideFunction, Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from components.blocks import icon

LOGO = (
    "data:image/svg+xml,"
    "%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 22 22' fill='none' "
    "stroke='%235b64dd' stroke-width='1.5' stroke-linecap='round'%3E"
    "%3Crect x='1.75' y='5.25' width='16' height='11.5' rx='2.5'/%3E%3Cpath d='M20.2 9v4'/%3E"
    "%3Cpath d='M4.5 13.9c1.6 0 1.5-4.4 3.2-5 1.6-.5 2 1 3.4.7 1.6-.4 1.2-1.4 4-1.5'/%3E%3C/svg%3E"
)


class Ids:
    """Ids of the frame. Pages read THEME; toasts go to TOAST by `show_toast`.

    The Monitor writes ALARMS and MASTER on every page, whenever PULSE changes.
    """

    TOAST = "shell-toasts-store"
    TOASTS = "shell-toasts"
    THEME = "shell-theme"
    NARROW = "shell-narrow"
    START = "shell-start"
    TICK = "shell-tick"
    PULSE = "shell-pulse"
    ALARMS = "shell-alarms"
    MASTER = "shell-master"


HOME = "/"
PULSE_MS = 15_000
MASTER_SILENT_S = 10.0  # a new leader takes over within that


class Place(NamedTuple):
    """An entry of the navigation."""

    label: str
    address: str
    icon: str


NAVIGATION = (
    Place("Monitor", HOME, "activity"),
    Place("Experiments", "/experiments", "list-ul"),
    Place("Batteries", "/batteries", "battery-half"),
    Place("Profiles", "/profiles", "code-square"),
    Place("Add battery", "/add-battery", "battery-charging"),
    Place("Add experiment", "/add-experiment", "plus-square"),
    Place("Import experiment", "/import-experiment", "box-arrow-in-down"),
    Place("Stations", "/stations", "hdd-rack"),
    Place("Users", "/users", "people"),
    Place("Audit trail", "/audit", "clock-history"),
)

# The phone's bar has room for these; the others stand in its menu.
TABS = frozenset((HOME, "/experiments", "/batteries", "/profiles"))


def layout(name: str, role: str, addresses: Container[str]) -> Component:
    """Return the frame for a user; `addresses` has the pages that the role may open."""
    places = [place for place in NAVIGATION if place.address in addresses]
    return html.Div(
        [
            dcc.Store(id=Ids.TOAST),
            dcc.Store(id=Ids.THEME),
            dcc.Store(id=Ids.NARROW),
            dcc.Store(id=Ids.START, data=True),
            dcc.Store(id=Ids.PULSE, data=0),
            dcc.Interval(id=Ids.TICK, interval=PULSE_MS),
            html.A("Skip to the content", href="#content", className="bem-skip"),
            _rail(places, _menu(name, role, places)),
            html.Main(dash.page_container, className="bem-main", id="content"),
            html.Div(id=Ids.TOASTS),
        ],
        className="bem-app",
    )


def register(app: Dash) -> None:
    """Add the frame's callbacks, all of which run in the browser."""
    app.clientside_callback(
        ClientsideFunction("shell", "showToast"),
        Output(Ids.TOASTS, "className"),
        Input(Ids.TOAST, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("shell", "readScreen"),
        Output(Ids.THEME, "data"),
        Output(Ids.NARROW, "data"),
        Input(Ids.START, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("shell", "pulse"),
        Output(Ids.PULSE, "data"),
        Input(Ids.TICK, "n_intervals"),
        prevent_initial_call=True,
    )


def show_toast(kind: str, text: str, *, href: str = "", link: str = "") -> None:
    """Show a toast with the answer of the callback that runs; kind is error, done or info.

    No page's callback has the frame's store as an output: Dash calls what writes to something older
    than the page as the page opens, and a button is disabled until that has been answered.
    """
    dash.set_props(Ids.TOAST, {"data": {"kind": kind, "text": text, "href": href, "link": link}})


def lab_state(
    open_alarms: int, heard: Component | None, silent_s: float | None, trouble: str = ""
) -> tuple[str, str, list[Any], str]:
    """Return count and title of the alarms, words and classes of the master node's line."""
    words = "alarm" if open_alarms == 1 else "alarms"
    title = f"{open_alarms} {words} not acknowledged" if open_alarms else ""
    count = str(open_alarms) if open_alarms else ""
    usual, off = "bem-nav bem-master", "bem-nav bem-master off"
    if heard is None or silent_s is None:
        return count, title, [icon("dash-circle"), "No master node yet"], off
    if silent_s > MASTER_SILENT_S:
        silent = [icon("x-circle-fill"), html.Span(["Master node silent, ", heard])]
        return count, title, silent, off
    if trouble:
        return count, title, [icon("x-circle-fill"), html.Span(trouble)], off
    # No time that counts on: what was heard since is known with the next pulse only.
    contact = html.Span("Master node, in contact", title=getattr(heard, "title", None))
    return count, title, [icon("check-circle"), contact], usual


def _rail(places: list[Place], menu: Component) -> html.Nav:
    links = [
        dbc.NavLink(
            [icon(place.icon), place.label, *_count(place.address)],
            href=place.address,
            active="exact" if place.address == HOME else "partial",
            class_name="bem-nav tab" if place.address in TABS else "bem-nav",
        )
        for place in places
    ]
    return html.Nav(
        [
            dcc.Link(
                [
                    html.Img(src=LOGO, width=22, height=22, alt=""),
                    html.Span(["Battery Experiments", html.Br(), "Manager"]),
                ],
                href=HOME,
                className="bem-brand",
            ),
            *links,
            html.Span(className="bem-rail-space"),
            html.Span(id=Ids.MASTER, className="bem-nav bem-master"),
            menu,
        ],
        className="bem-rail",
        **{"aria-label": "Main"},
    )


def _count(address: str) -> list[Component]:
    """Return the place for the number of open alarms, at the Monitor."""
    return [html.Span(id=Ids.ALARMS, className="bem-count end")] if address == HOME else []


def _menu(name: str, role: str, places: list[Place]) -> dbc.DropdownMenu:
    """Theme, password, sign out: at the rail's foot, on the phone its last tab.

    There it also has the places for which the bar has no room.
    """
    elsewhere = [
        dbc.DropdownMenuItem(
            [icon(place.icon), place.label], href=place.address, class_name="phone-only"
        )
        for place in places
        if place.address not in TABS
    ]
    return dbc.DropdownMenu(
        [
            *elsewhere,
            dbc.DropdownMenuItem([name, html.Span(f", {role}", className="t3")], header=True),
            html.Div(className="dropdown-header bem-zone"),
            dbc.DropdownMenuItem([icon("key"), "Change password"], href="/account"),
            dbc.DropdownMenuItem(divider=True),
            dbc.DropdownMenuItem("Theme", header=True),
            *(_theme(choice) for choice in ("System", "Light", "Dark")),
            dbc.DropdownMenuItem(divider=True),
            html.Form(
                html.Button(
                    [icon("box-arrow-right"), "Sign out"], type="submit", className="dropdown-item"
                ),
                action="/logout",
                method="POST",
            ),
        ],
        label=html.Span(
            [icon("person-circle"), html.Span(name, className="cut"), icon("chevron-expand")],
            className="bem-user-label",
        ),
        direction="up",
        class_name="bem-user tab",
        toggle_class_name="bem-nav",
        caret=False,
    )


def _theme(choice: str) -> Component:
    icons = {"System": "circle-half", "Light": "sun", "Dark": "moon"}
    return html.Button(
        [icon(icons[choice]), choice, icon("check2", "chosen")],
        type="button",
        className="dropdown-item",
        **{"data-bem-theme": choice.lower()},
    )
