"""What the master node has refused, for admins: how much of whom, and the newest messages."""

from collections.abc import Sequence
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from components import formatting
from components.blocks import card, empty
from db.queries.master_node import Refusals, Refused
from pages.context import Viewer
from pages.station.labels import ago


def refused_body(
    counts: Sequence[Refusals], newest: Sequence[Refused], who: Viewer, at: datetime
) -> list[Component]:
    """Return both tables, or say that nothing was refused."""
    if not counts and not newest:
        return [card("Refused messages", empty("shield-check", "No message was refused yet."))]
    return [
        card("By sender", _counts(counts, who, at)),
        card("Newest", _newest(newest, who), note=f"the last {len(newest)}"),
    ]


def _counts(counts: Sequence[Refusals], who: Viewer, at: datetime) -> Component:
    rows = [
        html.Tr(
            [
                html.Td(one.sender or "not told", title=one.sender),
                html.Td(one.kind),
                html.Td(formatting.number(one.count), className="num"),
                html.Td(ago(one.last_at, at, who.zone)),
            ]
        )
        for one in counts
    ]
    return _table((("Sender", ""), ("Reason", ""), ("Messages", "num"), ("Last", "")), rows)


def _newest(newest: Sequence[Refused], who: Viewer) -> Component:
    rows = [
        html.Tr(
            [
                html.Td(
                    html.Span(formatting.exactly(one.at, who.zone), title=formatting.utc(one.at)),
                    className="time",
                ),
                html.Td(one.topic, title=one.topic),
                html.Td(one.reason, title=one.reason),
                html.Td(formatting.size(one.size_bytes), className="num number"),
                html.Td(html.Code(one.beginning), title=one.beginning, className="in-wide"),
            ]
        )
        for one in newest
    ]
    heads = (
        ("Time", "time"),
        ("Topic", ""),
        ("Why it was refused", ""),
        ("Size", "num number"),
        ("Begins with", "in-wide"),
    )
    return _table(heads, rows)


def _table(heads: Sequence[tuple[str, str]], rows: list[html.Tr]) -> Component:
    head = html.Tr([html.Th(text, scope="col", className=look) for text, look in heads])
    return html.Table([html.Thead(head), html.Tbody(rows)], className="bem-table in-card")
