"""Several files at once: what was answered about each, for the worker; and what is missing."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from components.sent import Sent
from cycling.errors import InputError
from cycling.formats import Mapping as Columns
from cycling.formats.append import check_order
from cycling.formats.checks.digest import Digest
from cycling.formats.problems import Problem
from db.queries.batteries.detail import BatteryChoice, battery_choices, battery_named_in
from db.queries.jobs import job_statuses
from pages.context import database, viewer
from pages.import_experiment.batch.rows import (
    FileRow,
    answered,
    chosen_battery,
    mapping_of,
    with_wholes,
)
from pages.import_experiment.importing import to_import
from pages.import_experiment.inferred import not_of_battery

R = TypeVar("R")

MAX_NAMED = 5
OF_ALL = ("battery", "name", "day", "clock")  # of files that are one experiment: the first one's
OF_EACH = ("upload", "mapping", "trust_clock", "sign_chosen")
# A file, what its check has found, and what was answered about it.
Chosen = tuple[FileRow, dict[str, Any], Mapping[str, Sent]]


class Note(NamedTuple):
    """What is said about a file, and whether it stops its import.

    `code` is that of the question whose answer may be that it is right as it is.
    """

    text: str
    stops: bool = False
    code: str = ""


def rows_of(files: Sequence[Mapping[str, Any]], *, results: bool) -> list[FileRow]:
    """Return the files with how their tasks are; `results` of checks are large."""
    ids = [job for one in files for job in (one["check"], one.get("load")) if job is not None]
    statuses = job_statuses(database(), ids, viewer().name, results=results)
    return [
        FileRow(
            number,
            dict(one["upload"]),
            statuses.get(one["check"]),
            statuses.get(one.get("load") or 0),
            one.get("reason") or "",
            tuple(one.get("accepted") or ()),
            tuple(one.get("options") or ()),
        )
        for number, one in enumerate(files)
    ]


def payloads_of(
    files: Sequence[Mapping[str, Any]],
    answers: Sequence[Mapping[str, Sent]],
    *,
    together: bool = False,
) -> tuple[dict[tuple[int, ...], dict[str, Any]], dict[int, str]]:
    """Return what the worker needs, by the places of the files of each experiment; what is missing.

    `together`: all files are one experiment, in the order in which they were measured; name and
    battery are those of the first one. Raises InputError where no file is chosen, and where files
    that are to be one experiment do not follow each other.
    """
    rows, batteries = rows_of(files, results=True), battery_choices(database())
    chosen = [
        (row, row.checked, given)
        for row, given in zip(rows, answers, strict=True)
        if given.get("take") is True and not row.failure and row.checked is not None
    ]
    if not chosen:
        raise InputError("No file is chosen for the import.")
    if not together:
        wholes = with_wholes([row for row, _checked, _given in chosen])
        chosen = [(row, *one[1:]) for row, one in zip(wholes, chosen, strict=True)]
    if together:
        chosen = _in_order(chosen)
        of_all = {name: chosen[0][2].get(name) for name in OF_ALL}
        chosen = [(row, checked, {**given, **of_all}) for row, checked, given in chosen]
    payloads: dict[tuple[int, ...], dict[str, Any]] = {}
    missing: dict[int, str] = {}
    for row, checked, given in chosen:
        lacks: list[str] = []
        payload = _payload(row, checked, given, batteries, lacks)
        if payload is None:
            missing[row.number] = " ".join(lacks)
        else:
            payloads[(row.number,)] = payload
    if together and not missing:
        places = tuple(row.number for row, _checked, _given in chosen)
        return {places: _as_one(list(payloads.values()))}, {}
    return payloads, missing


def _in_order(chosen: Sequence[Chosen]) -> list[Chosen]:
    """Return files in the order of their clocks, those without one as they are listed."""
    digests = []
    for row, checked, given in chosen:
        digest = Digest.from_json(checked["verification"].get("digest"))
        if digest is None:
            raise InputError(
                f"{row.upload['name']} has to be checked again. Choose the files anew."
            )
        digests.append((digest, (row, checked, given)))
    if all(digest.begins_s is not None for digest, _one in digests):
        digests.sort(key=lambda one: one[0].begins_s or 0.0)
    check_order([(one[0].upload["name"], digest) for digest, one in digests])
    return [one for _digest, one in digests]


def _as_one(payloads: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return what the worker needs of files that are one experiment."""
    replaced = [one["replaced"] for one in payloads if one["replaced"] is not None]
    return {
        **payloads[0],
        "rows": sum(one["rows"] for one in payloads),
        "known": sorted({number for one in payloads for number in one["known"]}),
        "anyway": any(one.get("anyway") for one in payloads),
        "replaced": replaced[0] if replaced else None,  # of several the worker says that it is none
        "following": [{name: one[name] for name in OF_EACH} for one in payloads[1:]],
    }


def _payload(
    row: FileRow,
    checked: dict[str, Any],
    given: Mapping[str, Sent],
    batteries: Sequence[BatteryChoice],
    lacks: list[str],
) -> dict[str, Any] | None:
    """Return what the worker needs of a file; None, and what it lacks, where something is."""
    store, may_delete = database(), viewer().administers
    battery = _tried(
        lambda: chosen_battery(
            given.get("battery"), batteries, lambda text: battery_named_in(store, text)
        ),
        lacks,
    )
    decided = _tried(lambda: answered(row, given, may_delete=may_delete), lacks)
    if battery is None or decided is None:
        return None
    mapping = decided.pop("mapping")
    if _tried(lambda: _fits(checked, mapping, battery), lacks) is None:
        return None
    fields = {
        "name": decided.pop("name"),
        "description": "",
        "battery_id": battery,
        "day": given.get("day"),
        "clock": given.get("clock"),
    }
    payload = to_import(fields, checked, row.upload, mapping)
    return {**payload, **decided, "sign_chosen": row.asks_sign}


def fit_notes(files: Sequence[Mapping[str, Any]], chosen: Mapping[int, Sent]) -> dict[int, Note]:
    """Return what speaks against the battery of each file, by its place; blank for nothing.

    A file without a battery, or that cannot be imported from here, is compared with none.
    """
    rows = rows_of([files[place] for place in chosen], results=True)
    batteries = battery_choices(database())
    return {
        place: _fit_note(row, battery, batteries)
        for row, (place, battery) in zip(rows, chosen.items(), strict=True)
    }


def _fit_note(row: FileRow, battery: Sent, batteries: Sequence[BatteryChoice]) -> Note:
    if not battery or row.checked is None or row.failure:
        return Note("")
    try:
        number = chosen_battery(battery, batteries, lambda text: battery_named_in(database(), text))
    except InputError as error:
        return Note(str(error), stops=True)
    problems = not_of_battery(row.checked, mapping_of(row), number)
    if asked := _asked(problems):
        return Note(_question(asked), stops=True, code=asked.code)
    return Note(" ".join(one.sentence for one in problems))


def _asked(problems: Sequence[Problem]) -> Problem | None:
    return next((one for one in problems if one.severity == "question"), None)


def _question(asked: Problem) -> str:
    return f"{asked.sentence} If it is right, say so here, or open the file alone."


def _tried(answer: Callable[[], R], lacks: list[str]) -> R | None:
    """Return an answer; None, and what is wrong with it, where it is none."""
    try:
        return answer()
    except InputError as error:
        lacks.append(str(error))
        return None


def _fits(checked: dict[str, Any], mapping: Columns, battery_id: int) -> bool:
    if asked := _asked(not_of_battery(checked, mapping, battery_id)):
        raise InputError(_question(asked))
    return True


def missing_words(files: Sequence[Mapping[str, Any]], missing: Mapping[int, str]) -> str:
    """Say what is missing of one file; of several which they are: the rows say what."""
    names = [files[place]["upload"]["name"] for place in missing]
    if len(names) == 1:
        return f"{names[0]}: {next(iter(missing.values()))}"
    further = len(names) - MAX_NAMED
    listed = ", ".join(names[:MAX_NAMED]) + (f" and {further} more" if further > 0 else "")
    return f"{len(names)} files lack an answer, each in its row: {listed}."
