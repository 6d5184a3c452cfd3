"""Name and battery of the experiment, as a file's head and its name suggest them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from dash import Input, Output, State, callback, no_update
from dash.exceptions import PreventUpdate

from components.sent import Sent
from cycling.formats import facts as file_facts
from cycling.names import MAX_NAME
from db.queries.batteries.detail import BatteryChoice, battery_choices
from pages.context import database
from pages.import_experiment.ids import Ids
from pages.import_experiment.stores import read_upload, read_verified

SHORTEST = 2  # characters of a name or a serial number that a file's name may name


def name_of_file(file_name: str) -> str:
    """Return the name that a file's name gives its experiment."""
    return file_name.split(".")[0][:MAX_NAME]


def proposed_name(file_name: str, facts: Mapping[str, str]) -> str:
    """Return the name of the test as the file's head says it, else that of the file."""
    return facts.get(file_facts.NAME, "")[:MAX_NAME].strip() or name_of_file(file_name)


def proposed_battery(
    batteries: Sequence[BatteryChoice], file_name: str, facts: Mapping[str, str]
) -> int | None:
    """Return the one battery that the head's cell, its test or the file's name names.

    None where there is no such battery, or more than one: a person knows it then.
    """
    for text in (facts.get(file_facts.CELL), facts.get(file_facts.NAME), file_name):
        candidates = _named_in(batteries, text or "")
        if candidates:
            return candidates[0] if len(candidates) == 1 else None
    return None


def _named_in(batteries: Sequence[BatteryChoice], text: str) -> list[int]:
    """Return the batteries whose name or serial number stands in a text; the longest count."""
    lengths: dict[int, int] = {}
    for battery in batteries:
        for name in (battery.name, battery.serial_number):
            if len(name) >= SHORTEST and _stands_in(name, text):
                lengths[battery.id] = max(lengths.get(battery.id, 0), len(name))
    longest = max(lengths.values(), default=0)
    return [number for number, length in lengths.items() if length == longest]


def _stands_in(name: str, text: str) -> bool:
    whole = rf"(?<![^\W_]){re.escape(name)}(?![^\W_])"  # not within a longer word or number
    return re.search(whole, text, re.IGNORECASE) is not None


@callback(
    output=(
        Output(Ids.NAME, "value"),
        # new_battery chooses the battery that it has added
        Output(Ids.BATTERY, "value", allow_duplicate=True),
    ),
    inputs={"verified": Input(Ids.VERIFIED, "data")},
    state={
        "upload": State(Ids.UPLOAD, "data"),
        "name": State(Ids.NAME, "value"),
        "battery_id": State(Ids.BATTERY, "value"),
    },
    prevent_initial_call=True,
)
def propose(verified: Sent, upload: Sent, name: Sent, battery_id: Sent) -> tuple[Any, ...]:
    """Fill in name and battery from what the file says; what was typed or chosen stays."""
    verified, upload = read_verified(verified), read_upload(upload)
    if not verified or "verification" not in verified or not upload:
        raise PreventUpdate
    facts, untouched = verified.get("facts") or {}, name in ("", None, name_of_file(upload["name"]))
    battery = None
    if battery_id is None:
        battery = proposed_battery(battery_choices(database()), upload["name"], facts)
    proposal = proposed_name(upload["name"], facts)
    return (
        proposal if untouched and proposal != name else no_update,
        no_update if battery is None else battery,
    )
