"""The facts of an experiment in words."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import exact_time
from components.status import ended_reason
from cycling.battery.description import KINDS, NewBattery
from cycling.battery.electrolyte import Electrolyte
from cycling.formats.facts import FACTS
from cycling.terms import Polarity
from db.engine import Database
from db.queries.experiments.detail import ExperimentFacts, FileFacts
from db.queries.experiments.durations import Durations, durations
from pages.context import Viewer

Group = list[tuple[str, Any]]
MAX_FILES = 5
OFF = "Station off, in pauses"
ELECTROLYTES = {
    Polarity.POSITIVE: "Positive electrolyte",
    Polarity.NEGATIVE: "Negative electrolyte",
}


def fact_groups(
    facts: ExperimentFacts, who: Viewer, time: datetime, took: Durations | None = None
) -> list[Group]:
    """Return names and values: battery, station and profile, times, origin."""
    why = ended_reason(facts.status, facts.end_reason)
    return [
        [
            *battery_facts(facts.battery_id, facts.battery),
            *((ELECTROLYTES[one.polarity], _electrolyte(one)) for one in facts.electrolytes),
        ],
        [
            ("Station", _station(facts)),
            ("Devices", ", ".join(facts.devices)),
            ("Profile", facts.profile),
        ],
        [
            ("Started", _moment(facts.begun_at, who)),
            ("Ended", _moment(facts.finished_at, who)),
            *([("Why it ended", why)] if why else []),
            *duration_facts(took or Durations(None, None, facts.duration_s(time)), who.zone),
            ("Measures", formatting.number(facts.measures)),
            ("Created", _moment(facts.created_at, who)),
        ],
        _origin(facts, who),
        [("Description", facts.description)],
    ]


def this_second(moment: datetime) -> datetime:
    """Return the moment of which facts are said: to the second, as it is written.

    What is said as of the same second is the same.
    """
    return moment.replace(microsecond=0)


def as_of_words(time: datetime, who: Viewer) -> str:
    """Say of which moment the facts of a run are that goes on."""
    return f"As of {formatting.exactly(time, who.zone)}"


def lasted(database: Database, facts: ExperimentFacts, time: datetime) -> Durations:
    """Return how long an experiment took, or takes by now."""
    return durations(database, facts, time, simulated=facts.simulated_speed is not None)


def duration_facts(took: Durations, zone: tzinfo) -> Group:
    """Return how long an experiment took, under the names that these times have everywhere."""
    test, pauses = formatting.lasted(took.test_s), formatting.lasted(took.pauses_s)
    if took.test_until is not None:  # the others are of now
        test += f" until {formatting.exactly(took.test_until, zone)}"
    named = [("Test time", test), ("Pauses", pauses)]
    if took.off_s:  # statistics have none of it
        named.append((OFF, formatting.at_most(took.off_s)))
    return [*(one for one in named if one[1]), ("Wall time", formatting.lasted(took.wall_s))]


def _station(facts: ExperimentFacts) -> str:
    if facts.simulated_speed is None:
        return facts.station
    speed = f" {facts.simulated_speed:g}x" if facts.simulated_speed != 1 else ""
    return f"{facts.station}, simulated{speed}"


def battery_facts(battery_id: int, battery: NewBattery) -> Group:
    """Return what a battery is, with its name as a link."""
    parts = [
        formatting.technology_word(battery.technology, battery.chemistry),
        str(battery.chemistry or battery.electrolyte_type or ""),
        "" if battery.cell_kind is KINDS[battery.technology][0] else str(battery.cell_kind),
        f"{battery.cells} in series" if battery.cells > 1 else "1 cell",
    ]
    size = formatting.battery_size(battery.capacity_ah, battery.electrode_size_cm2)
    return [
        (
            "Battery",
            [
                dcc.Link(battery.name, href=f"/batteries/{battery_id}"),
                " ",
                html.Span(f"SN {battery.serial_number}", className="t3"),
            ],
        ),
        ("Made by", f"{battery.manufacturer}, {battery.model}"),
        ("Kind", ", ".join(part for part in parts if part)),
        ("Capacity" if battery.capacity_ah is not None else "Electrode", size),
        *_active(battery),
        ("Voltage", formatting.span(battery.voltage_min_v, battery.voltage_max_v, "V")),
        ("Current", formatting.small_span(battery.current_min_a, battery.current_max_a, "A")),
    ]


def _active(battery: NewBattery) -> Group:
    """Return what capacity per g and per cm2 goes by, as far as somebody has said it."""
    mass, area = battery.active_mass_g, battery.electrode_size_cm2
    facts: Group = []
    if mass is not None:
        facts.append(("Active mass", formatting.small_quantity(mass, "g")))
    if area is not None and battery.capacity_ah is not None:
        facts.append(("Electrode", formatting.quantity(area, "cm²")))
    return facts


def _electrolyte(side: Electrolyte) -> str:
    flow = formatting.span(side.min_flow_rate, side.max_flow_rate, "mL/min")
    return f"{side.volume:,} mL, initial SOC {side.initial_soc} %, {flow}"


def _origin(facts: ExperimentFacts, who: Viewer) -> Group:
    source = facts.source
    if source is None:
        return []
    return [
        *(_files(facts.id, source.files) or [("File", source.file_name)]),
        ("Format", source.format),
        ("Imported", _moment(source.imported_at, who)),
        ("By", source.user_name),
        *_file_facts(source.files),
    ]


def _files(experiment_id: int, files: Sequence[FileFacts]) -> Group:
    """Name the files with their sizes and hashes, the first ones of many."""
    named: Group = []
    for number, file in enumerate(files[:MAX_FILES]):
        address = f"/experiments/{experiment_id}/files/{number}"
        named.append(("" if number else "File", _file(file, address)))
    further = len(files) - MAX_FILES
    return [*named, ("", f"and {further} more")] if further > 0 else named


def _file(file: FileFacts, address: str) -> list[Any]:
    """Name a file; one that was kept can be had again."""
    name = html.A(file.file_name, href=address, download="") if file.kept else file.file_name
    size = "" if file.size_bytes is None else f" {formatting.size(file.size_bytes)}"
    digest = html.Span(
        f"SHA-256 {file.sha256[:12]}", className="t3", title=f"SHA-256 {file.sha256}"
    )
    return [name, size, " ", digest]


def _file_facts(files: Sequence[FileFacts]) -> Group:
    """Say what the head of the first file says about the test."""
    head = files[0].facts if files else {}
    return [(f"{label} in the file", head[one]) for one, label in FACTS.items() if one in head]


def _moment(moment: datetime | None, who: Viewer) -> Component | None:
    return None if moment is None else exact_time(moment, who.zone)
