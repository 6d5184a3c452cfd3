"""`bem pulses`: the pulses of an experiment and their resistances."""

from typing import Annotated

import typer


def pulses(
    experiment_id: Annotated[int, typer.Argument(metavar="ID", help="The experiment's ID.")],
    at: Annotated[
        str,
        typer.Option(help="Seconds after the beginning of a pulse, with commas between."),
    ] = "0.1,1,10",
    soc: Annotated[
        float | None,
        typer.Option(
            help="Write R at this state of charge in % instead, between pulses.", min=0, max=100
        ),
    ] = None,
    full: Annotated[
        float,
        typer.Option(help="The state of charge in % where the cell was fullest.", min=0, max=100),
    ] = 100.0,
) -> None:
    """Write an experiment's pulses as CSV: when, voltage and current, resistance after times.

    A pulse is a current after a rest of at least 5 s, for at most 120 s. With --soc: one line for
    each place where two pulses of one direction have that state of charge between them.
    """
    from bem.files.voltage import print_pulses, print_resistance_at

    if soc is None:
        print_pulses(experiment_id, at)
    else:
        print_resistance_at(experiment_id, at, soc, full)
