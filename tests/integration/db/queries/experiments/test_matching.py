"""Where a search has found an experiment: the fields that are searched, on each engine."""

from db.commands.experiments.notes import NewNote, add_note
from db.commands.tags import TagChange, change_tags
from db.engine import Database
from db.queries.experiments.filters import Filter
from db.queries.experiments.matching import parts_of
from db.queries.experiments.table import list_experiments
from tests.unit.db.lab import BY, add_cell, add_experiment, add_profile, add_station


def test_every_field_that_is_searched_has_its_text(database: Database):
    cell = add_cell(database, "Pouch 7", serial_number="24A-00718", model="INR", chemistry="NMC")
    one = add_experiment(
        database,
        name="First",
        description="at 25 degC",
        battery_id=cell,
        profile_id=add_profile(database, "Rate 1C"),
        station_id=add_station(database, "Chamber 45"),
    )
    other = add_experiment(database, name="Second", battery_id=add_cell(database, "Coin"))
    for text in ("Electrolyte leaked", "opened again", "LEAKED more"):
        add_note(database, NewNote(one, text), by=BY)
    change_tags(database, [one], TagChange(["Campaign 7"]), by=BY)
    rows = list_experiments(database, Filter(), offset=0, limit=10).rows
    parts = parts_of(database, rows, "leaked 7")
    fields = [(part.field, part.text) for part in parts[one]]
    assert fields == [
        ("Name", "First"),
        ("Description", "at 25 degC"),
        ("Note", "Electrolyte leaked"),
        ("Note", "LEAKED more"),
        ("Tag", "Campaign 7"),
        ("Battery", "Pouch 7"),
        ("SN", "24A-00718"),
        *[(part.field, part.text) for part in parts[one] if part.field == "Manufacturer"],
        ("Model", "INR"),
        ("Chemistry", "NMC"),
        ("Profile", "Rate 1C"),
        ("Station", "Chamber 45"),
    ]
    assert "Note" not in {part.field for part in parts[other]}
    assert parts_of(database, [], "x") == {}
