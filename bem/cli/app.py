"""The command line: `bem`, and how its failures are said."""

import logging
import sys
from typing import Annotated

import typer

from bem.cli import database as cli_database
from bem.cli import (
    experiments,
    health,
    master_node,
    profiles,
    secrets,
    series,
    users,
    virtual_cycler,
    wattrex,
)
from bem.services import open_database, read_settings, utc_now
from cycling.errors import BemError, InputError

LOG = logging.getLogger("bem")

app = typer.Typer(
    name="bem",
    help="Battery Experiments Manager: the web application of a battery-cycling laboratory.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(cli_database.app, name="db")
app.add_typer(users.app, name="user")
app.add_typer(series.app, name="series")
app.add_typer(profiles.app, name="profile")
app.add_typer(health.app, name="health")
app.add_typer(secrets.app, name="secrets")
app.add_typer(wattrex.app, name="wattrex")
app.command("import")(experiments.import_files)
app.command("export")(experiments.export)
app.command("master-node")(master_node.master_node)
app.command("virtual-cycler")(virtual_cycler.virtual_cycler)

Host = Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for the whole network.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")]


@app.command()
def demo(
    host: Host = "127.0.0.1",
    port: Port = 8050,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin again from the start.")] = False,
    speed: Annotated[
        float, typer.Option(min=0.1, max=100, help="How much faster than real time stations run.")
    ] = 25.0,
) -> None:
    """Show everything on this machine: sample data, running stations, worker and web server."""
    from bem.demo.run import run_demo

    run_demo(read_settings(), host=host, port=port, fresh=fresh, speed=speed)


@app.command()
def web(
    host: Host = "127.0.0.1",
    port: Port = 8050,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Number of processes.")] = 2,
) -> None:
    """Serve the web application."""
    from bem.services import serve_web

    serve_web(read_settings(), host=host, port=port, workers=workers)


@app.command()
def worker() -> None:
    """Do the work that pages ask for: verify and import files. Any number may run."""
    from bem.worker.loop import run_worker

    settings = read_settings()
    database = open_database(settings, check=True)
    run_worker(database, settings.data_dir, utc_now, settings.limits)


@app.command(hidden=True)
def broker() -> None:
    """Serve MQTT for the demo of the same data folder, on the loopback address."""
    from bem.demo.broker import read_broker
    from bem.demo.broker_server import run_broker

    run_broker(read_broker(read_settings().data_dir))


def main() -> None:
    """Run the command line; a failure is a sentence on standard error, never a traceback."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(message)s"
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        app()
    except InputError as error:
        _fail(str(error), 2)
    except BemError as error:
        _fail(str(error), 1)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone, as `head` does
        sys.exit(1)
    except Exception as error:  # the boundary of the program
        LOG.debug("unexpected", exc_info=True)
        _fail(f"Something went wrong in the program ({type(error).__name__}: {error}).", 1)


def _fail(sentence: str, status: int) -> None:
    sys.stderr.write(f"bem: {sentence}\n")
    sys.exit(status)
