"""Workbooks that we write, read back by what reads those of others."""

from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from cycling.formats.sheets import workbook


def read(content: bytes) -> dict[str, list[list]]:
    opened = CalamineWorkbook.from_filelike(BytesIO(content))
    return {name: opened.get_sheet_by_name(name).to_python() for name in opened.sheet_names}


def test_numbers_and_texts_come_back_as_they_were():
    rows = [["cycle", "CE / %"], [1, 99.951323], [2, None], [3, float("nan")]]
    found = read(workbook({"cycles": rows, "more": [["a"]]}))
    assert found["cycles"][1] == [1.0, 99.951323]
    assert [row[1] for row in found["cycles"][2:]] == ["", ""]
    assert found["more"] == [["a"]]


@pytest.mark.parametrize(
    "text", ["=1+1", "<b>&amp;", "µAh/cm² −5", " two  blanks ", "a\x00b\x1fc", "x" * 40_000]
)
def test_a_text_is_never_a_formula_and_never_breaks_the_file(text):
    ((cell,),) = read(workbook({"s": [[text]]}))["s"]
    assert cell.strip() == text.translate({0: None, 31: None})[:32_767].strip()


def test_a_name_may_be_anything():
    assert list(read(workbook({'A & "B" <c>' + "x" * 40: [["a"]]}))) == ['A & "B" <c>' + "x" * 20]
