"""A date and a time of day side by side are one clock; an elapsed time is none."""

import pytest

from cycling.formats.text.split_clock import SplitClock, split_clock


def lines(header: str, *cells: str) -> list[str]:
    return [header, *(f"{cell},3.3,1" for cell in cells)]


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (0, lines("Date,Time,U,I", *["2026-03-07,22:30:00"] * 4, *["2026-03-08,00:01:00"] * 2)),
        (0, lines("Datum,Uhrzeit,U,I", *["07.03.2026,22:30"] * 6)),
        (1, lines("n,Date,Time,U,I", *["1,3/7/2026,10:30:00 PM"] * 6)),
        (0, ["Date,Time,U,I", *lines("d/m/y,h:m:s,V,A", *["05/03/2026,22:30:00"] * 6)]),
        (None, lines("Date,Time,U,I", *["2026-03-07,00:00:10"] * 6)),
        (None, lines("Date,Step Time,U,I", *["2026-03-07,02:30:00"] * 6)),
        (None, lines("Date,Time,U,I", *["2026-03-07,122:30:00"] * 6)),
        (None, lines("Time,Total,U,I", *["1,2"] * 6)),
    ],
)
def test_it_is_found_by_names_and_cells(found, text):
    assert split_clock(text) == (None if found is None else SplitClock(b",", found))


def test_the_time_goes_to_the_date_and_other_lines_stay():
    rewrite = SplitClock(b";", 0).rewriter(at_rows=True)
    assert rewrite([b"2026-03-07; 22:30:00;3.3", b"End of test", b""]) == [
        b"2026-03-07 22:30:00; 22:30:00;3.3",
        b"End of test",
        b"",
    ]


@pytest.mark.parametrize(
    ("apart", "text"),
    [
        (-1, ["Time,Date,U", *["22:30:00,05.03.2026,3"] * 6]),
        (2, ["Date,Cycle,Time,U", *["2026-03-05,1,22:30:00,3"] * 6]),
    ],
)
def test_the_time_may_stand_before_the_date_or_apart_from_it(apart, text):
    found = split_clock(text)
    assert found is not None
    assert found.apart == apart
    (line,) = found.rewriter(at_rows=True)([text[1].encode()])
    assert line.count(b"22:30:00") == 2
