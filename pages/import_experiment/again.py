"""A file that came before: leave it out, replace what it became, or import it once more."""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, callback, dcc, html, no_update
from dash.development.base_component import Component

from components.blocks import card
from components.controls import segments
from components.sent import Sent
from pages.context import viewer
from pages.import_experiment.ids import Ids
from pages.import_experiment.stores import read_verified

NEW, REPLACE, ADD = "new", "replace", "add"
MAX_NAMED = 3


def question() -> Component:
    """Return the question, hidden until a file came before."""
    return html.Div(
        card(
            "This file came before",
            html.Div(
                [
                    html.Div(id=Ids.AGAIN_TEXT, className="t2 small"),
                    html.Div(
                        [
                            segments(Ids.AGAIN, {NEW: "Import as new"}, None),
                            dbc.Button("Leave it out", id=Ids.SKIP, color="secondary", size="sm"),
                        ],
                        className="bem-row",
                    ),
                ],
                className="body bem-stack",
            ),
        ),
        id=Ids.AGAIN_BOX,
        hidden=True,
    )


def choices(earlier: Sequence[dict[str, Any]], *, may_delete: bool) -> dict[str, str]:
    """Return what may become of the file, besides leaving it out.

    Replacing deletes, so only who may delete is offered it, for one experiment of this file alone.
    A file that has grown is added to what it was, of which nothing is lost.
    """
    words = {NEW: "Import as new"}
    is_whole = len(earlier) == 1 and earlier[0]["files"] == 1 and not earlier[0].get("beginning")
    number = earlier[0]["experiment_id"] if is_whole else 0
    if may_delete and is_whole:
        words = {REPLACE: f"Replace experiment {number}", **words}
    if is_whole and earlier[0].get("has_grown"):
        words = {ADD: f"Add to experiment {number}", **words}
    return words


def decision(
    earlier: Sequence[dict[str, Any]], answer: Sent, *, may_delete: bool
) -> dict[str, Any] | None:
    """Return what the worker is told about a file; None while nobody has decided."""
    if not earlier:
        return {"known": [], "replaced": None}
    if answer not in choices(earlier, may_delete=may_delete):
        return None
    earlier_ids = [one["experiment_id"] for one in earlier]
    replaced = earlier_ids[0] if answer in (REPLACE, ADD) else None
    flags = {"anyway": answer == NEW, "adds": answer == ADD}
    return {"known": earlier_ids, "replaced": replaced, **flags}


def _how(one: dict[str, Any]) -> str:
    """Say how a file is recognised that is not the same byte by byte."""
    if one.get("has_grown"):
        return ", whose measures this file has, and more"
    if one.get("beginning"):
        return ", which has the measures of this file, and more"
    return "" if one["same_file"] else ", another file with the same measures"


def earlier_list(earlier: Sequence[dict[str, Any]]) -> list[Component]:
    """Name the experiments that a file became, each as a link."""
    items = [
        html.Div(
            [
                dcc.Link(
                    f"Experiment {one['experiment_id']}, {one['name']}",
                    href=f"/experiments/{one['experiment_id']}",
                ),
                f": {one['file_name']}"
                + _how(one)
                + f"; imported on {one['imported_at'][:10]} by {one['user_name']}",
            ]
        )
        for one in earlier[:MAX_NAMED]
    ]
    more = len(earlier) - MAX_NAMED
    return [*items, html.Div(f"and {more} more")] if more > 0 else items


@callback(
    output=(
        Output(Ids.AGAIN_BOX, "hidden"),
        Output(Ids.AGAIN_TEXT, "children"),
        Output(Ids.AGAIN, "options"),
        Output(Ids.AGAIN, "value"),
    ),
    inputs={"verified": Input(Ids.VERIFIED, "data")},
    prevent_initial_call=True,
)
def ask_again(verified: Sent) -> tuple[Any, ...]:
    """Ask what to do with a file that came before; an answer stays while the file does."""
    verified = read_verified(verified)
    earlier = verified.get("earlier") if verified else None
    if not earlier:
        return True, None, no_update, None
    words = choices(earlier, may_delete=viewer().administers)
    options = [{"label": label, "value": value} for value, label in words.items()]
    return False, earlier_list(earlier), options, no_update
