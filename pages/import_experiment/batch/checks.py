"""Several files at once: their checks, and those that an answer asks for anew."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import ALL, Input, Output, State, callback, ctx
from dash.exceptions import PreventUpdate

from components.sent import Sent
from cycling.errors import InputError
from db.commands import jobs
from pages.context import database, now, request_id, viewer
from pages.import_experiment.batch.answers import rows_of
from pages.import_experiment.batch.rows import MAX_FILES, FileRow
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
    rows = [FileRow(number, one, None, None) for number, one in enumerate(uploads)]
    ids = checks(rows, {"time_zone": str(viewer().zone)})
    return [{"upload": one, "check": job} for one, job in zip(uploads, ids, strict=True)]


def checks(rows: Sequence[FileRow], how: Mapping[str, Any]) -> list[int]:
    """Have files checked as they are recognised, each with what was answered; return the tasks."""
    payloads = [
        {
            "upload": row.upload["id"],
            "mapping": None,
            "request": request_id(),
            "accepted": list(row.accepted),
            "options": list(row.options),
            **how,
        }
        for row in rows
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
    tasks = checks(local, {"time_zone": zone, "zone_chosen": True})
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
    asking = rows_of(files, results=True)
    given |= {other: code for n, code in given.items() for other in _alike(asking, n)}
    changed = [
        {**one, "accepted": _with(one.get("accepted"), given.get(n))} for n, one in enumerate(files)
    ]
    again = [n for n, code in given.items() if asking[n].acceptable == code]
    left = {str(n): text for n, text in read_missing(missing).items() if n not in given}
    return _checked_again(changed, again), left or None


@callback(
    output=Output(Ids.BATCH, "data", allow_duplicate=True),  # begin and others write it too
    inputs={"units": Input(Ids.batch_unit(ALL), "value")},
    state={"batch": State(Ids.BATCH, "data")},
    prevent_initial_call=True,
)
def choose_unit(units: Sent, batch: Sent) -> Sent:
    """Keep the unit of a column, for all files that ask for the same, and check them again."""
    files = read_batch(batch)
    chosen = {
        sent_id(one["id"], "row"): str(one["value"])
        for one in ctx.args_grouping["units"]
        if one.get("value")
    }
    asking = rows_of(files, results=True)
    given: dict[int, str] = {}
    for n, unit in chosen.items():
        asked = asking[n].unit_asked if 0 <= n < len(files) else None
        if asked is not None and unit in asked.column.field.units:
            option = f"#{asked.column.index + 1}={asked.column.field}:{unit}"
            given |= dict.fromkeys([n, *_alike(asking, n)], option)
    if not given:
        raise PreventUpdate  # a choice that was drawn
    changed = [
        {**one, "options": _with(one.get("options"), given.get(n))} for n, one in enumerate(files)
    ]
    return _checked_again(changed, list(given))


def _alike(rows: Sequence[FileRow], number: int) -> list[int]:
    """Return the other files that ask for the same unit as this one."""
    asked = rows[number].unit_asked
    if asked is None:
        return []
    return [row.number for row in rows if row.number != number and row.unit_asked == asked]


def _checked_again(files: list[dict[str, Any]], places: Sequence[int]) -> list[dict[str, Any]]:
    """Have some of the files checked with what was answered."""
    rows = rows_of(files, results=False)
    how = {"time_zone": zone_of(files), "zone_chosen": bool(files[0].get("zone"))}
    for place, task in zip(places, checks([rows[n] for n in places], how), strict=True):
        files[place]["check"] = task
    return files


def _with(codes: Sequence[str] | None, code: str | None) -> list[str]:
    """Return the codes with one more, each once."""
    every = (*(codes or ()), *([code] if code else []))
    return list(dict.fromkeys(every))[:MAX_ACCEPTED]
