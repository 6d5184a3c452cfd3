"""Cells of the table of several files: what each is, when it starts, how far it is."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import Children, Head, icon, table
from components.controls import small_button
from db.queries.jobs import JobStatus
from db.terms import JobState
from pages.context import Viewer
from pages.import_experiment.batch.rows import FileRow
from pages.import_experiment.columns import hidden_label
from pages.import_experiment.file import NO_WORKER
from pages.import_experiment.ids import Ids
from pages.import_experiment.mapping import shown_moment

LATELY = timedelta(seconds=10)
WORK_HEADS = (Head("File"), Head("Rows", "num", "110px"), Head("State", "", "45%"))


def work_table(rows: Sequence[FileRow], now: datetime) -> Component:
    """Show how far the checks are; once there are imports, how far these are."""
    importing = any(row.load for row in rows)
    tasks = [row.load if importing else row.check for row in rows]
    turn = None if _stands(tasks, now) else _turn(tasks)
    body = [
        table_row(WORK_HEADS, file_cell(row), count_cell(row), _work(row, task, turn))
        for row, task in zip(rows, tasks, strict=True)
    ]
    return table(WORK_HEADS, body, "in-card bem-batch")


def _turn(tasks: Sequence[JobStatus | None]) -> JobStatus | None:
    """Return the task that is worked on, or whose turn it is; None without any."""
    order = {JobState.RUNNING: 0, JobState.QUEUED: 1}
    under_way = [task for task in tasks if task and task.state in order]
    return min(under_way, key=lambda task: order[task.state], default=None)


def _stands(tasks: Sequence[JobStatus | None], now: datetime) -> bool:
    """Whether no worker does anything: the first waits for long, and none has ended lately."""
    ends = [task.ended_at for task in tasks if task and task.ended_at]
    turn = _turn(tasks)
    lately = bool(ends) and now - max(ends) < LATELY
    return turn is not None and turn.waits_long(now) and not lately


def _work(row: FileRow, job: JobStatus | None, turn: JobStatus | None) -> Children:
    """Say how a task is; `turn` is the one that is worked on, None where none is."""
    if job is None:
        return _left_out(row)
    if job.state is JobState.DONE and job is row.load and job.result:
        number = job.result["experiment_id"]
        return [
            icon("check-circle"),
            " ",
            dcc.Link(f"Experiment {number}", href=f"/experiments/{number}"),
        ]
    if job.state is JobState.DONE:
        return [icon("check-circle"), " Checked"]
    if job.state is JobState.FAILED:
        return html.Span(
            [icon("x-circle-fill"), f" {job.error} Task {job.id}."], className="bem-bad"
        )
    if job.state is JobState.CANCELLED:
        return html.Span("Cancelled. Nothing of it was imported.", className="t2")
    cancel = small_button("Cancel", "btn-link", id=Ids.batch_cancel(row.number))
    given = [cancel] if job is row.load else []
    if job is not turn or job.state is JobState.QUEUED:
        words = NO_WORKER if turn is None else "Waiting for its turn"
        return html.Div([html.Span(words, className="t2"), *given])
    percent = round(100 * job.fraction)
    bar = dbc.Progress(value=max(2, percent), class_name="work")
    words = html.Span(f"{'Importing' if job is row.load else 'Checking'}, {percent} %")
    return html.Div([words, bar, *given], className="bem-running")


def _left_out(row: FileRow) -> Component:
    """Say why a file is not imported; its own page still takes it."""
    alone = small_button("Open alone", "btn-link", id=Ids.batch_alone(row.number))
    return html.Div([html.Span(row.reason or "Left out", className="t2"), alone])


def file_cell(row: FileRow) -> list[Any]:
    """Return the cell of a file's name and size."""
    name = row.upload["name"]
    size = html.Div(formatting.size(row.upload["size"]), className="t3 small")
    return [html.Span(name, className="bem-batch-name"), size]


def count_cell(row: FileRow) -> str:
    """Return the cell of how many rows a file has, blank before its check."""
    if row.checked is None:
        return ""
    return formatting.number(row.checked["verification"]["rows"])


def table_row(heads: Sequence[Head], *cells: Children) -> Component:
    """Return a row whose cells know their heads: on a phone each row is a card."""
    return html.Tr(
        [
            html.Td(cell, className=head.look or None, **{"data-label": head.words})
            for head, cell in zip(heads, cells, strict=True)
        ]
    )


def start_cell(row: FileRow, who: Viewer) -> Component:
    """Show when a file starts; where it has no clock, ask."""
    start = row.start(who.zone) if row.asks_start else None
    keep = {"persistence": row.upload["id"], "persistence_type": "session"}
    day = dbc.Input(
        id=Ids.batch_day(row.number),
        type="date",
        value=start.date().isoformat() if start else None,
        **keep,
    )
    clock = dbc.Input(
        id=Ids.batch_clock(row.number),
        type="time",
        step=1,
        value=f"{start:%H:%M}" if start else None,
        **keep,
    )
    file = row.upload["name"]
    typed = html.Div(
        [
            hidden_label(f"Day on which {file} starts", day.id),
            day,
            hidden_label(f"Time at which {file} starts", clock.id),
            clock,
            dbc.FormText("No clock in the file: from its own date."),
        ],
        className="bem-batch-start",
        hidden=start is None or bool(row.failure),
    )
    starts_at = None if row.checked is None else row.checked["verification"]["starts_at"]
    start_text = (
        None
        if starts_at is None
        else formatting.exactly(shown_moment(starts_at, who.zone), who.zone)
    )
    parts = [start_text, _zone(row.time_zone), typed]
    return html.Div(parts, hidden=start_text is None and typed.hidden)


def _zone(zone: str) -> Component | None:
    """Name the zone of a clock that names none; unfolded, what to do if it is another."""
    if not zone:
        return None
    words = f"Its clock is of {zone}. If it is not, open it alone."
    return html.Details([html.Summary(zone), words], className="bem-choose t3 small")
