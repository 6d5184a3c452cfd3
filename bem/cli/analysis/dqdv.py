"""`bem dqdv`: incremental capacity of one half of a cycle."""

from enum import StrEnum
from typing import Annotated

import typer


class Half(StrEnum):
    """Which half of a cycle."""

    CHARGE = "charge"
    DISCHARGE = "discharge"


def dqdv(
    experiment_id: Annotated[int, typer.Argument(metavar="ID", help="The experiment's ID.")],
    cycle: Annotated[int, typer.Option(help="The number of the cycle.")],
    half: Annotated[Half, typer.Option(help="Which half of it.")],
    bin_mv: Annotated[float, typer.Option(help="How wide the bins of voltage are, in mV.")] = 5.0,
    sigma_mv: Annotated[
        float, typer.Option(help="How wide a Gaussian smooths the curve, in mV; 0: raw.")
    ] = 0.0,
) -> None:
    """Write charge by bins of voltage, and dQ/dV, of one half of a cycle as CSV.

    What flows at constant voltage and in rests is left out: the sum of dq_ah is all other charge.
    """
    from bem.files.voltage import print_dqdv

    print_dqdv(experiment_id, cycle, half.value, bin_mv, sigma_mv)
