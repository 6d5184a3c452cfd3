"""A file on the command line: opened, read as the options say, and checked to its last row."""

import hashlib
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import typer

from bem.cli.progress import progress
from bem.corrections import in_force, of_layout, verified_like_before
from cycling.errors import InputError
from cycling.formats import (
    BatteryLimits,
    Mapping,
    TextTable,
    Verification,
    apply_options,
    battery_problems,
    open_table,
    propose,
)
from cycling.formats.columns.mapping import INFERENCES
from cycling.formats.problems import Problem
from db.commands.experiments.import_files import SourceFile
from db.engine import Database
from db.queries.experiments.import_corrections import RememberedCorrections

EARLIEST_START_S = 86_400.0
# What is asked of the file alone and of its battery is asked, and accepted, once: of the battery.
SAME = {"voltage-range": "battery-voltage"}


@dataclass(frozen=True)
class Reading:
    """How the command line says that files are read; without a zone UTC, or a remembered one."""

    time_zone: str | None
    positive_is_charge: bool | None
    column_map: Sequence[str]
    part: str
    max_rows: int
    accepted: Sequence[str] = ()
    remembered: bool = True


@dataclass(frozen=True)
class CheckedFile:
    """A file that can be imported."""

    path: Path
    table: TextTable
    verification: Verification
    source: SourceFile


def checked(
    database: Database, file: Path, reading: Reading, battery: BatteryLimits, *, label: str
) -> CheckedFile:
    """Check the whole file; `label` stands before each warning. Raises InputError."""
    table = open_table(file, file.name, max_rows=reading.max_rows, part=reading.part)
    proposal = propose(table)
    before = of_layout(database, proposal) if reading.remembered else None
    mapping = _mapping(table, before.corrections.applied(proposal) if before else proposal, reading)
    verification = _verified(table, mapping, before, label)
    _refuse_open(verification, battery, label)
    source = SourceFile(
        file.name, sha256_of(file), file.stat().st_size, table.facts, part=reading.part
    )
    return CheckedFile(file, table, verification, source)


def say(text: str) -> None:
    """Write a line to standard error."""
    typer.echo(text, err=True)


def _mapping(table: TextTable, proposal: Mapping, reading: Reading) -> Mapping:
    mapping = apply_options(proposal, reading.column_map)
    mapping = replace(
        mapping,
        time_zone=reading.time_zone or mapping.time_zone,
        part=_checked_part(table, reading.part),
        accepted=(
            *reading.accepted,
            *(of_file for of_file, same in SAME.items() if same in reading.accepted),
        ),
    )
    if reading.positive_is_charge is None:
        return mapping
    return replace(mapping, positive_is_charge=reading.positive_is_charge)


def _checked_part(table: TextTable, part: str) -> str:
    if part and part not in table.parts:
        names = ", ".join(table.parts) or "only one test"
        raise InputError(f"--part: there is no test {part!r} in the file. It has: {names}.")
    return part


def _verified(
    table: TextTable, mapping: Mapping, before: RememberedCorrections | None, label: str
) -> Verification:
    """Check the whole file; say what was inferred, and as which earlier one it is read."""
    with progress("Checking", table.size_bytes) as advance:
        verification = verified_like_before(
            table, mapping, before, lambda done, _total: advance(done)
        )
    for one in verification.mapping.inferred:
        say(f"inferred: {label}{INFERENCES.get(one.kind, one.kind)}: {one.text}")
    used = in_force(before.corrections, verification.mapping) if before else None
    if before and used:
        say(
            f"{label}Read as for {before.file_name} on {before.corrected_at:%Y-%m-%d} by "
            f"{before.user_name}: {used.words(verification.mapping)}. "
            "Give --no-remembered to read it as it is recognised."
        )
    return verification


def _refuse_open(verification: Verification, battery: BatteryLimits, label: str) -> None:
    """Say warnings, refuse errors and open questions."""
    of_battery = battery_problems(verification, battery)
    codes = [problem.code for problem in of_battery]
    of_file = [one for one in verification.problems if SAME.get(one.code) not in codes]
    problems = (*of_file, *of_battery)
    for problem in problems:
        say(f"{problem.severity}: {label}{problem.sentence}")
    further = verification.problem_count - len(verification.problems)
    if further:
        say(f"and {further} more")
    open_ones = [problem for problem in problems if problem.severity != "warning"]
    if open_ones or not verification.ok:
        raise InputError(f"Nothing was imported. {_answer(open_ones)}")


def _answer(problems: Sequence[Problem]) -> str:
    """Say with which option the problems are answered."""
    codes = list(dict.fromkeys(problem.code for problem in problems))
    if codes == ["time-back"]:
        return "Correct the file, name the zone of its clock with --timezone, or give --map."
    if any(problem.severity == "error" for problem in problems) or not problems:
        return "Correct the file, or say what a column is with --map COLUMN=FIELD:UNIT."
    if "part" in codes:
        return "Say which test of the file: --part NAME."
    if "sign" in codes or "unsigned" in codes:
        return "Say which sign of the current charges: --charge-sign + or --charge-sign -."
    option = next((problem.option for problem in problems if problem.option), "COLUMN=FIELD:UNIT")
    accepts = " ".join(f"--accept {code}" for code in codes)
    if any(code.startswith("battery-") for code in codes):
        option = shlex.quote(option)
        return (
            f"Correct it with --map {option}, choose another battery with --battery ID_OR_NAME, "
            f"or say that it is right with {accepts}."
        )
    return f"Correct it with --map {shlex.quote(option)}, or say that it is right with {accepts}."


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def assumed_start(file: CheckedFile, label: str) -> datetime | None:
    """Return when a file without a clock began, if its last change was its end; say so."""
    verification = file.verification
    if verification.starts_at is not None:
        return None
    times_s = verification.preview.time_s  # the last test time; the first need not be 0
    ends_after_s = float(times_s[-1]) if len(times_s) else verification.duration_s
    start_s = max(file.path.stat().st_mtime - ends_after_s, EARLIEST_START_S)
    start = datetime.fromtimestamp(start_s, UTC)
    say(
        f"warning: {label}The file has no clock. Its last change is taken as the end, so it starts "
        f"on {start:%Y-%m-%d %H:%M} UTC. Give --start to say otherwise."
    )
    return start
