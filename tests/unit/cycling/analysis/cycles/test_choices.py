"""Choices as they are stored."""

import json
from dataclasses import asdict

import msgspec

from cycling.analysis.cycles.choices import Choices, Direction, Kind, Numbering, Reference


def test_what_was_stored_is_read():
    chosen = Choices(
        numbering=Numbering.CURRENT,
        first=Direction.DISCHARGE,
        kind=Kind.ANODE_HALF,
        reference=Reference.MEAN,
        reference_cycles=(3, 5),
        mass_g=0.0123,
    )
    assert msgspec.convert(json.loads(json.dumps(asdict(chosen))), Choices) == chosen
    assert msgspec.convert({}, Choices) == Choices()
