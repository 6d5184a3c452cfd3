"""`bem pulses`: the pulses of an experiment and their resistances."""

from typing import Annotated

import typer


def pulses(
    experiment_id: Annotated[int, typer.Argument(metavar="ID", help="The experiment's ID.")],
    at: Annotated[
        str,
        typer.Option(help="Seconds after the beginning of a pulse, with commas between."),
    ] = "0.1,1,10",
) -> None:
    """Write an experiment's pulses as CSV: when, voltage and current, resistance after times.

    A pulse is a current after a rest of at least 5 s, for at most 120 s.
    """
    from bem.files.voltage import print_pulses

    print_pulses(experiment_id, at)
