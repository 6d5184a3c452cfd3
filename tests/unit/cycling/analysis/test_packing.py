"""Totals that were kept are what they were."""

import msgspec
import numpy as np
import pytest

from cycling.analysis.chunk_totals import ChunkTotals, Counting, merge
from cycling.analysis.cycles.choices import Choices
from cycling.analysis.cycles.table import cycle_table
from cycling.analysis.integration import COLUMNS, Samples
from cycling.analysis.packing import pack, unpack
from tests import golden

CASE = next(one for one in golden.cases() if one.name == "full_cell_lfp_fastcharge_arbin")
HOW = Counting(0.001, tuple(CASE.counters), has_temperature=False)


def totals(first: int, last: int) -> ChunkTotals:
    rows = CASE.samples(CASE.edges[0], counted=True)
    columns = [getattr(rows, name)[first:last] for name in (*COLUMNS, "led_s")]
    return ChunkTotals.of(Samples(*columns, tuple(one[first:last] for one in rows.counters)), HOW)


@pytest.mark.parametrize("cut", [0, 2, 1000, 2142])
def test_kept_totals_are_merged_as_if_they_had_not_been_kept(cut):
    parts = totals(0, cut), totals(cut, 2142)
    kept = merge(*(unpack(pack(one), HOW) for one in parts)).experiment()
    direct = merge(*parts).experiment()
    tables = [cycle_table(one.steps, Choices()) for one in (kept, direct)]
    for name in ("number", "ce_pct", "cv_share_pct", "duration_s"):
        np.testing.assert_array_equal(*(getattr(one, name) for one in tables))
    assert kept.comparisons == direct.comparisons


def test_what_is_kept_is_small():
    assert len(pack(totals(0, 2142))) < 10_000


def test_damaged_bytes_are_refused():
    with pytest.raises(msgspec.DecodeError):
        unpack(pack(totals(0, 100))[:-9], HOW)
