"""The state that stands on a station's tile and in the list of stations."""

from collections.abc import Collection
from datetime import datetime, timedelta

from cycling.terms import ExperimentStatus, StationState
from db.models import StationLive
from db.terms import OverviewState

SILENT = timedelta(seconds=30)  # nobody has written what a station does for so long
LOST_CONTACT = "contact lost"  # code of the alarm
UNDER_WAY = (OverviewState.RUNNING, OverviewState.PAUSED, OverviewState.LOST)


def overview_state(
    live: StationState | None,
    present: ExperimentStatus | None,
    *,
    lost: bool,
    alarm_codes: Collection[str],
    waits: bool,
    out: bool,
) -> OverviewState:
    """Return the state that a tile shows: the one that needs somebody most.

    `live` is what the station says of itself, `present` the status of its present experiment.
    """
    if any(code != LOST_CONTACT for code in alarm_codes):
        return OverviewState.ALARM
    if lost:
        return OverviewState.LOST
    if alarm_codes or live is StationState.ERROR:
        return OverviewState.ALARM
    if live is not None and live is not StationState.IDLE:
        return OverviewState.PAUSED if live is StationState.PAUSED else OverviewState.RUNNING
    if present is not None:
        is_paused = present is ExperimentStatus.PAUSED
        return OverviewState.PAUSED if is_paused else OverviewState.RUNNING
    if out:
        return OverviewState.OUT
    return OverviewState.HELD if waits else OverviewState.IDLE


def with_beneath(
    live: StationState | None,
    present: ExperimentStatus | None,
    *,
    alarm_codes: Collection[str],
    **conditions: bool,
) -> tuple[OverviewState, OverviewState | None]:
    """Return the state, and what the station does while an alarm stands first, else None."""
    state = overview_state(live, present, alarm_codes=alarm_codes, **conditions)
    beneath = overview_state(live, present, alarm_codes=(), **conditions)
    return state, beneath if state is OverviewState.ALARM and beneath in UNDER_WAY else None


def lost_since(live: StationLive | None, now: datetime) -> datetime | None:
    """Return when a silent station was last heard, None of one that is heard.

    The master node marks it; while no master node lives, nobody marks anything.
    """
    if live is None:
        return None
    if live.contact_lost_at is not None or now - live.seen_at > SILENT:
        return live.seen_at
    return None
