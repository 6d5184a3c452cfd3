"""What is said about the cycles of what runs."""

from db.queries.experiments.cycles.summaries import KeptSummary
from pages.station.cycles import capacity_text, last_cycle_text


def test_the_last_complete_cycle_with_what_is_known_of_it():
    found = KeptSummary(147, last_cycle=148, last_capacity_ah=4.8123, last_ce_pct=99.951)
    assert last_cycle_text(found) == "Cycle 148: 4.812 Ah, CE 99.95 %"
    gap = KeptSummary(147, last_cycle=148, last_capacity_ah=4.8123)
    assert last_cycle_text(gap) == "Cycle 148: 4.812 Ah"


def test_a_coin_cell_is_read_in_its_own_unit():
    assert capacity_text(8.712e-5) == "87.12 µAh"
    assert capacity_text(0.002) == "2 mAh"
