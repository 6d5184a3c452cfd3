"""Every way in which a name comes into the database: one rule."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from cycling.errors import InputError
from db.commands.batteries.changes import add_battery, change_battery, mark_of
from db.commands.experiments.notes import rename_experiment
from db.commands.profiles import save_profile
from db.commands.profiles.library import describe
from db.commands.queue import NewPlan, add_plan
from db.commands.queue.forms import add_plans
from db.commands.stations.setup import add_station
from db.engine import Database
from db.models import Battery, CyclerStation, Experiment, LibraryProfile, Plan
from db.models.station_rows import NewStation
from tests.integration.db.commands.batteries.test_changes import stored
from tests.integration.db.commands.queue.test_plans import Lab
from tests.integration.db.commands.stations.test_setup import Unit
from tests.unit.db.lab import BY, cell, import_blocks

TOKEN = "0123456789abcdef0123456789abcdef"
KEPT = {"  Cell\t17 \r\n": "Cell 17", "Cell\n17": "Cell 17", "größe 🔋": "größe 🔋"}
REFUSED = {
    " \t\n": "missing",
    "x" * 10_000: "10000 characters; shorten it to",
    "a\x00b": "cannot be shown",
    "a\x1bb": "cannot be shown",
    "a\ud800": "cannot be shown",
}
LINES = {"  two\n\tlines \n": "two\n\tlines", " ": ""}
REFUSED_LINES = {text: says for text, says in REFUSED.items() if text.strip()}


def shortly(text: str) -> str:
    return ascii(text)[1:12]


def one(database: Database, kind: type, key: int) -> tuple[str, str]:
    with database.read() as session:
        row = session.get_one(kind, key)
        return row.name, getattr(row, "description", "")


def imports(database: Database, name: str, description: str) -> tuple[str, str]:
    return one(database, Experiment, import_blocks(database, name=name, description=description))


def renames(database: Database, name: str, description: str) -> tuple[str, str]:
    experiment = import_blocks(database)
    rename_experiment(database, experiment, name, description, by=BY)
    return one(database, Experiment, experiment)


def queues(database: Database, name: str, description: str) -> tuple[str, str]:
    new: NewPlan = Lab(database).new(name=name, description=description)
    return one(database, Plan, add_plan(database, new, by=BY).id)


def queues_several(database: Database, name: str, description: str) -> tuple[str, str]:
    new: NewPlan = Lab(database).new(name=name, description=description)
    (plan,) = add_plans(database, TOKEN, [new], by=BY)
    return one(database, Plan, plan.id)


def registers(database: Database, name: str, description: str) -> tuple[str, str]:
    new = cell(name, description=description)
    return one(database, Battery, add_battery(database, new, by=BY))


def changes(database: Database, name: str, description: str) -> tuple[str, str]:
    battery = add_battery(database, cell(), by=BY)
    before = stored(database, battery)
    new = replace(before, name=name, description=description)
    change_battery(database, battery, new, seen=mark_of(before), by=BY)
    return one(database, Battery, battery)


def saves_profile(database: Database, name: str, description: str) -> tuple[str, str]:
    saved = save_profile(database, name=name, description=description, text="WAIT, 1h", by=BY)
    return one(database, LibraryProfile, saved.profile_id)


def renames_profile(database: Database, name: str, description: str) -> tuple[str, str]:
    saved = save_profile(database, name="Rest", description="", text="WAIT, 1h", by=BY)
    describe(database, saved.profile_id, name=name, description=description, by=BY)
    return one(database, LibraryProfile, saved.profile_id)


def sets_up(database: Database, name: str, location: str = "Lab") -> tuple[str, str]:
    unit = Unit(database)
    new = NewStation(unit.id, (unit.devices[0],), name, location)
    return one(database, CyclerStation, add_station(database, new, by=BY))


WAYS = [imports, renames, queues, queues_several, registers, changes, saves_profile]
WAYS += [renames_profile, sets_up]
Way = Callable[[Database, str, str], tuple[str, str]]
each_way = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
describing = pytest.mark.parametrize("way", WAYS[:-1], ids=lambda way: way.__name__)


@each_way
@pytest.mark.parametrize("text", KEPT)
def test_a_name_is_kept_on_one_line(database: Database, way: Way, text: str):
    assert partial(way, database)(text, "Lab")[0] == KEPT[text]


@each_way
@pytest.mark.parametrize("text", REFUSED, ids=shortly)
def test_a_name_that_cannot_be_is_refused(sqlite_database: Database, way: Way, text: str):
    with pytest.raises(InputError, match=REFUSED[text]):
        way(sqlite_database, text, "Lab")


@describing
@pytest.mark.parametrize("text", LINES)
def test_a_description_keeps_its_lines(database: Database, way: Way, text: str):
    assert way(database, "Cell 17", text)[1] == LINES[text]


@describing
@pytest.mark.parametrize("text", REFUSED_LINES, ids=shortly)
def test_a_description_that_cannot_be_is_refused(sqlite_database: Database, way: Way, text: str):
    with pytest.raises(InputError, match=f"The description has .*{REFUSED_LINES[text]}"):
        way(sqlite_database, "Cell 17", text)
