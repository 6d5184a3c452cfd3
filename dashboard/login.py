"""Signing in and out. The cookie holds a random token; everything else is in the database."""

import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import flask_login
from flask import (
    Flask,
    Request,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
)
from flask.sessions import SessionInterface
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeSerializer

from cycling.errors import UnavailableError
from dashboard import errors
from dashboard.settings import WebSettings
from db.commands import users
from db.queries.users import signed_in
from db.terms import Role
from pages import context

SESSION_COOKIE = "bem_session"
WHO_COOKIE = "bem_who"
BROWSER_COOKIE = "bem_browser"  # who was signed in here before; it lets nobody in
REMEMBERED_FOR = timedelta(days=180)
REMEMBERED_NAMES = 20
EXPIRED = "You are signed out: your login has ended. What you had typed is kept."


@dataclass(frozen=True)
class CurrentUser(flask_login.UserMixin):  # type: ignore[misc]  # flask-login carries no types
    """flask-login's `current_user` of a signed-in request."""

    id: int
    name: str
    role: Role
    session_hash: str


class _NoFlaskSession(SessionInterface):
    """Flask's own signed cookie, switched off: nothing of a login is kept in the browser."""

    def open_session(self, app: Flask, request: Request) -> None:
        """Return nothing, which Flask takes as a session that cannot be written."""

    def save_session(self, app: Flask, session: object, response: Response) -> None:
        """Keep nothing."""


def add_login(server: Flask, settings: WebSettings, hasher: users.Hasher) -> None:
    """Add flask-login and the addresses /login and /logout."""
    server.session_interface = _NoFlaskSession()
    server.config["REMEMBER_COOKIE_NAME"] = "bem_remember_is_not_used"
    server.extensions["bem.web_settings"] = settings
    server.extensions["bem.hasher"] = hasher
    # its context processor would ask the database again on the page that says it is away
    manager = flask_login.LoginManager(server, add_context_processor=False)
    manager.session_protection = None
    manager.request_loader(_load_user)
    server.add_url_rule("/login", "login", _show_login, methods=["GET"])
    server.add_url_rule("/login", "sign_in", _sign_in, methods=["POST"])
    server.add_url_rule("/logout", "logout", _sign_out, methods=["POST"])


def is_local(address: str) -> bool:
    """Whether an address stays on this server, also as browsers read it.

    They drop tabs and line ends and take a backslash for a slash.
    """
    if not address.startswith("/") or address.startswith("//") or "\\" in address:
        return False
    if any(ord(sign) <= ord(" ") or sign == "\x7f" for sign in address):
        return False
    with suppress(ValueError):
        parts = urlsplit(address)
        return not parts.scheme and not parts.netloc
    return False


def _load_user(request: Request) -> CurrentUser | None:
    """Return who sent the request, with the role of this moment."""
    token = request.cookies.get(SESSION_COOKIE)
    if not token:
        return None
    now, database = context.now(), context.database()
    user = signed_in(database, users.token_hash(token), context.session_limits())
    if user is None:
        return None
    if now - user.seen_at >= users.SEEN_EVERY:
        with suppress(UnavailableError):  # the page is more important than the note
            users.seen(database, user.session_hash, now=now)
    return CurrentUser(user.id, user.name, user.role, user.session_hash)


def _show_login() -> Response:
    next_address = request.args.get("next", "")
    token = request.args.get("token")
    if token and request.method == "GET":
        return _use_link(token)
    with suppress(UnavailableError):  # who is to sign in sees the form
        if current_user.is_authenticated:
            return _redirect(next_address)
    return _form(next_address, notice=EXPIRED if request.args.get("expired") == "1" else None)


def _use_link(token: str) -> Response:
    try:
        session_token = users.use_login_link(
            context.database(), token, address=request.remote_addr or "", now=context.now()
        )
    except users.SignInRefusedError as error:
        return _form("", error=str(error), status=401)
    return _signed_in(session_token, "/")


def _sign_in() -> Response:
    name = request.form.get("username", "").strip()
    next_address = request.form.get("next", "")
    try:
        token = users.sign_in(
            context.database(),
            name,
            request.form.get("password", ""),
            address=request.remote_addr or "",
            now=context.now(),
            browser=known_browser(name),
            hasher=context.hasher(),
            limits=context.limits(),
        )
    except users.SignInRefusedError as error:
        return _form(next_address, username=name, error=str(error), status=401)
    except users.TooManyTriesError as error:
        return _form(next_address, username=name, error=str(error), status=429)
    response = _signed_in(token, next_address)
    _remember_browser(response, name)
    return response


def _sign_out() -> Response:
    users.end_session(context.database(), current_user.session_hash, by=context.actor())
    response = _redirect("/login")
    response.delete_cookie(SESSION_COOKIE)
    return response


def _signed_in(token: str, next_address: str) -> Response:
    """Give the browser its new session and end the one that it had before."""
    before = request.cookies.get(SESSION_COOKIE)
    if before:
        users.drop_session(context.database(), users.token_hash(before))
    users.sweep_sign_ins(context.database(), context.session_limits(), now=context.now())
    response = _redirect(next_address)
    common: dict[str, Any] = {"samesite": "Lax", "secure": _is_https(), "path": "/"}
    response.set_cookie(SESSION_COOKIE, token, httponly=True, **common)
    # what another user has typed in this tab is forgotten by a script that reads it
    response.set_cookie(WHO_COOKIE, _mark_of(token), **common)
    return response


def known_browser(name: str) -> str:
    """Return the id of this browser if the user was signed in in it before, "" if not."""
    browser, names = _remembered()
    return browser if _fingerprint(name) in names else ""


def _remembered() -> tuple[str, list[str]]:
    """Return this browser's id and the fingerprints of who was signed in, as our cookie says."""
    with suppress(BadSignature, ValueError, TypeError):
        browser, names = _signer().loads(request.cookies.get(BROWSER_COOKIE, ""))
        return str(browser), list(names)
    return secrets.token_hex(8), []


def _remember_browser(response: Response, name: str) -> None:
    browser, names = _remembered()
    others = [one for one in names if one != _fingerprint(name)]
    value = _signer().dumps([browser, [*others, _fingerprint(name)][-REMEMBERED_NAMES:]])
    response.set_cookie(
        BROWSER_COOKIE,
        value,
        max_age=REMEMBERED_FOR,
        path="/login",
        httponly=True,
        samesite="Lax",
        secure=_is_https(),
    )


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="known browser")


def _fingerprint(name: str) -> str:
    return hashlib.sha256(name.casefold().encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _mark_of(token: str) -> str:
    """Return what tells the users of a browser apart, and nothing else."""
    user = signed_in(context.database(), users.token_hash(token), context.session_limits())
    return str(user.id) if user else ""


def _is_https() -> bool:
    settings: WebSettings = current_app.extensions["bem.web_settings"]
    return settings.https


def _redirect(address: str) -> Response:
    return make_response(redirect(address if is_local(address) else "/", 303))


def _form(
    next_address: str,
    *,
    username: str = "",
    notice: str | None = None,
    error: str | None = None,
    status: int = 200,
) -> Response:
    if error:
        errors.log_refusal(status, error)
    page = render_template(
        "login.html",
        title="Sign in",
        theme=errors.theme(),
        next=next_address if is_local(next_address) else "",
        username=username[:60],
        notice=notice,
        error=error,
        request_id=context.request_id(),
    )
    return make_response(page, status)
