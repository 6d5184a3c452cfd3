"""Judging the cycles of what runs: an alarm for one that breaks a rule, a stop where it was chosen.

A cycle is judged once, when the next one has begun or the experiment has ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cycling.analysis.cycles.choices import Numbering
from cycling.analysis.cycles.rules import NOT_BROKEN, Judgement, RuleKind
from cycling.errors import NotFoundError
from cycling.terms import UNDER_WAY, StationCommand
from db import series
from db.commands.alarms import raise_alarm
from db.commands.audit import By
from db.commands.stations.control import add_command
from db.commands.wattrex.units import wattrex_units
from db.engine import Database, database_now
from db.measures.cycle_rules import cycle_judgements
from db.measures.cycles import ExperimentCycles, experiment_cycles
from db.models import Command, CyclerStation, CycleWatch, Experiment
from db.queries.experiments.cycles.rules import Origin, RuleInForce, rules_in_force
from db.queries.profiles.compiled import counts_cycles
from db.repeating import idempotent
from db.series import ExperimentSeries
from db.statements import insert_missing, require
from db.terms import CommandState

WORKER = "worker"
CODES = {
    RuleKind.CE: "coulombic efficiency",
    RuleKind.CAPACITY: "capacity",
    RuleKind.RESISTANCE: "resistance",
    RuleKind.TEMPERATURE_RISE: "temperature rise",
}
GONE = "There is no such experiment any more."
STOP_AT_STATION = "Stop it at the station: WattRex cyclers take no stop from here."


@dataclass(frozen=True)
class BrokenRule:
    """A cycle that breaks a rule: since which cycle it is broken, what is to be said, when it was.

    `is_last`: no later one was complete as it was judged.
    """

    rule: RuleInForce
    cycle: int
    since: int
    words: str
    at: datetime
    is_last: bool


@dataclass(frozen=True)
class Look:
    """What was found of an experiment: by which rules, from which cycle on, through which."""

    rules: Sequence[RuleInForce]
    before: int | None
    through: int | None
    broken: Sequence[BrokenRule] = ()
    resistance: dict[str, Any] | None = None
    running_cycle: int | None = None
    is_over: bool = False
    is_first: bool = False
    by_number: bool = False

    @property
    def is_news(self) -> bool:
        """Whether there is something to be written."""
        return self.is_first or self.is_over or self.through != self.before


class NextLook(StrEnum):
    """When the next cycle may be complete."""

    BY_NUMBER = "until the station names another cycle"
    BY_CURRENT = "until the station names another instruction"
    AGAIN = "something changed meanwhile: at once"


def judge_cycles(database: Database, experiment_id: int) -> NextLook:
    """Judge the cycles of an experiment that are complete by now, each once.

    Raises series.BeingPreparedError while many measures of another program are being copied.
    """
    try:
        with series.opened(database, experiment_id) as experiment:
            look = _look(experiment)
        if look.is_news and not _note(database, experiment_id, look):
            return NextLook.AGAIN
    except NotFoundError:  # it was deleted, and what is left of it is being removed
        return NextLook.BY_NUMBER
    return NextLook.BY_NUMBER if look.by_number else NextLook.BY_CURRENT


def _look(experiment: ExperimentSeries) -> Look:
    session = experiment.database.session
    rules = rules_in_force(session, experiment.id)
    watch = session.get(CycleWatch, experiment.id)
    row = require(session.get(Experiment, experiment.id), GONE)
    nothing_new = Look(
        rules,
        watch.through if watch else None,
        watch.through if watch else None,
        resistance=watch.resistance if watch else None,
        is_over=row.status not in UNDER_WAY,
        is_first=watch is None,
    )
    try:
        cycles = experiment_cycles(experiment) if rules else None
    except series.DamagedError:  # an alarm of its own says so
        return nothing_new
    if cycles is None or _is_unnumbered(experiment, cycles):
        return nothing_new
    through = _through(cycles, nothing_new.before)
    by_rule = cycle_judgements(experiment, cycles)
    broken: list[BrokenRule] = []
    for rule, judgement in zip(rules, by_rule.judgements, strict=True):
        is_late = watch is None and _came_later(rule, row.begun_at)
        since = through if is_late else nothing_new.before
        broken += _broken(experiment, cycles, rule, judgement, since)
    return replace(
        nothing_new,
        through=through,
        broken=broken,
        resistance=by_rule.resistances.to_json() if by_rule.resistances else nothing_new.resistance,
        running_cycle=int(cycles.table.number[-1]) if cycles.is_running else None,
        is_over=not cycles.is_running,
        by_number=cycles.table.numbering is Numbering.FILE,
    )


def _is_unnumbered(experiment: ExperimentSeries, cycles: ExperimentCycles) -> bool:
    """Whether cycles are told by current only because the profile's second has not begun yet."""
    if cycles.table.numbering is not Numbering.CURRENT or not cycles.is_running:
        return not len(cycles.table)
    if cycles.conventions.own.numbering is not None:
        return False
    return counts_cycles(experiment.database, experiment.id)


def _through(cycles: ExperimentCycles, before: int | None) -> int | None:
    """Return the number of the last cycle that is over."""
    number = cycles.table.number[: -1 if cycles.is_running else None]
    if not len(number):
        return before
    return max(int(number[-1]), -1 if before is None else before)


def _came_later(rule: RuleInForce, began_at: datetime | None) -> bool:
    """Whether a rule was chosen when its experiment ran already: what was before it is not said."""
    return rule.chosen_at is not None and began_at is not None and rule.chosen_at > began_at


def _broken(
    experiment: ExperimentSeries,
    cycles: ExperimentCycles,
    rule: RuleInForce,
    judgement: Judgement,
    before: int | None,
) -> list[BrokenRule]:
    number = cycles.table.number
    last = len(number) - (2 if cycles.is_running else 1)
    rows = [row for row in range(len(number)) if judgement.since[row] != NOT_BROKEN]
    return [
        BrokenRule(
            rule,
            int(number[row]),
            int(number[judgement.since[row]]),
            judgement.words(row),
            _end_of(experiment, cycles, int(number[row])),
            row == last,
        )
        for row in rows
        if before is None or number[row] > before
    ]


def _end_of(experiment: ExperimentSeries, cycles: ExperimentCycles, cycle: int) -> datetime:
    """Return when the last sample of a cycle was taken."""
    last = cycles.samples_of(cycle)[-1][1] - 1
    table = next(experiment.tables([], only=frozenset(), part=(last, last + 1)))
    return datetime.fromtimestamp(float(table.unix_s[-1]), UTC)


@idempotent
def _note(database: Database, experiment_id: int, look: Look) -> bool:
    """Raise the alarms, ask for a stop, note how far it was judged; all of it or nothing."""
    with database.write() as session:
        new: dict[str, Any] = {"through": None, "alarms": {}, "is_over": False}
        insert_missing(session, CycleWatch, [{"experiment_id": experiment_id, **new}])
        watch = session.get_one(CycleWatch, experiment_id, with_for_update=True)
        if watch.through != look.before or rules_in_force(session, experiment_id) != look.rules:
            return False  # another worker was faster, or somebody has chosen other rules
        experiment = require(session.get(Experiment, experiment_id), GONE)
        alarms = dict(watch.alarms)
        for one in look.broken:
            chosen = one.rule.chosen_at.isoformat() if one.rule.chosen_at else ""
            cycle, of = alarms.get(one.rule.key, (-1, chosen))
            if of == chosen and cycle >= one.since:
                continue  # it is broken since a cycle of which it was said
            alarms[one.rule.key] = [one.cycle, chosen]
            _say(session, experiment, one, look.running_cycle)
        watch.alarms, watch.through = alarms, look.through
        watch.resistance, watch.is_over = look.resistance, look.is_over
        return True


def _say(
    session: Session, experiment: Experiment, one: BrokenRule, running_cycle: int | None
) -> None:
    station = session.get_one(CyclerStation, experiment.station_id)
    stops = one.rule.stops and experiment.status in UNDER_WAY
    cannot = bool(stops and wattrex_units(session, [station.unit_id]))
    if one.rule.origin is not Origin.PROFILE:
        raise_alarm(
            session,
            key=f"cycle-{experiment.id}-{one.rule.key}-{one.cycle}",
            station_id=station.id,
            experiment_id=experiment.id,
            code=CODES[one.rule.rule.kind],
            text=_alarm_text(experiment, one, STOP_AT_STATION if cannot else ""),
            at=one.at,
        )
    if stops and not cannot:
        _stop(session, experiment, station, one, running_cycle)


def _alarm_text(experiment: Experiment, one: BrokenRule, more: str) -> str:
    text = f"Experiment {experiment.id}, cycle {one.cycle}: {one.words}"
    return f"{text}. {more}" if more else text


def _stop(
    session: Session,
    experiment: Experiment,
    station: CyclerStation,
    one: BrokenRule,
    running_cycle: int | None,
) -> None:
    """Ask for a stop as a user would, unless one is asked for already."""
    asked = select(Command.id).where(
        Command.experiment_id == experiment.id,
        Command.kind == StationCommand.STOP,
        Command.state.in_([CommandState.PENDING, CommandState.SENT]),
    )
    if session.scalar(asked.limit(1)) is not None:
        return
    when = f"at the end of cycle {one.cycle}"
    if not one.is_last:
        when = f"in cycle {running_cycle}, because of cycle {one.cycle}"
    add_command(
        session,
        StationCommand.STOP,
        unit_id=station.unit_id,
        station_id=station.id,
        experiment_id=experiment.id,
        reason=f"{when}: {one.words[:1].lower()}{one.words[1:]}",
        by=By(one.rule.words, WORKER, database_now(session)),
    )
