"""`bem series`: what graphs are drawn from, compared with checksums and rows, and made anew."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from bem.cli.progress import progress
from bem.services import open_database, read_settings

if TYPE_CHECKING:
    from db.engine import Database
    from db.series.integrity import Finding
    from db.series.store import Progress

app = typer.Typer(
    help="Compare what graphs are drawn from with checksums and rows; make it anew.",
    no_args_is_help=True,
)
Ids = Annotated[list[int] | None, typer.Argument(metavar="[ID...]", help="Experiments; else all.")]


@app.command()
def check(experiment_ids: Ids = None) -> None:
    """Compare what is stored with its checksums, and every value with its row.

    Prints what is wrong, and exits with status 1 then. Changes nothing.
    """
    database = open_database(read_settings(), check=True)
    from db.series import integrity

    if _found(database, experiment_ids, integrity.check):
        typer.echo("What is stored is not what was measured. Try bem series repair.", err=True)
        raise typer.Exit(1)


@app.command()
def repair(experiment_ids: Ids = None) -> None:
    """Compare like check, and make what is wrong anew from the rows; print what was wrong."""
    database = open_database(read_settings(), check=True)
    from db.series import integrity

    _found(database, experiment_ids, integrity.repair)


def _found(
    database: "Database",
    experiment_ids: list[int] | None,
    look: "Callable[[Database, int, Progress], list[Finding]]",
) -> bool:
    """Look at each experiment and print what is wrong; return whether anything is."""
    from db.series.channels import channel_names

    anything = False
    for experiment_id in _chosen(database, experiment_ids):
        with progress(f"Experiment {experiment_id}", 100) as advance:
            findings = look(database, experiment_id, _percent(advance))
        with database.read() as session:
            names = channel_names(session, experiment_id)
        for one in findings:
            channel = names.get(one.channel, one.channel or "all channels")
            typer.echo(f"Experiment {experiment_id}, {channel}, {one.measures}: {one.words}.")
        anything = anything or bool(findings)
    return anything


def _percent(advance: Callable[[int], None]) -> Callable[[int, int], None]:
    return lambda done, total: advance(100 * done // max(total, 1))


def _chosen(database: "Database", experiment_ids: list[int] | None) -> list[int]:
    """Return the experiments that were named, each of which must be there; else all."""
    from db.queries.experiments.detail import experiment_facts
    from db.series import upkeep

    for experiment_id in experiment_ids or ():
        experiment_facts(database, experiment_id)
    return experiment_ids or upkeep.list_all(database)
