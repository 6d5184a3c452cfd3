"""Parts of the import page: the file, its columns, its problems, the preview, the form."""

import json
from collections.abc import Sequence
from datetime import datetime, tzinfo
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import dash_bootstrap_components as dbc
import numpy as np
from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import icon, labelled
from components.figures.measure_axes import Line
from components.figures.measure_graph import Look, figure
from components.figures.template import channel_colours
from cycling.formats import Column, Field, Mapping
from cycling.names import MAX_DESCRIPTION, MAX_NAME
from db.queries.batteries.choices import BatteryChoice
from db.queries.jobs import JobStatus
from pages.import_experiment.ids import Ids
from pages.import_experiment.mapping import SHOWN_COLUMNS

PREVIEW_PX = 240

SEVERITY_ICONS = {
    "error": "x-circle-fill",
    "question": "question-circle-fill",
    "warning": "exclamation-triangle-fill",
}


def drop_zone() -> Component:
    """Return the place for a file: drop it, or choose one."""
    return html.Div(
        [
            icon("file-earmark-arrow-up"),
            html.Div("Drop a cycler's file here"),
            html.Button(
                "Choose a file",
                type="button",
                className="btn btn-primary",
                **{"data-bem-upload": "true"},
            ),
            html.Div(
                "BDF, our own CSV, the old application's CSV, or any table as CSV or text. "
                "Nothing is imported before you have seen what is in it.",
                className="t3 small",
            ),
        ],
        className="bem-drop",
        id=Ids.CHOOSE,
        **{"data-bem-drop": "true"},
    )


def upload_progress() -> Component:
    """Return the bar of a running upload, drawn by the upload script."""
    return html.Div(
        [
            html.Span(id=Ids.UPLOAD_TEXT, className="small"),
            dbc.Progress(id=Ids.UPLOAD_PROGRESS, value=0, class_name="work"),
            html.Button(
                "Cancel",
                type="button",
                className="btn btn-link btn-sm",
                **{"data-bem-upload-cancel": "true"},
            ),
        ],
        id=Ids.UPLOAD_RUNNING,
        className="bem-uploading",
        style={"display": "none"},
    )


def file_line(upload: dict[str, Any]) -> Component:
    """Name the uploaded file, with a button to take another one."""
    return html.Div(
        [
            icon("file-earmark-text", "t3"),
            html.Div(
                [
                    html.Span(upload["name"], className="cut", title=upload["name"]),
                    html.Span(f" {formatting.size(upload['size'])}", className="t3 small"),
                ],
                className="cut",
            ),
            dbc.Button("Remove", id=Ids.REMOVE, color="link", size="sm"),
        ],
        className="bem-file",
    )


def checking(job: JobStatus, now: datetime) -> Component:
    """Show how far the check of the file is."""
    if job.waits_long(now):
        return html.Div(
            "Waiting for a free worker. If this lasts, ask an admin whether `bem worker` runs.",
            className="bem-file-note bem-bad small",
            role="status",
        )
    return html.Div(
        [
            html.Span("Checking every row", className="t3 small"),
            dbc.Progress(value=max(2, round(100 * job.fraction)), class_name="work"),
        ],
        className="bem-file-note",
        role="status",
    )


def recognised(result: dict[str, Any]) -> Component:
    """Say as what the file was recognised."""
    checked = result["verification"]
    words = ", ".join(
        [
            checked["mapping"]["format"],
            result["dialect"],
            formatting.counted(checked["rows"], "row"),
            formatting.duration(checked["duration_s"] or 0),
        ]
    )
    return html.Div(words, className="bem-file-note t3 small")


def columns_table(mapping: Mapping, sample: Sequence[str]) -> Component:
    """Return the mapping: each column, its first value, what it is and in which unit."""
    head = html.Tr(
        [
            html.Th("In the file", scope="col"),
            html.Th("First value", scope="col", className="num", style={"width": 100}),
            html.Th("Is", scope="col", style={"width": 186}),
            html.Th("Unit", scope="col", style={"width": 130}),
            html.Th("Becomes", scope="col", style={"width": 140}),
        ]
    )
    order = list(Field)
    ranked = sorted(mapping.columns, key=lambda column: order.index(column.field))
    shown = ranked[:SHOWN_COLUMNS]
    body = [_column_row(column, sample) for column in shown]
    further = len(mapping.columns) - len(shown)
    more = (
        html.Div(f"and {further} further columns as recognised", className="bem-file-note t3 small")
        if further
        else None
    )
    table = html.Table([html.Thead(head), html.Tbody(body)], className="bem-table in-card")
    return html.Div([table, more], className="bem-columns")


def _column_row(column: Column, sample: Sequence[str]) -> Component:
    first = sample[column.index] if column.index < len(sample) else ""
    ignored = column.field is Field.IGNORED
    return html.Tr(
        [
            html.Td(column.shown, title=column.shown, className="t3" if ignored else None),
            html.Td(first, className="num t2", title=first),
            html.Td(
                [
                    _hidden_label(f"What {column.shown} is", Ids.field(column.index)),
                    dbc.Select(
                        id=Ids.field(column.index),
                        options=[{"label": field.label, "value": field.value} for field in Field],
                        value=column.field.value,
                    ),
                ]
            ),
            html.Td(
                [
                    _hidden_label(f"Unit of {column.shown}", Ids.unit(column.index)),
                    _unit_control(column),
                ]
            ),
            html.Td(column.becomes, className="t3 small", title=column.becomes),
        ]
    )


def _hidden_label(words: str, control_id: dict[str, object]) -> dbc.Label:
    target = json.dumps(control_id, sort_keys=True, separators=(",", ":"))  # as Dash writes it
    return dbc.Label(words, html_for=target, class_name="visually-hidden")


def _unit_control(column: Column) -> Component:
    if column.field is Field.EXTENDED:
        return dbc.Input(id=Ids.unit(column.index), value=column.unit, maxLength=20, debounce=True)
    return dbc.Select(
        id=Ids.unit(column.index),
        options=[{"label": unit, "value": unit} for unit in column.field.units],
        value=column.unit,
        disabled=len(column.field.units) < 2,
        class_name="d-none" if column.field is Field.IGNORED else None,
    )


def columns_words(mapping: Mapping) -> str:
    """Say how many columns will be imported."""
    kept = sum(column.field is not Field.IGNORED for column in mapping.columns)
    return f"{kept} of {len(mapping.columns)} imported"


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


def problem_list(problems: Sequence[dict[str, Any]], count: int) -> Component:
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


def problem_words(problems: Sequence[dict[str, Any]]) -> str:
    """Count what must be corrected, decided, known."""
    counts = [
        (sum(problem["severity"] == severity for problem in problems), words)
        for severity, words in (
            ("error", "to correct"),
            ("question", "to decide"),
            ("warning", "to know"),
        )
    ]
    return ", ".join(f"{number} {words}" for number, words in counts if number)


def preview(result: dict[str, Any], start_s: float, zone: tzinfo, *, dark: bool) -> dict[str, Any]:
    """Draw voltage and current of the whole file."""
    points = result["verification"]["preview"]
    time_s = np.array(points["time_s"], dtype=float) + start_s
    timed = ~np.isnan(time_s)
    channels = [("voltage", "Voltage", "V"), ("current", "Current", "A")]
    colours = channel_colours([(key, unit) for key, _, unit in channels], dark=dark)
    lines = []
    for (key, name, unit), colour in zip(channels, colours, strict=True):
        values = np.array(points[f"{key}_{unit.lower()}"], dtype=float)
        known = timed & ~np.isnan(values) if len(values) == len(time_s) else slice(0, 0)
        lines.append(Line(key, name, unit, colour, time_s[known], values[known]))
    whole = time_s[timed]
    window = (float(whole[0]), float(whole[-1])) if len(whole) else (0.0, 1.0)
    drawn = figure([line for line in lines if len(line.values)], window, Look(dark, zone))
    drawn["layout"] |= {"height": PREVIEW_PX, "margin": {"l": 56, "r": 56, "t": 10, "b": 36}}
    drawn["layout"]["xaxis"] |= {"nticks": 5}
    return drawn


def experiment_form(upload: dict[str, Any], batteries: Sequence[BatteryChoice]) -> Component:
    """Return the fields of the new experiment; they remember what was typed for this file."""
    kept: dict[str, Any] = {"persistence": upload["id"], "persistence_type": "session"}
    stem = upload["name"].split(".")[0][:30]
    battery_label = html.Div(
        [
            dbc.Label("Battery", html_for=Ids.BATTERY),
            dbc.Button("New battery", id=Ids.NEW_BATTERY, color="link", size="sm"),
        ],
        className="bem-row",
    )
    return html.Div(
        [
            labelled(
                "Name",
                dbc.Input(id=Ids.NAME, value=stem, maxLength=MAX_NAME, **kept),
                error_id=f"{Ids.NAME}-error",
            ),
            html.Div(
                [
                    battery_label,
                    dcc.Dropdown(
                        id=Ids.BATTERY,
                        options=battery_options(batteries),
                        placeholder="Choose the battery",
                        **kept,
                    ),
                    html.Div(id=f"{Ids.BATTERY}-error", className="bem-field-error", role="alert"),
                ]
            ),
            labelled(
                "Description",
                dbc.Input(id=Ids.DESCRIPTION, maxLength=MAX_DESCRIPTION, **kept),
                optional=True,
            ),
            _start_fields(kept),
        ],
        className="bem-form",
    )


def _start_fields(kept: dict[str, Any]) -> Component:
    day = dbc.Input(id=Ids.DAY, type="date", **kept)
    clock = dbc.Input(id=Ids.CLOCK, type="time", **kept)
    return html.Div(
        [
            html.Div([labelled("Started on", day), labelled("at", clock)], className="bem-two"),
            dbc.FormText(
                "The file has no clock. This is taken from the file's own date; "
                "correct it if you know better."
            ),
        ],
        id=Ids.START_BOX,
        hidden=True,
    )


def battery_options(batteries: Sequence[BatteryChoice]) -> list[dict[str, Any]]:
    """Return the batteries as choices."""
    return [
        {
            "label": f"{battery.name}, SN {battery.serial_number}",
            "value": battery.id,
            "search": f"{battery.name} {battery.serial_number} {battery.technology.word}",
        }
        for battery in batteries
    ]


def importing(job: JobStatus, now: datetime) -> Component:
    """Show how far the import is, in the save bar."""
    words = (
        f"{round(100 * job.fraction)} %, "
        f"{formatting.number(job.done)} of {formatting.number(job.total)} rows"
    )
    if not job.total:
        words = "Starting"
    if job.waits_long(now):
        words = "Waiting for a free worker. If this lasts, ask an admin whether `bem worker` runs."
    return html.Div(
        [
            html.Span(words, className="small"),
            dbc.Progress(value=max(2, round(100 * job.fraction)), class_name="work"),
        ],
        className="bem-running",
        role="status",
    )


@cache
def zone_options() -> list[str]:
    """Return all time zones, UTC first."""
    return ["UTC", *sorted(available_timezones() - {"UTC", "localtime", "Factory"})]
