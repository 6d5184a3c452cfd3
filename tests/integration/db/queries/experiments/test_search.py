"""The search of the experiments: words in any order, over all that an experiment is made with."""

import pytest
from sqlalchemy import select

from cycling.terms import Technology
from db.commands.experiments.notes import NewNote, add_note
from db.commands.tags import TagChange, change_tags
from db.engine import Database
from db.models import Experiment, Plan
from db.queries.experiments import search
from db.queries.experiments.facets import filter_choices
from db.queries.experiments.filters import Filter, narrowed
from db.queries.experiments.search import MAX_WORDS
from db.queries.experiments.table import list_experiments
from tests.unit.db.lab import BY, NOW, add_cell, add_experiment, add_profile, add_station


@pytest.fixture
def lab(database: Database) -> Database:
    """Three experiments that differ in everything that is searched."""
    nmc = add_cell(database, "Pouch 7", serial_number="24A-00718", model="INR", chemistry="NMC")
    gel = add_cell(
        database,
        "Traction",
        serial_number="77",
        manufacturer="Oakmere",
        technology=Technology.LEAD_ACID,
        chemistry="Gel",
    )
    sodium = add_cell(database, "Coin", serial_number="9", model="C1", chemistry="Na-ion")
    fast, slow = add_profile(database, "Rate 1C"), add_profile(database, "Rate C/20")
    place = add_station(database, "Chamber 45")
    add_experiment(database, name="First", battery_id=nmc, profile_id=fast, station_id=place)
    add_experiment(database, name="Second", battery_id=gel, profile_id=slow, description="at 45")
    third = add_experiment(database, name="Third", battery_id=sodium, profile_id=fast)
    add_note(database, NewNote(third, "Electrolyte leaked, 100% sure"), by=BY)
    change_tags(database, [third], TagChange(["Campaign 7"]), by=BY)
    return database


def found(database: Database, text: str) -> set[str]:
    page = list_experiments(database, Filter(text=text), offset=0, limit=100)
    assert page.count == len(page.rows)
    return {row.name for row in page.rows}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("NMC 1C", {"First"}),
        ("1c nmc", {"First"}),
        ("1C", {"First", "Third"}),
        ("00718", {"First"}),
        ("inr pouch first", {"First"}),
        ("45", {"First", "Second"}),
        ("45 chamber", {"First"}),
        ("oakmere", {"Second"}),
        ("gel C/20", {"Second"}),
        ("na-ion", {"Third"}),
        ("leaked third", {"Third"}),
        ("campaign", {"Third"}),
        ("CAMPAIGN na-ion leaked", {"Third"}),
        ("100%", {"Third"}),
        ("leaked first", set()),
        ("nmc gel", set()),
        ("' OR 1=1 --", set()),
        ("first " * (MAX_WORDS + 1), {"First"}),  # the same word
        (" ".join(f"w{n}" for n in range(MAX_WORDS + 1)), set()),
    ],
)
def test_every_word_is_found_somewhere(lab: Database, text: str, names: set[str]):
    assert found(lab, text) == names


def test_the_choices_are_of_what_is_found(lab: Database):
    choices = filter_choices(lab, Filter(text="rate 1c"))
    assert {(one.label, one.count) for one in choices.profiles} == {("Rate 1C", 2)}


def test_a_draft_without_battery_and_station_is_found_by_its_name(lab: Database):
    with lab.write() as session:
        session.add(
            Plan(
                token="t" * 12,
                experiment_id=900,
                name="Not yet",
                description="a draft of 45",
                detail={},
                user_name="oscar",
                created_at=NOW,
                state_since=NOW,
            )
        )
    assert found(lab, "draft yet") == {"Not yet"}
    assert found(lab, "45") == {"First", "Second", "Not yet"}
    assert found(lab, "draft nmc") == set()


def test_a_search_looks_through_the_newest_numbers_at_first(lab: Database, monkeypatch):
    assert search.search_since(lab) == 0  # that is all of them
    monkeypatch.setattr(search, "REACH", 2)
    since = search.search_since(lab)
    newest = list_experiments(lab, Filter(text="r", since=since), offset=0, limit=9)
    assert [row.name for row in newest.rows] == ["Third", "Second"]
    assert newest.total == 3
    assert found(lab, "r") == {"First", "Second", "Third"}


def test_what_is_few_is_looked_through_once_and_more_than_can_be_named_too(lab, monkeypatch):
    wanted = ("1C", "45", "campaign", "nmc")
    before = [found(lab, text) for text in wanted]
    monkeypatch.setattr(search, "MAX_IDS", 0)
    assert [found(lab, text) for text in wanted] == before


def test_words_that_were_not_looked_up_are_a_mistake_of_ours():
    with pytest.raises(ValueError, match="looked up"):
        narrowed(select(Experiment.id), Filter(text="x"))
