"""Lines below the rows and rows that are cut: left out and said."""

import pytest

from cycling.formats import open_table, propose, verify
from cycling.formats.text.last_row import OPEN_ROW, OPEN_VALUE, is_cut, open_end_of

HEAD = "Time (s),Voltage (V),Current (A)\n"
ROWS = "".join(f"{row},{3 + row / 100:.2f},1.0\n" for row in range(20))


def verified(tmp_path, text: str):
    path = tmp_path / "a.csv"
    path.write_text(text)
    table = open_table(path)
    result = verify(table, propose(table))
    return result.rows, {(p.code, p.row) for p in result.problems if p.code != "counter-differs"}


@pytest.mark.parametrize(
    ("end", "found"),
    [
        ("End of test\n", {("footer", 22)}),
        ("End of test,,\n", {("footer", 22)}),
        ("\nEnd of test\nOperator: me\n\n", {("footer", 23), ("footer", 24)}),
        ("20,3.2\n", {("cut-off", 22)}),
        ("20,3.2", {("cut-off", 22)}),
        ("20", {("cut-off", 22)}),
        ("Total,,1.0\n", {("footer", 22)}),
        ("\nCycle,Q (Ah),E (Wh),Eff\n1,1.0,3.5,99\n", {("footer", 23), ("footer", 24)}),
        ("\nSummary,,\nCapacity,1.0,Ah\n", {("footer", 23), ("footer", 24)}),
    ],
)
def test_the_end_is_left_out_and_said(tmp_path, end, found):
    assert verified(tmp_path, HEAD + ROWS + end) == (20, found)


@pytest.mark.parametrize("end", ["20,3.2\n21,3.2\n", "20,3.2,1,5\n", "a,b\n20,3.2,1\n"])
def test_short_rows_that_are_no_end_are_refused(tmp_path, end):
    _, found = verified(tmp_path, HEAD + ROWS + end)
    assert "ragged" in {code for code, _ in found}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["2026-03-16 12:00:00"] * 9 + ["2026-03-16 "], True),
        (["2026-03-16 12:00:00"] * 9 + ["2026-03-16 12:00:0"], True),
        (["0.25"] * 9 + ["0."], True),
        (["0.25"] * 9 + [""], True),
        (["0.25"] * 9 + ["0"], False),
        (["0.25"] * 9 + ["0.2"], False),
        (["9:59", "10:00"] * 4 + ["1:0"], False),
        (["2026-03-16 12:00:00"] * 10, False),
        (["2026-03-16 12:00:00"] * 3 + ["2026-03-16 "], False),
        ([""] * 10, False),
    ],
)
def test_a_last_cell_that_is_cut(cells, expected):
    assert is_cut([["1", cell] for cell in cells]) is expected


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["0.25", "0.26"] * 4 + ["0.2"], OPEN_VALUE),
        (["0.25", "0.261"] * 4 + ["0.27"], OPEN_VALUE),
        (["0.25", "0.2"] * 4 + ["0"], OPEN_VALUE),
        (["1e-5", "1e-6"] * 4 + ["1e-"], OPEN_VALUE),
        ([str(n) for n in range(100, 109)] + ["10"], OPEN_ROW),
        ([str(n) for n in range(100, 109)] + ["109"], ""),
        (["0.25", "0.261"] * 4 + ["0.271"], ""),
        (["0.25", "0.26"] * 4 + ["0.27"], ""),
        (["1,25", "10,26"] * 4 + ["9,27"], ""),
        (["1e-5", "1e-6"] * 4 + ["1e-7"], ""),
        (["1", "1.5"] * 4 + ["1", "1"], ""),
        (["Rest"] * 9 + ["Re"], ""),
        (["0.25", "0.26"] * 2 + ["0.2"], ""),
        ([""] * 10, ""),
    ],
)
def test_a_last_number_without_a_line_end(cells, expected):
    rows = [["1", cell] for cell in cells]
    assert open_end_of(rows, "...\n1," + cells[-1]) == expected
    assert open_end_of(rows, "...\n1," + cells[-1] + "\nEnd of test") == ""


@pytest.mark.parametrize(
    ("head", "row", "last", "rows"),
    [
        ("Time (s),I (A),U (V)", "{0},1,{1}", "30,1,3.4", 21),
        ("I (A),U (V),Time (s)", "1,{1},{0}", "1,3.4,2", 20),
    ],
)
def test_a_last_number_that_may_be_cut_is_left_out_and_said(tmp_path, head, row, last, rows):
    lines = [row.format(n + 10, f"3.{7 * n % 20:02}") for n in range(20)]
    text = "\n".join([head, *lines, last])
    count, found = verified(tmp_path, text)
    assert count == rows
    assert ("open-end", 22) in found
    assert "time-back" not in {code for code, _ in found}
    _, found = verified(tmp_path, text + "\n")
    assert "open-end" not in {code for code, _ in found}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (HEAD, "repeated-head"),
        (HEAD.replace("s", " s"), "cell"),
        ("# paused, by me, twice, at noon\n", "comment"),
        ("paused\n", "ragged"),
    ],
)
def test_a_line_between_the_rows(tmp_path, line, code):
    middle = len(ROWS) // 2 + ROWS[len(ROWS) // 2 :].index("\n") + 1
    row = ROWS[:middle].count("\n") + 2
    rows, found = verified(tmp_path, HEAD + ROWS[:middle] + line + ROWS[middle:])
    assert (code, row) in found
    assert (rows == 20) == (code != "cell")


@pytest.mark.parametrize(
    ("line", "left_out"),
    [
        *[(line, True) for line in ("paused\n", "resumed, by me\n", "paused,,\n", ",,next step\n")],
        *[(line, False) for line in ("Step 2\n", "7,3.2\n", "3.2\n", "paused,3.2,\n")],
    ],
)
def test_an_event_between_the_rows_is_left_out_and_named(tmp_path, line, left_out):
    middle = len(ROWS) // 2 + ROWS[len(ROWS) // 2 :].index("\n") + 1
    path = tmp_path / "a.csv"
    path.write_text(HEAD + ROWS[:middle] + line + ROWS[middle:])
    table = open_table(path)
    result = verify(table, propose(table))
    errors = [p for p in result.problems if p.severity == "error"]
    assert (not errors) is left_out
    if left_out:
        assert result.rows == 20
        (said,) = (p for p in result.problems if p.code == "ragged")
        assert (said.severity, said.row) == ("warning", ROWS[:middle].count("\n") + 2)
        assert "has no measures; it is left out" in said.text
