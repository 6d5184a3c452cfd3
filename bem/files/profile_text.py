"""What `bem profile check` does: a profile's rows as CSV, or what is wrong with it."""

import csv
import sys
from decimal import Decimal
from pathlib import Path

import typer

from cycling.errors import InputError
from cycling.profile import check_profile, compile_rows
from cycling.profile.language.parser import MAX_TEXT
from cycling.profile.language.quantities import NotAQuantityError, read_number
from cycling.profile.problems import SameProblems, errors_in, errors_of, folded, in_order

HEADER = ("InstrID", "Mode", "SetPoint", "LimitType", "LimitPoint")
MAX_FILE = 4 * MAX_TEXT  # bytes: as many as the longest text can have in UTF-8


def print_rows(file: Path, capacity_ah: str | None) -> None:
    """Print the rows of a profile; say errors and warnings. Raises InputError for errors."""
    check = check_profile(text_of(file), _capacity(capacity_ah))
    flat = None if check.program is None else compile_rows(check.program)
    problems = in_order([*check.problems, *(flat.problems if flat else ())])
    for same in folded(problems):
        typer.echo(_sentence(same), err=True)
    if flat is None or errors_in(problems):
        count = len(errors_of(problems))
        raise InputError(f"{file.name} has {count} error{'' if count == 1 else 's'}.")
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(
        (row.id, row.mode, row.set_point, row.limit_type, row.limit_point) for row in flat.rows
    )


def _sentence(same: SameProblems) -> str:
    kind = "" if same.first.severity == "error" else f"{same.first.severity}: "
    return f"{same.place_words}: {kind}{same.first.message}"


def _capacity(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        capacity_ah = read_number(text.strip())
    except NotAQuantityError as error:
        raise InputError(f"--capacity-ah {text}: {error}") from error
    if capacity_ah <= 0:
        raise InputError("--capacity-ah is a number of Ah above 0, like 3.2.")
    return capacity_ah


def text_of(file: Path) -> str:
    """Read a text file; raise InputError for what is none."""
    try:
        if not file.is_file():
            what = "is not a file" if file.exists() else "is not there"
            raise InputError(f"{file} {what}. Name a text file with a profile.")
        if file.stat().st_size > MAX_FILE:
            raise InputError(f"{file.name} is larger than any profile: {MAX_TEXT:,} characters.")
        raw = file.read_bytes()
    except OSError as error:
        raise InputError(f"{file} cannot be read ({error.strerror}).") from error
    if b"\0" in raw:
        raise InputError(f"{file.name} is no text. A profile is plain text in UTF-8.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError(
            f"{file.name} is not in UTF-8: line {line} has a byte that is no character. Save it "
            "again as UTF-8."
        ) from error
