"""The difference between two versions of a profile, line by line."""

import difflib
from collections.abc import Iterator

from dash import html
from dash.development.base_component import Component

from components.blocks import empty

AROUND = 3  # equal lines that are shown around a change
MAX_LINES = 300
KINDS = {"+": ("add", "+"), "-": ("del", "−"), "@": ("hunk", "…")}


def difference(before: str, after: str) -> Component:
    """Return the lines that were added and taken away, with those around them."""
    rows = list(_rows(before, after))
    if not rows:
        return empty("check2", "Both versions say the same.")
    shown = [_line(one) for one in rows[:MAX_LINES]]
    if len(rows) > MAX_LINES:
        shown.append(html.Div(f"{len(rows) - MAX_LINES:,} lines more", className="t3 small p-2"))
    return html.Div(
        shown,
        className="bem-source bem-diff",
        tabIndex="0",
        role="region",
        **{"aria-label": "Difference"},
    )


def _rows(before: str, after: str) -> Iterator[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=AROUND)
    for number, line in enumerate(lines):
        if number >= 2:  # the names of both files
            yield line


def _line(row: str) -> html.Div:
    kind, sign = KINDS.get(row[0], ("", ""))
    words = "" if kind == "hunk" else row[1:] or "\u200b"
    return html.Div([html.Span(sign), html.Span(words)], className=f"ln {kind}".strip())
