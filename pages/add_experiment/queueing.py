"""From the form of a new experiment to the queues of its stations."""

from typing import Any

from cycling.battery.guess import guessed_model
from cycling.errors import InputError
from cycling.terms import Technology
from db.commands.audit import By
from db.commands.form_tokens import check_token
from db.commands.profiles import compile_text, compile_version
from db.commands.queue import NewPlan, PairError, add_plans
from db.engine import Database
from db.queries.stations.queue import PlanFacts
from pages.add_experiment.form_data import (
    CHOOSE,
    electrolyte_problems,
    electrolytes,
    profile_problem,
    word_problems,
)
from pages.add_experiment.ids import PROFILE, Ids
from pages.add_experiment.pairs import Seat, Situation, has_errors
from pages.profile.check import battery_for_check

UNREAD = "Say that you have read the warnings."


def problems_of(state: Situation) -> dict[str, str]:
    """Return everything that keeps the form from being queued, by the id of the field.

    Those of a pair stand under `row_key`.
    """
    found = word_problems(state.typed)
    for seat in state.seats:
        if seat.problem:
            found[row_key(seat.place)] = seat.problem
    if state.has_stack:
        found |= electrolyte_problems(state.typed)
    if words := profile_problem(state.typed):
        found[PROFILE] = words
    elif not state.text.strip():
        found[PROFILE] = "This profile does not exist any more. Choose another one."
    elif any(has_errors(seat) for seat in state.seats):
        found[PROFILE] = "Mend what is marked in the profile, or choose another one."
    if state.hazards and not state.typed.acknowledged:
        found[Ids.ACKNOWLEDGE] = UNREAD
    return found


def row_key(place: int) -> str:
    """Return the name under which the problem of a pair stands."""
    return f"pair-{place}"


def queue(database: Database, state: Situation, by: By) -> tuple[PlanFacts, ...]:
    """Compile the profile for every battery, then queue or hold all experiments, or none.

    Raises PairError or InputError for what the laboratory refuses.
    """
    token = check_token(state.typed.token)
    sides = electrolytes(state.typed) if state.has_stack else ()
    plans = []
    for seat in state.seats:
        try:
            profile_id = _compiled(database, state, seat, by)
        except InputError as error:
            raise PairError(seat.place, str(error)) from error
        is_stack = seat.battery is not None and seat.battery.technology is Technology.REDOX_STACK
        plans.append(
            NewPlan(
                token="",
                name=" ".join(state.typed.name.split()),
                description=state.typed.description,
                station_id=seat.pair.station_id,
                battery_id=seat.pair.battery_id,
                profile_id=profile_id,
                electrolytes=sides if is_stack else (),
            )
        )
    return add_plans(
        database,
        token,
        plans,
        connected=[
            (seat.pair.station_id or 0, seat.pair.battery_id or 0)
            for seat in state.seats
            if seat.pair.connected and seat.can_confirm
        ],
        by=by,
    )


def _compiled(database: Database, state: Situation, seat: Seat, by: By) -> int:
    if seat.sheet is None or seat.station is None:
        raise InputError(seat.problem)
    sheet = seat.sheet
    limits: dict[str, Any] = {
        "capacity_ah": sheet.capacity_ah,
        "capabilities": seat.station.can,
        "battery": battery_for_check(sheet).limits,
        "model": guessed_model(
            sheet.technology,
            sheet.chemistry,
            cells=sheet.cells,
            capacity_ah=sheet.capacity_ah,
            voltage_max_v=sheet.voltage_max_v,
        ),
        "by": by,
    }
    typed = state.typed
    if typed.source == CHOOSE and typed.version_id is not None:
        return compile_version(database, typed.version_id, **limits)
    return compile_text(database, state.text, name=typed.name, **limits)
