"""How long the instructions of runs are expected to take, from the charge with which they began.

A compiled profile has times for the charge that is most likely; a run has measured its own. The
expected curve of an experiment goes by the same measure (`cycling.profile.simulation.run_start`).
What is computed never changes, so each process does it once for a run.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from threading import Lock
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Row, Select, and_, func, select
from sqlalchemy.orm import aliased

from cycling.battery.description import NewBattery
from cycling.profile.simulation.expected_curve import StepTimes, step_times
from cycling.profile.simulation.run_start import run_start
from db.engine import Database
from db.models import Experiment, GenericMeasure, ProfileDetail, ProfileVersion
from db.models.battery_rows import descriptions
from db.queries.profiles.compiled import CompiledProfile

PATIENCE_S = 0.5  # of a request for runs that are new to its process; others wait for the next one
MAX_RUNS = 5_000  # that a process keeps
SAME_S = 0.5


@dataclass(frozen=True)
class RunTimes:
    """By how many seconds the first instructions of a run take longer than the profile says.

    `whole_s` is what all of it is expected to take, None for what the profile says; `is_cut`: a
    safety limit is expected to end it then, before it is through.
    """

    more_s: tuple[float, ...] = ()
    whole_s: float | None = None
    is_cut: bool = False

    def more_at(self, place: int) -> float:
        """Return it for one instruction by its place in the profile."""
        return self.more_s[place] if place < len(self.more_s) else 0.0

    def more_before(self, place: int) -> float:
        """Return the sum for all before a place."""
        return sum(islice(self.more_s, place))

    def more_after(self, place: int) -> float:
        """Return the sum for all after a place."""
        return sum(islice(self.more_s, place + 1, None))


AS_THE_PROFILE = RunTimes()

_KEPT: WeakKeyDictionary[Engine, dict[int, RunTimes]] = WeakKeyDictionary()
_LOCK = Lock()


def run_times(
    database: Database,
    profiles: Mapping[int, CompiledProfile],
    clock: Callable[[], float] = monotonic,
) -> dict[int, RunTimes]:
    """Return the times of runs by their numbers; `profiles` are what these runs carry out.

    Few statements for any number. Left out is a run whose charge is not measured yet, or that
    waits until others are computed.
    """
    with _LOCK:
        kept = _KEPT.setdefault(database.engine, {})
        times = {id_: kept[id_] for id_ in profiles if id_ in kept}
    charged = {id_ for id_, one in profiles.items() if _depends_on_charge(one)}
    times |= dict.fromkeys(profiles.keys() - charged, AS_THE_PROFILE)
    if missing := profiles.keys() - times.keys():
        computed = _computed(database, {id_: profiles[id_] for id_ in missing}, clock)
        times |= computed
        with _LOCK:
            kept.update(computed)
            for id_ in list(islice(kept, max(0, len(kept) - MAX_RUNS))):
                kept.pop(id_)
    return times


def _depends_on_charge(compiled: CompiledProfile) -> bool:
    return bool(compiled.rows) and not compiled.is_exact_from(0)


def _computed(
    database: Database, profiles: Mapping[int, CompiledProfile], clock: Callable[[], float]
) -> dict[int, RunTimes]:
    with database.read() as session:
        rows = session.execute(_first_measures().where(Experiment.id.in_(profiles))).all()
        begun = [row for row in rows if row.voltage_mv is not None]
        batteries = descriptions(session, {row.battery_id for row in begun}) if begun else {}
    times = dict.fromkeys(profiles.keys() - {row.id for row in rows}, AS_THE_PROFILE)
    until = clock() + PATIENCE_S
    for row in begun:
        times[row.id] = _simulated(row, batteries.get(row.battery_id), profiles[row.id])
        if clock() > until:
            break
    return times


def _first_measures() -> Select[*tuple[Any, ...]]:
    """Select what a run of a profile with a text began with; it may have no measure yet."""
    first, of_it = aliased(GenericMeasure), aliased(GenericMeasure)
    least = select(func.min(of_it.id)).where(of_it.experiment_id == Experiment.id)
    is_first = first.id == least.correlate(Experiment).scalar_subquery()
    return (
        select(
            Experiment.id,
            Experiment.battery_id,
            ProfileVersion.text,
            ProfileDetail.capacity_ah,
            first.voltage_mv,
            first.current_ma,
        )
        .join(ProfileDetail, ProfileDetail.profile_id == Experiment.profile_id)
        .join(ProfileVersion, ProfileVersion.id == ProfileDetail.version_id)
        .outerjoin(first, and_(first.experiment_id == Experiment.id, is_first))
    )


def _simulated(
    row: Row[*tuple[Any, ...]], battery: NewBattery | None, compiled: CompiledProfile
) -> RunTimes:
    if battery is None:
        return AS_THE_PROFILE
    current_a = (row.current_ma or 0.0) / 1000
    start = run_start(row.text, battery, row.capacity_ah, row.voltage_mv / 1000, current_a)
    if start is None or start.program.instruction_count != len(compiled.rows):
        return AS_THE_PROFILE
    return of_steps(compiled, step_times(start.program, start.model, start.state))


def of_steps(compiled: CompiledProfile, own: StepTimes) -> RunTimes:
    """Return how the times of a run's steps, by their numbers from 1, differ from the profile's.

    What ends by its time alone takes that, whatever the charge.
    """
    more_s = [0.0] * len(compiled.rows)
    last = 0
    for place, row in enumerate(compiled.rows):
        own_s = own.by_step.get(place + 1)
        if row.is_exact or row.expected_s is None or own_s is None:
            continue
        more_s[place] = own_s - row.expected_s
        if abs(more_s[place]) >= SAME_S:
            last = place + 1
    is_cut = own.total_s is not None and len(own.by_step) < len(compiled.rows)
    return RunTimes(tuple(more_s[:last]), own.total_s, is_cut)
