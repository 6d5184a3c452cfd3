"""`bem db`: make, upgrade and check the database."""

import typer

from bem.services import open_database, read_settings
from db import migrations

app = typer.Typer(help="Make, upgrade and check the database.", no_args_is_help=True)


@app.command()
def upgrade() -> None:
    """Make the tables in an empty database, or bring an older one to this version."""
    database = open_database(read_settings(), check=False)
    typer.echo(f"The database is at revision {migrations.upgrade(database)}.")


@app.command()
def check() -> None:
    """Say whether the database fits this version; exit status 2 if it does not."""
    open_database(read_settings(), check=True)
    typer.echo(f"The database is at revision {migrations.head()}, as this version needs it.")
