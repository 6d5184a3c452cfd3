"""`bem health`: whether what runs on this machine works; for health checks of services."""

from typing import Annotated

import typer

from bem import process_health
from bem.services import read_settings

app = typer.Typer(
    help="Say whether a process of this machine works; exit status 1 if it does not.",
    no_args_is_help=True,
)


@app.command()
def web(
    url: Annotated[str, typer.Option(help="Where the server listens.")] = process_health.USUAL_URL,
) -> None:
    """Ask the web server of this machine, and through it the database."""
    typer.echo(process_health.check_web(url))


@app.command()
def worker() -> None:
    """Look whether the workers of this machine have beaten within a minute."""
    typer.echo(process_health.check_worker(read_settings().database_url))


@app.command("master-node")
def master_node() -> None:
    """Look whether the master nodes of this machine beat, and have their broker."""
    typer.echo(process_health.check_master_node(read_settings().database_url))
