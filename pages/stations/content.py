"""What the page of stations shows for an address: everything, one unit, one station, refusals."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from dash.development.base_component import Component

from components.blocks import page_header
from components.sent import Sent
from cycling.errors import NotFoundError
from db.engine import Database
from db.queries.master_node import refusals, refused_messages
from db.queries.stations.details import StationFacts, find_station
from db.queries.stations.laboratory import Laboratory, laboratory
from db.queries.stations.overview import lab_now
from db.queries.stations.run import UnreachableRun, unreachable_run
from db.queries.stations.units import UnitContact, UnitFacts, find_unit
from db.terms import node_trouble
from pages.context import Viewer
from pages.monitor.frame import unregistered_notes
from pages.sent import MAX_SHOWN, read_id, unread
from pages.station.details import station_actions, station_body, station_title
from pages.station.labels import digest, short_hash
from pages.stations.dialogs import unreachable_notes, unreachable_token
from pages.stations.labels import clock_label, command_note, is_waiting, protocol, unit_notes
from pages.stations.overview import (
    master_note,
    overview,
    overview_actions,
    overview_count,
    refused_body,
    refused_link,
)
from pages.stations.synchroniser import repair_note, stalled_note
from pages.stations.unit import back_link, unit_actions, unit_body

KINDS = ("unit", "station", "refused")


@dataclass(frozen=True)
class View:
    """What the address asks for; `id` is that of the unit or station."""

    kind: str = "all"
    id: int = 0

    def to_store(self) -> dict[str, Any]:
        """Return what the page's store holds."""
        return {"kind": self.kind, "id": self.id}


@dataclass(frozen=True)
class Content:
    """The parts of a view as functions: what has not changed is not drawn at all.

    `token` changes with its text, `heard` are the Unix milliseconds of the units' last contact;
    `waiting`: an answer is expected any moment.
    """

    header: Callable[[], Component]
    body: Callable[[], list[Component]]
    token: str
    heard: Mapping[str, int]
    waiting: bool


def view_of(query: Mapping[str, Any]) -> View:
    """Read what an address asks for."""
    for kind in KINDS:
        if number := read_id(query.get(kind)):
            return View(kind, number)
    return View()


def unreadable(query: Mapping[str, Any]) -> list[str]:
    """Say what of an address names no unit and no station; then everything is shown."""
    asked = {kind: query[kind] for kind in KINDS if query.get(kind)}
    unknown = [kind for kind in asked if kind != "refused" and not read_id(asked[kind])]
    sentences = [f"There is no {kind} “{str(asked[kind])[:MAX_SHOWN]}”." for kind in unknown]
    view = view_of(query)
    return sentences + unread(
        {kind: one for kind, one in asked.items() if kind not in (*unknown, view.kind)}
    )


def stored_view(stored: object) -> View:
    """Read a view from the page's store."""
    store = stored if isinstance(stored, Mapping) else {}
    kind, number = store.get("kind"), store.get("id")
    is_view = kind in KINDS and isinstance(number, int) and not isinstance(number, bool)
    return View(str(kind), int(number or 0)) if is_view else View()


def content_of(database: Database, view: View, who: Viewer) -> Content:
    """Draw a view. Raises NotFoundError for what does not exist, or is for others."""
    if view.kind == "unit":
        return _unit(find_unit(database, view.id), who)
    if view.kind == "station":
        station = find_station(database, view.id)
        unit = find_unit(database, station.now.unit_id)
        return _station(station, unit, unreachable_run(database, station.id), who)
    if view.kind == "refused":
        return _refused(database, who)
    return _all(laboratory(database), who)


def _all(lab: Laboratory, who: Viewer) -> Content:
    notes = master_note(lab, who)
    master = lab.master and (lab.master.alive, node_trouble(lab.master.detail))
    unregistered = tuple((one.claimed_id, one.reason) for one in lab.unregistered)
    return Content(
        lambda: page_header(
            "Stations",
            count=overview_count(lab),
            actions=overview_actions(lab, who) or None,
        ),
        lambda: [
            *notes,
            *(stalled_note(one, who) for one in lab.stalled),
            *map(repair_note, lab.repairs),
            *unregistered_notes(lab.unregistered),
            *overview(lab, who),
            *refused_link(lab.refused, who),
        ],
        short_hash(
            (
                lab.stations,
                tuple(map(_contact_token, lab.units)),
                (bool(notes), master, lab.refused, lab.stalled, lab.repairs, unregistered),
            )
        ),
        _heard(lab.units),
        waiting=False,
    )


def _unit(unit: UnitFacts, who: Viewer) -> Content:
    simulated = ", simulated" if unit.simulated else ""
    return Content(
        lambda: page_header(
            unit.name, count=f"{protocol(unit)}{simulated}", actions=unit_actions(unit, who)
        ),
        lambda: unit_body(unit, who),
        short_hash(_unit_token(unit)),
        _heard([unit]),
        waiting=is_waiting(unit.command, unit),
    )


def _station(
    station: StationFacts, unit: UnitFacts, run: UnreachableRun | None, who: Viewer
) -> Content:
    rest = [getattr(station, one.name) for one in fields(station) if one.name != "now"]
    return Content(
        lambda: page_header(
            station_title(station),
            count=station.location,
            actions=station_actions(station, unit, who),
        ),
        lambda: [*unreachable_notes(run, who), *station_body(station, unit, who)],
        short_hash(
            (
                (digest(station.now), rest),
                _unit_token(unit),
                _command_token(station.launch, unit),
                unreachable_token(run),
            )
        ),
        _heard([unit]),
        waiting=is_waiting(station.launch, unit),
    )


def _refused(database: Database, who: Viewer) -> Content:
    if not who.administers:
        raise NotFoundError("What was refused is shown to admins.")
    counts, newest, at = refusals(database), refused_messages(database), lab_now(database).at
    total = sum(one.count for one in counts)
    return Content(
        lambda: page_header("Refused messages", count=f"{total:,}", actions=[back_link()]),
        lambda: refused_body(counts, newest, who, at),
        short_hash((total, len(newest), newest[:1])),
        {},
        waiting=False,
    )


def _heard(units: Iterable[UnitContact]) -> dict[str, int]:
    return {str(one.id): round(one.seen_at.timestamp() * 1000) for one in units}


def _contact_token(unit: UnitContact) -> object:
    """Return what changes with what is said of a unit in its row, not with its times."""
    plain = replace(unit, at=datetime.min, seen_at=datetime.min, clock_offset_s=None)
    return plain, clock_label(unit)


def _unit_token(unit: UnitFacts) -> object:
    """Return what changes with the words about a unit, not with its times."""
    notes = [one.kind for one in unit_notes(unit, UTC)]
    return _contact_token(unit), notes, _command_token(unit.command, unit)


def _command_token(command: Sent, unit: UnitFacts) -> object:
    note = command_note(command, unit, unit.name)
    return note and (note.kind, str(note.words)), is_waiting(command, unit)
