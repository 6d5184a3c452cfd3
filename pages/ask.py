"""Ask, then do: a dialog names the thing and what follows, and its own button does it, once.

A page says what is asked and what is done. Here stands what all such dialogs share: the question is
made when the dialog opens, and with it the token that lets a second click do nothing; the button is
disabled while it works; a refusal is said in the dialog, where everything that was typed stays.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import dash_bootstrap_components as dbc
from dash import (
    ClientsideFunction,
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    ctx,
    dcc,
    html,
)
from dash import no_update as same
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components.sent import Sent
from components.shell import Ids as Shell
from components.shell import toast
from cycling.errors import InputError
from db.commands.form_tokens import DoneBeforeError, new_token
from pages.context import once

HIDDEN = {"display": "none"}


@dataclass(frozen=True)
class AskIds:
    """Ids of one dialog; all begin with its prefix, by which `dashboard.roles` knows who may."""

    prefix: str

    def __getattr__(self, name: str) -> str:
        """Return the id of a part: `ids.sure`, `ids.error`."""
        return f"{self.prefix}-{name}"


@dataclass(frozen=True)
class Question:
    """What the dialog says; without `go` there is nothing to do but to close it.

    `values` are what fields begin with, None where nothing is said; `hides` are fields without use.
    """

    title: Sent
    words: Sent
    go: Sent = ""
    danger: bool = False
    values: Mapping[str, Sent] = field(default_factory=dict)
    hides: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Done:
    """What came of it: a toast, an address to go to, something to show before the dialog closes."""

    toast: Sent = same
    href: Sent = same
    shows: Question | None = None


DONE_BEFORE = Done(toast("done", "It is done."))
Ask = Callable[..., Question]
Do = Callable[..., Done]


def ask_dialog(ids: AskIds, *fields: Component, keep: str = "Cancel") -> list[Component]:
    """Return the dialog, closed, with its stores; `fields` stand below the question."""
    body = [
        html.Div(id=ids.question, className="bem-ask"),
        *fields,
        html.Div(id=ids.error, className="bem-field-error", role="alert"),
    ]
    buttons = [
        dbc.Button(keep, id=ids.keep, color="secondary"),
        dbc.Button("Go on", id=ids.sure, color="primary"),
    ]
    dialog = dbc.Modal(
        [
            dbc.ModalHeader(dbc.ModalTitle(id=ids.title), close_button=False),
            dbc.ModalBody(body, class_name="bem-stack"),
            dbc.ModalFooter(buttons),
        ],
        id=ids.dialog,
        is_open=False,
    )
    stores = [dcc.Store(id=one) for one in (ids.chosen, ids.once, ids.done)]
    return [*stores, dcc.Location(id=ids.go, refresh="callback-nav"), dialog]


def ask_then_do(
    ids: AskIds,
    ask: Ask,
    do: Do,
    *,
    opens: Sequence[Input] = (),
    state: Mapping[str, State] | None = None,
    fields: Mapping[str, tuple[str, str]] | None = None,
) -> None:
    """Register what a dialog does; a page calls it when it is executed.

    `opens` are the buttons that open it; without them a script does, by writing what it is about
    into `ids.chosen`. `ask(chosen, **state)` returns the question, `do(by, chosen, **state,
    **fields)` does it. `fields` are ids of inputs and of their boxes, by name.
    """
    _register_opening(ids, ask, opens, state or {}, fields or {})
    _register_deed(ids, do, state or {}, fields or {})
    clientside_callback(  # no answer of a server is waited for, and none comes too late
        ClientsideFunction("ask", "close"),
        Output(ids.dialog, "is_open", allow_duplicate=True),  # opening it opens it
        Output(ids.question, "children", allow_duplicate=True),  # a password goes with it
        Input(ids.keep, "n_clicks"),
        prevent_initial_call=True,
    )


def _register_opening(
    ids: AskIds,
    ask: Ask,
    opens: Sequence[Input],
    state: Mapping[str, State],
    fields: Mapping[str, tuple[str, str]],
) -> None:
    inputs = {"opened": list(opens)} if opens else {"opened": [Input(ids.chosen, "data")]}

    @callback(
        output={
            "shown": [Output(*one) for one in _shown(ids)],
            "toast": Output(Shell.TOAST, "data", allow_duplicate=True),  # every page may show one
            "chosen": [Output(ids.chosen, "data")] if opens else [],
            "values": [Output(control, "value") for control, _ in fields.values()],
            "hidden": [Output(box, "hidden") for _, box in fields.values()],
        },
        inputs=inputs,
        state=dict(state),
        prevent_initial_call=True,
    )
    def open_dialog(opened: Sent, **about: Sent) -> dict[str, Sent]:
        """Say what will follow; a fresh token makes this asking another one than the last."""
        chosen = _chosen(opened, by_button=bool(opens))
        try:
            question = ask(chosen, **about)
        except InputError as error:
            return _unasked(opens, fields) | {"toast": toast("error", str(error))}
        return {
            "shown": _opened(question),
            "toast": same,
            "chosen": [chosen] if opens else [],
            "values": [question.values.get(name) for name in fields],
            "hidden": [name in question.hides for name in fields],
        }


def _register_deed(
    ids: AskIds, do: Do, state: Mapping[str, State], fields: Mapping[str, tuple[str, str]]
) -> None:
    @callback(
        output={
            "is_open": Output(ids.dialog, "is_open", allow_duplicate=True),  # opening it opens it
            "error": Output(ids.error, "children", allow_duplicate=True),
            "done": Output(ids.done, "data"),
            "href": Output(ids.go, "href"),
            "toast": Output(Shell.TOAST, "data", allow_duplicate=True),  # every page may show one
            "shown": [Output(*one, allow_duplicate=True) for one in _again(ids)],
        },
        inputs={"clicks": Input(ids.sure, "n_clicks")},
        state={
            "chosen": State(ids.chosen, "data"),
            "token": State(ids.once, "data"),
            "about": dict(state),
            "typed": {name: State(control, "value") for name, (control, _) in fields.items()},
        },
        prevent_initial_call=True,
        running=[(Output(ids.sure, "disabled"), True, False)],
    )
    def do_it(clicks: Sent, chosen: Sent, token: Sent, about: Sent, typed: Sent) -> dict[str, Sent]:
        """Do it once; a refusal is said in the dialog."""
        if not clicks:
            raise PreventUpdate  # the toast is older than this page
        unchanged = {"shown": [same] * len(_again(ids))}
        try:
            done = once(token, lambda by: do(by, chosen, **about, **typed), chosen, typed)
        except DoneBeforeError:
            done = DONE_BEFORE
        except InputError as error:
            kept = dict.fromkeys(("is_open", "done", "href", "toast"), same)
            return {**kept, "error": str(error), **unchanged}
        if done.shows is not None:
            look = done.shows
            unchanged = {"shown": [look.title, look.words, HIDDEN, "Close"]}
        answer = {"is_open": done.shows is not None, "error": "", "done": chosen}
        return {**answer, "href": done.href, "toast": done.toast, **unchanged}


def _shown(ids: AskIds) -> list[tuple[str, str]]:
    """Return what a question fills, in the order of `_opened`."""
    return [
        (ids.dialog, "is_open"),
        (ids.title, "children"),
        (ids.question, "children"),
        (ids.sure, "children"),
        (ids.sure, "color"),
        (ids.sure, "style"),
        (ids.error, "children"),
        (ids.once, "data"),
    ]


def _again(ids: AskIds) -> list[tuple[str, str]]:
    """Return what the answer to a deed may fill anew."""
    return [
        (ids.title, "children"),
        (ids.question, "children"),
        (ids.sure, "style"),
        (ids.keep, "children"),
    ]


def _opened(question: Question) -> list[Any]:
    color = "danger" if question.danger else "primary"
    look = {} if question.go else HIDDEN
    return [True, question.title, question.words, question.go, color, look, "", new_token()]


def _unasked(opens: Sequence[Input], fields: Mapping[str, Any]) -> dict[str, Sent]:
    return {
        "shown": [False, *[same] * 7],
        "chosen": [same] if opens else [],
        "values": [same] * len(fields),
        "hidden": [same] * len(fields),
    }


def _chosen(opened: Sent, *, by_button: bool) -> Sent:
    """Return what the dialog is about: the id of the button, or what a script has written."""
    if not by_button:
        return opened[0]
    if not ctx.triggered or not ctx.triggered[0]["value"]:
        raise PreventUpdate  # the buttons of a list that was drawn anew
    return ctx.triggered_id
