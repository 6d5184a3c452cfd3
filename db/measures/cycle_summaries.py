"""What is kept of an experiment's cycles until something changes: a few numbers, and columns.

The numbers are for tables and tiles, the columns of the cycle table for comparing cells.
"""

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, delete, func, select
from sqlalchemy.exc import IntegrityError

from cycling.analysis.campaign.cells import CellCycles, cell_cycles
from cycling.errors import NotFoundError, UnavailableError
from cycling.terms import UNDER_WAY
from db import series
from db.engine import Database
from db.measures.battery_life import renew_battery_of
from db.measures.cell_columns import pack_cell
from db.measures.cycle_resistances import cycle_resistances
from db.measures.cycles import ExperimentCycles, experiment_cycles
from db.measures.kept_cells import METHOD
from db.models import CycleColumns, CycleSummary, Experiment, SeriesHead, StationLive
from db.queries.experiments.cycles.summaries import KeptSummary
from db.series import ExperimentSeries

MAX_POINTS = 60  # of the small line of a tile
AT_A_TIME = 100

StationPlace = tuple[int | None, int]  # its cycle, and the id of its instruction


def summary_of(cycles: ExperimentCycles | None) -> KeptSummary:
    """Return the numbers that are kept, those above the table; of no measures no cycles."""
    if cycles is None:
        return KeptSummary(0)
    table, found = cycles.table, cycles.summary
    ageing = np.flatnonzero(table.is_ageing)
    if not len(ageing):
        return KeptSummary(found.cycles)
    last = int(ageing[-1])
    ce_pct = float(table.ce_pct[last])
    some = ageing[_evenly(len(ageing))]
    return KeptSummary(
        cycles=found.cycles,
        last_cycle=found.last_cycle,
        last_capacity_ah=found.last_capacity_ah,
        last_ce_pct=ce_pct if np.isfinite(ce_pct) else None,
        retention_pct=found.retention_pct,
        mean_ce_pct=found.mean_ce_pct,
        capacities_ah=tuple(float(f"{one:.6g}") for one in table.discharge.ah[some].tolist()),
    )


def measured_cell(
    experiment: ExperimentSeries, cycles: ExperimentCycles | None
) -> CellCycles | None:
    """Return the cycles of an open experiment as cells are compared; None: it has none.

    Samples are read around its pulses; where some of these are damaged it has no resistance.
    """
    if cycles is None or not len(cycles.table):
        return None
    try:
        resistance_ohm = cycle_resistances(experiment, cycles)
    except series.DamagedError:  # an alarm of its own says so
        resistance_ohm = None
    is_counted = cycles.steps.is_counted
    return cell_cycles(cycles.table, is_counted=is_counted, resistance_ohm=resistance_ohm)


def keep_summary(
    database: Database,
    experiment: ExperimentSeries,
    cycles: ExperimentCycles | None,
    cell: CellCycles | None,
) -> None:
    """Store numbers and columns of cycles, and what they make of the life of their battery.

    Where another process is faster, or locks them, not.
    """
    of = summary_of(cycles)
    row = CycleSummary(
        experiment_id=experiment.id,
        revision=experiment.head.revision,
        method=METHOD,
        is_running=cycles is not None and cycles.is_running,
        cycles=of.cycles,
        last_cycle=of.last_cycle,
        last_capacity_ah=of.last_capacity_ah,
        last_ce_pct=of.last_ce_pct,
        retention_pct=of.retention_pct,
        mean_ce_pct=of.mean_ce_pct,
        capacities_ah=list(of.capacities_ah),
    )
    try:
        with database.write() as session:
            for table in (CycleSummary, CycleColumns):
                session.execute(delete(table).where(table.experiment_id == experiment.id))
            session.add_all([row, *_columns(experiment.id, cell)])
            session.flush()
            renew_battery_of(session, experiment.id)
    except (IntegrityError, UnavailableError):
        return


def _columns(experiment_id: int, cell: CellCycles | None) -> list[CycleColumns]:
    if cell is None:
        return []
    return [
        CycleColumns(experiment_id=experiment_id, part=part, content=content)
        for part, content in pack_cell(cell).items()
    ]


def renew_summary(database: Database, experiment_id: int) -> bool:
    """Make the numbers of an experiment anew, unless they hold; return whether they were made.

    Where measures are damaged it has none. Raises series.BeingPreparedError while many measures of
    another program are being copied.
    """
    try:
        with series.opened(database, experiment_id) as experiment:
            if summary_holds(experiment):
                return False
            cycles, cell = _undamaged_cycles(experiment)
    except NotFoundError:  # deleted meanwhile
        return False
    keep_summary(database, experiment, cycles, cell)
    return True


def _undamaged_cycles(
    experiment: ExperimentSeries,
) -> tuple[ExperimentCycles | None, CellCycles | None]:
    try:
        cycles = experiment_cycles(experiment)
        return cycles, measured_cell(experiment, cycles)
    except series.DamagedError:
        return None, None


def summary_holds(experiment: ExperimentSeries) -> bool:
    """Whether the numbers that are kept of an open experiment are of these very measures."""
    session = experiment.database.session
    status = session.scalar(select(Experiment.status).where(Experiment.id == experiment.id))
    if status is None:
        return True  # deleted, measures may be left
    row = session.get(CycleSummary, experiment.id)
    if row is None or (row.revision, row.method) != (experiment.head.revision, METHOD):
        return False
    return row.is_running == (status in UNDER_WAY)


def outdated_summaries(database: Database) -> list[int]:
    """Return experiments whose numbers hold no more: of another rule, or as it still ran."""
    made = select(CycleSummary.experiment_id)
    changed: list[Select[int]] = [
        made.where(CycleSummary.method < METHOD),
        made.join(Experiment, Experiment.id == CycleSummary.experiment_id).where(
            CycleSummary.is_running.is_(True), Experiment.status.not_in(UNDER_WAY)
        ),
    ]
    with database.read() as session:
        found = [id_ for query in changed for id_ in session.scalars(query.limit(AT_A_TIME)).all()]
    return list(dict.fromkeys(found))


def running_places(database: Database) -> dict[int, StationPlace | None]:
    """Return where the stations of running experiments are; None of those that do not say it."""
    with database.read() as session:
        rows = session.execute(
            select(Experiment.id, StationLive.cycle, StationLive.instruction_id)
            .outerjoin(StationLive, StationLive.experiment_id == Experiment.id)
            .where(Experiment.status.in_(UNDER_WAY))
        ).all()
    return {
        row.id: None if row.instruction_id is None else (row.cycle, row.instruction_id)
        for row in rows
    }


def missing_summaries(database: Database, after: int) -> list[int]:
    """Return the newest experiments above a number that have measures and no numbers of cycles."""
    head = SeriesHead.experiment_id
    with database.read() as session:
        return list(
            session.scalars(
                select(head)
                .outerjoin(CycleSummary, CycleSummary.experiment_id == head)
                .where(head > after, CycleSummary.experiment_id.is_(None))
                .order_by(head.desc())
                .limit(AT_A_TIME)
            )
        )


def newest_series(database: Database) -> int:
    """Return the greatest number of an experiment with measures, 0 for none."""
    with database.read() as session:
        return session.scalar(select(func.max(SeriesHead.experiment_id))) or 0


def _evenly(count: int) -> NDArray[np.int64]:
    if not count:
        return np.empty(0, np.int64)
    return np.unique(np.linspace(0, count - 1, min(count, MAX_POINTS)).round().astype(np.int64))
