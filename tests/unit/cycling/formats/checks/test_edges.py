"""A file that says neither when a step began nor what flowed, with few records where steps end."""

from dataclasses import replace

import pytest

from cycling.formats import verify
from cycling.formats.checks.edges import EdgeWatch
from cycling.formats.measures import file_blocks
from cycling.formats.problems import KeptFindings


def rows(interval_s, *, both_ends=False, more=""):
    lines, start_s = [], 0
    for step, (amps, lasts) in enumerate(((1, 3600), (0, 600), (-1, 3600))):
        first = 0 if both_ends or not start_s else interval_s
        lines += [
            f"{start_s + n},{3.5 + amps * n / 9000:.4f},{amps}{more.format(n=n, step=step)}"
            for n in range(first, lasts + 1, interval_s)
        ]
        start_s += lasts
    return "\n".join(lines) + "\n"


def warned(proposed, content, head="Time (s),U (V),I (A)"):
    result = verify(*proposed(f"{head}\n{content}"))
    return [one for one in result.problems if one.code == "sparse-edges"]


def test_few_records_are_said_with_how_much_it_may_be(proposed):
    (problem,) = warned(proposed, rows(60))
    assert problem.severity == "warning"
    assert "up to 1 min 0 s apart" in problem.text
    assert "1.7 % off" in problem.text


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_blocks_do_not_matter(proposed, size):
    watch = EdgeWatch()
    (block,) = file_blocks(*proposed("Time (s),U (V),I (A)\n" + rows(60)), KeptFindings())
    of = block.measures
    for first in range(0, len(block.rows), size):
        part = slice(first, first + size)
        some = {name: getattr(of, name)[part] for name in ("test_time_s", "current_a")}
        watch.add(replace(block, measures=replace(of, **some)))
    assert watch.part == pytest.approx(1 / 60)
    assert watch.longest_s == 60


def test_where_it_is_known_or_small_nothing_is_said(proposed):
    assert warned(proposed, rows(10)) == []
    assert warned(proposed, rows(60, both_ends=True)) == []
    head = "Time (s),U (V),I (A)"
    assert warned(proposed, rows(60, more=",{n}"), f"{head},Step Time (s)") == []
    counted = rows(60, more=",{step}")
    assert warned(proposed, counted, f"{head},Step") != []
