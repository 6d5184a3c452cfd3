"""Who may see and do what: everything is refused that the tables do not allow."""

from contextlib import suppress
from urllib.parse import quote

from dash import Dash
from flask import Flask, Response, current_app, make_response, redirect, request
from flask_login import current_user
from werkzeug.exceptions import Forbidden, Unauthorized

from cycling.errors import UnavailableError
from dashboard import errors, security
from dashboard.callbacks import asked_path, requested_callback
from dashboard.login import SESSION_COOKIE
from dashboard.page_registry import find_page, first_page, page_role, page_that_dash_shows
from dashboard.roles import PAGES, PUBLIC, ROUTE_ROLES, callback_role
from dashboard.settings import WebSettings
from db.commands.audit import record_refused_call
from db.terms import Role
from pages.context import actor, database

FORMER = {"monitor": "/"}  # addresses that people type or remember, and where they lead


def guard(server: Flask, settings: WebSettings) -> None:
    """Check every request first; call this before Dash adds its routes and its own checks."""

    @server.before_request
    def _guard() -> Response | None:
        security.check_origin(settings)
        security.limit_body(settings)
        if request.endpoint in PUBLIC:
            return None
        if not current_user.is_authenticated:
            return _ask_to_sign_in()
        if request.endpoint is None:
            return None  # Flask answers 404 or 405 itself
        if request.endpoint in PAGES:
            return _check_page()
        _require(ROUTE_ROLES.get(request.endpoint))
        if request.endpoint == security.CALLBACK:
            _check_callback()
        return None


def _ask_to_sign_in() -> Response:
    is_page = request.endpoint in PAGES and not request.path.startswith("/_")
    if not is_page or request.method not in ("GET", "HEAD"):
        raise Unauthorized(errors.SENTENCES[401])
    here = request.full_path.rstrip("?")
    expired = "&expired=1" if SESSION_COOKIE in request.cookies else ""
    return make_response(redirect(f"/login?next={quote(here, safe='')}{expired}"))


def _check_page() -> Response | None:
    page = find_page(request.path)
    if page is None and request.path.strip("/") in FORMER:
        query = f"?{request.query_string.decode(errors='replace')}" if request.query_string else ""
        return make_response(redirect(FORMER[request.path.strip("/")] + query))
    if page is None and request.path == "/":
        return make_response(redirect(first_page()))
    if page is None:
        return make_response(_dash().index(), 404)
    _require(page_role(page))
    return None


def _check_callback() -> None:
    callback, body = requested_callback(_dash())
    _require(callback_role(callback))
    if _is_router(callback):
        page = page_that_dash_shows(asked_path(body))
        if page is not None:
            _require(page_role(page))


def _is_router(callback: dict[str, object] | object) -> bool:
    outputs = callback["output"]  # type: ignore[index]
    return isinstance(outputs, list) and any(
        one.component_id == "_pages_content" for one in outputs
    )


def _require(role: Role | None) -> None:
    """Raise Forbidden unless the user has the role; nobody has a role that no table names."""
    if role is None or not current_user.role.includes(role):
        with suppress(UnavailableError):  # the refusal is more important than the note
            record_refused_call(database(), f"{request.method} {request.path}", by=actor())
        raise Forbidden(errors.SENTENCES[403])


def _dash() -> Dash:
    return current_app.extensions["bem.dash"]
