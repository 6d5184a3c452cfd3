"""What the rules in force say of the cycles of an experiment."""

from collections.abc import Sequence
from dataclasses import dataclass

from cycling.analysis.cycles.rules import Judgement, RuleKind, judgements
from db.measures.cycle_pulses import Resistances, resistances
from db.measures.cycles import ExperimentCycles
from db.models import CycleWatch
from db.queries.experiments.cycles.rules import RuleInForce, rules_in_force
from db.series import ExperimentSeries


@dataclass(frozen=True)
class CycleJudgements:
    """Rules and what each says; `resistances` of the pulses, None where no rule asks for them."""

    rules: Sequence[RuleInForce]
    judgements: Sequence[Judgement]
    resistances: Resistances | None


def cycle_judgements(experiment: ExperimentSeries, cycles: ExperimentCycles) -> CycleJudgements:
    """Return what the rules in force say of the cycles of an experiment that is open.

    Samples are read only of cycles with pulses that were not read before.
    """
    session = experiment.database.session
    rules = rules_in_force(session, experiment.id)
    resistance = None
    if any(one.rule.kind is RuleKind.RESISTANCE for one in rules):
        watch = session.get(CycleWatch, experiment.id)
        known = Resistances.of_json(watch.resistance if watch else None)
        resistance = resistances(experiment, cycles, known)
    each = judgements(
        cycles.table,
        [one.rule for one in rules],
        is_running=cycles.is_running,
        resistance_pct=resistance.percent(cycles.table.number) if resistance else None,
    )
    return CycleJudgements(rules, each, resistance)
