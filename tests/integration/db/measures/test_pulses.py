"""Pulses from the database: all of them, from the chunks that they are in."""

import numpy as np
import pytest

from cycling.analysis.voltage.places import pulse_places
from db.engine import Database
from db.measures.pulses import experiment_pulses, pulses_at
from db.series import chunks
from tests import golden
from tests.integration.db.measures.voltage_lab import chunks_read, golden_import, opened_cycles
from tests.unit.db.lab import START, block, import_blocks

TOLERANCE = 2e-5


@pytest.mark.parametrize(
    ("name", "times_s"),
    [("hppc_pulses", (0.1, 1.0, 5.0, 10.0, 30.0)), ("synthetic_pulses", (1.0, 10.0, 30.0))],
)
def test_golden_pulses(database: Database, name, times_s):
    _case, expected = golden.other(name)
    with opened_cycles(database, golden_import(database, name)) as (one, cycles):
        found = experiment_pulses(one, cycles.steps, times_s=times_s)
    assert len(found.pulses) == len(expected["start_s"])
    np.testing.assert_allclose(found.begin.test_time_s, expected["start_s"], rtol=TOLERANCE)
    begin_s = START.timestamp() + found.begin.test_time_s - golden_begin_s(name)
    np.testing.assert_allclose(found.begin.unix_s, begin_s, atol=2e-6)
    for place, seconds in enumerate(times_s):
        values = expected[f"r_{seconds:g}s"].astype(float)
        np.testing.assert_allclose(found.pulses.resistance_ohm[:, place], values, rtol=TOLERANCE)


def golden_begin_s(name: str) -> float:
    return float(golden.other(name)[0].columns["time_s"][0])


def train(pulses: int, between: int, *, first_pulse: int = 0):
    """Discharges of so many measures, each followed by a rest, a pulse of 10 s, a rest."""
    parts = []
    for number in range(pulses):
        parts += [
            (-1.0, between),
            (0.0, 10),
            (-2.0 if number >= first_pulse else 0.0, 10),
            (0.0, 10),
        ]
    counts = [count for _current, count in parts]
    currents_a = np.repeat([current for current, _count in parts], counts)
    step = np.repeat(np.arange(1.0, len(parts) + 1), counts)
    return block(
        len(step),
        test_time_s=np.arange(len(step), dtype=float),
        voltage_v=3.7 + currents_a / 20,
        current_a=currents_a,
        step=step,
    )


@pytest.mark.parametrize("size", [7, 50, 400, 65_536])
def test_it_does_not_matter_how_measures_are_in_chunks(
    sqlite_database: Database, monkeypatch, size
):
    monkeypatch.setattr(chunks, "CHUNK", size)
    experiment_id = import_blocks(sqlite_database, [train(12, 300)])
    with opened_cycles(sqlite_database, experiment_id) as (one, cycles):
        found = experiment_pulses(one, cycles.steps)
    np.testing.assert_array_equal(found.pulses.row, 310 + 330 * np.arange(12))
    np.testing.assert_array_equal(found.begin.id, found.pulses.row)
    np.testing.assert_allclose(found.begin.test_time_s, found.pulses.row - 1.0)
    np.testing.assert_allclose(found.pulses.resistance_ohm[:, 1], 0.05)
    drawn_ah = (-300 * np.arange(1, 13) - 20 * np.arange(12)) / 3600
    np.testing.assert_allclose(found.pulses.net_ah, drawn_ah, atol=2e-3)
    np.testing.assert_allclose(np.diff(found.pulses.net_ah), -320 / 3600, rtol=1e-9)


def test_chunks_without_a_pulse_are_not_read(sqlite_database: Database, monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK", 100)
    experiment_id = import_blocks(sqlite_database, [train(12, 300, first_pulse=10)])
    with opened_cycles(sqlite_database, experiment_id) as (one, cycles):
        with chunks_read(monkeypatch) as numbers:
            found = experiment_pulses(one, cycles.steps)
        assert len(found.pulses) == 2
        assert set(numbers) <= {*range(35, 37), *range(38, 40)}
        places = pulse_places(cycles.steps.rows, deadband_a=1e-3)
        assert len(pulses_at(one, cycles.steps, places[:1]).pulses) == 1


def test_none(sqlite_database: Database):
    experiment_id = golden_import(sqlite_database, "synthetic_cccv")
    with opened_cycles(sqlite_database, experiment_id) as (one, cycles):
        found = experiment_pulses(one, cycles.steps)
    assert len(found.pulses) == 0
    assert found.pulses.resistance_ohm.shape == (0, 4)
    assert len(found.begin.id) == 0
