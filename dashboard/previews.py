"""Small pictures of experiments, for the table."""

from flask import Flask, Response, request

from components.figures.preview_picture import Curve, preview_picture, sentence_picture
from dashboard.security import PREVIEW
from db import series
from db.queries.experiments.detail import check_experiment
from pages.context import database, viewer
from pages.experiment.graph.interruptions import interruptions, spans

POINTS = 240  # about as many as the picture has places
MAX_AGE_S = 60  # a browser asks again after so long
DRAWING = 2  # raise it with the look of the picture: browsers drop those that they have


def add_previews(server: Flask) -> None:
    """Add the route; who may call it stands in `dashboard.roles`."""

    @server.get("/experiments/<int:experiment_id>/preview.svg", endpoint=PREVIEW)
    def _preview(experiment_id: int) -> Response:
        check_experiment(database(), experiment_id)
        dark = _is_dark()
        with series.opened(database(), experiment_id) as experiment:
            if experiment.fraction < 1:  # the worker copies the measures; nobody waits for it
                return _picture(sentence_picture("Being prepared", dark=dark))
            tag = f"{DRAWING}-{_version(experiment)}-{'dark' if dark else 'light'}"
            if request.if_none_match.contains_weak(tag):
                return _cacheable(Response(status=304), tag)
            picture = _curves(experiment, dark=dark)
            if experiment.left_out:  # a curve without it would look whole
                return _picture(sentence_picture("Damaged on the disk", dark=dark))
            return _cacheable(_picture(picture), tag)


def _is_dark() -> bool:
    asked = request.args.get("theme")
    return viewer().dark if asked is None else asked == "dark"


def _version(experiment: series.ExperimentSeries) -> str:
    """Return a token of the measures.

    The time is in it because a database may give the id of a deleted experiment away again.
    """
    first, last = experiment.time_range or (0.0, 0.0)
    return f"{experiment.head.revision}-{first:.6f}-{last:.6f}"


def _curves(experiment: series.ExperimentSeries, *, dark: bool) -> str:
    channels = [series.VOLTAGE, series.CURRENT]
    found = interruptions(experiment)
    traces = experiment.read(channels, points=POINTS, breaks=found.breaks).traces
    voltage, current = (Curve(traces[one.key].unix_s, traces[one.key].values) for one in channels)
    return preview_picture(voltage, current, dark=dark, spans=spans(found, viewer().zone))


def _picture(svg: str) -> Response:
    return Response(svg, mimetype="image/svg+xml")


def _cacheable(response: Response, tag: str) -> Response:
    """Let the browser keep an answer for a while, and ask then whether it still holds."""
    response.set_etag(tag)
    response.cache_control.private = True
    response.cache_control.max_age = MAX_AGE_S
    response.vary.add("Cookie")  # without ?theme= a cookie names the theme
    return response
