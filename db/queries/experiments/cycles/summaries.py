"""The kept numbers of experiments' cycles, for tables and tiles."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import CycleSummary


@dataclass(frozen=True)
class KeptSummary:
    """Numbers of an experiment's complete cycles; None where there is none.

    All but their count are of the main rate class after formation: of `last_cycle`, the last one,
    `mean_ce_pct` of the last ten. `capacities_ah` are some of their discharges, in their order.
    """

    cycles: int
    last_cycle: int | None = None
    last_capacity_ah: float | None = None
    last_ce_pct: float | None = None
    retention_pct: float | None = None
    mean_ce_pct: float | None = None
    capacities_ah: tuple[float, ...] = ()


def kept_summaries(session: Session, ids: Collection[int]) -> Mapping[int, KeptSummary]:
    """Return the numbers of experiments by their ids, of those that have some."""
    if not ids:
        return {}
    rows = session.scalars(select(CycleSummary).where(CycleSummary.experiment_id.in_(ids)))
    return {
        row.experiment_id: KeptSummary(
            cycles=row.cycles,
            last_cycle=row.last_cycle,
            last_capacity_ah=row.last_capacity_ah,
            last_ce_pct=row.last_ce_pct,
            retention_pct=row.retention_pct,
            mean_ce_pct=row.mean_ce_pct,
            capacities_ah=tuple(row.capacities_ah),
        )
        for row in rows
    }
