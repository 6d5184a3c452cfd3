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
    output=(
        Output(Ids.BATCH, "data", allow_duplicate=True),  # begin and others write it too
        Output(Ids.BATCH_MISSING, "data", allow_duplicate=True),  # confirm says what is missing
    ),
    inputs={
        "_ticks": Input(Ids.batch_accept(ALL, ALL), "value"),
        "_units": Input(Ids.batch_unit(ALL), "value"),
        "zones": Input(Ids.batch_zone(ALL), "value"),
    },
    state={"batch": State(Ids.BATCH, "data"), "missing": State(Ids.BATCH_MISSING, "data")},
    prevent_initial_call=True,
)
def answer(_ticks: Sent, _units: Sent, zones: Sent, batch: Sent, missing: Sent) -> tuple[Any, Any]:
    """Keep what was answered about files, and have those that asked for it checked again.

    All answers of the page come together: one that is given while another is on its way has both.
    """
    files = read_batch(batch)
    if not files:
        raise PreventUpdate
    asking, zone = rows_of(files, results=True), _new_zone(files, zones)
    codes, options = _accepted(asking), _units_given(asking)
    if not (zone or codes or options):
        raise PreventUpdate  # boxes and choices that were drawn
    changed = [
        {
            **one,
            **({"zone": zone} if zone else {}),
            "accepted": _with(one.get("accepted"), codes.get(n)),
            "options": _with(one.get("options"), options.get(n)),
        }
        for n, one in enumerate(files)
    ]
    again = {n for n, code in codes.items() if asking[n].acceptable == code} | set(options)
    again |= {row.number for row in asking if zone and row.is_local}
    left = {str(n): text for n, text in read_missing(missing).items() if n not in codes}
    return _checked_again(changed, sorted(again)), left or None


def _new_zone(files: Sequence[Mapping[str, Any]], zones: Sent) -> str:
    """Return the zone that was chosen for all clocks that name none; "" where it is as before."""
    zone = str((zones or [None])[0] or "")
    return "" if zone not in zone_options() or zone == zone_of(files) else zone


def _accepted(asking: Sequence[FileRow]) -> dict[int, str]:
    """Return which files are right as they are, by their places, and what of them is."""
    ticked = [one["id"] for one in ctx.args_grouping["_ticks"] if one.get("value") is True]
    answered = {sent_id(one, "row"): str(one.get("code"))[:MAX_CODE] for one in ticked}
    given = {n: code for n, code in answered.items() if 0 <= n < len(asking)}
    return given | {other: code for n, code in given.items() for other in _alike(asking, n)}


def _units_given(asking: Sequence[FileRow]) -> dict[int, str]:
    """Return the units that were chosen, as options of a mapping, for all files that ask alike."""
    given: dict[int, str] = {}
    for one in ctx.args_grouping["_units"]:
        n, unit = sent_id(one["id"], "row"), str(one.get("value") or "")
        asked = asking[n].unit_asked if 0 <= n < len(asking) else None
        if asked is not None and unit in asked.column.field.units:
            option = f"#{asked.column.index + 1}={asked.column.field}:{unit}"
            given |= dict.fromkeys([n, *_alike(asking, n)], option)
    return given


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
