"""Times in two parts: by the label, by their cells, by the clock, else asked."""

from datetime import datetime, timedelta

import pytest

from cycling.formats import open_table, propose, verify

ROWS = 40


def verified(tmp_path, label: str, cells: list[str], clock: list[str] | None = None):
    head = [label, "Voltage (V)", "Current (A)", *(["Date"] if clock else [])]
    rows = [
        [cell, f"{3 + row / 100}", "1", *([clock[row]] if clock else [])]
        for row, cell in enumerate(cells)
    ]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(",".join(row) for row in (head, *rows)) + "\n")
    table = open_table(path)
    return verify(table, propose(table))


def pairs(step: int) -> list[str]:
    return [f"{row * step // 60:02}:{row * step % 60:02}" for row in range(ROWS)]


@pytest.mark.parametrize(
    ("label", "cells", "lasts_s"),
    [
        ("Time (mm:ss)", pairs(1), 39),
        ("Time [min:s]", pairs(30), 39 * 30),
        ("Time (hh:mm)", pairs(1), 39 * 60),
        ("Time", [f"00:{row:02}.5" for row in range(ROWS)], 39),
        ("Time", [f"59:{row:02}" for row in range(58, 60)] + ["1:00:00", "1:00:01"], 3),
    ],
    ids=["mm:ss", "min:s", "hh:mm", "decimals", "hours in front"],
)
def test_two_parts_by_the_label_or_the_cells(tmp_path, label, cells, lasts_s):
    result = verified(tmp_path, label, cells)
    assert result.duration_s == pytest.approx(lasts_s)
    assert "duration-unit" not in {problem.code for problem in result.problems}


@pytest.mark.parametrize(("step_s", "factor"), [(1, 1), (60, 60)], ids=["seconds", "minutes"])
def test_the_clock_says_what_two_parts_are(tmp_path, step_s, factor):
    began = datetime(2026, 3, 1, 12)
    clock = [f"{began + timedelta(seconds=row * step_s)}" for row in range(ROWS)]
    result = verified(tmp_path, "Test Time", pairs(1), clock)
    assert result.duration_s == pytest.approx(39 * factor)
    assert not [problem for problem in result.problems if problem.severity != "warning"]


@pytest.mark.parametrize(
    ("step_s", "doubt"), [(1, "hours and minutes."), (60, "first part goes above 24.")]
)
def test_what_nothing_says_is_asked(tmp_path, step_s, doubt):
    result = verified(tmp_path, "Time", pairs(step_s))
    (question,) = [p for p in result.problems if p.code == "duration-unit"]
    assert question.severity == "question"
    assert question.option == "Time=test_time:min:s"
    assert doubt in question.text


@pytest.mark.parametrize(
    ("label", "cells", "lasts_s", "is_asked"),
    [
        ("Time", [f"0:01:{row:02}:30" for row in range(ROWS)], 39 * 60, True),
        ("Time (d:hh:mm:ss)", [f"0:01:{row:02}:30" for row in range(ROWS)], 39 * 60, False),
        ("Time (hh:mm:ss)", [f"0:01:{row:02}:30" for row in range(ROWS)], 39, False),
        ("Time", [f"0:01:{row:02}:300" for row in range(ROWS)], 39, False),
        ("Time", [f"0:01:{row:02}:{row * 2 + 10:02}" for row in range(ROWS)], 39.78, False),
    ],
)
def test_four_parts(tmp_path, label, cells, lasts_s, is_asked):
    result = verified(tmp_path, label, cells)
    assert result.duration_s == pytest.approx(lasts_s)
    assert ("duration-unit" in {problem.code for problem in result.problems}) == is_asked
