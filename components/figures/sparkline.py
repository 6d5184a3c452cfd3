"""The small lines of a tile: where the voltage went within the last hour, where the capacity went.

Gaps of the first are shaded.

`sparkline` in assets/js/monitor-tile.js draws it, in the theme's colour.
"""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from urllib.parse import quote

WIDTH, HEIGHT = 240, 36
COLOUR = "#c476a1"
TOP, BOTTOM = 3, 33
SHADE = 3  # that a break is wide at least
FLAT_V = 0.005  # less is drawn in the middle: noise is no slope
FLAT_SHARE = 0.005  # of a capacity: less is drawn in the middle
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


def capacity_path(capacities: Sequence[float]) -> str:
    """Return the path of the line through the capacities of cycles; "" of fewer than two."""
    if len(capacities) < 2:
        return ""
    points = _places(list(enumerate(capacities)), FLAT_SHARE * max(capacities))
    return f"M{'L'.join(f'{x} {y}' for x, y in points)}"


def picture(path: str) -> str:
    """Return a small line as the address of a picture, in a colour that either theme shows."""
    stroke = f'fill="none" stroke="{COLOUR}" stroke-width="1.5" vector-effect="non-scaling-stroke"'
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}><path d="{path}" {stroke}/></svg>'
    return f"data:image/svg+xml,{quote(svg)}"


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


def _places(trend: Sequence[tuple[float, float]], flat: float = FLAT_V) -> list[tuple[int, float]]:
    begin, end = trend[0][0], trend[-1][0]
    low, high = min(v for _, v in trend), max(v for _, v in trend)
    if high - low < flat:
        low, high = (low + high - flat) / 2, (low + high + flat) / 2
    wide, tall = max(end - begin, 1e-9), high - low
    return [
        (
            round(WIDTH * (at - begin) / wide),
            round(BOTTOM - (BOTTOM - TOP) * (volts - low) / tall, 1),
        )
        for at, volts in trend
    ]
