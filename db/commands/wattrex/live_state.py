"""What WattRex stations do, as the tables tell it: kept in bem_station_live like all others."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cycling.terms import StationState
from db.commands.alarms import raise_alarm
from db.commands.master_node import live_state
from db.models import Experiment, ExperimentName, StationLive, WattrexUnit
from db.models.wattrex import STALLED
from db.queries.wattrex.runs import (
    LastRow,
    WattrexRun,
    WattrexStation,
    instruction_began_s,
    step_and_cycle,
)
from db.terms import PlanState

FAILED = "ended in error"
BEGUN_ALL_THE_SAME = "begun all the same"
AGAIN = {
    PlanState.CANCELLED: "was cancelled",
    PlanState.HELD: "was held back",
    PlanState.QUEUED: "was held back and is queued anew",
}


@dataclass(frozen=True)
class Look:
    """What was found of a station: its run, the newest measure, and when that was noticed.

    `noticed_at` is by the database's clock, None while nothing new has come.
    """

    state: StationState
    run: WattrexRun | None
    last: LastRow | None
    noticed_at: datetime | None


def note(
    session: Session, row: StationLive, look: Look, *, seen_at: datetime, now: datetime
) -> None:
    """Write what a station does. Whether its output is on nobody tells."""
    run, last = look.run, look.last
    run_id = run.id if run else None
    if row.experiment_id != run_id:
        row.measured_at = row.voltage_v = row.current_a = None
        row.instruction_id = row.instruction_began_s = None
        row.step = row.cycle = None
    began_s, step, cycle = row.instruction_began_s, row.step, row.cycle
    if run is not None and last is not None and last.instruction_id != row.instruction_id:
        began_s = instruction_began_s(session, run.id, last)
        step, cycle = step_and_cycle(session, run.profile_id, last.instruction_id)
    known = run is not None and last is not None
    came = look.noticed_at if known else None
    said = live_state.Report(
        state=look.state,
        output_on=None,
        experiment_id=run_id,
        instruction_id=last.instruction_id if known and last else None,
        instruction_began_s=began_s if known else None,
        step=step if known else None,
        cycle=cycle if known else None,
        test_time_s=last.test_time_s if known and last else None,
        voltage_v=last.voltage_v if came and last else None,
        current_a=last.current_a if came and last else None,
        temperature_degc=None,
        pending=0,
        detail="",
    )
    lost_at = row.contact_lost_at
    live_state.report(row, said, at=came or now, now=now)
    row.seen_at, row.contact_lost_at = seen_at, lost_at


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
            mark=f"contact-{station.id}-{station.heard_at.timestamp():.6f}",
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
    row = session.get(WattrexUnit, unit_id) or WattrexUnit(unit_id=unit_id)
    row.measures_offset_s = round(offset_s, 1)
    session.add(row)


def alarm_failed(session: Session, run: WattrexRun, now: datetime) -> None:
    """Alarm once for an experiment that has ended in error: the output may still be on."""
    raise_alarm(
        session,
        mark=f"wattrex-error-{run.id}",
        station_id=run.station_id,
        experiment_id=run.id,
        code=FAILED,
        text=f"Experiment {run.id} ({run.name}) has ended in error. On this station that does not "
        "mean that the output is off. Current may still be flowing: go to the station.",
        at=now,
    )


def alarm_withdrawn(
    session: Session, run: WattrexRun, station: WattrexStation, plan: PlanState, now: datetime
) -> None:
    """Alarm once that a cycler runs what was taken back here: it had begun a moment before."""
    raise_alarm(
        session,
        mark=f"withdrawn-{run.id}",
        station_id=station.id,
        experiment_id=run.id,
        code=BEGUN_ALL_THE_SAME,
        text=f"Experiment {run.id} ({run.name}) {AGAIN.get(plan, 'was taken back')}, but the "
        f"cycler of {station.name} had taken it: it runs. It cannot be stopped from here. If it "
        "must not run, go to the station.",
        at=now,
    )


def alarm_stalled(
    session: Session, run: WattrexRun, station: WattrexStation, through: int, now: datetime
) -> None:
    """Alarm once that the measures of a run have stopped coming though its unit is alive."""
    raise_alarm(
        session,
        mark=f"stalled-{run.id}-{through}",
        station_id=station.id,
        experiment_id=run.id,
        code=STALLED,
        text=f"No new measures of experiment {run.id} for a minute, and {station.host} is alive. "
        "The cell may be live. Restart the synchroniser (db_sync) there. If that does not help, an "
        f"administrator runs: bem wattrex repair {run.id}",
        at=now,
    )


def keep_names(session: Session) -> None:
    """Write back the names and descriptions that the synchroniser has overwritten."""
    kept = session.execute(
        select(ExperimentName)
        .join(Experiment, Experiment.id == ExperimentName.experiment_id)
        .where(
            (Experiment.name != ExperimentName.name)
            | (Experiment.description != ExperimentName.description)
        )
    ).scalars()
    for one in kept.all():
        session.execute(
            update(Experiment)
            .where(Experiment.id == one.experiment_id)
            .values(name=one.name, description=one.description)
            .execution_options(synchronize_session=False)
        )
