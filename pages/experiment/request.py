"""The experiment that the browser names in a callback of its page."""

from collections.abc import Iterator
from contextlib import contextmanager

from dash.exceptions import PreventUpdate

from components.sent import Sent
from db import series
from db.queries.experiments.detail import check_experiment
from db.series import ExperimentSeries
from pages.context import database


def sent_id(value: Sent) -> int:
    """Return an id that the browser sent; raises PreventUpdate for what our page never sends."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise PreventUpdate
    return value


@contextmanager
def opened(experiment_id: Sent) -> Iterator[ExperimentSeries]:
    """Open the series of an experiment that there is; raises NotFoundError."""
    with series.opened(database(), sent_id(experiment_id)) as experiment:
        check_experiment(experiment.database, experiment.id)
        yield experiment
