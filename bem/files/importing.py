"""What `bem import` does: it checks whole files, then loads and publishes them."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bem.cli.progress import progress
from bem.files.checking import CheckedFile, Reading, assumed_start, checked, say
from bem.files.earlier import EarlierFiles
from bem.files.run_options import given_electrolytes, given_profile
from bem.services import by_system_user, open_database, read_settings, utc_now
from bem.settings import Settings
from cycling.errors import InputError
from cycling.formats import Block, read_measures
from cycling.formats.append import Part, appended, check_order, joined_mapping
from cycling.names import MAX_NAME, check_description, check_name
from cycling.units import duration_words
from db.commands.experiments import import_files, imports
from db.commands.experiments.electrolytes import check_has_electrolytes
from db.commands.experiments.import_files import Again
from db.commands.experiments.run_profiles import (
    RunProfile,
    count_instructions,
    fixed_profile,
    refuse_other_steps,
)
from db.commands.kept_files import keep_file
from db.engine import Database
from db.queries.batteries.detail import (
    BatteryChoice,
    battery_details,
    battery_limits,
    battery_named_in,
    find_battery,
)

NO_BATTERY = "Say which battery it is: --battery ID_OR_NAME, or --battery-from REGEX."


@dataclass(frozen=True)
class ImportOptions:
    """What the command line says; without a name each experiment is named after its file.

    `battery` is an id or a name; the first group of `battery_from` finds one in a file's name.
    `again` says what becomes of a file that came before: "skip", "replace", "add" or "new".
    `profile` is a file, or the number or name of a profile of the library.
    """

    name: str | None
    description: str
    battery: str | None
    battery_from: str | None
    start: datetime | None
    time_zone: str | None
    positive_is_charge: bool | None
    column_map: Sequence[str]
    part: str = ""
    accepted: Sequence[str] = ()
    profile: str | None = None
    electrolytes: Sequence[str] = ()
    again: str | None = None
    append: bool = False
    dry_run: bool = False
    remembered: bool = True


def import_files_as(files: Sequence[Path], options: ImportOptions) -> Iterator[str]:
    """Import files, each as an experiment, or all as one; yield each id as soon as it is there.

    Of a dry run it yields what each would become. Raises InputError; with several files at the
    end, naming those that were not imported.
    """
    importer = _Importer(options, files)
    groups = [list(files)] if options.append else [[file] for file in files]
    failed = []
    for group in groups:
        try:
            done = importer.one(group)
        except InputError as error:
            if len(groups) == 1:
                raise
            say(f"error: {group[0].name}: {error}")
            failed.append(group[0].name)
            continue
        if done:
            yield done
    if failed:
        raise InputError(_refused(failed, len(groups), dry_run=options.dry_run))


def _refused(names: Sequence[str], files: int, *, dry_run: bool) -> str:
    """Say which of several files failed; of a dry run none was imported."""
    which = ", ".join(names)
    if dry_run:
        return f"{len(names)} of {files} files cannot be imported: {which}."
    rest = " The others are." if len(names) < files else ""
    return f"{len(names)} of {files} files were not imported: {which}.{rest}"


class _Importer:
    """Imports one file after the other, as the options say."""

    def __init__(self, options: ImportOptions, files: Sequence[Path]) -> None:
        self._options = options
        self._description = check_description(options.description)
        self._name = None if options.name is None else check_name(options.name)
        self._pattern = _pattern(options)
        if options.start and len(files) > 1 and not options.append:
            raise InputError("--start is the start of one file. Import them one by one.")
        settings = self._settings = read_settings()
        self._database = open_database(settings, check=True)
        self._battery = find_battery(self._database, options.battery) if options.battery else None
        self._reading = _reading(options, settings)
        self._several = len(files) > 1
        self._earlier = EarlierFiles(self._database, options.again, dry_run=options.dry_run)
        given = options.profile
        self._profile = given_profile(self._database, given) if given else None
        self._electrolytes = given_electrolytes(options.electrolytes)

    def one(self, files: Sequence[Path]) -> str | None:
        """Import these files as one experiment; return its id, None if it is skipped."""
        battery = self._battery_of(files)
        limits = battery_limits(self._database, battery.id)
        group = [
            checked(self._database, file, self._reading, limits, label=self._label(file))
            for file in files
        ]
        check_order([(file.source.name, file.verification.digest) for file in group])
        again = self._earlier.answered(group)
        if again is None:
            return None
        first, label = group[0], self._label(files[0])
        given = self._options.start
        start = given or assumed_start(first, label)
        name = self._name or default_name(first)
        check_has_electrolytes(battery.name, battery.technology, self._electrolytes)
        profile = self._run_profile(group, battery)
        if self._options.dry_run:
            return _description_of(group, name, battery, start)
        for file in group if self._settings.limits.keep_files else ():
            keep_file(file.path, self._settings.data_dir, file.source.sha256)
            file.source.kept = True
        new = replace(self._new(group, name, battery), profile=profile)
        blocks = [_blocks(one, use_head=given is None) for one in group]
        return str(_load(self._database, new, group, blocks, again, start))

    def _run_profile(
        self, group: Sequence[CheckedFile], battery: BatteryChoice
    ) -> RunProfile | None:
        """Return the profile that was run, its rows made unless they are there; checked if dry."""
        if self._profile is None:
            return None
        described = battery_details(self._database, battery.id).battery
        highest = _highest_step_id(group)
        if self._options.dry_run:
            count = count_instructions(self._profile, described.capacity_ah)
            refuse_other_steps(count, highest)
            return None
        return fixed_profile(
            self._database, self._profile, described, highest=highest, by=by_system_user()
        )

    def _label(self, file: Path) -> str:
        return f"{file.name}: " if self._several else ""

    def _battery_of(self, files: Sequence[Path]) -> BatteryChoice:
        if self._pattern is None:
            if self._battery is None:
                raise InputError(NO_BATTERY)
            return self._battery
        found = {self._battery_in(file.name, self._pattern) for file in files}
        if len(found) > 1:
            names = ", ".join(sorted(battery.name for battery in found))
            raise InputError(
                f"The files are of several batteries: {names}. One experiment has one."
            )
        return found.pop()

    def _battery_in(self, file_name: str, pattern: re.Pattern[str]) -> BatteryChoice:
        match = pattern.search(file_name)
        text = match[1] if match else None
        if not text:
            raise InputError(
                f"--battery-from '{pattern.pattern}' finds no battery in the name {file_name}."
            )
        return battery_named_in(self._database, text)

    def _new(
        self, group: Sequence[CheckedFile], name: str, battery: BatteryChoice
    ) -> imports.NewExperiment:
        first, by = group[0], by_system_user()
        mapping = joined_mapping([(one.source.name, one.verification.mapping) for one in group])
        return imports.NewExperiment(
            name=name,
            description=self._description,
            battery_id=battery.id,
            user_name=by.user_name,
            address=by.address,
            file_name=first.source.name,
            sha256=first.source.sha256,
            format=mapping.format,
            mapping=mapping.to_json(),
            electrolytes=self._electrolytes,
        )


def _pattern(options: ImportOptions) -> re.Pattern[str] | None:
    if options.battery and options.battery_from:
        raise InputError("--battery and --battery-from are both given. Keep one of them.")
    if options.battery_from is None:
        if not options.battery:
            raise InputError(NO_BATTERY)
        return None
    try:
        pattern = re.compile(options.battery_from)
    except re.error as error:
        raise InputError(f"--battery-from {options.battery_from}: {error}.") from error
    if pattern.groups != 1:
        raise InputError(
            f"--battery-from {options.battery_from} has {pattern.groups} groups. Put the part that "
            "names the battery into one pair of parentheses: 'cell-([0-9]+)'."
        )
    return pattern


def _reading(options: ImportOptions, settings: Settings) -> Reading:
    return Reading(
        time_zone=options.time_zone,
        positive_is_charge=options.positive_is_charge,
        column_map=options.column_map,
        part=options.part,
        max_rows=settings.limits.max_file_rows,
        accepted=options.accepted,
        remembered=options.remembered,
    )


def _highest_step_id(group: Sequence[CheckedFile]) -> float | None:
    """Return the highest step id of all files; None where one of them has none."""
    highest = [file.verification.most_step_id for file in group]
    return None if any(math.isnan(one) for one in highest) else max(highest)


def default_name(file: CheckedFile) -> str:
    """Return the name that a file gives its experiment: the test's own, or the file's."""
    stem = file.source.name.split(".")[0]
    return check_name((file.source.facts.get("name") or stem or file.source.name)[:MAX_NAME])


def _description_of(
    group: Sequence[CheckedFile], name: str, battery: BatteryChoice, start: datetime | None
) -> str:
    """Say what files would become."""
    first = group[0].verification
    begins = start if first.starts_at is None else datetime.fromtimestamp(first.starts_at, UTC)
    files = " + ".join(file.source.name for file in group)
    rows = sum(file.verification.rows for file in group)
    lasts_s = sum(file.verification.duration_s for file in group)
    at = f"{begins.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if begins else "an unknown time"
    return (
        f"{files}: {rows:,} measures, {duration_words(lasts_s)} from {at}, as '{name}' "
        f"of battery {battery.id} ({battery.name}); {first.mapping.format}"
    )


def _load(
    database: Database,
    new: imports.NewExperiment,
    group: Sequence[CheckedFile],
    blocks: Sequence[Iterator[Block]],
    again: Again,
    start: datetime | None,
) -> int:
    parts = [Part(one.source.name, part) for one, part in zip(group, blocks, strict=True)]
    sources = [one.source for one in group]
    by = by_system_user()
    rows = sum(one.verification.rows for one in group)
    with progress("Importing", rows) as advance:
        return imports.import_experiment(
            database,
            new,
            appended(parts),
            start=start,
            clock=utc_now,
            on_progress=advance,
            within_publication=lambda session, experiment_id: import_files.record_files(
                session, experiment_id, sources, again, by
            ),
        )


def _blocks(file: CheckedFile, *, use_head: bool) -> Iterator[Block]:
    mapping, trusted = file.verification.mapping, file.verification.trust_clock
    return file.source.passing(
        read_measures(file.table, mapping, trust_clock=trusted, use_head=use_head)
    )
