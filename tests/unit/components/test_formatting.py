"""Numbers and times in words."""

import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import formatting

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (0, "0 s"),
        (0.25, "0.25 s"),
        (0.0001, "0.0001 s"),
        (7, "7 s"),
        (59.4, "59.4 s"),
        (59.94, "59.9 s"),
        (59.95, "1 min 0 s"),
        (59.96, "1 min 0 s"),
        (60, "1 min 0 s"),
        (2331.2, "38 min 51 s"),
        (3599.4, "59 min 59 s"),
        (3599.6, "1 h 0 min"),
        (86369, "23 h 59 min"),
        (86399.4, "1 d 0 h"),
        (86399.7, "1 d 0 h"),
        (24 * 3600 + 52 * 60, "1 d 1 h"),
        (2 * 3600 + 59 * 60 + 40, "3 h 0 min"),
        (73 * 86400 + 13 * 3600 + 59 * 60, "73 d 14 h"),
    ],
)
def test_a_duration_is_said_in_its_two_largest_units(seconds, words):
    assert formatting.duration(seconds) == words


@given(st.floats(min_value=0, max_value=1e10))
def test_a_duration_never_fills_the_next_unit(seconds):
    words = formatting.duration(seconds)
    parts = re.fullmatch(r"(?:(\S+) d )?(?:(\S+) h)? ?(?:(\S+) min)? ?(?:(\S+) s)?", words)
    assert parts, words
    for text, limit in zip(parts.groups(), (float("inf"), 24, 60, 60), strict=True):
        assert text is None or float(text) < limit, words


@given(st.floats(min_value=1, max_value=1e9), st.floats(min_value=0, max_value=1e5))
def test_a_longer_duration_is_never_said_to_be_shorter(seconds, more):
    lengths = {"d": 86400, "h": 3600, "min": 60, "s": 1}

    def said(words):
        pairs = zip(*[iter(words.split())] * 2, strict=True)
        return sum(float(number) * lengths[unit] for number, unit in pairs)

    assert said(formatting.duration(seconds)) <= said(formatting.duration(seconds + more))


def test_a_negative_duration_has_a_real_minus_sign():
    assert formatting.duration(-5) == "−5 s"
    assert formatting.duration(-7200) == "−2 h 0 min"


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (-5.8, "A", "−5.8 A"),
        (2.5, "", "2.5"),
        (0, "V", "0 V"),
        (-0.0, "V", "0 V"),
        (4.199999999, "V", "4.2 V"),
        (1e-9, "A", "1e−09 A"),
        (12345678, "Ah", "1.23457e+07 Ah"),
    ],
)
def test_a_quantity_has_up_to_six_digits_and_a_real_minus_sign(value, unit, words):
    assert formatting.quantity(value, unit) == words


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (999_999_999, "1.0 GB"),
        (184_200_000, "184.2 MB"),
        (2 * 1024**3, "2.1 GB"),
        (5_000_000_000_000, "5000.0 GB"),
    ],
)
def test_a_size_is_said_in_the_unit_that_fits(size, words):
    assert formatting.size(size) == words


def test_thousands_are_separated():
    assert formatting.number(10412) == "10,412"
    assert formatting.number(999) == "999"


def test_a_moment_of_this_year_is_said_without_the_year():
    assert formatting.when(datetime(2026, 8, 4, 6, 10, tzinfo=UTC), UTC, NOW) == "4 Aug, 06:10"


def test_a_moment_of_another_year_is_said_with_the_year():
    assert formatting.when(datetime(2025, 12, 31, 23, 59, tzinfo=UTC), UTC, NOW) == "31 Dec 2025"
    assert formatting.when(datetime(2027, 1, 1, tzinfo=UTC), UTC, NOW) == "1 Jan 2027"


def test_the_year_is_that_of_the_viewers_zone():
    moment = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    assert formatting.when(moment, ZoneInfo("Europe/Madrid"), NOW) == "1 Jan, 00:30"
    new_year = datetime(2026, 1, 1, 0, 30, tzinfo=UTC)  # it is still 2025 in New York
    assert formatting.when(moment, ZoneInfo("America/New_York"), new_year) == "31 Dec, 18:30"


def test_a_moment_that_is_not_known_is_blank():
    assert formatting.when(None, UTC, NOW) == ""
    assert formatting.exactly(None, UTC) == ""
    assert formatting.utc(None) == ""


def test_exact_moments_are_in_the_viewers_zone_and_hovers_in_utc():
    moment = datetime(2026, 8, 24, 23, 10, 2, tzinfo=UTC)
    assert formatting.exactly(moment, ZoneInfo("Asia/Kathmandu")) == "25 Aug 2026, 04:55:02"
    east = moment.astimezone(timezone(timedelta(hours=9)))
    assert formatting.utc(east) == "2026-08-24 23:10:02 UTC"


@pytest.mark.parametrize(("unit", "words"), [("V", "V"), ("degC", "°C"), ("1", ""), ("", "")])
def test_units_are_written_as_people_write_them(unit: str, words: str):
    assert formatting.unit_words(unit) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (0.254, "0.3 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min 0 s"),
        (100.46, "1 min 40 s"),  # not 100.5 s and so 1 min 41 s
        (100.5, "1 min 41 s"),
        (98.5, "1 min 39 s"),
    ],
)
def test_how_long_something_took_is_rounded_once(seconds, words):
    assert formatting.lasted(seconds) == words


@pytest.mark.parametrize(("seconds", "words"), [(0.5, "1 s"), (98.5, "1 min 39 s"), (2.4, "2 s")])
def test_a_duration_to_the_second_is_what_scripts_write(seconds, words):
    assert formatting.whole_duration(seconds) == words


def test_a_range_whose_ends_are_the_same_is_one_value():
    assert formatting.span(40, 40, "mL/min") == "40 mL/min"
    assert formatting.span(40, 60, "mL/min") == "40 to 60 mL/min"


def test_the_range_of_a_coin_cell_is_in_thousandths():
    assert formatting.small_span(-0.003, 0.003, "A") == "−3 to 3 mA"
    assert formatting.small_span(-10, 0.05, "A") == "−10 to 0.05 A"
    assert formatting.small_span(0, 0, "A") == "0 A"


@pytest.mark.parametrize(
    ("count", "total", "more", "words"),
    [
        (0, 0, (False, False), "0"),
        (10_412, 10_412, (False, False), "10,412"),
        (128, 10_412, (False, False), "128 of 10,412"),
        (128, 10_000, (False, True), "128 of more than 10,000"),
        (10_000, 10_000, (True, True), "more than 10,000"),
    ],
)
def test_counts_that_end_say_so(count, total, more, words):
    is_more = {"count_is_more": more[0], "total_is_more": more[1]}
    assert formatting.number_of(count, total, **is_more) == words
