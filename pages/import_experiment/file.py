"""The file: where it is dropped, the tasks on it, and how far they are."""

from datetime import datetime
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from components import formatting
from components.blocks import icon, note
from components.controls import small_button
from components.sent import Sent
from cycling.errors import InputError, NotFoundError
from db.commands import jobs
from db.queries.jobs import JobStatus, job_status
from pages.context import database, now, viewer
from pages.import_experiment.ids import Ids
from pages.sent import sent_id

NO_WORKER = "Waiting for a free worker. If this lasts, ask an admin whether `bem worker` runs."


def drop_zone() -> Component:
    """Return the place for a file: drop it, or choose one."""
    return html.Div(
        [
            icon("file-earmark-arrow-up"),
            html.Div("Drop cyclers' files here"),
            html.Button(
                "Choose files",
                type="button",
                className="btn btn-primary",
                **{"data-bem-upload": "true"},
            ),
            html.Div(
                "A file of Neware, BioLogic or Arbin, a workbook, BDF, or any table as text. "
                "Nothing is imported before you have seen what is in it.",
                className="t3 small",
            ),
        ],
        className="bem-drop",
        id=Ids.CHOOSE,
        **{"data-bem-drop": "true"},
    )


def upload_progress() -> Component:
    """Return the bar of a running upload, drawn by the upload script."""
    return html.Div(
        [
            html.Span(id=Ids.UPLOAD_TEXT, className="small"),
            dbc.Progress(id=Ids.UPLOAD_PROGRESS, value=0, class_name="work"),
            small_button("Cancel", "btn-link", **{"data-bem-upload-cancel": "true"}),
        ],
        id=Ids.UPLOAD_RUNNING,
        className="bem-uploading",
        style={"display": "none"},
    )


def file_line(upload: dict[str, Any]) -> Component:
    """Name the uploaded file, with a button to take another one."""
    return html.Div(
        [
            icon("file-earmark-text", "t3"),
            html.Div(
                [
                    html.Span(upload["name"], className="cut", title=upload["name"]),
                    html.Span(f" {formatting.size(upload['size'])}", className="t3 small"),
                ],
                className="cut",
            ),
            dbc.Button("Remove", id=Ids.REMOVE, color="link", size="sm"),
        ],
        className="bem-file",
    )


def checking(job: JobStatus, now: datetime) -> Component:
    """Show how far the check of the file is."""
    if job.waits_long(now):
        return html.Div(NO_WORKER, className="bem-file-note bem-bad small", role="status")
    label = html.Span("Checking every row", className="t3 small")
    return html.Div([label, _bar(job)], className="bem-file-note", role="status")


def importing(job: JobStatus, now: datetime) -> Component:
    """Show how far the import is, in the save bar."""
    rows = f"{formatting.number(job.done)} of {formatting.number(job.total)} rows"
    text = f"{round(100 * job.fraction)} %, {rows}" if job.total else "Starting"
    if job.waits_long(now):
        text = NO_WORKER
    label = html.Span(text, className="small")
    return html.Div([label, _bar(job)], className="bem-running", role="status")


def failure(job: JobStatus) -> Component:
    """Say why a task failed, and by which number the worker's log has it."""
    number = html.Span(f" Task {job.id}.", className="t3 small")
    return note("error", [job.error, number], alert=True)


def recognised(result: dict[str, Any]) -> Component:
    """Say as what the file was recognised."""
    checked = result["verification"]
    facts = (
        checked["mapping"]["format"],
        result["dialect"],
        formatting.counted(checked["rows"], "row"),
        formatting.duration(checked["duration_s"] or 0),
    )
    return html.Div(", ".join(facts), className="bem-file-note t3 small")


def _bar(job: JobStatus) -> Component:
    return dbc.Progress(value=max(2, round(100 * job.fraction)), class_name="work")


def own_job(job_id: Sent, kind: str) -> JobStatus:
    """Return the viewer's job; raises NotFoundError for anybody else's and one of another kind."""
    job = job_status(database(), sent_id(job_id))
    if (job.user_name, job.kind) != (viewer().name, kind):
        raise NotFoundError("This task is not known any more. Start it again.")
    return job


def cancel_quietly(job_id: Sent) -> None:
    """Cancel a task of the viewer; one that has ended stays as it is."""
    number = sent_id(job_id)
    try:
        jobs.cancel(database(), number, user_name=viewer().name, now=now())
    except InputError:
        return  # it has ended by itself meanwhile
