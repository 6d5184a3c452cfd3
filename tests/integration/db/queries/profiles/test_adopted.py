"""Profiles of an adopted database, on each engine."""

import pytest

from cycling.errors import NotFoundError
from db.engine import Database
from db.queries.profiles.adopted import adopted_profile, adopted_profiles
from tests.running_lab import RunningLab


def test_profiles_are_listed_by_name_and_each_is_shown_with_its_rows(database: Database):
    lab = RunningLab(database)
    long, short = lab.profile("Long", cycles=100, details=False), lab.profile("50% short")
    page = adopted_profiles(database)
    assert [(one.id, one.name) for one in page.rows] == [(short, "50% short"), (long, "Long")]
    assert [one.id for one in adopted_profiles(database, "50%").rows] == [short]
    shown = adopted_profile(database, long)
    assert (shown.name, shown.lines, shown.uses) == ("Long", len(shown.text.splitlines()), ())
    assert shown.lines > 100
    assert adopted_profile(database, short).text.startswith("WAIT, ")
    with pytest.raises(NotFoundError):
        adopted_profile(database, short + long)


def test_who_used_it_is_named_the_newest_first(database: Database):
    lab = RunningLab(database)
    profile, battery = lab.profile("Old life", details=False), lab.battery("Cell", "1")
    station = lab.station("Station 1", lab.unit())
    first = lab.experiment("First", station, battery, profile, created_at=lab.ago(hours=3))
    second = lab.experiment("Second", station, battery, profile)
    shown = adopted_profile(database, profile)
    assert [(one.id, one.battery) for one in shown.uses] == [(second, "Cell"), (first, "Cell")]
    assert shown.experiments == 2
