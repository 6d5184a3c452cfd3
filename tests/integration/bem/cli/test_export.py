"""`bem export`: what is chosen, and what is refused."""

import gzip
from pathlib import Path

import polars as pl
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


def test_the_format_is_named_or_that_of_the_file(here, tmp_path: Path):
    bem, _ = here
    experiment_id = bem.done(*importing(write_csv(tmp_path / "c.csv", 60))).strip()
    plain = bem.done("export", experiment_id)
    for name, options in (("a.csv.gz", []), ("a.dat", ["--format", "csv.gz"])):
        bem.done("export", experiment_id, "-o", tmp_path / name, *options)
        assert gzip.decompress((tmp_path / name).read_bytes()).decode() == plain
    for name, options in (("a.parquet", []), ("b.dat", ["--format", "parquet"])):
        bem.done("export", experiment_id, "-o", tmp_path / name, *options)
        found = pl.read_parquet((tmp_path / name).read_bytes())
        assert found["Voltage / V"].to_list() == [float(row[2]) for row in cells(plain)[1:]]
    bem.done("export", experiment_id, "-o", tmp_path / "as.parquet", "--format", "csv")
    assert (tmp_path / "as.parquet").read_text() == plain
    again = bem.done(*importing(tmp_path / "a.parquet")).strip()
    assert bem.done("export", again) == plain


@pytest.mark.parametrize("experiment_id", ["0", "99999999999999999999999", "abc", "1e3"])
def test_ids_that_are_none(here, experiment_id: str):
    here[0].refused("export", experiment_id)
