"""Experiments as DataFrames, as a notebook gets them."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import polars as pl
import pytest

from bem.notebook import open_laboratory
from cycling.errors import InputError, NotFoundError
from db.measures.export import csv_pieces
from tests.machine import ROOT
from tests.unit.db.lab import START, block, import_blocks

DEGREES, OTHER = ("Temperature", "degC"), ("Pressure", "bar")
NAN = float("nan")


@pytest.fixture
def url(database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


@pytest.fixture
def experiment(database) -> int:
    values = {DEGREES: [25.5, NAN, 26.0, 27.0], OTHER: [1.0, 1.1, NAN, 1.3]}
    blocks = [
        block(
            4,
            extended=values,
            current_a=np.array([0.5, -0.25, NAN, 0.1]),
            cycle=np.array([1, 1, 2, 2]),
            step=np.array([1.0, 2.0, 3.0, NAN]),
        )
    ]
    return import_blocks(database, blocks, name="Capacity check")


def test_both_libraries_get_the_columns_and_rows_of_our_csv(database, url, experiment, tmp_path):
    csv = tmp_path / "measures.csv"
    csv.write_bytes(b"".join(csv_pieces(database, experiment)))
    with open_laboratory(url) as laboratory:
        ours, theirs = laboratory.polars(experiment), laboratory.pandas(experiment)
    assert list(theirs.columns) == ours.columns == pl.read_csv(csv).columns
    assert "Temperature / degC" in ours.columns
    for label, column in pl.read_csv(csv).to_dict(as_series=False).items():
        assert ours[label].to_list() == column, label
        assert [None if pd.isna(one) else one for one in theirs[label]] == column, label
    assert ours["Cycle Count / 1"].dtype == pl.Int64
    assert theirs["Step Count / 1"].dtype == "Int64"
    assert theirs["Voltage / V"].dtype == "float64"


@pytest.mark.parametrize(
    ("since", "until", "seconds"),
    [
        (None, None, [0, 1, 2, 3]),
        (START + timedelta(seconds=1), None, [1, 2, 3]),
        (None, "2026-11-01T08:00:01", [0, 1]),
        ("2026-11-01T09:00:01+01:00", datetime(2026, 11, 1, 8, 0, 2), [1, 2]),
        ("2027-01-01", None, []),
    ],
)
def test_a_window_includes_its_ends(url, experiment, since, until, seconds):
    with open_laboratory(url) as laboratory:
        frame = laboratory.polars(experiment, since=since, until=until)
        assert frame["Test Time / s"].to_list() == seconds
        assert laboratory.pandas(experiment, since, until)["Test Time / s"].tolist() == seconds
        assert len(frame.columns) == 9


def test_the_list_of_experiments_makes_a_table(database, url, experiment):
    other = import_blocks(database, name="Ageing", start=START + timedelta(days=1))
    with open_laboratory(url) as laboratory:
        listed = laboratory.experiments()
        assert [one["id"] for one in laboratory.experiments("capacity")] == [experiment]
    assert [one["id"] for one in listed] == [experiment, other]
    assert listed[0]["begun_at"] == START.astimezone(UTC)
    for table in (pd.DataFrame(listed), pl.DataFrame(listed)):
        assert list(table["status"]) == ["FINISHED", "FINISHED"]
        assert list(table["technology"]) == ["Lithium", "Lithium"]


def test_what_cannot_be_is_refused_in_a_sentence(url, experiment):
    with open_laboratory(url) as laboratory:
        with pytest.raises(NotFoundError, match="There is no experiment 999"):
            laboratory.pandas(999)
        with pytest.raises(InputError, match="soon is not a date and time"):
            laboratory.polars(experiment, since="soon")
        with pytest.raises(InputError, match="ends before it begins"):
            laboratory.polars(experiment, since="2026-11-02", until="2026-11-01")


def test_the_example_of_the_document_runs(url, experiment, monkeypatch, capsys):
    text = (ROOT / "docs/notebooks.md").read_text(encoding="utf-8")
    (example,) = (part.partition("```")[0] for part in text.split("```python\n")[1:])
    monkeypatch.setenv("BEM_DATABASE_URL", url)
    names: dict = {}
    exec(example, names)
    assert names["last"] == experiment
    assert names["highest_v"].to_dict() == {1: 3.001, 2: 3.003}
    assert "Voltage / V" in capsys.readouterr().out


def test_a_database_of_another_revision_is_refused(empty_database_url):
    with pytest.raises(InputError, match="bem db upgrade"):
        open_laboratory(empty_database_url)


def test_neither_library_is_loaded_before_it_is_used():
    code = "import sys, bem.notebook; print({'pandas', 'polars'} & set(sys.modules))"
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, cwd=ROOT, text=True
    )
    assert ended.stdout.strip() == "set()"
