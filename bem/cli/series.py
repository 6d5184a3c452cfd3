"""`bem series`: the copies that graphs are drawn from, compared with the measures or made anew."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from bem.cli.progress import progress
from bem.services import open_database, read_settings, utc_now

if TYPE_CHECKING:
    from db.engine import Database

app = typer.Typer(
    help="Compare the copies that graphs are drawn from with the measures; make them anew.",
    no_args_is_help=True,
)
Ids = Annotated[list[int] | None, typer.Argument(metavar="[ID...]", help="Experiments; else all.")]


@app.command()
def check(experiment_ids: Ids = None) -> None:
    """Compare with the measures, and copy anew what differs; print what differed."""
    database = open_database(read_settings(), check=True)
    from db import series

    for experiment_id in _chosen(database, experiment_ids):
        with progress(f"Experiment {experiment_id}", 100) as advance:
            differing = series.reconcile(
                database,
                experiment_id,
                final=False,
                now=utc_now(),
                on_progress=_percent(advance),
            )
        if differing:
            parts = "part was" if differing == 1 else "parts were"
            typer.echo(f"Experiment {experiment_id}: {differing} {parts} copied anew.")


@app.command()
def rebuild(experiment_ids: Ids = None) -> None:
    """Copy all measures anew, whatever is there."""
    database = open_database(read_settings(), check=True)
    from db import series

    for experiment_id in _chosen(database, experiment_ids):
        with progress(f"Experiment {experiment_id}", 100) as advance:
            series.rebuild(database, experiment_id, _percent(advance))


def _percent(advance: Callable[[int], None]) -> Callable[[int, int], None]:
    return lambda done, total: advance(100 * done // max(total, 1))


def _chosen(database: "Database", experiment_ids: list[int] | None) -> list[int]:
    """Return the experiments that were named, each of which must be there; else all."""
    from db.queries.experiments.detail import experiment_facts
    from db.series import store

    for experiment_id in experiment_ids or ():
        experiment_facts(database, experiment_id)
    return experiment_ids or store.list_all(database)
