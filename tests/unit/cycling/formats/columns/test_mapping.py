import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycling.errors import InputError
from cycling.formats import Column, Field, Mapping, apply_options, read_measures, verify

LABELS = ["Zeit", "Strom", "Spannung=U", "Zeit", "Note"]


@pytest.fixture
def mapping():
    columns = [Column(i, label, Field.EXTENDED, "1", label) for i, label in enumerate(LABELS)]
    return Mapping("Text table", tuple(columns))


def test_options_choose_field_and_unit(mapping):
    chosen = apply_options(
        mapping, ["#1=test_time:h:min:s", "Strom=current:mA", "Spannung=U=voltage", "note=ignored"]
    )
    assert [(c.field, c.unit) for c in chosen.columns] == [
        (Field.TEST_TIME, "h:min:s"),
        (Field.CURRENT, "mA"),
        (Field.VOLTAGE, "V"),
        (Field.EXTENDED, "1"),
        (Field.IGNORED, "1"),
    ]


def test_an_option_for_a_measure_takes_any_unit(mapping):
    assert apply_options(mapping, ["Note=extended:°F/h"]).columns[4].unit == "°F/h"


def test_a_unit_may_be_written_in_another_way(mapping):
    assert apply_options(mapping, ["Strom=current:ma"]).columns[1].unit == "mA"
    assert apply_options(mapping, ["Strom=current:µA"]).columns[1].unit == "uA"


def test_the_users_column_takes_the_place_of_ours(mapping):
    first = apply_options(mapping, ["#1=test_time:h:min:s", "Strom=current:mA"])
    second = apply_options(first, ["Note=current", "#4=test_time"])
    assert [(c.field, c.unit) for c in second.columns][:2] == [
        (Field.IGNORED, "1"),
        (Field.EXTENDED, "mA"),
    ]
    assert second.column(Field.CURRENT).label == "Note"


def test_two_options_for_one_field_are_left_for_verify_to_refuse(proposed):
    table, mapping = proposed("t,U,I,J\n0,3.5,1,1\n1,3.6,1,1\n")
    chosen = apply_options(mapping, ["I=current", "J=current"])
    problems = verify(table, chosen).problems
    assert problems[0].code == "twice"
    assert "'I' and 'J' are both Current" in problems[0].text


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ("Strom", "has no '='"),
        ("=current", "has no '='"),
        ("Ampere=current", "It has: Zeit, Strom, Spannung=U, Zeit, Note"),
        ("Zeit=test_time", "2 columns are named 'Zeit'. Write #1 or #4"),
        ("Strom=amps", "Use one of: test_time, clock, voltage, current"),
        ("Strom=current:V", "Current has no unit 'V'. Use one of: A, mA, uA, nA, kA"),
        ("Strom=current:m A", "has no unit"),
        ("Note=extended:" + "x" * 21, "longer than 20"),
    ],
)
def test_an_option_that_does_not_fit_is_refused_with_what_there_is(mapping, option, says):
    with pytest.raises(InputError) as refused:
        apply_options(mapping, [option])
    assert says in str(refused.value)


def test_a_mapping_comes_back_from_json(proposed):
    _, mapping = proposed("Time,U,I,T [°C],Note\n0:00:01,3.5,1,2,x\n")
    stored = json.loads(json.dumps(mapping.to_json()))
    assert Mapping.from_json(stored) == mapping


def damaged():
    column = {"index": 0, "label": "U", "field": "voltage", "unit": "V", "name": "U"}
    good = {"format": "x", "columns": [column], "positive_is_charge": None, "time_zone": "UTC"}
    yield from (None, 5, "x", [], {}, {**good, "columns": "U"}, {**good, "columns": []})
    yield {**good, "positive_is_charge": "yes"}
    yield {**good, "time_zone": None}
    for change in (
        *({"index": 1}, {"field": "volt"}, {"unit": "A"}, {"unit": None}, {"name": "x" * 101}),
        *({"label": 3}, {"field": "extended", "name": ""}, {"field": []}),
    ):
        yield {**good, "columns": [{**column, **change}]}


@pytest.mark.parametrize("value", list(damaged()))
def test_a_damaged_mapping_is_refused(value):
    with pytest.raises(InputError):
        Mapping.from_json(value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["format", "columns", "index", "field"]), inner, max_size=3
        )
    ),
)


@given(json_values)
def test_no_json_gives_another_exception(value):
    with pytest.raises(InputError):
        Mapping.from_json(value)


def test_a_mapping_of_another_file_is_refused(proposed):
    table, _ = proposed("t,U,I\n0,3.5,1\n")
    _, other = proposed("t,U,J\n0,3.5,1\n")
    with pytest.raises(InputError, match="not those of"):
        verify(table, other)
    with pytest.raises(InputError, match="not those of"):
        list(read_measures(table, other))


def test_an_unknown_time_zone_is_refused(proposed):
    table, mapping = proposed("t,U,I\n0,3.5,1\n")
    for name in ("Mars/Base", "../../etc/passwd", "", "\0"):
        with pytest.raises(InputError, match="no time zone"):
            verify(table, Mapping(mapping.format, mapping.columns, time_zone=name))
