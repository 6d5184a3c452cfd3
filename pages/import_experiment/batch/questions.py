"""The table of several files before their import: what each is, and what is asked of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import Head, icon, id_in_the_page, table
from components.controls import small_button
from db.queries.batteries.detail import BatteryChoice
from pages.context import Viewer
from pages.import_experiment import again
from pages.import_experiment.batch.answers import Note
from pages.import_experiment.batch.rows import (
    ANSWER,
    EVERY_FILE,
    FileRow,
    battery_label,
    sentence_of,
)
from pages.import_experiment.batch.table import count_cell, file_cell, start_cell, table_row
from pages.import_experiment.columns import hidden_label, zone_options
from pages.import_experiment.ids import Ids
from pages.import_experiment.inferred import RIGHT
from pages.import_experiment.mapping import CHARGE, DISCHARGE
from pages.import_experiment.remembered import as_for

BATTERIES = "import-batch-batteries"
AS_NEW, EACH = "Import all as new", "each"
HEADS = (
    Head("Import", "", "64px"),
    Head("File"),
    Head("Rows", "num", "76px"),
    Head("Battery", "", "15%"),
    Head("Name", "", "15%"),
    Head("Start", "", "164px"),
    Head("To decide", "", "22%"),
)


def question_table(
    rows: Sequence[FileRow],
    batteries: Sequence[BatteryChoice],
    who: Viewer,
    zone: str,
    missing: Mapping[int, str],
    battery_of_all: str = "",
) -> Component:
    """Show what each file is, what is proposed for it and what is asked; and what is missing.

    `zone` is that of local clocks, `battery_of_all` the one of files whose row has none.
    """
    body = [_question_row(row, batteries, who, missing.get(row.number, "")) for row in rows]
    offered = [html.Option(value=battery_label(one)) for one in batteries]
    return html.Div(
        [
            html.Div(
                [
                    *_battery_of_all(rows, battery_of_all),
                    *_zone_of_all(rows, zone),
                    *_again_of_all(rows),
                    *_together(rows),
                ],
                className="bem-batch-bar",
            ),
            *_left_out(rows),
            table(HEADS, body, "in-card bem-batch"),
            html.Datalist(offered, id=BATTERIES),
        ],
        className="bem-batch-box",
    )


def _left_out(rows: Sequence[FileRow]) -> list[Component]:
    """Say how many files cannot be imported from here, so that none is left out in silence."""
    asked = sum(bool(row.needs) for row in rows)
    refused = sum(bool(row.failure) for row in rows) - asked
    words = []
    if asked:
        noun = formatting.counted(asked, "file")
        words.append(f"To open alone before the import, as the rows say: {noun}.")
    if refused:
        words.append(f"Cannot be imported: {formatting.counted(refused, 'file')}.")
    if not words:
        return []
    return [html.Div(" ".join(words), className="bem-batch-note small", role="status")]


def _battery_of_all(rows: Sequence[FileRow], proposal: str) -> list[Component]:
    """Ask once for the battery of all files whose row has none; offer to add one."""
    battery = dbc.Input(
        id=Ids.batch_battery(EVERY_FILE),
        value=proposal,
        debounce=True,
        list=BATTERIES,
        placeholder="Choose or type",
        style={"maxWidth": "260px"},
        persistence=rows[0].upload["id"],
        persistence_type="session",
    )
    words = dbc.Label("Battery of all files without one", html_for=id_in_the_page(battery.id))
    new = dbc.Button("New battery", id=Ids.batch_new_battery(EVERY_FILE), color="link", size="sm")
    return [html.Div([words, battery, new], className="bem-batch-choice")]


def _again_of_all(rows: Sequence[FileRow]) -> list[Component]:
    """Ask once what to do with all files that came before; nothing where fewer than two did."""
    if sum(row.asks_again for row in rows) < 2:
        return []
    choice = dbc.Select(
        id=Ids.batch_again(EVERY_FILE),
        options=[
            {"label": "Each as its row says", "value": EACH},
            {"label": AS_NEW, "value": again.NEW},
        ],
        value=EACH,
        style={"width": "200px"},
        persistence=rows[0].upload["id"],
        persistence_type="session",
    )
    words = dbc.Label("Files that came before", html_for=id_in_the_page(choice.id))
    return [html.Div([words, choice], className="bem-batch-choice")]


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
    return [
        html.Div([choice, html.Span(words, className="t3 small")], className="bem-batch-choice")
    ]


def _zone_of_all(rows: Sequence[FileRow], zone: str) -> list[Component]:
    """Ask once for the zone of all clocks that name none; nothing where every clock names one."""
    if not any(row.is_local for row in rows):
        return []
    choice = dcc.Dropdown(
        id=Ids.batch_zone(EVERY_FILE), options=zone_options(), value=zone, clearable=False
    )
    words = html.Span("Time zone of clocks that name none", className="form-label")
    zones = html.Div(choice, className="bem-batch-zone")
    return [html.Div([words, zones], className="bem-batch-choice")]


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
        debounce=True,
        list=BATTERIES,
        placeholder="Choose or type",
        **keep,
    )
    asked = not row.failure
    file = row.upload["name"]
    return table_row(
        HEADS,
        [hidden_label(f"Import {file}", take.id), take],
        file_cell(row),
        count_cell(row),
        _hide([hidden_label(f"Battery of {file}", battery.id), battery], asked),
        _hide([hidden_label(f"Name for {file}", name.id), name], asked),
        start_cell(row, who),
        _questions(row, who, missing),
    )


def _hide(parts: list[Any], asked: bool) -> Component:
    """Keep the controls of a file that cannot be imported, unseen: each row sends all of them."""
    return html.Div(parts, hidden=not asked)


def _questions(row: FileRow, who: Viewer, missing: str) -> Component:
    is_asked = row.needs == ANSWER
    look, name = (
        ("small", "question-circle-fill") if is_asked else ("bem-bad small", "x-circle-fill")
    )
    open_alone = small_button(
        f"Open it alone to {row.needs}" if row.needs else "Open alone",
        "btn-secondary" if row.needs else "btn-link",
        id=Ids.batch_alone(row.number),
    )
    return html.Div(
        [
            html.Div(
                row_note(row.number, Note("" if row.failure else missing, stops=True)),
                id=Ids.batch_fits(row.number),
                className="small",
                role="status",
            ),
            html.Div([icon(name), " ", row.failure], className=look, hidden=not row.failure),
            *_unit(row),
            *_right(row.number, row.acceptable, row.right),
            *map(_warning, row.warned),
            _sign(row),
            _again(row, who),
            *_details(row),
            html.Div(as_for(row.checked), className="t3 small", hidden=not as_for(row.checked)),
            open_alone,
        ],
        className="bem-stack",
    )


def row_note(number: int, note: Note) -> list[Component]:
    """Say what is missing of a file, or what speaks against its battery."""
    if not note.text:
        return []
    if note.stops:
        said = html.Span([icon("x-circle-fill"), " ", note.text], className="bem-bad")
        return [said, *_right(number, note.code)]
    return [html.Span([icon("exclamation-triangle-fill"), " ", note.text])]


def _unit(row: FileRow) -> list[Component]:
    """Ask for the unit that a file's question is about; nothing for other questions."""
    asked = row.unit_asked
    if asked is None:
        return []
    column, file = asked.column, row.upload["name"]
    choice = dbc.Select(
        id=Ids.batch_unit(row.number),
        options=[one for one in column.field.units if one != column.unit],
        placeholder=f"Unit of {column.shown} ...",
        size="sm",
    )
    return [html.Div([hidden_label(f"Unit of {column.shown} in {file}", choice.id), choice])]


def _right(number: int, code: str, words: str = RIGHT) -> list[Component]:
    """Offer the answer to a question that the file is right as it is; nothing without one."""
    return (
        [dbc.Checkbox(id=Ids.batch_accept(number, code), label=words, value=False)] if code else []
    )


def _warning(problem: Mapping[str, Any]) -> Component:
    words = [icon("exclamation-triangle-fill"), " ", sentence_of(problem)]
    return html.Div(words, className="small")


def _sign(row: FileRow) -> Component:
    sign = dbc.Select(
        id=Ids.batch_sign(row.number),
        options=[
            {"label": "Current above zero charges", "value": CHARGE},
            {"label": "Current above zero discharges", "value": DISCHARGE},
        ],
        placeholder="Current above zero ...",
        persistence=row.upload["id"],
        persistence_type="session",
    )
    label = hidden_label(f"Current above zero in {row.upload['name']}", sign.id)
    return html.Div([label, sign], hidden=bool(row.failure) or not row.asks_sign)


def _again(row: FileRow, who: Viewer) -> Component:
    words = again.choices(row.earlier, may_delete=who.administers)
    answer = dbc.Select(
        id=Ids.batch_again(row.number),
        options=[{"label": label, "value": value} for value, label in words.items()],
        placeholder="It came before ..." if row.earlier else "It is in another file ...",
        persistence=row.upload["id"],
        persistence_type="session",
    )
    label = hidden_label(f"{row.upload['name']} came before", answer.id)
    earlier = html.Div(again.earlier_list(row.earlier), className="t3 small")
    other = html.Div(f"{row.whole} has these measures, and more.", hidden=not row.whole)
    return html.Div([label, answer, other, earlier], hidden=not row.asks_again)


def _details(row: FileRow) -> list[Component]:
    """Fold away, under how many they are, what was found in a file and what was inferred."""
    parts = (("to know", row.to_know, "thing"), ("inferred", row.inferred, ""))
    if not any(texts for _label, texts, _noun in parts):
        return []
    counts = [
        f"{formatting.counted(len(texts), noun)} {label}" if noun else f"{len(texts)} {label}"
        for label, texts, noun in parts
        if texts
    ]
    lists = [html.Ul([html.Li(one) for one in texts]) for _label, texts, _noun in parts if texts]
    return [
        html.Details(
            [html.Summary(", ".join(counts)), *lists],
            className="bem-choose small",
        )
    ]
