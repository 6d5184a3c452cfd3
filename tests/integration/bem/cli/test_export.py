"""`bem export`: what is chosen, and what is refused."""

from pathlib import Path

import pytest

from tests.integration.bem.cli.shell import cells, importing
from tests.unit.db.lab import write_csv


def test_a_failed_export_leaves_no_file(here, tmp_path: Path):
    bem, _ = here
    experiment_id = bem.done(*importing(write_csv(tmp_path / "c.csv", 60))).strip()
    said = bem.refused("export", experiment_id, "-o", tmp_path / "no" / "such.csv")
    assert "cannot be written" in said
    said = bem.refused("export", "4711", "-o", tmp_path / "out.csv")
    assert "There is no experiment 4711." in said
    assert list(tmp_path.glob("out*")) == []


def test_a_choice_of_columns_and_time(here, tmp_path: Path):
    bem, _ = here
    arguments = importing(write_csv(tmp_path / "c.csv", 60), "--start", "2026-03-01T12:00")
    experiment_id = bem.done(*arguments).strip()
    chosen = tmp_path / "chosen.csv"
    bem.done(
        *("export", experiment_id, "-o", chosen, "--columns", "current"),
        *("--from", "2026-03-01T12:00:10", "--to", "2026-03-01T13:00:20+01:00"),
    )
    header, *rows = cells(chosen.read_text())
    assert header[:5] == [
        "Test Time / s",
        "Unix Time / s",
        "Current / A",
        "Cycle Count / 1",
        "Step Count / 1",
    ]
    assert [float(row[0]) for row in rows] == list(range(10, 21))
    for wrong, words in (
        (["--columns", "volts"], "There is no column 'volts'. Choose from: voltage, current"),
        (["--from", "noon"], "--from noon is not a date and time"),
    ):
        assert words in bem.refused("export", experiment_id, *wrong)


@pytest.mark.parametrize("experiment_id", ["0", "99999999999999999999999", "abc", "1e3"])
def test_ids_that_are_none(here, experiment_id: str):
    here[0].refused("export", experiment_id)
