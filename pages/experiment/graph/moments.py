"""Moments of an experiment: links that zoom to them, and their marks in the graph."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from dash import html
from dash.development.base_component import Component

from components import formatting
from components.figures.measure_graph import ALARM_SIGN, EventMark
from components.figures.time_axis import Window
from db.engine import Database
from db.queries.experiments.detail import NoteFacts, experiment_notes
from db.queries.experiments.events import AlarmFacts, Alarms, experiment_alarms
from db.queries.stations.run import RunAlarm
from pages.context import Viewer

PART_OF_WHOLE, LEAST_S = 20, 60.0  # what a zoom to a moment shows


def zoom_link(at: datetime, whole: Window, who: Viewer) -> Component:
    """Return the time of a moment; a click shows that part of the graph."""
    first, last = around(at.timestamp(), whole)
    return html.Button(
        formatting.exactly(at, who.zone),
        type="button",
        className="bem-link",
        title=f"Show in the graph, {formatting.utc(at)}",
        **{"data-bem-window": f"{first * 1000:.0f},{last * 1000:.0f}"},
    )


def around(moment_s: float, whole: Window) -> Window:
    """Return the part of the time to show for a moment, in Unix seconds."""
    half = max((whole[1] - whole[0]) / PART_OF_WHOLE, LEAST_S) / 2
    return moment_s - half, moment_s + half


def numbered(notes: Sequence[NoteFacts]) -> Mapping[int, int]:
    """Return the numbers of the notes that mark a time, in the order of those times."""
    marking = sorted((note.at, note.id) for note in notes if note.at is not None)
    return {note_id: index + 1 for index, (_at, note_id) in enumerate(marking)}


def event_marks(notes: Sequence[NoteFacts], alarms: Alarms, who: Viewer) -> list[EventMark]:
    """Return the marks of notes and alarms."""
    numbers = numbered(notes)
    of_notes = [
        EventMark(
            note.at.timestamp(),
            str(numbers[note.id]),
            f"{formatting.exactly(note.at, who.zone)}\n{note.text}\n{note.user_name}",
        )
        for note in notes
        if note.at is not None
    ]
    of_alarms = [_alarm_mark(alarm.at, code_words(alarm), who) for alarm in alarms.rows]
    return of_alarms + of_notes + alarm_marks(alarms.raised, who)


def code_words(alarm: AlarmFacts) -> str:
    """Say what a cycler program wrote; the meaning of code and value is its own."""
    return f"Alarm {alarm.code}, value {formatting.quantity(alarm.value, '')}"


def alarm_marks(alarms: Sequence[RunAlarm], who: Viewer) -> list[EventMark]:
    """Return the marks of what stations have raised."""
    return [_alarm_mark(one.at, one.text, who) for one in alarms]


def _alarm_mark(at: datetime, words: str, who: Viewer) -> EventMark:
    hover = f"{words}\n{formatting.exactly(at, who.zone)}"
    return EventMark(at.timestamp(), ALARM_SIGN, hover, alarm=True)


def graph_marks(database: Database, experiment_id: int, who: Viewer) -> list[EventMark]:
    """Return everything that the graph of an experiment marks: notes and alarms."""
    notes = experiment_notes(database, experiment_id)
    return event_marks(notes, experiment_alarms(database, experiment_id), who)


def moment_of(unix_ms: object) -> datetime | None:
    """Return the moment of Unix ms that the browser sent; None for anything else."""
    is_number = isinstance(unix_ms, int | float) and not isinstance(unix_ms, bool)
    if not is_number or not -1e13 < float(unix_ms) < 1e14:  # type: ignore[arg-type]  # a number
        return None
    return datetime.fromtimestamp(float(unix_ms) / 1000, UTC)  # type: ignore[arg-type]
