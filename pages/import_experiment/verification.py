"""The check of the file: asked for, followed, shown, and asked for anew with corrections."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import Any

import numpy as np
from dash import ALL, Input, Output, State, callback, ctx, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components import formatting
from components.blocks import icon, note
from components.figures.measure_axes import Line
from components.figures.measure_graph import Look, figure
from components.figures.template import channel_colours
from components.sent import Sent
from components.shell import Ids as Shell
from cycling.errors import NotFoundError
from db.commands import jobs
from db.terms import JobState
from pages.context import database, now, request_id, viewer
from pages.import_experiment.columns import columns_table, columns_text
from pages.import_experiment.file import cancel_quietly, checking, failure, own_job, recognised
from pages.import_experiment.ids import Ids
from pages.import_experiment.inferred import inferred_list, newly_accepted, with_answer
from pages.import_experiment.mapping import (
    clock_is_local,
    corrected,
    default_start,
    sign_of,
    to_correct,
)
from pages.import_experiment.stores import read_correction, read_upload, read_verified
from pages.sent import read_id

SEVERITY_ICONS = {
    "error": "x-circle-fill",
    "question": "question-circle-fill",
    "warning": "exclamation-triangle-fill",
}
PREVIEW_PX = 240
_DECISIONS = {"sign": "the sign of the current", "part": "which test of the file"}


@callback(
    output=(
        Output(Ids.VERIFY_JOB, "data"),
        Output(Ids.VERIFY_POLL, "max_intervals"),
    ),
    inputs={"upload": Input(Ids.UPLOAD, "data"), "mapping": Input(Ids.MAPPING, "data")},
    state={
        "running": State(Ids.VERIFY_JOB, "data"),
        "ticks": State(Ids.VERIFY_POLL, "n_intervals"),
    },
)
def ask_verification(
    upload: Sent,
    mapping: Sent,
    running: Sent,
    ticks: Sent,
) -> tuple[Any, ...]:
    """Have the file checked, with the corrected columns if there are any for this file."""
    upload, mapping = read_upload(upload), read_correction(mapping)
    if running is not None:
        cancel_quietly(running)
    if not upload:
        return None, no_update
    who = viewer()
    corrections = (
        mapping.get("mapping") if mapping and mapping.get("upload") == upload["id"] else None
    )
    job_id = jobs.enqueue(
        database(),
        kind="verify file",
        payload={
            "upload": upload["id"],
            "mapping": corrections,
            "time_zone": str(who.zone),
            "request": request_id(),
        },
        user_name=who.name,
        now=now(),
    )
    return job_id, read_id(ticks) + 1


@callback(
    output=(
        Output(Ids.FILE_STATE, "children"),
        Output(Ids.VERIFIED, "data", allow_duplicate=True),  # show_upload empties it
        Output(
            Ids.VERIFY_POLL, "max_intervals", allow_duplicate=True
        ),  # ask_verification starts it
    ),
    inputs={"ticks": Input(Ids.VERIFY_POLL, "n_intervals")},
    state={"job_id": State(Ids.VERIFY_JOB, "data")},
    prevent_initial_call=True,
)
def watch_verification(ticks: int, job_id: int | None) -> tuple[Any, ...]:
    """Follow the check until it has ended."""
    if job_id is None:
        raise PreventUpdate
    try:
        job = own_job(job_id, "verify file")
    except NotFoundError as error:
        return (
            note("error", str(error), alert=True),
            {"job": job_id, "error": str(error)},
            no_update,
        )
    if job.state is JobState.DONE and job.result:
        return recognised(job.result), {"job": job.id, **job.result}, no_update
    if job.state is JobState.FAILED:
        return failure(job), {"job": job.id, "error": job.error}, no_update
    if job.state.ended:
        raise PreventUpdate  # cancelled: another check has taken its place
    return checking(job, now()), no_update, read_id(ticks) + 1


@callback(
    output=(
        Output(Ids.DETAILS, "hidden"),
        Output(Ids.SIDE, "hidden"),
        Output(Ids.COLUMNS, "children"),
        Output(Ids.COLUMNS_NOTE, "children"),
        Output(Ids.SIGN, "value"),
        Output(Ids.SIGN_NOTE, "children"),
        Output(Ids.ZONE, "value"),
        Output(Ids.ZONE_BOX, "hidden"),
        Output(Ids.PART, "options"),
        Output(Ids.PART, "value"),
        Output(Ids.PART_BOX, "hidden"),
        Output(Ids.PROBLEMS, "children"),
        Output(Ids.PROBLEMS_NOTE, "children"),
        Output(Ids.INFERRED, "children"),
    ),
    inputs={"verified": Input(Ids.VERIFIED, "data")},
    prevent_initial_call=True,
)
def show_verified(verified: Sent) -> tuple[Any, ...]:
    """Show what the file holds and what is to decide."""
    verified = read_verified(verified)
    mapping = to_correct(verified)
    if mapping is None or verified is None:
        return (True, True, *[None] * 6, [], *[None] * 5)
    checked = verified["verification"]
    return (
        False,
        False,
        columns_table(mapping, verified["sample"]),
        columns_text(mapping),
        sign_of(mapping),
        checked["sign"]["text"],
        mapping.time_zone,
        not clock_is_local(mapping),
        checked.get("parts") or [],
        mapping.part or None,
        not checked.get("parts"),
        problems_list(checked["problems"], checked["problem_count"]),
        problems_text(checked["problems"]),
        inferred_list(mapping),
    )


@callback(
    output=Output(Ids.PREVIEW, "figure"),
    inputs={"verified": Input(Ids.VERIFIED, "data"), "theme": Input(Shell.THEME, "data")},
    state={"upload": State(Ids.UPLOAD, "data")},
    prevent_initial_call=True,
)
def draw_preview(verified: Sent, theme: str, upload: Sent) -> Sent:
    """Draw the whole file."""
    verified, upload = read_verified(verified), read_upload(upload)
    if to_correct(verified) is None or verified is None or not upload:
        raise PreventUpdate
    zone, checked = viewer().zone, verified["verification"]
    guessed = default_start(checked, upload.get("modified"), zone).timestamp()
    start_s = guessed if checked["starts_at"] is None else checked["starts_at"]
    return preview(verified, start_s, zone, dark=theme == "dark")


@callback(
    output=Output(Ids.MAPPING, "data"),
    inputs={
        "_fields": Input(Ids.field(ALL), "value"),
        "_units": Input(Ids.unit(ALL), "value"),
        "sign": Input(Ids.SIGN, "value"),
        "zone": Input(Ids.ZONE, "value"),
        "part": Input(Ids.PART, "value"),
        "accepts": Input(Ids.accept(ALL), "n_clicks"),
    },
    state={
        "verified": State(Ids.VERIFIED, "data"),
        "upload": State(Ids.UPLOAD, "data"),
        "before": State(Ids.MAPPING, "data"),
    },
    prevent_initial_call=True,
)
def correct(
    _fields: Sent,
    _units: Sent,
    sign: Sent,
    zone: Sent,
    part: Sent,
    accepts: Sent,
    verified: Sent,
    upload: Sent,
    before: Sent,
) -> Sent:
    """Keep a correction, or that a question is answered; the file is then checked again."""
    verified, upload, before = read_verified(verified), read_upload(upload), read_correction(before)
    mapping = to_correct(verified, upload)
    if mapping is None or not upload:
        raise PreventUpdate
    fields, units = (
        {one["id"]["column"]: one.get("value") for one in ctx.args_grouping[name]}
        for name in ("_fields", "_units")
    )
    correction = corrected(mapping, fields, units, sign, zone, part)
    correction = newly_accepted(correction, ctx.triggered_id, accepts)
    if correction == mapping:
        raise PreventUpdate
    same_file = before if before and before.get("upload") == upload["id"] else {}
    sign_chosen = sign != sign_of(mapping) or bool(same_file.get("sign_chosen"))
    if not sign_chosen:
        correction = replace(correction, positive_is_charge=None)
    return {
        "upload": upload["id"],
        "mapping": correction.to_json(),
        "sign_chosen": sign_chosen,
    }


def preview(result: dict[str, Any], start_s: float, zone: tzinfo, *, dark: bool) -> dict[str, Any]:
    """Draw voltage and current of the whole file."""
    points = result["verification"]["preview"]
    time_s = np.array(points["time_s"], dtype=float) + start_s
    timed = ~np.isnan(time_s)
    channels = [("voltage", "Voltage", "V"), ("current", "Current", "A")]
    colours = channel_colours([(key, unit) for key, _, unit in channels], dark=dark)
    columns = [np.array(points[f"{key}_{unit.lower()}"], dtype=float) for key, _, unit in channels]
    same = [column for column in columns if len(column) == len(time_s)]
    breaks = np.isnan(same).all(axis=0) if same else np.zeros(len(time_s), np.bool_)
    lines = []
    for (key, name, unit), colour, values in zip(channels, colours, columns, strict=True):
        is_whole = len(values) == len(time_s) and not np.isnan(values).all()
        valid = timed & (breaks | ~np.isnan(values)) if is_whole else slice(0, 0)
        lines.append(Line(key, name, unit, colour, time_s[valid], values[valid]))
    whole = time_s[timed]
    window = (float(whole[0]), float(whole[-1])) if len(whole) else (0.0, 1.0)
    drawn = figure([line for line in lines if len(line.values)], window, Look(dark, zone))
    drawn["layout"] |= {"height": PREVIEW_PX, "margin": {"l": 56, "r": 56, "t": 10, "b": 36}}
    drawn["layout"]["xaxis"] |= {"nticks": 5}
    return drawn


def missing(checked: dict[str, Any]) -> Component | None:
    """Say what stands between this file and its import."""
    blocking = [one for one in checked["problems"] if one["severity"] != "warning"]
    if not blocking:
        return None
    first = blocking[0]
    verb = "Decide" if first["severity"] == "question" else "Correct"
    place = first["place"].lower() or (f"column {first['column']}" if first["column"] else "")
    what = _DECISIONS.get(first["code"]) or place or "the columns"
    return to_decide(what, verb)


def to_decide(what: str, verb: str = "Decide") -> Component:
    """Say what a person has to do before the import."""
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
                html.Span(with_answer(problem)),
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
