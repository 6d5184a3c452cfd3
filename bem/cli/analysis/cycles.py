"""`bem cycles`: the cycle table of an experiment as a file."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class CyclesFormat(StrEnum):
    """As what the table can be written."""

    CSV = "csv"
    PARQUET = "parquet"
    XLSX = "xlsx"


class NumberingChoice(StrEnum):
    """Where the number of a cycle comes from."""

    AUTO = "auto"
    FILE = "file"
    CURRENT = "current"


class FirstChoice(StrEnum):
    """With what a cycle begins."""

    AUTO = "auto"
    CHARGE = "charge"
    DISCHARGE = "discharge"


def cycles(
    experiment_id: Annotated[int, typer.Argument(metavar="ID", help="The experiment's ID.")],
    format_: Annotated[CyclesFormat, typer.Option("--format")] = CyclesFormat.CSV,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File to write; else standard output.")
    ] = None,
    numbering: Annotated[
        NumberingChoice | None,
        typer.Option(help="Where the number of a cycle comes from; else as chosen on its page."),
    ] = None,
    first: Annotated[
        FirstChoice | None,
        typer.Option(help="With what a cycle begins; else as chosen on its page."),
    ] = None,
) -> None:
    """Write one row a cycle: capacities, energies, efficiencies, voltages, times."""
    from bem.files.cycle_table import write_cycles

    write_cycles(experiment_id, format_, output, numbering and str(numbering), first and str(first))
