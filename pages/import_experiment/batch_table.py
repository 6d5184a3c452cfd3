"""The table of several files: one row each, with what is asked of it, or how far it is."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import Children, Head, icon, id_in_the_page, table
from components.controls import small_button
from db.queries.batteries.detail import BatteryChoice
from db.queries.jobs import JobStatus
from db.terms import JobState
from pages.context import Viewer
from pages.import_experiment import again
from pages.import_experiment.batch_rows import EVERY_FILE, FileRow, battery_label
from pages.import_experiment.columns import hidden_label, zone_options
from pages.import_experiment.file import NO_WORKER
from pages.import_experiment.ids import Ids
from pages.import_experiment.mapping import CHARGE, DISCHARGE
from pages.import_experiment.remembered import as_for

BATTERIES = "import-batch-batteries"
LATELY = timedelta(seconds=10)
WORK_HEADS = (Head("File"), Head("Rows", "num", "110px"), Head("State", "", "45%"))
HEADS = (
    Head("Import", "", "70px"),
    Head("File"),
    Head("Rows", "num", "100px"),
    Head("Battery", "", "200px"),
    Head("Name", "", "170px"),
    Head("Start", "", "190px"),
    Head("To decide", "", "230px"),
)


def work_table(rows: Sequence[FileRow], now: datetime) -> Component:
    """Show how far the checks are; once there are imports, how far these are."""
    importing = any(row.load for row in rows)
    tasks = [row.load if importing else row.check for row in rows]
    turn = None if _stands(tasks, now) else _turn(tasks)
    body = [
        _row(WORK_HEADS, _file(row), _count(row), _work(row, task, turn))
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


def question_table(
    rows: Sequence[FileRow],
    batteries: Sequence[BatteryChoice],
    who: Viewer,
    zone: str,
    missing: Mapping[int, str],
) -> Component:
    """Show what each file is, what is proposed for it and what is asked; and what is missing.

    `zone` is that of local clocks.
    """
    body = [_question_row(row, batteries, who, missing.get(row.number, "")) for row in rows]
    offered = [html.Option(value=battery_label(one)) for one in batteries]
    return html.Div(
        [
            html.Div(
                [*_battery_of_all(rows), *_zone_of_all(rows, zone), *_together(rows)],
                className="bem-batch-bar",
            ),
            table(HEADS, body, "in-card bem-batch"),
            html.Datalist(offered, id=BATTERIES),
        ],
        className="bem-batch-box",
    )


def _battery_of_all(rows: Sequence[FileRow]) -> list[Component]:
    """Ask once for the battery of all files whose row has none."""
    battery = dbc.Input(
        id=Ids.batch_battery(EVERY_FILE),
        list=BATTERIES,
        placeholder="Choose or type",
        style={"maxWidth": "320px"},
        persistence=rows[0].upload["id"],
        persistence_type="session",
    )
    words = dbc.Label("Battery of all files without one", html_for=id_in_the_page(battery.id))
    return [words, battery]


def _together(rows: Sequence[FileRow]) -> list[Component]:
    """Offer to make one experiment of the files; nothing where there are no two to be imported."""
    if sum(not row.failure for row in rows) < 2:
        return []
    choice = dbc.Checkbox(
        id=Ids.batch_together(EVERY_FILE),
        label="All in one experiment",
        value=False,
        persistence=rows[0].upload["id"],
        persistence_type="session",
    )
    words = "In the order of their clocks, else as listed. Name and battery are the first one's."
    return [choice, html.Span(words, className="t3 small")]


def _zone_of_all(rows: Sequence[FileRow], zone: str) -> list[Component]:
    """Ask once for the zone of all clocks that name none; nothing where every clock names one."""
    if not any(row.is_local for row in rows):
        return []
    choice = dcc.Dropdown(
        id=Ids.batch_zone(EVERY_FILE), options=zone_options(), value=zone, clearable=False
    )
    words = html.Span("Time zone of clocks that name none", className="form-label")
    return [words, html.Div(choice, className="bem-batch-zone")]


def _question_row(
    row: FileRow, batteries: Sequence[BatteryChoice], who: Viewer, missing: str
) -> Component:
    keep = {"persistence": row.upload["id"], "persistence_type": "session"}
    take = dbc.Checkbox(
        id=Ids.batch_take(row.number),
        value=not row.failure,
        disabled=bool(row.failure),
        persistence=f"{row.upload['id']} {bool(row.failure)}",
        persistence_type="session",
    )
    name = dbc.Input(id=Ids.batch_name(row.number), value=row.name(), maxLength=30, **keep)
    battery = dbc.Input(
        id=Ids.batch_battery(row.number),
        value=row.battery(batteries),
        list=BATTERIES,
        placeholder="Choose or type",
        **keep,
    )
    asked = not row.failure
    file = row.upload["name"]
    return _row(
        HEADS,
        [hidden_label(f"Import {file}", take.id), take],
        _file(row),
        _count(row),
        _hide([hidden_label(f"Battery of {file}", battery.id), battery], asked),
        _hide([hidden_label(f"Name for {file}", name.id), name], asked),
        _start(row, who),
        _questions(row, who, missing),
    )


def _hide(parts: list[Any], asked: bool) -> Component:
    """Keep the controls of a file that cannot be imported, unseen: each row sends all of them."""
    return html.Div(parts, hidden=not asked)


def _start(row: FileRow, who: Viewer) -> Component:
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
        None if starts_at is None else formatting.exactly(_moment(starts_at, who), who.zone)
    )
    words = f"Its clock is of {row.time_zone}. If it is not, open it alone."
    zone = html.Div(words, className="t3 small") if row.time_zone else None
    return html.Div([start_text, zone, typed])


def _moment(unix_s: float, who: Viewer) -> datetime:
    return datetime.fromtimestamp(min(max(unix_s, 0.0), 7e9), who.zone)


def _questions(row: FileRow, who: Viewer, missing: str) -> Component:
    keep = {"persistence": row.upload["id"], "persistence_type": "session"}
    sign = dbc.Select(
        id=Ids.batch_sign(row.number),
        options=[
            {"label": "Current above zero charges", "value": CHARGE},
            {"label": "Current above zero discharges", "value": DISCHARGE},
        ],
        placeholder="Current above zero ...",
        **keep,
    )
    words = again.choices(row.earlier, may_delete=who.administers)
    answer = dbc.Select(
        id=Ids.batch_again(row.number),
        options=[{"label": label, "value": value} for value, label in words.items()],
        placeholder="It came before ...",
        **keep,
    )
    file = row.upload["name"]
    open_alone = small_button("Open alone", "btn-link", id=Ids.batch_alone(row.number))
    return html.Div(
        [
            html.Div(
                [icon("x-circle-fill"), " ", missing],
                className="bem-bad small",
                hidden=not missing or bool(row.failure),
            ),
            html.Div(
                [icon("x-circle-fill"), " ", row.failure],
                className="bem-bad small",
                hidden=not row.failure,
            ),
            html.Div(
                [hidden_label(f"Current above zero in {file}", sign.id), sign],
                hidden=bool(row.failure) or not row.asks_sign,
            ),
            html.Div(
                [
                    hidden_label(f"{file} came before", answer.id),
                    answer,
                    html.Div(again.earlier_list(row.earlier), className="t3 small"),
                ],
                hidden=bool(row.failure) or not row.earlier,
            ),
            *_to_know(row.to_know),
            html.Div(as_for(row.checked), className="t3 small", hidden=not as_for(row.checked)),
            open_alone,
        ],
        className="bem-stack",
    )


def _to_know(texts: Sequence[str]) -> list[Component]:
    """Fold the sentences away under how many they are."""
    if not texts:
        return []
    words = html.Summary(f"{formatting.counted(len(texts), 'thing')} to know")
    listed = html.Ul([html.Li(one) for one in texts])
    return [html.Details([words, listed], className="bem-choose small")]


def _work(row: FileRow, job: JobStatus | None, turn: JobStatus | None) -> Children:
    """Say how a task is; `turn` is the one that is worked on, None where none is."""
    if job is None:
        return html.Span("Left out", className="t3")
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


def _file(row: FileRow) -> list[Any]:
    name = row.upload["name"]
    size = html.Div(formatting.size(row.upload["size"]), className="t3 small")
    return [html.Span(name, className="cut", title=name), size]


def _count(row: FileRow) -> str:
    if row.checked is None:
        return ""
    return formatting.number(row.checked["verification"]["rows"])


def _row(heads: Sequence[Head], *cells: Children) -> Component:
    """Return a row whose cells know their heads: on a phone each row is a card."""
    return html.Tr(
        [
            html.Td(cell, className=head.look or None, **{"data-label": head.words})
            for head, cell in zip(heads, cells, strict=True)
        ]
    )
