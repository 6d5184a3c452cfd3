import struct

import numpy as np
import pytest

from cycling.errors import InputError
from cycling.formats import Field, open_table
from cycling.formats.readers.biologic import BiologicMpr
from tests.readers import FORMATS, checked

MAGIC = b"BIO-LOGIC MODULAR FILE\x1a" + b" " * 25 + b"\0" * 4
STORED = {4: "d", 6: "f", 7: "d", 8: "f", 211: "d", 212: "I", 131: "H"}


def read(path):
    """Columns of a file by label, and the reader."""
    reader = BiologicMpr(path, "")
    labels = [column.label for column in reader.columns()]
    blocks = list(reader.blocks(range(len(labels))))
    columns = [np.concatenate(values) for values in zip(*blocks, strict=True)]
    return dict(zip(labels, columns, strict=True)), reader


@pytest.mark.parametrize(
    ("name", "rows", "first_s", "last_s", "least_v", "most_v", "start"),
    [
        (
            *("aurora_GCPL_CD8_02", 3_791, 43_213.762, 81_716.46, 0.2882852, 4.900651),
            "2025-01-16 14:05:54.213",
        ),
        ("aurora_running_C13", 6, 0, 50, -0.02589722, -0.02545823, None),
        ("bdf_GCPL-0", 4, 0, 2.813, 3.514687, 3.515088, "2024-09-02 13:49:32.494"),
        (
            *("bdf_PEIS-0", 60, 6_108_482.435, 6_111_192.455, 3.032213, 3.057852),
            "2024-10-31 12:39:27.989",
        ),
        (
            *("navani_00_test_04_MB_C01", 1_501, 16.1674, 17.6672, -1.650214, -1.650046),
            "2023-12-08 09:49:52.346",
        ),
    ],
)
def test_real_files_have_the_values_of_their_text_exports(
    name, rows, first_s, last_s, least_v, most_v, start
):
    columns, reader = read(FORMATS / f"{name}.mpr")
    time_s, voltage = columns["time / s"], columns["Ewe / V"]
    assert reader.rows == len(time_s) == rows
    assert (time_s[0], time_s[-1]) == pytest.approx((first_s, last_s), abs=6e-4)
    assert (voltage.min(), voltage.max()) == pytest.approx((least_v, most_v), abs=1e-6)
    assert reader.facts.get("start") == start


@pytest.mark.parametrize(
    ("name", "least_ma", "most_ma"),
    [
        ("aurora_GCPL_CD8_02", -1.206584, 1.208028),
        ("aurora_running_C13", 0, 0),
        ("bdf_GCPL-0", 0, 0),
        ("bdf_PEIS-0", -1.224816, 1.183442),
        ("navani_00_test_04_MB_C01", -0.04536951, -0.04042023),
    ],
)
def test_the_current_is_stored_or_computed_from_the_charge_or_zero(name, least_ma, most_ma):
    columns, _ = read(FORMATS / f"{name}.mpr")
    current = columns["I / mA"]
    assert (current.min(), current.max()) == pytest.approx((least_ma, most_ma), rel=2e-6)


def test_half_cycles_have_the_charges_of_the_text_export():
    columns, _ = read(FORMATS / "aurora_GCPL_CD8_02.mpr")
    half, charge = columns["half cycle / 1"], columns["Q charge/discharge / mAh"]
    ends = [charge[half == number][-1] for number in range(6)]
    expected = [2.350108, -1.789592, 1.881575, -1.849586, 1.870076, -1.846339]
    assert ends == pytest.approx(expected, rel=1e-6)
    assert np.unique(columns["cycle number / 1"]).tolist() == [0, 1, 2]


def test_control_is_in_the_unit_of_the_mode_and_blank_at_rest():
    columns, _ = read(FORMATS / "aurora_GCPL_CD8_02.mpr")
    mode = columns["mode / 1"]
    assert (np.isfinite(columns["control / mA"]) == (mode == 1)).all()
    assert (np.isfinite(columns["control / V"]) == (mode == 2)).all()


def test_a_file_goes_through_the_import_with_its_clock():
    table, result = checked(FORMATS / "aurora_GCPL_CD8_02.mpr")
    assert (result.mapping.format, result.rows, result.ok) == ("BioLogic .mpr", 3_791, True)
    assert [one.code for one in result.problems] == ["late-start"]  # of a linked technique
    assert result.starts_at == 1_737_079_567.975  # the start and the first row's time, in UTC
    assert table.facts["start"] == "2025-01-16 14:05:54.213"
    assert result.mapping.column(Field.CAPACITY).label == "Q charge/discharge / mAh"
    assert ("control", "V") in result.channels


def test_a_test_that_still_runs_is_said_to():
    _, result = checked(FORMATS / "aurora_running_C13.mpr")
    assert ["still running" in problem.text for problem in result.problems] == [True]
    assert result.ok


def test_a_file_that_is_cut_within_its_rows_says_how_many_there_are(tmp_path):
    path = tmp_path / "cut.mpr"
    path.write_bytes((FORMATS / "aurora_GCPL_CD8_02.mpr").read_bytes()[:100_000])
    _, result = checked(path)
    assert 1_000 < result.rows < 3_791
    lost = f"{3_791 - result.rows:,} of 3,791 records are lost: {result.rows + 1:,} to 3,791."
    assert result.problems[0].text.startswith(lost)


def test_rows_that_do_not_fill_their_module_are_refused(tmp_path):
    content = bytearray((FORMATS / "aurora_GCPL_CD8_02.mpr").read_bytes())
    place = content.index(b"VMP data") - 6 + 57
    content[place] += 1
    path = tmp_path / "wrong.mpr"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"recognised as BioLogic \.mpr, but cannot be read"):
        open_table(path)


def written(path, columns, rows, version=3, is_new=False):
    """Write a file of our own with these columns and rows of values."""
    head = struct.pack("<IB", len(rows), len(columns))
    pairs = b"".join(bytes([0, c] if is_new else [c, 0]) for c in columns)
    start = 1007 if is_new else {2: 405, 3: 406}[version]
    record = "<" + "".join(STORED.get(c, "f") for c in columns)
    content = (head + pairs).ljust(start, b"\0") + b"".join(struct.pack(record, *r) for r in rows)
    name = b"VMP data  VMP data                 "
    if is_new:
        lengths = struct.pack("<IIII", 2**32 - 1, len(content), 0, 11)
    else:
        lengths = struct.pack("<II", len(content), version)
    path.write_bytes(MAGIC + b"MODULE" + name + lengths + b"01/16/25" + content)


@pytest.mark.parametrize(("version", "is_new"), [(2, False), (3, False), (11, True)])
def test_each_version_of_the_header_is_read(tmp_path, version, is_new):
    path = tmp_path / "own.mpr"
    written(path, [4, 6, 8], [(0, 3.5, 1), (1, 3.6, 1)], version, is_new)
    columns, _ = read(path)
    assert columns["Ewe / V"].tolist() == [3.5, 3.6]
    assert columns["I / mA"].tolist() == [1, 1]


def test_the_current_is_the_charge_since_the_row_before_over_the_time(tmp_path):
    path = tmp_path / "own.mpr"
    written(path, [4, 7, 6], [(0, 0, 3.5), (1, 0.5, 3.6), (3, 0.5, 3.7), (3, 0.5, 3.7)])
    columns, _ = read(path)
    assert columns["I / mA"].tolist() == [0, 1800, 900, 0]


def test_a_column_that_nobody_has_named_is_read_under_its_number(tmp_path):
    path = tmp_path / "own.mpr"
    written(path, [4, 6, 200, 8], [(0, 3.5, 7.25, 1), (1, 3.6, 7.5, 1)])
    columns, _ = read(path)
    assert columns["column 200 / 1"].tolist() == [7.25, 7.5]
    assert columns["I / mA"].tolist() == [1, 1]


def test_a_phase_is_not_taken_for_a_voltage(tmp_path):
    path = tmp_path / "own.mpr"
    written(path, [4, 6, 174, 8], [(0, 3.5, 90, 1)])
    assert read(path)[0]["Phase(Zwe-ce) / deg"].tolist() == [90]
    written(path, [4, 174, 8], [(0, 3.5, 1)])
    assert read(path)[0]["<Ewe> / V"].tolist() == [3.5]


def test_two_columns_of_one_name_are_numbered(tmp_path):
    path = tmp_path / "own.mpr"
    written(path, [4, 6, 8, 185, 215], [(0, 3.5, 1, 0.1, 0.2)])
    columns, _ = read(path)
    assert columns["<Ece> / V"].tolist() == [0.1]
    assert columns["<Ece> (2) / V"].tolist() == [0.2]
