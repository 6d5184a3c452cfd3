"""An offer of an experiment says what the station has to know."""

import pytest

from cycling.analysis.cycles.choices import Kind
from cycling.terms import Mode, Technology
from db.queries.stations.offers import OfferedInstruction, OfferFacts
from master_node.offers import offer_of
from tests.unit.db.lab import NOW, cell


@pytest.mark.parametrize(
    ("described", "kind"),
    [
        ({"kind": Kind.ANODE_HALF}, "anode half cell"),
        ({}, "full cell"),
        ({"technology": Technology.LEAD_ACID}, "lead-acid"),
    ],
)
def test_it_names_the_kind_of_the_battery(described, kind):
    wait = OfferedInstruction(0, Mode.WAIT, 0, "TIME", 5_000, None, None, None)
    facts = OfferFacts(
        experiment_id=1,
        name="Formation",
        station_id=2,
        hardware_id="unit",
        clock_offset_s=0.0,
        battery_id=3,
        battery=cell(**described),
        measures_temperature=True,
        safety={},
        record_s=None,
        record_v=None,
        instructions=(wait,),
        attempt=0,
    )
    assert offer_of(facts, 1, NOW).battery.kind == kind
