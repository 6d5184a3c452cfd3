"""Controls that many pages have: a search, choices side by side, buttons and links with icons."""

from collections.abc import Collection, Mapping

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components.blocks import Children, icon
from components.sent import Sent

MAX_SEARCH = 100


def search_box(
    control_id: str, value: str, words: str, *, label: str = "", pause_s: float = 0.3
) -> html.Label:
    """Return the search of a page's header; `words` stand in it while it is blank."""
    field = dcc.Input(
        id=control_id,
        value=value,
        debounce=pause_s,
        maxLength=MAX_SEARCH,
        type="search",
        placeholder=words,
        className="form-control",
    )
    return html.Label(
        [icon("search"), field, html.Kbd("/")],
        className="bem-search",
        **{"aria-label": label or words},
    )


def segments(
    control_id: str,
    choices: Mapping[Sent, str],
    value: Sent,
    *,
    disabled: Collection[str] = (),
    kept: bool = False,
    **more: Sent,
) -> dbc.RadioItems:
    """Return a choice among a few words, side by side; `choices` are words by value.

    What is `kept` is chosen again when this browser opens the page the next time.
    """
    if kept:
        more |= {"persistence": True, "persistence_type": "local"}
    return dbc.RadioItems(
        id=control_id,
        options=[
            {"label": words, "value": one, "disabled": one in disabled}
            for one, words in choices.items()
        ],
        value=value,
        class_name="bem-seg",
        input_class_name="btn-check",
        label_class_name=" ",
        label_checked_class_name="active",
        **more,
    )


def inline(label: str, control: Component) -> html.Div:
    """Put a label at the left of a control."""
    return html.Div(
        [dbc.Label(label, html_for=control.id), control], className="bem-inline bem-slim"
    )


def action_link(
    icon_name: str, words: str, href: str, look: str = "btn-secondary", *, hidden: str = "wide-only"
) -> dcc.Link:
    """Return a link of a page's header; where there is no room for its words, its icon is left."""
    inside = [icon(icon_name), html.Span(words, className=hidden)]
    return dcc.Link(inside, href=href, className=f"btn {look} bem-action", title=words)


def action_button(
    icon_name: str,
    words: str,
    look: str = "btn-secondary",
    *,
    title: str = "",
    hidden: str = "wide-only",
    **more: Sent,
) -> html.Button:
    """Return a button of a page's header, as `action_link`."""
    return html.Button(
        [icon(icon_name), html.Span(words, className=hidden)],
        type="button",
        className=f"btn {look} bem-action",
        title=title or words,
        **more,
    )


def link_button(icon_name: str, words: str, control_id: str) -> html.Button:
    """Return a button that looks like a link."""
    look = "btn btn-link"
    return html.Button([icon(icon_name), words], id=control_id, type="button", className=look)


def small_button(words: Children, look: str = "btn-secondary", **more: Sent) -> html.Button:
    """Return a small button that stands beside what it is about."""
    return html.Button(words, type="button", className=f"btn {look} btn-sm", **more)


def filter_chip(remove_id: Sent, label: str, words: str) -> html.Span:
    """Return a filter that is set, with the button that removes it."""
    about: dict[str, Sent] = {"aria-label": f"Remove {label} filter"}
    remove = html.Button(icon("x"), id=remove_id, type="button", className="x", **about)
    return html.Span(
        [label, html.B(words, className="cut", title=words), remove], className="bem-chip"
    )


def bare_button(icon_name: str, words: str, *, title: str = "", **more: Sent) -> html.Button:
    """Return a button that shows nothing but an icon; its words are read aloud."""
    return html.Button(
        [icon(icon_name), unseen(words)],
        type="button",
        className="bem-bare",
        title=title or words,
        **more,
    )


def unseen(words: str) -> Component:
    """Return the name of what shows only an icon."""
    return html.Span(words, className="visually-hidden")
