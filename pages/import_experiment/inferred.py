"""What was inferred about a file, and questions that are answered with "it is right as it is"."""

import math
from collections import abc
from dataclasses import replace
from typing import Any

import numpy as np
from dash import html
from dash.development.base_component import Component

from components.blocks import icon
from components.controls import small_button
from components.sent import Sent
from cycling.errors import NotFoundError
from cycling.formats import Field, Mapping
from cycling.formats.checks.battery import implausible
from cycling.formats.checks.plausible import usual_size
from cycling.formats.columns.mapping import INFERENCES
from cycling.formats.problems import Problem
from db.queries.batteries.detail import battery_limits
from pages.context import database
from pages.import_experiment.ids import Ids

RIGHT = "It is right as it is"
# Questions that have a control of their own.
_WITH_CONTROL = ("sign", "unsigned", "part")


def inferred_list(mapping: Mapping) -> Component:
    """List what nobody has said, each with what it follows from."""
    if not mapping.inferred:
        says_all = mapping.positive_is_charge is not None and mapping.column(Field.CLOCK)
        words = "Nothing: the file says everything itself." if says_all else "Nothing."
        return html.Div(words, className="body t2 small")
    rows = [
        html.Li(
            [icon("info-circle"), html.Span(INFERENCES.get(one.kind, ""), className="t2"), one.text]
        )
        for one in mapping.inferred
    ]
    return html.Ul(rows, className="bem-problems")


def is_acceptable(problem: dict[str, Any]) -> bool:
    """Whether a question may be answered with: the file is right as it is."""
    return problem["severity"] == "question" and problem["code"] not in _WITH_CONTROL


def right_words(problem: abc.Mapping[str, Any]) -> str:
    """Return the answer to a question that the file is right as it is, and what that says."""
    return f"{RIGHT}: {problem['right']}" if problem.get("right") else RIGHT


def with_answer(problem: dict[str, Any]) -> list[Component | str] | str:
    """Return a problem's text; a question's with a button: the file is right as it is."""
    text: str = problem["text"]
    if not is_acceptable(problem):
        return text
    button = small_button(right_words(problem), "btn-link", id=Ids.accept(problem["code"]))
    return [text, " ", button]


def battery_questions(
    verified: dict[str, Any], mapping: Mapping, battery_id: int
) -> list[Component]:
    """Return what the battery cannot have, each with its answer."""
    problems = not_of_battery(verified, mapping, battery_id)
    return [html.Div(with_answer({**one.to_json(), "text": one.sentence})) for one in problems]


def has_questions(verified: dict[str, Any], mapping: Mapping, battery_id: int) -> bool:
    """Whether the file has what the battery cannot have, and nobody has said that it is right."""
    problems = not_of_battery(verified, mapping, battery_id)
    return any(one.severity == "question" for one in problems)


def not_of_battery(verified: dict[str, Any], mapping: Mapping, battery_id: int) -> list[Problem]:
    """Return what in the file the battery cannot have, as far as nobody has accepted it."""
    checked = verified["verification"]
    volt, ampere, charge = (_number(checked.get(name)) for name in ("most_v", "most_a", "most_ah"))
    try:
        limits = battery_limits(database(), battery_id)
    except NotFoundError:
        return []  # the import itself refuses a battery that is gone
    points = checked.get("preview") or {}
    usual_v, usual_a = (_usual(points.get(name)) for name in ("voltage_v", "current_a"))
    seen = {"usual": (usual_v, usual_a), "row": checked.get("most_v_row")}
    problems = implausible(mapping, volt, ampere, charge, limits, **seen)
    answered = [*mapping.accepted]
    if any(one["code"] == "voltage-range" for one in checked["problems"]):
        answered.append("battery-voltage")  # the voltage was asked about, with the file
    return [one for one in problems if one.code not in answered]


def _usual(values: list[float | None] | None) -> float:
    return usual_size(np.array(values or [], dtype=float))


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def newly_accepted(mapping: Mapping, triggered: Sent, clicks: Sent) -> Mapping:
    """Return the mapping with the question accepted whose button was just clicked."""
    if not isinstance(triggered, dict) or triggered.get("type") != "import-accept":
        return mapping
    code = str(triggered.get("code"))[:60]
    if not any(clicks or []) or code in mapping.accepted:
        return mapping
    return replace(mapping, accepted=(*mapping.accepted, code))
