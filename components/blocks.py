"""Small building blocks that every page uses: header, card, facts, states, fields."""

import json
from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any, NamedTuple, TypeAlias

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.sent import Sent

Children: TypeAlias = Any  # text, a component, or a sequence of both (Dash takes all of them)


def icon(name: str, class_name: str = "") -> html.I:
    """Draw one of Bootstrap's icons, silent for screen readers."""
    return html.I(className=f"bi bi-{name} {class_name}".strip(), **{"aria-hidden": "true"})


def page_header(title: Children, *, count: Children = None, actions: Children = None) -> html.Div:
    """Say what and how many at the left; the page's actions stand at the right."""
    words = list(title) if isinstance(title, list) else [title]
    if count is not None:
        words.append(html.Span(count, className="count", **{"aria-live": "polite"}))
    at_right = html.Div(actions, className="actions") if actions else None
    return html.Div([html.H1(words), at_right], className="bem-header")


def card(
    title: str, children: Children, *, note: Children = None, end: Children = None
) -> Component:
    """Frame a part of a page with a head."""
    head: list[Any] = [html.H2(title)]
    if note is not None:
        head.append(html.Span(note, className="t3 small"))
    if end is not None:
        head.append(html.Span(end, className="end"))
    content = children if isinstance(children, list) else [children]
    return html.Section(
        [html.Div(head, className="head"), *content],
        className="bem-card",
        **{"aria-label": title},
    )


def facts(groups: Sequence[Sequence[tuple[str, Children]]]) -> html.Dl:
    """List names and values; groups are divided by a hairline, empty values left out."""
    rows: list[Component] = []
    for group in groups:
        known = [(name, value) for name, value in group if value not in (None, "")]
        if rows and known:
            rows.append(html.Div(className="sep"))
        for name, value in known:
            rows += [html.Dt(name), html.Dd(value)]
    return html.Dl(rows, className="facts")


def fact_card(
    title: str, groups: Sequence[Sequence[tuple[str, Children]]], *, note: Children = None
) -> Component:
    """Frame names and values, see `facts`."""
    return card(title, html.Div(facts(groups), className="body"), note=note)


def columns(left: Sequence[Children], right: Sequence[Children], look: str) -> html.Div:
    """Stack parts of a page at the left and at the right; `look` says how wide both are."""
    return html.Div(
        [html.Div(list(one), className="bem-stack") for one in (left, right)], className=look
    )


def form_page(
    head: Sequence[Component],
    fields: Sequence[Component],
    bar: Sequence[Component],
    *,
    beside: Component | None = None,
    look: str = "bem-form-page",
) -> html.Div:
    """Return a page with a form: its head, its fields, what stands beside them, its buttons."""
    parts = [html.Div(list(fields), className="bem-stack")]
    if beside is not None:
        parts.append(beside)
    return html.Div(
        [*head, html.Div(parts, className=look), html.Div(list(bar), className="bem-savebar")],
        className="bem-page",
    )


class Head(NamedTuple):
    """The head of a table's column: its words, its classes, its width as CSS has it."""

    words: Children
    look: str = ""
    width: str = ""


def table(heads: Sequence[Head], rows: Sequence[Component], look: str = "in-card") -> html.Table:
    """Return a table with one row of heads."""
    cells = [
        html.Th(
            head.words,
            scope="col",
            className=head.look or None,
            style={"width": head.width} if head.width else None,
        )
        for head in heads
    ]
    return html.Table(
        [html.Thead(html.Tr(cells)), html.Tbody(list(rows))], className=f"bem-table {look}".strip()
    )


def exact_time(moment: datetime, zone: tzinfo) -> html.Span:
    """Write a moment to the second in the viewer's zone; UTC stands in its title."""
    return html.Span(formatting.exactly(moment, zone), title=formatting.utc(moment))


def short_time(moment: datetime | None, zone: tzinfo, now: datetime) -> html.Td:
    """Return a cell with a moment, as short as its distance allows; UTC stands in its title."""
    words = formatting.when(moment, zone, now) or "–"
    return html.Td(words, className="num", title=formatting.utc(moment))


def empty(icon_name: str, sentence: Children, action: Children = None) -> html.Div:
    """Stand in the place of content that is not there: one sentence, one action."""
    return html.Div([icon(icon_name), html.Div(sentence), action], className="bem-empty")


def stores(*ids: str) -> list[Component]:
    """Return stores with nothing in them."""
    return [dcc.Store(id=one) for one in ids]


def note(kind: str, children: Children, *, alert: bool = False) -> html.Div:
    """Say what happened, what it means, what to do; `kind` is a status colour."""
    icons = {
        "error": "x-circle-fill",
        "paused": "exclamation-triangle-fill",
        "running": "check-circle-fill",
    }
    return html.Div(
        [icon(icons.get(kind, "info-circle")), html.Div(children)],
        className=f"bem-note {kind}",
        role="alert" if alert else None,
    )


def loading(children: Children, label: str) -> dcc.Loading:
    """Show that something is being fetched, after a moment, without moving the page."""
    return dcc.Loading(
        children,
        custom_spinner=html.Div(
            [dbc.Spinner(size="sm"), html.Span(label)], className="bem-loading", role="status"
        ),
        delay_show=250,
        overlay_style={"visibility": "visible", "opacity": 0.6},
    )


def labelled(
    label: str,
    control: Component,
    *,
    help_text: Children = None,
    optional: bool = False,
    unit: str = "",
    error_id: Sent = None,
) -> html.Div:
    """Put a label above a control, its help below and its unit inside."""
    words: list[Any] = [label]
    if optional:
        words.append(html.Span(" (optional)", className="opt"))
    held = html.Div([control, html.Span(unit)], className="bem-unit") if unit else control
    below: list[Component] = []
    if error_id is not None:
        below.append(html.Div(id=error_id, className="bem-field-error", role="alert"))
    if help_text is not None:
        below.append(dbc.FormText(help_text))
    return html.Div([dbc.Label(words, html_for=id_in_the_page(control.id)), held, *below])


def id_in_the_page(component_id: Sent) -> str:
    """Return an id as it stands in the page, where Dash writes a dict as JSON."""
    if isinstance(component_id, dict):
        return json.dumps(component_id, sort_keys=True, separators=(",", ":"))
    return str(component_id)
