"""The menu of a graph's pictures: as on the screen, and for papers.

`assets/js/pictures.js` makes them.
The graph is that of the card that the menu stands in, which has no other; it is named where it is
elsewhere. The small print of the graph's card says what is drawn; what else does is named.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from components.blocks import icon
from components.controls import unseen
from components.figures.cycle_graph import GREY
from components.figures.template import template
from components.sent import Sent

AS_SHOWN = {"svg": "lines stay sharp", "png": "pixels"}
COLUMN_CM = {"8.5": "one column", "17": "two columns"}
DOTS = ("300", "600")


def picture_menu(name: str, title: str, *, graph: str = "", said: Sequence[str] = ()) -> Component:
    """Return the menu; files are called `name`, `title` says of which experiment they are.

    `said` are ids of what is also said below a figure.
    """
    about = {"data-bem-name": name, "data-bem-title": title}
    about |= {"data-bem-graph": graph} if graph else {}
    about |= {"data-bem-said": " ".join(said)} if said else {}
    items: list[Component] = [
        _item(kind.upper(), words, {**about, "data-bem-picture": kind})
        for kind, words in AS_SHOWN.items()
    ]
    items.append(dbc.DropdownMenuItem("For papers", header=True))
    for cm, columns in COLUMN_CM.items():
        paper = {**about, "data-bem-cm": cm}
        items.append(_item(f"SVG {cm} cm", columns, {**paper, "data-bem-picture": "svg"}))
        items += [
            _item(
                f"PNG {cm} cm",
                f"{dpi} dpi",
                {**paper, "data-bem-picture": "png", "data-bem-dpi": dpi},
            )
            for dpi in DOTS
        ]
    menu = dbc.DropdownMenu(
        items,
        label=html.Span([icon("image"), unseen("Picture")], title="Picture"),
        color="link",
        toggle_class_name="icon",
        align_end=True,
        caret=False,
    )
    return html.Span(menu, **{"data-bem-light": light_colours()})


def _item(kind: str, words: str, about: Mapping[str, str]) -> Component:
    return html.Button(
        [f"{kind} ", html.Span(words, className="t3 small")],
        type="button",
        className="dropdown-item",
        **about,
    )


@cache
def light_colours() -> str:
    """Return pairs of a colour of the dark theme and that of the light one, as JSON."""
    pairs = dict(_pairs(template(dark=True), template(dark=False)))
    return json.dumps([*pairs.items(), (GREY[True], GREY[False])])


def _pairs(dark: Sent, light: Sent) -> Iterator[tuple[str, str]]:
    if isinstance(dark, Mapping) and isinstance(light, Mapping):
        for key in dark.keys() & light.keys():
            yield from _pairs(dark[key], light[key])
    elif isinstance(dark, list) and isinstance(light, list):
        for one, other in zip(dark, light, strict=False):
            yield from _pairs(one, other)
    elif isinstance(dark, str) and dark != light and dark.startswith(("#", "rgba")):
        yield dark, str(light)
