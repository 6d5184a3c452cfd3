"""`bem import`: a cycler's file as a finished experiment."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bem.cli.options import moment
from cycling.errors import InputError


class ChargeSign(StrEnum):
    """Which sign of current charges the battery."""

    PLUS = "+"
    MINUS = "-"


def import_files(
    files: Annotated[list[Path], typer.Argument(help="The file to import.", metavar="FILE...")],
    name: Annotated[str, typer.Option(help="Name of the experiment, up to 30 characters.")],
    battery: Annotated[str, typer.Option(help="Id or name of the battery.")],
    description: Annotated[str, typer.Option(help="Up to 250 characters.")] = "",
    start: Annotated[
        str | None,
        typer.Option(help="When it started, for a file without a clock: 2026-11-22T08:30 (UTC)."),
    ] = None,
    charge_sign: Annotated[
        ChargeSign | None, typer.Option(help="Which sign of the file's current charges.")
    ] = None,
    column_map: Annotated[
        list[str] | None,
        typer.Option("--map", help="COLUMN=FIELD[:UNIT], as often as needed."),
    ] = None,
    part: Annotated[
        str, typer.Option(help="Which test of a file that has several: its name in the question.")
    ] = "",
    timezone: Annotated[
        str, typer.Option(help="Time zone of the file's clock, like Europe/Madrid.")
    ] = "UTC",
) -> None:
    """Import a cycler's file as a finished experiment; print the new experiment's ID."""
    if len(files) > 1:
        raise InputError("Import one file at a time; each becomes an experiment of its own.")
    started = moment(start, "--start")
    from bem.files.importing import ImportOptions, import_file

    options = ImportOptions(
        name=name,
        description=description,
        battery=battery,
        start=started,
        time_zone=timezone,
        positive_is_charge=None if charge_sign is None else charge_sign is ChargeSign.PLUS,
        column_map=column_map or (),
        part=part,
    )
    typer.echo(import_file(files[0], options))
