"""When an experiment was paused, its station off, or nothing recorded: where lines break, and why.

Pauses are what the station said of them. An outage goes from the moment until which the station
ran by its test time, after the last measure, to that at which it came back and found itself
interrupted. What else is missing is a gap by the rule
of statistics (`cycling.analysis.gaps`), or a stop where only the clock went on: a pause of the
instrument.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

import numpy as np
from numpy.typing import NDArray

from components import formatting
from components.figures.spans import Span
from components.figures.time_axis import Window
from db.queries.experiments.outages import MAX_OUTAGES, MEASURES, ran_on_s, simulated_speed
from db.queries.experiments.pauses import Pause, contact_losses, run_pauses
from db.series import ExperimentSeries

COVERED = 0.9
STOOD = 0.1  # of the clock's time: where the test time went on for less it stood still
JUST_S = 1e-3


@dataclass(frozen=True)
class Outage:
    """A time in which a station was off, at most (Unix s); when it had measured last."""

    begin_s: float
    end_s: float
    last_s: float

    @property
    def window(self) -> Window:
        """Begin and end."""
        return self.begin_s, self.end_s


@dataclass(frozen=True)
class Interruptions:
    """Pauses, outages, stops and further gaps of an experiment, each by their time (Unix s).

    `lost_at`: when the contact to its station was lost.
    """

    pauses: tuple[Pause, ...] = ()
    outages: tuple[Outage, ...] = ()
    gaps: tuple[Window, ...] = ()
    lost_at: tuple[float, ...] = ()
    stops: tuple[Window, ...] = ()

    @property
    def breaks(self) -> NDArray[np.float64]:
        """Return where lines break unless something was measured, shape (n, 2), by their time."""
        paused = [pause_window(one) for one in self.pauses if one.until is not None]
        windows = [(one.end_s - JUST_S, one.end_s) for one in self.outages]
        return np.array(sorted([*paused, *windows, *self.gaps, *self.stops]), float).reshape(-1, 2)

    @property
    def off(self) -> NDArray[np.float64]:
        """Return when the output was off, shape (n, 2), in order and apart; the last may last."""
        windows: list[Window] = []
        outages = [one.window for one in self.outages]
        for begin, end in sorted([*(pause_window(one) for one in self.pauses), *outages]):
            if windows and begin <= windows[-1][1]:
                windows[-1] = (windows[-1][0], max(windows[-1][1], end))
            else:
                windows.append((begin, end))
        return np.array(windows, float).reshape(-1, 2)


def interruptions(experiment: ExperimentSeries) -> Interruptions:
    """Return what interrupted an experiment; nothing of one without measures."""
    if experiment.time_range is None:
        return Interruptions()
    pauses = run_pauses(experiment.database, experiment.id)
    outages = []
    returns = [one for pause in pauses for one in pause.returns][-MAX_OUTAGES:]
    speed = simulated_speed(experiment.database.session, experiment.id) if returns else 1.0
    for back in returns:
        back_at = back.at.timestamp()
        unix_s, test_s = experiment.last_before(back_at, MEASURES)
        if len(unix_s):
            last_s = float(unix_s[-1])
            ran_s = ran_on_s(unix_s, test_s, back.test_time_s, speed)
            outages.append(Outage(min(last_s + ran_s, back_at), back_at, last_s))
    silent = [(one.last_s, one.end_s) for one in outages]
    named = [*(pause_window(one) for one in pauses), *silent]
    gaps, stops = list[Window](), list[Window]()
    for (begin, end), test_s in zip(
        experiment.gaps.tolist(), experiment.gap_test_s.tolist(), strict=True
    ):
        if not _is_explained((begin, end), named):
            stood = not pauses and test_s <= STOOD * (end - begin)  # ours say that they paused
            (stops if stood else gaps).append((begin, end))
    lost_at = contact_losses(experiment.database, experiment.id) if gaps else ()
    lost_s = tuple(at.timestamp() for at in lost_at)
    return Interruptions(pauses, tuple(outages), tuple(gaps), lost_s, tuple(stops))


def pause_window(pause: Pause) -> Window:
    """Return a pause in Unix s; one that lasts has no end."""
    return pause.at.timestamp(), pause.until.timestamp() if pause.until else np.inf


def spans(interrupts: Interruptions, zone: tzinfo) -> list[Span]:
    """Return what a graph shades, with its names: each shorter one is the begin of the longest."""
    return [
        *(_pause_span(one, zone) for one in interrupts.pauses),
        *(_outage_span(one, zone) for one in interrupts.outages),
        *(_gap_span(one, interrupts.lost_at, zone) for one in interrupts.gaps),
        *(_stop_span(one, zone) for one in interrupts.stops),
    ]


def pause_words(pause: Pause, zone: tzinfo) -> tuple[str, str]:
    """Say when a run was paused, by whom and why, and until when."""
    by = f", by {pause.user_name}" if pause.user_name else ""
    why = f": {pause.reason}" if pause.reason else ""
    how = ", output off: the station had been off" if pause.interrupted else ", output off"
    first = f"Paused {formatting.exactly(pause.at, zone)}{how}{by}{why}"
    if pause.until is None:
        return first, "It is still paused."
    on = f", resumed by {pause.resumed_by}" if pause.resumed_by else ""
    lasted = formatting.lasted(pause.lasts_s(pause.until))
    return first, f"Until {formatting.exactly(pause.until, zone)}, {lasted}{on}"


def _pause_span(pause: Pause, zone: tzinfo) -> Span:
    begin, end = pause_window(pause)
    by = f", by {pause.user_name}" if pause.user_name else ""
    since = f"Paused {pause.at.astimezone(zone):%H:%M}"
    off = f"{since}, output off"
    return Span(
        begin,
        None if pause.until is None else end,
        "pause",
        tuple(dict.fromkeys((off + by, off, since, "Paused"))),
        pause_words(pause, zone),
    )


def _outage_span(outage: Outage, zone: tzinfo) -> Span:
    lasted = formatting.at_most(outage.end_s - outage.begin_s)
    words = (
        f"The station was off for {lasted}.",
        f"Nothing recorded for {formatting.lasted(outage.end_s - outage.last_s)}",
        _from_to(outage.window, zone),
    )
    return Span(*outage.window, "gap", (f"Station off {lasted}", "Station off"), words)


def _stop_span(stop: Window, zone: tzinfo) -> Span:
    lasted = f"Paused {formatting.lasted(stop[1] - stop[0])}"
    words = (lasted, "The test time stood still.", _from_to(stop, zone))
    return Span(*stop, "pause", (f"{lasted}, test time stood", lasted, "Paused"), words)


def _gap_span(gap: Window, lost_at: Sequence[float], zone: tzinfo) -> Span:
    nothing = f"othing recorded for {formatting.lasted(gap[1] - gap[0])}"
    lost = [at for at in lost_at if gap[0] <= at <= gap[1]]
    if not lost:
        names = (f"N{nothing}", "Nothing recorded")
        return Span(*gap, "gap", names, (f"N{nothing}", _from_to(gap, zone)))
    since = f"{datetime.fromtimestamp(lost[0], UTC).astimezone(zone):%H:%M}"
    words = (f"No contact since {since}", f"N{nothing}", _from_to(gap, zone))
    labels = (*_shortened(f"No contact {since}, n{nothing}"), "No contact")
    return Span(*gap, "gap", labels, words)


def _shortened(name: str) -> tuple[str, ...]:
    """Return a name and what is left of it without its last part: shorter, in the same words."""
    return name, name.rpartition(", ")[0]


def _from_to(window: Window, zone: tzinfo) -> str:
    begin, end = (formatting.exactly(datetime.fromtimestamp(one, UTC), zone) for one in window)
    return f"{begin} to {end}"


def _is_explained(gap: Window, others: Sequence[Window]) -> bool:
    """Whether pauses and outages of which nothing is known make up a gap."""
    explained_s = 0.0
    for begin, end in others:
        common_s = max(0.0, min(gap[1], end) - max(gap[0], begin))
        if common_s >= COVERED * (end - begin):
            explained_s += common_s
    return explained_s >= COVERED * (gap[1] - gap[0])
