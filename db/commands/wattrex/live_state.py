"""What WattRex stations do, as the tables tell it: kept in bem_station_live like all others."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cycling.terms import StationState
from db.commands.alarms import ENDED_IN_ERROR, raise_alarm, was_raised
from db.commands.master_node import live_state
from db.commands.queue import hold_queue
from db.commands.queue.rows import become, by_master_node
from db.models import Experiment, ExperimentName, Plan, StationLive, WattrexUnit
from db.models.wattrex import STALLED
from db.queries.wattrex.runs import LastRow, WattrexStation, instruction_began_s, step_and_cycle
from db.terms import PlanState

BEGUN_ALL_THE_SAME = "begun all the same"
AGAIN = {
    PlanState.CANCELLED: "was cancelled",
    PlanState.HELD: "was held back",
}


@dataclass(frozen=True)
class Look:
    """What was found of a station: its run, the newest measure, and when that was noticed.

    `noticed_at` is by the database's clock, None while nothing new has come.
    """

    state: StationState
    run: Experiment | None
    last: LastRow | None
    noticed_at: datetime | None


def note(
    session: Session, row: StationLive, look: Look, *, seen_at: datetime, now: datetime
) -> None:
    """Write what a station does. Whether its output is on nobody tells."""
    if row.experiment_id != (look.run.id if look.run else None):
        row.measured_at = row.voltage_v = row.current_a = None
        row.instruction_id = row.instruction_began_s = None
        row.step = row.cycle = None
    lost_at = row.contact_lost_at
    report = _report(session, row, look)
    live_state.take_report(row, report, at=look.noticed_at or now, now=now)
    row.seen_at, row.contact_lost_at = seen_at, lost_at


def _report(session: Session, row: StationLive, look: Look) -> live_state.Report:
    run, last = look.run, look.last
    if run is None or last is None:
        return live_state.Report(look.state, experiment_id=run.id if run else None)
    began_s, step, cycle = row.instruction_began_s, row.step, row.cycle
    if last.instruction_id != row.instruction_id:
        began_s = instruction_began_s(session, run.id, last)
        step, cycle = step_and_cycle(session, run.profile_id, last.instruction_id)
    return live_state.Report(
        look.state,
        experiment_id=run.id,
        instruction_id=last.instruction_id,
        instruction_began_s=began_s,
        step=step,
        cycle=cycle,
        test_time_s=last.test_time_s,
        voltage_v=last.voltage_v if look.noticed_at else None,
        current_a=last.current_a if look.noticed_at else None,
    )


def note_contact(
    session: Session, row: StationLive, station: WattrexStation, *, silent: bool, now: datetime
) -> bool:
    """Note whether a station's unit is heard; True when contact has just been lost."""
    if not silent:
        row.contact_lost_at = None
        return False
    if row.contact_lost_at is not None:
        return False
    row.contact_lost_at = now
    if row.state is not StationState.IDLE:
        raise_alarm(
            session,
            key=f"contact-{station.id}-{station.heard_at.timestamp():.6f}",
            station_id=station.id,
            experiment_id=row.experiment_id,
            code="contact lost",
            text=f"No heartbeat of {station.host} since "
            f"{station.heard_at:%Y-%m-%d %H:%M:%S} UTC. The cycler of {station.name} goes on by "
            "itself: treat the cell as live. If the unit runs, restart its CU manager.",
            at=now,
        )
    return True


def note_measures_offset(session: Session, unit_id: int, offset_s: float) -> None:
    """Note how far the times of a unit's measures are ahead of the database's clock."""
    session.merge(WattrexUnit(unit_id=unit_id, measures_offset_s=round(offset_s, 1)))


def alarm_failed(session: Session, run: Experiment, now: datetime) -> None:
    """Alarm once for an experiment that has ended in error, and hold what waits behind it.

    The output may still be on, and the cycler would run what is queued by itself.
    """
    key = f"wattrex-error-{run.id}"
    if was_raised(session, key):
        return
    text = (
        f"Experiment {run.id} ({run.name}) has ended in error. On this station that does not "
        "mean that the output is off. Current may still be flowing: go to the station."
    )
    _alarm(session, run, key, ENDED_IN_ERROR, text, now)
    hold_queue(session, run.station_id, f"Experiment {run.id} ended in error here.", now=now)


def alarm_withdrawn(
    session: Session, run: Experiment, station: WattrexStation, plan: Plan, now: datetime
) -> None:
    """Alarm that a cycler runs what was taken back here: it had begun a moment before."""
    text = (
        f"Experiment {run.id} ({run.name}) {AGAIN[plan.state]}, but the "
        f"cycler of {station.name} had taken it: it runs. It cannot be stopped from here. If it "
        "must not run, go to the station."
    )
    _alarm(session, run, f"withdrawn-{run.id}", BEGUN_ALL_THE_SAME, text, now)
    reason = f"The cycler of {station.name} had taken it."
    by = by_master_node(now)
    # its row is there again
    become(session, plan, PlanState.QUEUED, by, reason, action="queue experiment")


def alarm_stalled(
    session: Session, run: Experiment, station: WattrexStation, through: int, now: datetime
) -> None:
    """Alarm once that the measures of a run have stopped coming though its unit is alive."""
    text = (
        f"No new measures of experiment {run.id} for a minute, and {station.host} is alive. "
        "The cell may be live. Restart the synchroniser (db_sync) there. If that does not help, an "
        f"administrator runs: bem wattrex repair {run.id}"
    )
    _alarm(session, run, f"stalled-{run.id}-{through}", STALLED, text, now)


def _alarm(
    session: Session, run: Experiment, key: str, code: str, text: str, now: datetime
) -> None:
    raise_alarm(
        session,
        key=key,
        station_id=run.station_id,
        experiment_id=run.id,
        code=code,
        text=text,
        at=now,
    )


def keep_names(session: Session) -> None:
    """Write back the names and descriptions that the synchroniser has overwritten."""
    names = session.scalars(
        select(ExperimentName)
        .join(Experiment, Experiment.id == ExperimentName.experiment_id)
        .where(
            (Experiment.name != ExperimentName.name)
            | (Experiment.description != ExperimentName.description)
        )
    )
    for one in names.all():
        session.execute(
            update(Experiment)
            .where(Experiment.id == one.experiment_id)
            .values(name=one.name, description=one.description)
            .execution_options(synchronize_session=False)
        )
