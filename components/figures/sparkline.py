"""The small line of a tile: where the voltage went within the last hour; gaps are shaded.

`sparkline` in assets/js/monitor-tile.js draws it, in the theme's colour.
"""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

WIDTH, HEIGHT = 240, 36
TOP, BOTTOM = 3, 33
SHADE = 3  # that a break is wide at least
FLAT_V = 0.005  # less is drawn in the middle: noise is no slope
GAP_S = 90.0  # a minute without a point, where there is one every half
GAP_INTERVALS = 3  # where points are rarer


def spark_paths(trend: Sequence[tuple[float, float | None]]) -> tuple[str, str]:
    """Return the paths of the line through [Unix s, V] and of the shades of its gaps.

    Both are "" where there is no line. It breaks where a voltage is None.
    """
    points = [(at, volts) for at, volts in trend if volts is not None]
    if len(points) < 2:
        return "", ""
    pieces = _pieces(points, [at for at, volts in trend if volts is None])
    line = "".join(f"M{'L'.join(f'{x} {y}' for x, y in piece)}" for piece in pieces)
    shade = "".join(
        f"M{sooner[-1][0]} 0H{max(later[0][0], sooner[-1][0] + SHADE)}V{HEIGHT}H{sooner[-1][0]}z"
        for sooner, later in pairwise(pieces)
    )
    return line, shade


def _pieces(
    trend: Sequence[tuple[float, float]], breaks: Sequence[float]
) -> list[list[tuple[int, float]]]:
    """Return the places of the points, cut at breaks and where a time is missing."""
    points = _places(trend)
    intervals = [later[0] - sooner[0] for sooner, later in pairwise(trend)]
    longest = max(GAP_S, GAP_INTERVALS * median(intervals))
    pieces = [points[:1]]
    for point, (sooner, later) in zip(points[1:], pairwise(trend), strict=True):
        is_cut = any(sooner[0] < at <= later[0] for at in breaks)
        if is_cut or later[0] - sooner[0] > longest:
            pieces.append([])
        pieces[-1].append(point)
    return pieces


def _places(trend: Sequence[tuple[float, float]]) -> list[tuple[int, float]]:
    begin, end = trend[0][0], trend[-1][0]
    low, high = min(v for _, v in trend), max(v for _, v in trend)
    if high - low < FLAT_V:
        low, high = (low + high - FLAT_V) / 2, (low + high + FLAT_V) / 2
    wide, tall = max(end - begin, 1e-9), high - low
    return [
        (
            round(WIDTH * (at - begin) / wide),
            round(BOTTOM - (BOTTOM - TOP) * (volts - low) / tall, 1),
        )
        for at, volts in trend
    ]
