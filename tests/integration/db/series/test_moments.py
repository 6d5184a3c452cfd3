"""When measures were taken, by their places."""

import numpy as np
import pytest

from db import series
from db.engine import Database
from db.series import chunks
from tests.unit.db.lab import START, block, import_blocks


@pytest.mark.parametrize("size", [4, 65_536])
def test_measures_by_their_places(database: Database, monkeypatch, size):
    monkeypatch.setattr(chunks, "CHUNK", size)
    test_time_s = np.arange(10.0) * 2 + 7
    experiment_id = import_blocks(database, [block(10, test_time_s=test_time_s)])
    with series.opened(database, experiment_id) as experiment:
        found = experiment.moments(np.array([9, 0, 3, 4]))
        nothing = experiment.moments(np.empty(0, np.int64))
    assert found.id.tolist() == [9, 0, 3, 4]
    assert found.test_time_s.tolist() == [25.0, 7.0, 13.0, 15.0]
    np.testing.assert_allclose(found.unix_s - START.timestamp(), found.test_time_s)
    assert len(nothing.id) == 0
