"""`bem series`."""

from pathlib import Path

from sqlalchemy import text

from db.measures.packing import unpack
from tests.flips import flip
from tests.integration.bem.cli.shell import cells, importing
from tests.unit.db.lab import counts, write_csv


def test_what_is_wrong_is_named_and_made_anew(here, tmp_path: Path):
    bem, database = here
    experiment_id = bem.done(*importing(write_csv(tmp_path / "c.csv", 60))).strip()
    unpack(database, int(experiment_id), lambda _done, _total: None)
    assert bem.done("series", "check") == ""
    with database.write() as session:
        session.execute(text("UPDATE GenericMeasures SET Voltage = 1234.5 WHERE MeasID = 3"))
    flip(database, int(experiment_id), "current", "samples")
    wrong = f"Experiment {experiment_id}, Current, measures 0 to 65,535: the checksum of its"
    assert bem.finding("series", "check", experiment_id) == f"{wrong} samples is wrong.\n"
    assert "Current, measures 0 to 65,535. Nothing wrong" in bem.refused("export", experiment_id)
    assert bem.done("series", "repair").startswith(wrong)
    assert bem.done("series", "check") == ""
    rows = cells(bem.done("export", experiment_id))
    assert (rows[4][2], len(rows)) == ("1.2345", 61)
    assert "There is no experiment 4711." in bem.refused("series", "check", "4711")


def test_rows_are_given_up_and_put_back(here, tmp_path: Path):
    bem, database = here
    experiment_id = bem.done(
        *importing(write_csv(tmp_path / "c.csv", 60), "--start", "2026-11-01")
    ).strip()
    assert bem.done("measures", "size").split("\t")[:3] == [experiment_id, "60", "0"]
    assert "Name the experiments" in bem.refused("measures", "unpack")
    assert bem.done("measures", "unpack", experiment_id, "--dry-run") == f"{experiment_id}\t60\n"
    before = bem.done("export", experiment_id)
    assert bem.done("measures", "unpack", experiment_id) == f"{experiment_id}\t60\n"
    assert counts(database)["GenericMeasures"] == 60
    assert bem.done("measures", "pack", "--before", "2000-01-01") == ""
    assert bem.done("measures", "pack", "--dry-run").startswith(f"{experiment_id}\t")
    assert counts(database)["GenericMeasures"] == 60
    assert bem.done("measures", "pack").startswith(f"{experiment_id}\t")
    assert counts(database)["GenericMeasures"] == 0
    assert bem.done("export", experiment_id) == before
