"""Several files at once: checked together, confirmed in a table, each imported by its own task."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import ALL, Input, Output, State, callback, ctx, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components.blocks import card
from components.sent import Sent
from cycling.errors import InputError
from cycling.formats import Mapping as Columns
from db.commands import jobs
from db.commands.audit import By
from db.commands.form_tokens import DoneBeforeError, new_token
from db.queries.batteries.detail import battery_choices, battery_named_in
from db.queries.jobs import job_statuses
from pages.context import database, now, once, request_id, viewer
from pages.import_experiment.batch_rows import (
    EVERY_FILE,
    MAX_FILES,
    FileRow,
    answered,
    chosen_battery,
)
from pages.import_experiment.batch_table import question_table, work_table
from pages.import_experiment.file import cancel_quietly
from pages.import_experiment.ids import Ids
from pages.import_experiment.importing import to_import
from pages.import_experiment.inferred import not_of_battery
from pages.import_experiment.stores import read_batch, read_upload, read_uploads
from pages.sent import read_id, sent_id

POLL_MS = 1_000

CONTROLS = {
    "take": Ids.batch_take(ALL),
    "name": Ids.batch_name(ALL),
    "battery": Ids.batch_battery(ALL),
    "day": Ids.batch_day(ALL),
    "clock": Ids.batch_clock(ALL),
    "sign": Ids.batch_sign(ALL),
    "again": Ids.batch_again(ALL),
}


def stores() -> list[Component]:
    """Return what the page remembers of several files, in this tab."""
    return [
        dcc.Store(id=Ids.BATCH_ADDED),
        dcc.Store(id=Ids.BATCH, storage_type="session"),
        dcc.Store(id=Ids.BATCH_WORKING, data=False),
        dcc.Store(id=Ids.BATCH_ONCE, data=new_token()),
        dcc.Interval(id=Ids.BATCH_POLL, interval=POLL_MS, max_intervals=0),
    ]


def box() -> Component:
    """Return the place of the table, hidden until several files came together."""
    buttons = html.Div(
        [
            dbc.Button("Import", id=Ids.BATCH_SAVE, color="primary"),
            dbc.Button("Cancel all", id=Ids.BATCH_STOP, color="secondary"),
            dbc.Button("Choose other files", id=Ids.BATCH_CLEAR, color="secondary"),
            html.Div(id=Ids.BATCH_STATE, className="small", role="alert"),
        ],
        className="bem-batch-bar",
    )
    content = html.Div([html.Div(id=Ids.BATCH_TABLE), buttons])
    return html.Div(
        card("Files", content), id=Ids.BATCH_BOX, className="bem-batch-page", hidden=True
    )


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
    who = viewer()
    payloads = [
        {"upload": one["id"], "mapping": None, "time_zone": str(who.zone), "request": request_id()}
        for one in uploads
    ]
    ids = jobs.enqueue_all(
        database(), kind="verify file", payloads=payloads, user_name=who.name, now=now()
    )
    return [{"upload": one, "check": job} for one, job in zip(uploads, ids, strict=True)]


@callback(
    output=(
        Output(Ids.DROP_BOX, "hidden"),
        Output(Ids.BATCH_BOX, "hidden"),
        Output(Ids.BATCH_TABLE, "children"),
        Output(Ids.BATCH_SAVE, "style"),
        Output(Ids.BATCH_STOP, "style"),
        Output(Ids.BATCH_WORKING, "data"),
        Output(Ids.BATCH_POLL, "max_intervals"),
    ),
    inputs={
        "batch": Input(Ids.BATCH, "data"),
        "upload": Input(Ids.UPLOAD, "data"),
        "ticks": Input(Ids.BATCH_POLL, "n_intervals"),
    },
)
def show(batch: Sent, upload: Sent, ticks: Sent) -> tuple[Any, ...]:
    """Show the files: how far their checks are, then what is asked, then their imports."""
    files = read_batch(batch)
    if not files or read_upload(upload):
        return bool(files), True, no_update, no_update, no_update, False, no_update
    rows = rows_of(files, results=False)
    working = any(row.is_checking or row.is_loading for row in rows)
    if working or any(row.load for row in rows):
        content, asks = work_table(rows_of(files, results=not working), now()), False
    else:
        whole = rows_of(files, results=True)
        content, asks = question_table(whole, battery_choices(database()), viewer()), True
    stops = any(row.is_loading for row in rows)
    again = read_id(ticks) + 1 if working else no_update
    return True, False, content, _style(asks), _style(stops), working, again


def rows_of(files: Sequence[Mapping[str, Any]], *, results: bool) -> list[FileRow]:
    """Return the files with how their tasks are; `results` of checks are large."""
    ids = [job for one in files for job in (one["check"], one.get("load")) if job is not None]
    statuses = job_statuses(database(), ids, viewer().name, results=results)
    return [
        FileRow(
            number,
            dict(one["upload"]),
            statuses.get(one["check"]),
            statuses.get(one.get("load") or 0),
        )
        for number, one in enumerate(files)
    ]


def _style(visible: bool) -> dict[str, str]:
    return {} if visible else {"display": "none"}


@callback(
    output=(
        Output(Ids.BATCH, "data", allow_duplicate=True),  # begin and others write it too
        Output(Ids.BATCH_STATE, "children"),
        Output(Ids.BATCH_ONCE, "data"),
    ),
    inputs={"_clicks": Input(Ids.BATCH_SAVE, "n_clicks")},
    state={
        "batch": State(Ids.BATCH, "data"),
        "token": State(Ids.BATCH_ONCE, "data"),
        "controls": {name: State(ids, "value") for name, ids in CONTROLS.items()},
    },
    prevent_initial_call=True,
    running=[(Output(Ids.BATCH_SAVE, "disabled"), True, False)],
)
def confirm(_clicks: int, batch: Sent, token: Sent, controls: dict[str, Sent]) -> tuple[Any, ...]:
    """Have the chosen files imported, once, if everything that is asked of them is answered."""
    files = read_batch(batch)
    answers = _answers(len(files))
    try:
        payloads = _payloads(files, answers)
        done = once(token, lambda by: _enqueued(list(payloads.values()), by), payloads)
    except DoneBeforeError as error:
        return no_update, str(error), new_token()
    except InputError as error:
        return no_update, str(error), no_update
    loads = dict(zip(payloads, done, strict=True))
    return [{**one, "load": loads.get(n)} for n, one in enumerate(files)], None, new_token()


def _answers(count: int) -> list[dict[str, Sent]]:
    """Return the controls' values by file; a control that was never touched has none."""
    answers: list[dict[str, Sent]] = [{} for _ in range(count)]
    for_all = None
    for name, group in ctx.args_grouping["controls"].items():
        for one in group:
            place = one["id"].get("row")
            if isinstance(place, int) and 0 <= place < count:
                answers[place][name] = one.get("value")
            elif place == EVERY_FILE and name == "battery":
                for_all = one.get("value")
    return [one if one.get("battery") else {**one, "battery": for_all} for one in answers]


def _payloads(
    files: Sequence[Mapping[str, Any]], answers: Sequence[Mapping[str, Sent]]
) -> dict[int, dict[str, Any]]:
    """Return what the worker needs, by the places of the files. Raises InputError naming a file."""
    rows = rows_of(files, results=True)
    batteries, store, who = battery_choices(database()), database(), viewer()
    payloads = {}
    for row, given in zip(rows, answers, strict=True):
        if given.get("take") is not True or row.failure or row.checked is None:
            continue
        try:
            decided = answered(row, given, may_delete=who.administers)
            battery = chosen_battery(
                given.get("battery"), batteries, lambda text: battery_named_in(store, text)
            )
            _check_battery(row.checked, decided["mapping"], battery)
        except InputError as error:
            raise InputError(f"{row.upload['name']}: {error}") from error
        mapping = decided.pop("mapping")
        fields = {
            "name": decided.pop("name"),
            "description": "",
            "battery_id": battery,
            "day": given.get("day"),
            "clock": given.get("clock"),
        }
        payloads[row.number] = {**to_import(fields, row.checked, row.upload, mapping), **decided}
    if not payloads:
        raise InputError("No file is chosen for the import.")
    return payloads


def _check_battery(checked: dict[str, Any], mapping: Columns, battery_id: int) -> None:
    if problems := not_of_battery(checked, mapping, battery_id):
        raise InputError(f"{problems[0].text} If it is right, open the file alone and say so.")


def _enqueued(payloads: Sequence[dict[str, Any]], by: By) -> list[int]:
    return jobs.enqueue_all(
        database(),
        kind="import file",
        payloads=[{**one, "request": request_id()} for one in payloads],
        user_name=by.user_name,
        now=by.now,
        form_token=by.form_token,
    )


@callback(
    output=Output(Ids.BATCH_STOP, "disabled"),
    inputs={
        "_one": Input(Ids.batch_cancel(ALL), "n_clicks"),
        "_all": Input(Ids.BATCH_STOP, "n_clicks"),
    },
    state={"batch": State(Ids.BATCH, "data")},
    prevent_initial_call=True,
)
def cancel(_one: Sent, _all: Sent, batch: Sent) -> bool:
    """Cancel the import of one file, or of all that are not done."""
    files = read_batch(batch)
    if not any(one.get("value") for one in ctx.triggered):
        raise PreventUpdate  # buttons that were drawn
    if ctx.triggered_id != Ids.BATCH_STOP:
        number = sent_id(ctx.triggered_id, "row")
        files = files[number : number + 1] if number >= 0 else []
    for one in files:
        if one.get("load") is not None:
            cancel_quietly(one["load"])
    return False


@callback(
    output=(
        Output(Ids.BATCH, "data", allow_duplicate=True),  # begin and others write it too
        Output(Ids.UPLOAD, "data", allow_duplicate=True),  # the upload script and watch_import
    ),
    inputs={
        "_alone": Input(Ids.batch_alone(ALL), "n_clicks"),
        "_clear": Input(Ids.BATCH_CLEAR, "n_clicks"),
    },
    state={"batch": State(Ids.BATCH, "data")},
    prevent_initial_call=True,
)
def put_aside(_alone: Sent, _clear: Sent, batch: Sent) -> tuple[Any, ...]:
    """Open one file alone, to correct its columns; or put all aside, whose imports go on."""
    files = read_batch(batch)
    if not any(one.get("value") for one in ctx.triggered):
        raise PreventUpdate  # buttons that were drawn
    if ctx.triggered_id == Ids.BATCH_CLEAR:
        return None, no_update
    number = sent_id(ctx.triggered_id, "row")
    if not 0 <= number < len(files):
        raise PreventUpdate
    others = [one for place, one in enumerate(files) if place != number]
    return others or None, files[number]["upload"]
