"""What the page of stations says about units, devices and what was asked of them."""

from collections.abc import Mapping
from datetime import date, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from dash import html

from components import formatting
from components.blocks import icon
from cycling.profile import StationCapabilities
from cycling.terms import StationCommand
from db.queries.stations.state import CommandNow
from db.queries.stations.units import DeviceFacts, UnitContact, UnitFacts
from db.terms import CommandState
from pages.station.labels import StatusNote, ago, clock

ANSWERED_WITHIN = timedelta(seconds=10)
SHOWN_FOR = timedelta(minutes=10)
CLOCK_OFF_S = 5.0
RIGHT_S = 0.5  # a message takes a moment
MODES = {"WAIT": "rest", "CC_MODE": "CC", "CV_MODE": "CV", "CP_MODE": "CP"}
CAN = {
    "pause": "pause",
    "several_limits": "several limits a step",
    "limits_current": "CV with a largest current",
    "safety": "safety limits",
    "capacity_limit": "capacity limits",
    "energy_limit": "energy limits",
    "temperature_limit": "temperature limits",
    "record": "sampling",
}
WHAT = {StationCommand.DETECT: "Detect devices", StationCommand.LAUNCH: "Launch"}


def protocol(unit: UnitContact) -> str:
    """Return what a unit speaks."""
    return "bem/v1" if unit.is_ours else "WattRex"


def contact_pill(unit: UnitContact) -> html.Span:
    """Say whether a unit is heard."""
    if unit.online:
        return html.Span([icon("broadcast"), "Online"], className="bem-status running")
    return html.Span([icon("wifi-off"), "Silent"], className="bem-status lost")


def last_contact(unit: UnitContact, zone: tzinfo) -> html.Span:
    """Say how long ago a unit was heard; a script goes on counting."""
    return html.Span(ago(unit.seen_at, unit.at, zone), **{"data-bem-unit": str(unit.id)})


def clock_label(unit: UnitContact) -> str:
    """Say how far a unit's clock is off."""
    offset_s = unit.clock_offset_s
    if offset_s is None:
        return "not known"
    if abs(offset_s) < RIGHT_S:
        return "right"
    way = "ahead" if offset_s > 0 else "behind"
    size = f"{abs(offset_s):.1f} s" if abs(offset_s) < 60 else formatting.duration(abs(offset_s))
    return f"{size} {way}"


def unit_notes(unit: UnitFacts, zone: tzinfo) -> list[StatusNote]:
    """Return what must be said about a unit, the most urgent first."""
    notes = []
    if not unit.online:
        since = clock(unit.seen_at, unit.at, zone)
        goes_on = " What its stations run goes on there by itself." if unit.stations else ""
        text = (
            f" since {since}.{goes_on} See that its computer is on, its program runs and the "
            "broker is reached."
        )
        notes.append(StatusNote("lost", "wifi-off", [html.B(f"No contact with {unit.name}"), text]))
    if unit.online and abs(unit.clock_offset_s or 0.0) > CLOCK_OFF_S:
        text = f"The clock of {unit.name} is {clock_label(unit)}: the times of its measures are "
        notes.append(StatusNote("paused", "clock", f"{text}off by as much. Set its clock."))
    return notes


def command_note(command: CommandNow | None, unit: UnitFacts, name: str) -> StatusNote | None:
    """Say how far a command to a unit is; None for one of long ago. `name` answers it."""
    if command is None or unit.at - (command.answered_at or command.created_at) > SHOWN_FOR:
        return None
    what = html.B(f"{WHAT.get(command.kind, command.kind.value)}: ")
    if command.state is CommandState.DONE:
        return StatusNote("running", "check-circle-fill", [what, _done(command, unit, name)])
    if command.state is CommandState.REFUSED:
        why = command.answer or "It gave no reason."
        return StatusNote("error", "x-circle-fill", [what, f"{name} refused: {why}"])
    if not is_waiting(command, unit):
        return StatusNote("paused", "hourglass-bottom", [what, _unanswered(command, name)])
    if command.state is CommandState.SENT:
        return StatusNote("queued", "send", [what, f"sent, waiting for {name} to answer."])
    return StatusNote("queued", "send", [what, "waiting for the master node to send it."])


def is_waiting(command: CommandNow | None, unit: UnitFacts) -> bool:
    """Whether an answer may still come in time."""
    return (
        command is not None
        and not command.state.ended
        and unit.at - command.created_at <= ANSWERED_WITHIN
    )


def range_words(device: DeviceFacts) -> str:
    """Write the voltage and the current of a device."""
    ends = [*device.voltage_v, *device.current_a]
    if all(one is None for one in ends):
        return "range not told"
    volts = formatting.span(*device.voltage_v, "V", unknown="voltage not told")
    return f"{volts}, {formatting.span(*device.current_a, 'A', unknown='current not told')}"


def voltage_of(can: StationCapabilities | None) -> str:
    """Write the voltage that a station reaches."""
    if can is None:
        return "not told"
    return _reach(can.voltage_min_v, can.voltage_max_v, "V")


def current_of(can: StationCapabilities | None) -> str:
    """Write the current that a station reaches."""
    if can is None:
        return "not told"
    return _reach(can.current_min_a, can.current_max_a, "A")


def abilities_label(abilities: Mapping[str, Any] | None) -> str:
    """Say what a device can do, beside its ranges."""
    if abilities is None:
        return "One limit a step; what WattRex cyclers do"
    modes = [MODES[one] for one in abilities.get("modes", MODES) if one in MODES]
    more = [text for name, text in CAN.items() if abilities.get(name)]
    shortest_s = abilities.get("shortest_step_s") or 0
    if shortest_s:
        more.append(f"steps from {shortest_s:g} s")
    text = "; ".join(part for part in (", ".join(modes), ", ".join(more)) if part)
    return text[:1].upper() + text[1:]


def maker_label(device: DeviceFacts) -> str:
    """Say who made a device and what kind it is."""
    return f"{device.manufacturer} {device.model}, {device.device_type.value}"


def day_label(day: date | None) -> str:
    """Write a day: 24 Aug 2026."""
    return f"{day.day} {day:%b %Y}" if day else "not known"


def _reach(low: Decimal | None, high: Decimal | None, unit: str) -> str:
    lowest, highest = (None if one is None else float(one) for one in (low, high))
    return formatting.span(lowest, highest, unit, unknown="not told")


def _done(command: CommandNow, unit: UnitFacts, name: str) -> str:
    if command.kind is StationCommand.LAUNCH:
        answer = (
            command.answer or f"{name} was told. It does not report whether the cycler started."
        )
        return f"{answer} It has when it takes an experiment."
    connected = sum(1 for one in unit.devices if one.connected)
    return f"{name} has answered: {formatting.counted(connected, 'device')} connected."


def _unanswered(command: CommandNow, name: str) -> str:
    if command.sent_at is None:
        return (
            "it was not sent in 10 s, so it will not be carried out. See that the master node runs "
            "and reaches the broker, then ask again."
        )
    return (
        f"{name} did not answer in 10 s. See that its computer is on and its program runs, then "
        "ask again."
    )
