"""The questions before a user is added or changed, and the deeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from components import formatting
from components.blocks import labelled, note
from cycling.errors import InputError
from db.commands import users
from db.commands.audit import By
from db.commands.users import Hasher
from db.engine import Database
from db.queries.users import Account
from db.terms import Role
from pages.users.ids import Ids

DEEDS = ("add", "role", "password", "sessions", "disable", "enable")
GENERATE, TYPE = "generate", "type"
MAY = {
    Role.VIEWER: "looks and exports.",
    Role.OPERATOR: "also imports, adds batteries, queues and controls experiments.",
    Role.ADMIN: "also manages users, reads the audit trail, deletes.",
}
SURE = "Tick the box to say that you are sure. It is your own account."


@dataclass(frozen=True)
class Question:
    """What the dialog says; without `go` there is nothing to do but to close it."""

    title: str
    words: list[Component] = field(default_factory=list)
    go: str = ""
    danger: bool = False


@dataclass(frozen=True)
class Told:
    """What came of it: a toast, a password to show once, another page to go to."""

    words: str
    password: str = ""
    leave: str = ""


def question(deed: str, one: Account | None, everybody: Sequence[Account], me: str) -> Question:
    """Return what must be said and asked before; `one` is None for a new user."""
    if one is None or deed == "add":
        return _add()
    own = one.name == me
    last = _is_last_admin(one, everybody)
    if deed == "role":
        return _role(one, own=own, last=last)
    if deed == "password":
        words = html.P(f"{one.name} is signed out everywhere, and signs in with the new one.")
        fields = [words, *_password_fields()]
        return Question(f"Set a password for {one.name}", fields, go=f"Set password of {one.name}")
    if deed == "sessions":
        return _sessions(one, own=own)
    if deed == "enable":
        words = html.P(f"{one.name} may sign in again as {one.role}, with the password as it was.")
        return Question(f"Enable {one.name}?", [words], go=f"Enable {one.name}")
    return _disable(one, own=own, last=last)


def carry_out(
    database: Database,
    deed: str,
    one: Account | None,
    typed: Mapping[str, Any],
    *,
    by: By,
    session_hash: str,
    hasher: Hasher,
) -> Told:
    """Do what was asked. Raises InputError with a sentence where it is refused."""
    if one is None or deed == "add":
        return _add_now(database, typed, by, hasher)
    own = one.name == by.user_name
    if deed == "password":
        password, shown = password_of(typed, by.form_token)
        users.set_password(database, one.name, password, hasher=hasher, by=by)
        return Told(f"{one.name} has a new password.", shown)
    if deed == "sessions":
        keep = session_hash if own else None
        ended = users.end_all_sessions(database, one.name, keep_session=keep, by=by)
        return Told(f"{one.name}: {formatting.counted(ended, 'session')} ended.")
    if deed == "enable":
        users.enable_user(database, one.name, by=by)
        return Told(f"{one.name} may sign in again.")
    role = _chosen_role(typed) if deed == "role" else None
    if own and role is not Role.ADMIN and not typed.get("sure"):
        raise InputError(SURE)
    if role is None:
        users.disable_user(database, one.name, by=by)
        return Told(f"{one.name} is disabled and signed out.", leave="/login" if own else "")
    users.set_role(database, one.name, role, by=by)
    leave = "/" if own and role is not Role.ADMIN else ""
    return Told(f"{one.name} is now {role}.", leave=leave)


def shown_once(name: str, password: str) -> Question:
    """Return the answer that shows a generated password."""
    shown = dbc.Input(
        id=Ids.field("shown"),
        value=password,
        readonly=True,
        autofocus=True,
        class_name="bem-password-once",
    )
    copy = html.Button("Copy", type="button", className="btn btn-secondary bem-copy")
    words = [
        html.Div([labelled(f"Password of {name}", shown), copy], className="bem-once"),
        note("paused", f"It is shown only now. Give it to {name} and to nobody else."),
        html.P(f"{name} can change it at the foot of the menu, under Change password."),
    ]
    return Question(f"{name} may sign in", words)


def _is_last_admin(one: Account, everybody: Sequence[Account]) -> bool:
    admins = [other for other in everybody if other.role is Role.ADMIN and not other.disabled]
    return [other.id for other in admins] == [one.id]


def _add() -> Question:
    name = dbc.Input(id=Ids.field("name"), maxlength=60, autocomplete="off", autofocus=True)
    fields = [
        labelled("Name", name, help_text="Up to 60 letters a to z, digits and . _ - @."),
        _role_field(Role.VIEWER),
        *_password_fields(),
    ]
    return Question("Add a user", fields, go="Add user")


def _role(one: Account, *, own: bool, last: bool) -> Question:
    title = f"Change the role of {one.name}"
    if last:
        return Question(title, [_last_admin(one)])
    words: list[Component] = [_role_field(one.role)]
    if one.sessions:
        words.append(html.P("It holds from the next click, on every open page.", className="t3"))
    if own:
        words += _sure("Without the role admin you cannot come back here by yourself.")
    return Question(title, words, go=f"Change role of {one.name}")


def _sessions(one: Account, *, own: bool) -> Question:
    if own:
        return Question(
            f"Sign {one.name} out elsewhere?",
            [html.P("All your other browsers are signed out. This one stays.")],
            go="End other sessions",
        )
    count = formatting.counted(one.sessions, "open session")
    words = f"{one.name} has {count}. All end at once; open pages lead to the sign-in at the next "
    words += "click, or within 15 seconds."
    return Question(f"Sign {one.name} out everywhere?", [html.P(words)], go=f"Sign {one.name} out")


def _disable(one: Account, *, own: bool, last: bool) -> Question:
    title = f"Disable {one.name}?"
    if last:
        return Question(title, [_last_admin(one)])
    words: list[Component] = [
        html.P(
            f"{one.name} is signed out and cannot sign in. What {one.name} has done stays; "
            "experiments that run go on."
        )
    ]
    if own:
        words += _sure("You are signed out, and only another admin can let you in again.")
    return Question(title, words, go=f"Disable {one.name}", danger=True)


def _last_admin(one: Account) -> Component:
    return note("paused", f"{one.name} is the last admin. Make somebody else admin first.")


def _sure(words: str) -> list[Component]:
    box = dbc.Checkbox(id=Ids.field("sure"), label="I am sure", value=False)
    return [note("paused", [html.B("This is your own account. "), words]), box]


def _role_field(role: Role) -> Component:
    choice = dbc.RadioItems(
        id=Ids.field("role"),
        options=[
            {
                "label": [
                    str(one).capitalize(),
                    html.Span(f" {words}", className="t3"),
                ],
                "value": str(one),
            }
            for one, words in MAY.items()
        ],
        value=str(role),
    )
    return html.Div([html.Div("Role", className="form-label"), choice])


def _password_fields() -> list[Component]:
    how = dbc.RadioItems(
        id=Ids.field("how"),
        options=[
            {"label": "Generate one, shown once", "value": GENERATE},
            {"label": "Type one", "value": TYPE},
        ],
        value=GENERATE,
    )
    typed = dbc.Input(
        id=Ids.field("password"), type="password", autocomplete="new-password", maxlength=200
    )
    least = f"At least {users.SHORTEST} characters."
    return [
        html.Div([html.Div("Password", className="form-label"), how]),
        html.Div(labelled("New password", typed, help_text=least), className="typed"),
    ]


def _add_now(database: Database, typed: Mapping[str, Any], by: By, hasher: Hasher) -> Told:
    name, role = str(typed.get("name") or "").strip(), _chosen_role(typed)
    password, shown = password_of(typed, by.form_token)
    users.add_user(database, name, role, password, hasher=hasher, by=by)
    return Told(f"{name} may now sign in as {role}.", shown)


def password_of(typed: Mapping[str, Any], form_token: str) -> tuple[str, str]:
    """Return the password, and again if it must be shown: the same one for the same form."""
    if typed.get("how") == TYPE:
        return str(typed.get("password") or ""), ""
    made = users.generated_password(form_token.partition(" ")[0])
    return made, made


def _chosen_role(typed: Mapping[str, Any]) -> Role:
    chosen = typed.get("role")
    if chosen not in set(Role):
        raise InputError("Choose a role: viewer, operator or admin.")
    return Role(str(chosen))
