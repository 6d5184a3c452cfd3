"""What the tile of a station in the overview says, as plain data: a script draws it.

Words are a list of texts, `["b", text]`, `["a", text, address]` and `["ago", Unix ms, title]`, of
which the script says the rest: `DRAW` in assets/js/monitor-tile.js.
"""

from datetime import datetime, tzinfo
from typing import Any, TypeAlias

from dash import html
from dash.development.base_component import Component

from components import formatting
from components.blocks import Children
from components.figures.sparkline import capacity_path
from components.readings import amperes
from cycling.terms import StationState
from db.queries.stations.state import StationNow
from db.terms import OverviewState
from pages.station import labels
from pages.station.cycles import last_cycle_text
from pages.station.progress import loop_label, progress

FIRST_WITHIN_S = 10
QUIET = (OverviewState.IDLE, OverviewState.OUT)
COUNTS = "data-bem-ago"
LEADS_ON = (OverviewState.ALARM, OverviewState.LOST, OverviewState.HELD, OverviewState.PAUSED)

Words: TypeAlias = list[Any]


def tile_class(station: StationNow) -> str:
    """Return the class of a tile: it says the state by colour."""
    return "quiet" if station.state in QUIET else station.state.value


def most_current_a(station: StationNow) -> float:
    """Return the largest current (A) of the battery that is connected, 0 if none is known."""
    battery = station.experiment.battery if station.experiment else station.confirmed
    return battery.most_current_a if battery else 0.0


def simulated_tag(speed: float) -> Component:
    """Mark a station whose measures are made up by a program, `speed` times as fast as time."""
    text, title = simulated_label(speed)
    return html.Span(text, className="bem-tag", title=title)


def simulated_label(speed: float) -> tuple[str, str]:
    """Return what marks a station whose measures are made up by a program, and what that means."""
    times = "" if speed == 1 else f" {speed:g}x"
    title = "Its measures are computed by a program"
    if times:
        title += f", {speed:g} times as fast as the clock"
    return f"simulated{times}", title


def experiment_label(station: StationNow) -> Words | None:
    """Return name, ID and description of the experiment that a tile is about."""
    experiment = station.experiment or (
        station.last if station.state is OverviewState.ALARM else None
    )
    if experiment is not None:
        by = f", by {experiment.user_name}" if experiment.user_name else ""
        of_battery = f"{experiment.battery.name}, SN {experiment.battery.serial_number}"
        return [experiment.name, experiment.id, f"ID {experiment.id}, {of_battery}{by}"]
    held = station.held[0] if station.state is OverviewState.HELD else None
    if held is None or held.battery is None:
        return None
    text = f"ID {held.id}, {held.battery.name}, SN {held.battery.serial_number}"
    return [held.name, held.id, text]


def readings(station: StationNow) -> Words | None:
    """Return the unit of the current, and whether there are a temperature and the small line."""
    live = station.live
    if live is None or (live.voltage_v is None and live.measured_at is None):
        return None
    unit = amperes(live.current_a, most_current_a(station))[1]
    has_line = station.state not in (*QUIET, OverviewState.HELD)
    return [unit, live.temperature_degc is not None, has_line]


def notes(station: StationNow, zone: tzinfo) -> Words:
    """Return kind, icon and words of what must be said, the most urgent first."""
    return [[one.kind, one.icon, _plain(one.words)] for one in labels.tile_notes(station, zone)]


def remark(station: StationNow, zone: tzinfo) -> Words:
    """Return what is said where nothing runs, or of a run without measures."""
    live = station.live
    if station.experiment is not None and station.lost_at is None:
        stands = live is not None and live.state is StationState.PAUSED
        if (stands and progress(station) is None) or (live is not None and live.measured_at):
            return []
        return _plain(no_measures_text(station, zone))
    if station.state is OverviewState.OUT and station.out is not None:
        since = labels.clock(station.out.since, station.at, zone)
        return [f"{station.out.reason} Out of service since {since}, by {station.out.user_name}."]
    if station.state is OverviewState.HELD:
        since = labels.clock(station.held[0].since, station.at, zone)
        more = f" Next: {station.held[1].name}." if len(station.held) > 1 else ""
        return [f"Held since {since}.{more}"]
    if station.state is not OverviewState.IDLE:
        return []
    last = station.last
    if last is None:
        return ["Nothing has run here yet."]
    link = ["a", last.name, f"/experiments/{last.id}"]
    return ["Last: ", link, f", {labels.ended_text(last, station.at, zone)}"]


def run(station: StationNow, zone: tzinfo) -> Words | None:
    """Return the words above and below the bar of a run, and when it began (Unix ms).

    None where nothing is known of how far it is.
    """
    at, experiment = progress(station), station.experiment
    if experiment is None or station.lost_at is not None or at is None:
        return None
    begun = experiment.begun_at
    loop = loop_label(at.row)
    first: Words = [loop] if loop or begun is None else ["Started ", *_ago(begun, station, zone)]
    line = "Line " if at.row.line is not None else ""
    place = f"{line}{at.number:,} of {at.count:,}: {at.words}"
    return [first, place, round(begun.timestamp() * 1000) if begun else None]


def cycles(station: StationNow) -> Words | None:
    """Return words about the last complete cycle, where they lead, and the capacities' line."""
    found, experiment = station.cycles, station.experiment
    if experiment is None or found is None or not found.cycles:
        return None
    address = f"/experiments/{experiment.id}?tab=cycles"
    return [last_cycle_text(found), address, capacity_path(found.capacities_ah)]


def no_measures_text(station: StationNow, zone: tzinfo) -> list[Any]:
    """Say that a run has begun and nothing was recorded yet."""
    begun = station.experiment.begun_at if station.experiment else None
    if begun is None:
        return ["Not started yet: the station has not said that it has begun."]
    if station.is_wattrex and station.live is None:  # they may be stored all the same
        unknown = "The master node has not looked at this station yet: no measures are shown here."
        return ["Started ", labels.ago(begun, station.at, zone), f". {unknown}"]
    if labels.is_overdue(station):
        late = "No measures have arrived; look at the station."
        return ["Started ", labels.ago(begun, station.at, zone), f". {late}"]
    due = f"No measures yet; the first one is due within {FIRST_WITHIN_S} s."
    return ["Started ", labels.ago(begun, station.at, zone), f". {due}"]


def acts(station: StationNow, *, operates: bool) -> Words:
    """Return the alarm to acknowledge, the battery to confirm, whether the live view is offered."""
    held = station.held[0] if station.state is OverviewState.HELD else None
    alarm = station.alarms[0].id if operates and station.alarms else None
    battery = held.battery.id if operates and held and held.battery else None
    asks = alarm is not None or battery is not None
    return [alarm, battery, asks or station.state in LEADS_ON]


def next_text(station: StationNow) -> str:
    """Say what comes after the present experiment."""
    waits = [*station.queue, *(f"{one.name} (held)" for one in station.held)]
    if station.state is OverviewState.OUT:
        count = len(waits)
        return f"{formatting.counted(count, 'experiment')} in its queue" if count else ""
    if waits:
        more = f" (+{len(waits) - 1})" if len(waits) > 1 else ""
        return f"Next: {waits[0]}{more}"
    if station.experiment is not None:
        return "Queue empty"
    return f"Battery confirmed: {station.confirmed.name}" if station.confirmed else ""


def heard(station: StationNow) -> str | None:
    """Return what is said where nobody has heard of a station; None where nothing is said."""
    return "not heard of yet" if station.live is None and station.online is not None else None


def _ago(moment: datetime, station: StationNow, zone: tzinfo) -> Words:
    return _plain(labels.ago(moment, station.at, zone))


def _plain(words: Children) -> Words:
    """Return words that Dash would draw as the script reads them."""
    return [_part(one) for one in (words if isinstance(words, list) else [words])]


def _part(part: Children) -> str | Words:
    if isinstance(part, html.B):
        return ["b", part.children]
    if isinstance(part, html.Span):
        return ["ago", int(getattr(part, COUNTS)), part.title]
    return str(part)
