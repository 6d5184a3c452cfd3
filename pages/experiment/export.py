"""The export card of the experiment page: which columns and which time are written."""

from collections.abc import Sequence
from typing import TypedDict
from urllib.parse import urlencode

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import card
from components.figures.time_axis import Window
from components.sent import Sent
from cycling.terms import ENDED
from db.queries.experiments.detail import ExperimentFacts
from pages.experiment.graph.drawing import window_of
from pages.experiment.ids import Ids
from pages.sent import sent_as, sent_id

WHOLE, GRAPH = "whole", "shown"


class Option(TypedDict):
    """A column that can be ticked."""

    value: str


def export_card(facts: ExperimentFacts, channels: Sequence[tuple[str, str]]) -> Component:
    """Return the card; `channels` are keys and names.

    Only what is over has a number of rows: the facts beside the card go on counting.
    """
    is_over = facts.status in ENDED
    rows = formatting.counted(facts.measures, "row") if is_over else "up to the moment of download"
    csv = _row(
        "Measures, CSV (BDF)",
        rows,
        _download(measures_address(facts.id, None, None), link_id=Ids.CSV),
    )
    parquet = _row(
        "Measures, parquet",
        "the same, for Python, R, Julia",
        _download(measures_address(facts.id, None, None, "parquet"), link_id=Ids.PARQUET),
    )
    report = _row(
        "Report, one HTML file",
        "opens without a network",
        _download(f"/experiments/{facts.id}/report.html"),
    )
    return card(
        "Export", html.Div([csv, parquet, _choice(channels), report], className="body bem-export")
    )


def measures_address(
    experiment_id: int, columns: Sequence[str] | None, window: Window | None, kind: str = "csv"
) -> str:
    """Return where the measures are downloaded; None means all columns, the whole time."""
    parameters: dict[str, str] = {}
    if columns is not None:
        parameters["columns"] = ",".join(columns)
    if window is not None:
        parameters |= {"from": f"{window[0]:.3f}", "to": f"{window[1]:.3f}"}
    query = f"?{urlencode(parameters, safe=',')}" if parameters else ""
    return f"/experiments/{experiment_id}/measures.{kind}{query}"


def chosen_columns(chosen: object, keys: Sequence[str]) -> list[str] | None:
    """Return the channels that were ticked, in their order; None where all of them are."""
    ticked = chosen if isinstance(chosen, list) else []
    columns = [key for key in keys if key in ticked]
    return None if len(columns) == len(keys) else columns


def _choice(channels: Sequence[tuple[str, str]]) -> Component:
    columns = dbc.Checklist(
        id=Ids.COLUMNS,
        options=[{"label": name, "value": key} for key, name in channels],
        value=[key for key, _name in channels],
        class_name="bem-ticks",
    )
    part = dbc.RadioItems(
        id=Ids.PART,
        options=[
            {"label": "Whole experiment", "value": WHOLE},
            {"label": "What the graph shows", "value": GRAPH},
        ],
        value=WHOLE,
        class_name="bem-ticks",
    )
    always = html.Div("Test time and Unix time are always in it.", className="form-text")
    return html.Details(
        [
            html.Summary("Choose columns and time"),
            html.Fieldset([html.Legend("Columns"), columns, always]),
            html.Fieldset([html.Legend("Time"), part]),
        ],
        className="bem-choose",
    )


def _row(title: str, about: str, end: Component) -> Component:
    words = html.Span([title, html.Br(), html.Span(about, className="t3 small")])
    return html.Div([words, end], className="bem-row")


def _download(address: str, *, link_id: str = "") -> Component:
    named = {"id": link_id} if link_id else {}
    return html.A(
        "Download", href=address, download=True, className="btn btn-secondary btn-sm", **named
    )


@callback(
    output=(
        Output(Ids.CSV, "href"),
        Output(Ids.CSV, "className"),
        Output(Ids.PARQUET, "href"),
        Output(Ids.PARQUET, "className"),
    ),
    inputs={
        "ticks": Input(Ids.COLUMNS, "value"),
        "part": Input(Ids.PART, "value"),
        "ends_ms": Input(Ids.WINDOW, "data"),
    },
    state={
        "options": State(Ids.COLUMNS, "options"),
        "experiment_id": State(Ids.EXPERIMENT, "data"),
    },
    prevent_initial_call=True,
)
def choose_measures(
    ticks: Sent, part: Sent, ends_ms: Sent, options: Sent, experiment_id: Sent
) -> Sent:
    """Lead the downloads to the chosen columns and time; nowhere without a column."""
    columns = chosen_columns(ticks, [one["value"] for one in sent_as(options, list[Option])])
    window = window_of(ends_ms) if part == GRAPH else None
    usual = "btn btn-secondary btn-sm"
    if columns == []:
        return (None, f"{usual} disabled") * 2
    number = sent_id(experiment_id)
    csv, parquet = (measures_address(number, columns, window, one) for one in ("csv", "parquet"))
    return csv, usual, parquet, usual
