"""`bem wattrex`: units that speak the WattRex protocol, and their synchroniser's repair."""

import time
from typing import Annotated

import typer

from bem.services import by_system_user, open_database, read_settings
from cycling.errors import InputError
from db.terms import RepairState

app = typer.Typer(
    help="See the WattRex units; get a synchroniser that has stalled going again.",
    no_args_is_help=True,
)
LOOKS_EVERY_S = 1.0
SPARE_S = 20.0


@app.command()
def units() -> None:
    """Print the units that speak the WattRex protocol: number, host, heard or not, last contact."""
    database = open_database(read_settings(), check=True)
    from db.queries.wattrex.units import find_unregistered_units, wattrex_units

    for one in wattrex_units(database):
        heard = "asks for its number" if one.asks else "heard" if one.is_heard else "silent"
        at = f"{one.heard_at:%Y-%m-%d %H:%M:%S}"
        typer.echo(f"{one.id}\t{one.host or '-'}\t{one.ip or '-'}\t{heard}\t{at} UTC")
    for unit in find_unregistered_units(database):
        typer.echo(f"A unit says that it is number {unit.claimed_id}. {unit.reason}", err=True)


@app.command("repair")
def repair_synchroniser(
    experiment_id: Annotated[int, typer.Argument(metavar="ID", help="The experiment.")],
) -> None:
    """Get the synchroniser of an experiment going again, when the master node found it stalled.

    A row that it wants to insert is here already, and it stops for good. Its newest rows here are
    set aside, it inserts those that it still has, and what does not come again is put back: no row
    is lost. Where it does not go on within a minute, everything is put back as it was. Tried again,
    ten times as many rows are set aside. The master node must run.
    """
    database = open_database(read_settings(), check=True)
    from db.commands.wattrex.repairs import GOES_ON_WITHIN, RECONCILE_AFTER, repair, repair_state

    number = repair(database, experiment_id, by=by_system_user())
    until = time.monotonic() + (GOES_ON_WITHIN + RECONCILE_AFTER).total_seconds() + SPARE_S
    typer.echo("The newest rows are set aside. Waiting for the synchroniser.", err=True)
    while time.monotonic() < until:
        state, outcome = repair_state(database, number)
        if state is RepairState.HELPED:
            came, back = outcome["came again"], outcome["put back"]
            typer.echo(f"The synchroniser goes on. {came} rows came again, {back} were put back.")
            return
        if state is RepairState.RESTORED:
            raise InputError(
                "The synchroniser has not gone on; all rows are back. Look whether it runs on its "
                "unit and what it logs (docs/wattrex.md)."
            )
        time.sleep(LOOKS_EVERY_S)
    raise InputError(
        "No master node has finished the repair. Start one: it puts back what has not come again."
    )
