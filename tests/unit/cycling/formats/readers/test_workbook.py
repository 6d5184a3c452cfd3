from datetime import date, datetime, time, timedelta

import numpy as np
import pytest

from cycling.errors import InputError
from cycling.formats import Field, open_table, propose, read_measures, verify
from cycling.formats.readers.workbook import Workbook, _natural, _text
from tests.readers import FORMATS, checked
from tests.real_files import unpacked
from tests.workbooks import workbook

NAMES = ["Test_Time(s)", "Voltage(V)", "Current(A)"]


def rows(first, count, volts=3.0):
    return [[first + n, volts + n / 100, 1.0] for n in range(count)]


@pytest.fixture
def written(tmp_path):
    def write(sheets, name="a.xlsx"):
        path = tmp_path / name
        path.write_bytes(workbook(sheets))
        return path

    return write


def columns(table, result):
    blocks = list(read_measures(table, result.mapping, trust_clock=result.trust_clock))
    return {
        name: np.concatenate([getattr(block, name) for block in blocks])
        for name in ("test_time_s", "voltage_v", "current_a")
    }


def test_an_arbin_workbook_with_a_sheet_of_facts():
    table, result = checked(FORMATS / "navani_arbin_Channel_11.xlsx")
    assert table.dialect.startswith("workbook, sheet Channel_11_1")
    assert (result.rows, result.ok, result.problems) == (4_526, True, ())
    values = columns(table, result)
    assert (values["test_time_s"][0], values["test_time_s"][-1]) == (1.001, 1_204_815.8106799999)
    assert values["voltage_v"].min() == pytest.approx(0.04999351)
    assert values["current_a"].max() == pytest.approx(5.2616e-5)
    assert result.mapping.column(Field.CHARGE_CAPACITY).unit == "Ah"
    assert result.starts_at == datetime.fromisoformat("2020-10-19T11:31:46.582Z").timestamp()
    assert table.facts["channel"] == "11"
    assert table.facts["schedule"] == r"Ben\bs542_graphite_slow_rate.sdu"


def test_an_arbin_workbook_with_columns_without_names():
    table, result = checked(FORMATS / "batteryarchive_arbin_testfile.xlsx")
    assert (result.rows, result.ok) == (119, True)
    values = columns(table, result)
    assert values["current_a"].max() == pytest.approx(9.900228)
    assert ("Aux_Temperature_1", "1") in result.channels


def test_an_old_neware_workbook_gives_its_records_and_not_its_sums():
    table = open_table(unpacked(FORMATS / "cellpy_neware_bts5_003.xls.xz"))
    assert table.details.startswith("workbook, sheet Detail_14_1_3")
    assert table.labels[:4] == ("Record Index", "Status", "JumpTo", "Cycle")
    assert table.tail[-1][0] == "2943"
    clock = propose(table).column(Field.CLOCK)
    assert table.sample_of(clock.index)[0] == "2021-05-20 23:36:18.000"


def test_sheets_that_go_on_are_joined_in_their_order(written):
    path = written(
        {
            "Channel_3_10": [NAMES, *rows(30, 10)],
            "Channel_3_2": [NAMES, *rows(20, 10)],
            "Channel_3_1": [NAMES, *rows(0, 20)],
            "Statistics_3": [NAMES, [39, 3.1, 1]],
        }
    )
    table, result = checked(path)
    assert table.dialect.startswith("workbook, sheet Channel_3_1 and 2 further")
    assert (result.rows, result.duration_s, table.parts) == (40, 39, ())


def test_a_sheet_without_names_goes_on_with_the_one_before(written):
    path = written({"Record": [NAMES, *rows(0, 5)], "Record1": rows(5, 5), "Log": [["x", "y"]]})
    _, result = checked(path)
    assert (result.rows, result.duration_s) == (10, 9)


def test_of_several_tests_one_is_chosen(written):
    path = written({"Channel_1_1": [NAMES, *rows(0, 5)], "Channel_2_1": [NAMES, *rows(0, 7, 2.0)]})
    table, result = checked(path)
    assert table.parts == ("Channel_1_1", "Channel_2_1")
    questions = [problem.text for problem in result.problems if problem.code == "part"]
    assert questions == [
        "The file has 2 tests: Channel_1_1, Channel_2_1. Choose the one to import."
    ]
    assert not result.ok
    table = open_table(path, part="Channel_2_1")
    mapping = propose(table)
    assert verify(table, mapping).rows == 7
    assert table.part == "Channel_2_1"


def test_a_workbook_of_sums_alone_is_refused(written):
    path = written({"cycle": [["Cycle", "Charge(mAh)"], [1, 2.0]]})
    with pytest.raises(InputError, match="No sheet of this workbook has columns of voltage"):
        open_table(path)


def test_lines_above_the_names_and_a_row_of_blanks_keep_the_numbers_of_the_rows(written):
    path = written({"Sheet1": [["a test"], [None], NAMES, *rows(0, 3), ["x", 3.3, 1.0]]})
    table, result = checked(path)
    assert table.header_row == 3
    assert [problem.row for problem in result.problems if problem.code == "cell"] == [7]


def test_a_workbook_that_is_damaged_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes((FORMATS / "navani_arbin_Channel_11.xlsx").read_bytes()[:100_000])
    with pytest.raises(InputError, match="recognised as Excel workbook, but cannot be read"):
        open_table(path)


def test_a_workbook_of_too_many_columns_is_refused(written):
    wide = [*NAMES, *(f"c{n}" for n in range(9_997))]
    path = written({"Sheet1": [wide, *([*row, *[0] * 9_997] for row in rows(0, 3))]})
    with pytest.raises(InputError, match="has 10,000 columns; at most 2,000"):
        open_table(path)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (datetime(2021, 5, 3, 17, 29, 15, 201_999), "2021-05-03 17:29:15.202"),
        (date(2021, 5, 3), "2021-05-03"),
        (time(0, 1, 37), "00:01:37"),
        (timedelta(days=1, seconds=97, milliseconds=500), "24:01:37.500"),
        (True, "1"),
        (11.0, "11"),
        (" x ", "x"),
    ],
)
def test_cells_are_written_as_instruments_write_them(cell, text):
    assert _text(cell) == text


def test_sheets_are_ordered_by_their_numbers():
    names = ["Channel_1_10", "Channel_1_2", "Global_Info", "7_DefaultGroup"]
    assert sorted(names, key=_natural)[1:3] == ["Channel_1_2", "Channel_1_10"]


def test_an_office_file_without_sheets_is_no_workbook(tmp_path):
    assert not Workbook.recognise(b"text", tmp_path)


def test_a_landt_workbook_gives_its_records(written):
    names = ["Record", "TestTime/Sec", "Current/mA", "Voltage/V", "SysTime", "Step-State"]
    records = [[n + 1, 10 * n, 0.5, 3 + n / 99, "2026-11-01 08:00:00", "C"] for n in range(20)]
    path = written(
        {
            "Test information": [["Voltage/V", "Current/mA"], [4.2, 0.5]],
            "Ch1_Proc": [["Step", "Voltage/V", "Current/mA"], [1, 4.2, 0.5]],
            "Cycle-Tab": [["Cycle", "Voltage/V", "Current/mA"], [1, 4.2, 0.5]],
            "Record-Tab": [names, *records],
        }
    )
    table, result = checked(path)
    assert (result.rows, result.duration_s, table.parts) == (20, 190, ())
    assert result.mapping.column(Field.CURRENT).unit == "mA"


def test_a_new_neware_workbook_gives_its_records(written):
    names = ["DataPoint", "Cycle Index", "Step Index", "Step Type", "Time", "Total Time"]
    names += ["Current(mA)", "Voltage(V)", "Capacity(mAh)", "Date"]
    records = [
        [
            *(n + 1, 1, 1, "CC Chg", f"00:00:{n:02}", f"00:00:{n:02}", 1.5, 3 + n / 99),
            *(1.5 * n / 3600, f"2026-11-01 08:00:{n:02}"),
        ]
        for n in range(20)
    ]
    path = written(
        {
            "unit": [["x"]],
            "step": [["Cycle Index", "Oneset Volt.(V)", "Oneset Date"], [1, 3.0, "2026-11-01"]],
            "record": [names, *records],
            "log": [["Event", "Time"], ["Start", "2026-11-01 08:00:00"]],
        }
    )
    table, result = checked(path)
    assert table.details.startswith("workbook, sheet record")
    assert "UTF-8" not in table.dialect
    assert (result.rows, result.duration_s) == (20, 19)
    time = result.mapping.column(Field.TEST_TIME)
    assert (time.label, time.unit) == ("Total Time", "h:min:s")


@pytest.mark.parametrize("plan", ["测试信息", "工步层", "사이클"])
def test_a_plan_in_a_sheet_with_a_foreign_name_is_no_test(written, plan):
    steps = [["工步号", "工步时间", "电压(V)", "电流(A)"], [1, 3600, 4.2, 1]]
    records = [["测试时间(s)", "电压(V)", "电流(A)"], *([n * 60, 3 + n / 99, 1] for n in range(9))]
    table, result = checked(written({plan: steps, "记录层": records}))
    assert (table.parts, result.rows) == ((), 9)
