"""What is left of a run: by time, going on between two samples, corrected by what rounds took."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cycling.terms import LimitType, Mode, StationState
from db.queries.profiles.compiled import CompiledProfile, CompiledRow
from db.queries.profiles.run_times import RunTimes
from db.queries.stations.state import LiveFacts, StationNow
from db.terms import OverviewState
from pages.station.progress import LATE_S, left_words, progress

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
REST_S, LIKELY_S = 600.0, 3600.0


def cycling(rounds: int) -> CompiledProfile:
    """A profile that rests for ten minutes and discharges for about an hour, again and again."""
    rows = []
    for cycle in range(1, rounds + 1):
        loops = ((cycle, rounds),)
        rest = CompiledRow(2 * cycle, Mode.WAIT, 0.0, ((LimitType.TIME, REST_S),), loops=loops)
        limits = ((LimitType.VOLTAGE, 2.5),)
        work = CompiledRow(2 * cycle + 1, Mode.CC, -1.5, limits, loops=loops, expected_s=LIKELY_S)
        rows += [rest, work]
    return CompiledProfile(tuple(rows), rounds * (REST_S + LIKELY_S), {})


def station(
    compiled: CompiledProfile,
    instruction_id: int,
    began_s: float,
    test_s: float,
    *,
    age_s: float = 0.0,
    speed: float = 1.0,
    state: StationState = StationState.RUNNING,
) -> StationNow:
    at = NOW - timedelta(seconds=age_s)
    nothing = dict.fromkeys(("voltage_v", "current_a", "temperature_degc", "contact_lost_at"))
    live = LiveFacts(
        state=state,
        state_since=at,
        detail="",
        seen_at=at,
        output_on=True,
        experiment_id=1,
        instruction_id=instruction_id,
        instruction_began_s=began_s,
        cycle=None,
        test_time_s=test_s,
        measured_at=at,
        **nothing,
    )
    blank = ("clock_offset_s", "lost_at", "experiment", "last", "confirmed", "out", "command")
    return StationNow(
        id=2,
        at=NOW,
        name="Station 04",
        unit_id=1,
        state=OverviewState.RUNNING,
        simulated=speed != 1,
        speed=speed,
        online=True,
        live=live,
        compiled=compiled,
        alarms=(),
        held=(),
        queue=(),
        **dict.fromkeys(blank),
    )


def test_the_second_cycle_of_two_that_begins_is_half_and_never_all():
    at = progress(station(cycling(2), 4, 4200.0, 4200.0))
    assert at.part == pytest.approx(0.5)
    assert at.left.left_s == pytest.approx(4200.0)
    late = progress(station(cycling(2), 5, 4800.0, 8500.0))
    assert late.part == 0.99


def test_what_is_left_goes_on_between_two_samples():
    at = progress(station(cycling(2), 3, 600.0, 1200.0, age_s=49.0))
    assert left_words(at, NOW - timedelta(seconds=49)) == "about 2 h 0 min left"
    assert at.left.left_s - at.left.later(NOW).left_s == pytest.approx(49.0)
    assert at.left.later(NOW).part() > at.left.part()


def test_a_faster_clock_leaves_less_of_ours():
    at = progress(station(cycling(1), 3, 600.0, 600.0, speed=10.0))
    assert at.left.left_s == pytest.approx(360.0)
    assert at.left.rate == 1.0
    assert at.step_left.left_s == pytest.approx(3600.0)
    assert at.step_left.rate == 10.0


def test_a_pause_stands_still_and_says_so():
    at = progress(station(cycling(1), 3, 600.0, 1200.0, age_s=600.0, state=StationState.PAUSED))
    assert left_words(at, NOW) == "stands still, about 50 min 0 s left"


def test_a_step_is_late_once_pages_would_have_heard_of_its_end():
    """Else one page says "about", and another one that asks less often "at least"."""
    at = progress(station(cycling(2), 3, 600.0, 4200.0 + LATE_S - 1))
    assert left_words(at, NOW) == "about 1 h 10 min left"
    assert left_words(at, NOW + timedelta(seconds=2)) == "at least 1 h 10 min left"
    fast = progress(station(cycling(2), 3, 600.0, 4200.0 + 10 * LATE_S - 10, speed=10.0))
    assert left_words(fast, NOW) == "about 7 min 0 s left"
    assert fast.step_left.words() == "about 0 s left"
    assert fast.step_left.later(NOW + timedelta(seconds=2)).words() == "longer than expected"


def test_what_follows_begins_once_a_late_instruction_has_ended():
    last = progress(station(cycling(1), 3, 600.0, 4300.0)).left
    assert last.until_next() == "once the present instruction has ended"
    assert progress(station(cycling(1), 3, 600.0, 600.0)).left.until_next() == "in about 1 h 0 min"


def test_a_step_that_takes_longer_than_expected_says_so():
    at = progress(station(cycling(2), 3, 600.0, 4300.0))
    assert left_words(at, NOW) == "at least 1 h 10 min left"
    assert left_words(progress(station(cycling(1), 3, 600.0, 4300.0)), NOW) == (
        "longer than expected"
    )


def test_a_rest_within_a_profile_ends_by_its_time():
    at = progress(station(cycling(1), 2, 0.0, 590.0))
    assert at.step_left.words() == "10 s left"
    late = NOW + timedelta(seconds=12)
    assert left_words(at, late) == "about 1 h 0 min left"  # the next one begins in a moment
    assert at.left.numbers()[-1] == 2


def test_where_only_the_whole_is_expected_a_step_has_its_own_time():
    rest = CompiledRow(1, Mode.WAIT, 0.0, ((LimitType.TIME, 90.0),))
    split = CompiledRow(2, Mode.CC, 1.0, ((LimitType.VOLTAGE, 4.2),))
    at = progress(station(CompiledProfile((rest, split), 1000.0, {}), 1, 0.0, 30.0))
    assert left_words(at, NOW) == "about 16 min 10 s left"
    assert at.step_left.words() == "1 min 0 s left"


def test_times_alone_are_exact():
    rows = (CompiledRow(1, Mode.WAIT, 0.0, ((LimitType.TIME, 90.0),)),)
    at = progress(station(CompiledProfile(rows, 90.0, {}), 1, 0.0, 30.0))
    assert left_words(at, NOW) == "1 min 0 s left"
    assert left_words(at, NOW + timedelta(seconds=70)) == "0 s left"


def test_rounds_that_were_shorter_than_expected_shorten_what_comes():
    """After three rounds of 2400 s instead of 3600 s, three quarters of that is believed."""
    began_s = 3 * (REST_S + 2400.0)
    at = progress(station(cycling(5), 8, began_s, began_s))
    factor = 1 - (1 - 2400.0 / 3600.0) * 3 / 4
    assert at.left.left_s == pytest.approx(2 * (REST_S + factor * LIKELY_S))
    first = progress(station(cycling(5), 3, 600.0, 600.0))
    assert first.left.left_s == pytest.approx(5 * LIKELY_S + 4 * REST_S)


def test_a_run_that_began_with_another_charge_takes_what_that_lets_expect():
    """Its first discharge is half an hour shorter; in later rounds nothing is corrected for it."""
    times = RunTimes((0.0, -1800.0))
    first = replace(station(cycling(3), 3, 600.0, 900.0), times=times)
    assert progress(first).left.left_s == pytest.approx(1500.0 + 2 * 4200.0)
    assert progress(first).step_left.left_s == pytest.approx(1500.0)
    rest = replace(station(cycling(3), 2, 0.0, 0.0), times=times)
    assert progress(rest).left.left_s == pytest.approx(3 * 4200.0 - 1800.0)
    third = replace(station(cycling(3), 6, 6600.0, 6600.0), times=times)
    assert progress(third).left.left_s == pytest.approx(4200.0)


def test_a_run_that_a_safety_limit_is_expected_to_end_lasts_until_then():
    times = RunTimes((0.0, -600.0), whole_s=3600.0, is_cut=True)
    at = progress(replace(station(cycling(3), 3, 600.0, 900.0), times=times))
    assert left_words(at, NOW) == "about 45 min 0 s left"


def test_nothing_is_expected_before_the_charge_is_measured():
    at = progress(replace(station(cycling(3), 3, 600.0, 900.0), times=None))
    assert (at.left, at.step_left, left_words(at, NOW)) == (None, None, "time left unknown")


def test_what_nothing_is_known_of_counts_instructions_that_are_through():
    rows = tuple(
        CompiledRow(number, Mode.CC, 1.0, ((LimitType.VOLTAGE, 4.2),), cycle=number, cycles=2)
        for number in (1, 2)
    )
    at = progress(station(CompiledProfile(rows, None, {}), 2, 10.0, 20.0))
    assert at.part == 0.5
    assert left_words(at, NOW) == "time left unknown"


def test_a_step_whose_time_several_rows_share_is_one():
    """As WattRex cyclers execute it, and runs of ours did."""
    rest = CompiledRow(
        1, Mode.WAIT, 0.0, ((LimitType.TIME, 300.0),), further=((2, 100.0), (3, 200.0))
    )
    compiled = CompiledProfile((rest, replace(rest, id=4, further=())), 600.0, {})
    at = progress(station(compiled, 3, 200.0, 230.0))
    assert (at.words, at.number, at.running_s) == ("WAIT 5 min", 1, 230.0)
    assert (at.step_left.words(), left_words(at, NOW)) == ("1 min 10 s left", "6 min 10 s left")
