"""Headers on every answer, and what is refused before anybody asks who sent it."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import Forbidden, LengthRequired
from werkzeug.middleware.proxy_fix import ProxyFix

from dashboard.errors import SENTENCES
from dashboard.settings import WebSettings
from pages.context import request_id

CALLBACK = "/_dash-update-component"
ASSETS = "_dash_assets.static"
SUITES = "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>"
PREVIEW = "preview_svg"
UPLOADS = frozenset({"upload"})  # endpoints that take a whole file
YEAR_S = 31_536_000


def protect(server: Flask, settings: WebSettings) -> None:
    """Believe as many proxies as were named, and answer every request with the headers."""
    count = settings.trusted_proxies
    if count:
        proxied = ProxyFix(server.wsgi_app, x_for=count, x_proto=count, x_host=count)
        server.wsgi_app = proxied  # type: ignore[method-assign]  # Flask's documented way
    server.config["MAX_CONTENT_LENGTH"] = settings.limits.max_form_bytes
    server.extensions["bem.script_hashes"] = []

    @server.after_request
    def _headers(response: Response) -> Response:
        hashes: Sequence[str] = server.extensions["bem.script_hashes"]
        response.headers.update(_fixed_headers(hashes, https=settings.https))
        response.headers["X-Request-Id"] = request_id()
        _set_caching(response)
        return response


def check_origin(settings: WebSettings) -> None:
    """Raise Forbidden for a change that a page of another site asks for.

    Programs that are no browser send neither header; they have no cookie to abuse.
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    origin = request.headers.get("Origin")
    cross_site = request.headers.get("Sec-Fetch-Site") == "cross-site"
    if cross_site or (origin is not None and not _is_ours(origin, settings)):
        raise Forbidden(
            "This request came from a page of another site and was refused. Nothing was changed."
        )


def limit_body(settings: WebSettings) -> None:
    """Set how much this request may send; reading more answers 413.

    Raises LengthRequired for a body of unknown length: Werkzeug would cut it off at the limit, and
    what reads it would take the beginning for the whole. Browsers always name the length.
    """
    if request.content_length is None and "Transfer-Encoding" in request.headers:
        raise LengthRequired(SENTENCES[411])
    if request.endpoint == CALLBACK:
        request.max_content_length = settings.limits.max_callback_bytes
    elif request.endpoint in UPLOADS:
        request.max_content_length = settings.limits.max_upload_bytes


def _is_ours(origin: str, settings: WebSettings) -> bool:
    if origin == settings.base_url:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc == request.host


def _fixed_headers(hashes: Sequence[str], *, https: bool) -> dict[str, str]:
    policy = (
        "default-src 'self'",
        " ".join(["script-src 'self'", *hashes]),
        "style-src 'self' 'unsafe-inline'",  # plotly and AG Grid write style attributes
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "frame-src 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri 'none'",
    )
    headers = {
        "Content-Security-Policy": "; ".join(policy),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        # not no-referrer: with it browsers send "Origin: null" with our own forms
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if https:
        headers["Strict-Transport-Security"] = f"max-age={YEAR_S}"
    return headers


def _set_caching(response: Response) -> None:
    """Keep answers out of caches, but not the files that are the same for everybody."""
    if request.endpoint == SUITES and response.status_code in (200, 304):
        return  # Dash marks those with a fingerprint in their name itself
    if request.endpoint == ASSETS and response.status_code in (200, 206, 304):
        if "m" in request.args:  # Dash names an asset's time of change in its address
            response.headers["Cache-Control"] = f"public, max-age={YEAR_S}, immutable"
        return
    if request.endpoint == PREVIEW and response.cache_control.private:
        return  # the same for everybody who is signed in, and dear enough to keep for a minute
    response.headers["Cache-Control"] = "no-store"
