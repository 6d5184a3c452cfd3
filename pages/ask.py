"""Ask, then do: a dialog names the thing and what follows, and its own button does it, once.

A page says what is asked and what is done. Here stands what all such dialogs share: the question is
made when the dialog opens, and with it the token that lets a second click do nothing; the button is
disabled while it works; a refusal is said in the dialog, where everything that was typed stays.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, ctx, dcc, html
from dash import no_update as same
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components.blocks import stores
from components.sent import PrefixIds, Sent
from components.shell import show_toast
from cycling.errors import InputError, NotFoundError
from db.commands.form_tokens import DoneBeforeError, new_token
from pages.context import once, run_script

HIDDEN = {"display": "none"}


class AskIds(PrefixIds):
    """Ids of one dialog: `ids.sure`. By their prefix `dashboard.roles` knows who may."""


@dataclass(frozen=True)
class Question:
    """What the dialog says; without `go` there is nothing to do but to close it by `keep`.

    `values` are what fields begin with, None where nothing is said; `hides` are fields without use.
    """

    title: Sent
    words: Sent
    go: Sent = ""
    danger: bool = False
    keep: str = "Cancel"
    values: Mapping[str, Sent] = field(default_factory=dict)
    hides: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Done:
    """What came of it: words of a toast, an address to go to, something to show before it closes.

    Who goes elsewhere draws nothing again.
    """

    words: str = ""
    href: Sent = same
    kind: str = "done"
    shows: Question | None = None


Ask = Callable[..., Question]
Do = Callable[..., Done]
Again = Callable[..., Done]


def done_before(href: Sent = same) -> Again:
    """Return the usual answer to the second click: that it is done, and where to go."""
    return lambda *_asked, **_answers: Done("It is done.", href)


def ask_dialog(
    ids: AskIds, *fields: Component, refresh: Sent = "callback-nav", backdrop: Sent = True
) -> list[Component]:
    """Return the dialog, closed, with its stores; `fields` stand below the question.

    `refresh` True loads the page anew that a deed goes to; `backdrop` "static" keeps the dialog
    open when somebody clicks beside it.
    """
    body = [
        html.Div(id=ids.question, className="bem-ask"),
        *fields,
        html.Div(id=ids.error, className="bem-field-error", role="alert"),
    ]
    buttons = [
        dbc.Button("Cancel", id=ids.keep, color="secondary"),
        dbc.Button("Go on", id=ids.sure, color="primary"),
    ]
    dialog = dbc.Modal(
        [
            dbc.ModalHeader(dbc.ModalTitle(id=ids.title), close_button=False),
            dbc.ModalBody(body, class_name="bem-stack"),
            dbc.ModalFooter(buttons),
        ],
        id=ids.dialog,
        labelledby=ids.title,
        is_open=False,
        backdrop=backdrop,
    )
    location = dcc.Location(id=ids.go, refresh=refresh)
    return [*stores(ids.chosen, ids.once, ids.done), location, dialog]


def ask_then_do(
    ids: AskIds,
    ask: Ask,
    do: Do,
    *,
    opens: Sequence[Input] = (),
    state: Mapping[str, State] | None = None,
    fields: Mapping[str, tuple[str, str]] | None = None,
    answers: Mapping[str, State] | None = None,
    again: Again | None = None,
) -> None:
    """Register what a dialog does; a page calls it when it is executed.

    `opens` are the buttons that open it; without them a script does, by writing what it is about
    into `ids.chosen`. `ask(chosen, **state)` returns the question, `do(by, chosen, **state,
    **fields, **answers)` does it. `fields` are ids of inputs and of their boxes, by name, `answers`
    what stands in the question itself. `again(token, chosen, ...)` answers the second click.
    """
    _register_opening(ids, ask, opens, state or {}, fields or {})
    about = {**(state or {}), **(answers or {})}
    _register_deed(ids, do, again or done_before(), about, fields or {})
    run_script(  # no answer of a server is waited for, and none comes too late
        "ask.close",
        Output(ids.dialog, "is_open", allow_duplicate=True),  # opening it opens it
        Output(ids.question, "children", allow_duplicate=True),  # a password goes with it
        Input(ids.keep, "n_clicks"),
        at_start=False,
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
            "is_open": Output(ids.dialog, "is_open"),
            "look": [Output(*one) for one in _look(ids)],
            "error": Output(ids.error, "children"),
            "done": Output(ids.done, "data", allow_duplicate=True),  # a deed too
            "token": Output(ids.once, "data"),
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
            show_toast("error", str(error))
            return _unasked(opens, fields) | {"done": _outdated(error, chosen)}
        return {
            "is_open": True,
            "look": _filled(question),
            "error": "",
            "done": same,
            "token": new_token(),
            "chosen": [chosen] if opens else [],
            "values": [question.values.get(name) for name in fields],
            "hidden": [name in question.hides for name in fields],
        }


def _register_deed(
    ids: AskIds,
    do: Do,
    again: Again,
    state: Mapping[str, State],
    fields: Mapping[str, tuple[str, str]],
) -> None:
    @callback(
        output={
            "is_open": Output(ids.dialog, "is_open", allow_duplicate=True),  # opening it opens it
            "error": Output(ids.error, "children", allow_duplicate=True),
            "done": Output(ids.done, "data"),
            "href": Output(ids.go, "href"),
            "look": [Output(*one, allow_duplicate=True) for one in _look(ids)],
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
            raise PreventUpdate
        try:
            return _answered(act(token, chosen, {**about, **typed}, typed), chosen)
        except InputError as error:
            return _refused(str(error)) | {"done": _outdated(error, chosen)}

    def act(token: Sent, chosen: Sent, answers: Sent, typed: Sent) -> Done:
        try:
            return once(token, lambda by: do(by, chosen, **answers), chosen, typed)
        except DoneBeforeError:
            return again(token, chosen, **answers)


def _look(ids: AskIds) -> list[tuple[str, str]]:
    """Return what a question fills, in the order of `_filled`."""
    return [
        (ids.title, "children"),
        (ids.question, "children"),
        (ids.sure, "children"),
        (ids.sure, "color"),
        (ids.sure, "style"),
        (ids.keep, "children"),
    ]


def _filled(question: Question) -> list[Any]:
    color = "danger" if question.danger else "primary"
    style = {} if question.go else HIDDEN
    return [question.title, question.words, question.go, color, style, question.keep]


def _answered(done: Done, chosen: Sent) -> dict[str, Sent]:
    """Close the dialog, and take off the page what was asked in it; or show what came of it."""
    if done.words:
        show_toast(done.kind, done.words)
    return {
        "is_open": done.shows is not None,
        "error": "",
        "done": chosen if done.href is same else same,
        "href": done.href,
        "look": [same, [], *[same] * 4] if done.shows is None else _filled(done.shows),
    }


def _refused(words: str) -> dict[str, Sent]:
    unchanged = dict.fromkeys(("is_open", "done", "href"), same)
    return {**unchanged, "error": words, "look": [same] * 6}


def _outdated(error: InputError, chosen: Sent) -> Sent:
    """Let the page be drawn again where it still shows what somebody else has removed."""
    return chosen if isinstance(error, NotFoundError) else same


def _unasked(opens: Sequence[Input], fields: Mapping[str, Any]) -> dict[str, Sent]:
    return {
        "is_open": False,
        "look": [same] * 6,
        "error": same,
        "token": same,
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
