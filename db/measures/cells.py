"""The cycles of several experiments, to be compared: those that are kept, the others made anew."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from cycling.analysis.campaign.cells import CellCycles, cell_cycles
from cycling.errors import NotFoundError
from cycling.terms import UNDER_WAY
from db import series
from db.engine import Database
from db.measures.cell_columns import parts_of, unpack_cell
from db.measures.cycle_summaries import METHOD, keep_summary, summary_holds
from db.measures.cycles import experiment_cycles
from db.models import CycleColumns, CycleSummary, Experiment, SeriesHead

ADD_UP_S = 4.0  # after which no further experiment is added up for one answer


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


def cells(
    database: Database,
    ids: Sequence[int],
    names: Collection[str],
    *,
    elapsed_s: Callable[[], float] = lambda: 0.0,
) -> Cells:
    """Return the cycles of experiments with some metrics.

    What is not kept, or holds no more, is added up and kept; after ADD_UP_S by `elapsed_s` what is
    left is pending.
    """
    with database.read() as session:
        found = _kept(session, ids, names)
    for id_ in ids:
        if id_ in found.version:
            continue
        if elapsed_s() > ADD_UP_S:
            found.pending.append(id_)
        else:
            _add_up(database, id_, names, found)
    return found


def _kept(session: Session, ids: Sequence[int], names: Collection[str]) -> Cells:
    """Return what is kept and holds."""
    found = Cells()
    for id_, revision, is_running in session.execute(_holding(ids)):
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


def _holding(ids: Sequence[int]) -> Select[int, int, bool]:
    """Return a query of the experiments whose kept numbers are of their measures as they are."""
    is_under_way = Experiment.status.in_(UNDER_WAY)
    return (
        select(CycleSummary.experiment_id, CycleSummary.revision, CycleSummary.is_running)
        .join(Experiment, Experiment.id == CycleSummary.experiment_id)
        .outerjoin(SeriesHead, SeriesHead.experiment_id == CycleSummary.experiment_id)
        .where(
            CycleSummary.experiment_id.in_(list(ids)),
            CycleSummary.method == METHOD,
            func.coalesce(SeriesHead.revision, 0) == CycleSummary.revision,
            or_(
                and_(CycleSummary.is_running, is_under_way),
                and_(~CycleSummary.is_running, ~is_under_way),
            ),
        )
    )


def _add_up(database: Database, id_: int, names: Collection[str], found: Cells) -> None:
    try:
        with series.opened(database, id_) as experiment:
            is_kept = summary_holds(experiment)  # by now, or deleted
            cycles = experiment_cycles(experiment)
    except NotFoundError as error:
        found.why[id_] = str(error)
        return
    except series.DamagedError:
        found.why[id_] = "some of its measures are damaged"
        return
    except series.BeingPreparedError:
        found.pending.append(id_)
        return
    if not is_kept:
        keep_summary(database, experiment, cycles)
    is_running = cycles is not None and cycles.is_running
    found.version[id_] = (experiment.head.revision, is_running)
    if cycles is None or not len(cycles.table):
        found.why[id_] = "it has no cycles"
    else:
        is_counted = cycles.steps.is_counted
        found.cycles[id_] = cell_cycles(cycles.table, is_counted=is_counted, names=_all(names))


def _all(names: Collection[str]) -> list[str]:
    """Return metrics with those of the axes."""
    return sorted({*names, "equivalent_full_cycles", "throughput_ah", "days"})
