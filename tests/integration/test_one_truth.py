"""Whatever says something of an experiment says the same: pages, table, report, export, notebook.

Each place is read as its user reads it, and what it says is gathered by its name: where two places
name the same thing, their words are equal. The numbers are also those that were put in.
"""

import csv
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from bem.notebook import Laboratory
from components import formatting
from components.experiment_table import OPTIONAL
from cycling.terms import ExperimentStatus, StationState
from dashboard.app import create_app
from dashboard.settings import WebSettings
from db.commands import users
from db.engine import Database
from db.measures.cycle_summaries import renew_summary
from db.models import ComputationalUnit, Experiment
from db.terms import PlanState, Role
from tests.running_lab import RunningLab
from tests.unit.components.tree import find, of_type, text, walk
from tests.unit.dashboard.world import PASSWORD, FakeHasher
from tests.unit.db.lab import BY, block, import_blocks
from tests.unit.pages.experiment.cycles.cycled import cycled
from tests.unit.pages.visitor import Visitor

NOW = datetime.now(UTC).replace(microsecond=0)
SHORT_TIME = re.compile(rf" {NOW.year}|(?<=\d\d:\d\d):\d\d")
PAUSED = timedelta(days=2, minutes=5)  # days: no place says the minutes
RUNS = timedelta(days=2, hours=3, minutes=45)  # far from where hours are rounded
SPARSE_S = 9 * 3600.0  # between two records
NONE = ("", "–", "-", None)
CYCLES = (
    ("cycles", "Cycles", ""),
    ("capacity", "Last capacity", "Ah"),
    ("retention", "Retention", "%"),
    ("ce", "Mean CE", "%"),
)


ALARMS = ("Voltage above 4.25 V", "No contact with Station of outage.")


def alarms_in(words: str) -> str:
    """Return the alarms of the laboratory that something lists."""
    return ", ".join(one for one in ALARMS if one in words) or "none"


class Said(HTMLParser):
    """Names and values of a report, of all its lists."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.lists: dict[str, str] = {}
        self.headline = ""
        self._name = self._words = ""
        self.feed(document)

    def handle_starttag(self, tag: str, _attributes: Any) -> None:
        if tag in ("dt", "dd", "h1", "p"):
            self._words = ""
        if tag == "small":
            self._words += "\0"

    def handle_endtag(self, tag: str) -> None:
        words = self._words.split("\0")[0].strip()
        if tag == "dt":
            self._name = words
        if tag == "dd":
            self.lists[self._name] = words
        if tag == "h1":
            self.lists["Name"] = words
        if tag == "p" and words.startswith("Experiment ") and not self.headline:
            self.headline = words

    def handle_data(self, data: str) -> None:
        self._words += data


@dataclass
class World:
    """A laboratory with an experiment of each kind, and somebody who looks at it."""

    lab: RunningLab
    visitor: Visitor
    stations: dict[str, int]
    batteries: dict[str, int]
    numbers: dict[str, int]


@pytest.fixture
def world(database: Database, tmp_path) -> World:
    lab = RunningLab(database, now=NOW)
    unit = lab.unit()
    profile = lab.profile("Cycle life 0.5C", cycles=3)
    stations, batteries, numbers = {}, {}, {}

    def place(kind: str, unit_id: int = unit) -> tuple[int, int, int]:
        stations[kind] = lab.station(f"Station of {kind}", unit_id)
        batteries[kind] = lab.battery(f"Cell of {kind}", kind)
        return stations[kind], batteries[kind], profile

    def over(kind: str, status: ExperimentStatus, *, end: timedelta, unit_id: int = unit) -> int:
        where = place(kind, unit_id)
        times = {"begun_at": lab.ago(hours=3), "finished_at": NOW - end}
        numbers[kind] = lab.experiment(f"Run of {kind}", *where, status=status, **times)
        lab.measures(numbers[kind], where[0], 7200, end=NOW - end)
        return numbers[kind]

    finished = over("finished", ExperimentStatus.FINISHED, end=timedelta(hours=1))
    lab.run(finished, stations["finished"], ended_at=NOW - timedelta(hours=1))
    limit = over("limit", ExperimentStatus.FINISHED, end=timedelta(hours=1))
    why = "Voltage above 4.25 V"
    lab.run(limit, stations["limit"], ended_at=NOW - timedelta(hours=1), end_reason=why)
    lab.alarm(stations["limit"], why, experiment_id=limit, at=NOW - timedelta(hours=1))

    outage = over("outage", ExperimentStatus.ERROR, end=timedelta(minutes=30))
    lab.run(outage, stations["outage"], ended_at=NOW - timedelta(minutes=30))
    lab.measures(outage, stations["outage"], 60, end=NOW - timedelta(minutes=25), first=7485)
    lab.alarm(
        stations["outage"],
        "No contact with Station of outage.",
        code="contact lost",
        experiment_id=outage,
        at=NOW - timedelta(minutes=29),
    )

    where = place("paused")
    begun = {"begun_at": lab.ago(days=3, minutes=5), "status": ExperimentStatus.PAUSED}
    numbers["paused"] = lab.experiment("Run of paused", *where, **begun)
    lab.run(numbers["paused"], where[0])
    lab.confirm(where[0], where[1])
    lab.measures(numbers["paused"], where[0], 3600, end=NOW - PAUSED)
    lab.event(numbers["paused"], 0, "paused", at=NOW - PAUSED, test_time_s=3599.0)
    lab.live(
        where[0],
        numbers["paused"],
        state=StationState.PAUSED,
        state_since=NOW - PAUSED,
        output_on=False,
        test_time_s=3599.0,
        measured_at=NOW - PAUSED,
    )

    for kind, silent in (("running", timedelta(seconds=1)), ("lost", timedelta(hours=5))):
        where = place(kind)
        numbers[kind] = lab.experiment(f"Run of {kind}", *where, begun_at=NOW - RUNS)
        lab.run(numbers[kind], where[0])
        lab.measures(numbers[kind], where[0], 5, end=NOW - timedelta(hours=10), every_s=SPARSE_S)
        heard = {"measured_at": NOW - silent, "seen_at": NOW - silent}
        test_s = (RUNS - silent).total_seconds()
        lab.live(where[0], numbers[kind], test_time_s=test_s, instruction_began_s=0.0, **heard)

    wattrex = lab.add(
        ComputationalUnit(
            mac="wx",
            host_name="wx",
            ip="",
            port=0,
            user="wattrex",
            last_connection=NOW,
            available="ON",
        )
    ).id
    over("wattrex", ExperimentStatus.FINISHED, end=timedelta(hours=1), unit_id=wattrex)

    rates = {"currents_a": [1, 1, 1, 1, 0.2], "capacity_ah": 1.0}  # a check is last
    numbers["cycled"] = cycled(database, 5, name="Run of cycled", **rates)
    renew_summary(database, numbers["cycled"])
    numbers["imported"] = import_blocks(database, [block(3000)], name="Run of imported")
    where = place("queued")
    for kind, state in (
        ("held", PlanState.HELD),
        ("cancelled", PlanState.CANCELLED),
        ("draft", PlanState.DRAFT),
    ):
        numbers[kind] = 900 + len(numbers)
        lab.plan(f"Run of {kind}", *where[:2], state, experiment_id=numbers[kind])
        batteries[kind] = where[1]
    waits = {"status": ExperimentStatus.QUEUED, "begun_at": None}
    numbers["queued"] = lab.experiment("Run of queued", *where, **waits)

    hasher = FakeHasher()

    def clock() -> datetime:
        return NOW

    users.add_user(database, "vera", Role.VIEWER, PASSWORD, hasher=hasher, by=BY)
    token = users.sign_in(database, "vera", PASSWORD, address="", now=NOW, hasher=hasher)
    settings = WebSettings(secret_key="k" * 32, data_dir=tmp_path)
    app = create_app(settings, database, clock=clock, hasher=hasher)
    with database.read() as session:
        for kind in ("imported", "cycled"):
            imported = session.get_one(Experiment, numbers[kind])
            batteries[kind], stations[kind] = imported.battery_id, imported.station_id
    return World(lab, Visitor(app, token), stations, batteries, numbers)


def pairs(drawn: Any) -> dict[str, str]:
    """Return names and values of the lists of a page."""
    both = [node for node in walk(drawn) if node["type"] in ("Dt", "Dd")]
    return {text(name): text(value) for name, value in zip(both[::2], both[1::2], strict=True)}


def readings(drawn: Any) -> dict[str, str]:
    """Return names and values of readings: Charged, 1.500 Ah."""
    named: dict[str, str] = {}
    for one in find(drawn, className="bem-reading"):
        parts = one["props"]["children"]
        if len(parts) == 3:
            named[text(parts[0])] = " ".join(map(text, parts[1:])).strip()
    return named


def of_page(world: World, number: int) -> dict[str, str]:
    page = world.visitor.open(f"/experiments/{number}")
    said = pairs(page)
    (head,) = find(page, className="count", **{"aria-live": "polite"})
    said["ID"] = text(head).split()[0]
    pills = [one for one in walk(head) if "bem-status" in str(one["props"].get("className"))]
    said["Status"] = text(pills[0])
    said["ID"] = said["ID"].removesuffix(said["Status"])
    cards = find(page, **{"aria-label": "Alarms"})
    said["Alarms"] = alarms_in(text(cards[0]) if cards else "")
    return said


def of_statistics(world: World, number: int) -> dict[str, str]:
    asked = {"experiment-id.data": number}
    answer = world.visitor.call("experiment-statistics.children", asked)
    return readings(answer["experiment-statistics.children"])


def of_report(world: World, number: int) -> dict[str, str]:
    answer = world.visitor.client.get(f"/experiments/{number}/report.html")
    assert answer.status_code == 200, answer.text
    report = Said(answer.text)
    said = report.lists
    said.pop("Made by")  # of the battery, then of the file
    _, _, listed = answer.text.partition('<h2 id="alarms">')
    said["Alarms"] = alarms_in(listed.partition("</section>")[0])
    first, _, _ = report.headline.partition(". ")
    said["ID"], _, state = first.removeprefix("Experiment ").partition(", ")
    said["Status"] = state.split(" (")[0].capitalize()
    return said


def of_cycles(world: World, number: int) -> dict[str, str]:
    view = {"experiment": number}
    answer = world.visitor.call(
        "cycles-graph.figure", {"cycles-view.data": view, "shell-theme.data": "light"}
    )
    said = {}
    for one in answer["cycles-figures.children"]:
        name, value, _words = (text(part) for part in one["props"]["children"])
        number_, unit = (text(part) for part in one["props"]["children"][1]["props"]["children"])
        said[name] = f"{number_} {unit}".strip() if value else ""
    return said


def of_table(world: World) -> dict[int, dict[str, str]]:
    request = {"startRow": 0, "endRow": 100, "sortModel": [], "filterModel": {}}
    view = {"technology": [], "status": [], "battery": [], "station": [], "profile": []}
    answer = world.visitor.call(
        "experiments-grid.getRowsResponse",
        {
            "experiments-grid.getRowsRequest": request,
            "experiments-view.data": {**view, "from": "", "to": "", "q": ""},
            "experiments-columns.value": list(OPTIONAL),
        },
    )
    names = {"battery": "Battery", "station": "Station", "profile": "Profile"}
    names |= {"duration": "Wall time", "name": "Name", "started": "Started"}
    names |= {"test": "Test time", "pauses": "Pauses"}
    said: dict[int, dict[str, str]] = {}
    for row in answer["experiments-grid.getRowsResponse"]["rowData"]:
        said[row["id"]] = {names[field]: row[field] for field in names}
        said[row["id"]] |= {"ID": str(row["id"]), "Status": row["status"]["word"]}
        said[row["id"]]["Why it ended"] = row["status"]["why"]
        for field, name, unit in CYCLES:
            said[row["id"]][name] = "" if row[field] in NONE else f"{row[field]} {unit}".strip()
    return said


def of_battery(world: World, battery: int) -> dict[int, dict[str, str]]:
    page = world.visitor.open(f"/batteries/{battery}")
    (table,) = find(page, className="bem-table in-card bem-battery-experiments")
    heads = [text(one) for one in of_type(table, "Th")]
    said: dict[int, dict[str, str]] = {}
    for row in of_type(table, "Tr")[1:]:
        cells = dict(zip(heads, row["props"]["children"], strict=True))
        state = find(cells["Status"], className="t3 small cut bem-ended-why")
        words = {name: text(cell) for name, cell in cells.items()}
        why = text(state[0]) if state else ""
        words["Status"] = words["Status"].removesuffix(why)
        said[int(words["ID"])] = {**words, "Why it ended": why}
    return said


def of_live(world: World, station: int) -> dict[str, str]:
    """Return what stands above the graph of a live view."""
    (about,) = find(world.visitor.open(f"/monitor/{station}"), className="bem-bar bem-about")
    said = {}
    for one in about["props"]["children"]:
        name, *values = one["props"]["children"]
        said[text(name).strip()] = "".join(map(text, values)).removesuffix(" by operator")
    said["Name"] = said.pop("Experiment", said.pop("Last experiment", ""))
    return said


def of_csv(world: World, number: int) -> dict[str, str]:
    answer = world.visitor.client.get(f"/experiments/{number}/measures.csv")
    assert answer.status_code == 200, answer.text
    rows = list(csv.reader(answer.text.splitlines()))
    return {"Measures": f"{len(rows) - 1:,}"}


def everything(world: World) -> dict[int, dict[str, dict[str, str]]]:
    """Return what each place says of each experiment: number, name, place."""
    places: dict[int, dict[str, dict[str, str]]] = defaultdict(dict)
    with_row = set(world.numbers.values()) - {
        world.numbers[kind] for kind in ("held", "cancelled", "draft")
    }
    for number in world.numbers.values():
        places[number]["page"] = of_page(world, number)
        if number in with_row:
            places[number]["statistics"] = of_statistics(world, number)
            places[number]["report"] = of_report(world, number)
            places[number]["CSV"] = of_csv(world, number)
    places[world.numbers["cycled"]]["cycles"] = of_cycles(world, world.numbers["cycled"])
    for number, said in of_table(world).items():
        places[number]["table"] = said
    for battery in set(world.batteries.values()):
        for number, said in of_battery(world, battery).items():
            places[number]["battery's page"] = said
    for kind, station in world.stations.items():
        if kind in ("paused", "running", "lost", "finished", "limit", "outage"):
            places[world.numbers[kind]]["live view"] = of_live(world, station)
    for one in Laboratory(world.lab.database).experiments():
        names = {"id": "ID", "name": "Name", "battery": "Battery", "station": "Station"}
        said = {name: str(one[key]) for key, name in {**names, "profile": "Profile"}.items()}
        places[one["id"]]["notebook"] = said
    return places


def differences(places: dict[str, dict[str, str]]) -> list[str]:
    """Return the names of which places say different things, each with what they say."""
    by_name: dict[str, dict[str, str]] = defaultdict(dict)
    for place, said in places.items():
        for name, words in said.items():
            if words not in NONE:  # beside the name, or until when it is known
                by_name[name][place] = re.split(" SN | until ", words.removeprefix("≥ "))[0]
    return [
        f"{name}: {said}"
        for name, said in by_name.items()
        if not all(agree(one, other) for one in said.values() for other in said.values())
    ]


def agree(one: str, other: str) -> bool:
    """Whether two words are the same, numbers to the digits that both show.

    Lists leave the year out, and the seconds.
    """
    if one == other or SHORT_TIME.sub("", one) == SHORT_TIME.sub("", other):
        return True
    first, second = one.split(), other.split()
    if len(first) != 2 or len(second) != 2 or first[1] != second[1]:
        return False
    digits = min(len(text.partition(".")[2]) for text in (first[0], second[0]))
    numbers = [
        float(text.replace("\u2212", "-").replace(",", "")) for text in (first[0], second[0])
    ]
    return abs(numbers[0] - numbers[1]) <= 0.51 * 10.0**-digits


def test_all_places_say_the_same_of_each_experiment(world: World):
    said = everything(world)
    assert said[world.numbers["running"]]["page"]["Test time"] == "2 d 4 h"
    until = formatting.exactly(NOW - timedelta(hours=5), UTC)
    assert said[world.numbers["lost"]]["page"]["Test time"] == f"1 d 23 h until {until}"
    cycled = said[world.numbers["cycled"]]
    assert {cycled[one]["Last capacity"].split()[0][:4] for one in ("cycles", "table")} == {"0.96"}
    assert set(said) == set(world.numbers.values())
    assert all({"page", "table", "battery's page"} <= set(places) for places in said.values())
    found = [
        f"{kind}: {difference}"
        for kind, number in world.numbers.items()
        for difference in differences(said[number])
    ]
    assert not found, "\n".join(found)
