"""Choosing rules on cycles: for an experiment, or for the laboratory."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from cycling.analysis.cycles.rules import Rule, RuleKind, problem_of
from cycling.errors import ConflictError, InputError
from cycling.terms import ENDED
from db.commands import audit
from db.commands.audit import By
from db.commands.wattrex.units import wattrex_units
from db.engine import Database
from db.models import CyclerStation, CycleRule, CycleWatch, Experiment, Plan, StationLive
from db.queries.experiments.cycles.rules import LABORATORY, OwnRule, OwnRules, chosen_rules
from db.queries.experiments.deletion import existing_or_planned
from db.queries.profiles.compiled import counts_cycles
from db.repeating import repeated
from db.statements import insert_missing
from db.terms import PlanState

OFF, OF_LABORATORY = "off", "the laboratory's"
NO_STOP_ON_WATTREX = (
    "WattRex cyclers take no stop from here. Choose only the alarm, and stop it at the station."
)


@repeated
def choose_laboratory_rules(database: Database, rules: Mapping[RuleKind, Rule], *, by: By) -> None:
    """Set the rules of all experiments that have none of their own; a kind without one is off.

    The same again changes nothing. Raises InputError for what cannot be.
    """
    chosen = {kind: OwnRule(rules.get(kind)) for kind in RuleKind}
    _check(chosen)
    with database.write() as session:
        off = [_row(LABORATORY, kind, OwnRule(None), by) for kind in rules]
        insert_missing(session, CycleRule, off)  # rows to wait at: two may do this at once
        before = {kind: OwnRule(None) for kind in RuleKind} | dict(chosen_rules(session))
        changes = {kind: one for kind, one in chosen.items() if one.rule != before[kind].rule}
        for kind, one in changes.items():
            values = _row(LABORATORY, kind, one, by)
            session.execute(update(CycleRule).where(*_is(LABORATORY, kind)).values(**values))
        _record(session, by, "choose laboratory's rules", "laboratory", before, changes)


@repeated
def choose_rules(database: Database, experiment_id: int, own: OwnRules, *, by: By) -> None:
    """Set what an experiment has in the place of the laboratory's rules; without a kind: those.

    It may be held or queued still. The same again changes nothing. Raises InputError for what
    cannot be, NotFoundError, and ConflictError for one that never begins and for a stop where
    there is nothing that could be stopped from here.
    """
    _check(own)
    is_counted = counts_cycles(database, experiment_id)
    with database.write() as session:
        experiment = existing_or_planned(session, experiment_id, lock=True)
        if isinstance(experiment, Plan):
            _check_begins(experiment)
        if any(one.stops for one in own.values()):
            _check_stop(session, experiment)
        before = chosen_rules(session, experiment_id)
        changes = {kind: own.get(kind) for kind in RuleKind if _differs(before, own, kind)}
        for kind, one in changes.items():
            session.execute(delete(CycleRule).where(*_is(experiment_id, kind)))
            if one is not None:
                session.add(CycleRule(**_row(experiment_id, kind, one, by)))
        if is_counted:
            _begin_watch(session, experiment_id)
        _record(session, by, "choose rules", f"experiment {experiment_id}", before, changes)


def _check(chosen: OwnRules) -> None:
    for one in chosen.values():
        if one.rule is not None and (problem := problem_of(one.rule)):
            raise InputError(problem)


def _check_begins(plan: Plan) -> None:
    if plan.state is PlanState.DRAFT:
        raise ConflictError(f"Experiment {plan.experiment_id} is a draft. Queue it first.")
    if plan.state is PlanState.CANCELLED:
        raise ConflictError(
            f"Experiment {plan.experiment_id} was cancelled: it has no cycles to judge."
        )


def _check_stop(session: Session, experiment: Experiment | Plan) -> None:
    if isinstance(experiment, Experiment) and experiment.status in ENDED:
        raise ConflictError(
            f"Experiment {experiment.id} has ended: nothing is left to stop. Choose only the alarm."
        )
    station = session.get_one(CyclerStation, experiment.station_id)
    if wattrex_units(session, [station.unit_id]):
        raise ConflictError(NO_STOP_ON_WATTREX)


def _begin_watch(session: Session, experiment_id: int) -> None:
    """Note which cycle runs now: rules that are chosen meanwhile are for it and those after it."""
    live = select(StationLive.cycle).where(StationLive.experiment_id == experiment_id)
    cycle = session.scalar(live.limit(1))
    if cycle:
        new = {"experiment_id": experiment_id, "through": cycle - 1, "alarms": {}, "is_over": False}
        insert_missing(session, CycleWatch, [new])


def _differs(before: OwnRules, own: OwnRules, kind: RuleKind) -> bool:
    one, other = before.get(kind), own.get(kind)
    if one is None or other is None:
        return one is not other
    return (one.rule, one.stops) != (other.rule, other.stops)


def _is(experiment_id: int, kind: RuleKind) -> tuple[ColumnElement[bool], ...]:
    return CycleRule.experiment_id == experiment_id, CycleRule.kind == kind.value


def _row(experiment_id: int, kind: RuleKind, one: OwnRule, by: By) -> dict[str, object]:
    return {
        "experiment_id": experiment_id,
        "kind": kind.value,
        "threshold": one.rule.threshold if one.rule else None,
        "cycles": one.rule.cycles if one.rule else 1,
        "stops": one.stops and one.rule is not None,
        "user_name": by.user_name[:60],
        "chosen_at": by.now,
    }


def _record(
    session: Session,
    by: By,
    action: str,
    target: str,
    before: OwnRules,
    changes: Mapping[RuleKind, OwnRule | None],
) -> None:
    if changes:
        detail = {
            kind.value: [_words(before.get(kind)), _words(one)] for kind, one in changes.items()
        }
        audit.record(session, by, action, target, detail)


def _words(one: OwnRule | None) -> str:
    """Return a choice as the audit trail says it."""
    if one is None:
        return OF_LABORATORY
    if one.rule is None:
        return OFF
    return f"{one.rule.words}, then it is stopped" if one.stops else one.rule.words
