"""`bem export`: an experiment's measures as a file."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bem.cli.options import moment
from bem.services import look_for_database


class ExportFormat(StrEnum):
    """What can be exported."""

    CSV = "csv"
    CSV_GZ = "csv.gz"
    PARQUET = "parquet"


def export(
    experiment_id: Annotated[int, typer.Argument(metavar="ID", help="The experiment's ID.")],
    format_: Annotated[
        ExportFormat | None,
        typer.Option(
            "--format", help="What is written; else what the file's name ends with, or csv."
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File to write; else standard output.")
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(help="Which channels, like voltage,current,x12; times, cycle and step stay."),
    ] = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="First time: 2026-11-22T08:30 (UTC).")
    ] = None,
    to: Annotated[str | None, typer.Option(help="Last time, written like the first.")] = None,
) -> None:
    """Write an experiment's measures as CSV or parquet."""
    channels = None if columns is None else [one.strip() for one in columns.split(",")]
    first, last = moment(from_, "--from"), moment(to, "--to")
    look_for_database()
    from bem.files.exporting import export_measures

    kind = format_ or _format_of(output)
    export_measures(experiment_id, kind, output, channels, first, last)


def _format_of(output: Path | None) -> ExportFormat:
    name = "" if output is None else output.name.lower()
    named = [one for one in ExportFormat if name.endswith(f".{one}")]
    return named[0] if named else ExportFormat.CSV
