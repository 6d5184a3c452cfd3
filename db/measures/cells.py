"""The cycles of several experiments, to be compared: those that are kept, the others made anew."""

from collections.abc import Callable, Collection, Sequence

from cycling.errors import NotFoundError
from db import series
from db.engine import Database
from db.measures.cycle_summaries import keep_summary, measured_cell, summary_holds
from db.measures.cycles import experiment_cycles
from db.measures.kept_cells import Cells, kept_cells

ADD_UP_S = 4.0  # after which no further experiment is added up for one answer


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
        found = kept_cells(session, ids, names)
    for id_ in ids:
        if id_ in found.version:
            continue
        if elapsed_s() > ADD_UP_S:
            found.pending.append(id_)
        else:
            _add_up(database, id_, found)
    return found


def _add_up(database: Database, id_: int, found: Cells) -> None:
    try:
        with series.opened(database, id_) as experiment:
            is_kept = summary_holds(experiment)  # by now, or deleted
            cycles = experiment_cycles(experiment)
            cell = measured_cell(experiment, cycles)
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
        keep_summary(database, experiment, cycles, cell)
    is_running = cycles is not None and cycles.is_running
    found.version[id_] = (experiment.head.revision, is_running)
    if cell is None:
        found.why[id_] = "it has no cycles"
    else:
        found.cycles[id_] = cell
