"""Several files at once: what each of them is, asks, and becomes; no Dash in it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any, NamedTuple

from components.sent import Sent
from cycling.errors import InputError
from cycling.formats import Mapping as Columns
from cycling.formats.checks.digest import Digest
from cycling.formats.columns.mapping import INFERENCES, Column
from cycling.formats.columns.remembered import layout_key
from cycling.formats.problems import DURATION_UNITS, LATE_START, LOST, SPARSE_EDGES, TIME_UNIT
from cycling.names import check_name
from db.queries.batteries.detail import BatteryChoice
from db.queries.jobs import JobStatus
from db.terms import JobState
from pages.import_experiment.again import NEW, decision
from pages.import_experiment.inferred import is_acceptable, right_words
from pages.import_experiment.mapping import (
    CHARGE,
    DISCHARGE,
    clock_is_local,
    default_start,
)
from pages.import_experiment.proposals import proposed_battery, proposed_name

MAX_FILES = 200
EVERY_FILE = -1  # the row of the battery of all files that have none
ANSWER, CORRECT = "answer", "correct"
SIGN_CODES = ("sign", "unsigned")
OF_UNITS = (
    *(TIME_UNIT, DURATION_UNITS, "time-clock", "duration"),
    *("counter", "energy-counter", "voltage-range"),
)
DOUBTFUL = (LOST, SPARSE_EDGES, LATE_START, "counter-differs")
_SURELY = 64  # measures that two tests do not begin alike with
_NUMBERED = re.compile(r"(\d{1,9}): ", re.ASCII)


class UnitAsked(NamedTuple):
    """Which layout's files ask for the unit of which column; they all have one answer."""

    layout: str
    code: str
    column: Column


@dataclass(frozen=True)
class FileRow:
    """One of several files; `check` and `load` are its tasks, None for what is not there.

    `reason` is why it is not among those that are imported, once these are. `accepted` are the
    codes of questions to which the answer is that it is right as it is, `options` the units that
    were chosen for its columns; `whole` names another of the files that has its measures and more.
    """

    number: int
    upload: dict[str, Any]
    check: JobStatus | None
    load: JobStatus | None
    reason: str = ""
    accepted: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    whole: str = ""

    @property
    def checked(self) -> dict[str, Any] | None:
        """What its check has found, None before its end and after a failure."""
        done = self.check is not None and self.check.state is JobState.DONE
        return self.check.result if done and self.check else None

    @property
    def is_checking(self) -> bool:
        """Whether its check goes on."""
        return self.check is not None and not self.check.state.ended

    @property
    def is_loading(self) -> bool:
        """Whether its import waits or goes on."""
        return self.load is not None and not self.load.state.ended

    @property
    def blocking(self) -> list[dict[str, Any]]:
        """Its errors and open questions."""
        problems = self.checked["verification"]["problems"] if self.checked else []
        return [one for one in problems if one["severity"] != "warning"]

    @property
    def asks_sign(self) -> bool:
        """Whether the sign of its current is the only thing that is not decided."""
        return bool(self.blocking) and all(one["code"] in SIGN_CODES for one in self.blocking)

    @property
    def stopping(self) -> dict[str, Any] | None:
        """The first of its errors and open questions that the table has no control for."""
        return next((one for one in self.blocking if one["code"] not in SIGN_CODES), None)

    @property
    def acceptable(self) -> str:
        """The code of its question, if the file may be right as it is; blank without one."""
        one = self.stopping
        is_asked = one is not None and is_acceptable(one)
        return one["code"] if one is not None and is_asked else ""

    @property
    def right(self) -> str:
        """What it says that the file is right as it is."""
        return right_words(self.stopping or {})

    @property
    def unit_asked(self) -> UnitAsked | None:
        """The column whose unit its question asks for; None for other questions."""
        one = self.stopping
        if one is None or one["code"] not in OF_UNITS or self.checked is None:
            return None
        mapping = Columns.from_json(self.checked["verification"]["mapping"])
        column = next((c for c in mapping.columns if c.shown == one["column"]), None)
        return None if column is None else UnitAsked(layout_key(mapping), one["code"], column)

    @property
    def failure(self) -> str:
        """Why it cannot be imported from here; blank if it can."""
        if self.checked is None:
            return (self.check and self.check.error) or "It is not checked. Choose it again."
        return sentence_of(self.stopping) if self.stopping else ""

    @property
    def needs(self) -> str:
        """What only its own page can take before its import: an ANSWER, else to CORRECT it."""
        if self.checked is None or self.stopping is None:
            return ""
        return ANSWER if self.stopping["severity"] == "question" else CORRECT

    @property
    def inferred(self) -> list[str]:
        """What nobody has said of it, each a sentence with its kind."""
        if self.checked is None:
            return []
        mapping = Columns.from_json(self.checked["verification"]["mapping"])
        return [f"{INFERENCES.get(one.kind, one.kind)}: {one.text}" for one in mapping.inferred]

    @property
    def left_out(self) -> str:
        """Why it is not among those that are imported, where nobody has chosen it."""
        return f"Left out: {self.failure}" if self.failure else "Left out: it was not ticked."

    @property
    def warned(self) -> list[dict[str, Any]]:
        """What makes its numbers doubtful, and stands in its row."""
        problems = self.checked["verification"]["problems"] if self.checked else []
        return [one for one in problems if one["code"] in DOUBTFUL]

    @property
    def to_know(self) -> list[str]:
        """What else was found in it, each a sentence with its row; not what stands in its row."""
        verification = (self.checked or {}).get("verification") or {}
        problems = verification.get("problems") or []
        stands = [*self.warned, *(self.blocking if self.asks_sign else [self.stopping])]
        texts = [sentence_of(one) for one in problems if one not in stands]
        further = int(verification.get("problem_count") or 0) - len(problems)
        return [*texts, f"and {further:,} more of these"] if further > 0 else texts

    @property
    def earlier(self) -> list[dict[str, Any]]:
        """The experiments that it became before."""
        return (self.checked or {}).get("earlier") or []

    @property
    def asks_again(self) -> bool:
        """Whether it came before, or comes in another of the files, and somebody must say so."""
        return not self.failure and bool(self.earlier or self.whole)

    @property
    def asks_start(self) -> bool:
        """Whether it has no clock."""
        return bool(self.checked) and (self.checked or {})["verification"]["starts_at"] is None

    @property
    def time_zone(self) -> str:
        """The zone that its clock is read in; blank where that names its own, or there is none."""
        if self.checked is None or self.asks_start:
            return ""
        mapping = Columns.from_json(self.checked["verification"]["mapping"])
        return mapping.time_zone if clock_is_local(mapping) else ""

    @property
    def digest(self) -> Digest | None:
        """Its measures in short; None before its check."""
        return Digest.from_json(((self.checked or {}).get("verification") or {}).get("digest"))

    def begins(self, other: "FileRow") -> bool:
        """Whether another file has its measures and more."""
        mine, its = self.digest, other.digest
        if mine is None or its is None:
            return False
        same_name = self.upload["name"] == other.upload["name"] or mine.measures >= _SURELY
        return its.begins_with(mine, same_name=same_name)

    @property
    def is_local(self) -> bool:
        """Whether the zone of its clock is a choice."""
        if self.checked is None:
            return False
        mapping = Columns.from_json(self.checked["verification"]["mapping"])
        return clock_is_local(mapping) and not mapping.format.startswith("Old application")

    def name(self) -> str:
        """Return the name that is proposed for its experiment."""
        return proposed_name(self.upload["name"], (self.checked or {}).get("facts") or {})

    def battery(self, batteries: Sequence[BatteryChoice]) -> str:
        """Return the battery that is proposed, as it is offered; blank without one."""
        facts = (self.checked or {}).get("facts") or {}
        proposal = proposed_battery(batteries, self.upload["name"], facts)
        return next((battery_label(one) for one in batteries if one.id == proposal), "")

    def start(self, zone: tzinfo) -> datetime:
        """Return when it probably began; it has no clock."""
        checked = (self.checked or {})["verification"]
        return default_start(checked, self.upload.get("modified"), zone)


def with_wholes(rows: Sequence[FileRow]) -> list[FileRow]:
    """Return the rows, each with the name of another one that has its measures and more."""
    return [
        replace(row, whole=next((one.upload["name"] for one in rows if row.begins(one)), ""))
        for row in rows
    ]


def sentence_of(problem: Mapping[str, Any]) -> str:
    """Return a problem's text with its row in front."""
    place, text = problem["place"], str(problem["text"])
    return f"{place}: {text}" if place else text


def battery_label(battery: BatteryChoice) -> str:
    """Return a battery as it is offered; its id comes first, so that it can be read back."""
    return f"{battery.id}: {battery.name}, SN {battery.serial_number}"


def chosen_battery(
    text: Sent, batteries: Sequence[BatteryChoice], named: Callable[[str], BatteryChoice]
) -> int:
    """Return the battery that was chosen or typed; `named` finds one by name. Or InputError."""
    if not isinstance(text, str) or not text.strip():
        raise InputError("Choose the battery.")
    match = _NUMBERED.match(text)
    if match and any(battery_label(one) == text.strip() for one in batteries):
        return int(match[1])
    return named(text.strip()).id


def mapping_of(row: FileRow) -> Columns:
    """Return how a file that is checked is read, with the questions that are answered."""
    mapping = Columns.from_json((row.checked or {})["verification"]["mapping"])
    return replace(mapping, accepted=tuple(dict.fromkeys((*mapping.accepted, *row.accepted))))


def answered(row: FileRow, answers: Mapping[str, Sent], *, may_delete: bool) -> dict[str, Any]:
    """Return name, mapping and decision of a row that is to be imported. Raises InputError."""
    if row.failure or row.checked is None:
        raise InputError(row.failure)
    mapping = mapping_of(row)
    if row.asks_sign:
        if answers.get("sign") not in (CHARGE, DISCHARGE):
            raise InputError("Choose what current above zero does.")
        mapping = replace(mapping, positive_is_charge=answers["sign"] == CHARGE)
    decided = decision(row.earlier, answers.get("again"), may_delete=may_delete)
    if decided is None:
        raise InputError("Say what to do: it came before.")
    if row.whole and answers.get("again") != NEW:
        raise InputError(f"Leave it out, or import it as new: {row.whole} has its measures.")
    name = answers.get("name")
    return {
        "name": check_name(name if isinstance(name, str) else ""),
        "mapping": mapping,
        **decided,
    }
