"""Readings: a value with its unit, as an instrument shows it."""

from dash import html
from dash.development.base_component import Component

from components.sent import Sent

UNKNOWN = "–"
SMALL_A = 0.1  # a battery that may carry no more is read in mA


def volts(value: float | None) -> str:
    """Write a voltage with four or five digits: 3.819, 13.82, 402.5."""
    if value is None:
        return UNKNOWN
    size = abs(value)
    return signed(value, 3 if size < 10 else 2 if size < 100 else 1)


def amperes(value: float | None, most_a: float) -> tuple[str, str]:
    """Write a current and its unit, which depends on the battery and never jumps."""
    factor, unit = current_unit(most_a)
    return (UNKNOWN if value is None else signed(value * factor, 3)), unit


def current_unit(most_a: float) -> tuple[float, str]:
    """Return factor and unit in which a battery's currents are read."""
    return (1000.0, "mA") if 0 < most_a <= SMALL_A else (1.0, "A")


def degrees(value: float | None) -> str:
    """Write a temperature in degC."""
    return UNKNOWN if value is None else signed(value, 1)


def signed(value: float, places: int) -> str:
    """Write a number with a real minus sign, none before zero: −1.500, 0.000."""
    written = f"{value:.{places}f}"
    if float(written) == 0:
        written = written.lstrip("-")
    return written.replace("-", "−")


def progress_bar(label: str, number: int, of: int, **more: Sent) -> html.Div:
    """Return a bar that is filled so far."""
    width = {"width": f"{round(100 * number / of)}%"}
    return html.Div(
        html.Div(className="progress-bar", style=width, **more),
        className="progress",
        role="progressbar",
        **{
            "aria-label": label,
            "aria-valuenow": str(number),
            "aria-valuemin": "0",
            "aria-valuemax": str(of),
        },
    )


def colour_key(colours: tuple[str, str], *, dashed: bool = False) -> html.Span:
    """Return the mark of a line of a graph; its colours are those of the light and dark theme."""
    light, dark = colours
    look = "bem-key dashed" if dashed else "bem-key"
    return html.Span(className=look, style={"--light": light, "--dark": dark})


def reading(
    value: str,
    unit: str,
    *,
    name: str = "",
    colours: tuple[str, str] | None = None,
    live: str = "",
    small: bool = False,
) -> Component:
    """Return a value with its unit, its name above; scripts write the newest into `live`."""
    label = [html.Div([colour_key(colours), name] if colours else name, className="k")]
    label = label if name else []
    attributes = {"data-bem-live": live} if live else {}
    return html.Div(
        [
            *label,
            html.Span(value, className="v small" if small else "v", **attributes),
            html.Span(unit, className="u"),
        ],
        className="bem-reading",
    )
