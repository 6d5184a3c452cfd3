"""The cycles of experiments as they are kept: columns of cycle tables, as long as they hold."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from cycling.analysis.campaign.cells import CellCycles
from cycling.terms import UNDER_WAY
from db.measures.cell_columns import parts_of, unpack_cell
from db.models import CycleColumns, CycleSummary, Experiment, SeriesHead

METHOD = 4  # raise it whenever the same measures would give another result


@dataclass
class Cells:
    """Cycles of experiments by their ids; `why` says of the others what is missing.

    `pending` are those that are not added up yet. `version` changes with what is compared: the
    revision of the measures, and whether more may come.
    """

    cycles: dict[int, CellCycles] = field(default_factory=dict)
    why: dict[int, str] = field(default_factory=dict)
    pending: list[int] = field(default_factory=list)
    version: dict[int, tuple[int, bool]] = field(default_factory=dict)


def kept_cells(
    session: Session, ids: Sequence[int], names: Collection[str], *, running_as_kept: bool = False
) -> Cells:
    """Return what is kept and holds.

    With `running_as_kept` of what runs also what was kept before its newest measures.
    """
    found = Cells()
    for id_, revision, is_running in session.execute(_holding(ids, running_as_kept)):
        found.version[id_] = (revision, is_running)
    parts: dict[int, dict[str, bytes]] = defaultdict(dict)
    rows = session.execute(
        select(CycleColumns.experiment_id, CycleColumns.part, CycleColumns.content).where(
            CycleColumns.experiment_id.in_(list(found.version)),
            CycleColumns.part.in_(sorted(parts_of(names))),
        )
    )
    for id_, part, content in rows:
        parts[id_][part] = content
    for id_ in found.version:
        if id_ in parts:
            found.cycles[id_] = unpack_cell(parts[id_], names)
        else:
            found.why[id_] = "it has no cycles"
    return found


def _holding(ids: Sequence[int], running_as_kept: bool) -> Select[int, int, bool]:
    """Return a query of the experiments whose kept numbers are of their measures as they are."""
    is_under_way = Experiment.status.in_(UNDER_WAY)
    is_of_measures: ColumnElement[bool] = (
        func.coalesce(SeriesHead.revision, 0) == CycleSummary.revision
    )
    if running_as_kept:
        is_of_measures = or_(is_of_measures, is_under_way)
    return (
        select(CycleSummary.experiment_id, CycleSummary.revision, CycleSummary.is_running)
        .join(Experiment, Experiment.id == CycleSummary.experiment_id)
        .outerjoin(SeriesHead, SeriesHead.experiment_id == CycleSummary.experiment_id)
        .where(
            CycleSummary.experiment_id.in_(list(ids)),
            CycleSummary.method == METHOD,
            is_of_measures,
            or_(
                and_(CycleSummary.is_running, is_under_way),
                and_(~CycleSummary.is_running, ~is_under_way),
            ),
        )
    )
