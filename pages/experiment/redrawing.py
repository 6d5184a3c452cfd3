"""The measures and cycles behind a tab, opened when there is something new to be drawn of them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from dash import ctx
from dash.exceptions import PreventUpdate

from components.sent import Sent
from components.shell import Ids as Shell
from db import series
from db.measures.cycles import ExperimentCycles, experiment_cycles
from db.series import ExperimentSeries
from pages.context import database
from pages.sent import sent_id


@contextmanager
def opened(view: Sent) -> Iterator[tuple[ExperimentSeries, ExperimentCycles]]:
    """Open the series of the experiment of a view that a page keeps, and make its cycles."""
    with series.opened(database(), sent_id(view, "experiment")) as experiment:
        cycles = experiment_cycles(experiment)
        if cycles is None:
            raise PreventUpdate
        yield experiment, cycles


@contextmanager
def opened_anew(
    view: Sent, theme: Sent, drawn: Sent, asked_for: list[Any]
) -> Iterator[tuple[ExperimentSeries, ExperimentCycles, dict[str, Any]]]:
    """Open them, with what to keep as drawn; with the frame's pulse only if something is new.

    `asked_for` is what the controls say, `drawn` what was kept before. Dash drops the answer to a
    control where the pulse asks before it has come: then what was asked for is not what was drawn.
    """
    if theme is None:
        raise PreventUpdate  # the frame reads it in the browser and calls again at once
    before = drawn if isinstance(drawn, Mapping) else {}
    is_pulse = ctx.triggered_id == Shell.PULSE
    if is_pulse and before.get("is_over") and before.get("asked_for") == asked_for:
        raise PreventUpdate
    with opened(view) as (experiment, cycles):
        now = {
            "revision": experiment.head.revision,
            "is_over": not cycles.is_running,
            "asked_for": asked_for,
        }
        if is_pulse and now == before:
            raise PreventUpdate
        yield experiment, cycles, now


def kept_query(view: Sent) -> Mapping[str, Sent]:
    """Return what the address says of a view that a page keeps."""
    query = view.get("query") if isinstance(view, Mapping) else None
    return query if isinstance(query, Mapping) else {}
