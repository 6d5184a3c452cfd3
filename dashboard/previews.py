"""Small pictures of experiments, for the table."""

from flask import Flask, Response, request

from components.figures.preview_picture import Curve, preview_picture, sentence_picture
from dashboard.security import PREVIEW
from db import series
from db.engine import Database
from db.queries.experiments.detail import check_experiment
from pages.context import database, viewer

POINTS = 240  # about as many as the picture has places
KEPT_S = 60  # a browser asks again after so long
DRAWING = 1  # raise it with the look of the picture: browsers drop those that they have


def add_previews(server: Flask) -> None:
    """Add the route; who may call it stands in `dashboard.roles`."""

    @server.get("/experiments/<int:experiment_id>/preview.svg", endpoint=PREVIEW)
    def _preview(experiment_id: int) -> Response:
        check_experiment(database(), experiment_id)
        dark = _is_dark()
        try:
            state = _state(database(), experiment_id)
            tag = f"{DRAWING}-{state}-{'dark' if dark else 'light'}"
            if request.if_none_match.contains_weak(tag):
                return _kept(Response(status=304), tag)
            return _kept(_picture(_drawn(database(), experiment_id, dark=dark)), tag)
        except series.BeingPreparedError:  # the worker copies the measures; nobody waits for it
            return _picture(sentence_picture("Being prepared", dark=dark))


def _is_dark() -> bool:
    asked = request.args.get("theme")
    return viewer().dark if asked is None else asked == "dark"


def _state(database: Database, experiment_id: int) -> str:
    """Name the state of the measures, with those that have come by now.

    The time is in it because a database may give the id of a deleted experiment away again.
    """
    ends = series.time_range(database, experiment_id) or (0.0, 0.0)
    return f"{series.revision(database, experiment_id)}-{ends[0]:.6f}-{ends[1]:.6f}"


def _drawn(database: Database, experiment_id: int, *, dark: bool) -> str:
    wanted = [series.VOLTAGE, series.CURRENT]
    traces = series.read(database, experiment_id, wanted, points=POINTS).traces
    voltage, current = (Curve(traces[one.key].unix_s, traces[one.key].values) for one in wanted)
    return preview_picture(voltage, current, dark=dark)


def _picture(svg: str) -> Response:
    return Response(svg, mimetype="image/svg+xml")


def _kept(response: Response, tag: str) -> Response:
    """Let the browser keep an answer for a while, and ask then whether it still holds."""
    response.set_etag(tag)
    response.cache_control.private = True
    response.cache_control.max_age = KEPT_S
    response.vary.add("Cookie")  # without ?theme= a cookie names the theme
    return response
