"""What a page may reach for: registration, scripts; in a request the database and the viewer."""

import secrets
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import TypeVar
from urllib.parse import unquote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import dash
from dash import ClientsideFunction, clientside_callback
from dash.dependencies import DashDependency
from flask import current_app, request
from flask_login import current_user

from components.sent import Sent
from db.commands.audit import By
from db.commands.form_tokens import check_token
from db.commands.form_tokens import once as done_once
from db.commands.users import Hasher
from db.engine import Database
from db.hanging import ANSWER_S
from db.limits import Limits
from db.queries.audit import names_now
from db.queries.users import SessionLimits
from db.terms import Role

R = TypeVar("R")

PRODUCT = "Battery Experiments Manager"
ZONE_COOKIE = "bem_zone"
THEME_COOKIE = "bem_theme"
NARROW_COOKIE = "bem_narrow"


@dataclass(frozen=True)
class Viewer:
    """Who looks at the page, from where, and how they want it shown."""

    name: str
    role: Role
    address: str
    zone: tzinfo
    dark: bool
    narrow: bool

    @property
    def operates(self) -> bool:
        """Whether this user may change what there is: operators and admins."""
        return self.role.includes(Role.OPERATOR)

    @property
    def administers(self) -> bool:
        """Whether this user is an admin."""
        return self.role.includes(Role.ADMIN)


def database() -> Database:
    """Return the database of this application."""
    opened: Database = current_app.extensions["bem.database"]
    return opened


def patient_database() -> Database:
    """Return it for a report or a file, whose statements may take longer than those of a page."""
    return database().within(ANSWER_S)


def now() -> datetime:
    """Return the time by the application's clock."""
    time: datetime = current_app.extensions["bem.clock"]()
    return time


def limits() -> Limits:
    """Return the limits that this application runs with."""
    chosen: Limits = current_app.extensions["bem.limits"]
    return chosen


def hasher() -> Hasher:
    """Return what this application makes hashes of passwords with."""
    chosen: Hasher = current_app.extensions["bem.hasher"]
    return chosen


def session_limits() -> SessionLimits:
    """Return since when a session must have begun and been used to be open now."""
    limits: SessionLimits = current_app.extensions["bem.web_settings"].session_limits(now())
    return limits


def viewer() -> Viewer:
    """Return who sent this request; the guard has let only signed-in users through."""
    return Viewer(
        name=current_user.name,
        role=current_user.role,
        address=request.remote_addr or "",
        zone=_zone(unquote(request.cookies.get(ZONE_COOKIE, ""))),
        dark=request.cookies.get(THEME_COOKIE) == "dark",
        narrow=request.cookies.get(NARROW_COOKIE) == "1",
    )


def request_id() -> str:
    """Return this request's number: it is in its answer's header, on error pages and in the log."""
    number: str = request.environ.setdefault("bem.request_id", secrets.token_hex(4))
    return number


def actor() -> By:
    """Return who acts with this request, from where and when; it goes into the audit trail."""
    return By(current_user.name, request.remote_addr or "", now())


def once(form_token: Sent, deed: Callable[[By], R], *content: object) -> R:
    """Let the viewer do what a form asks for, and return what came of it.

    Raises DoneBeforeError if the form was sent before with the same content and did it, InputError
    without a token. A form whose answer was lost, and which was then changed, is another one.
    """
    token = f"{check_token(form_token)} {content!r}"
    by = replace(actor(), form_token=token)
    return done_once(database(), token, lambda: deed(by))


def register_page(
    module: str,
    path: str | None,
    title: str,
    role: Role,
    *,
    order: int | None = None,
    called: str = "",
    reads: Collection[str] = (),
) -> None:
    """Register a page for a role; both may name ids: `<battery_id>`, `{battery_id}`.

    `reads`: the names in the query of its address that its layout takes as `**query`. What neither
    they nor the layout's own arguments name is left out, and the page says so.

    `called`, a kind of `names_now`: the title says what the thing is called, not its id.
    """

    def words(**ids: str) -> str:
        if called:
            target = f"{called} {next(iter(ids.values()), '')}"
            ids = dict.fromkeys(ids, names_now(database(), [target]).get(target, ""))
        label = title.format_map(defaultdict(str, ids)).strip()
        return f"{label} - {PRODUCT}" if label else PRODUCT

    template = path if path and "<" in path else None
    dash.register_page(
        module,
        path=None if template else path,
        path_template=template,
        title=words,
        order=order,
        role=role,
        reads=frozenset(reads),
    )


def run_script(function: str, *wires: DashDependency, at_start: bool = True) -> None:
    """Let a script answer changes, `live.update` is in assets/js/live.js; also as a page opens."""
    clientside_callback(
        ClientsideFunction(*function.split(".")), *wires, prevent_initial_call=not at_start
    )


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
