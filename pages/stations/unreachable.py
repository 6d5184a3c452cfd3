"""What the page of a station says of an experiment whose unit is not heard, and giving it up."""

from typing import Any

from dash import html
from dash.development.base_component import Component

from components import formatting
from components.blocks import note
from components.controls import small_button
from components.shell import toast
from cycling.errors import ConflictError
from db.commands.audit import By
from db.commands.experiments.force_end import end_by_force
from db.queries.stations.run import UnreachableRun, find_unreachable_run
from pages.ask import Done, Question
from pages.context import Viewer, database, viewer

NOTHING_SWITCHES_OFF = (
    "This switches nothing off. Current may still be flowing: go to the station, and take the "
    "battery off first."
)


def unreachable_notes(run: UnreachableRun | None, who: Viewer) -> list[Component]:
    """Say that an experiment can be given up, once its unit has been silent for long enough."""
    if run is None or run.refusal:
        return []
    words: list[Any] = [
        html.B(f"{run.name} is under way on {run.station}, and nobody hears of it. "),
        "If its unit comes back it goes on by itself here. If it is gone for good, ",
    ]
    if not who.operates:
        return [note("lost", [*words, "an operator can give the experiment up."])]
    button = small_button(
        "Give up",
        title=f"Give {run.name} up",
        **{"data-bem-do": "give up", "data-bem-of": str(run.experiment_id)},
    )
    return [note("lost", [*words, "give the experiment up. ", button])]


def unreachable_token(run: UnreachableRun | None) -> object:
    """Return what changes with the text of these notes."""
    return (run.experiment_id, run.name) if run is not None and not run.refusal else None


def ask_give_up(experiment_id: int) -> Question:
    """Say what follows from giving an experiment up. Raises ConflictError."""
    run = find_unreachable_run(database(), experiment_id)
    if run is None:
        raise ConflictError(f"Experiment {experiment_id} is not under way any more.")
    if run.refusal:
        raise ConflictError(f"{run.name} cannot be given up now. {run.refusal}")
    since = formatting.exactly(run.heard_at, viewer().zone)
    words = [
        note("error", NOTHING_SWITCHES_OFF),
        html.P(
            f"{run.station} was last heard {since}. The experiment ends as an error at its last "
            "measure, with your reason. What is queued there is held."
        ),
        html.P(
            "Should the unit come back, its measures are stored and an alarm says so"
            + ("; a status that it writes is believed." if run.is_wattrex else ".")
        ),
    ]
    go = f"Give {run.name} up"
    return Question(f"{go}?", words, go=go, danger=True)


def give_up_now(by: By, experiment_id: int, reason: str) -> Done:
    """Give an experiment up. Raises InputError."""
    run = end_by_force(database(), experiment_id, reason=reason, by=by)
    words = f"{run.name} is given up. Current may still be flowing at {run.station}."
    return Done(toast("info", words))
