"""What `bem import` does: it checks the whole file, then loads and publishes it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

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
from cycling.names import check_description, check_name
from db.commands.audit import COMMAND_LINE
from db.commands.experiments import imports
from db.engine import Database
from db.queries.batteries.detail import find_battery

EARLIEST_START_S = 86_400.0


@dataclass(frozen=True)
class ImportOptions:
    """What the command line says about a file; `battery` is an id or a name."""

    name: str
    description: str
    battery: str
    start: datetime | None
    time_zone: str
    positive_is_charge: bool | None
    column_map: Sequence[str]
    part: str = ""


def import_file(file: Path, options: ImportOptions) -> int:
    """Import a file as a finished experiment; return its id. Raises InputError."""
    name, description = check_name(options.name), check_description(options.description)
    settings = read_settings()
    database = open_database(settings, check=True)
    battery_id = find_battery(database, options.battery).id
    table = open_table(file, file.name, max_rows=settings.limits.max_file_rows, part=options.part)
    verification = _verified(table, _mapping(table, options))
    new = imports.NewExperiment(
        name=name,
        description=description,
        battery_id=battery_id,
        user_name=system_user(),
        address=COMMAND_LINE,
        file_name=file.name,
        sha256=_sha256(file),
        format=verification.mapping.format,
        mapping=verification.mapping.to_json(),
    )
    return _import(database, table, verification, new, options.start or _start(file, verification))


def _mapping(table: TextTable, options: ImportOptions) -> Mapping:
    mapping = apply_options(propose(table), options.column_map)
    mapping = replace(mapping, time_zone=options.time_zone, part=_part(table, options.part))
    if options.positive_is_charge is None:
        return mapping
    return replace(mapping, positive_is_charge=options.positive_is_charge)


def _part(table: TextTable, part: str) -> str:
    if part and part not in table.parts:
        names = ", ".join(table.parts) or "only one test"
        raise InputError(f"--part: there is no test {part!r} in the file. It has: {names}.")
    return part


def _verified(table: TextTable, mapping: Mapping) -> Verification:
    """Check the whole file; say warnings, refuse errors and open questions."""
    with progress("Checking", table.size_bytes) as advance:
        verification = verify(table, mapping, lambda done, _total: advance(done))
    for problem in verification.problems:
        typer.echo(f"{problem.severity}: {problem.sentence}", err=True)
    further = verification.problem_count - len(verification.problems)
    if further:
        typer.echo(f"and {further} more", err=True)
    if verification.ok:
        return verification
    if any(problem.code in ("sign", "unsigned") for problem in verification.problems):
        raise InputError(
            "Nothing was imported. Say which sign of the current charges: "
            "--charge-sign + or --charge-sign -."
        )
    if any(problem.code == "part" for problem in verification.problems):
        raise InputError("Nothing was imported. Say which test of the file: --part NAME.")
    raise InputError(
        "Nothing was imported. Correct the file, or say what a column is with "
        "--map COLUMN=FIELD:UNIT."
    )


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _start(file: Path, verification: Verification) -> datetime | None:
    """Return when a file without a clock began, if its last change was its end; say so."""
    if verification.starts_at is not None:
        return None
    times_s = verification.preview.time_s  # the last test time; the first need not be 0
    ends_after_s = float(times_s[-1]) if len(times_s) else verification.duration_s
    start_s = max(file.stat().st_mtime - ends_after_s, EARLIEST_START_S)
    start = datetime.fromtimestamp(start_s, UTC)
    typer.echo(
        f"warning: The file has no clock. Its last change is taken as the end, so it starts "
        f"on {start:%Y-%m-%d %H:%M} UTC. Give --start to say otherwise.",
        err=True,
    )
    return start


def _import(
    database: Database,
    table: TextTable,
    verification: Verification,
    new: imports.NewExperiment,
    start: datetime | None,
) -> int:
    with progress("Importing", verification.rows) as advance:
        return imports.import_experiment(
            database,
            new,
            read_measures(table, verification.mapping, trust_clock=verification.trust_clock),
            start=start,
            clock=utc_now,
            on_progress=advance,
        )
