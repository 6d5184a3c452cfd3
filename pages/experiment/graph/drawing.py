"""The graph of the experiment page: which window, which lines, what a zoom changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import floor, log10
from typing import Any

import numpy as np
from dash import Patch

from components import formatting
from components.figures.measure_axes import Line
from components.figures.measure_graph import Look, detail, labels_of, overview
from components.figures.spans import Span
from components.figures.template import channel_colours
from components.figures.time_axis import CLOCK, Floats, TimeAxis, Window, by_test_time, elapsed
from db.limits import USUAL
from db.queries.batteries.detail import largest_of_battery
from db.queries.experiments.durations import Durations
from db.queries.experiments.events import test_clock
from db.queries.experiments.pauses import run_pauses, turns
from db.series import CURRENT, POWER, VOLTAGE, ChannelInfo, ExperimentSeries, Trace
from pages.experiment.graph.expected_curve import KEY as EXPECTED
from pages.experiment.graph.expected_curve import expected_line
from pages.experiment.graph.interruptions import Interruptions, interruptions, pause_window, spans

OVERVIEW_POINTS = 1200
EARLIEST_S, LATEST_S = -1e10, 1e11  # what a datetime can say
NEARLY = 0.01  # of the time of an experiment: for less it was measured all the time,
NEARLY_S = 10  # as for less than this, in which the next measure may be under way
SAME_S = 1e-5  # moments that differ by rounding
NOISE = 0.01  # of the largest current that a battery may carry
FIRST_CHANNELS = ("voltage", "current")


@dataclass(frozen=True)
class Drawing:
    """The lines of a window, ready for a figure."""

    lines: list[Line]
    window: Window
    look: Look
    samples: int
    interval_s: float | None
    zoomed: bool
    spans: Sequence[Span] = ()
    turns: int = 0  # how often it was paused or went on
    left_out: str = ""  # measures that are damaged


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
    interrupts = interruptions(experiment)
    series = experiment.read(visible, between=window, points=points, breaks=interrupts.breaks)
    window_or_whole = window or experiment.time_range or (0.0, 0.0)
    colours = colours_of(channels, dark=look.dark)
    noise = _noise(experiment)
    lines = [
        Line(
            channel.key,
            channel.name,
            channel.unit,
            colours[channel.key],
            series.traces[channel.key].unix_s,
            _on_axis(series.traces[channel.key], interrupts, look.time),
            noise=noise.get(channel.key, 0.0),
        )
        for channel in visible
    ]
    interval_s = _interval(lines, look.time) if series.every_sample else None
    expected = None
    if EXPECTED in (keys or ()):
        of_it = (experiment.database, experiment.id)
        expected = expected_line(*of_it, window_or_whole, interrupts.off, dark=look.dark)
    return Drawing(
        lines=[*lines, expected] if expected else lines,
        window=window_or_whole,
        look=replace(look, every_sample=series.every_sample),
        samples=series.samples,
        interval_s=interval_s,
        zoomed=window is not None,
        spans=spans(interrupts, look.zone),
        turns=turns(interrupts.pauses),
        left_out=experiment.left_out,
    )


def _noise(experiment: ExperimentSeries) -> dict[str, float]:
    """Return how large currents (A) and powers (W) are at most that may be noise, by channel."""
    current_a, voltage_v = largest_of_battery(experiment.database, experiment.id)
    noise_a = NOISE * current_a
    return {CURRENT.key: noise_a, POWER.key: noise_a * voltage_v}


def _on_axis(trace: Trace, interrupts: Interruptions, time: TimeAxis) -> Floats:
    """Return the values that an axis has room for: on that of test time none of a pause."""
    if time.is_clock:
        return trace.values
    values = trace.values.copy()
    for pause in interrupts.pauses:
        begin, end = pause_window(pause)
        # the last sample before a pause is of the same moment, unless the station had been off
        after = (
            trace.unix_s >= begin - SAME_S if pause.interrupted else trace.unix_s > begin + SAME_S
        )
        values[after & (trace.unix_s <= end + SAME_S)] = np.nan
    return values


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
    for index, label in enumerate(labels_of(drawn.spans, drawn.window, drawn.look, drawn.lines)):
        changed["layout"]["annotations"][index] = label
    return changed


def time_axis(experiment: ExperimentSeries, *, by_clock: bool) -> TimeAxis:
    """Return the time axis of an experiment: the clock, or its test time."""
    if by_clock:
        return CLOCK
    clock = test_clock(experiment.database, experiment.id)
    if clock is None or experiment.time_range is None:
        return elapsed(experiment.time_range or (0.0, 0.0))
    pairs = list(zip(clock.unix_s.tolist(), clock.test_s.tolist(), strict=True))
    for pause in run_pauses(experiment.database, experiment.id):
        pairs += [(end, pause.test_time_s) for end in pause_window(pause) if end < np.inf]
    return by_test_time(pairs)


def strip(experiment: ExperimentSeries, window: Window, look: Look) -> dict[str, Any]:
    """Return the strip below a graph: the voltage of the whole experiment."""
    interrupts = interruptions(experiment)
    read = experiment.read([VOLTAGE], points=OVERVIEW_POINTS, breaks=interrupts.breaks)
    trace = read.traces["voltage"]
    colour = channel_colours([("voltage", "V")], dark=look.dark)[0]
    values = _on_axis(trace, interrupts, look.time)
    line = Line("voltage", "Voltage", "V", colour, trace.unix_s, values)
    return overview(line, window, look, spans(interrupts, look.zone))


def colours_of(channels: Sequence[ChannelInfo], *, dark: bool) -> dict[str, str]:
    """Return the colour of each channel of an experiment."""
    colours = channel_colours([(channel.key, channel.unit) for channel in channels], dark=dark)
    return {channel.key: colour for channel, colour in zip(channels, colours, strict=True)}


def theme_colours(channels: Sequence[ChannelInfo]) -> dict[str, tuple[str, str]]:
    """Return the colours of each channel in the light and in the dark theme."""
    light, dark = colours_of(channels, dark=False), colours_of(channels, dark=True)
    return {key: (light[key], dark[key]) for key in light}


def window_of(ends_ms: Sequence[float] | None) -> Window | None:
    """Return the window between two Unix ms; None, the whole experiment, for anything else."""
    try:
        first, second = (float(end) / 1000 for end in ends_ms or ())
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


def range_words(drawn: Drawing, took: Durations | None = None, as_of: str = "") -> list[str]:
    """Say which time is shown and how closely.

    `took`: the durations that the facts say. `as_of`: of which moment the whole of a run is that
    goes on.
    """
    when = f"Whole experiment, {_whole_words(drawn, took)}{f', {as_of}' if as_of else ''}"
    if drawn.zoomed:
        when = window_words(drawn.window, drawn.look)
    if drawn.left_out:
        return [when, damaged_words(drawn)]
    if not drawn.look.every_sample:
        return [when, f"{formatting.number(drawn.samples)} measures, extremes kept"]
    apart = f", {formatting.duration(drawn.interval_s)} apart" if drawn.interval_s else ""
    return [when, f"every sample{apart}"]


def damaged_words(drawn: Drawing) -> str:
    """Say what is not drawn because it is damaged; "" where all is drawn."""
    return f"Damaged on the disk and not drawn: {drawn.left_out}" if drawn.left_out else ""


def _whole_words(drawn: Drawing, took: Durations | None) -> str:
    """Say how long it is; where it was not measured all the time, as the facts say too."""
    low, high = drawn.look.time.seconds(drawn.window)
    is_clock = drawn.look.time.is_clock
    facts_s = None if took is None else took.wall_s if is_clock else took.test_s
    words = formatting.duration(high - low)
    if facts_s is not None:
        is_part = abs(facts_s - (high - low)) > max(NEARLY * facts_s, NEARLY_S)
        words = f"{words} measured of " if is_part else ""
        words += formatting.lasted(facts_s)
    return f"{words} {'wall time' if is_clock else 'test time'}"


def window_words(window: Window, look: Look) -> str:
    """Say from when to when, as the time axis does."""
    if not look.time.is_clock:
        low, high = look.time.range(window)
        places = max(0, 3 - floor(log10(high - low)))
        written = f"{low:,.{places}f} to {high:,.{places}f} {look.time.unit} test time"
        return written.replace("-", "−")
    zone = look.zone
    first, last = (datetime.fromtimestamp(end, UTC) for end in window)
    same_day = first.astimezone(zone).date() == last.astimezone(zone).date()
    end = f"{last.astimezone(zone):%H:%M:%S}" if same_day else formatting.exactly(last, zone)
    return f"{formatting.exactly(first, zone)} to {end}"


def _interval(lines: Sequence[Line], time: TimeAxis) -> float | None:
    """Return the usual time between two samples, as the axis counts it: of a simulated run more."""
    moments = [line.unix_s for line in lines if len(line.unix_s) > 1]
    if not time.is_clock:
        moments = [time.places(one) * time.unit_s for one in moments]
    steps = [np.median(one) for one in map(_steps, moments) if len(one)]
    return float(min(steps)) if steps else None


def _steps(moments: Floats) -> Floats:
    """Return the times between moments; none in a pause, in which test time stands still."""
    steps = np.diff(moments)
    return steps[steps > 0]
