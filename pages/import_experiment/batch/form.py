"""Several files at once: checked together, confirmed in a table, each imported by its own task."""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import ALL, Input, Output, State, callback, ctx, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components.blocks import card
from components.sent import Sent
from cycling.errors import InputError
from db.commands import jobs
from db.commands.audit import By
from db.commands.form_tokens import DoneBeforeError, new_token
from db.queries.batteries.detail import battery_choices
from pages.context import database, now, once, request_id, viewer
from pages.import_experiment.batch.answers import fit_notes, missing_words, payloads_of, rows_of
from pages.import_experiment.batch.checks import zone_of
from pages.import_experiment.batch.questions import question_table, row_note
from pages.import_experiment.batch.rows import EVERY_FILE, with_wholes
from pages.import_experiment.batch.table import work_table
from pages.import_experiment.file import cancel_quietly
from pages.import_experiment.ids import Ids
from pages.import_experiment.stores import read_batch, read_missing, read_upload
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
        dcc.Store(id=Ids.BATCH_MISSING),
        dcc.Interval(id=Ids.BATCH_POLL, interval=POLL_MS, max_intervals=0),
    ]


def box() -> Component:
    """Return the place of the table, hidden until several files came together."""
    buttons = html.Div(
        [
            dbc.Button("Import", id=Ids.BATCH_SAVE, color="primary"),
            dbc.Button("Cancel all", id=Ids.BATCH_STOP, color="secondary"),
            dbc.Button("Choose other files", id=Ids.BATCH_CLEAR, color="secondary"),
            html.Div(id=Ids.BATCH_STATE, className="bem-bad small", role="alert"),
        ],
        className="bem-batch-bar bem-batch-end",
    )
    content = html.Div([html.Div(id=Ids.BATCH_TABLE), buttons])
    return html.Div(
        card("Files", content), id=Ids.BATCH_BOX, className="bem-batch-page", hidden=True
    )


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
        "missing": Input(Ids.BATCH_MISSING, "data"),
    },
)
def show(batch: Sent, upload: Sent, ticks: Sent, missing: Sent) -> tuple[Any, ...]:
    """Show the files: how far their checks are, then what is asked, then their imports."""
    files = read_batch(batch)
    if not files or read_upload(upload):
        return bool(files), True, no_update, no_update, no_update, False, no_update
    rows = rows_of(files, results=False)
    working = any(row.is_checking or row.is_loading for row in rows)
    if working or any(row.load for row in rows):
        content, asks = work_table(rows_of(files, results=not working), now()), False
    else:
        whole = with_wholes(rows_of(files, results=True))
        batteries, zone = battery_choices(database()), zone_of(files)
        asks = True
        lacks, of_all = read_missing(missing), str(files[0].get("battery") or "")
        content = question_table(whole, batteries, viewer(), zone, lacks, of_all)
    stops = any(row.is_loading for row in rows)
    again = read_id(ticks) + 1 if working else no_update
    return True, False, content, _style(asks), _style(stops), working, again


def _style(visible: bool) -> dict[str, str]:
    return {} if visible else {"display": "none"}


@callback(
    output=(
        Output(Ids.BATCH, "data", allow_duplicate=True),  # begin and others write it too
        Output(Ids.BATCH_STATE, "children"),
        Output(Ids.BATCH_ONCE, "data"),
        Output(Ids.BATCH_MISSING, "data"),
    ),
    inputs={"_clicks": Input(Ids.BATCH_SAVE, "n_clicks")},
    state={
        "batch": State(Ids.BATCH, "data"),
        "token": State(Ids.BATCH_ONCE, "data"),
        "together": State(Ids.batch_together(ALL), "value"),
        "controls": {name: State(ids, "value") for name, ids in CONTROLS.items()},
    },
    prevent_initial_call=True,
    running=[(Output(Ids.BATCH_SAVE, "disabled"), True, False)],
)
def confirm(
    _clicks: int, batch: Sent, token: Sent, together: Sent, controls: dict[str, Sent]
) -> tuple[Any, ...]:
    """Have the chosen files imported, once, if everything that is asked of them is answered."""
    files = read_batch(batch)
    try:
        answers, as_one = _answers(len(files)), True in (together or ())
        payloads, missing = payloads_of(files, answers, together=as_one)
        if missing:
            return no_update, missing_words(files, missing), no_update, missing
        done = once(token, lambda by: _enqueued(list(payloads.values()), by), payloads)
    except DoneBeforeError as error:
        return no_update, str(error), new_token(), None
    except InputError as error:
        return no_update, str(error), no_update, None
    loads = {n: job for places, job in zip(payloads, done, strict=True) for n in places}
    left_out = {row.number: row.left_out for row in rows_of(files, results=True)}
    started = [
        {**one, "load": loads[n]} if n in loads else {**one, "load": None, "reason": left_out[n]}
        for n, one in enumerate(files)
    ]
    return started, None, new_token(), None


@callback(
    output={"fits": Output(Ids.batch_fits(ALL), "children")},
    inputs={"batteries": Input(Ids.batch_battery(ALL), "value")},
    state={
        "batch": State(Ids.BATCH, "data"),
        "notes": State(Ids.batch_fits(ALL), "id"),
        "missing": State(Ids.BATCH_MISSING, "data"),
    },
)
def compare(batteries: Sent, batch: Sent, notes: Sent, missing: Sent) -> dict[str, Sent]:
    """Say what the battery of a file cannot have, as soon as it is chosen."""
    files = read_batch(batch)
    given = {one["id"].get("row"): one.get("value") for one in ctx.args_grouping["batteries"]}
    places = [one.get("row") for one in notes or ()]
    changed = {one.get("row") for one in ctx.triggered_prop_ids.values() if isinstance(one, dict)}
    if not changed or EVERY_FILE in changed:
        changed = set(places)
    said = read_missing(missing) if len(ctx.triggered_prop_ids) != 1 else {}  # drawn with it
    wanted = {
        place: given.get(place) or given.get(EVERY_FILE)
        for place in places
        if place in changed and isinstance(place, int) and 0 <= place < len(files)
    }
    found = fit_notes(files, wanted)
    for place, text in said.items():
        note = found.pop(place, None)
        if note and note.text and note.text in text:
            found[place] = note._replace(text=text)
    return {"fits": [row_note(n, found[n]) if n in found else no_update for n in places]}


def _answers(count: int) -> list[dict[str, Sent]]:
    """Return the controls' values by file; a control that was never touched has none."""
    answers: list[dict[str, Sent]] = [{} for _ in range(count)]
    for_all: dict[str, Sent] = {}
    for name, group in ctx.args_grouping["controls"].items():
        for one in group:
            place = one["id"].get("row")
            if isinstance(place, int) and 0 <= place < count:
                answers[place][name] = one.get("value")
            elif place == EVERY_FILE:
                for_all[name] = one.get("value")
    return [
        {**one, **{n: one.get(n) or of_all for n, of_all in for_all.items()}} for one in answers
    ]


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
