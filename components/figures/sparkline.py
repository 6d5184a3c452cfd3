"""The small line of a tile: where the voltage went within the last hour; gaps are shaded.

It is a mask: the browser fills it with the theme's colour, so one picture fits light and dark.
"""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from urllib.parse import quote

WIDTH, HEIGHT = 240, 36
TOP, BOTTOM = 3, 33
SHADE = 3  # that a break is wide at least
FLAT_V = 0.005  # less is drawn in the middle: noise is no slope
GAP_S = 90.0  # a minute without a point, where there is one every half
GAP_INTERVALS = 3  # where points are rarer


def spark_mask(trend: Sequence[tuple[float, float | None]], *, dashed: bool = False) -> str:
    """Return the line through [Unix s, V] as an address for `mask-image`; "" without a line.

    It breaks where a voltage is None.
    """
    points = [(at, volts) for at, volts in trend if volts is not None]
    if len(points) < 2:
        return ""
    pieces = _pieces(points, [at for at, volts in trend if volts is None])
    lines = ["L".join(f"{x} {y}" for x, y in piece) for piece in pieces]
    dash = " stroke-dasharray='3 3'" if dashed else ""
    shade = "".join(
        f"M{sooner[-1][0]} 0H{max(later[0][0], sooner[-1][0] + SHADE)}V{HEIGHT}H{sooner[-1][0]}z"
        for sooner, later in pairwise(pieces)
    )
    shade = f"<path d='{shade}' opacity='.28'/>" if shade else ""
    area = "".join(
        f"M{piece[0][0]} {HEIGHT}L{line}L{piece[-1][0]} {HEIGHT}z"
        for piece, line in zip(pieces, lines, strict=True)
    )
    line = "M".join(lines)
    svg = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}' "
        f"preserveAspectRatio='none'><path d='{area}' opacity='.09'/>"
        f"<path d='M{line}' fill='none' stroke='#000' stroke-width='1.5' "
        f"stroke-linejoin='round' vector-effect='non-scaling-stroke'{dash}/>{shade}</svg>"
    )
    return f'url("data:image/svg+xml,{quote(svg, safe=" =:/")}")'


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
