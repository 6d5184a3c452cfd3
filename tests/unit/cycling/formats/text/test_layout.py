import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycling.formats import Field, Mapping, open_table, propose, read_measures, verify
from cycling.formats.text.layout import decimal_mark, has_thousands
from tests.generated import examples

LABELS = ["Time [s]", "Spannung (V)", "Current [mA]", "Temp (°C)", "Remark"]
ROWS = [["0.5", "3.25", "-1.5", "24.5", "start"], ["1", "3.5", "0.25", "", "x; y"]]


def read(path, name="cell.csv"):
    table = open_table(path, name)
    mapping = propose(table)
    charging = Mapping(mapping.format, mapping.columns, positive_is_charge=True)
    return table, mapping, list(read_measures(table, charging))


def written(rows, delimiter, decimal, newline):
    def cell(text, numeric):
        text = text.replace(".", decimal) if numeric else text
        special = any(c in text for c in (delimiter, '"', "\n", "\r"))
        return '"' + text.replace('"', '""') + '"' if special else text

    lines = [delimiter.join(cell(label, False) for label in LABELS)]
    lines += [delimiter.join(cell(c, i < 4) for i, c in enumerate(row)) for row in rows]
    return newline.join(lines) + newline


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "utf-32"]
)
@pytest.mark.parametrize(
    ("delimiter", "decimal"), [(",", "."), (";", ","), ("\t", ","), ("|", "."), (",", ",")]
)
def test_separator_decimal_mark_and_encoding_are_recognised(tmp_path, encoding, delimiter, decimal):
    path = tmp_path / "file"
    path.write_bytes(written(ROWS, delimiter, decimal, "\r\n").encode(encoding))
    table, mapping, blocks = read(path)
    assert (table.delimiter, table.decimal, table.labels) == (delimiter, decimal, tuple(LABELS))
    assert [c.becomes for c in mapping.columns] == [
        *("Test Time / s", "Voltage / V", "Current / A", "Temp / degC", ""),
    ]
    assert blocks[0].test_time_s.tolist() == [0.5, 1.0]
    assert blocks[0].current_a.tolist() == [-0.0015, 0.00025]
    np.testing.assert_array_equal(blocks[0].extended["Temp", "degC"], [24.5, np.nan])


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_line_end_gives_the_same_rows(tmp_path, newline):
    path = tmp_path / "file"
    path.write_bytes(written(ROWS, ",", ".", newline).encode())
    _, _, blocks = read(path)
    assert blocks[0].voltage_v.tolist() == [3.25, 3.5]


def test_one_row_without_a_line_end_is_enough(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"t,U,I\n0,3.5,0.1")
    _, _, blocks = read(path)
    assert [b.voltage_v.tolist() for b in blocks] == [[3.5]]


number = st.decimals(-9999, 9999, places=3).map(lambda d: f"{d:f}")
text = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=8)


@examples(60)
@given(
    values=st.lists(st.tuples(number, number, number, text), min_size=1, max_size=30),
    dialect=st.sampled_from([(",", "."), (";", ","), (";", "."), ("\t", ","), ("|", ".")]),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]),
    newline_in_remark=st.booleans(),
)
def test_a_table_in_any_dialect_comes_back(
    tmp_path, values, dialect, newline, encoding, newline_in_remark
):
    extra = "\n" if newline_in_remark else ""
    rows = [[str(i), v, a, t, extra + "r" + r] for i, (v, a, t, r) in enumerate(values)]
    path = tmp_path / "file"
    path.write_bytes(written(rows, *dialect, newline).encode(encoding))
    _, _, blocks = read(path)
    got = np.concatenate([b.voltage_v for b in blocks])
    assert got.tolist() == [float(v) for v, _, _, _ in values]
    temperatures = np.concatenate([b.extended["Temp", "degC"] for b in blocks])
    assert temperatures.tolist() == [float(t) for _, _, t, _ in values]


def test_rows_are_numbered_as_a_spreadsheet_shows_them(proposed):
    content = (
        'Cell,"two\nlines"\r\nOperator,Ada\r\n\r\nt,U,I,Note\r\n'
        '0,3.5,0.1,"a\r\nb\r\nc"\r\n\r\n1,3.6,0.1,\r\n,,,\r\n0.5,3.7,0.1,\r\n'
    )
    table, mapping = proposed(content)
    assert table.header_row == 4
    problems = verify(table, mapping).problems
    assert [(p.row, p.code) for p in problems if p.severity == "error"] == [(9, "time-back")]


def test_blank_lines_and_rows_of_separators_are_no_measures(proposed):
    table, mapping = proposed("t;U;I\n\n0;3,5;0,1\n\n1;3,6;0,1\n;;\n;;\n\n")
    result = verify(table, mapping)
    assert (result.rows, [p for p in result.problems if p.severity == "error"]) == (2, [])


def test_a_separator_at_the_end_of_every_row_is_no_column(proposed):
    table, mapping = proposed("t,U,I\n0,3.5,0.1,\n1,3.6,0.1,\n")
    assert table.labels == ("t", "U", "I", "")
    assert [p.text for p in verify(table, mapping).problems if p.severity == "error"] == []


def test_runs_of_blanks_separate_where_nothing_else_does(proposed):
    table, mapping = proposed(
        "  t   U     I\n  0   3.5   0.1\n 10   3.6   0.1\n" + " 10  3.6 1\n" * 9000
    )
    assert table.dialect == "blanks, decimal point, UTF-8"
    assert verify(table, mapping).rows == 9002


def test_invalid_bytes_late_in_a_column_that_is_not_imported_do_no_harm(proposed):
    rows = b"0,3.5,0.1,ok\n" * 60_000
    table, mapping = proposed(b"t,U,I,note\n" + rows + b"1,3.5,0.1,\xff\xfe\n")
    result = verify(table, mapping)
    assert (result.rows, table.encoding) == (60_001, "utf-8")
    assert [p for p in result.problems if p.severity == "error"] == []


def test_invalid_bytes_in_a_number_are_an_error_with_row_and_column(proposed):
    rows = b"0,3.5,0.1\n" * 60_000
    table, mapping = proposed(b"t,U,I\n" + rows + b"1,\xff,0.1\n")
    problem = verify(table, mapping).problems[0]
    assert (problem.severity, problem.row, problem.column) == ("error", 60_002, "U")


def test_invalid_bytes_in_a_row_of_another_length_are_reported_with_it(proposed):
    table, mapping = proposed(b"t,U,I\n0,3.5,0.1\n1,3.5\xff\n2,3.5,0.1\n")
    problems = [p for p in verify(table, mapping).problems if p.severity == "error"]
    assert [(p.row, p.code) for p in problems] == [(3, "ragged")]


def test_utf_16_of_more_than_one_block_is_read_to_its_end(proposed):
    content = "t;U;I\r\n" + "".join(f"{i};3,{i % 10};0,1\r\n" for i in range(150_000))
    table, mapping = proposed(content, encoding="utf-16")
    seen = []
    result = verify(table, mapping, lambda done, total: seen.append((done, total)))
    assert (result.rows, result.duration_s) == (150_000, 149_999.0)
    assert seen[-1] == (table.size_bytes, table.size_bytes)
    assert seen == sorted(seen)
    assert len(seen) > 2


def test_the_number_of_lines_before_the_header_is_taken_from_the_file(proposed):
    preamble = 'BT-Lab ASCII FILE\nNb header lines : 6\n"\nNs 0 1\nx,1,2,3\n'
    table, mapping = proposed(preamble + "time/s\tEcell/V\tI/mA\t\n0\t3.5\t-1\n1\t3.4\t-1\n")
    assert table.header_row == 6
    assert mapping.column(Field.CURRENT).unit == "mA"


@pytest.mark.parametrize(
    ("column", "decimal", "groups"),
    [
        (["960", "1,020", "1,080"], ".", True),
        (["960", "1.020", "1.080"], ",", True),
        (["0", "-1,000"], ".", True),
        (["960", "1,021", "1,025"], ",", False),  # may be decimals
        (["1,020", "1,080"], ",", False),
        (["0", "0,500"], ",", False),
        (["960", "1,02"], ",", False),
        (["1.5", "2.25"], ".", False),
    ],
)
def test_thousands_in_whole_numbers(column, decimal, groups):
    rows = tuple((cell,) for cell in column)
    assert decimal_mark(rows) == decimal
    assert has_thousands(rows, decimal) == groups


ROWS_BELOW = "".join(f"{n},{3 + n / 100},1000\n" for n in range(130))
PLAN = "Step,Mode,U,I,t\n" + "1,CC,4.2,1,60\n" * 60 + "\n"


@pytest.mark.parametrize(
    ("head", "labels"),
    [
        ("s,V,mA\nTime,Voltage,Current\n", ("Time [s]", "Voltage [V]", "Current [mA]")),
        ("% note\n% other, one\nt,U,I\n", ("t", "U", "I")),
        (PLAN + "t,U,I\n", ("t", "U", "I")),
    ],
    ids=["units above", "comments", "a plan above"],
)
def test_the_head_of_the_table_that_goes_on(opened, head, labels):
    table = opened(head + ROWS_BELOW)
    assert table.labels == labels


def test_a_point_with_other_than_three_digits_behind_it_groups_none(opened):
    rows = [f"{n},3.{n}00,{n / 100}" for n in range(1, 9)]
    table = opened("\n".join(["Time (s),U (V),I (A)", *rows, "9,0,0.09"]) + "\n")
    assert (table.decimal, table.thousands) == (".", False)
