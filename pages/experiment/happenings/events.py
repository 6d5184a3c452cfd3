"""Course, alarms and states of devices on the experiment page; only where there are any."""

from collections.abc import Sequence
from dataclasses import dataclass
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
    Alarms,
    StatusChanges,
    StatusFacts,
    status_changes,
)
from db.queries.experiments.timeline import EntryKind, TimelineEntry
from db.queries.stations.run import RunAlarm
from pages.context import Viewer, database, viewer
from pages.experiment.graph.moments import code_words, zoom_link
from pages.experiment.ids import Ids
from pages.sent import sent_id

TIME = Head("Time", "time")
AT_ONCE = 10  # rows that are shown before the rest is unfolded
STATES = {
    DeviceStatus.OK: ("running", "check-circle", "OK"),
    DeviceStatus.COMM_ERROR: ("error", "x-circle-fill", "No contact"),
    DeviceStatus.INTERNAL_ERROR: ("error", "x-circle-fill", "Internal error"),
}


ENTRIES = {
    EntryKind.DRAFTED: "Draft",
    EntryKind.HELD: "Held",
    EntryKind.QUEUED: "Queued",
    EntryKind.CANCELLED: "Cancelled",
    EntryKind.STARTED: "Started",
    EntryKind.PAUSED: "Paused",
    EntryKind.RESUMED: "Resumed",
    EntryKind.ENDED: "Ended",
    EntryKind.RENAMED: "Renamed",
    EntryKind.DESCRIBED: "Description changed",
}


def timeline_card(
    entries: Sequence[TimelineEntry], whole: Window | None, who: Viewer
) -> list[Component]:
    """Return the card of what happened to an experiment from its draft on, the newest first."""
    pauses = sum(one.kind is EntryKind.PAUSED and not one.in_pause for one in entries)
    rows = [_entry_row(entry, whole, who) for entry in entries]
    heads = (TIME, Head("What", "kind"), Head("By whom, reason"))
    count = f"{formatting.counted(pauses, 'pause')}, newest first" if pauses else "newest first"
    return _card("Course", heads, rows, count)


def entry_text(entry: TimelineEntry) -> tuple[str, str]:
    """Return what happened, and by whom and why."""
    if entry.interrupted:
        lasted = f" for {formatting.at_most(entry.off_s)}" if entry.off_s else ""
        if entry.in_pause:
            return "Station off", f"The station was off{lasted}, in the pause."
        return "Interrupted", f"The station was off{lasted}. When it came back, it was paused."
    by = [part for part in (entry.user_name, entry.reason or entry.confirmed) if part]
    if entry.kind is EntryKind.ENDED and not entry.reason:
        return "Finished", "Its profile is through."
    again = " again" if entry.again else ""
    return f"{ENTRIES[entry.kind]}{again}", ": ".join(by)


@dataclass(frozen=True)
class AlarmLine:
    """An alarm in words, and what people found."""

    at: datetime
    words: str
    finding: str


def alarm_lines(alarms: Alarms) -> list[AlarmLine]:
    """Return what the page and the report say of alarms, the newest first."""
    lines = [AlarmLine(one.at, one.text, _finding(one)) for one in alarms.raised]
    lines += [AlarmLine(one.at, code_words(one), "") for one in alarms.rows]
    return sorted(lines, key=lambda one: one.at, reverse=True)


def alarms_count(alarms: Alarms) -> str:
    """Say how many alarms there are, and how many of them nobody has acknowledged."""
    visible, open_ = (
        len(alarms.rows) + len(alarms.raised),
        sum(1 for one in alarms.raised if one.acknowledged_at is None),
    )
    count = _count(visible, alarms.total, "alarm")
    return f"{count}, {open_} not acknowledged" if open_ else count


def alarms_card(alarms: Alarms, whole: Window | None, who: Viewer) -> list[Component]:
    """Return the card of the alarms and what people found, nothing where there are none."""
    rows = [_alarm_row(line, whole, who) for line in alarm_lines(alarms)]
    return _card("Alarms", (TIME, Head("Alarm"), Head("Found")), rows, alarms_count(alarms))


def _finding(alarm: RunAlarm) -> str:
    if alarm.acknowledged_at is None:
        return "Not acknowledged yet."
    return f"{alarm.acknowledged_by}: {alarm.comment}"


def states_card(changes: StatusChanges, whole: Window | None, who: Viewer) -> list[Component]:
    """Return the card of what the devices reported, nothing where they reported nothing."""
    rows = [_state_row(change, whole, who) for change in changes.rows]
    count = _count(len(rows), changes.total, "change")
    if changes.since_id:
        count += f" since report {formatting.number(changes.since_id)}"
    return _card("Device states", (TIME, Head("Device"), Head("State")), rows, count)


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


def _alarm_row(line: AlarmLine, whole: Window | None, who: Viewer) -> Component:
    return html.Tr(
        [
            html.Td(_time(line.at, whole, who)),
            html.Td(line.words, className="words"),
            html.Td(line.finding, className="words"),
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


def _count(visible: int, total: int, noun: str) -> str:
    counted = formatting.counted(total, noun)
    return counted if visible == total else f"the newest {visible} of {counted}"


def _card(
    title: str, heads: Sequence[Head], rows: Sequence[Component], count: str
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
    return [card(title, parts, note=count or None)]
