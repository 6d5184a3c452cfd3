"""From the form of a new experiment to the queues of its stations, or to a draft."""

from typing import Any

from dash import Input, Output, callback, no_update
from dash.exceptions import PreventUpdate

from components.electrolytes import electrolyte_problems, electrolytes
from components.sent import Sent
from components.shell import show_toast
from cycling.battery.chemistry import model_of_described
from cycling.errors import InputError
from cycling.terms import Technology
from db.commands.audit import By
from db.commands.form_tokens import check_token
from db.commands.profiles import compile_text, compile_version
from db.commands.queue import NewPlan, PairError, add_plans, save_draft
from db.engine import Database
from db.queries.stations.queue import PlanFacts
from pages.add_experiment.assignment import Assignment
from pages.add_experiment.form_data import (
    FormData,
    profile_problem,
    read_form,
    text_problems,
)
from pages.add_experiment.form_state import FormState, form_state
from pages.add_experiment.ids import PREFIX, PROFILE, Ids
from pages.add_experiment.labels import queued_text
from pages.context import actor, database, viewer
from pages.profile.check import battery_for_check
from pages.profile.choice import CHOOSE

UNREAD = "Say that you have read the warnings."


def problems_of(state: FormState) -> dict[str, str]:
    """Return everything that keeps the form from being queued, by the id of the field.

    Those of a pair stand under `row_key`.
    """
    problems = text_problems(state.form)
    for assignment in state.assignments:
        if assignment.problem:
            problems[row_key(assignment.place)] = assignment.problem
    if state.has_stack:
        problems |= electrolyte_problems(PREFIX, state.form.electrolytes)
    if problem := profile_problem(state.form):
        problems[PROFILE] = problem
    elif not state.text.strip():
        problems[PROFILE] = "This profile does not exist any more. Choose another one."
    elif not all(one.view and one.view.ok for one in state.assignments):
        problems[PROFILE] = "Fix what is marked in the profile, or choose another one."
    if state.hazards and not state.form.acknowledged:
        problems[Ids.ACKNOWLEDGE] = UNREAD
    return problems


def row_key(place: int) -> str:
    """Return the name under which the problem of a pair stands."""
    return f"pair-{place}"


def queue(database: Database, state: FormState, by: By) -> tuple[PlanFacts, ...]:
    """Compile the profile for every battery, then queue or hold all experiments, or none.

    Raises PairError or InputError for what the laboratory refuses.
    """
    token = check_token(state.form.token)
    sides = electrolytes(PREFIX, state.form.electrolytes) if state.has_stack else ()
    plans = []
    for assignment in state.assignments:
        try:
            profile_id = _compiled(database, state, assignment, by)
        except InputError as error:
            raise PairError(assignment.place, str(error)) from error
        is_stack = (
            assignment.battery is not None
            and assignment.battery.technology is Technology.REDOX_STACK
        )
        plans.append(
            NewPlan(
                token="",
                name=" ".join(state.form.name.split()),
                description=state.form.description,
                station_id=assignment.pair.station_id,
                battery_id=assignment.pair.battery_id,
                profile_id=profile_id,
                electrolytes=sides if is_stack else (),
            )
        )
    return add_plans(
        database,
        token,
        plans,
        connected=[
            (assignment.pair.station_id or 0, assignment.pair.battery_id or 0)
            for assignment in state.assignments
            if assignment.pair.connected and assignment.can_confirm
        ],
        by=by,
    )


def _compiled(database: Database, state: FormState, assignment: Assignment, by: By) -> int:
    if assignment.details is None or assignment.station is None:
        raise InputError(assignment.problem)
    battery = assignment.details
    limits: dict[str, Any] = {
        "capacity_ah": battery.capacity_ah,
        "capabilities": assignment.station.can,
        "battery": battery_for_check(battery).limits,
        "model": model_of_described(battery),
        "by": by,
    }
    form = state.form
    if form.source == CHOOSE and form.version_id is not None:
        return compile_version(database, form.version_id, **limits)
    return compile_text(database, state.text, name=form.name, **limits)


@callback(
    output={
        "result": Output(Ids.ANSWER, "data"),
        "saved": Output(Ids.SAVED, "children"),
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
        raise PreventUpdate
    form = read_form(request.get("typed"))
    try:
        answer = _save(form) if request.get("what") == "draft" else _queue(form)
    except PairError as error:
        answer = _refused({row_key(error.place): str(error)})
    except InputError as error:
        answer = _refused({PROFILE: str(error)})
    unchanged = dict.fromkeys(("result", "saved"), no_update)
    return {**unchanged, **answer}


def _save(form: FormData) -> dict[str, Any]:
    by = actor()
    draft = save_draft(database(), form.token, form.name, form.to_json(), by=by)
    at = by.now.astimezone(viewer().zone)
    return {"saved": f"Draft saved {at:%H:%M}, number {draft.experiment_id}"}


def _queue(form: FormData) -> dict[str, Any]:
    state = form_state(database(), form)
    if problems := problems_of(state):
        return _refused(problems)
    plans = queue(database(), state, actor())
    show_toast("done", queued_text(plans))
    return {"result": {"problems": {}, "saved": True, "go": "/"}}  # once nothing is kept


def _refused(problems: dict[str, str]) -> dict[str, Any]:
    return {"result": {"problems": problems, "focus": next(iter(problems))}}
