from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycling.formats import Field, read_measures, verify
from cycling.formats.values.clocks import parse_clock, zone

UTC_ZONE = zone("UTC")


def unix(*cells, unit="year first", where="UTC", decimal="."):
    return parse_clock(pa.array(cells, pa.string()), unit, decimal, zone(where))


@pytest.mark.parametrize(
    ("cell", "unit", "expected"),
    [
        ("2022-05-18 16:27:52", "year first", "2022-05-18T16:27:52"),
        ("2022-05-18T16:27:52.125Z", "year first", "2022-05-18T16:27:52.125"),
        ("2022-05-18T16:27:52+02:00", "year first", "2022-05-18T14:27:52"),
        ("2022/5/8 6:27:52,5", "year first", "2022-05-08T06:27:52.5"),
        ("2022-05-18 16:27:52:250", "year first", "2022-05-18T16:27:52.25"),
        ("2022-05-18", "year first", "2022-05-18T00:00:00"),
        ("2024-02-29 00:00:00", "year first", "2024-02-29T00:00:00"),
        ("18/05/2022 16:27:52", "day first", "2022-05-18T16:27:52"),
        ("18.05.22 16:27", "day first", "2022-05-18T16:27:00"),
        ("05/18/2022 4:27:52 PM", "month first", "2022-05-18T16:27:52"),
        ("05/18/2022 12:07:52 AM", "month first", "2022-05-18T00:07:52"),
        ("1652891272.5", "Unix s", "2022-05-18T16:27:52.5"),
        ("1652891272500", "Unix ms", "2022-05-18T16:27:52.5"),
        ("1652891272500000", "Unix us", "2022-05-18T16:27:52.5"),
        ("1652891272500000000", "Unix ns", "2022-05-18T16:27:52.5"),
        ("3735736072.5", "s since 1904", "2022-05-18T16:27:52.5"),
        ("22/05/18 16:27:52", "year first", "2022-05-18T16:27:52"),
        ("20220518162752", "year first", "2022-05-18T16:27:52"),
        ("20220518T1627", "year first", "2022-05-18T16:27:00"),
        ("2022-05-18 16:27:52 CEST", "year first", "2022-05-18T14:27:52"),
        ("45131.78472222222", "Excel days", "2023-07-24T18:50:00"),
    ],
)
def test_a_clock_is_read(cell, unit, expected):
    got = unix(cell, unit=unit)
    assert got.bad is None
    assert got.values[0] == datetime.fromisoformat(expected).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("cell", "unit"),
    [
        ("2023-02-29 00:00:00", "year first"),
        ("2022-13-01 00:00:00", "year first"),
        ("2022-05-18 24:00:00", "year first"),
        ("2022-05-18 10:60:00", "year first"),
        ("18/05/2022 16:27:52", "month first"),
        ("05/18/2022 13:27:52 PM", "month first"),
        ("soon", "day first"),
        ("２０２２-05-18 10:00:00", "year first"),
        ("1e300", "Unix s"),
        ("1e999", "Unix ms"),
        ("nan", "Excel days"),
        ("1e18", "Excel days"),
    ],
)
def test_what_is_no_clock_time_is_bad(cell, unit):
    good = {"year first": "2022-05-18", "day first": "18/05/2022", "month first": "05/18/2022"}
    got = unix(good.get(unit, "40000"), cell, None, unit=unit)
    assert np.isfinite(got.values).tolist() == [True, False, False]
    marked = got.bad if got.bad is not None else got.no_value
    assert marked.tolist() == [False, True, False]


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)),
    st.sampled_from(["Europe/Madrid", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]),
)
def test_a_local_time_becomes_utc_as_the_zone_says(moment, name):
    # a cell cannot say which one it means of an hour that the zone has twice: the first
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000, fold=0)
    expected = moment.replace(tzinfo=ZoneInfo(name)).timestamp()
    got = unix(moment.isoformat(" ", "milliseconds"), where=name).values[0]
    assert got == pytest.approx(expected, abs=1e-6)


def test_an_hour_that_a_zone_has_twice_is_the_first_and_one_that_it_skips_is_as_before():
    twice = unix("2022-10-30 02:30:00", "2022-10-30 00:30:00Z", where="Europe/Madrid").values
    assert twice[0] == twice[1]
    skipped = unix("2022-03-27 02:30:00", "2022-03-27 01:30:00Z", where="Europe/Madrid").values
    assert skipped[0] == skipped[1]


def test_zones_and_no_zones_may_be_mixed():
    cells = ("2022-07-01 12:00:00", "2022-07-01 12:00:00Z", "2022-07-01 12:00:00-0100", None)
    got = unix(*cells, where="Europe/Madrid").values
    assert np.diff(got)[:2].tolist() == [7200.0, 3600.0]
    assert np.isnan(got[3])


@pytest.mark.parametrize(
    ("first", "last", "elapsed", "unit"),
    [
        ("07/11/2019 10:00:00", "07/13/2019 10:00:00", "", "month first"),
        ("11/07/2019 10:00:00", "13/07/2019 10:00:00", "", "day first"),
        ("05/04/2025 10:00:00", "06/04/2025 10:00:00", "86400", "day first"),
        ("04/05/2025 10:00:00", "04/06/2025 10:00:00", "86400", "month first"),
        ("11/02/2025 23:59:00", "11/03/2025 00:00:00", "", "month first"),
        ("02/11/2025 23:59:00", "03/11/2025 00:00:00", "", "day first"),
        ("05/04/2025 10:00:00", "05/04/2025 11:00:00", "3600", "day first"),
        ("05/04/2025 10:00:00 AM", "05/04/2025 11:00:00 AM", "3600", "month first"),
    ],
)
def test_day_and_month_are_told_apart_by_the_data(proposed, first, last, elapsed, unit):
    _, mapping = proposed(f"Total Time (s),U,I,Date\n0,3.5,1,{first}\n{elapsed},3.6,1,{last}\n")
    assert mapping.column(Field.CLOCK).unit == unit


@pytest.mark.parametrize(("day", "warned"), [("05/04/2025", True), ("05/14/2025", False)])
def test_an_ambiguous_date_is_warned_of(proposed, day, warned):
    table, mapping = proposed(f"t (s),U,I,Date\n0,3.5,1,{day} 10:00:00\n1,3.6,1,{day} 10:00:01\n")
    codes = [p.code for p in verify(table, mapping).problems if p.severity == "warning"]
    assert ("date-order" in codes) is warned


def test_the_files_time_zone_counts(proposed):
    table, mapping = proposed("Date,U,I\n2025-07-01 12:00:00,3.5,1\n2025-07-01 12:00:01,3.6,1\n")
    madrid = replace(mapping, time_zone="Europe/Madrid", positive_is_charge=True)
    start = datetime(2025, 7, 1, 10, tzinfo=UTC).timestamp()
    assert verify(table, madrid).starts_at == start
    (block,) = read_measures(table, madrid)
    assert block.unix_time_s.tolist() == [start, start + 1]
    assert block.test_time_s.tolist() == [0, 1]


def test_without_a_test_time_a_clock_that_goes_back_is_an_error(proposed):
    table, mapping = proposed("Date,U,I\n2025-07-01 12:00:00,3.5,1\n2025-07-01 11:00:00,3.6,1\n")
    assert mapping.column(Field.TEST_TIME) is None
    problem = verify(table, mapping).problems[0]
    assert (problem.severity, problem.row) == ("error", 3)
    assert "clock time goes back by 3,600 s" in problem.text


def test_a_clock_of_twelve_hours_without_am_and_pm_says_so(proposed):
    table, mapping = proposed("Date,U,I\n2025-07-01 12:59:00,3.5,1\n2025-07-01 1:00:00,3.6,1\n")
    problem = verify(table, mapping).problems[0]
    assert (problem.severity, problem.row) == ("error", 3)
    assert "Its hours may be of 12 without AM or PM" in problem.text


def clocked(proposed, hours):
    start = datetime(2025, 1, 1)
    rows = [f"{i},3.5,1,{start + timedelta(hours=h, seconds=i)}" for i, h in enumerate(hours)]
    table, mapping = proposed("t (s),U,I,Date\n" + "\n".join(rows) + "\n")
    return table, replace(mapping, positive_is_charge=True), start.replace(tzinfo=UTC).timestamp()


def test_a_clock_that_goes_back_alone_is_a_warning_and_the_test_time_counts(proposed):
    table, mapping, start = clocked(proposed, [0, 1, 1, 0, 0])
    result = verify(table, mapping)
    assert [(p.severity, p.row, p.code) for p in result.problems] == [("warning", 5, "clock-back")]
    assert "goes back by 3,599 s" in result.problems[0].text
    assert (result.starts_at, result.trust_clock) == (start, False)
    for trust in (None, result.trust_clock):
        (block,) = read_measures(table, mapping, trust_clock=trust)
        assert block.unix_time_s.tolist() == [start + i for i in range(5)]


def test_a_clock_that_goes_forward_is_kept(proposed):
    table, mapping, start = clocked(proposed, [0, 0, 2, 2])
    assert verify(table, mapping).trust_clock
    (block,) = read_measures(table, mapping)
    assert block.unix_time_s.tolist() == [start, start + 1, start + 7202, start + 7203]


def test_a_blank_clock_is_warned_of_and_goes_on_with_the_test_time(proposed):
    table, mapping = proposed(
        "t (s),U,I,Date\n0,3,1,2025-01-01\n1,3,1,\n2,3,1,\n3,3,1,2025-01-02\n"
    )
    result = verify(table, replace(mapping, positive_is_charge=True))
    assert [(p.code, p.row, p.last_row) for p in result.problems] == [("blank-clock", 3, 4)]
    (block,) = read_measures(table, result.mapping)
    start = block.unix_time_s[0]
    assert block.unix_time_s.tolist() == [start, start + 1, start + 2, start + 86_400]
