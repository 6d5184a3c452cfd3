"""GET /metrics: the laboratory's figures for Prometheus, to whoever brings the token.

Off unless BEM_METRICS_TOKEN is set. Each scrape reads the database anew, so any web process may
answer it, and nothing is counted twice where there are several.
"""

import hmac

from flask import Flask, Response, make_response, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import NotFound, Unauthorized

from dashboard.settings import WebSettings
from db.engine import Database
from db.queries.master_node import figures

OFF = "Metrics are off here. BEM_METRICS_TOKEN switches them on."
WRONG = "Metrics need the header 'Authorization: Bearer' with the value of BEM_METRICS_TOKEN."


def add_metrics(server: Flask, settings: WebSettings, database: Database) -> None:
    """Add the address /metrics."""

    def metrics() -> Response:
        _check(settings.metrics_token)
        from dashboard.metrics_text import CONTENT_TYPE, metrics_text  # slow, and mostly not needed

        probe = server.extensions["bem.probe"]
        answer = make_response(metrics_text(probe, lambda: figures(database), settings.data_dir))
        answer.headers["Content-Type"] = CONTENT_TYPE
        return answer

    server.add_url_rule("/metrics", "metrics", metrics, methods=["GET"])


def _check(token: str | None) -> None:
    """Raise NotFound where metrics are off, Unauthorized for a wrong token."""
    if token is None:
        raise NotFound(OFF)
    scheme, _, brought = request.headers.get("Authorization", "").partition(" ")
    is_right = hmac.compare_digest(brought.strip().encode(), token.encode())
    if scheme.lower() != "bearer" or not is_right:
        raise Unauthorized(WRONG, www_authenticate=WWWAuthenticate("bearer"))
