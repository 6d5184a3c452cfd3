"""The axes of an expected curve: times with stretches left out, channels in the unit that suits."""

from dataclasses import dataclass
from math import floor, log10

import numpy as np
from numpy.typing import NDArray

from components.figures.measure_axes import grid, scale
from cycling.profile.simulation.expected import Expected

Floats = NDArray[np.float64]

BAND = 0.09  # width of a stretch that is left out, of all that is drawn
TICKS = 8
NICE = (1, 2, 3, 5, 10)


@dataclass(frozen=True)
class CurveAxis:
    """Where times (s) stand: every stretch that is left out is as wide as a band."""

    skipped: tuple[tuple[float, float], ...]
    band_s: float
    end_s: float

    def place(self, time_s: float) -> float:
        """Return the place of a moment."""
        return float(self.places(np.array([time_s]))[0])

    def places(self, time_s: Floats) -> Floats:
        """Return the places of moments; those within a stretch stand evenly in its band."""
        places = time_s.astype(float)
        for start, end in self.skipped:
            within = np.clip(time_s - start, 0, end - start)
            places = places - within * (1 - self.band_s / (end - start))
        return places

    @property
    def width(self) -> float:
        """The place of the end."""
        return self.place(self.end_s)


def curve_axis(curve: Expected) -> CurveAxis:
    """Return the time axis of a curve."""
    stretches = tuple((one.start_s, one.end_s) for one in curve.skipped if one.end_s > one.start_s)
    end = float(curve.time_s[-1]) if len(curve.time_s) else 0.0
    drawn = end - sum(stop - start for start, stop in stretches)
    return CurveAxis(stretches, BAND * max(drawn, 1.0), end)


def ticks(axis: CurveAxis, unit_s: float) -> tuple[list[float], list[str]]:
    """Return ticks at round times, in each stretch that is drawn."""
    if axis.width <= 0:
        return [0.0], ["0"]
    step = _nice(axis.width / TICKS / unit_s) * unit_s
    starts = [0.0, *(end for _, end in axis.skipped)]
    ends = [*(start for start, _ in axis.skipped), axis.end_s]
    moments: list[float] = []
    for start, end in zip(starts, ends, strict=True):
        count = floor((end - start) / step + 1e-9)
        first = -(-start // step) * step
        moments += [first + n * step for n in range(count + 1) if first + n * step <= end + 1e-6]
    return (
        [axis.place(moment) for moment in moments],
        [f"{round(moment / unit_s, 6):g}" for moment in moments],
    )


def _nice(step: float) -> float:
    power = 10.0 ** floor(log10(step))
    return next(float(one * power) for one in NICE if one * power >= step * (1 - 1e-9))


@dataclass(frozen=True)
class ScaledChannel:
    """A channel in the unit in which it reads well, and the ends of its axis."""

    values: Floats
    unit: str
    factor: float
    low: float
    step: float


def scaled_channel(values: Floats, unit: str, *around: Floats) -> ScaledChannel:
    """Return a channel (V or A) in a unit in which it reads well, with room for what is around."""
    shown = np.concatenate([values, *around])
    low, high = float(shown.min(initial=0.0)), float(shown.max(initial=0.0))
    if unit == "V" and len(values):
        low, high = float(shown.min()), float(shown.max())
    factor, shown_unit = scale(unit, max(abs(low), abs(high)))
    start, step = grid(low * factor, high * factor)
    return ScaledChannel(values * factor, shown_unit, factor, start, step)
