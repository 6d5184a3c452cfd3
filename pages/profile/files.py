"""Files with profiles: what came in, in our language; what goes out, in theirs."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass

from components.sent import Sent
from cycling.errors import InputError
from cycling.profile import Program, parse, reference_rows
from cycling.profile.foreign.draft import Exported, Imported
from cycling.profile.foreign.pybamm_export import to_pybamm
from cycling.profile.foreign.pybamm_import import from_pybamm
from cycling.profile.foreign.unicycler_export import to_unicycler
from cycling.profile.foreign.unicycler_import import from_unicycler
from cycling.profile.problems import Problem, errors_of, folded

PYBAMM = re.compile(r"\b(?:(?:dis)?charge|hold) at\b|\brest for\b|\bpybamm\b", re.IGNORECASE)
ROW_HEADER = ("InstrID", "Mode", "SetPoint", "LimitType", "LimitPoint")
TEXT, PYBAMM_TEXT, UNICYCLER, ROWS = "text", "pybamm", "unicycler", "rows"
FORMATS = {
    TEXT: ("Text", ".txt"),
    PYBAMM_TEXT: ("PyBaMM experiment", ".py"),
    UNICYCLER: ("Unicycler JSON", ".json"),
    ROWS: ("Rows as CSV", ".csv"),
}


@dataclass(frozen=True)
class FileText:
    """A text of our language from a file, and in words how it was read."""

    name: str
    text: str
    words: str


def text_of_file(given: Sent) -> FileText:
    """Return the profile of a file that the editor has read. Raises InputError for what is none.

    PyBaMM's experiment strings and unicycler's JSON are recognised and put into our language; any
    other text is taken as it is, and the editor says what is wrong with it.
    """
    if not isinstance(given, Mapping) or not isinstance(given.get("text"), str):
        raise InputError("The file could not be read. Choose it again.")
    name, text = str(given.get("name") or "file")[:255], given["text"]
    if not text.strip():
        raise InputError(f"{name} is empty. Choose a file with a profile in it.")
    if text.lstrip().startswith("{"):
        imported = _imported(name, from_unicycler(text), "unicycler protocol")
        return FileText(name, imported, f"{name} was read as a unicycler protocol.")
    if parse(text).profile is None and PYBAMM.search(text):
        imported = _imported(name, from_pybamm(text), "PyBaMM experiment")
        return FileText(
            name, imported, f"{name} was read as a PyBaMM experiment: there a charge is negative."
        )
    return FileText(name, text, f"{name} is in the editor.")


def exported(kind: str, text: str, program: Program | None) -> str:
    """Return a text in another language. Raises InputError for what cannot be expressed in it."""
    profile = parse(text).profile
    if kind == TEXT or profile is None:
        return text
    if kind == ROWS:
        return rows_csv(program)
    writer = to_pybamm if kind == PYBAMM_TEXT else to_unicycler
    content: Exported = writer(profile)
    if not content.text:
        raise InputError(f"{FORMATS[kind][0]}: {_first(content.problems)}")
    return content.text


def rows_csv(program: Program | None) -> str:
    """Return the compiled rows as `bem profile check` prints them. Raises InputError."""
    if program is None:
        raise InputError("The profile has errors, so there are no rows of it.")
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(ROW_HEADER)
    writer.writerows(
        (row.id, row.mode, row.set_point, row.limit_type, row.limit_point)
        for row in reference_rows(program).rows
    )
    return written.getvalue()


def file_name(name: str, number: int, kind: str) -> str:
    """Return the name of a file to download: letters, digits and dashes."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-") or "profile"
    return f"{plain}-v{number}{FORMATS[kind][1]}"


def _imported(name: str, found: Imported, kind: str) -> str:
    if found.profile is None:
        raise InputError(f"{name} cannot be read as a {kind}: {_first(found.problems)}")
    return found.text


def _first(problems: tuple[Problem, ...]) -> str:
    errors = folded(errors_of(problems) or problems)
    if not errors:
        return "there is nothing in it."
    more = f" ({len(errors) - 1} more)" if len(errors) > 1 else ""
    return errors[0].sentence + more
