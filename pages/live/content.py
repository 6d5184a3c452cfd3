"""What the live view of a station shows: its present experiment, or the last one."""

from dataclasses import dataclass
from datetime import tzinfo

from dash import dcc, html

from components import formatting
from components.sent import Sent
from cycling.battery.description import NewBattery
from cycling.terms import ExperimentStatus, StationCommand, StationState
from db.engine import Database
from db.queries.experiments.durations import Durations, durations
from db.queries.profiles.compiled import CompiledProfile, compiled_profiles
from db.queries.stations.capabilities import guarded_battery
from db.queries.stations.overview import station_now
from db.queries.stations.run import RunFacts, is_force_end, run_facts
from db.queries.stations.state import ExperimentNow, StationNow
from db.terms import OverviewState
from pages.monitor.tile import no_measures_text
from pages.station import labels

OUTPUT_UNKNOWN = "Current may still be flowing: go to the station."
NOT_BEGUN = Durations(None, None, None)
NOTHING_RUN = RunFacts(last_id=-1, end_reason="", alarms=(), steps=())


@dataclass(frozen=True)
class LiveView:
    """A station, the experiment that its view shows, and what is known of its run.

    `battery` is the one of that experiment as it was described, `took` how long it took by now.
    """

    station: StationNow
    experiment: ExperimentNow | None
    compiled: CompiledProfile | None
    run: RunFacts
    battery: NewBattery | None = None
    watches_temperature: bool = False
    took: Durations = NOT_BEGUN

    @property
    def is_present(self) -> bool:
        """Whether the experiment is the one that the station works on."""
        return self.experiment is not None and self.experiment == self.station.experiment


def live_view(database: Database, station_id: int) -> LiveView:
    """Read what the view of a station shows. Raises NotFoundError."""
    return view_of(database, station_now(database, station_id))


def view_of(database: Database, station: StationNow) -> LiveView:
    """Read what belongs to the experiment that a station's view shows."""
    experiment = latest_experiment(station)
    if experiment is None:
        return LiveView(station, None, None, NOTHING_RUN)
    compiled = (
        station.compiled
        or compiled_profiles(database, {experiment.profile_id})[experiment.profile_id]
    )
    run = run_facts(database, experiment.id)
    guarded = guarded_battery(database, station.id, experiment.battery.id)
    took = durations(database, experiment, station.at, simulated=station.simulated)
    return LiveView(station, experiment, compiled, run, *guarded, took)


def latest_experiment(station: StationNow) -> ExperimentNow | None:
    """Return the experiment that a station's view shows: the present or the last one."""
    return station.experiment or station.last


def view_digest(station: StationNow) -> str:
    """Return a short text that changes with everything that the view says in words."""
    return labels.short_hash((labels.digest(station), bool(station.online), clock_is_off(station)))


def view_notes(view: LiveView, zone: tzinfo) -> list[labels.StatusNote]:
    """Return what must be said above the graph, the most urgent first."""
    station = view.station
    notes = labels.lasting_notes(station, zone)
    command = station.command
    if command is not None and labels.answer_is_news(station):
        notes.insert(0, labels.command_status(command, late=labels.is_late(station)))
    if station.deprecated:
        link = dcc.Link("Stations", href=f"/stations?station={station.id}")
        notes.append(
            labels.StatusNote("paused", "archive", ["This station was replaced or retired. ", link])
        )
    notes += _state_notes(view, zone)
    if station.lost_at is not None and view.is_present:
        notes.append(_gone_note(station))
    if clock_is_off(station) and station.clock_offset_s is not None:
        off = formatting.whole_duration(abs(station.clock_offset_s))
        which = "ahead" if station.clock_offset_s > 0 else "behind"
        words = f"The clock of this station is {off} {which}. Times in the graph are by that clock."
        notes.append(labels.StatusNote("paused", "clock", words))
    return notes


def clock_is_off(station: StationNow) -> bool:
    """Whether the unit's clock is off by more than people should be left to find out."""
    return abs(station.clock_offset_s or 0.0) > 5


def _state_notes(view: LiveView, zone: tzinfo) -> list[labels.StatusNote]:
    station, experiment = view.station, view.experiment
    if experiment is None:
        words = "Nothing has run on this station yet."
        return (
            []
            if station.state is OverviewState.HELD
            else [labels.StatusNote("idle", "circle", words)]
        )
    if view.is_present:
        nothing = station.live is not None and station.live.measured_at is None
        if nothing and station.lost_at is None:
            return [labels.StatusNote("queued", "hourglass-split", no_measures_text(station, zone))]
        return []
    link = dcc.Link("Open the experiment", href=f"/experiments/{experiment.id}")
    return [_ended_note(view, experiment, link, zone)]


def _gone_note(station: StationNow) -> labels.StatusNote:
    link = dcc.Link("its page on Stations", href=f"/stations?station={station.id}")
    words = ["If its unit is gone for good, the experiment can be given up: see ", link, "."]
    return labels.StatusNote("idle", "info-circle", words)


def _ended_note(
    view: LiveView, experiment: ExperimentNow, link: Sent, zone: tzinfo
) -> labels.StatusNote:
    ended = experiment.status is ExperimentStatus.ERROR
    at = (
        f" {labels.clock(experiment.finished_at, view.station.at, zone)}"
        if experiment.finished_at
        else ""
    )
    stopped = bool(view.run.end_reason) and not ended
    how = f" has ended in error{at}." if ended else f" has finished{at}."
    if stopped:
        how = f" has ended{at}."
    why = f" {labels.sentence(view.run.end_reason)}" if view.run.end_reason else ""
    now_words = " Nothing runs now. " if view.station.state is not OverviewState.OUT else " "
    if ended and (view.station.is_wattrex or is_force_end(experiment.end_reason)):  # nobody knows
        now_words = f" {OUTPUT_UNKNOWN} "
    words = [html.B(experiment.name), f"{how}{why}{now_words}", link]
    return labels.StatusNote(
        "error" if ended else "finished",
        "x-circle-fill" if ended else "stop-circle" if stopped else "check-circle",
        words,
    )


def why_not(view: LiveView, kind: StationCommand, *, able: bool) -> str:
    """Say why a station cannot be told something now; "" where it can. A stop is always sent."""
    station, live = view.station, view.station.live
    if station.is_wattrex:
        return f"WattRex cyclers take no pause or stop from here: go to {station.name}."
    state = live.state if live else StationState.IDLE
    if kind is StationCommand.STOP:
        is_idle = state is StationState.IDLE and station.lost_at is None
        return f"Nothing runs on {station.name}." if is_idle else ""
    if state not in (StationState.RUNNING, StationState.PAUSED):
        return f"Nothing runs on {station.name}."
    if not able:
        return f"The device of {station.name} cannot pause."
    if station.lost_at is not None or not station.online:
        return "No contact: the station would not hear it."
    return ""
