"""The check of the file: asked for, followed, shown, and asked for anew with corrections."""

from dataclasses import replace
from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, no_update
from dash.exceptions import PreventUpdate

from components.blocks import note
from components.sent import Sent
from components.shell import Ids as Shell
from cycling.errors import NotFoundError
from db.commands import jobs
from db.terms import JobState
from pages.context import database, now, request_id, viewer
from pages.import_experiment.columns import columns_table, columns_text
from pages.import_experiment.file import cancel_quietly, checking, failure, own_job, recognised
from pages.import_experiment.ids import Ids
from pages.import_experiment.mapping import (
    clock_is_local,
    corrected,
    default_start,
    sign_of,
    to_correct,
)
from pages.import_experiment.preview import preview
from pages.import_experiment.problems import problems_list, problems_text


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
    upload: dict[str, Any] | None,
    mapping: dict[str, Any] | None,
    running: int | None,
    ticks: int | None,
) -> tuple[Any, ...]:
    """Have the file checked, with the corrected columns if there are any for this file."""
    if running is not None:
        cancel_quietly(running)
    if not upload:
        return None, no_update
    who = viewer()
    corrections = mapping["mapping"] if mapping and mapping["upload"] == upload["id"] else None
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
    return job_id, (ticks or 0) + 1


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
    return checking(job, now()), no_update, (ticks or 0) + 1


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
        Output(Ids.PROBLEMS, "children"),
        Output(Ids.PROBLEMS_NOTE, "children"),
    ),
    inputs={"verified": Input(Ids.VERIFIED, "data")},
    prevent_initial_call=True,
)
def show_verified(verified: dict[str, Any] | None) -> tuple[Any, ...]:
    """Show what the file holds and what is to decide."""
    mapping = to_correct(verified)
    if mapping is None or verified is None:
        return (True, True, *[None] * 8)
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
        problems_list(checked["problems"], checked["problem_count"]),
        problems_text(checked["problems"]),
    )


@callback(
    output=(
        Output(Ids.START_BOX, "hidden"),
        Output(Ids.DAY, "value"),
        Output(Ids.CLOCK, "value"),
    ),
    inputs={"verified": Input(Ids.VERIFIED, "data")},
    state={"upload": State(Ids.UPLOAD, "data"), "typed": State(Ids.DAY, "value")},
    prevent_initial_call=True,
)
def offer_start(
    verified: dict[str, Any] | None, upload: dict[str, Any] | None, typed: str | None
) -> tuple[Any, ...]:
    """Ask when it started if the file does not say; what was typed stays."""
    mapping = to_correct(verified)
    if mapping is None or verified is None or not upload:
        return True, None, None
    if verified["verification"]["starts_at"] is not None:
        return True, no_update, no_update
    if typed:
        return False, no_update, no_update
    start = default_start(verified["verification"], upload.get("modified"), viewer().zone)
    return False, start.date().isoformat(), f"{start:%H:%M}"


@callback(
    output=Output(Ids.PREVIEW, "figure"),
    inputs={"verified": Input(Ids.VERIFIED, "data"), "theme": Input(Shell.THEME, "data")},
    state={"upload": State(Ids.UPLOAD, "data")},
    prevent_initial_call=True,
)
def draw_preview(
    verified: dict[str, Any] | None, theme: str, upload: dict[str, Any] | None
) -> Sent:
    """Draw the whole file."""
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
    verified: Sent,
    upload: Sent,
    before: Sent,
) -> Sent:
    """Keep a correction of the columns, the sign or the zone; the file is then checked again."""
    mapping = to_correct(verified, upload)
    if mapping is None or not upload:
        raise PreventUpdate
    fields, units = (
        {one["id"]["column"]: one.get("value") for one in ctx.args_grouping[name]}
        for name in ("_fields", "_units")
    )
    correction = corrected(mapping, fields, units, sign, zone)
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
