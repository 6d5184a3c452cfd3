"""The questions before a user is added or changed, and the deeds."""

from collections.abc import Mapping

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from flask_login import current_user

from components import formatting
from components.blocks import labelled, note
from components.sent import Sent
from cycling.errors import InputError
from db.commands import users
from db.commands.audit import By
from db.queries.users import Account, find_account, list_accounts
from db.terms import Role
from pages.ask import Done, Question
from pages.context import database, hasher, session_limits, viewer
from pages.sent import sent_id
from pages.users.ids import Ids

DEEDS = ("add", "role", "password", "sessions", "disable", "enable")
GENERATE, TYPE = "generate", "type"
MAY = {
    Role.VIEWER: "looks and exports.",
    Role.OPERATOR: "also imports, adds batteries, queues and controls experiments.",
    Role.ADMIN: "also manages users, reads the audit trail, deletes.",
}
SURE = "Tick the box to say that you are sure. It is your own account."


def ask_user(chosen: Sent) -> Question:
    """Return what must be said and asked before. Raises NotFoundError."""
    deed, one = _chosen(chosen)
    if one is None:
        return _add()
    own = one.name == viewer().name
    if deed == "role":
        return _role(one, own=own)
    if deed == "password":
        words = html.P(f"{one.name} is signed out everywhere, and signs in with the new one.")
        fields = [words, *_password_fields()]
        return Question(f"Set a password for {one.name}", fields, go=f"Set password of {one.name}")
    if deed == "sessions":
        return _sessions(one, own=own)
    if deed == "enable":
        words = html.P(f"{one.name} may sign in again as {one.role}, with the password as it was.")
        return Question(f"Enable {one.name}?", [words], go=f"Enable {one.name}")
    return _disable(one, own=own)


def change_user(by: By, chosen: Sent, names: Sent, values: Sent) -> Done:
    """Do what was asked. Raises InputError with a sentence where it is refused."""
    deed, one = _chosen(chosen)
    fields = _fields(names, values)
    if one is None:
        return _add_now(fields, by)
    own = one.name == by.user_name
    if deed == "password":
        password, generated = _password(fields, by.form_token)
        users.set_password(database(), one.name, password, hasher=hasher(), by=by)
        return _done(f"{one.name} has a new password.", one.name, generated)
    if deed == "sessions":
        keep = current_user.session_hash if own else None
        ended = users.end_all_sessions(database(), one.name, keep_session=keep, by=by)
        return _done(f"{one.name}: {formatting.counted(ended, 'session')} ended.")
    if deed == "enable":
        users.enable_user(database(), one.name, by=by)
        return _done(f"{one.name} may sign in again.")
    role = _chosen_role(fields) if deed == "role" else None
    if own and role is not Role.ADMIN and not fields.get("sure"):
        raise InputError(SURE)
    if role is None:
        users.disable_user(database(), one.name, by=by)
        return Done(href="/login") if own else _done(f"{one.name} is disabled and signed out.")
    users.set_role(database(), one.name, role, by=by)
    return Done(href="/") if own and role is not Role.ADMIN else _done(f"{one.name} is now {role}.")


def changed_before(token: Sent, chosen: Sent, names: Sent, values: Sent) -> Done:
    """Tell the second of two clicks the same, with the password that the first one made."""
    deed, one = _chosen(chosen)
    fields = _fields(names, values)
    generated = _password(fields, f"{token}")[1] if deed in ("add", "password") else ""
    return _done("It is done.", one.name if one else _new_name(fields), generated)


def _chosen(chosen: Sent) -> tuple[str, Account | None]:
    """Return a deed and the user that it is about, None for one that is new.

    Raises NotFoundError; PreventUpdate for what no button asks for.
    """
    deed, of = (chosen.get("do"), chosen.get("of")) if isinstance(chosen, dict) else (None, None)
    if deed == "add":
        return deed, None
    if deed not in DEEDS:
        raise PreventUpdate
    return deed, find_account(database(), sent_id(of), session_limits())


def _fields(names: Sent, values: Sent) -> dict[str, Sent]:
    """Return what stands in the fields of the question, by their names."""
    return {key.get("name"): value for key, value in zip(names, values, strict=True)}


def _done(words: str, name: str = "", generated: str = "") -> Done:
    shows = _shown_once(name, generated) if generated else None
    return Done(words, shows=shows)


def _shown_once(name: str, password: str) -> Question:
    """Return the answer that shows a generated password."""
    field = dbc.Input(
        id=Ids.field("shown"),
        value=password,
        readonly=True,
        autofocus=True,
        class_name="bem-password-once",
    )
    copy = html.Button("Copy", type="button", className="btn btn-secondary bem-copy")
    words = [
        html.Div([labelled(f"Password of {name}", field), copy], className="bem-once"),
        note("paused", f"It is shown only now. Give it to {name} and to nobody else."),
        html.P(f"{name} can change it at the foot of the menu, under Change password."),
    ]
    return Question(f"{name} may sign in", words, keep="Close")


def _is_last_admin(one: Account) -> bool:
    everybody = list_accounts(database(), session_limits())
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


def _role(one: Account, *, own: bool) -> Question:
    title = f"Change the role of {one.name}"
    if _is_last_admin(one):
        return _last_admin(title, one)
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


def _disable(one: Account, *, own: bool) -> Question:
    title = f"Disable {one.name}?"
    if _is_last_admin(one):
        return _last_admin(title, one)
    words: list[Component] = [
        html.P(
            f"{one.name} is signed out and cannot sign in. What {one.name} has done stays; "
            "experiments that run go on."
        )
    ]
    if own:
        words += _sure("You are signed out, and only another admin can let you in again.")
    return Question(title, words, go=f"Disable {one.name}", danger=True)


def _last_admin(title: str, one: Account) -> Question:
    words = f"{one.name} is the last admin. Make somebody else admin first."
    return Question(title, [note("paused", words)], keep="Close")


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


def _add_now(fields: Mapping[str, Sent], by: By) -> Done:
    name, role = _new_name(fields), _chosen_role(fields)
    password, generated = _password(fields, by.form_token)
    users.add_user(database(), name, role, password, hasher=hasher(), by=by)
    return _done(f"{name} may now sign in as {role}.", name, generated)


def _new_name(fields: Mapping[str, Sent]) -> str:
    return str(fields.get("name") or "").strip()


def _password(fields: Mapping[str, Sent], form_token: str) -> tuple[str, str]:
    """Return the password, and again if it must be shown: the same one for the same form."""
    if fields.get("how") == TYPE:
        return str(fields.get("password") or ""), ""
    made = users.generated_password(form_token.partition(" ")[0])
    return made, made


def _chosen_role(fields: Mapping[str, Sent]) -> Role:
    chosen = fields.get("role")
    if chosen not in set(Role):
        raise InputError("Choose a role: viewer, operator or admin.")
    return Role(str(chosen))
