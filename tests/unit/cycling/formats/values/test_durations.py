"""Durations as instruments write them."""

import numpy as np
import pyarrow as pa

from cycling.formats.values.durations import parse_durations


def test_durations_are_read():
    cells = ["00:01:00", "144:02:18.5", "1d 02:03:04", "0:00:10,250", "1:05", None, "x", "1:61:00"]
    got = parse_durations(pa.array(cells, pa.string()))
    np.testing.assert_array_equal(
        got.values, [60, 518538.5, 93784, 10.25, 3900, np.nan, np.nan, np.nan]
    )
    assert got.bad.tolist() == [False] * 6 + [True, True]


def test_days_are_named_in_several_languages():
    days = ("d", " days", " Tage", "j", " jours", " giorni", " dni")
    cells = [f"2{day} 01:00:00" for day in days]
    assert set(parse_durations(pa.array(cells)).values) == {176_400.0}


def test_days_in_front_may_be_missing_in_some_cells():
    got = parse_durations(pa.array(["1:02:30:15", "2:30:15", "x", "0:00:00:01"]), "d:h:min:s")
    np.testing.assert_array_equal(got.values, [95415, 9015, np.nan, 1])


def test_durations_that_name_their_units_are_read():
    cells = [
        "PT2H",
        "1h 2m",
        "P1DT2H3M4.5S",
        "90 min",
        "1 d 2 hours",
        "0.02:10:00",
        "h",
        "PT",
        "2m1h",
    ]
    got = parse_durations(pa.array(cells, pa.string()))
    seconds = [7200, 3720, 93784.5, 5400, 93600, 7800, np.nan, np.nan, np.nan]
    np.testing.assert_array_equal(got.values, seconds)
    assert got.bad.tolist() == [False] * 6 + [True] * 3
