"""Files of `tests/data/golden.csv` in the database: charge and discharge as the page shows them."""

import csv
from dataclasses import replace

import pytest

from cycling.formats import apply_options, open_table, propose, read_measures, verify
from db.engine import Database
from db.measures.statistics import experiment_statistics
from tests.real_files import DATA, real_file
from tests.unit.db.lab import import_blocks

WITHIN = 2e-5  # the numbers in the table have five digits

with (DATA / "golden.csv").open(newline="") as lines:
    CASES = [one for one in csv.DictReader(lines) if one["charge_ah"] and not one["asks"]]


def statistics_of(database: Database, case: dict[str, str]):
    """Import a file as the page does, and add it up."""
    folder, _, short = case["file"].partition("/")
    table = open_table(real_file(short) if folder == "cycler-files" else DATA / case["file"])
    mapping = apply_options(propose(table), [one for one in case["map"].split(";") if one])
    found = verify(table, replace(mapping, time_zone=case["zone"] or "UTC"))
    blocks = list(read_measures(table, found.mapping, trust_clock=found.trust_clock))
    number = import_blocks(database, blocks, mapping=found.mapping.to_json())
    return experiment_statistics(database, number)


@pytest.mark.parametrize("case", CASES, ids=lambda case: " ".join((case["file"], case["map"])))
def test_a_golden_file_has_its_charge(database: Database, case):
    found = statistics_of(database, case).whole
    for name in ("charge_ah", "discharge_ah"):
        if case[name]:
            expected = float(case[name])
            assert getattr(found, name) == pytest.approx(expected, rel=WITHIN, abs=1e-9), name
