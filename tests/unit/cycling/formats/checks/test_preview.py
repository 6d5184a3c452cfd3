"""The points of a file's small picture."""

import numpy as np
import pytest

from cycling.formats.checks.preview import MAX_POINTS, PreviewBuilder

SECONDS = np.arange(30_000.0)
SECONDS[12_000:] += 85


@pytest.mark.parametrize("rows", [1, 5, 999, 12_000, 30_000])
def test_it_breaks_once_where_measures_are_missing(rows):
    many = SECONDS if rows > 5 else SECONDS[11_990:12_010]
    builder = PreviewBuilder()
    for first in range(0, len(many), rows):
        part = many[first : first + rows]
        builder.add(part, np.full(len(part), 3.7), np.full(len(part), -1.0))
    drawn = builder.preview(-1.0)
    (blank,) = np.flatnonzero(np.isnan(drawn.voltage_v))
    assert drawn.time_s[blank] == 11_999 + 43
    assert np.isnan(drawn.current_a[blank])
    assert drawn.current_a[blank - 1] == 1.0
    assert len(drawn.time_s) <= MAX_POINTS
    assert np.all(np.diff(drawn.time_s) > 0)


def test_slow_recording_is_no_gap():
    builder = PreviewBuilder()
    builder.add(np.arange(0, 12_000, 120.0), np.full(100, 3.7), np.full(100, 1.0))
    assert not np.isnan(builder.preview(1.0).voltage_v).any()
