import csv
import io
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycling.formats import csv_header, csv_rows, open_table, propose, read_measures, verify
from cycling.formats.values.numbers import parse_numbers
from cycling.formats.write import significant
from tests.generated import examples

CHARGING = {"positive_is_charge": True}


def digits15(draw_sign, mantissa, exponent):
    return float(f"{draw_sign}{mantissa}e{exponent}")


value15 = st.builds(
    digits15, st.sampled_from(["", "-"]), st.integers(0, 10**15 - 1), st.integers(-25, 3)
)
maybe = value15 | st.just(float("nan"))


def test_numbers_are_the_nearest_doubles():
    cells = [
        "0.1",
        "1e-400",
        "+5",
        " 7.5\t",
        "-0",
        "5.",
        ".5",
        "1E+005",
        "9007199254740993",
        None,
        "",
    ]
    got = parse_numbers(pa.array(cells, pa.string()), ".")
    expected = [0.1, 0.0, 5, 7.5, -0.0, 5, 0.5, 1e5, 9007199254740992, np.nan, np.nan]
    np.testing.assert_array_equal(got.values, expected)
    assert got.bad is None


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1), st.booleans())
def test_every_double_written_in_full_is_read_exactly(values, comma):
    texts = [repr(v).replace(".", ",") if comma else repr(v) for v in values]
    got = parse_numbers(pa.array(texts, pa.string()), "," if comma else ".")
    assert got.values.tolist() == values


@given(st.lists(st.text(st.sampled_from("0123456789.,eE+-infa x"), max_size=6), min_size=1))
def test_careful_and_quick_reading_agree_with_python(cells):
    got = parse_numbers(pa.array(cells, pa.string()), ".")
    for cell, value in zip(cells, got.values.tolist(), strict=True):
        try:
            expected = float(cell)
        except ValueError:
            expected = float("nan")
        expected = expected if np.isfinite(expected) else float("nan")
        assert value == expected or (np.isnan(value) and np.isnan(expected))


@pytest.mark.parametrize("cell", ["1.234,5", "1.5", "1,2,3", "1 000,5"])
def test_with_a_decimal_comma_a_point_is_bad(cell):
    got = parse_numbers(pa.array(["1,5", cell], pa.string()), ",")
    assert got.values[0] == 1.5
    assert got.bad.tolist() == [False, True]


def test_a_typographic_apostrophe_groups_digits():
    cells = pa.array(["3\u20191234.5", "3\u2019123.5", "1\u2019234\u2019567"])
    read = parse_numbers(cells, ".", thousands=True)
    assert read.values.tolist()[1:] == [3123.5, 1234567]
    assert read.bad.tolist() == [True, False, False]


@pytest.mark.parametrize(("decimal", "mark"), [(".", "."), (",", ",")])
def test_powers_of_ten_are_read_as_fortran_writes_them(decimal, mark):
    cells = pa.array([f"3{mark}7D+00", f"-1{mark}0d-3", "5D2", "2D", "D2", "1e3"])
    read = parse_numbers(cells, decimal)
    assert read.values.tolist()[:3] == [3.7, -0.001, 500]
    assert read.bad.tolist() == [False, False, False, True, True, False]


def test_a_slice_of_an_arrow_array_is_read_from_its_own_start():
    cells = pa.array([None, "1", None, "2.5", "x", "3"] * 5, pa.string()).slice(3, 8)
    got = parse_numbers(cells, ".")
    np.testing.assert_array_equal(got.values, [2.5, np.nan, 3, np.nan, 1, np.nan, 2.5, np.nan])
    assert got.bad.tolist() == [False, True, False, False, False, False, False, True]
    words = parse_numbers(pa.array(["1", None, "2"], pa.string()).slice(1, 2), ".")
    np.testing.assert_array_equal(words.values, [np.nan, 2])


@given(value15)
def test_fifteen_digits_survive_milli_units(value):
    text = f"{value:.15g}"
    assert f"{float(text) * 1000 / 1000:.15g}" == text


channel_name = (
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30)
    .map(str.strip)
    .filter(bool)
)
unit_name = (
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="/"),
        max_size=12,
    )
    .map(str.strip)
    .filter(bool)
)


@examples(80)
@given(
    rows=st.lists(st.tuples(maybe, maybe, maybe, st.tuples(maybe, maybe)), min_size=1, max_size=12),
    channels=st.lists(
        st.tuples(
            channel_name
            | st.sampled_from(["=cmd()", "Voltage", "a / b", 'say "x", y', "Current / A"]),
            unit_name | st.sampled_from(["1", "degC", "V"]),
        ),
        min_size=2,
        max_size=2,
        unique=True,
    ),
)
def test_what_we_write_comes_back_unchanged(tmp_path, rows, channels):
    channels = [c for c in channels if c != ("Step ID", "1")]
    time_s = np.arange(len(rows)) * 0.5
    voltage, current, power = (np.array([row[i] for row in rows]) for i in range(3))
    extended = [np.array([row[3][i] for row in rows]) for i in range(len(channels))]
    cycle = np.arange(len(rows), dtype=np.int64)
    written = csv_header(channels) + csv_rows(
        [time_s, time_s + 1.7e9, voltage, current, power, cycle, None, *extended], len(rows)
    )
    path = tmp_path / "export.csv"
    path.write_bytes(written)
    table = open_table(path)
    mapping = replace(propose(table), **CHARGING)
    (block,) = read_measures(table, mapping)
    columns = [
        block.test_time_s,
        block.unix_time_s,
        block.voltage_v * 1000 / 1000,
        block.current_a * 1000 / 1000,
        None if block.power_w is None else block.power_w * 1000 / 1000,
        block.cycle,
        block.step,
        *block.extended.values(),
    ]
    again = csv_header(mapping.channels) + csv_rows(columns, len(rows))
    assert again == written
    assert list(block.extended) == channels


def test_the_header_is_that_of_the_contract():
    assert csv_header([("T1", "degC"), ("pH", ""), ("=1+1", "V"), ('a "b", c', "1")]) == (
        b"Test Time / s,Unix Time / s,Voltage / V,Current / A,Power / W,Cycle Count / 1,"
        b'Step Count / 1,T1 / degC,pH / 1,\'=1+1 / V,"a ""b"", c / 1"\n'
    )


def test_blanks_around_a_name_are_no_part_of_it():
    assert csv_header([(" T1 ", " ")]).endswith(b",T1 / 1\n")


def test_blanks_stay_blank_and_numbers_stay_numbers():
    nan = np.nan
    columns = [
        np.array([0.0, 1.5]),
        None,
        np.array([3.5, nan]),
        np.array([-0.1, 1e-8]),
        np.array([1, 2]),
        np.array([1.0, nan]),
        np.array([-5.25, np.inf]),
        None,
    ]
    assert csv_rows(columns, 2) == b"0.0,,3.5,-0.1,1,1,-5.25,\n1.5,,,1e-8,2,,,\n"
    assert csv_rows([None, None], 3) == b",\n,\n,\n"


def test_15_digits_go_out_as_they_came():
    rng = np.random.default_rng(7)
    sizes = 10.0 ** rng.integers(-25, 25, 5000)
    came = np.array([float(f"{value:.15g}") for value in rng.normal(0, 1, 5000) * sizes])
    assert significant(came * 1000 / 1000).tolist() == came.tolist()
    texts = csv_rows([rng.normal(0, 1, 5000) * sizes], 5000).decode().split()
    digits = [text.split("e")[0].replace(".", "").lstrip("-0") for text in texts]
    assert max(len(one.rstrip("0")) for one in digits) <= 15


def test_odd_numbers_are_written():
    odd = np.array([0.0, -0.0, 1e300, 5e-324, 999999999999999.9, 0.1 + 0.2, 1e15])
    found = significant(odd)
    assert found.tolist() == [0.0, 0.0, 1e300, 5e-324, 1e15, 0.3, 1e15]


def test_a_number_just_below_a_power_of_ten_keeps_its_last_digit():
    near = np.array([99999999999999.8, 999.999999999999, 0.999999999999999])
    assert significant(near).tolist() == near.tolist()
    assert csv_rows([near[:1]], 1) == b"99999999999999.8\n"


def test_a_column_that_rounds_to_whole_numbers_is_written_as_such():
    assert csv_rows([np.array([2.9999999999999996, 5.0])], 2) == b"3\n5\n"


def test_any_reader_reads_what_we_write():
    header = csv_header([("x,\ny", "1")])
    (row,) = csv.reader(io.StringIO(header.decode()))
    assert row[-1] == "x,\ny / 1"


def test_a_step_id_survives_an_export(proposed, opened):
    table, mapping = proposed("t (s),U,I,Step ID\n0,3.5,1,4\n1,3.6,1,5\n")
    (block,) = read_measures(table, replace(mapping, **CHARGING))
    assert block.step_id.tolist() == block.extended["Step ID", "1"].tolist() == [4, 5]
    assert mapping.channels == (("Step ID", "1"),)
    columns = [block.test_time_s, None, block.voltage_v, block.current_a, None, None, None]
    exported = csv_header(mapping.channels) + csv_rows([*columns, *block.extended.values()], 2)
    again = opened(exported.decode())
    (block,) = read_measures(again, replace(propose(again), **CHARGING))
    assert block.step_id.tolist() == [4, 5]
    assert list(block.extended) == [("Step ID", "1")]


def test_units_are_converted(proposed):
    table, mapping = proposed(
        "Test Time / h,Voltage / mV,Current / uA,Power / kW\n0.5,3500.1,-7,0.002\n1,3500,7,0\n"
    )
    (block,) = read_measures(table, replace(mapping, **CHARGING))
    assert block.test_time_s.tolist() == [1800, 3600]
    assert [f"{v:.15g}" for v in block.voltage_v] == ["3.5001", "3.5"]
    assert block.current_a.tolist() == [-7e-6, 7e-6]
    assert block.power_w.tolist() == [2, 0]


def test_discharge_above_zero_turns_current_and_its_power(proposed):
    table, mapping = proposed(
        "t (s),U,I,Power\n0,3.5,2,7\n1,3.5,0,0\n2,3.5,-2,-7\n3,3.5,-2,7\n4,3,,6\n"
    )
    (block,) = read_measures(table, replace(mapping, positive_is_charge=False))
    assert block.current_a.tolist()[:4] == [-2, 0, 2, 2]
    assert block.power_w.tolist() == [-7, 0, 7, 7, 6]
    assert not np.signbit(block.current_a[1])


@pytest.mark.parametrize(
    ("column", "cell"),
    [("Cycle", "1.5"), ("Cycle", "2147483648"), ("Step Count", "-2147483649"), ("Step ID", "-1")],
)
def test_whole_numbers_must_fit_32_bits(proposed, column, cell):
    table, mapping = proposed(
        f"t/s,U,I,{column}\n0,3.5,1,1\n1,3.6,1,2\n2,3.7,1,{cell}\n3,3.8,1,3\n"
    )
    problem = verify(table, mapping).problems[0]
    assert (problem.code, problem.row, problem.column) == ("whole-number", 4, column)


def test_words_for_no_value_are_blank(proposed):
    table, mapping = proposed(
        "t (s),U,I,T\n0,3.5,1,1.5\n1,3.5,1,NaN\n2,3.5,1,n/a\n3,3.5,1,--\n4,3.5,1,oops\n5,3.5,1,2\n"
    )
    mapping = replace(mapping.with_column(3, mapping.columns[0].field.EXTENDED), **CHARGING)
    found = [(p.severity, p.code, p.row) for p in verify(table, mapping).problems]
    assert found == [("error", "cell", 6), ("warning", "no-value", None)]
    texts = [p.text for p in verify(table, mapping).problems]
    assert "Not imported" in texts[0]
    assert "3 cells" in texts[1]


@pytest.mark.parametrize(
    "word", ["NaN", "OL", "O.L.", "Overload", "---", "OVLD", "#N/A", "****", "+over"]
)
def test_a_few_measures_may_be_beyond_what_an_instrument_can_measure(proposed, word):
    table, mapping = proposed(
        f"t (s),U,I\n0,3.5,1\n1,{word},1\n2,3.5,1\n3,3.5,1\n4,3.5,1\n5,3.5,2\n"
    )
    result = verify(table, replace(mapping, **CHARGING))
    assert [(p.severity, p.code, p.column) for p in result.problems] == [
        ("warning", "no-value", "U")
    ]
    (block,) = read_measures(table, result.mapping)
    assert np.isnan(block.voltage_v).tolist() == [False, True, False, False, False, False]


def test_many_are_asked_about(proposed):
    rows = "".join(f"{n},{3.5 + n / 100 if n % 3 else 'OL'},1\n" for n in range(21))
    table, mapping = proposed(f"t (s),U (V),I (A)\n{rows}")
    result = verify(table, replace(mapping, **CHARGING))
    assert [(p.severity, p.code) for p in result.problems] == [("question", "no-value")]
    assert "33% of its rows" in result.problems[0].text
    assert verify(table, replace(result.mapping, accepted=("no-value",))).ok


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (("1.25-", "(2.5)", "( 3 )", "4 -", "5"), [-1.25, -2.5, -3, -4, 5]),
        (("1e-3-", "(1-2)", "((1))", "-1-", "1)"), [np.nan] * 5),
    ],
)
def test_numbers_as_ledgers_write_them(cells, values):
    import pyarrow as pa

    numbers = parse_numbers(pa.array(cells), ".")
    np.testing.assert_array_equal(numbers.values, values)
    assert (numbers.ledger is not None) == np.isfinite(values).any()


def test_how_they_are_read_is_said(proposed):
    table, mapping = proposed("t (s),U,I\n0,3.5,1.0\n1,3.5,(1.0)\n2,3.4,2.0-\n3,3.3,0.5-\n")
    result = verify(table, replace(mapping, **CHARGING))
    (said,) = [one.text for one in result.mapping.inferred if one.kind == "numbers"]
    assert "below zero in column 'I'" in said
    (block,) = read_measures(table, result.mapping)
    assert block.current_a.tolist() == [1, -1, -2, -0.5]
