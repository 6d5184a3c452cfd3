"""The experiment that a page shows, as it is at one moment; opened anew for what its tabs draw."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dash import ctx
from dash.exceptions import PreventUpdate

from components.figures.time_axis import Window
from components.sent import Sent
from components.shell import Ids as Shell
from db import series
from db.measures.cycles import ExperimentCycles, experiment_cycles
from db.queries.experiments.detail import ExperimentFacts
from db.queries.experiments.events import Alarms, experiment_alarms
from db.queries.experiments.planned import PlannedExperiment
from db.queries.experiments.timeline import TimelineEntry, timeline
from db.series import ChannelInfo, ExperimentSeries
from pages.context import database
from pages.sent import sent_id


@dataclass(frozen=True)
class ExperimentView:
    """The experiment that the page shows, as it is at one moment; `waits` while it is queued."""

    experiment: ExperimentSeries
    facts: ExperimentFacts
    waits: PlannedExperiment | None = None

    @property
    def channels(self) -> Sequence[ChannelInfo]:
        """Its channels, none without measures."""
        return self.experiment.channels if self.facts.measures else ()

    @property
    def whole(self) -> Window | None:
        """From when to when it was measured; None without measures."""
        return self.experiment.time_range if self.facts.measures else None

    @cached_property
    def happened(self) -> tuple[Alarms, tuple[TimelineEntry, ...]]:
        """Its alarms and its course, read once."""
        source, number = self.experiment.database, self.facts.id
        return experiment_alarms(source, number), timeline(source, number)


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
