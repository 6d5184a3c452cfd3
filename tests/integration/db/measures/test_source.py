"""Golden files and cases in the database: charge and discharge as the page shows them."""

import csv
from dataclasses import replace

import pytest

from cycling.analysis.chunk_totals import Counting, add_up
from cycling.analysis.counters import Quantity
from cycling.analysis.cycles.choices import Choices, Numbering
from cycling.analysis.cycles.table import cycle_table
from cycling.analysis.integration import Edge
from cycling.formats import apply_options, open_table, propose, read_measures, verify
from cycling.formats.columns.fields import Field
from db import series
from db.engine import Database
from db.measures.samples import first_lead_in_s, samples
from db.measures.source import source_of
from db.measures.statistics import experiment_statistics
from tests import golden
from tests.real_files import DATA, real_file
from tests.unit.db.lab import block, import_blocks

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


COUNTED_PCT = 1e-4
BLOCK = 700
CHANNELS = {
    "step_time_s": Field.STEP_TIME,
    "charge_ah": Field.CHARGE_CAPACITY,
    "discharge_ah": Field.DISCHARGE_CAPACITY,
    "charge_wh": Field.CHARGE_ENERGY,
    "discharge_wh": Field.DISCHARGE_ENERGY,
    "step_capacity_ah": Field.CAPACITY,
    "step_energy_wh": Field.ENERGY,
}
MEASURED = [one for one in golden.cases() if one.name != "lto_8992_cycles"]  # long


def golden_blocks(case: golden.Case, *, counted: bool):
    """The measures of a case as an import reads them."""
    of = case.columns
    known = [one for one in CHANNELS if one in of and (counted or one == "step_time_s")]
    for first in range(0, len(of["time_s"]), BLOCK):
        part = {name: values[first : first + BLOCK] for name, values in of.items()}
        yield block(
            len(part["time_s"]),
            extended={CHANNELS[one].channel: part[one] for one in known},
            test_time_s=part["time_s"],
            **{one: part[one] for one in ("voltage_v", "current_a", "step", "cycle")},
        )


def deviations(database: Database, case: golden.Case, *, counted: bool):
    """How far each cycle is from its numbers, of what is in the database."""
    number = import_blocks(database, list(golden_blocks(case, counted=counted)))
    with series.opened(database, number) as experiment:
        source = source_of(experiment)
        options = case.options(source.edge, counted=counted)
        counters = tuple(counter for counter, _channel in source.counters)
        how = Counting(options["deadband_a"], counters, False, source.sought)
        rows = add_up(samples(experiment, source), how, first_lead_in_s(experiment, source)).steps
    table = cycle_table(rows, Choices(numbering=Numbering.FILE))
    columns = (table.charge.ah, table.discharge.ah, table.charge.wh, table.discharge.wh)
    totals = {
        cycle: dict(zip(map(str, Quantity), numbers, strict=True))
        for cycle, *numbers in zip(
            table.number.tolist(), *(column.tolist() for column in columns), strict=True
        )
    }
    return number, source, case.compare(totals)


@pytest.mark.parametrize("case", [one for one in MEASURED if one.counters], ids=str)
def test_the_counters_of_each_cycle_are_the_instruments(database: Database, case):
    number, source, found = deviations(database, case, counted=True)
    assert source.edge is (Edge.SPLIT if "step_time_s" in case.columns else Edge.LEAD)
    for one in found:
        assert abs(one.charge_pct) <= COUNTED_PCT, one
        assert abs(one.energy_pct or 0) <= COUNTED_PCT, one
    stats = experiment_statistics(database, number)
    for quantity in (Quantity.CHARGE, Quantity.DISCHARGE):
        expected = float(case.expected[quantity].sum())
        assert getattr(stats.whole, quantity) == pytest.approx(expected, rel=1e-6)
    assert {one.quantity for one in stats.comparisons} == {
        quantity for one in case.counters for quantity in one.counts
    }


@pytest.mark.parametrize("case", [one for one in MEASURED if one.charge_pct is not None], ids=str)
def test_our_integral_of_each_cycle_is_within_the_tolerances(database: Database, case):
    _number, _source, found = deviations(database, case, counted=False)
    for one in found:
        for name in golden.TOLERANCES:
            most, off = getattr(case, name), getattr(one, name)
            assert most is None or off is None or abs(off) <= most, one
