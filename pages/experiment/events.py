"""Course, alarms and states of devices on the experiment page; only where there are any."""

from collections.abc import Sequence
from datetime import datetime

from dash import Input, Output, callback, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import Head, card, exact_time, icon, table
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
from pages.sent import sent_id

TIME = Head("Time", "time")
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
    pauses = sum(entry.kind is EntryKind.PAUSED for entry in entries)
    rows = [_entry_row(entry, whole, who) for entry in entries]
    heads = (TIME, Head("What"), Head("By whom, why"))
    said = formatting.counted(pauses, "pause") if pauses else "no pause"
    return _card("Course", heads, rows, said)


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
    rows = [_alarm_row(alarm, whole, who) for alarm in alarms.rows]
    heads = (TIME, Head("Code", "num number"), Head("Value", "num number"), Head(""))
    return _card("Alarms", heads, rows, _said(len(rows), alarms.total, "alarm"))


def station_alarms_card(
    alarms: Sequence[RunAlarm], whole: Window | None, who: Viewer
) -> list[Component]:
    """Return the card of what its station raised and people found, nothing where nothing was."""
    rows = [_station_alarm_row(one, whole, who) for one in alarms]
    heads = (TIME, Head("Alarm"), Head("Found"))
    count = sum(1 for one in alarms if one.acknowledged_at is None)
    said = f"{count} not acknowledged" if count else "all acknowledged"
    return _card("Station alarms", heads, rows, said)


def states_card(changes: StatusChanges, whole: Window | None, who: Viewer) -> list[Component]:
    """Return the card of what the devices reported, nothing where they reported nothing."""
    rows = [_state_row(change, whole, who) for change in changes.rows]
    said = _said(len(rows), changes.total, "change")
    if changes.since_id:
        said += f" since report {formatting.number(changes.since_id)}"
    return _card("Device states", (TIME, Head("Device"), Head("State")), rows, said)


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
    cause = "Not acknowledged yet."
    if alarm.acknowledged_at is not None:
        cause = f"{alarm.acknowledged_by}: {alarm.comment}"
    return html.Tr(
        [
            html.Td(_time(alarm.at, whole, who)),
            html.Td(alarm.text, className="words"),
            html.Td(cause, className="words"),
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
        return exact_time(at, who.zone)
    return zoom_link(at, whole, who)


def _said(shown: int, total: int, noun: str) -> str:
    counted = formatting.counted(total, noun)
    return counted if shown == total else f"the newest {shown} of {counted}"


def _card(
    title: str, heads: Sequence[Head], rows: Sequence[Component], said: str
) -> list[Component]:
    """Return a card with the first rows and the others folded in, none without rows."""
    if not rows:
        return []
    parts: list[Component] = [table(heads, rows[:AT_ONCE])]
    if others := rows[AT_ONCE:]:
        folded = table(heads, others)
        folded.children[0].className = "visually-collapsed"  # it keeps the widths of the first
        more = html.Summary(f"Show {len(others)} more")
        parts.append(html.Details([more, folded], className="bem-more"))
    return [card(title, parts, note=said)]
