"""Profiles of an adopted database, on each engine."""

from db.engine import Database
from db.queries.profiles.adopted import MAX_LINES, adopted_profiles
from tests.running_lab import RunningLab


def test_profiles_are_listed_with_the_first_lines_of_their_rows(database: Database):
    lab = RunningLab(database)
    long, short = lab.profile("Long", cycles=100, details=False), lab.profile("50% short")
    page = adopted_profiles(database)
    assert [(one.id, one.name) for one in page.rows] == [(short, "50% short"), (long, "Long")]
    assert [one.is_cut for one in page.rows] == [False, True]
    assert [len(one.text.splitlines()) for one in page.rows][1] == MAX_LINES
    assert page.rows[0].text.startswith("WAIT, ")
    assert [one.id for one in adopted_profiles(database, "50%").rows] == [short]
