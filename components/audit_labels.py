"""What the audit trail's rows say in a sentence."""

from collections.abc import Mapping
from typing import Any

from components import formatting

# {it} is what was acted on; other names stand in the row's detail. What is not listed is said with
# the action's own name.
SENTENCES: Mapping[str, str] = {
    "login": "Signed in",
    "logout": "Signed out",
    "refused call": "Was refused: {it}",
    "more refused calls": "Was refused more often within the hour; the log has each",
    "login refused": "Was refused at the sign-in",
    "change password": "Changed the own password",
    "password change refused": "Gave a wrong old password",
    "make login address": "Made a one-time login address for {it}",
    "add user": "Added {it} as {role}",
    "set role": "Changed the role of {it} from {before} to {role}",
    "set password": "Set a password for {it}",
    "disable user": "Disabled {it}",
    "enable user": "Enabled {it}",
    "end sessions": "Ended the sessions of {it}",
    "export audit trail": "Downloaded the audit trail",
    "import": "Imported {it} from {file}",
    "forget corrections": "Forgot the corrections of files like {file}",
    "export": "Downloaded {it} as {format}",
    "rename experiment": "Renamed {it}, before “{before}”",
    "set edge": "Changed the edges of steps of {it} from {before} to {edge}",
    "choose cycles": "Chose by what the cycles of {it} are counted",
    "untick pulse": "Unticked a pulse of {it}, of {at}",
    "tick pulse": "Ticked a pulse of {it} again, of {at}",
    "choose rules": "Chose the rules on the cycles of {it}",
    "choose laboratory's rules": "Chose the rules on the cycles of all experiments",
    "delete experiment": "Deleted {it}",
    "take back deletion": "Took the deletion of {it} back: its unit has written it again",
    "give up experiment": "Gave {it} up",
    "take back end of experiment": "Took the end of {it} back: its unit is there again",
    "hold experiment": "Held {it}",
    "queue experiment": "Queued {it}",
    "tag experiment": "Changed the tags of {it}",
    "change owner": "Made {it} an experiment of {owner}, before of {before}",
    "rename tag": "Renamed {it}, before “{was}”",
    "merge tag": "Merged the tag “{was}” into {it}",
    "save view": "Saved {it} of experiments for {for}",
    "rename view": "Renamed {it} of experiments, before “{was}”",
    "delete view": "Deleted {it} of experiments",
    "choose start": "Chose to begin the table of experiments with {it}",
    "add note": "Added a note to {it}",
    "delete note": "Deleted a note of {it}",
    "acknowledge alarm": "Acknowledged an alarm of {it}",
    "pause": "Asked {it} to pause",
    "resume": "Asked {it} to resume",
    "stop": "Asked {it} to stop",
    "detect": "Asked {it} to detect its devices",
    "launch": "Asked to launch the cycler of {it}",
    "add battery": "Added {it}",
    "change battery": "Changed {it}",
    "delete battery": "Deleted {it}",
    "confirm battery": "Confirmed {name} (SN {serial_number}) on {it}",
    "add station": "Set up {it}",
    "modify station": "Modified {it}",
    "retire station": "Retired {it}",
    "delete station": "Deleted {it}",
    "take out of service": "Took {it} out of service",
    "return to service": "Put {it} back into service",
    "hold queue": "Held the queue of {it}",
    "reorder queue": "Put the queue of {it} in another order",
    "add experiment": "Added {it} to a queue",
    "cancel experiment": "Cancelled {it}",
    "save draft": "Saved the draft {it}",
    "discard draft": "Discarded the draft {it}",
    "repair synchroniser": "Began to repair the synchroniser of {it}",
    "end repair of synchroniser": "Ended the repair of the synchroniser of {it}: {state}",
    "add profile": "Added {it}",
    "new profile version": "Wrote version {number} of {it}",
    "change profile version": "Changed version {number} of {it}",
    "rename profile": "Renamed {it}, before “{was}”",
    "copy profile": "Copied a profile to {it}",
    "archive profile": "Archived {it}",
    "restore profile": "Took {it} out of the archive",
    "delete profile": "Deleted {it}",
    "compile profile": "Made rows of {it}",
}
KINDS = {
    "experiment": "experiment {number}, {name}",
    "battery": "battery {name}",
    "station": "{name}",
    "unit": "unit {name}",
    "plan": "{name}",  # rows of before: the name says the number of the experiment
    "profile": "{name}",
    "library profile": "profile {name}",
    "tag": "the tag {name}",
    "view": "the view {name}",
}
PLACES = {
    "experiment": "/experiments/{number}",
    "battery": "/batteries/{number}",
    "station": "/monitor/{number}",
    "library profile": "/profiles/{number}",
    "tag": "/experiments?tag={number}",
}
DESCRIBED = "Changed the description of {it}"
# at the end of a field's name
UNITS = {"v": "V", "a": "A", "ah": "Ah", "s": "s", "degc": "°C", "g": "g", "cm2": "cm²"}
LABELS = {
    "became": "became station",
    "cells": "cells in series",
    "electrolyte_electrons": "electrons a molecule",
    "electrolyte_mol_per_l": "concentration / (mol/L)",
    "first": "begins with",
    "is": "now",
    "set_aside": "parked rows",
    "was": "before",
}
LISTS = frozenset(
    ("added", "begun", "channels", "devices", "held", "plans", "removed")
)  # whatever their length
OF_A_RUN = frozenset(("pause", "resume", "stop"))  # what a station is asked to do with one
SAID = ("reason", "comment", "text")  # details that a person has written


class _Known(dict[str, Any]):
    """Leaves out of a sentence what a row's detail does not say."""

    def __missing__(self, key: str) -> str:
        return "?"


def sentence(action: str, detail: Mapping[str, Any]) -> tuple[str, str]:
    """Return the words before and after what was acted on; both are there, and may be blank."""
    form = SENTENCES.get(action)
    if form is None:
        return f"{action[:1].upper()}{action[1:]}: ", ""
    was = detail.get("before")
    if isinstance(was, Mapping):  # name and description
        form = form if was.get("name") != detail.get("name") else DESCRIBED
        detail = {**detail, "before": was.get("name", "?")}
    before, it, after = form.partition("{it}")
    said = next((str(detail[key]) for key in SAID if detail.get(key)), "")
    known = _Known(detail)
    if action in OF_A_RUN and detail.get("experiment"):
        after += " experiment {experiment}"
    end = after.format_map(known) + (f": {said}" if said else "")
    return before.format_map(known), end if it else end.lstrip()


def has_thing(action: str) -> bool:
    """Whether the sentence of an action names what was acted on."""
    return "{it}" in SENTENCES.get(action, "{it}")


def thing(target: str, names: Mapping[str, str], was: str = "") -> tuple[str, str]:
    """Return the words for what was acted on, and where it is; no address for what is gone.

    `was`: the name that it had then, where the row says so.
    """
    kind, _, number = target.rpartition(" ")
    if kind == "user":
        return number, ""
    name = names.get(target)
    if name is None:
        return f"{target}, {was}" if was else target, ""
    words = KINDS.get(kind, "{name}").format(number=number, name=name)
    return words, PLACES.get(kind, "").format(number=number)


def detail_lines(detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what else a row says, as names and values; blank values are left out.

    A pair under a field's name is what it was and what it is.
    """
    return [
        (_label(key), _value(key, value)) for key, value in detail.items() if not _is_blank(value)
    ]


def _label(key: str) -> str:
    """Write a field's name without its unit: capacity_ah is the capacity."""
    if key in LABELS:
        return LABELS[key]
    stem, _, unit = key.rpartition("_")
    return (stem if stem and unit in UNITS else key).replace("_", " ")


def _value(key: str, value: object) -> str:
    if isinstance(value, Mapping):
        known = [(name, one) for name, one in value.items() if not _is_blank(one)]
        return ", ".join(f"{_label(name)}: {_value(name, one)}" for name, one in known)
    if isinstance(value, list | tuple):
        if key not in LISTS and len(value) == 2:
            return " → ".join("nothing" if _is_blank(one) else _value(key, one) for one in value)
        return ", ".join(_value(key, one) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    unit = UNITS.get(key.rpartition("_")[2], "") if "_" in key else ""
    if isinstance(value, int | float):
        return formatting.quantity(value, unit) if unit else str(value)
    return str(value)


def _is_blank(value: object) -> bool:
    return value is None or value in ("", [], {})
