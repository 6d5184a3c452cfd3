"""The commands of `bem`.

`bem --help` must be light: what a command needs is loaded inside it.
"""

from typing import Annotated

import typer

from bem.cli import (
    batteries,
    database,
    demo,
    export,
    health,
    import_files,
    master_node,
    profiles,
    secrets,
    series,
    users,
    virtual_cycler,
    wattrex,
    web,
    worker,
)
from bem.cli.analysis import cycles, dqdv, pulses

DISTRIBUTION = "battery-experiments-manager"

app = typer.Typer(
    name="bem",
    help="Battery Experiments Manager: the web application of a battery-cycling laboratory.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(database.app, name="db")
app.add_typer(users.app, name="user")
app.add_typer(batteries.app, name="battery")
app.add_typer(series.app, name="series")
app.add_typer(series.measures, name="measures")
app.add_typer(profiles.app, name="profile")
app.add_typer(health.app, name="health")
app.add_typer(secrets.app, name="secrets")
app.add_typer(wattrex.app, name="wattrex")
app.command("demo")(demo.demo)
app.command("web")(web.web)
app.command("worker")(worker.worker)
app.command("broker", hidden=True)(demo.broker)
app.command("import")(import_files.import_files)
app.command("export")(export.export)
app.command("pulses")(pulses.pulses)
app.command("dqdv")(dqdv.dqdv)
app.command("cycles")(cycles.cycles)
app.command("master-node")(master_node.master_node)
app.command("virtual-cycler")(virtual_cycler.virtual_cycler)


def _say_version(asked: bool) -> None:
    if not asked:
        return
    from importlib.metadata import version

    typer.echo(f"bem {version(DISTRIBUTION)}")
    raise typer.Exit


@app.callback()
def bem(
    _version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_say_version, help="Say which it is."),
    ] = False,
) -> None:
    """Take the options that stand before a command."""
