"""The small line of a tile: where the voltage went within the last hour.

It is a mask: the browser fills it with the theme's colour, so one picture fits light and dark.
"""

from collections.abc import Sequence
from urllib.parse import quote

WIDTH, HEIGHT = 240, 36
TOP, BOTTOM = 3, 33
FLAT_V = 0.005  # less is drawn in the middle: noise is no slope


def spark_mask(trend: Sequence[tuple[float, float]], *, dashed: bool = False) -> str:
    """Return the line through [Unix s, V] as an address for `mask-image`; "" without a line."""
    if len(trend) < 2:
        return ""
    points = _places(trend)
    line = "L".join(f"{x} {y}" for x, y in points)
    dash = " stroke-dasharray='3 3'" if dashed else ""
    area = f"<path d='M{points[0][0]} {HEIGHT}L{line}L{points[-1][0]} {HEIGHT}z' opacity='.09'/>"
    svg = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}' "
        f"preserveAspectRatio='none'>{area}"
        f"<path d='M{line}' fill='none' stroke='#000' stroke-width='1.5' "
        f"stroke-linejoin='round' vector-effect='non-scaling-stroke'{dash}/></svg>"
    )
    return f'url("data:image/svg+xml,{quote(svg, safe=" =:/")}")'


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
