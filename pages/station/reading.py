"""A station from what somebody typed: what it is, and what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from components.sent import Sent
from cycling.errors import InputError
from cycling.names import check_name
from db.commands.stations.setup import LONGEST_CHANNEL, check_figures
from db.models.station_rows import NewStation, StationFigures
from pages.sent import typed_day, typed_number, typed_text
from pages.stations.ids import FormIds as Ids

LONGEST = 400
TEXTS = {Ids.NAME: "name", Ids.LOCATION: "location"}
ENDS = {
    Ids.VOLTAGE_MIN: "voltage_min_v",
    Ids.VOLTAGE_MAX: "voltage_max_v",
    Ids.CURRENT_MIN: "current_min_a",
    Ids.CURRENT_MAX: "current_max_a",
}
CONTROLS = (*TEXTS, *ENDS, Ids.CALIBRATED)  # in the order of the form


@dataclass(frozen=True)
class FormData:
    """What the form holds: texts by control, devices taken, channels as (device, kind, name)."""

    texts: Mapping[str, str]
    devices: tuple[int, ...]
    channels: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True)
class Reading:
    """What was typed, read: what is wrong by control, and the station if nothing is."""

    station: NewStation | None
    problems: Mapping[str, str]


def form_data_of(
    values: object,
    devices: Sequence[tuple[Any, Any]],
    records: Sequence[tuple[Any, Any]],
    called: Sequence[tuple[Any, Any]],
) -> FormData:
    """Gather what the browser sent; pattern-matched values come as pairs of id and value."""
    value = values if isinstance(values, list) and len(values) == len(CONTROLS) else []
    texts = dict(zip(CONTROLS, map(_text, value), strict=False))
    taken = tuple(
        id_["device"] for id_, value in devices if value is True and _is_id(id_.get("device"))
    )
    names = {(id_.get("device"), id_.get("channel")): _text(value) for id_, value in called}
    channels = tuple(
        (id_["device"], id_["channel"], names.get((id_["device"], id_["channel"]), ""))
        for id_, value in records
        if value is True and _is_id(id_.get("channel")) and id_.get("device") in taken
    )
    return FormData(texts, taken, channels)


def read(data: FormData, unit_id: int, today: date) -> Reading:
    """Read the form of a station of a unit."""
    problems: dict[str, str] = {}
    values: dict[str, Any] = {}
    for control in CONTROLS:
        try:
            values[control] = read_control(control, data.texts.get(control, ""), today)
        except InputError as error:
            problems[control] = str(error)
    if not data.devices:
        problems[Ids.DEVICES_ERROR] = "Choose at least one device."
    elif words := _channel_problem(data.channels):
        problems[Ids.DEVICES_ERROR] = words
    ends = {name: values.get(control) for control, name in ENDS.items()}
    for low, high in ((Ids.VOLTAGE_MIN, Ids.VOLTAGE_MAX), (Ids.CURRENT_MIN, Ids.CURRENT_MAX)):
        pair = {ENDS[control]: values.get(control) for control in (low, high)}
        try:
            check_figures(StationFigures(**pair), today)
        except InputError as error:
            problems.setdefault(high, str(error))
    if problems:
        return Reading(None, problems)
    figures = StationFigures(**ends, calibrated_on=values[Ids.CALIBRATED])
    station = NewStation(
        unit_id, data.devices, values[Ids.NAME], values[Ids.LOCATION], data.channels, figures
    )
    return Reading(station, {})


def read_control(control: str, text: str, today: date) -> Sent:
    """Return what a control holds. Raises InputError saying what to enter."""
    if control in TEXTS:
        return _name(TEXTS[control], text)
    if not text:
        return None
    if control in ENDS:
        return typed_number(text, "4.98")
    return _day(text, today)


def _name(what: str, text: str) -> str:
    if not text.strip():
        raise InputError(
            "Give the name that people call the station by."
            if what == "name"
            else "Say where the station stands, so that it is found."
        )
    return check_name(text, what)


def _day(text: str, today: date) -> date:
    day = typed_day(text)
    if day > today:
        raise InputError("This day is still to come. Give the day it was done.")
    return day


def _channel_problem(channels: Sequence[tuple[int, int, str]]) -> str:
    """Say what is wrong with the names of the channels."""
    names = [" ".join(name.split()) for *_, name in channels]
    for name in names:
        if not name:
            return "Give every measure that is recorded a name, or leave it out."
        if len(name) > LONGEST_CHANNEL:
            return f"A measure has a name of {len(name)} characters; shorten it to 40."
        if names.count(name) > 1:
            return f"Two measures are named {name}. Give each a name of its own."
    return ""


def _text(value: object) -> str:
    return typed_text(value)[:LONGEST]


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31
