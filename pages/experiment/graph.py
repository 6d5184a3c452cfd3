"""The graph of the experiment page: which window, which lines, what a zoom changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import floor, log10

import numpy as np
from dash import Patch

from components import formatting
from components.figures.measure_axes import Line
from components.figures.measure_graph import Look, detail
from components.figures.template import channel_colours
from components.figures.time_axis import CLOCK, TimeAxis, Window, elapsed
from db.limits import USUAL
from db.series import VOLTAGE, ChannelInfo, ExperimentSeries
from pages.experiment.expected_curve import KEY as EXPECTED
from pages.experiment.expected_curve import expected_line

OVERVIEW_POINTS = 1200
EARLIEST_S, LATEST_S = -1e10, 1e11  # what a datetime can say
FIRST_SHOWN = ("voltage", "current")


@dataclass(frozen=True)
class Drawing:
    """The lines of a window, ready for a figure."""

    lines: list[Line]
    window: Window
    look: Look
    samples: int
    interval_s: float | None
    zoomed: bool


def drawing(
    experiment: ExperimentSeries,
    keys: Sequence[str] | None,
    window: Window | None,
    look: Look,
    channels: Sequence[ChannelInfo] | None = None,
    *,
    points: int = USUAL.graph_points,
) -> Drawing:
    """Read the channels of these keys in a window (None: the whole experiment).

    `channels` are those to choose from; without it those that have a value. `points` is the most
    that a channel gets.
    """
    channels = experiment.channels if channels is None else channels
    visible = [channel for channel in channels if channel.key in (keys or ())]
    series = experiment.read(visible, between=window, points=points)
    window_or_whole = window or experiment.time_range or (0.0, 0.0)
    colours = colours_of(channels, dark=look.dark)
    lines = [
        Line(
            channel.key,
            channel.name,
            channel.unit,
            colours[channel.key],
            series.traces[channel.key].unix_s,
            series.traces[channel.key].values,
        )
        for channel in visible
    ]
    interval_s = _interval(lines) if series.every_sample else None
    expected = None
    if EXPECTED in (keys or ()):
        expected = expected_line(
            experiment.database, experiment.id, window_or_whole, dark=look.dark
        )
    return Drawing(
        lines=[*lines, expected] if expected else lines,
        window=window_or_whole,
        look=replace(look, every_sample=series.every_sample),
        samples=series.samples,
        interval_s=interval_s,
        zoomed=window is not None,
    )


def zoomed(drawn: Drawing) -> Patch:
    """Replace points and scales, and set the range: a whole figure would lose the zoom."""
    traces, axes = detail(drawn.lines, drawn.look)
    changed = Patch()
    for index, trace in enumerate(traces):
        for name, value in trace.items():
            changed["data"][index][name] = value
    for axis, layout_part in axes.items():
        for name, value in layout_part.items():
            changed["layout"][axis][name] = value
    changed["layout"]["xaxis"]["range"] = drawn.look.time.range(drawn.window)
    changed["layout"]["xaxis"]["autorange"] = False
    return changed


def time_axis(experiment: ExperimentSeries, *, by_clock: bool) -> TimeAxis:
    """Return the time axis of an experiment."""
    return CLOCK if by_clock else elapsed(experiment.time_range or (0.0, 0.0))


def whole_voltage(experiment: ExperimentSeries, *, dark: bool) -> Line:
    """Read the line of the overview strip."""
    trace = experiment.read([VOLTAGE], points=OVERVIEW_POINTS).traces["voltage"]
    colour = channel_colours([("voltage", "V")], dark=dark)[0]
    return Line("voltage", "Voltage", "V", colour, trace.unix_s, trace.values)


def colours_of(channels: Sequence[ChannelInfo], *, dark: bool) -> dict[str, str]:
    """Return the colour of each channel of an experiment."""
    colours = channel_colours([(channel.key, channel.unit) for channel in channels], dark=dark)
    return {channel.key: colour for channel, colour in zip(channels, colours, strict=True)}


def window_of(wanted: Sequence[float] | None) -> Window | None:
    """Return the window between two Unix ms; None, the whole experiment, for anything else."""
    try:
        first, second = (float(end) / 1000 for end in wanted or ())
    except (ValueError, TypeError, OverflowError):
        return None
    if not (EARLIEST_S < first < LATEST_S and EARLIEST_S < second < LATEST_S):
        return None
    return (first, second) if first <= second else (second, first)


def asked_window(query: Mapping[str, object]) -> Window | None:
    """Return the window that an address names with `from` and `to`, in Unix seconds."""
    try:
        ends = [float(str(query[name])) * 1000 for name in ("from", "to")]
    except (KeyError, ValueError):
        return None
    return window_of(ends)


def range_words(drawn: Drawing) -> list[str]:
    """Say which time is shown and how closely."""
    when = f"Whole experiment, {formatting.duration(drawn.window[1] - drawn.window[0])}"
    if drawn.zoomed:
        when = window_words(drawn.window, drawn.look)
    if not drawn.look.every_sample:
        return [when, f"{formatting.number(drawn.samples)} measures, extremes kept"]
    apart = f", {formatting.duration(drawn.interval_s)} apart" if drawn.interval_s else ""
    return [when, f"every sample{apart}"]


def window_words(window: Window, look: Look) -> str:
    """Say from when to when, as the time axis does."""
    if not look.time.is_clock:
        low, high = look.time.range(window)
        places = max(0, 3 - floor(log10(high - low)))
        written = f"{low:,.{places}f} to {high:,.{places}f} {look.time.unit} elapsed"
        return written.replace("-", "−")
    zone = look.zone
    first, last = (datetime.fromtimestamp(end, UTC) for end in window)
    same_day = first.astimezone(zone).date() == last.astimezone(zone).date()
    end = f"{last.astimezone(zone):%H:%M:%S}" if same_day else formatting.exactly(last, zone)
    return f"{formatting.exactly(first, zone)} to {end}"


def _interval(lines: Sequence[Line]) -> float | None:
    steps = [np.median(np.diff(line.unix_s)) for line in lines if len(line.unix_s) > 1]
    return float(min(steps)) if steps else None
