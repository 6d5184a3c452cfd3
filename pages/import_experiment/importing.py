"""The import of the file: offered, started once, followed to its end, cancelled."""

from datetime import UTC
from typing import Any

from dash import Input, Output, State, callback, html, no_update
from dash.exceptions import PreventUpdate

from components import formatting
from components.blocks import note
from components.sent import Sent
from components.shell import show_toast
from cycling.errors import InputError, NotFoundError
from cycling.formats import Mapping
from cycling.names import check_description, check_name
from db.commands import jobs
from db.commands.audit import By
from db.commands.experiments.imports import NO_BATTERY
from db.commands.form_tokens import DoneBeforeError, check_token, new_token
from db.terms import JobState
from pages.context import database, now, once, request_id, run_script, viewer
from pages.import_experiment import again
from pages.import_experiment.file import cancel_quietly, failure, importing, own_job
from pages.import_experiment.ids import RUN, Ids
from pages.import_experiment.inferred import battery_questions, has_questions
from pages.import_experiment.mapping import sign_was_chosen, start_from, to_correct
from pages.import_experiment.run import (
    AMOUNTS,
    amount_problems,
    battery_of,
    electrolytes_to_import,
    is_stack,
    profile_to_import,
)
from pages.import_experiment.stores import read_correction, read_upload, read_verified
from pages.import_experiment.verification import missing, to_decide
from pages.sent import read_id


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
        "answer": Input(Ids.AGAIN, "value"),
    },
)
def offer_import(
    verified: Sent, running: int | None, verifying: int | None, answer: Sent
) -> tuple[Any, ...]:
    """Say what the button will do, and what is missing; not while a correction is checked."""
    verified = read_verified(verified)
    if not verified or "verification" not in verified:
        return "Import", True, None
    checked = verified["verification"]
    words = f"Import {formatting.counted(checked['rows'], 'measure')}"
    ready = checked["ok"] and running is None and verified.get("job") == verifying
    if checked["ok"] and _decided(verified, answer) is None:
        return words, True, to_decide("what to do with a file that came before")
    return words, not ready, missing(checked)


def _decided(verified: dict[str, Any], answer: Sent) -> dict[str, Any] | None:
    earlier = verified.get("earlier") or []
    return again.decision(earlier, answer, may_delete=viewer().administers)


@callback(
    output={
        "job": Output(Ids.IMPORT_JOB, "data"),
        "token": Output(Ids.ONCE, "data"),
        "name": Output(f"{Ids.NAME}-error", "children"),
        "battery": Output(f"{Ids.BATTERY}-error", "children"),
        # the check says so, too
        "profile": Output(RUN.error, "children", allow_duplicate=True),
        "open": Output(Ids.RUN_BOX, "open"),
        **{field: Output(f"{field}-error", "children") for field in AMOUNTS},
    },
    inputs={"_clicks": Input(Ids.SAVE, "n_clicks")},
    state={
        "fields": {
            "name": State(Ids.NAME, "value"),
            "description": State(Ids.DESCRIPTION, "value"),
            "battery_id": State(Ids.BATTERY, "value"),
            "day": State(Ids.DAY, "value"),
            "clock": State(Ids.CLOCK, "value"),
            "again": State(Ids.AGAIN, "value"),
            "source": State(RUN.source, "value"),
            "version": State(RUN.version, "value"),
            "text": State(RUN.editor.text, "value"),
            **{field: State(field, "value") for field in AMOUNTS},
        },
        "verified": State(Ids.VERIFIED, "data"),
        "upload": State(Ids.UPLOAD, "data"),
        "running": State(Ids.IMPORT_JOB, "data"),
        "verifying": State(Ids.VERIFY_JOB, "data"),
        "token": State(Ids.ONCE, "data"),
        "corrected": State(Ids.MAPPING, "data"),
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
    corrected: Sent,
) -> dict[str, Any]:
    """Check the fields and have the file imported, once."""
    upload, verified = read_upload(upload), read_verified(verified)
    if not upload or running is not None or not verified or verified.get("job") != verifying:
        raise PreventUpdate
    mapping = to_correct(verified, upload)
    decided = _decided(verified, fields["again"])
    if mapping is None or decided is None:
        raise PreventUpdate
    try:
        fields["name"] = check_name(fields["name"] or "")
        fields["description"] = check_description(fields["description"] or "")
        check_token(token)  # before the rows of a profile are made
    except InputError as error:
        return _answer(name=str(error))
    if not isinstance(fields["battery_id"], int):
        return _answer(battery="Choose the battery, or add a new one.")
    if has_questions(verified, mapping, fields["battery_id"]):
        return _answer(battery=battery_questions(verified, mapping, fields["battery_id"]))
    payload = {**to_import(fields, verified, upload, mapping), **decided}
    payload["sign_chosen"] = sign_was_chosen(read_correction(corrected), upload)
    run, problems = _run(fields, verified)
    if problems:
        return _answer(**problems)
    payload |= run
    try:
        job = once(token, lambda by: _enqueued(payload, by), payload)
    except DoneBeforeError as error:
        job = error.number
    except InputError as error:
        return _answer(name=str(error))
    return _answer(job=job, token=new_token())


@callback(
    # start_import says what is wrong with the battery, too
    output=Output(f"{Ids.BATTERY}-error", "children", allow_duplicate=True),
    inputs={"battery_id": Input(Ids.BATTERY, "value"), "verified": Input(Ids.VERIFIED, "data")},
    state={"upload": State(Ids.UPLOAD, "data")},
    prevent_initial_call=True,
)
def compare_battery(battery_id: Sent, verified: Sent, upload: Sent) -> Sent:
    """Say what the battery cannot have, as soon as it is chosen."""
    upload, verified = read_upload(upload), read_verified(verified)
    mapping = to_correct(verified, upload)
    if not verified or mapping is None or not isinstance(battery_id, int):
        return ""
    return battery_questions(verified, mapping, battery_id)


def _answer(**changes: Sent) -> dict[str, Any]:
    """Return what the form shows: no problem but those of `changes`."""
    same = dict.fromkeys(("job", "token", "open"), no_update)
    return {**same, **dict.fromkeys(("name", "battery", "profile", *AMOUNTS), ""), **changes}


def _run(
    fields: dict[str, Sent], verified: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return profile and electrolytes for the worker, and what is wrong with them."""
    battery = battery_of(fields["battery_id"])
    if battery is None:
        return {}, {"battery": NO_BATTERY}
    sides = fields if is_stack(battery) else dict.fromkeys(AMOUNTS)
    if problems := amount_problems(sides):
        return {}, problems
    try:
        profile = profile_to_import(fields, battery, verified)
    except InputError as error:
        return {}, {"profile": str(error), "open": True}
    run = {"profile": profile, "electrolytes": electrolytes_to_import(sides)}
    return {name: given for name, given in run.items() if given}, {}


def to_import(
    fields: dict[str, Sent], verified: Sent, upload: Sent, mapping: Mapping
) -> dict[str, Any]:
    """Return what the worker needs for an import, but what is to be done if it came before."""
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
        "time_zone": str(who.zone),
    }


def _enqueued(payload: dict[str, Any], by: By) -> int:
    return jobs.enqueue(
        database(),
        kind="import file",
        payload={**payload, "request": request_id()},
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
def follow_import(job_id: int | None, ticks: Sent) -> tuple[Any, dict[str, str]]:
    """Follow an import that runs, also one that was started before the page was loaded again."""
    if job_id is None:
        return no_update, {"display": "none"}
    return read_id(ticks) + 1, {}


@callback(
    output=(
        Output(Ids.RUNNING, "children"),
        Output(Ids.IMPORT_JOB, "data", allow_duplicate=True),  # start_import sets it
        Output(Ids.UPLOAD, "data"),
        Output(Ids.GO, "href"),
        Output(Ids.IMPORT_POLL, "max_intervals", allow_duplicate=True),  # follow_import starts it
    ),
    inputs={"ticks": Input(Ids.IMPORT_POLL, "n_intervals")},
    state={"job_id": State(Ids.IMPORT_JOB, "data")},
    prevent_initial_call=True,
)
def watch_import(ticks: int, job_id: int | None) -> tuple[Any, ...]:
    """Follow the import to its end: then to its experiment, or say what went wrong."""
    if job_id is None:
        raise PreventUpdate
    same = (no_update, no_update)
    try:
        job = own_job(job_id, "import file")
    except NotFoundError as error:  # the tab remembers what another user or database had
        return note("error", str(error), alert=True), None, *same, no_update
    if job.state is JobState.DONE and job.result:
        address = f"/experiments/{job.result['experiment_id']}"
        show_toast("done", "The experiment is imported.")
        return None, None, None, address, no_update
    if job.state is JobState.FAILED:
        return failure(job), None, *same, no_update
    if job.state is JobState.CANCELLED:
        words = html.Span("Cancelled. Nothing was imported.", className="t2 small")
        return words, None, *same, no_update
    return importing(job, now()), no_update, *same, read_id(ticks) + 1


run_script(
    "upload.askAgain",
    Output(Ids.VERIFY_POLL, "max_intervals", allow_duplicate=True),  # ask_verification starts it
    Output(Ids.IMPORT_POLL, "max_intervals", allow_duplicate=True),  # follow_import starts it
    Output(Ids.BATCH_POLL, "max_intervals", allow_duplicate=True),  # show asks for the next
    Input(Ids.LOST_POLL, "n_intervals"),
    State(Ids.VERIFY_JOB, "data"),
    State(Ids.VERIFIED, "data"),
    State(Ids.VERIFY_POLL, "n_intervals"),
    State(Ids.IMPORT_JOB, "data"),
    State(Ids.IMPORT_POLL, "n_intervals"),
    State(Ids.BATCH_WORKING, "data"),
    State(Ids.BATCH_POLL, "n_intervals"),
    at_start=False,
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
        cancel_quietly(job_id)
    return False
