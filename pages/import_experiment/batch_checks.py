"""Several files at once: their checks, and those that an answer asks for anew."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import ALL, Input, Output, State, callback, ctx
from dash.exceptions import PreventUpdate

from components.sent import Sent
from cycling.errors import InputError
from db.commands import jobs
from pages.context import database, now, request_id, viewer
from pages.import_experiment.batch_answers import rows_of
from pages.import_experiment.batch_rows import MAX_FILES
from pages.import_experiment.columns import zone_options
from pages.import_experiment.ids import Ids
from pages.import_experiment.stores import MAX_CODE, read_batch, read_missing, read_uploads
from pages.sent import sent_id

MAX_ACCEPTED = 20


@callback(
    output=Output(Ids.BATCH, "data"),
    inputs={"added": Input(Ids.BATCH_ADDED, "data")},
    prevent_initial_call=True,
)
def begin(added: Sent) -> Sent:
    """Have files that came together checked, each by a task of its own."""
    uploads = read_uploads(added)
    if not uploads:
        raise PreventUpdate
    if len(uploads) > MAX_FILES:
        raise InputError(f"{len(uploads)} files are too many at once; take {MAX_FILES} at most.")
    ids = checks(uploads, {"time_zone": str(viewer().zone)})
    return [{"upload": one, "check": job} for one, job in zip(uploads, ids, strict=True)]


def checks(
    uploads: Sequence[Mapping[str, Any]],
    how: Mapping[str, Any],
    accepted: Sequence[Sequence[str]] = (),
) -> list[int]:
    """Have files checked as they are recognised, each with what is accepted; return the tasks."""
    codes = accepted or [()] * len(uploads)
    payloads = [
        {
            "upload": one["id"],
            "mapping": None,
            "request": request_id(),
            "accepted": list(answered),
            **how,
        }
        for one, answered in zip(uploads, codes, strict=True)
    ]
    return jobs.enqueue_all(
        database(), kind="verify file", payloads=payloads, user_name=viewer().name, now=now()
    )


def zone_of(files: Sequence[Mapping[str, Any]]) -> str:
    """Return the zone of clocks that name none: as chosen, else the viewer's."""
    return str(files[0].get("zone") or viewer().zone)


@callback(
    output=Output(Ids.BATCH, "data", allow_duplicate=True),  # begin and others write it too
    inputs={"zones": Input(Ids.batch_zone(ALL), "value")},
    state={"batch": State(Ids.BATCH, "data")},
    prevent_initial_call=True,
)
def choose_zone(zones: Sent, batch: Sent) -> Sent:
    """Have the files checked again whose clocks name no zone, in the zone that was chosen."""
    files, zone = read_batch(batch), str((zones or [None])[0] or "")
    if not files or zone not in zone_options() or zone == zone_of(files):
        raise PreventUpdate  # a choice that was drawn
    local = [row for row in rows_of(files, results=True) if row.is_local]
    how = {"time_zone": zone, "zone_chosen": True}
    tasks = checks([row.upload for row in local], how, [row.accepted for row in local])
    ids = {row.number: task for row, task in zip(local, tasks, strict=True)}
    return [{**one, "zone": zone, "check": ids.get(n, one["check"])} for n, one in enumerate(files)]


@callback(
    output=(
        Output(Ids.BATCH, "data", allow_duplicate=True),  # begin and others write it too
        Output(Ids.BATCH_MISSING, "data", allow_duplicate=True),  # confirm says what is missing
    ),
    inputs={"_ticks": Input(Ids.batch_accept(ALL, ALL), "value")},
    state={"batch": State(Ids.BATCH, "data"), "missing": State(Ids.BATCH_MISSING, "data")},
    prevent_initial_call=True,
)
def accept(_ticks: Sent, batch: Sent, missing: Sent) -> tuple[Sent, Sent]:
    """Keep that a file is right as it is; one that was asked about is checked again with it."""
    files = read_batch(batch)
    ticked = [one["id"] for one in ctx.args_grouping["_ticks"] if one.get("value") is True]
    answered = {sent_id(one, "row"): str(one.get("code"))[:MAX_CODE] for one in ticked}
    given = {n: code for n, code in answered.items() if 0 <= n < len(files)}
    if not given:
        raise PreventUpdate  # a box that was drawn
    changed = [
        {**one, "accepted": _with(one.get("accepted"), given.get(n))} for n, one in enumerate(files)
    ]
    rows = rows_of(changed, results=True)
    again = [rows[n] for n, code in given.items() if rows[n].acceptable == code]
    how = {"time_zone": zone_of(files), "zone_chosen": bool(files[0].get("zone"))}
    tasks = checks([row.upload for row in again], how, [row.accepted for row in again])
    for row, task in zip(again, tasks, strict=True):
        changed[row.number]["check"] = task
    left = {str(n): text for n, text in read_missing(missing).items() if n not in given}
    return changed, left or None


def _with(codes: Sequence[str] | None, code: str | None) -> list[str]:
    """Return the codes with one more, each once."""
    every = (*(codes or ()), *([code] if code else []))
    return list(dict.fromkeys(every))[:MAX_ACCEPTED]
