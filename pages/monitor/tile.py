"""The tile of a station in the overview."""

from datetime import tzinfo
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import icon
from components.controls import small_button
from components.figures.sparkline import spark_mask
from components.readings import amperes, degrees, progress_bar, reading, volts
from components.status import station_pill
from cycling.terms import StationState
from db.queries.stations.state import StationNow
from db.terms import OverviewState
from pages.monitor.ids import Ids
from pages.station import labels
from pages.station.progress import left_attributes, left_words, loop_label, progress

FIRST_WITHIN_S = 10


def tile(station: StationNow, zone: tzinfo, *, operates: bool) -> Component:
    """Return the tile of a station."""
    return html.Article(
        tile_parts(station, zone, operates=operates),
        id=Ids.tile(station.id),
        className=tile_class(station),
        **{"data-bem-station": str(station.id), "aria-label": station.name},
    )


def tile_parts(station: StationNow, zone: tzinfo, *, operates: bool) -> list[Component]:
    """Return what stands in a tile."""
    notes = labels.tile_notes(station, zone)
    return [
        _header(station),
        html.Div(_what(station), className="what"),
        *_measures(station),
        *(labels.draw_note(one) for one in notes),
        *_below(station, zone),
        _footer(station, zone, operates=operates),
    ]


def tile_class(station: StationNow) -> str:
    """Return the classes of a tile."""
    kind = (
        "quiet" if station.state in (OverviewState.IDLE, OverviewState.OUT) else station.state.value
    )
    return f"bem-card bem-tile {kind}"


def most_current_a(station: StationNow) -> float:
    """Return the largest current (A) of the battery that is connected, 0 if none is known."""
    battery = station.experiment.battery if station.experiment else station.confirmed
    return battery.most_current_a if battery else 0.0


def _header(station: StationNow) -> Component:
    name: list[Component] = [
        dcc.Link(station.name, href=f"/monitor/{station.id}", className="st cut")
    ]
    if station.simulated:
        name.append(simulated_tag(station.speed))
    return html.Header(
        [html.Span(name, className="who"), station_pill(station.state, station.beneath)]
    )


def simulated_tag(speed: float) -> Component:
    """Mark a station whose measures are made up by a program, `speed` times as fast as time."""
    times = "" if speed == 1 else f" {speed:g}x"
    text = "Its measures are computed by a program"
    if times:
        text += f", {speed:g} times as fast as the clock"
    return html.Span(f"simulated{times}", className="bem-tag", title=text)


def _what(station: StationNow) -> list[Component]:
    experiment = station.experiment or (
        station.last if station.state is OverviewState.ALARM else None
    )
    if experiment is not None:
        by = f", by {experiment.user_name}" if experiment.user_name else ""
        of_battery = f"{experiment.battery.name}, SN {experiment.battery.serial_number}"
        battery = f"ID {experiment.id}, {of_battery}{by}"
        link = dcc.Link(
            experiment.name,
            href=f"/experiments/{experiment.id}",
            className="cut",
            title=experiment.name,
        )
        return [link, html.Span(battery, className="cut t3 small", title=battery)]
    if station.state is OverviewState.HELD and station.held[0].battery is not None:
        held = station.held[0]
        text = f"ID {held.id}"
        if held.battery:
            text += f", {held.battery.name}, SN {held.battery.serial_number}"
        return [
            dcc.Link(held.name, href=f"/experiments/{held.id}", className="cut", title=held.name),
            html.Span(text, className="cut t3 small", title=text),
        ]
    return []


def _measures(station: StationNow) -> list[Component]:
    live = station.live
    if live is None or (live.voltage_v is None and live.measured_at is None):
        return []
    current, unit = amperes(live.current_a, most_current_a(station))
    readings = [
        reading(volts(live.voltage_v), "V", live="v"),
        reading(current, unit, live="a"),
    ]
    if live.temperature_degc is not None:
        readings.append(reading(degrees(live.temperature_degc), "°C", live="t"))
    values = html.Div(readings, className="vals")
    if station.state in (OverviewState.IDLE, OverviewState.OUT, OverviewState.HELD):
        return [values]
    mask = spark_mask(live.trend, dashed=station.lost_at is not None)
    line = html.Div(
        className="spark",
        style={"maskImage": mask or "none", "visibility": "visible" if mask else "hidden"},
        **{"data-bem-live": "line"},
    )
    return [values, line]


def _below(station: StationNow, zone: tzinfo) -> list[Component]:
    if station.experiment is not None and station.lost_at is None:
        return _run(station, zone)
    if station.state is OverviewState.OUT and station.out is not None:
        since = labels.clock(station.out.since, station.at, zone)
        text = f"{station.out.reason} Out of service since {since}, by {station.out.user_name}."
        return [html.Div(html.Span(text), className="fill")]
    if station.state is OverviewState.HELD:
        since = labels.clock(station.held[0].since, station.at, zone)
        held = [html.Span(f"Held since {since}.")]
        if len(station.held) > 1:
            held.append(html.Span(f" Next: {station.held[1].name}."))
        return [html.Div(html.Span(held, className="small t3"), className="fill")]
    if station.state is OverviewState.IDLE:
        return [_idle(station, zone)]
    return []


def _run(station: StationNow, zone: tzinfo) -> list[Component]:
    live, at = station.live, progress(station)
    if live is not None and live.state is StationState.PAUSED and at is None:
        return []
    parts: list[Component] = []
    if live is None or live.measured_at is None:
        parts.append(html.Div(html.Span(no_measures_text(station, zone)), className="fill"))
    if at is None:
        return parts
    started = station.experiment.begun_at if station.experiment else None
    loop = loop_label(at.row)
    first: Any = loop
    if not loop and started is not None:
        first = ["Started ", labels.ago(started, station.at, zone)]
    percent, counts = int(100 * at.part), left_attributes(at)
    line = "Line " if at.row.line is not None else ""
    place = f"{line}{at.number:,} of {at.count:,}: {at.words}"
    parts.append(
        html.Div(
            [
                html.Div(
                    [
                        html.Span(first, className="cut", title=_durations(station)),
                        html.Span(
                            left_words(at, station.at), **{"data-bem-live": "left"}, **counts
                        ),
                    ],
                    className="row2",
                ),
                progress_bar("Progress", percent, 100, **{"data-bem-live": "bar"}, **counts),
                html.Div(
                    html.Span(place, className="cut", title=f"Instruction {place}"),
                    className="row2",
                ),
            ],
            className="prog",
        )
    )
    return parts


def _durations(station: StationNow) -> str:
    """Say how long a run has taken by now."""
    begun = station.experiment.begun_at if station.experiment else None
    test_s = station.live.test_time_s if station.live else None
    if begun is None or test_s is None:
        return ""
    wall_s = round((station.at - begun).total_seconds())
    test = formatting.duration(round(test_s))
    return f"Test time {test}, wall time {formatting.duration(wall_s)}"


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


def _idle(station: StationNow, zone: tzinfo) -> Component:
    last = station.last
    if last is None:
        text: list[Any] = ["Nothing has run here yet."]
    else:
        link = dcc.Link(last.name, href=f"/experiments/{last.id}")
        text = ["Last: ", link, f", {labels.ended_text(last, station.at, zone)}"]
    return html.Div(html.Span(text), className="fill")


def _footer(station: StationNow, zone: tzinfo, *, operates: bool) -> Component:
    left: list[Component] = []
    if operates and station.alarms:
        left.append(small_button("Acknowledge", **{"data-bem-alarm": str(station.alarms[0].id)}))
    held = station.held[0] if station.state is OverviewState.HELD else None
    if operates and held is not None and held.battery is not None:
        what = f"{station.id},{held.battery.id}"
        left.append(small_button("Confirm battery", **{"data-bem-confirm": what}))
    if left or station.state in (
        OverviewState.ALARM,
        OverviewState.LOST,
        OverviewState.HELD,
        OverviewState.PAUSED,
    ):
        look = "btn btn-link btn-sm" if left else "btn btn-secondary btn-sm"
        left.append(dcc.Link("Open", href=f"/monitor/{station.id}", className=look))
    text = html.Span(next_text(station), className="cut next")
    age = _age(station, zone)
    return html.Footer([html.Span(left if left else [text], className="cut acts"), age])


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


def _age(station: StationNow, zone: tzinfo) -> Component | None:
    live = station.live
    if live is None:
        return html.Span("not heard of yet", className="t3") if station.online is not None else None
    return html.Span(labels.ago(live.measured_at or live.seen_at, station.at, zone, live="age"))


def nothing_yet(*, operates: bool) -> Component:
    """Say what to do on a system without stations."""
    how = [
        "Start a cycler that reports to this master node, then set up a station for its devices: ",
        dcc.Link("Stations", href="/stations"),
        ". bem demo starts some simulated ones.",
    ]
    sentence = [html.B("No stations yet."), html.Div(how if operates else "An operator adds them.")]
    return html.Div([icon("hdd-rack"), html.Div(sentence)], className="bem-empty bem-no-stations")
