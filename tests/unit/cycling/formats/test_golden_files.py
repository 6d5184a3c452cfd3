"""Every file of `tests/data/golden.csv` gives its values, or asks what it should ask.

A new file is one line there: where it is, the zone of its clock, corrections as for `--map` (apart
by `;`), and what must come out. A blank value is not compared. `asks` are the codes of questions
and errors; without one the file is imported as it is.
"""

import csv
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from cycling.formats import apply_options, open_table, propose, read_measures, verify
from tests.real_files import DATA, real_file

with (DATA / "golden.csv").open(newline="") as file:
    CASES = list(csv.DictReader(file))


def golden(name):
    folder, _, short = name.partition("/")
    return real_file(short) if folder == "cycler-files" else DATA / name


def charges_ah(blocks):
    """Charge and discharge; an interval has the current at its end."""
    time_s = np.concatenate([block.test_time_s for block in blocks])
    current = np.nan_to_num(np.concatenate([block.current_a for block in blocks]))
    amounts = current[1:] * np.diff(time_s) / 3600
    return amounts[amounts > 0].sum(), -amounts[amounts < 0].sum()


@pytest.mark.parametrize("case", CASES, ids=lambda case: " ".join((case["file"], case["map"])))
def test_a_golden_file_gives_its_values_or_its_question(case):
    table = open_table(golden(case["file"]))
    mapping = apply_options(propose(table), [o for o in case["map"].split(";") if o])
    result = verify(table, replace(mapping, time_zone=case["zone"] or "UTC"))
    asked = sorted({p.code for p in result.problems if p.severity != "warning"})
    assert asked == case["asks"].split()
    assert result.rows == int(case["rows"])
    if case["start_utc"]:
        start = datetime.fromisoformat(case["start_utc"]).replace(tzinfo=UTC)
        assert result.starts_at == pytest.approx(start.timestamp(), abs=0.001)
    if case["duration_s"]:
        assert result.duration_s == pytest.approx(float(case["duration_s"]), rel=1e-5)
    if asked:
        return
    blocks = list(read_measures(table, result.mapping, trust_clock=result.trust_clock))
    for amount, name in zip(charges_ah(blocks), ("charge_ah", "discharge_ah"), strict=True):
        if case[name]:
            assert amount == pytest.approx(float(case[name]), rel=0.02, abs=1e-9)
