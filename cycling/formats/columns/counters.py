"""Which channels of an experiment are an instrument's counters, or its step time.

Imports keep them under the names of their fields. Older imports kept them like any other channel,
under the names that they have in the file: those are recognised as a file's columns are.
"""

from collections.abc import Iterable
from typing import NamedTuple

from cycling.formats.columns.fields import CHANNEL_FIELDS, WRITTEN_DURATIONS, Field
from cycling.formats.columns.guess import name_place
from cycling.formats.columns.mapping import Channel
from cycling.units import TO_BASE


class Recognised(NamedTuple):
    """The channel at a place of a list, and what its values are multiplied by: Ah, Wh, s."""

    place: int
    factor: float


def counters_of(channels: Iterable[Channel]) -> dict[Field, Recognised]:
    """Return the channel of each field that one of these (name, unit) stands for."""
    best: dict[Field, tuple[int, Recognised]] = {}
    for place, (name, unit) in enumerate(channels):
        for field in CHANNEL_FIELDS:
            rank = -1 if (name, unit) == field.channel else _rank(name, unit, field)
            if rank is not None and (field not in best or rank < best[field][0]):
                multiply, divide = TO_BASE[unit]
                best[field] = rank, Recognised(place, multiply / divide)
    return {field: found for field, (_rank, found) in best.items() if field is not Field.STEP_ID}


def _rank(name: str, unit: str, field: Field) -> int | None:
    if unit not in field.units or unit in WRITTEN_DURATIONS:
        return None
    return name_place(name, field)
