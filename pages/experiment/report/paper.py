"""What all reports are made of: one HTML file each, which opens and prints without a network."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from flask import render_template_string
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from components import formatting
from db.engine import Database
from db.queries.experiments.detail import database_name
from pages.context import PRODUCT, Viewer

HERE = Path(__file__)


def printed(template: Path, content: Mapping[str, Any]) -> str:
    """Return a report as a whole document: a template with the parts that all reports share.

    It needs an application's context, whose templates escape what they show, also what people have
    typed.
    """
    source = _text(HERE.with_suffix(".html")) + _text(template)
    return render_template_string(
        source,
        product=PRODUCT,
        style=_ours(_text(HERE.with_suffix(".css"))),
        script=_ours(_text(HERE.with_suffix(".js"))),
        plotly=lambda: _ours(get_plotlyjs()),
        **content,
    )


def origin_of(database: Database, who: Viewer, time: datetime) -> list[tuple[str, str]]:
    """Return by what, for whom, when and of which database a report was made."""
    local = f"{formatting.exactly(time, who.zone)} ({zone_name(who, time)})"
    return [
        ("Made by", f"{PRODUCT} {product_version()}".strip()),
        ("Made for", who.name),
        ("Made at", f"{formatting.utc(time)}, {local}"),
        ("Database", database_name(database)),
    ]


def zone_name(who: Viewer, time: datetime) -> str:
    """Return the viewer's zone: Europe/Madrid."""
    return str(getattr(who.zone, "key", None) or time.astimezone(who.zone).tzname())


@cache
def product_version() -> str:
    """Return the version of this product; nothing where it is not installed."""
    try:
        return version("battery-experiments-manager")
    except PackageNotFoundError:
        return ""


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _ours(text: str) -> Markup:
    return Markup(text)  # noqa: S704 - our own file, or Plotly's
