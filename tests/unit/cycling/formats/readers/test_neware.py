import csv
import shutil
import zipfile

import numpy as np
import pytest

from cycling.errors import InputError
from cycling.formats import Field, open_table, read_measures
from cycling.formats.readers.neware import NewareNda, NewareNdax, _auxiliary
from tests.readers import FORMATS, checked
from tests.real_files import real_file


def read(reader, path):
    """Columns of a file by label."""
    opened = reader(path, "")
    return {column.label: np.asarray(values) for column, values in opened.values}


@pytest.fixture
def unzipped(tmp_path):
    def unzip(name):
        with zipfile.ZipFile(FORMATS / name) as archive:
            return archive.extract(archive.namelist()[0], tmp_path)

    return unzip


def test_a_coin_cell_gives_the_cycles_that_the_instrument_counted():
    columns = read(NewareNdax, real_file("neware_nw4-120-1-6-53.ndax"))
    with real_file("expected_neware_nw4-120-1-6-53.csv").open(newline="") as file:
        expected = list(csv.DictReader(file))
    cycle, capacity = columns["Cycle Count / 1"], columns["Step Capacity / mAh"]
    assert (len(cycle), cycle.max()) == (18_700, 160)
    ends = np.flatnonzero(np.diff(columns["Step Count / 1"], append=np.inf))
    amounts, cycles = capacity[ends], cycle[ends]
    for row in expected:
        own = amounts[cycles == float(row["cyc"])]
        assert own[own > 0].sum() == pytest.approx(float(row["chg_mAh"]), rel=2e-6)
        assert -own[own < 0].sum() == pytest.approx(float(row["dchg_mAh"]), rel=2e-6)


@pytest.mark.parametrize(
    ("name", "rows", "last_s", "least_v", "most_v", "most_ma"),
    [
        ("TESTCELL0001-Test_Data_Collection_Ndc17", 80, 75, 3.565921, 3.611159, 999.9883),
        ("Unit27_Example_Corrupt", 301, 300, 2.982697, 2.983053, 0),
        ("interp-test", 333, 1800, None, None, 0),
    ],
)
def test_pages_of_several_versions_are_read(name, rows, last_s, least_v, most_v, most_ma):
    columns = read(NewareNdax, FORMATS / f"fastnda_{name}.ndax")
    voltage, current = columns["Voltage / V"], columns["Current / mA"]
    assert len(voltage) == rows
    assert columns["Test Time / s"][-1] == last_s
    assert current.max() == pytest.approx(most_ma, abs=1e-3)
    if least_v:
        assert (voltage.min(), voltage.max()) == pytest.approx((least_v, most_v), abs=1e-6)


def test_an_nda_file_is_read(unzipped):
    columns = read(NewareNda, unzipped("fastnda_nda_v8.nda.zip"))
    assert len(columns["Voltage / V"]) == 21
    assert columns["Test Time / s"][-1] == 543
    voltage = columns["Voltage / V"]
    assert (voltage.min(), voltage.max()) == pytest.approx((1.7469, 2.1217), abs=1e-4)
    assert columns["Current / mA"].min() == pytest.approx(-2.297, abs=1e-3)


def test_a_file_goes_through_the_import_with_its_auxiliary_channels():
    table, result = checked(real_file("neware_46_1_5_60_bts16_tiny.ndax"), "tiny.ndax")
    assert (result.mapping.format, table.dialect, result.rows) == ("Neware .ndax", "binary", 84)
    assert (result.ok, result.problems) == (True, ())
    assert result.starts_at == 1758706195.074
    assert result.mapping.column(Field.CAPACITY).unit == "mAh"
    assert {("Aux 1 Voltage", "V"), ("Aux 1 Temperature", "degC")} <= set(result.channels)
    blocks = list(read_measures(table, result.mapping, trust_clock=result.trust_clock))
    assert sum(len(block.voltage_v) for block in blocks) == 84
    assert blocks[0].voltage_v[0] == 2.9000835
    assert blocks[0].extended["Aux 1 Temperature", "degC"][0] == 23.6


def test_channels_that_are_lost_are_said(tmp_path):
    path = tmp_path / "stored"
    shutil.copy(FORMATS / "fastnda_Unit27_Example_Corrupt.ndax", path)
    _, result = checked(path, "a.ndax")
    assert (result.rows, result.ok) == (301, True)
    assert ["auxiliary channels" in problem.text for problem in result.problems] == [True]


def test_channels_of_the_older_kind_are_said_too(tmp_path):
    path = tmp_path / "a.ndax"
    with (
        zipfile.ZipFile(real_file("neware_46_1_5_60_bts16_tiny.ndax")) as whole,
        zipfile.ZipFile(path, "w") as to,
    ):
        for name in whole.namelist():
            to.writestr(name, b"?" if name == "TestInfo.xml" else whole.read(name))
    _, result = checked(path)
    assert (result.rows, result.ok) == (84, True)
    assert ["auxiliary channels" in problem.text for problem in result.problems] == [True]


def test_a_file_without_measures_is_refused():
    _, result = checked(FORMATS / "fastnda_empty.ndax")
    assert [problem.code for problem in result.problems] == ["no-rows"]


def test_a_file_that_is_cut_is_refused_with_its_format(tmp_path):
    path = tmp_path / "cut.ndax"
    path.write_bytes(real_file("neware_nw4-120-1-6-53.ndax").read_bytes()[:90_000])
    with pytest.raises(InputError, match=r"cut\.ndax was recognised as Neware \.ndax, but cannot"):
        open_table(path)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("aux12_temperature_degC", "Aux 12 Temperature / degC"),
        ("aux_temperature_degC", "Aux Temperature / degC"),
        ("aux1_?", "Aux 1"),
    ],
)
def test_an_auxiliary_channel_is_called_by_its_number(name, label):
    assert _auxiliary(name).label == label


@pytest.mark.parametrize(
    ("member", "rows", "note"),
    [
        ("data.ndc", 8_910, "9,790 of 18,700 records are lost: 8,911 to 18,700."),
        ("data_runInfo.ndc", 10_412, "8,288 of 18,700 records are lost: 10,413 to 18,700."),
        ("data_step.ndc", 18_700, "kinds of 3,546 records"),
    ],
)
def test_a_file_of_which_a_half_is_missing_says_so_and_makes_up_no_times(
    tmp_path, member, rows, note
):
    path = tmp_path / "a.ndax"
    with (
        zipfile.ZipFile(real_file("neware_nw4-120-1-6-53.ndax")) as whole,
        zipfile.ZipFile(path, "w") as archive,
    ):
        for name in whole.namelist():
            data = whole.read(name)
            end = len(data) // 2 // 4_096 * 4_096 if name == member else len(data)
            archive.writestr(name, data[:end])
    _, result = checked(path)
    assert result.rows == rows
    assert any(note in problem.text for problem in result.problems)
