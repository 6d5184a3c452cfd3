"""What the page of stations says of stalled synchronisers of WattRex units, and their repair."""

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import note
from components.controls import small_button
from db.commands.audit import By
from db.commands.wattrex.repairs import FIRST_ROWS, repair
from db.queries.wattrex.units import EndedRepair, StalledRun, stalled_runs
from pages.ask import Done, Question
from pages.context import Viewer, database


def ask_repair(experiment_id: int) -> Question:
    """Say what a repair does before it is done, and to which experiment."""
    with database().read() as session:
        names = {one.experiment_id: one.name for one in stalled_runs(session)}
    name = names.get(experiment_id, "")
    words = [
        *([html.P([html.B(name), f", experiment {experiment_id}."])] if name else []),
        html.P(
            f"Its newest {FIRST_ROWS:,} measures, after each try without effect ten times as many, "
            "are set aside. The synchroniser on the unit inserts those that it still has; the "
            "master node puts back the others. No measure is lost."
        ),
        html.P(
            f"It takes up to a minute. Experiment {experiment_id} goes on on its station meanwhile."
        ),
    ]
    title = f"Repair the synchroniser of experiment {experiment_id}?"
    return Question(title, words, go=f"Repair experiment {experiment_id}")


def begin_repair(by: By, experiment_id: int, _reason: str) -> Done:
    """Begin a repair. Raises InputError if it is refused."""
    repair(database(), experiment_id, by=by)
    words = f"The repair of experiment {experiment_id} is under way. It takes up to a minute."
    return Done(words, kind="info")


def repair_note(one: EndedRepair) -> Component:
    """Say what came of a repair that has ended lately."""
    title = html.B(f"Repair of {one.name or 'experiment'} ({one.experiment_id}): ")
    if not one.helped:
        words = (
            "it did not help, and everything is as it was before. See on its unit whether the "
            "synchroniser runs and what it logs; another repair takes ten times as many rows."
        )
        return note("error", [title, words])
    words = (
        f"the synchroniser goes on. {formatting.number(one.came_again)} rows came again, "
        f"{formatting.number(one.put_back)} were put back."
    )
    if one.differ:
        words += (
            f" {formatting.number(one.differ)} came with other values: what stood here before is "
            "kept in bem_set_aside_rows."
        )
    return note("running", [title, words])


def stalled_note(one: StalledRun, who: Viewer) -> Component:
    """Say which synchroniser stands still and what to do; admins have the repair at hand."""
    words: list[Any] = [
        html.B(f"{one.name or 'Experiment'} ({one.experiment_id}): its measures do not come. "),
        f"{one.text} ",
        dcc.Link("Open the station", href=f"/monitor/{one.station_id}"),
    ]
    if one.repairing:
        words.append(" A repair is under way: up to a minute.")
    elif who.administers:
        words += [
            " ",
            small_button(
                "Repair",
                title=f"Repair the synchroniser of experiment {one.experiment_id}",
                **{"data-bem-do": "repair", "data-bem-of": str(one.experiment_id)},
            ),
        ]
    else:
        words.append(" An admin can repair it here.")
    return note("error", words)
