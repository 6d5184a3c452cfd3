"""`bem secrets`: whether a deployment's secrets are fit to start with."""

import os
from typing import Annotated

import typer

from bem.secrets import check_variables

app = typer.Typer(help="Check the secrets of a deployment.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `check` a command of its own."""


@app.command()
def check(
    names: Annotated[
        list[str],
        typer.Argument(help="Names of environment variables; NAME_FILE may name a file instead."),
    ],
) -> None:
    """Refuse examples, short secrets, equal ones, and those that cannot stand in a URL.

    docker-compose.yml runs it before the database is made: passwords that a server was made with
    are not easily changed later.
    """
    check_variables(os.environ, names)
    typer.echo("The secrets can be used.")
