"""What is known of stations at this moment, and the state that stands on their tiles."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from cycling.terms import ExperimentStatus, StationCommand, StationState
from db.models import StationLive
from db.queries.experiments.cycles.summaries import KeptSummary
from db.queries.profiles.compiled import CompiledProfile
from db.queries.profiles.run_times import AS_THE_PROFILE, RunTimes
from db.terms import CommandState, OverviewState

SILENT = timedelta(seconds=30)  # nobody has written what a station does for so long
LOST_CONTACT = "contact lost"  # code of the alarm
UNDER_WAY = (OverviewState.RUNNING, OverviewState.PAUSED, OverviewState.LOST)


@dataclass(frozen=True)
class BatteryName:
    """A battery and its own range, in V and A."""

    id: int
    name: str
    serial_number: str
    voltage_v: tuple[float, float]
    current_a: tuple[float, float]

    @property
    def most_current_a(self) -> float:
        """The largest current that it may carry either way."""
        return max(abs(end) for end in self.current_a)


@dataclass(frozen=True)
class ExperimentNow:
    """An experiment of a station; `user_name` is who queued it, "" where that is not known.

    `end_reason` says why it ended before its profile did, or is "".
    """

    id: int
    name: str
    status: ExperimentStatus
    created_at: datetime
    begun_at: datetime | None
    finished_at: datetime | None
    profile_id: int
    profile: str
    battery: BatteryName
    user_name: str
    end_reason: str = ""


@dataclass(frozen=True)
class LiveFacts:
    """What a station was last heard to do: V, A, degC, s; None where it has not said.

    `measured_at` is corrected by what is known of the unit's clock.
    """

    state: StationState
    state_since: datetime
    detail: str
    seen_at: datetime
    contact_lost_at: datetime | None
    output_on: bool | None
    experiment_id: int | None
    instruction_id: int | None
    instruction_began_s: float | None
    cycle: int | None
    test_time_s: float | None
    measured_at: datetime | None
    voltage_v: float | None
    current_a: float | None
    temperature_degc: float | None


@dataclass(frozen=True)
class AlarmNow:
    """An alarm that nobody has acknowledged."""

    id: int
    code: str
    text: str
    at: datetime


@dataclass(frozen=True)
class HeldNow:
    """An experiment that waits for a person; its battery is None in a damaged plan."""

    id: int
    name: str
    battery: BatteryName | None
    because: str
    since: datetime


@dataclass(frozen=True)
class CommandNow:
    """The newest command to a station."""

    id: int
    kind: StationCommand
    state: CommandState
    experiment_id: int | None
    reason: str
    user_name: str
    created_at: datetime
    answered_at: datetime | None
    answer: str
    output_off: bool | None
    sent_at: datetime | None = None


@dataclass(frozen=True)
class OutFacts:
    """Why and since when a station takes no experiments."""

    reason: str
    user_name: str
    since: datetime


@dataclass(frozen=True)
class StationNow:
    """One station with everything that its tile says.

    `at` is the time of the reading by the database's clock. `lost_at` is the time of the last
    contact while there is none. `speed` is that of a simulated station's clock, 1 for a real one.
    `clock_offset_s` is how far the unit's clock is ahead. `online` is None on WattRex stations.
    `compiled` is that of the present experiment's profile, `times` how long that is expected to
    take from the charge with which it began; None until that is measured.
    """

    id: int
    at: datetime
    name: str
    unit_id: int
    state: OverviewState
    simulated: bool
    speed: float
    online: bool | None
    clock_offset_s: float | None
    lost_at: datetime | None
    live: LiveFacts | None
    experiment: ExperimentNow | None
    compiled: CompiledProfile | None
    last: ExperimentNow | None
    confirmed: BatteryName | None
    out: OutFacts | None
    alarms: tuple[AlarmNow, ...]
    held: tuple[HeldNow, ...]
    queue: tuple[str, ...]
    command: CommandNow | None
    deprecated: bool = False  # replaced or retired: nothing is heard of it any more
    beneath: OverviewState | None = None  # what it does while an alarm stands first
    times: RunTimes | None = AS_THE_PROFILE
    cycles: KeptSummary | None = None  # of the present experiment, where one is complete

    @property
    def is_wattrex(self) -> bool:
        """Whether a WattRex cycler runs it: by itself, out of reach of commands from here."""
        return self.online is None

    @property
    def states(self) -> frozenset[OverviewState]:
        """What it is found under: its state, that beneath an alarm, held with a held experiment."""
        beneath = {self.beneath} if self.beneath else set()
        held = {OverviewState.HELD} if self.held else set()
        return frozenset({self.state, *beneath, *held})


@dataclass(frozen=True)
class AboutStation:
    """What is told of a station beside what it does now."""

    now: StationNow

    @property
    def id(self) -> int:
        """Its CSID."""
        return self.now.id

    @property
    def name(self) -> str:
        """Its name."""
        return self.now.name


@dataclass(frozen=True)
class LabNow:
    """What every page says of the laboratory: open alarms, and when the master node was heard.

    `trouble` is a sentence about a master node that has no broker or cannot store.
    """

    open_alarms: int
    master_seen_at: datetime | None
    trouble: str
    at: datetime


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
