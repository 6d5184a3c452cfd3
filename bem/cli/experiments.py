"""`bem import` and `bem export`."""

import hashlib
import math
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from bem.cli.progress import progress
from bem.services import open_database, read_settings, system_user, utc_now
from cycling.errors import InputError
from cycling.formats import (
    Mapping,
    TextTable,
    Verification,
    apply_options,
    open_table,
    propose,
    read_measures,
    verify,
)
from db.commands.audit import COMMAND_LINE, By, record_export
from db.commands.experiments import imports
from db.engine import Database
from db.measures.export import CsvChoice, csv_pieces
from db.queries.batteries.choices import find_battery
from db.queries.experiments.detail import experiment_facts


class ChargeSign(StrEnum):
    """Which sign of current charges the battery."""

    PLUS = "+"
    MINUS = "-"


class ExportFormat(StrEnum):
    """What can be exported."""

    CSV = "csv"


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
    timezone: Annotated[
        str, typer.Option(help="Time zone of the file's clock, like Europe/Madrid.")
    ] = "UTC",
) -> None:
    """Import a cycler's file as a finished experiment; print the new experiment's ID."""
    if len(files) > 1:
        raise InputError("Import one file at a time; each becomes an experiment of its own.")
    started = _moment(start, "--start")
    imports.check_names(name, description)
    settings = read_settings()
    database = open_database(settings, check=True)
    battery_id = find_battery(database, battery).id
    table = open_table(files[0], files[0].name, most_rows=settings.limits.max_file_rows)
    mapping = replace(apply_options(propose(table), column_map or []), time_zone=timezone)
    if charge_sign is not None:
        mapping = replace(mapping, positive_is_charge=charge_sign is ChargeSign.PLUS)
    checked = _verified(table, mapping)
    new = _new(files[0], name, description, battery_id, checked.mapping)
    typer.echo(_import(database, table, checked, new, started))


def export(
    experiment_id: Annotated[int, typer.Argument(metavar="ID", help="The experiment's ID.")],
    format_: Annotated[ExportFormat, typer.Option("--format")] = ExportFormat.CSV,
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
    """Write an experiment's measures as CSV."""
    choice = CsvChoice(
        channels=None if columns is None else [one.strip() for one in columns.split(",")],
        between=_between(from_, to),
    )
    database = open_database(read_settings(), check=True)
    measures = experiment_facts(database, experiment_id).measures
    pieces = csv_pieces(database, experiment_id, choice)
    record_export(database, experiment_id, by=By(system_user(), COMMAND_LINE, utc_now()))
    if output is None:
        _write(pieces, sys.stdout.buffer, measures)
        return
    partial = output.with_name(output.name + ".part")  # a cut-off export must not look whole
    try:
        with partial.open("wb") as file:
            _write(pieces, file, measures)
        partial.replace(output)
    except OSError as error:
        raise InputError(f"{output} cannot be written ({error.strerror}).") from error
    finally:
        partial.unlink(missing_ok=True)


def _write(pieces: Iterator[bytes], file: BinaryIO, measures: int) -> None:
    """Write and show how far it is; a short range ends before its bar does."""
    with progress("Exporting", measures) as advance:
        done = -1  # the header
        for piece in pieces:
            file.write(piece)
            done += piece.count(b"\n")
            advance(done)
    file.flush()


def _between(from_: str | None, to: str | None) -> tuple[float, float] | None:
    if from_ is None and to is None:
        return None
    first, last = _moment(from_, "--from"), _moment(to, "--to")
    return (
        -math.inf if first is None else first.timestamp(),
        math.inf if last is None else last.timestamp(),
    )


def _moment(text: str | None, option: str) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(
            f"{option} {text} is not a date and time. Write it like 2026-11-22T08:30:00."
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _verified(table: TextTable, mapping: Mapping) -> Verification:
    """Check the whole file; say warnings, refuse errors and open questions."""
    with progress("Checking", table.size_bytes) as advance:
        checked = verify(table, mapping, lambda done, _total: advance(done))
    for problem in checked.problems:
        typer.echo(f"{problem.severity}: {problem.sentence}", err=True)
    further = checked.problem_count - len(checked.problems)
    if further:
        typer.echo(f"and {further} more", err=True)
    if checked.ok:
        return checked
    if any(problem.code in ("sign", "unsigned") for problem in checked.problems):
        raise InputError(
            "Nothing was imported. Say which sign of the current charges: "
            "--charge-sign + or --charge-sign -."
        )
    raise InputError(
        "Nothing was imported. Correct the file, or say what a column is with "
        "--map COLUMN=FIELD:UNIT."
    )


def _new(
    file: Path, name: str, description: str, battery_id: int, mapping: Mapping
) -> imports.NewExperiment:
    with file.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    return imports.NewExperiment(
        name=name,
        description=description,
        battery_id=battery_id,
        user_name=system_user(),
        address=COMMAND_LINE,
        file_name=file.name,
        sha256=sha256,
        format=mapping.format,
        mapping=mapping.to_json(),
    )


def _import(
    database: Database,
    table: TextTable,
    checked: Verification,
    new: imports.NewExperiment,
    start: datetime | None,
) -> int:
    if start is None and checked.starts_at is None:
        changed = table.path.stat().st_mtime
        times_s = checked.preview.time_s  # the last test time; the first need not be 0
        ends_after_s = float(times_s[-1]) if len(times_s) else checked.duration_s
        start = datetime.fromtimestamp(max(changed - ends_after_s, 86400.0), UTC)
        typer.echo(
            f"warning: The file has no clock. Its last change is taken as the end, so it starts "
            f"on {start:%Y-%m-%d %H:%M} UTC. Give --start to say otherwise.",
            err=True,
        )
    with progress("Importing", checked.rows) as advance:
        return imports.import_experiment(
            database,
            new,
            read_measures(table, checked.mapping, trust_clock=checked.trust_clock),
            start=start,
            clock=utc_now,
            on_progress=advance,
        )
