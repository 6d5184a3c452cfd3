"""The user's corrections of a mapping."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycling.formats import Column, Field, Mapping
from pages.import_experiment.mapping import (
    CHARGE,
    DISCHARGE,
    clock_is_local,
    corrected,
    default_start,
    sign_of,
    start_from,
    to_correct,
)
from tests.generated import examples

COLUMNS = (
    Column(0, "Test Time / s", Field.TEST_TIME, "s", "Test Time"),
    Column(1, "Voltage / V", Field.VOLTAGE, "V", "Voltage"),
    Column(2, "Current / A", Field.CURRENT, "A", "Current"),
    Column(3, "Cell", Field.EXTENDED, "degC", "Cell"),
    Column(4, "Note", Field.IGNORED, "", "Note"),
)
KNOWN = Mapping("BDF", COLUMNS, positive_is_charge=True, time_zone="Europe/Madrid")
MADRID = ZoneInfo("Europe/Madrid")
SHOWN = {column.index: column.field.value for column in COLUMNS}
UNITS = {column.index: column.unit for column in COLUMNS}


def change(fields=None, units=None, sign: str | None = CHARGE, zone="Europe/Madrid") -> Mapping:
    """Correct what the controls show by these changes."""
    return corrected(KNOWN, {**SHOWN, **(fields or {})}, {**UNITS, **(units or {})}, sign, zone)


def test_untouched_controls_change_nothing():
    assert change() == KNOWN


def test_a_column_becomes_what_was_chosen_in_a_unit_that_fits():
    column = change({3: "power"}).columns[3]
    assert (column.field, column.unit) == (Field.POWER, "W")
    assert (column.label, column.name) == ("Cell", "Cell")


def test_a_unit_becomes_what_was_chosen():
    assert change(units={2: "mA"}).columns[2].unit == "mA"
    assert change(units={3: " K "}).columns[3].unit == "K"


def test_a_new_kind_of_column_does_not_take_the_unit_of_the_former_kind():
    column = change({2: "voltage"}, {2: "mA"}).columns[2]
    assert (column.field, column.unit) == (Field.VOLTAGE, "V")


@pytest.mark.parametrize("unit", ["", None, "   "])
def test_an_empty_unit_leaves_the_one_that_is_known(unit):
    assert change(units={3: unit}) == KNOWN


def test_a_long_unit_is_cut_to_what_can_be_stored():
    unit = change(units={3: "u" * 50}).columns[3].unit
    assert unit == "u" * 20
    assert Mapping.from_json(change(units={3: "u" * 50}).to_json()) == change(units={3: "u" * 50})


@pytest.mark.parametrize("field", ["bogus", None, "", ["voltage"], {"a": 1}, 7])
def test_an_unknown_kind_of_column_changes_nothing(field):
    assert change({1: field}) == KNOWN


@pytest.mark.parametrize("index", [5, 4711, -1, -6])
def test_the_control_of_a_column_that_is_not_there_changes_nothing(index):
    assert change({index: "power"}, {index: "W"}) == KNOWN


def test_several_columns_are_corrected_at_once():
    mapping = change({1: "current", 2: "voltage", 4: "extended"}, {0: "min"})
    assert [column.field for column in mapping.columns] == [
        Field.TEST_TIME,
        Field.CURRENT,
        Field.VOLTAGE,
        Field.EXTENDED,
        Field.EXTENDED,
    ]
    assert mapping.columns[0].unit == "min"
    assert Mapping.from_json(mapping.to_json()) == mapping


@pytest.mark.parametrize(
    ("sign", "charges"), [(CHARGE, True), (DISCHARGE, False), (None, True), ("bogus", True)]
)
def test_the_sign_is_that_of_its_control(sign, charges):
    assert change(sign=sign).positive_is_charge is charges


def test_the_zone_is_that_of_its_control():
    assert change(zone="Asia/Tokyo").time_zone == "Asia/Tokyo"
    assert change(zone=None).time_zone == "Europe/Madrid"


@pytest.mark.parametrize("charges", [True, False, None])
def test_the_sign_that_the_control_shows_is_read_back(charges):
    mapping = Mapping("BDF", COLUMNS, positive_is_charge=charges)
    assert corrected(mapping, {}, {}, sign_of(mapping), None).positive_is_charge is charges


@examples(40)
@given(
    st.dictionaries(st.integers(-2, 7), st.sampled_from([*Field, "x"]) | st.none()),
    st.dictionaries(st.integers(-2, 7), st.text(max_size=30) | st.none()),
)
def test_whatever_is_chosen_keeps_the_columns_of_the_file(fields, units):
    mapping = corrected(KNOWN, fields, units, None, None)
    assert mapping.fits([column.label for column in COLUMNS])
    assert all(column.unit or column.field is Field.IGNORED for column in mapping.columns)


@pytest.mark.parametrize(
    ("unit", "local"),
    [("Unix s", False), ("Unix ms", False), ("year first", True), ("Excel days", True)],
)
def test_only_a_clock_in_words_needs_a_zone(unit, local):
    clock = Column(0, "Date", Field.CLOCK, unit, "Date")
    assert clock_is_local(Mapping("BDF", (clock,))) is local
    assert not clock_is_local(KNOWN)


def test_there_is_nothing_to_correct_before_a_file_is_verified():
    assert to_correct(None) is None
    assert to_correct({}) is None
    assert to_correct({"job": 1, "error": "It has no rows."}) is None


def test_an_answer_about_another_file_is_not_corrected():
    verified = {"upload": "a", "verification": {"mapping": KNOWN.to_json()}}
    assert to_correct(verified, {"id": "a"}) == KNOWN
    assert to_correct(verified, {"id": "b"}) is None
    assert to_correct({"verification": verified["verification"]}, {"id": "b"}) is None
    assert to_correct(verified) == KNOWN


def test_a_file_without_a_clock_began_its_duration_before_it_was_written():
    written = datetime(2026, 8, 24, 12, 0, 30, tzinfo=UTC)
    start = default_start({"duration_s": 7200}, written.timestamp() * 1000, MADRID)
    assert start == datetime(2026, 8, 24, 12, 0, tzinfo=MADRID)


@pytest.mark.parametrize("modified", [-1e15, 1, 1e15, 1e18])
@pytest.mark.parametrize("duration", [None, 0, 1e12])
def test_a_file_with_an_odd_date_has_a_start_that_can_be_imported(modified, duration):
    start = default_start({"duration_s": duration}, modified, MADRID)
    assert 1970 <= start.year <= 2200
    assert start_from(start.date().isoformat(), f"{start:%H:%M}", MADRID) == start


@pytest.mark.parametrize("modified", [None, 0])
def test_a_file_without_a_date_began_lately(modified):
    ago = datetime.now(UTC) - default_start({"duration_s": 0}, modified, MADRID)
    assert abs(ago.total_seconds()) < 3600


@pytest.mark.parametrize(
    ("day", "clock", "utc"),
    [
        ("2026-08-24", "08:10", datetime(2026, 8, 24, 6, 10, tzinfo=UTC)),
        ("2026-08-24", "08:10:05", datetime(2026, 8, 24, 6, 10, 5, tzinfo=UTC)),
        ("2026-08-24", None, datetime(2026, 8, 23, 22, tzinfo=UTC)),
        ("2026-08-24", "", datetime(2026, 8, 23, 22, tzinfo=UTC)),
        ("2026-12-24", "08:10", datetime(2026, 12, 24, 7, 10, tzinfo=UTC)),
    ],
)
def test_the_start_is_typed_in_the_viewers_zone(day, clock, utc):
    assert start_from(day, clock, MADRID) == utc


@pytest.mark.parametrize(
    ("day", "clock"),
    [
        (None, None),
        ("", ""),
        (None, "08:10"),
        ("2026-02-30", "08:10"),
        ("2026-08-24", "soon"),
        ("0001-01-01", "00:00"),
        ("0202-08-24", "08:10"),
        ("9999-12-31", "23:59"),
        ("1970-01-01", "00:00"),
    ],
)
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_a_start_that_is_not_whole_yet_is_none(day, clock, zone):
    assert start_from(day, clock, ZoneInfo(zone)) is None


def test_a_test_of_the_file_is_chosen_and_stays():
    chosen = corrected(KNOWN, SHOWN, UNITS, CHARGE, None, "Channel_2_1")
    assert chosen.part == "Channel_2_1"
    assert corrected(chosen, SHOWN, UNITS, CHARGE, None, None).part == "Channel_2_1"
    assert Mapping.from_json(chosen.to_json()) == chosen
