"""What occupies stations: what runs, waits and is held there, open alarms, newest commands."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from cycling.terms import NOT_ENDED, UNDER_WAY, ExperimentStatus, StationState
from db.facts import facts, grouped
from db.models import Battery, Command, Experiment, Plan, Profile, Run, StationAlarm, StationLive
from db.queries.stations.queue import REASON, is_held
from db.queries.stations.state import AlarmNow, BatteryName, CommandNow, ExperimentNow, HeldNow

Waiting = Sequence[tuple[int, str, ExperimentStatus]]


def waiting_experiments(session: Session, ids: Collection[int]) -> dict[int | None, Waiting]:
    """Return id, name and status of what waits and runs on stations, the oldest first."""
    rows = session.execute(
        select(Experiment.station_id, Experiment.id, Experiment.name, Experiment.status)
        .where(
            Experiment.status.in_(NOT_ENDED),
            Experiment.station_id.in_(ids),
        )
        .order_by(Experiment.created_at, Experiment.id)
    )
    return grouped((row[0], (row[1], row[2], row[3])) for row in rows)


def queued_names(waiting: Waiting) -> tuple[str, ...]:
    """Return the names of the experiments that are queued."""
    return tuple(name for _id, name, status in waiting if status is ExperimentStatus.QUEUED)


def present_id(live: StationLive | None, waiting: Waiting) -> int | None:
    """Return the experiment that a station works on; what the station says counts first."""
    if live is not None:
        return None if live.state is StationState.IDLE else live.experiment_id
    return next((id_ for id_, _name, status in reversed(waiting) if status in UNDER_WAY), None)


def present_status(waiting: Waiting) -> ExperimentStatus | None:
    """Return the status of the experiment that a station of which nothing is heard works on."""
    return next((status for *_, status in reversed(waiting) if status in UNDER_WAY), None)


def find_experiments(
    session: Session, ids: Collection[int | None]
) -> dict[int | None, ExperimentNow]:
    """Return experiments by their ids, with battery, profile and who queued them."""
    rows = session.execute(
        select(Experiment, Battery, Profile.name, Plan.user_name, Run.end_reason)
        .join(Battery, Battery.id == Experiment.battery_id)
        .join(Profile, Profile.id == Experiment.profile_id)
        .outerjoin(Plan, Plan.experiment_id == Experiment.id)
        .outerjoin(Run, Run.experiment_id == Experiment.id)
        .where(Experiment.id.in_(ids))
    )
    return {
        one.id: facts(
            ExperimentNow,
            one,
            profile=profile,
            battery=battery_name(battery),
            user_name=user_name or "",
            end_reason=end_reason or "",
        )
        for one, battery, profile, user_name, end_reason in rows
    }


def held_plans(session: Session, ids: Collection[int]) -> dict[int | None, Sequence[HeldNow]]:
    """Return what waits for a person on stations, in the order of their queues."""
    rows = session.execute(
        select(Plan, Battery)
        .outerjoin(Battery, Battery.id == Plan.battery_id)
        .where(is_held(), Plan.station_id.in_(ids))
        .order_by(Plan.position, Plan.id)
    )
    return grouped(
        (
            plan.station_id,
            HeldNow(
                id=plan.experiment_id,
                name=plan.name,
                battery=battery_name(battery) if battery else None,
                because=str(plan.detail.get(REASON) or ""),
                since=plan.state_since,
            ),
        )
        for plan, battery in rows
    )


def open_alarms(session: Session, ids: Collection[int]) -> dict[int | None, Sequence[AlarmNow]]:
    """Return the alarms of stations that nobody has acknowledged, the newest first."""
    rows = session.scalars(
        select(StationAlarm)
        .where(StationAlarm.station_id.in_(ids), StationAlarm.acknowledged_at.is_(None))
        .order_by(StationAlarm.at.desc(), StationAlarm.id.desc())
    )
    return grouped((one.station_id, AlarmNow(one.id, one.code, one.text, one.at)) for one in rows)


def find_commands(session: Session, ids: Collection[int]) -> dict[int | None, CommandNow]:
    """Return commands by their ids."""
    return {
        one.id: command_now(one)
        for one in session.scalars(select(Command).where(Command.id.in_(ids)))
    }


def command_now(command: Command) -> CommandNow:
    """Return what a command's row says."""
    return facts(CommandNow, command, answer=command.answer or "")


def battery_name(battery: Battery) -> BatteryName:
    """Return what a battery's row says of its name and range."""
    return facts(
        BatteryName,
        battery,
        voltage_v=(battery.voltage_min_mv / 1000, battery.voltage_max_mv / 1000),
        current_a=(battery.current_min_ma / 1000, battery.current_max_ma / 1000),
    )
