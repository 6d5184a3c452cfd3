"""Several files at once: what was answered about each, for the worker; and what is missing."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from components.sent import Sent
from cycling.errors import InputError
from cycling.formats import Mapping as Columns
from db.queries.batteries.detail import BatteryChoice, battery_choices, battery_named_in
from db.queries.jobs import job_statuses
from pages.context import database, viewer
from pages.import_experiment.batch_rows import FileRow, answered, chosen_battery
from pages.import_experiment.importing import to_import
from pages.import_experiment.inferred import not_of_battery

R = TypeVar("R")

MAX_NAMED = 5


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
        )
        for number, one in enumerate(files)
    ]


def payloads_of(
    files: Sequence[Mapping[str, Any]], answers: Sequence[Mapping[str, Sent]]
) -> tuple[dict[int, dict[str, Any]], dict[int, str]]:
    """Return what the worker needs, and what is missing, by the places of the files.

    Raises InputError where no file is chosen.
    """
    rows, batteries = rows_of(files, results=True), battery_choices(database())
    payloads, missing = {}, {}
    for row, given in zip(rows, answers, strict=True):
        if given.get("take") is not True or row.failure or row.checked is None:
            continue
        lacks: list[str] = []
        payload = _payload(row, row.checked, given, batteries, lacks)
        if payload is None:
            missing[row.number] = " ".join(lacks)
        else:
            payloads[row.number] = payload
    if not payloads and not missing:
        raise InputError("No file is chosen for the import.")
    return payloads, missing


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


def _tried(answer: Callable[[], R], lacks: list[str]) -> R | None:
    """Return an answer; None, and what is wrong with it, where it is none."""
    try:
        return answer()
    except InputError as error:
        lacks.append(str(error))
        return None


def _fits(checked: dict[str, Any], mapping: Columns, battery_id: int) -> bool:
    if problems := not_of_battery(checked, mapping, battery_id):
        raise InputError(f"{problems[0].text} If it is right, open the file alone and say so.")
    return True


def missing_words(files: Sequence[Mapping[str, Any]], missing: Mapping[int, str]) -> str:
    """Say what is missing of one file; of several which they are: the rows say what."""
    names = [files[place]["upload"]["name"] for place in missing]
    if len(names) == 1:
        return f"{names[0]}: {next(iter(missing.values()))}"
    further = len(names) - MAX_NAMED
    listed = ", ".join(names[:MAX_NAMED]) + (f" and {further} more" if further > 0 else "")
    return f"{len(names)} files lack an answer, each in its row: {listed}."
