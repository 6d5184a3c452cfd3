"""Several cells below each other in one file."""

from dataclasses import replace

import pytest

from cycling.formats import verify


def lines(label: str, names: list[str]) -> str:
    rows = (f"{n},{3 + n / 100},1,{name}" for n, name in enumerate(names))
    return "\n".join([f"t (s),U,I,{label}", *rows]) + "\n"


@pytest.mark.parametrize("label", ["Channel", "Cell ID", "Test_ID", "Zelle"])
def test_several_cells_are_a_question(proposed, label):
    table, mapping = proposed(lines(label, ["1", "2"] * 10))
    (question,) = [p for p in verify(table, mapping).problems if p.code == "several-cells"]
    assert question.severity == "question"
    assert "'1' and '2'" in question.text
    answered = verify(table, replace(mapping, accepted=("several-cells",)))
    assert answered.ok


@pytest.mark.parametrize(
    ("label", "names"),
    [("Channel", ["1"] * 20), ("Cell", ["a", ""] * 10), ("Cell (V)", ["1", "2"] * 10)],
)
def test_one_cell_is_none(proposed, label, names):
    table, mapping = proposed(lines(label, names))
    assert "several-cells" not in {p.code for p in verify(table, mapping).problems}


def test_many_are_counted(proposed):
    table, mapping = proposed(lines("Channel", [str(n % 9) for n in range(30)]))
    (question,) = [p for p in verify(table, mapping).problems if p.code == "several-cells"]
    assert "'3' and 5 more" in question.text


def turns(cells: int, apart_v: float) -> str:
    rows = (f"{n},{3 + n / 100 + k * apart_v},1" for n in range(40) for k in range(cells))
    return "\n".join(["t (s),U,I", *rows]) + "\n"


@pytest.mark.parametrize("cells", [2, 3, 8])
def test_cells_whose_rows_take_turns_are_a_question(proposed, cells):
    table, mapping = proposed(turns(cells, 0.3))
    (question,) = [p for p in verify(table, mapping).problems if p.code == "several-cells"]
    assert question.severity == "question"
    assert f"seems to have {cells} cells in turn" in question.text
    answered = verify(table, replace(mapping, accepted=("several-cells",)))
    assert "several-cells" not in [p.code for p in answered.problems if p.severity == "question"]


@pytest.mark.parametrize(("cells", "apart_v"), [(1, 0), (2, 0), (2, 0.005), (10, 0.001)])
def test_rows_of_the_same_time_are_one_cell_where_the_voltage_goes_on(proposed, cells, apart_v):
    table, mapping = proposed(turns(cells, apart_v))
    assert "several-cells" not in [p.code for p in verify(table, mapping).problems]
