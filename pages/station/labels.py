"""What is said about a station, on its tile and in its live view."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from hashlib import blake2s
from typing import Any

from dash import html

from components import formatting
from components.blocks import icon
from components.status import ended_reason
from cycling.terms import ExperimentStatus, StationCommand, StationState
from db.queries.stations.run import is_force_end
from db.queries.stations.state import (
    LOST_CONTACT,
    AlarmNow,
    CommandNow,
    ExperimentNow,
    HeldNow,
    LiveFacts,
    StationNow,
)
from db.terms import CommandState, OverviewState
from pages.station.progress import progress

UNCONFIRMED = "Not confirmed. Treat the cell as live."
GIVEN_UP = "Its last experiment was given up. Treat the cell as live."
MAY_RUN = "An experiment may have begun since. Treat the cell as live."
CONFIRMED_WITHIN = timedelta(seconds=10)
SAID_FOR = timedelta(minutes=2)  # the answer to a command is shown so long
MEASURES_GO_ON = timedelta(seconds=10)
COMMANDS = {  # what was asked, what was done
    StationCommand.STOP: ("Stop", "Stopped"),
    StationCommand.PAUSE: ("Pause", "Paused"),
    StationCommand.RESUME: ("Resume", "Resumed"),
    StationCommand.DETECT: ("Detect devices", "Detected"),
    StationCommand.LAUNCH: ("Launch cycler", "Launched"),
}
SWITCHES_OFF = (StationCommand.STOP, StationCommand.PAUSE)
BRINGS_ABOUT = {
    StationCommand.PAUSE: StationState.PAUSED,
    StationCommand.RESUME: StationState.RUNNING,
}


@dataclass(frozen=True)
class StatusNote:
    """A sentence on a ground: the colour of a status, an icon, words."""

    kind: str
    icon: str
    words: Any


def digest(station: StationNow) -> str:
    """Return a short text that changes with everything that is said in words about a station.

    Not with measures and times, which scripts in the browser bring up to date.
    """
    live = station.live
    live_fields = (
        live and live.state,
        live and live.state_since,
        live and live.detail,
        live and live.output_on,
        live and live.instruction_id,
        live and live.measured_at is None,
        live and live.temperature_degc is None,
    )
    plain = replace(
        station,
        at=station.at.min,
        live=None,
        compiled=None,
        times=None,
        online=None,
        clock_offset_s=None,
    )
    late = [is_late(station), answer_is_news(station), is_overdue(station)]
    return short_hash((plain, live_fields, station.times is None, late))


def short_hash(what: object) -> str:
    """Return eight characters that stand for a value's written form."""
    return blake2s(repr(what).encode(), digest_size=4).hexdigest()


def tile_notes(station: StationNow, zone: tzinfo) -> list[StatusNote]:
    """Return what must be said on a station's tile, the most urgent first."""
    return [*_command_notes(station), *lasting_notes(station, zone)]


def lasting_notes(station: StationNow, zone: tzinfo) -> list[StatusNote]:
    """Return what must be said about a station beside how far a command is."""
    notes = _alarm_notes(station, zone)
    if station.lost_at is not None:
        notes.append(_lost_note(station, station.lost_at, zone))
    elif station.live is not None and station.live.state is StationState.PAUSED:
        notes.append(_paused_note(station, station.live, zone))
    elif station.state is OverviewState.ALARM and not station.alarms and station.live is not None:
        words = [html.B("Output off after a trip. "), station.live.detail]
        notes.append(StatusNote("error", "exclamation-octagon", words))
    if station.state is OverviewState.HELD:
        notes += [_held_note(station, station.held[0])]
    return notes


def is_late(station: StationNow) -> bool:
    """Whether the newest stop or pause was not answered in time: the cell may be live."""
    command = station.command
    return (
        command is not None
        and command.kind in SWITCHES_OFF
        and command.answered_at is None
        and command.state is not CommandState.DONE
        and station.at - command.created_at >= CONFIRMED_WITHIN
        and _concerns_the_present(station, command)
    )


def is_overdue(station: StationNow) -> bool:
    """Whether a run of which nothing was recorded yet should have had a first measure by now."""
    begun = station.experiment.begun_at if station.experiment else None
    if begun is None or (station.live is not None and station.live.measured_at is not None):
        return False
    return station.at - begun > timedelta(seconds=30)


def answer_is_news(station: StationNow) -> bool:
    """Whether the newest command is open, or its answer is recent enough to be shown."""
    command = station.command
    if command is None:
        return False
    if not command.state.ended:
        return _concerns_the_present(station, command)
    if command.state is CommandState.DONE and _is_undone(station, command):
        return False
    if station.experiment is not None and command.experiment_id not in (
        None,
        station.experiment.id,
    ):
        return False  # under the next experiment it would be misread
    return station.at - (command.answered_at or command.created_at) < SAID_FOR


def command_status(command: CommandNow, *, late: bool) -> StatusNote:
    """Say how far a command is."""
    name, done = COMMANDS[command.kind]
    if late:
        again = " It is sent until the station answers." if name == "Stop" else ""
        return StatusNote("error", "exclamation-octagon", [html.B(f"{name}: {UNCONFIRMED}"), again])
    if command.state in (CommandState.PENDING, CommandState.SENT):
        how = "Sent, waiting for the station." if command.state is CommandState.SENT else "Sending."
        return StatusNote("queued", "send", [html.B(f"{name}: "), how])
    if command.state is CommandState.REFUSED:
        why = command.answer or "The station gave no reason."
        return StatusNote("error", "x-circle-fill", [html.B(f"{name} refused: "), sentence(why)])
    if command.state is CommandState.EXPIRED:
        words = "The station did not hear it in time. It will not be carried out later."
        return StatusNote("paused", "hourglass-bottom", [html.B(f"{name} expired. "), words])
    if command.kind not in SWITCHES_OFF:
        how = f". {sentence(command.answer)}" if command.answer else ", confirmed by the station."
    elif command.output_off:
        how = ", output off, confirmed by the station."
    else:
        return StatusNote("error", "exclamation-octagon", [html.B(f"{done}. {UNCONFIRMED}")])
    return StatusNote("running", "check-circle-fill", f"{done}{how}")


def held_question(station: str, confirmed: str, held: HeldNow) -> list[Any]:
    """Ask whether a battery is the one that is connected."""
    if held.battery is None:
        return [held.because or "The battery of this experiment is not known any more."]
    before = f"Last confirmed here: {confirmed}. " if confirmed else ""
    who = f"{held.battery.name} (SN {held.battery.serial_number})"
    return [f"{before}Is ", html.B(who), f" connected to {station}?"]


def ago_label(moment: datetime, now: datetime) -> str:
    """Say how long ago something was: 1 s ago, 4 min ago, 3 h ago."""
    seconds = max(0, int((now - moment).total_seconds()))
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit} ago"
    return f"{seconds} s ago"


def ago(moment: datetime, now: datetime, zone: tzinfo, *, live: str = "") -> html.Span:
    """Say how long ago something was; a script goes on counting."""
    attributes = {"data-bem-ago": f"{moment.timestamp() * 1000:.0f}"}
    if live:
        attributes["data-bem-live"] = live
    return html.Span(ago_label(moment, now), title=formatting.exactly(moment, zone), **attributes)


def clock(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """Write a time of today as 14:27:55, of another day with its date."""
    local = moment.astimezone(zone)
    if local.date() == now.astimezone(zone).date():
        return f"{local:%H:%M:%S}"
    return f"{local.day} {local:%b, %H:%M}"


def ended_text(last: ExperimentNow, now: datetime, zone: tzinfo) -> str:
    """Say when the last experiment of a station ended, and how."""
    why = ended_reason(last.status, last.end_reason)
    how = "ended in error" if last.status is ExperimentStatus.ERROR else "finished"
    if why and last.status is ExperimentStatus.FINISHED:
        how = "ended"  # the reason says by whom
    at = f"{how} {formatting.when(last.finished_at, zone, now)}".strip()
    return f"{at}. {sentence(why)}" if why else at


def _command_notes(station: StationNow) -> Sequence[StatusNote]:
    command = station.command
    if command is None or not answer_is_news(station):
        return ()
    is_old_news = command.state is CommandState.DONE and command.output_off is not False
    late = is_late(station)
    return () if is_old_news and not late else (command_status(command, late=late),)


def _alarm_notes(station: StationNow, zone: tzinfo) -> list[StatusNote]:
    lost = station.lost_at is not None
    alarms = [one for one in station.alarms if not (lost and one.code == LOST_CONTACT)]
    notes = [_alarm_note(one, station, zone) for one in alarms[:1]]
    if len(alarms) > 1:
        more = f"And {formatting.counted(len(alarms) - 1, 'further alarm')}."
        notes[0] = replace(notes[0], words=[*notes[0].words, f" {more}"])
    return notes


def _alarm_note(alarm: AlarmNow, station: StationNow, zone: tzinfo) -> StatusNote:
    at = f" {clock(alarm.at, station.at, zone)}."
    words = [html.B(sentence(alarm.text)), at]
    if alarm.code == LOST_CONTACT:  # it is back, else the note on the lost contact says it
        words = [html.B("Contact was lost, and is back."), " Look at what happened meanwhile.", at]
    return StatusNote("error", "exclamation-octagon", words)


def _lost_note(station: StationNow, lost_at: datetime, zone: tzinfo) -> StatusNote:
    words: list[Any] = [html.B(f"No contact since {clock(lost_at, station.at, zone)}.")]
    live = station.live
    if station.is_wattrex and live is not None:
        words.append(_of_wattrex(live, lost_at))
    if live is None or live.state is StationState.IDLE:
        if station.last is not None and is_force_end(station.last.end_reason):
            return StatusNote("lost", "wifi-off", [*words, f" {GIVEN_UP}"])
        raised = any(one.code == LOST_CONTACT for one in station.alarms)
        if raised or (live is not None and live.output_on):
            return StatusNote("lost", "wifi-off", [*words, f" {MAY_RUN}"])
        return StatusNote("lost", "wifi-off", [*words, " Nothing was running then."])
    if live.state is not StationState.RUNNING:
        off = "output off" if live.output_on is False else "output off not confirmed"
        return StatusNote("lost", "wifi-off", [*words, f" It was paused then, {off}."])
    at = progress(station)
    goes_on = f" Goes on by itself; heard last: {at.words}." if at else " It goes on by itself."
    if at is not None and at.ends_by is not None:
        latest = f" Ends at {clock(at.ends_by, station.at, zone)} at the latest."
    else:
        latest = " When it ends is not known."
    return StatusNote("lost", "wifi-off", [*words, goes_on, latest, " Treat the cell as live."])


def _of_wattrex(live: LiveFacts, lost_at: datetime) -> str:
    """Say what the silence of a WattRex unit means: its cycler goes on whatever it says."""
    comes = live.measured_at is not None and live.measured_at > lost_at + MEASURES_GO_ON
    still = " Its measures still arrive: restart the CU manager on its unit." if comes else ""
    queue = " Its cycler takes queued experiments by itself." if not live.experiment_id else ""
    return f"{still}{queue}"


def _paused_note(station: StationNow, live: LiveFacts, zone: tzinfo) -> StatusNote:
    since = clock(live.state_since, station.at, zone)
    off = {
        True: html.B(" The station says that its output is still on. Treat the cell as live."),
        False: " Output off, confirmed.",
        None: html.B(" Output off is not confirmed. Treat the cell as live."),
    }[live.output_on]
    newest, asked = station.command, (StationCommand.PAUSE, CommandState.DONE)
    command = newest if newest is not None and (newest.kind, newest.state) == asked else None
    # the detail comes with the next heartbeat
    detail = live.detail.strip() or (command.reason.strip() if command else "")
    between = " " if detail.lower().startswith("by ") else ": "
    why = f"{between}{sentence(detail)}" if detail else "."
    if command is not None and between == ": ":
        why = f" by {command.user_name}{why}"
    kind = "paused" if live.output_on is False else "error"
    return StatusNote(kind, "pause-fill", [f"Paused {since}{why}", off])


def _held_note(station: StationNow, held: HeldNow) -> StatusNote:
    confirmed = station.confirmed
    if confirmed is not None and held.battery is not None and confirmed.id == held.battery.id:
        return StatusNote("queued", "plug", sentence(held.because or "It waits for a person."))
    name = confirmed.name if confirmed else ""
    return StatusNote("queued", "plug", held_question(station.name, name, held))


def _is_undone(station: StationNow, command: CommandNow) -> bool:
    """Whether what a command has brought about is over: paused after all, or it goes on."""
    if command.kind is StationCommand.PAUSE and not command.output_off:
        return False  # that must be said
    brought = BRINGS_ABOUT.get(command.kind)
    return brought is not None and station.live is not None and station.live.state is not brought


def _concerns_the_present(station: StationNow, command: CommandNow) -> bool:
    """Whether a command that has no answer is still about something that may run.

    A stop is repeated until it is answered, whatever runs meanwhile.
    """
    if command.kind is StationCommand.STOP:
        return True
    return command.experiment_id == (station.experiment.id if station.experiment else None)


def sentence(text: str) -> str:
    """End a text as a sentence."""
    stripped = text.strip()
    return stripped if stripped.endswith((".", "!", "?")) else f"{stripped}."


def draw_note(notes: StatusNote) -> html.Div:
    """Draw what must be said."""
    return html.Div([icon(notes.icon), html.Div(notes.words)], className=f"bem-note {notes.kind}")
