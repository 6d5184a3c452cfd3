"""Import experiment: a file is checked, its columns corrected, then imported, all or nothing."""

from dataclasses import replace
from datetime import UTC
from typing import Any

from dash import (
    ALL,
    ClientsideFunction,
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    ctx,
    html,
    no_update,
    register_page,
)
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components import formatting
from components.blocks import note
from components.sent import Sent
from components.shell import Ids as Shell
from components.shell import toast
from cycling.errors import InputError, NotFoundError
from cycling.formats import Mapping
from cycling.names import check_description, check_name
from db.commands import jobs
from db.commands.audit import By
from db.commands.form_tokens import DoneBeforeError, new_token
from db.queries.batteries.choices import battery_choices, known_manufacturers
from db.queries.jobs import JobStatus, job_status
from db.terms import JobState, Role
from pages.battery.live_checks import (
    by_field,
    follow,
    mended,
    problems_of,
    read_typed,
    register,
)
from pages.context import database, now, once, viewer
from pages.import_experiment import battery
from pages.import_experiment.columns import columns_table, columns_text
from pages.import_experiment.file import checking, file_line, importing, recognised
from pages.import_experiment.form import battery_options, experiment_form
from pages.import_experiment.ids import Ids
from pages.import_experiment.layout import import_page
from pages.import_experiment.mapping import (
    clock_is_local,
    corrected,
    default_start,
    sign_of,
    start_from,
    to_correct,
)
from pages.import_experiment.preview import preview
from pages.import_experiment.problems import missing, problems_list, problems_text

register_page(
    __name__,
    path="/import-experiment",
    title="Import experiment - Battery Experiments Manager",
    role=Role.OPERATOR,
)


def layout(**_query: str) -> Component:
    """Return the page."""
    return import_page(known_manufacturers(database()))


@callback(
    output=(
        Output(Ids.CHOOSE, "style"),
        Output(Ids.WORK, "hidden"),
        Output(Ids.SAVE_BAR, "hidden"),
        Output(Ids.FILE, "children"),
        Output(Ids.FORM, "children"),
        Output(Ids.VERIFIED, "data"),
    ),
    inputs={"upload": Input(Ids.UPLOAD, "data")},
    state={"verified": State(Ids.VERIFIED, "data")},
)
def show_upload(upload: dict[str, Any] | None, verified: dict[str, Any] | None) -> tuple[Any, ...]:
    """Show the place for a file, or the work on the file that is there."""
    emptied = None if verified else no_update
    if not upload:  # the form stays, hidden: callbacks that are on their way still find its fields
        return {}, True, True, None, no_update, emptied
    form = experiment_form(upload, battery_choices(database()))
    return {"display": "none"}, False, False, file_line(upload), form, emptied


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
        _cancel_quietly(running)
    if not upload:
        return None, no_update
    who = viewer()
    corrections = mapping["mapping"] if mapping and mapping["upload"] == upload["id"] else None
    job_id = jobs.enqueue(
        database(),
        kind="verify file",
        payload={"upload": upload["id"], "mapping": corrections, "time_zone": str(who.zone)},
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
        job = _own_job(job_id, "verify file")
    except NotFoundError as error:
        return (
            note("error", str(error), alert=True),
            {"job": job_id, "error": str(error)},
            no_update,
        )
    if job.state is JobState.DONE and job.result:
        return recognised(job.result), {"job": job.id, **job.result}, no_update
    if job.state is JobState.FAILED:
        return note("error", job.error, alert=True), {"job": job.id, "error": job.error}, no_update
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
        {one["id"]["column"]: one.get("value") for one in group} for group in ctx.inputs_list[:2]
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


@callback(
    output=(
        Output(Ids.SAVE, "children"),
        Output(Ids.SAVE, "disabled"),
        Output(Ids.SAVE_STATE, "children"),
    ),
    inputs={
        "verified": Input(Ids.VERIFIED, "data"),
        "running": Input(Ids.IMPORT_JOB, "data"),
        "verifying": Input(Ids.VERIFY_JOB, "data"),
    },
)
def offer_import(
    verified: dict[str, Any] | None, running: int | None, verifying: int | None
) -> tuple[Any, ...]:
    """Say what the button will do, and what is missing; not while a correction is checked."""
    if not verified or "verification" not in verified:
        return "Import", True, None
    checked = verified["verification"]
    words = f"Import {formatting.counted(checked['rows'], 'measure')}"
    ready = checked["ok"] and running is None and verified.get("job") == verifying
    return words, not ready, missing(checked)


@callback(
    output=(
        Output(Ids.IMPORT_JOB, "data"),
        Output(f"{Ids.NAME}-error", "children"),
        Output(f"{Ids.BATTERY}-error", "children"),
        Output(Ids.ONCE, "data"),
    ),
    inputs={"_clicks": Input(Ids.SAVE, "n_clicks")},
    state={
        "fields": {
            "name": State(Ids.NAME, "value"),
            "description": State(Ids.DESCRIPTION, "value"),
            "battery_id": State(Ids.BATTERY, "value"),
            "day": State(Ids.DAY, "value"),
            "clock": State(Ids.CLOCK, "value"),
        },
        "verified": State(Ids.VERIFIED, "data"),
        "upload": State(Ids.UPLOAD, "data"),
        "running": State(Ids.IMPORT_JOB, "data"),
        "verifying": State(Ids.VERIFY_JOB, "data"),
        "token": State(Ids.ONCE, "data"),
    },
    prevent_initial_call=True,
    running=[(Output(Ids.SAVE, "disabled"), True, False)],
)
def start_import(
    _clicks: int,
    fields: dict[str, Sent],
    verified: Sent,
    upload: Sent,
    running: Sent,
    verifying: Sent,
    token: Sent,
) -> tuple[Any, ...]:
    """Check the fields and have the file imported, once."""
    if not upload or running is not None or not verified or verified.get("job") != verifying:
        raise PreventUpdate
    mapping = to_correct(verified, upload)
    if mapping is None:
        raise PreventUpdate
    try:
        fields["name"] = check_name(fields["name"] or "")
        fields["description"] = check_description(fields["description"] or "")
    except InputError as error:
        return no_update, str(error), "", no_update
    if not isinstance(fields["battery_id"], int):
        return no_update, "", "Choose the battery, or add a new one.", no_update
    payload = _to_import(fields, verified, upload, mapping)
    try:
        return once(token, lambda by: _enqueued(payload, by), payload), "", "", new_token()
    except DoneBeforeError as error:
        return error.number, "", "", new_token()
    except InputError as error:
        return no_update, str(error), "", no_update


def _to_import(
    fields: dict[str, Sent], verified: Sent, upload: Sent, mapping: Mapping
) -> dict[str, Any]:
    who = viewer()
    start = start_from(fields["day"], fields["clock"], who.zone)
    return {
        "upload": upload["id"],
        "mapping": mapping.to_json(),
        "trust_clock": verified["verification"]["trust_clock"],
        "rows": verified["verification"]["rows"],
        "name": fields["name"],
        "description": fields["description"] or "",
        "battery_id": fields["battery_id"],
        "start": start.astimezone(UTC).isoformat() if start else None,
        "address": who.address,
    }


def _enqueued(payload: dict[str, Any], by: By) -> int:
    return jobs.enqueue(
        database(),
        kind="import file",
        payload=payload,
        user_name=by.user_name,
        now=by.now,
        form_token=by.form_token,
    )


@callback(
    output=(
        Output(Ids.IMPORT_POLL, "max_intervals"),
        Output(Ids.CANCEL, "style"),
    ),
    inputs={"job_id": Input(Ids.IMPORT_JOB, "data")},
    state={"ticks": State(Ids.IMPORT_POLL, "n_intervals")},
)
def follow_import(job_id: int | None, ticks: int | None) -> tuple[Any, dict[str, str]]:
    """Follow an import that runs, also one that was started before the page was loaded again."""
    if job_id is None:
        return no_update, {"display": "none"}
    return (ticks or 0) + 1, {}


@callback(
    output=(
        Output(Ids.RUNNING, "children"),
        Output(Ids.IMPORT_JOB, "data", allow_duplicate=True),  # start_import sets it
        Output(Ids.UPLOAD, "data"),
        Output(Shell.TOAST, "data", allow_duplicate=True),  # every page may show a toast
        Output(Ids.GO, "href"),
        Output(Ids.IMPORT_POLL, "max_intervals", allow_duplicate=True),  # follow_import starts it
    ),
    inputs={"ticks": Input(Ids.IMPORT_POLL, "n_intervals")},
    state={"job_id": State(Ids.IMPORT_JOB, "data")},
    prevent_initial_call=True,
)
def watch_import(ticks: int, job_id: int | None) -> tuple[Any, ...]:
    """Follow the import to its end: then to the experiments, or say what went wrong."""
    if job_id is None:
        raise PreventUpdate
    same = (no_update, no_update, no_update)
    try:
        job = _own_job(job_id, "import file")
    except NotFoundError as error:  # the tab remembers what another user or database had
        return note("error", str(error), alert=True), None, *same, no_update
    if job.state is JobState.DONE and job.result:
        address = f"/experiments/{job.result['experiment_id']}"
        done = toast("done", "The experiment is imported.", href=address, link="Open it")
        return None, None, None, done, "/experiments", no_update
    if job.state is JobState.FAILED:
        return note("error", job.error, alert=True), None, *same, no_update
    if job.state is JobState.CANCELLED:
        words = html.Span("Cancelled. Nothing was imported.", className="t2 small")
        return words, None, *same, no_update
    return importing(job, now()), no_update, *same, (ticks or 0) + 1


clientside_callback(
    ClientsideFunction("upload", "askAgain"),
    Output(Ids.VERIFY_POLL, "max_intervals", allow_duplicate=True),  # ask_verification starts it
    Output(Ids.IMPORT_POLL, "max_intervals", allow_duplicate=True),  # follow_import starts it
    Input(Ids.LOST_POLL, "n_intervals"),
    State(Ids.VERIFY_JOB, "data"),
    State(Ids.VERIFIED, "data"),
    State(Ids.VERIFY_POLL, "n_intervals"),
    State(Ids.IMPORT_JOB, "data"),
    State(Ids.IMPORT_POLL, "n_intervals"),
    prevent_initial_call=True,
)


@callback(
    output=Output(Ids.CANCEL, "disabled"),
    inputs={"_clicks": Input(Ids.CANCEL, "n_clicks")},
    state={"job_id": State(Ids.IMPORT_JOB, "data")},
    prevent_initial_call=True,
)
def cancel_import(_clicks: int, job_id: int | None) -> bool:
    """Ask the worker to stop; what it has loaded is removed."""
    if job_id is not None:
        _cancel_quietly(job_id)
    return False


@callback(
    output=Output(Ids.UPLOAD, "data", allow_duplicate=True),  # the upload script and watch_import
    inputs={"clicks": Input(Ids.REMOVE, "n_clicks")},
    state={"running": State(Ids.IMPORT_JOB, "data")},
    prevent_initial_call=True,
)
def remove_file(clicks: int | None, running: int | None) -> Sent:
    """Put the file aside, to choose another one."""
    if not clicks or running is not None:
        raise PreventUpdate
    return None


follow(battery.FORM)


@callback(
    output=(
        Output(battery.OPEN, "is_open"),
        Output(battery.FOUND, "data"),
        Output(Ids.BATTERY, "options"),
        Output(Ids.BATTERY, "value"),
        Output(battery.ONCE, "data"),
    ),
    inputs={
        "opened": Input(Ids.NEW_BATTERY, "n_clicks"),
        "_cancel": Input(battery.CANCEL, "n_clicks"),
        "_save": Input(battery.SAVE, "n_clicks"),
    },
    state={
        "values": [State(control, "value") for control in battery.FORM.controls],
        "token": State(battery.ONCE, "data"),
    },
    prevent_initial_call=True,
    running=[(Output(battery.SAVE, "disabled"), True, False)],
)
def new_battery(
    opened: int | None, _cancel: int, _save: int, values: list[Any], token: Sent
) -> tuple[Any, ...]:
    """Open and close the dialog; on success the new battery is the chosen one."""
    unchanged = (no_update, no_update, no_update)
    if ctx.triggered_id != battery.SAVE:
        is_open = bool(opened and ctx.triggered_id == Ids.NEW_BATTERY)
        return is_open, None, no_update, no_update, new_token()
    reading = read_typed(by_field(values))
    if reading.battery is None:
        return True, mended(problems_of(reading)), *unchanged
    try:
        battery_id = register(reading.battery, token)
    except InputError as error:
        problems = problems_of(reading) or {"name": str(error)}
        return True, mended(problems), *unchanged
    options = battery_options(battery_choices(database()))
    return False, {"problems": {}, "saved": True}, options, battery_id, no_update


def _own_job(job_id: int, kind: str) -> JobStatus:
    """Return the viewer's job; raises NotFoundError for anybody else's and one of another kind."""
    job = job_status(database(), job_id)
    if (job.user_name, job.kind) != (viewer().name, kind):
        raise NotFoundError("This task is not known any more. Start it again.")
    return job


def _cancel_quietly(job_id: int) -> None:
    try:
        jobs.cancel(database(), job_id, user_name=viewer().name, now=now())
    except InputError:
        return  # it has ended by itself meanwhile
