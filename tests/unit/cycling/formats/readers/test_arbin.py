import struct

import numpy as np
import pytest

from cycling.errors import InputError
from cycling.formats import Field, open_table, propose, read_measures, verify
from tests.jet_files import arbin, jet
from tests.readers import FORMATS, checked
from tests.real_files import unpacked


@pytest.fixture
def written(tmp_path):
    def write(content):
        path = tmp_path / "a.res"
        path.write_bytes(content)
        return path

    return write


def test_a_real_file_has_the_cycles_of_the_instrument():
    table, result = checked(unpacked(FORMATS / "navani_arbin_example.res.xz"))
    assert (result.mapping.format, table.dialect, result.rows) == ("Arbin .res", "binary", 2_150)
    assert (result.ok, result.problems) == (True, ())
    assert table.facts["start"] == "2023-07-24 18:50:00"
    assert table.facts["channel"] == "13"
    (block,) = read_measures(table, result.mapping, trust_clock=result.trust_clock)
    time_s, voltage, current = block.test_time_s, block.voltage_v, block.current_a
    assert (time_s[0], time_s[-1]) == pytest.approx((0.0725954, 345_733.4), abs=0.02)
    assert (voltage.min(), voltage.max()) == (2.9999201, 4.300055)
    assert (current.min(), current.max()) == (-8.6583874e-05, 8.653391e-05)
    charge, discharge = (
        block.extended[field.channel] for field in (Field.CHARGE_CAPACITY, Field.DISCHARGE_CAPACITY)
    )
    for cycle, expected in {1: (4.835149e-4, None), 2: (4.767506e-4, 4.743533e-4)}.items():
        rows = block.cycle == cycle
        assert charge[rows].max() == pytest.approx(expected[0], rel=1e-6)
        if expected[1]:
            assert discharge[rows].max() == pytest.approx(expected[1], rel=1e-6)


def test_records_are_in_their_order_and_blanks_are_blank(written):
    table, result = checked(written(arbin({7: 100_000})))
    assert (result.rows, result.duration_s, result.ok) == (100_000, 99_999, True)
    assert [problem.code for problem in result.problems] == ["blank-current"]
    assert result.problems[0].row == 3
    assert table.facts == {
        "name": "cell 7",
        "channel": "12",
        "start": "2023-03-15 00:00:00",
        "schedule": "a.sdu",
    }


def test_of_several_tests_one_is_chosen(written):
    path = written(arbin({1: 5, 2: 9}))
    table, result = checked(path)
    assert table.parts == ("1: cell 1", "2: cell 2")
    assert [problem.code for problem in result.problems if problem.severity == "question"] == [
        "part"
    ]
    table = open_table(path, part="2: cell 2")
    assert verify(table, propose(table)).rows == 9
    assert table.facts["name"] == "cell 2"


def test_auxiliary_values_stand_at_their_records_under_their_names(written):
    auxiliary = {
        "Test_ID": ("<i4", [1, 1, 1, 2, 1]),
        "Data_Point": ("<i4", [2, 1, 1, 1, 9]),
        "Auxiliary_Index": ("<i2", [0, 0, 1, 0, 0]),
        "Data_Type": ("<i2", [1, 1, 1, 1, 1]),
        "X": ("<f4", [25.1, 25.0, 24.5, 99.0, 99.0]),
    }
    names = {
        "Channel_Index": ("<i2", [5, 6]),
        "Auxiliary_Index": ("<i2", [0, 0]),
        "Data_Type": ("<i2", [1, 1]),
        "Nickname": ("text", ["Tab", "another"]),
        "Unit": ("text", ["C", "C"]),
    }
    content = arbin({1: 5, 2: 2}, Auxiliary_Table=auxiliary, Aux_Global_Data_Table=names)
    table = open_table(written(content), part="1: cell 1")
    mapping = propose(table)
    assert {("Tab", "degC"), ("Aux_Temperature_2", "degC")} <= set(mapping.channels)
    result = verify(table, mapping)
    (block,) = read_measures(table, result.mapping, trust_clock=True)
    tab = block.extended["Tab", "degC"]
    assert tab[:2].tolist() == [25.0, 25.1]
    assert np.isnan(tab[2:]).all()


@pytest.mark.parametrize(("kinds", "runs"), [([0, 1], False), ([0, 1, 0], True)])
def test_a_test_without_its_last_event_still_runs(written, kinds, runs):
    events = {
        "Test_ID": ("<i4", [1] * len(kinds)),
        "DateTime": ("<f8", [45_000.0 + n for n in range(len(kinds))]),
        "Event_Type": ("<i2", kinds),
    }
    _, result = checked(written(arbin({1: 5}, Event_Table=events)))
    assert any("still running" in problem.text for problem in result.problems) is runs


def test_another_database_is_refused(written):
    path = written(jet({"Customers": {"n": ("<i4", [1])}}))
    with pytest.raises(InputError, match="no records of Arbin"):
        open_table(path)


@pytest.mark.parametrize("size", [300_000, None])
def test_a_file_that_is_cut_says_how_many_rows_it_has(written, size):
    content = unpacked(FORMATS / "navani_arbin_example.res.xz").read_bytes()[:size]
    _, result = checked(written(content))
    said = [
        problem.text for problem in result.problems if "of 2,150 records are lost" in problem.text
    ]
    assert (result.rows, len(said)) == ((200, 1) if size else (2_150, 0))


def test_records_of_no_test_are_said(written):
    content = bytearray(arbin({7: 100}))
    place = content.rindex(struct.pack("<ii", 7, 50))
    content[place : place + 4] = struct.pack("<i", 9)
    table, result = checked(written(bytes(content)))
    assert (result.rows, table.parts) == (99, ())
    assert "belong to none of its tests are left out: 1." in result.problems[0].text


def test_a_file_that_is_cut_is_refused(tmp_path):
    path = tmp_path / "cut.res"
    path.write_bytes(unpacked(FORMATS / "navani_arbin_example.res.xz").read_bytes()[:100_000])
    with pytest.raises(InputError, match=r"cut\.res"):
        open_table(path)
