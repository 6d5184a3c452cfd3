"""`bem series`: what graphs are drawn from, compared with checksums and rows, and made anew."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from bem.cli.progress import progress
from bem.services import open_database, read_settings, utc_now
from cycling.errors import InputError

if TYPE_CHECKING:
    from db.engine import Database
    from db.measures.packing import Size
    from db.series.integrity import Finding
    from db.series.store import Progress

MEGABYTE = 1_000_000

app = typer.Typer(
    help="Compare what graphs are drawn from with checksums and rows; make it anew.",
    no_args_is_help=True,
)
measures = typer.Typer(
    help="Give up rows of measures that are stored as columns; put them back; how large both are.",
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
    """Compare like check, and make what is wrong anew; print what was wrong.

    Exits with status 1 where measures without rows are damaged: those only a backup has.
    """
    database = open_database(read_settings(), check=True)
    from db.series import integrity

    repaired = _found(database, experiment_ids, integrity.repair)
    if repaired and _found(database, experiment_ids, integrity.check):
        typer.echo("This cannot be made anew: take it from a backup.", err=True)
        raise typer.Exit(1)


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


Before = Annotated[
    datetime | None,
    typer.Option("--before", metavar="DATE", help="Only what ended before this day (UTC)."),
]
Dry = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]


@measures.command()
def size(experiment_ids: Ids = None, before: Before = None) -> None:
    """Print ID, measures, rows, about how many MB these are, and MB that are stored."""
    database = open_database(read_settings(), check=True)
    from db.measures import packing

    for experiment_id in _chosen(database, experiment_ids, before):
        typer.echo("\t".join([str(experiment_id), *_size(packing.size(database, experiment_id))]))


@measures.command()
def pack(experiment_ids: Ids = None, before: Before = None, dry_run: Dry = False) -> None:
    """Give up rows whose every value is stored; print ID and about how many MB are free."""
    database = open_database(read_settings(), check=True)
    from db.measures import packing

    for experiment_id in _chosen(database, experiment_ids, before):
        freed = packing.size(database, experiment_id)
        reason = None
        if not dry_run:
            with progress(f"Experiment {experiment_id}", 100) as advance:
                reason = packing.pack(database, experiment_id, utc_now(), _percent(advance))
        if reason:
            typer.echo(f"Experiment {experiment_id} keeps its rows: {reason}.", err=True)
        elif freed.rows:
            typer.echo(f"{experiment_id}\t{freed.row_bytes / MEGABYTE:,.1f} MB")


@measures.command()
def unpack(experiment_ids: Ids = None, before: Before = None, dry_run: Dry = False) -> None:
    """Put rows back for programs that read them; print ID and how many measures they are of."""
    if not experiment_ids:
        raise InputError("Name the experiments that are to have rows again.")
    database = open_database(read_settings(), check=True)
    from db.measures import packing

    for experiment_id in _chosen(database, experiment_ids, before):
        count = packing.size(database, experiment_id).measures
        if not dry_run:
            with progress(f"Experiment {experiment_id}", 100) as advance:
                count = packing.unpack(database, experiment_id, _percent(advance))
        typer.echo(f"{experiment_id}\t{count:,}")


def _size(of_it: "Size") -> list[str]:
    megabytes = (of_it.row_bytes / MEGABYTE, of_it.stored_bytes / MEGABYTE)
    return [f"{of_it.measures:,}", f"{of_it.rows:,}", *(f"{one:,.1f} MB" for one in megabytes)]


def _percent(advance: Callable[[int], None]) -> Callable[[int, int], None]:
    return lambda done, total: advance(100 * done // max(total, 1))


def _chosen(
    database: "Database", experiment_ids: list[int] | None, before: datetime | None = None
) -> list[int]:
    """Return the experiments that were named, each of which must be there; else all.

    With `before` only those that ended before that.
    """
    from db.queries.experiments.detail import experiment_facts
    from db.series import upkeep

    for experiment_id in experiment_ids or ():
        experiment_facts(database, experiment_id)
    chosen = experiment_ids or upkeep.list_all(database)
    if before is None:
        return chosen
    ended = {one: experiment_facts(database, one).finished_at for one in chosen}
    limit = before.replace(tzinfo=UTC)
    return [one for one, at in ended.items() if at is not None and at < limit]
