"""`bem series`."""

from pathlib import Path

from sqlalchemy import text

from tests.integration.bem.cli.shell import cells, importing
from tests.unit.db.lab import write_csv


def test_the_copy_for_graphs_is_compared_and_made_anew(here, tmp_path: Path):
    bem, database = here
    experiment_id = bem.done(*importing(write_csv(tmp_path / "c.csv", 60))).strip()
    assert bem.done("series", "check") == ""
    with database.write() as session:
        session.execute(text("DELETE FROM GenericMeasures WHERE MeasID BETWEEN 5 AND 9"))
    assert bem.done("series", "check", experiment_id).split(":")[1] == " 1 part was copied anew.\n"
    with database.write() as session:  # what no comparison of keys can find
        session.execute(text("UPDATE GenericMeasures SET Voltage = 1234.5"))
    bem.done("series", "rebuild")
    assert {row[2] for row in cells(bem.done("export", experiment_id))[1:]} == {"1.2345"}
    assert "There is no experiment 4711." in bem.refused("series", "check", "4711")
