"""Which rules on cycles are in force: the laboratory's, an experiment's own, its profile's."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from cycling.analysis.cycles.rules import Rule, RuleKind
from cycling.terms import ENDED, UNDER_WAY
from db.engine import Database
from db.models import (
    CycleRule,
    CycleWatch,
    Experiment,
    Plan,
    ProfileDetail,
    StationLive,
)
from db.terms import END_TEST, RULE_OF

LABORATORY = 0  # in the place of an experiment's number


class Origin(StrEnum):
    """Where a rule comes from."""

    LABORATORY = "laboratory"
    EXPERIMENT = "experiment"
    PROFILE = "profile"


@dataclass(frozen=True)
class RuleInForce:
    """A rule, whose it is, and whether its experiment is stopped when it is broken.

    `user_name` and `chosen_at` are of who set it; a profile's END TEST has none.
    """

    rule: Rule
    origin: Origin
    stops: bool = False
    user_name: str = ""
    chosen_at: datetime | None = None

    @property
    def key(self) -> str:
        """What tells it from the others of its experiment."""
        return END_TEST if self.origin is Origin.PROFILE else self.rule.kind.value

    @property
    def words(self) -> str:
        """Say whose it is: "rule of ada"."""
        return END_TEST if self.origin is Origin.PROFILE else f"{RULE_OF}{self.user_name}"


@dataclass(frozen=True)
class OwnRule:
    """What somebody has chosen for an experiment, or for the laboratory; no `rule`: it is off."""

    rule: Rule | None
    stops: bool = False
    user_name: str = ""
    chosen_at: datetime | None = None


OwnRules = Mapping[RuleKind, OwnRule]


@dataclass(frozen=True)
class WatchedExperiment:
    """An experiment whose cycles are judged; where it was when its station was heard last."""

    experiment_id: int
    has_ended: bool
    cycle: int | None
    instruction_id: int | None


@dataclass(frozen=True)
class ExperimentRules:
    """The laboratory's rules, what was chosen for an experiment, and what is in force of both."""

    laboratory: OwnRules
    own: OwnRules
    in_force: Sequence[RuleInForce]


def laboratory_rules(database: Database) -> OwnRules:
    """Return the rules of all experiments that have none of their own."""
    with database.read() as session:
        return chosen_rules(session)


def experiment_rules(database: Database, experiment_id: int) -> ExperimentRules:
    """Return the rules of an experiment."""
    with database.read() as session:
        return ExperimentRules(
            chosen_rules(session),
            chosen_rules(session, experiment_id),
            rules_in_force(session, experiment_id),
        )


def chosen_rules(session: Session, experiment_id: int = LABORATORY) -> OwnRules:
    """Return what was chosen for an experiment, or the laboratory's rules, by kind."""
    rows = session.scalars(select(CycleRule).where(CycleRule.experiment_id == experiment_id))
    return {RuleKind(row.kind): _own(row) for row in rows}


def _own(row: CycleRule) -> OwnRule:
    rule = None if row.threshold is None else Rule(RuleKind(row.kind), row.threshold, row.cycles)
    return OwnRule(rule, row.stops, row.user_name, row.chosen_at)


def rules_in_force(session: Session, experiment_id: int) -> list[RuleInForce]:
    """Return the rules of an experiment: its own before the laboratory's, and END TEST."""
    laboratory = chosen_rules(session)
    own = chosen_rules(session, experiment_id)
    rules = [
        RuleInForce(
            one.rule,
            Origin.EXPERIMENT if kind in own else Origin.LABORATORY,
            one.stops,
            one.user_name,
            one.chosen_at,
        )
        for kind, one in {**laboratory, **own}.items()
        if one.rule is not None
    ]
    order = list(RuleKind)
    rules.sort(key=lambda one: order.index(one.rule.kind))
    return [*rules, *_end_test(session, experiment_id)]


def _end_test(session: Session, experiment_id: int) -> Iterable[RuleInForce]:
    """Return what END TEST says in the profile of an experiment, nothing where it does not."""
    begun = select(Experiment.profile_id).where(Experiment.id == experiment_id)
    planned = select(Plan.profile_id).where(Plan.experiment_id == experiment_id)
    profile_id = func.coalesce(begun.scalar_subquery(), planned.scalar_subquery())
    percent = session.scalar(
        select(ProfileDetail.end_below_pct).where(ProfileDetail.profile_id == profile_id)
    )
    if percent is None:
        return []
    return [RuleInForce(Rule(RuleKind.CAPACITY, percent), Origin.PROFILE, stops=True)]


def watched_experiments(database: Database) -> list[WatchedExperiment]:
    """Return the experiments whose cycles are to be judged: what runs, and what has just ended."""
    of_it = CycleRule.experiment_id.in_([LABORATORY, Experiment.id])
    has_rule = exists().where(of_it, CycleRule.threshold.is_not(None)).correlate(Experiment)
    with database.read() as session:
        running = session.execute(
            select(Experiment.id, StationLive.cycle, StationLive.instruction_id)
            .outerjoin(StationLive, StationLive.experiment_id == Experiment.id)
            .outerjoin(ProfileDetail, ProfileDetail.profile_id == Experiment.profile_id)
            .where(
                Experiment.status.in_(UNDER_WAY),
                or_(has_rule, ProfileDetail.end_below_pct.is_not(None)),
            )
            .order_by(Experiment.id)
        ).all()
        ended = session.scalars(
            select(CycleWatch.experiment_id)
            .outerjoin(Experiment, Experiment.id == CycleWatch.experiment_id)
            .where(
                CycleWatch.is_over.is_(False),
                or_(Experiment.id.is_(None), Experiment.status.in_(ENDED)),
            )
        ).all()
    return [
        *(WatchedExperiment(row.id, False, row.cycle, row.instruction_id) for row in running),
        *(WatchedExperiment(one, True, None, None) for one in ended),
    ]
