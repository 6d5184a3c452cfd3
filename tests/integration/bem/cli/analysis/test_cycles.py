"""`bem cycles`: one row a cycle, in each format, by the conventions that are asked for."""

import csv
import io
from pathlib import Path

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from cycling.analysis.cycles.choices import Numbering
from cycling.battery.conventions import OwnChoices
from db.commands.experiments.cycles.choices import choose_cycles
from tests import golden
from tests.integration.db.measures.test_cycles import golden_import
from tests.unit.db.lab import BY

CASE = next(one for one in golden.cases() if one.name == "neware_cc_rest")


@pytest.fixture
def experiment(here) -> int:
    _bem, database = here
    return golden_import(database, CASE.name)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_numbers_are_the_instruments(here, experiment):
    rows = rows_of(here[0].done("cycles", experiment, "--numbering", "file"))
    assert [int(one["cycle"]) for one in rows] == CASE.expected["cycle"].tolist()
    for row, charge_ah in zip(rows, CASE.expected["charge_ah"], strict=True):
        assert float(row["cycle_charging_capacity_ah"]) == pytest.approx(charge_ah, rel=1e-6)
    assert {one["complete"] for one in rows} <= {"0", "1"}
    assert {one["source"] for one in rows} == {"counter"}


def test_another_convention_is_asked_for_and_not_kept(here, experiment):
    bem, database = here
    by_current = rows_of(bem.done("cycles", experiment, "--numbering", "current"))
    assert [one["cycle"] for one in by_current] == ["0", "1", "2"]
    first = ("--numbering", "current", "--first", "discharge")
    assert [one["cycle"] for one in rows_of(bem.done("cycles", experiment, *first))] != [
        "0",
        "1",
        "2",
    ]
    choose_cycles(database, experiment, OwnChoices(numbering=Numbering.CURRENT), by=BY)
    assert rows_of(bem.done("cycles", experiment)) == by_current
    auto = rows_of(bem.done("cycles", experiment, "--numbering", "auto"))
    assert [int(one["cycle"]) for one in auto] == CASE.expected["cycle"].tolist()


def test_parquet_and_a_workbook_hold_the_same(here, experiment, tmp_path: Path):
    bem, _ = here
    rows = rows_of(bem.done("cycles", experiment))
    bem.done("cycles", experiment, "--format", "parquet", "-o", tmp_path / "c.parquet")
    table = pl.read_parquet(tmp_path / "c.parquet")
    assert table.columns == list(rows[0])
    assert table["complete"].to_list() == [int(one["complete"]) for one in rows]
    bem.done("cycles", experiment, "--format", "xlsx", "-o", tmp_path / "c.xlsx")
    book = CalamineWorkbook.from_path(tmp_path / "c.xlsx")
    assert book.sheet_names == ["cycles", "steps", "projection", "settings", "sources"]
    head, *cells = book.get_sheet_by_name("cycles").to_python()
    assert head == list(rows[0])
    assert len(cells) == len(rows)
    sources = dict(book.get_sheet_by_name("sources").to_python())
    assert sources["charge and energy"] == "counter"


def test_what_is_refused(here, experiment, tmp_path: Path):
    bem, _ = here
    assert "There is no experiment 4711." in bem.refused("cycles", "4711")
    assert "cannot be written" in bem.refused("cycles", experiment, "-o", tmp_path / "no" / "c.csv")
    bem.refused("cycles", experiment, "--numbering", "mine")
    bem.refused("cycles", experiment, "--format", "doc")
