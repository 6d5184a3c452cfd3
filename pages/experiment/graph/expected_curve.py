"""The expected voltage of an experiment, to be drawn beside the measured one."""

from dataclasses import replace
from itertools import pairwise
from threading import Lock
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import Engine

from components.figures.measure_axes import Line
from components.figures.template import template
from components.figures.time_axis import Floats, Window
from components.measure_view import Toggle
from cycling.errors import NotFoundError
from cycling.profile.simulation.forecast import Forecast, forecast
from cycling.profile.simulation.run_start import run_start
from db.engine import Database
from db.queries.batteries.detail import battery_details
from db.queries.experiments.events import TestClock, test_clock
from db.queries.experiments.template import experiment_pattern

KEY, NAME = "expected", "Expected"
MOST_POINTS = 2_000
MOST_KEPT = 16

# The state at the start never changes, so neither does the forecast.
_KEPT: WeakKeyDictionary[Engine, dict[int, Forecast | None]] = WeakKeyDictionary()
_LOCK = Lock()


def expected_toggle() -> Toggle:
    """Return the switch of the expected curve."""
    return Toggle(KEY, NAME, (_colour(dark=False), _colour(dark=True)), dashed=True)


def expected_line(
    database: Database, experiment_id: int, window: Window, off: Floats, *, dark: bool
) -> Line | None:
    """Return the expected voltage in a window and as far again beyond it, dashed.

    It breaks where the output was `off` (Unix s, shape (n, 2)): nothing is expected then. None
    without measures or where the profile has no text that can be simulated.
    """
    clock = test_clock(database, experiment_id)
    curve = _forecast(database, experiment_id, clock) if clock else None
    if clock is None or curve is None or not len(curve.time_s):
        return None
    running_s = replace(clock, unix_s=_running(clock.unix_s, off)).unix(curve.time_s)
    low, high = _running(np.array([window[0], 2 * window[1] - window[0]]), off)
    first, end = np.searchsorted(running_s, [low, high])
    part = slice(max(0, int(first) - 1), int(end) + 1)
    kept = _thinned(curve.voltage_v[part])
    unix_s, volts = _broken(running_s[part][kept], curve.voltage_v[part][kept], off)
    return Line(KEY, NAME, "V", _colour(dark=dark), unix_s, volts, dash="dash")


def _running(unix_s: Floats, off: Floats) -> Floats:
    """Return moments by a clock that stands still while the output is off."""
    stood_s = [np.clip(unix_s - begin, 0, end - begin) for begin, end in off.tolist()]
    return np.asarray(unix_s - np.sum(stood_s, axis=0)) if stood_s else unix_s


def _broken(running_s: Floats, volts: Floats, off: Floats) -> tuple[Floats, Floats]:
    """Return moments of the clock (Unix s) and the voltage, NaN where the output was off.

    What comes after a pause that lasts is left out: nobody knows when it goes on.
    """
    breaks = _running(off[:, 0], off)
    stood_s = np.concatenate([[0.0], np.cumsum(off[:, 1] - off[:, 0])])
    unix_s = running_s + stood_s[np.searchsorted(breaks, running_s)]
    is_within = (breaks >= running_s[0]) & (breaks < running_s[-1])
    begin, end = off[is_within].T
    at = np.interp(breaks[is_within], running_s, volts)
    places = np.repeat(np.searchsorted(running_s, breaks[is_within], side="right"), 3)
    unix_s = np.insert(unix_s, places, np.stack([begin, begin, end], axis=1).ravel())
    volts = np.insert(volts, places, np.stack([at, np.full(len(at), np.nan), at], axis=1).ravel())
    is_finite = np.isfinite(unix_s)
    return unix_s[is_finite], volts[is_finite]


def _forecast(database: Database, experiment_id: int, clock: TestClock) -> Forecast | None:
    with _LOCK:
        kept = _KEPT.setdefault(database.engine, {})
        if experiment_id in kept:
            return kept[experiment_id]
    made = _made(database, experiment_id, clock)
    with _LOCK:
        if len(kept) >= MOST_KEPT:
            kept.pop(next(iter(kept)))
        kept[experiment_id] = made
    return made


def _made(database: Database, experiment_id: int, clock: TestClock) -> Forecast | None:
    try:
        pattern = experiment_pattern(database, experiment_id)
        battery = battery_details(database, pattern.battery_id).battery
    except NotFoundError:
        return None
    text, capacity_ah = pattern.profile.text, pattern.profile.capacity_ah
    start = run_start(text, battery, capacity_ah, clock.voltage_v, clock.current_a)
    return None if start is None else forecast(start.program, start.model, start.state)


def _thinned(values: np.ndarray) -> np.ndarray:
    """Return the places to keep: smallest and largest of every stretch, and both ends."""
    count = len(values)
    if count <= MOST_POINTS:
        return np.arange(count)
    edges = np.linspace(0, count, MOST_POINTS // 2 + 1).astype(int)
    kept = [0, count - 1]
    for begin, end in pairwise(edges):
        piece = values[begin:end]
        kept += [begin + int(piece.argmin()), begin + int(piece.argmax())]
    return np.unique(kept)


def _colour(*, dark: bool) -> str:
    """Return a colour that no channel has: it is no measurement."""
    return str(template(dark=dark)["layout"]["xaxis"]["tickfont"]["color"])
