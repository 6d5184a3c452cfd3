"""What a worker does for each kind of job."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from bem.corrections import in_force, of_layout, verified_like_before
from bem.worker.log import log_what_stands_against
from cycling.battery.electrolyte import Electrolyte
from cycling.errors import InputError
from cycling.formats import (
    Block,
    Mapping,
    TextTable,
    apply_options,
    open_table,
    propose,
    read_measures,
)
from cycling.formats.append import Part, appended, joined_mapping
from cycling.formats.checks.digest import DigestBuilder
from cycling.formats.columns.remembered import corrections, layout_key
from cycling.formats.columns.times import zone_named
from db import series
from db.commands import jobs
from db.commands.audit import By
from db.commands.experiments import deletion, imports, reservations
from db.commands.experiments.import_corrections import remember
from db.commands.experiments.import_files import (
    Again,
    SourceFile,
    expected_beginning,
    record_files,
)
from db.commands.experiments.run_profiles import RunProfile
from db.commands.jobs import Claim, JobInterruptedError
from db.commands.kept_files import keep_file, remove_kept
from db.commands.uploads import UploadedFile, find_upload
from db.engine import Database
from db.limits import USUAL, Limits
from db.queries.experiments.detail import experiment_facts
from db.queries.experiments.earlier_imports import Identity, earlier_imports
from db.queries.experiments.import_corrections import RememberedCorrections
from db.repeating import repeated

HEARTBEAT_EVERY_S = 0.5

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Workplace:
    """What every job needs."""

    database: Database
    data_dir: Path
    clock: Clock
    is_stopping: Callable[[], bool]
    say_present: Callable[[], None]
    limits: Limits = USUAL


class Beat:
    """Reports progress to the job's row, at most twice a second."""

    def __init__(self, place: Workplace, mine: Claim) -> None:
        self._place = place
        self._mine = mine
        self._last = float("-inf")
        self._progress = (0, 1)

    def wait(self) -> None:
        """Say that the job goes on, where it was; raises like a call."""
        self(*self._progress)

    def __call__(self, done: int, total: int) -> None:
        """Say how far the job is; raises when it was cancelled or the worker must stop."""
        self._progress = (done, total)
        if self._place.is_stopping():
            raise JobInterruptedError("The worker was told to stop.")
        if time.monotonic() - self._last < HEARTBEAT_EVERY_S:
            return
        self._last = time.monotonic()
        self._place.say_present()
        jobs.heartbeat(
            self._place.database, self._mine, done=done, total=total, now=self._place.clock()
        )


@dataclass(frozen=True)
class _Received:
    """A file of an import, opened, and how it is read."""

    table: TextTable
    mapping: Mapping
    source: SourceFile
    trust_clock: bool | None
    sign_chosen: bool

    def measures(self) -> Iterator[Block]:
        """Read its measures, and note what goes by."""
        read = read_measures(self.table, self.mapping, trust_clock=self.trust_clock)
        return self.source.passing(read)


def verify_file(place: Workplace, mine: Claim) -> None:
    """Check an uploaded file with the mapping that was sent, or propose one."""
    upload, beat = _upload(place, mine, mine.payload), Beat(place, mine)
    choice = mine.payload.get("mapping")
    mapping = Mapping.from_json(choice) if choice else None
    table = _table(place, upload, beat, mapping.part if mapping else "")
    proposed = mapping is None
    if mapping is None:
        mapping = _proposed(table, mine.payload)
    elif mapping.part and not mapping.fits(table.labels):  # another test of the file was chosen
        mapping = replace(_proposed(table, mine.payload), part=mapping.part)
    remembered = of_layout(place.database, mapping)
    if proposed and remembered:
        zone = mapping.time_zone
        mapping = remembered.corrections.applied(mapping)
        if mine.payload.get("zone_chosen"):  # by the user, for this file
            mapping = replace(mapping, time_zone=zone)
    if proposed:  # several files are checked as they are recognised, with what is answered
        mapping = apply_options(mapping, mine.payload.get("options") or ())
        accepted = (*mapping.accepted, *(mine.payload.get("accepted") or ()))
        mapping = replace(mapping, accepted=tuple(dict.fromkeys(accepted)))
    verification = verified_like_before(table, mapping, remembered, beat)
    log_what_stands_against(mine, upload.file_name, verification)
    part = verification.mapping.part
    identity = Identity(upload.sha256, part, verification.digest, upload.file_name)
    result = {
        "upload": upload.id,
        "dialect": table.dialect,
        "verification": verification.to_json(),
        "sample": list(table.sample[0]) if table.sample else [],
        "facts": table.facts,
        "earlier": [one.to_json() for one in earlier_imports(place.database, identity)],
        "remembered": _as_for(remembered, verification.mapping),
    }
    _end(place, mine, result)


def import_file(place: Workplace, mine: Claim) -> None:
    """Load an uploaded file and publish it together with the end of the job.

    `following` files, each with upload, mapping and `trust_clock`, run on from it: see `appended`.
    """
    beat = Beat(place, mine)
    reservations.discard_job(place.database, mine.job_id, lambda: beat(0, 1))
    following = mine.payload.get("following") or ()
    files = [_received(place, mine, one, beat) for one in (mine.payload, *following)]
    again = _again(place, mine.payload)
    if again.adds and again.replaced:
        count = expected_beginning(place.database, again.replaced.id)
        files[0].source.digest = DigestBuilder(count)
    by = By(mine.user_name, mine.payload["address"], place.clock())

    def progress(rows: int) -> None:
        beat(rows, mine.payload["rows"])

    def end(session: Session, experiment_id: int) -> None:
        record_files(session, experiment_id, [one.source for one in files], again, by)
        result = {"experiment_id": experiment_id}
        jobs.end_done(session, mine, result=result, now=place.clock())

    imports.import_experiment(
        place.database,
        _new_experiment(mine, files),
        appended([Part(one.source.name, one.measures()) for one in files]),
        start=_start(mine.payload),
        clock=place.clock,
        on_progress=progress,
        within_publication=end,
    )
    for one in files:
        _remember(place, mine, one, by)


def _as_for(remembered: RememberedCorrections | None, mapping: Mapping) -> dict[str, Any] | None:
    """Return of which file the corrections are that this one is read with; None without any."""
    used = in_force(remembered.corrections, mapping) if remembered else None
    if not remembered or not used:
        return None
    return {
        "layout": remembered.layout,
        "file_name": remembered.file_name,
        "user_name": remembered.user_name,
        "at": remembered.corrected_at.isoformat(),
        "words": used.words(mapping),
    }


def _remember(place: Workplace, mine: Claim, file: _Received, by: By) -> None:
    """Keep what the user has corrected of this file for the next one of its layout."""
    used, table = file.mapping, file.table
    layout, before = layout_key(used), of_layout(place.database, used)
    kept_sign = before and before.corrections.positive_is_charge == used.positive_is_charge
    sign_chosen = bool(file.sign_chosen or kept_sign)
    answers = corrections(_proposed(table, mine.payload), used, sign_chosen=sign_chosen)
    if answers and (before is None or before.corrections != answers):
        remember(place.database, layout, answers, file_name=table.file_name, by=by)


def _again(place: Workplace, payload: dict[str, Any]) -> Again:
    """Return what the user has decided about a file that came before."""
    known, replaced = payload.get("known") or (), payload.get("replaced")
    facts = None if replaced is None else experiment_facts(place.database, replaced)
    flags = {name: bool(payload.get(name)) for name in ("anyway", "adds")}
    return Again(tuple(known), facts, **flags)


def prepare_experiment(place: Workplace, mine: Claim) -> None:
    """Copy an experiment's measures into the series store, for a page that waits for them."""
    experiment_id = mine.payload["experiment_id"]
    series.catch_up(place.database, experiment_id, on_progress=Beat(place, mine))
    _end(place, mine, {})


def remove_experiment(place: Workplace, mine: Claim) -> None:
    """Remove what a deleted experiment has left; where an earlier attempt stopped, go on."""
    experiment_id, total = mine.payload["experiment_id"], mine.payload["measures"]
    beat = Beat(place, mine)
    remove_kept(place.database, place.data_dir, experiment_id)
    deletion.clear(place.database, experiment_id, lambda gone: beat(min(gone, total), total))
    _end_removed(place, mine, experiment_id)


@repeated
def _end_removed(place: Workplace, mine: Claim, experiment_id: int) -> None:
    with place.database.write() as session:
        deletion.note_cleared(session, experiment_id, place.clock())
        jobs.end_done(session, mine, result={}, now=place.clock())


HANDLERS: dict[str, Callable[[Workplace, Claim], None]] = {
    "verify file": verify_file,
    "import file": import_file,
    jobs.PREPARE: prepare_experiment,
    deletion.DELETE: remove_experiment,
}


@repeated
def _end(place: Workplace, mine: Claim, result: dict[str, Any]) -> None:
    with place.database.write() as session:
        jobs.end_done(session, mine, result=result, now=place.clock())


def _proposed(table: TextTable, payload: dict[str, Any]) -> Mapping:
    """Read a clock without a zone in the zone of whoever brings the file (the old one: UTC)."""
    mapping = propose(table)
    if mapping.format.startswith("Old application") or zone_named(mapping):
        return mapping
    return replace(mapping, time_zone=payload.get("time_zone") or "UTC")


def _received(place: Workplace, mine: Claim, given: dict[str, Any], beat: Beat) -> _Received:
    """Open a file of an import, and keep it beside the experiment where that is set."""
    upload = _upload(place, mine, given)
    mapping = Mapping.from_json(given["mapping"])
    table = _table(place, upload, beat, mapping.part)
    source = SourceFile(
        upload.file_name, upload.sha256, upload.size_bytes, table.facts, part=mapping.part
    )
    if place.limits.keep_files:
        keep_file(upload.path, place.data_dir, upload.sha256)
        source.kept = True
    trust_clock, sign_chosen = given.get("trust_clock"), bool(given.get("sign_chosen"))
    return _Received(table, mapping, source, trust_clock, sign_chosen)


def _upload(place: Workplace, mine: Claim, given: dict[str, Any]) -> UploadedFile:
    return find_upload(place.database, place.data_dir, given["upload"], user_name=mine.user_name)


def _table(place: Workplace, upload: UploadedFile, beat: Beat, part: str) -> TextTable:
    return open_table(
        upload.path,
        upload.file_name,
        max_rows=place.limits.max_file_rows,
        part=part,
        on_wait=beat.wait,
        scratch=upload.path.parent,
    )


def _new_experiment(mine: Claim, files: Sequence[_Received]) -> imports.NewExperiment:
    first = files[0]
    mapping = joined_mapping([(one.source.name, one.mapping) for one in files])
    profile, sides = mine.payload.get("profile"), mine.payload.get("electrolytes") or ()
    return imports.NewExperiment(
        name=mine.payload["name"],
        description=mine.payload["description"],
        battery_id=mine.payload["battery_id"],
        user_name=mine.user_name,
        address=mine.payload["address"],
        file_name=first.source.name,
        sha256=first.source.sha256,
        format=mapping.format,
        mapping=mapping.to_json(),
        job_id=mine.job_id,
        profile=RunProfile(**profile) if profile else None,
        electrolytes=tuple(Electrolyte.from_json(one) for one in sides),
    )


def _start(payload: dict[str, Any]) -> datetime | None:
    if not payload.get("start"):
        return None
    start = datetime.fromisoformat(payload["start"])
    if start.tzinfo is None:
        raise InputError("The start has no time zone.")
    return start
