"""Course, alarms and states of devices on the experiment page; only where there are any."""

from collections.abc import Sequence
from datetime import datetime

from dash import Input, Output, callback, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import card, icon
from components.figures.time_axis import Window
from components.sent import Sent
from cycling.terms import DeviceStatus
from db import series
from db.queries.experiments.events import (
    AlarmFacts,
    Alarms,
    EntryKind,
    StatusChanges,
    StatusFacts,
    TimelineEntry,
    status_changes,
)
from db.queries.stations.run import RunAlarm
from pages.context import Viewer, database, viewer
from pages.experiment.ids import Ids
from pages.experiment.moments import zoom_link
from pages.experiment.request import sent_id

AT_ONCE = 10  # rows that are shown before the rest is unfolded
STATES = {
    DeviceStatus.OK: ("running", "check-circle", "OK"),
    DeviceStatus.COMM_ERROR: ("error", "x-circle-fill", "No contact"),
    DeviceStatus.INTERNAL_ERROR: ("error", "x-circle-fill", "Internal error"),
}


ENTRIES = {
    EntryKind.QUEUED: "Queued",
    EntryKind.STARTED: "Started",
    EntryKind.PAUSED: "Paused",
    EntryKind.RESUMED: "Resumed",
    EntryKind.ENDED: "Ended",
}


def timeline_card(
    entries: Sequence[TimelineEntry], whole: Window | None, who: Viewer
) -> list[Component]:
    """Return the card of who queued a run, when it was paused and went on, and how it ended."""
    if not entries:
        return []
    head = [html.Th("Time", className="time"), html.Th("What"), html.Th("By whom, why")]
    rows = [_entry_row(entry, whole, who) for entry in entries]
    pauses = sum(entry.kind is EntryKind.PAUSED for entry in entries)
    said = formatting.counted(pauses, "pause") if pauses else "no pause"
    return [card("Course", _table(head, rows), note=said)]


def entry_text(entry: TimelineEntry) -> tuple[str, str]:
    """Return what happened, and by whom and why."""
    if entry.interrupted:
        return "Interrupted", "The station was off and found it when it came back."
    by = [part for part in (entry.user_name, entry.reason) if part]
    if entry.kind is EntryKind.ENDED and not entry.reason:
        return "Finished", "Its profile is through."
    return ENTRIES[entry.kind], ": ".join(by)


def alarms_card(alarms: Alarms, whole: Window | None, who: Viewer) -> list[Component]:
    """Return the card of the alarms, nothing where there are none."""
    if not alarms.rows:
        return []
    head = [
        html.Th("Time", className="time"),
        html.Th("Code", className="num number"),
        html.Th("Value", className="num number"),
        html.Th(""),
    ]
    rows = [_alarm_row(alarm, whole, who) for alarm in alarms.rows]
    said = _said(len(alarms.rows), alarms.total, "alarm")
    return [card("Alarms", _table(head, rows), note=said)]


def station_alarms_card(
    alarms: Sequence[RunAlarm], whole: Window | None, who: Viewer
) -> list[Component]:
    """Return the card of what its station raised and people found, nothing where nothing was."""
    if not alarms:
        return []
    head = [html.Th("Time", className="time"), html.Th("Alarm"), html.Th("Found")]
    rows = [_station_alarm_row(one, whole, who) for one in alarms]
    count = sum(1 for one in alarms if one.acknowledged_at is None)
    said = f"{count} not acknowledged" if count else "all acknowledged"
    return [card("Station alarms", _table(head, rows), note=said)]


def states_card(changes: StatusChanges, whole: Window | None, who: Viewer) -> list[Component]:
    """Return the card of what the devices reported, nothing where they reported nothing."""
    if not changes.rows:
        return []
    head = [
        html.Th("Time", className="time"),
        html.Th("Device"),
        html.Th("State"),
    ]
    rows = [_state_row(change, whole, who) for change in changes.rows]
    said = _said(len(changes.rows), changes.total, "change")
    if changes.since_id:
        said += f" since report {formatting.number(changes.since_id)}"
    return [card("Device states", _table(head, rows), note=said)]


@callback(
    output=Output(Ids.STATES, "children"),
    inputs={"experiment_id": Input(Ids.EXPERIMENT, "data")},
)
def show_states(experiment_id: Sent) -> list[Component]:
    """List what the devices reported; there may be a row for each sample to look through."""
    with series.opened(database(), sent_id(experiment_id)) as experiment:
        changes = status_changes(experiment.database, experiment.id)
        return states_card(changes, experiment.time_range, viewer())


def _entry_row(entry: TimelineEntry, whole: Window | None, who: Viewer) -> Component:
    what, why = entry_text(entry)
    inside = whole is not None and whole[0] <= entry.at.timestamp() <= whole[1]
    return html.Tr(
        [
            html.Td(_time(entry.at, whole if inside else None, who)),
            html.Td(what),
            html.Td(why, className="words"),
        ]
    )


def _alarm_row(alarm: AlarmFacts, whole: Window | None, who: Viewer) -> Component:
    return html.Tr(
        [
            html.Td(_time(alarm.at, whole, who)),
            html.Td(str(alarm.code), className="num"),
            html.Td(formatting.quantity(alarm.value, ""), className="num"),
            html.Td(""),
        ]
    )


def _station_alarm_row(alarm: RunAlarm, whole: Window | None, who: Viewer) -> Component:
    found = "Not acknowledged yet."
    if alarm.acknowledged_at is not None:
        found = f"{alarm.acknowledged_by}: {alarm.comment}"
    return html.Tr(
        [
            html.Td(_time(alarm.at, whole, who)),
            html.Td(alarm.text, className="words"),
            html.Td(found, className="words"),
        ]
    )


def _state_row(change: StatusFacts, whole: Window | None, who: Viewer) -> Component:
    kind, icon_name, word = STATES[change.status]
    words = f"{word}, code {change.error_code}" if change.error_code else word
    return html.Tr(
        [
            html.Td(_time(change.at, whole, who)),
            html.Td(change.device, title=change.device),
            html.Td(html.Span([icon(icon_name), words], className=f"bem-status plain {kind}")),
        ]
    )


def _time(at: datetime, whole: Window | None, who: Viewer) -> Component:
    if whole is None:
        return html.Span(formatting.exactly(at, who.zone), title=formatting.utc(at))
    return zoom_link(at, whole, who)


def _said(shown: int, total: int, noun: str) -> str:
    counted = formatting.counted(total, noun)
    return counted if shown == total else f"the newest {shown} of {counted}"


def _table(head: Sequence[Component], rows: Sequence[Component]) -> list[Component]:
    """Return the first rows, and the others folded in."""
    first, rest = list(rows[:AT_ONCE]), list(rows[AT_ONCE:])
    shown: list[Component] = [
        html.Table(
            [html.Thead(html.Tr(list(head))), html.Tbody(first)], className="bem-table in-card"
        )
    ]
    if rest:
        more = html.Summary(f"Show {len(rest)} more")
        same_widths = html.Thead(html.Tr(list(head)), className="visually-collapsed")
        table = html.Table([same_widths, html.Tbody(rest)], className="bem-table in-card")
        shown.append(html.Details([more, table], className="bem-more"))
    return shown
