import re
import sqlite3
import time

import numpy as np
import pytest

from cycling.errors import InputError
from cycling.formats import open_table, propose, read_measures, verify

HEADER = "Test Time / s,Voltage / V,Current / A\n"


@pytest.mark.parametrize(
    ("head", "name", "says"),
    [
        (b"PAR1\x15\x04", "a.csv", "Parquet"),
        (b"\x89HDF\r\n\x1a\n\0\0", "a.csv", "HDF5"),
        (b"\x1f\x8b\x08\0", "a.csv.gz", "gzip"),
        (b"BIO-LOGIC MODULAR FILE\x1a   ", "a.mpr", "BioLogic"),
        (b"EC-Lab LOG FILE\r\n\r\nModulo Bat", "a.mpl", r"\.mpr or \.mpt"),
        (b"NEWARE\0\0\x01", "a.nda", "Neware"),
        (b"\0\1\0\0Standard Jet DB\0", "a.res", "Arbin|Jet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls", "xls"),
        (b"%PDF-1.7\n", "a.csv", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "a.csv", "PNG"),
        (b"PK\x03\x04\x14\0\0\0", "a.xlsx", "Excel"),
        (b"PK\x03\x04\x14\0\0\0", "a.NDAX", "Neware"),
        (b"PK\x03\x04\x14\0\0\0", "a.csv", "zip"),
    ],
)
def test_a_binary_file_is_refused_by_what_it_is(opened, head, name, says):
    with pytest.raises(InputError, match=says) as refused:
        opened(head + b"\0" * 200, name)
    assert str(refused.value).count(". ") <= 2


def test_a_database_is_refused(tmp_path):
    path = tmp_path / "cycler.csv"
    with sqlite3.connect(path) as connection:
        connection.execute("create table t (v real)")
    connection.close()
    with pytest.raises(InputError, match="SQLite"):
        open_table(path)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"  \r\n;;;\r\n", b"\xff\xfe"])
def test_an_empty_file_is_refused(opened, content):
    with pytest.raises(InputError, match=r"cell\.csv is empty"):
        opened(content)


def test_a_header_alone_is_refused(opened):
    with pytest.raises(InputError, match="header and no data rows"):
        opened(HEADER)


@pytest.mark.parametrize(
    "content", ["hello\nworld\n", "a text, with a comma\nand a line\n", "1,2,3\n4,5,6\n"]
)
def test_a_text_without_a_table_is_refused(opened, content):
    with pytest.raises(InputError, match="No table was found"):
        opened(content)


def test_a_first_row_that_does_not_fit_the_header_is_named(opened):
    with pytest.raises(InputError, match=r"Row 2 of cell\.csv has 2 fields.*row 1 has 3"):
        opened(HEADER + "1,2\n")


def test_nul_bytes_at_the_beginning_are_refused(opened):
    with pytest.raises(InputError, match="NUL bytes at its beginning"):
        opened(HEADER.encode() + b"1,2,\x003\n")


def test_nul_bytes_late_in_the_file_are_refused_with_their_row(proposed):
    rows = b"1,3.5,0.1\n" * 80_000
    table, mapping = proposed(HEADER.encode() + rows + b"1,\0,2\n" + rows)
    with pytest.raises(InputError, match="NUL bytes near row 80,002"):
        verify(table, mapping)


def test_ten_thousand_columns_are_refused_quickly(opened):
    labels = ",".join(f"c{i}" for i in range(10_000))
    cells = ",".join("1.5" for _ in range(10_000))
    started = time.process_time()
    with pytest.raises(InputError, match="10,000 columns; at most 2,000"):
        opened(f"{labels}\n" + f"{cells}\n" * 20)
    assert time.process_time() - started < 3


@pytest.mark.parametrize("line", [b"x" * 3_000_000, HEADER.encode() + b"1,2," + b"3" * 3_000_000])
def test_an_endless_line_is_refused(tmp_path, line):
    path = tmp_path / "long.csv"
    path.write_bytes(line)
    with pytest.raises(InputError, match=r"long\.csv"):
        verify(table := open_table(path), propose(table))


def test_a_quote_that_is_not_closed_is_refused(proposed):
    content = HEADER + "1,3.5,0.1\n" * 100_000 + '1,"3.5,0.1\n' + "2,3.5,0.1\n" * 200_000
    table, mapping = proposed(content)
    with pytest.raises(InputError, match="quote that is not closed"):
        verify(table, mapping)


def test_ragged_rows_are_errors_with_row_and_both_counts(proposed):
    content = HEADER + "0,3,1\n1,3.1\n2,3.2,1\n3,3.3,1,9,9\n\n4,3.4,1\n5,x,1\n"
    table, mapping = proposed(content)
    problems = verify(table, mapping).problems
    found = [(p.row, p.code, p.text) for p in problems if p.severity == "error"]
    assert [(row, code) for row, code, _ in found] == [(3, "ragged"), (5, "ragged"), (8, "cell")]
    assert found[0][2].startswith("2 fields where the header has 3")
    assert found[1][2].startswith("5 fields where the header has 3")
    with pytest.raises(InputError, match=r"^Row 3: 2 fields where the header has 3"):
        list(read_measures(table, _charging(mapping)))


def test_a_truncated_last_line_is_said_to_be_cut_off(proposed):
    table, mapping = proposed(HEADER + "0,3,1\n" * 3 + "3,3.")
    problems = verify(table, mapping).problems
    assert problems[0].row == 5
    assert "cut off" in problems[0].text


NO_NUMBERS = ["inf", "1e999", "-Infinity", "１２", "٣", "0x10", "1_0", "1,5", "abc"]
MEASURED = ["Voltage / V", "Current / A"]  # a few of these may have no value


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        *(("Test Time / s", cell) for cell in (*NO_NUMBERS, "nan", "--")),
        *((column, cell) for column in MEASURED for cell in NO_NUMBERS),
    ],
)
def test_a_cell_that_is_no_finite_ascii_number_is_an_error_with_row_and_column(
    proposed, column, cell
):
    rows = [["0.5", "3.1", "1.5"], ["1.5", "3.1", "1.5"], ["2.5", "3.1", "1.5"]]
    index = HEADER.strip().split(",").index(column)
    good = "\n".join(",".join(row) for row in rows)
    rows[1][index] = f'"{cell}"'
    bad = "\n".join(",".join(row) for row in rows)
    _, mapping = proposed(HEADER + good)
    table, _ = proposed(HEADER + bad)
    problem = verify(table, mapping).problems[0]
    assert (problem.severity, problem.row, problem.column) == ("error", 3, column)
    assert repr(cell) in problem.text
    with pytest.raises(InputError, match=re.escape(f"Row 3: {cell!r} in column {column!r}")):
        list(read_measures(table, mapping if mapping.positive_is_charge else _charging(mapping)))


@pytest.mark.parametrize("cell", ["nan", "--", "OL"])
@pytest.mark.parametrize("column", MEASURED)
def test_a_measure_that_says_that_it_has_no_value_stays_blank_and_is_counted(
    proposed, column, cell
):
    rows = [["0.5", "3.1", "1.5"], ["1.5", "3.1", "1.5"], ["2.5", "3.1", "1.5"]]
    rows[1][HEADER.strip().split(",").index(column)] = cell
    table, mapping = proposed(HEADER + "\n".join(",".join(row) for row in rows))
    (problem,) = [one for one in verify(table, mapping).problems if one.code == "no-value"]
    assert (problem.severity, problem.column) == ("warning", column)
    (block,) = read_measures(table, _charging(mapping))
    values = block.voltage_v if column == "Voltage / V" else block.current_a
    assert np.isnan(values).tolist() == [False, True, False]


def _charging(mapping):
    return type(mapping)(mapping.format, mapping.columns, positive_is_charge=True)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "<img onerror=alert(1)>.csv", "a" * 500, "\x00\x1b[31m"]
)
def test_an_evil_file_name_is_only_a_name(opened, name):
    with pytest.raises(InputError) as refused:
        opened(b"", name)
    text = str(refused.value)
    assert len(text) < 200
    assert "/" not in text
    assert text.isprintable()


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        open_table(tmp_path / "gone.csv")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        open_table(tmp_path)


@pytest.mark.parametrize("rows", [20, 60_000])
def test_a_tail_of_nul_bytes_is_named_with_its_row(tmp_path, rows):
    path = tmp_path / "a.csv"
    whole = HEADER + "".join(f"{n},3.{n % 1000:04},1\n" for n in range(rows))
    path.write_bytes(whole.encode() + b"\0" * 300_000 + b"\r\n")
    with pytest.raises(InputError, match=f"nothing but NUL bytes from row {rows + 2:,} on"):
        verify(table := open_table(path), propose(table))


def test_nul_bytes_between_the_rows_are_no_tail(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(f"{HEADER}1,3,1\n2,3,1\n\0\0\n3,3,1\n".encode())
    with pytest.raises(InputError, match="NUL bytes near row 4: it is"):
        open_table(path)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"time":[0,1,2],"voltage":[3,3,3]}', "JSON"),
        ('[\n  {"time": 0, "voltage": 3.5},\n  {"time": 1, "voltage": 3.5}\n]\n', "JSON"),
        ("[[0, 3.5, 1],\n [1, 3.5, 1],\n [2, 3.5, 1]]\n", "JSON"),
        ('<?xml version="1.0"?>\n<rows><r t="0"/></rows>\n', "XML or HTML"),
        ("\n<table><tr><td>0</td></tr></table>\n", "XML or HTML"),
    ],
)
def test_what_is_no_table_is_named(tmp_path, text, kind):
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=f"a.csv is {kind}, not a table of text"):
        open_table(path)


def test_a_label_in_angle_or_square_brackets_is_no_markup(tmp_path):
    path = tmp_path / "a.csv"
    rows = "".join(f"{n},3.{n},1\n" for n in range(10))
    for labels in ("<I>/mA,Ewe/V,time/s", "[mA],[V],[s]"):
        path.write_text(f"{labels}\n{rows}")
        assert open_table(path).labels == tuple(labels.split(","))
