"""`bem db`: make, upgrade, adopt and check the database."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bem.services import open_database, read_settings
from cycling.errors import InputError

if TYPE_CHECKING:
    from sqlalchemy import Connection

app = typer.Typer(help="Make, upgrade, check and back up the database.", no_args_is_help=True)


@app.command()
def upgrade(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would change, and how long it takes.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask before an old database is changed.")
    ] = False,
) -> None:
    """Make the tables in an empty database, or bring an older one to this version.

    A database of the WattRex application is adopted: changed in place, with all it has.
    """
    database = open_database(read_settings(), check=False)
    from db import migrations

    if dry_run:
        typer.echo("\n".join(migrations.outlook(database)))
        return

    def adopt(connection: "Connection") -> None:
        _adopt(connection, ask=not yes and sys.stdin.isatty() and sys.stderr.isatty())

    typer.echo(f"The database is at revision {migrations.upgrade(database, adopt)}.")


def _adopt(connection: "Connection", *, ask: bool) -> None:
    """Say what an adoption will do, ask a person, and do it."""
    from db.migrations import adoption

    plan = adoption.make_plan(connection)
    for line in plan.explanation():
        typer.echo(line, err=True)
    if ask and not typer.confirm("Is there a backup, and shall it begin?", err=True):
        raise InputError("Nothing was changed.")
    adoption.adopt(connection, plan, lambda line: typer.echo(line, err=True))


@app.command()
def check() -> None:
    """Say whether the database fits this version; exit status 2 if it does not."""
    open_database(read_settings(), check=True)
    from db import migrations

    typer.echo(f"The database is at revision {migrations.head()}, as this version needs it.")


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The new file.")]) -> None:
    """Copy an SQLite database into a file, also while it is in use."""
    from db.backup import back_up

    back_up(open_database(read_settings(), check=False), file)
    typer.echo(f"The database is copied to {file}.")
