"""Measures in short: the same in another spelling, others otherwise."""

import dataclasses
import json

import numpy as np
import pytest

from cycling.formats.checks.digest import Digest, DigestBuilder

TIMES = np.arange(100.0)
VOLTS = 3.0 + np.sin(TIMES) / 10
AMPS = np.where(TIMES < 50, 1.0, -1.0)
CLOCK = 1_700_000_000 + TIMES


def digest(*, parts: int = 1, clock=CLOCK, volts=VOLTS, amps=AMPS) -> Digest:
    builder = DigestBuilder()
    for rows in np.array_split(np.arange(len(TIMES)), parts):
        builder.add(TIMES[rows], None if clock is None else clock[rows], volts[rows], amps[rows])
    return builder.digest()


def changed(values, place: int, by: float):
    other = values.copy()
    other[place] += by
    return other


def test_it_says_what_the_measures_are():
    known = digest()
    assert known.measures == 100
    assert (known.begins_s, known.ends_s) == (1_700_000_000, 1_700_000_099)
    assert (known.first[0], known.last[0]) == (0, 99)
    assert known.sums[0] == TIMES.sum()
    assert known.sums[2] == 100  # of the current without its sign


@pytest.mark.parametrize(
    "other",
    [
        digest(parts=7),
        digest(amps=-AMPS),
    ],
    ids=["other blocks", "other sign"],
)
def test_the_same_measures_are_recognised(other: Digest):
    assert digest().same_as(other)
    assert other.same_as(digest())


def first(count: int, **changes) -> Digest:
    builder = DigestBuilder()
    values = {"clock": CLOCK, "volts": VOLTS, "amps": AMPS, **changes}
    clock, volts, amps = (
        None if one is None else one[:count] for one in (values[name] for name in values)
    )
    builder.add(TIMES[:count], clock, volts, amps)
    return builder.digest()


@pytest.mark.parametrize("count", [8, 50, 64, 99])
def test_a_file_that_has_grown_begins_with_what_it_was(count):
    for whole in (digest(), digest(parts=7), digest(amps=-AMPS)):
        assert whole.begins_with(first(count), same_name=False)
        assert not whole.same_as(first(count))
    assert not first(count).begins_with(digest(), same_name=True)


@pytest.mark.parametrize(
    "earlier",
    [
        first(7),
        first(100),
        first(50, clock=CLOCK + 3600),
        first(50, clock=None),
        first(50, volts=changed(VOLTS, 40, 1e-5)),
        dataclasses.replace(first(50), marks=()),
    ],
    ids=["too few", "all", "an hour later", "no clock", "a voltage", "of an older release"],
)
def test_others_are_not_its_beginning(earlier: Digest):
    assert not digest().begins_with(earlier, same_name=True)


def test_without_clocks_the_name_must_be_the_same():
    whole, earlier = digest(clock=None), first(50, clock=None)
    assert whole.begins_with(earlier, same_name=True)
    assert not whole.begins_with(earlier, same_name=False)


@pytest.mark.parametrize(
    "other",
    [
        digest(volts=changed(VOLTS, 40, 1e-5)),
        digest(amps=changed(AMPS, -1, 1e-6)),
        digest(clock=CLOCK + 86_400 * 7),
        digest(clock=CLOCK + 3600),
    ],
    ids=["a voltage", "the last current", "a week later", "an hour later"],
)
def test_other_measures_are_others(other: Digest):
    assert not digest().same_as(other)


@pytest.mark.parametrize("one", [digest(), digest(clock=None)], ids=["clock", "no clock"])
def test_without_a_clock_in_both_the_measures_are_not_enough(one: Digest):
    other = digest(clock=None)
    assert not one.same_as(other)
    assert not other.same_as(one)


def test_blanks_count_as_nothing():
    assert digest(volts=changed(VOLTS, 3, np.nan)).sums[1] == pytest.approx(VOLTS.sum() - VOLTS[3])


def test_it_comes_back_from_json():
    known = digest()
    assert Digest.from_json(json.loads(json.dumps(known.to_json()))) == known
    assert Digest.from_json({}) is None
    assert Digest.from_json(None) is None
    assert dataclasses.replace(known, measures=1) != known
