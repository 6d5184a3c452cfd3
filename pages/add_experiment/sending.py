"""The form is sent: its experiments are queued, or it is kept as a draft."""

from typing import Any

from dash import (
    Input,
    Output,
    callback,
    no_update,
)
from dash.exceptions import PreventUpdate

from components.sent import Sent
from components.shell import Ids as Shell
from components.shell import toast
from cycling.errors import InputError
from db.commands.queue import PairError, save_draft
from pages.add_experiment.form_data import FormData, read_form
from pages.add_experiment.form_state import (
    form_state,
)
from pages.add_experiment.ids import PROFILE, Ids
from pages.add_experiment.labels import (
    queued_text,
)
from pages.add_experiment.queueing import problems_of, queue, row_key
from pages.context import actor, database, viewer


@callback(
    output={
        "result": Output(Ids.ANSWER, "data"),
        "saved": Output(Ids.SAVED, "children"),
        "address": Output(Ids.GO, "href"),
        "toast": Output(Shell.TOAST, "data", allow_duplicate=True),  # every page may show a toast
    },
    inputs={"request": Input(Ids.SEND, "data")},
    prevent_initial_call=True,
    running=[
        (Output(Ids.SAVE, "disabled"), True, False),
        (Output(Ids.DRAFT, "disabled"), True, False),
    ],
)
def send(request: Sent) -> dict[str, Any]:
    """Queue the experiments, or keep the form as a draft; or say what is wrong."""
    if not isinstance(request, dict):
        raise PreventUpdate  # the toast is older than this page, so Dash calls when the page opens
    form = read_form(request.get("typed"))
    try:
        answer = _save(form) if request.get("what") == "draft" else _queue(form)
    except PairError as error:
        answer = _refused({row_key(error.place): str(error)})
    except InputError as error:
        answer = _refused({PROFILE: str(error)})
    unchanged = dict.fromkeys(("result", "saved", "address", "toast"), no_update)
    return {**unchanged, **answer}


def _save(form: FormData) -> dict[str, Any]:
    by = actor()
    save_draft(database(), form.token, form.name, form.to_json(), by=by)
    at = by.now.astimezone(viewer().zone)
    return {"saved": f"Draft saved {at:%H:%M}"}


def _queue(form: FormData) -> dict[str, Any]:
    state = form_state(database(), form)
    if problems := problems_of(state):
        return _refused(problems)
    plans = queue(database(), state, actor())
    return {
        "result": {"problems": {}, "saved": True},
        "address": "/",
        "toast": toast("done", queued_text(plans)),
    }


def _refused(problems: dict[str, str]) -> dict[str, Any]:
    return {"result": {"problems": problems, "focus": next(iter(problems))}}
