"""The problems of the file: a list, a count, and what keeps it from being imported."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from components import formatting
from components.blocks import icon

SEVERITY_ICONS = {
    "error": "x-circle-fill",
    "question": "question-circle-fill",
    "warning": "exclamation-triangle-fill",
}


def missing(checked: dict[str, Any]) -> Component | None:
    """Say what stands between this file and its import."""
    blocking = [one for one in checked["problems"] if one["severity"] != "warning"]
    if not blocking:
        return None
    first = blocking[0]
    verb = "Decide" if first["severity"] == "question" else "Correct"
    place = first["place"].lower() or (f"column {first['column']}" if first["column"] else "")
    what = "the sign of the current" if first["code"] == "sign" else place or "the columns"
    return html.Span([icon("x-circle-fill"), f" {verb} {what}"], className="bem-bad")


def problems_list(problems: Sequence[dict[str, Any]], count: int) -> Component:
    """List what was found, each with its row."""
    if not problems:
        return html.Div(
            [icon("check-circle"), " None: every row can be imported."], className="body t2 small"
        )
    rows = [
        html.Li(
            [
                icon(SEVERITY_ICONS[problem["severity"]]),
                html.Span(problem["place"] or "Whole file", className="t2"),
                html.Span(problem["text"]),
            ],
            className=problem["severity"],
        )
        for problem in problems
    ]
    if count > len(problems):
        rows.append(
            html.Li([None, None, f"and {formatting.number(count - len(problems))} more of these"])
        )
    return html.Ul(rows, className="bem-problems")


def problems_text(problems: Sequence[dict[str, Any]]) -> str:
    """Count what must be corrected, decided, known."""
    counts = Counter(problem["severity"] for problem in problems)
    labels = {"error": "to correct", "question": "to decide", "warning": "to know"}
    return ", ".join(f"{counts[one]} {label}" for one, label in labels.items() if counts[one])
