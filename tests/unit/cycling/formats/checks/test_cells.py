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
