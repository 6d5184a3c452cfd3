"""Checksums of the store's rows: each blob has one, which its row's keys and numbers go into.

So a bit that flips anywhere in a row is found when a blob of it is read. Rows of older versions
have none until the worker has made them anew.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from cycling.errors import InputError
from db.models import SeriesChunk

BLOBS = ("coarse", "fine", "samples")
NUMBERS = (
    SeriesChunk.experiment_id,
    SeriesChunk.channel,
    SeriesChunk.number,
    SeriesChunk.measures,
    SeriesChunk.id_sum,
    SeriesChunk.value_sum,
    SeriesChunk.first_us,
    SeriesChunk.last_us,
)
SAMPLES = (*NUMBERS, SeriesChunk.samples, SeriesChunk.samples_crc)
COARSE = (*NUMBERS, SeriesChunk.coarse, SeriesChunk.coarse_crc)
FINE = (*NUMBERS, SeriesChunk.fine, SeriesChunk.fine_crc)
NAMES = tuple(column.key for column in NUMBERS)
StoredRow: TypeAlias = Any  # of one of these selections


def with_checksums(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of the store with the checksums of its blobs."""
    keys = [row[name] for name in NAMES]
    return {**row, **{f"{blob}_crc": _checksum(keys, blob, row[blob]) for blob in BLOBS}}


def is_intact(row: StoredRow, blob: str) -> bool:
    """Whether a blob and its row's numbers are as they were stored; not known counts as yes."""
    stored = getattr(row, f"{blob}_crc")
    keys = [getattr(row, name) for name in NAMES]
    return stored is None or stored == _checksum(keys, blob, getattr(row, blob))


def _checksum(keys: Iterable[object], blob: str, data: bytes) -> int:
    return zlib.crc32(data, zlib.crc32("/".join(map(str, (*keys, blob))).encode()))


@dataclass(frozen=True, order=True)
class Damage:
    """A row whose checksum is wrong; `is_lost`: its samples, and not only a summary of them.

    `first_id` and `last_id` are the MeasIDs that belong to it.
    """

    first_id: int
    last_id: int
    channel: str
    is_lost: bool

    @property
    def measures(self) -> str:
        """Which measures it is about: "measures 65,536 to 131,071"."""
        return f"measures {self.first_id:,} to {self.last_id:,}"


MAX_NAMED = 3


def damage_words(damage: Sequence[Damage], names: Mapping[str, str]) -> str:
    """Name what is damaged, by the names of channels: "Voltage, measures 0 to 65,535"."""
    named = [f"{names.get(one.channel, one.channel)}, {one.measures}" for one in damage]
    more = len(named) - MAX_NAMED
    return "; ".join(named[:MAX_NAMED]) + (f"; and {more:,} more" if more > 0 else "")


class DamagedError(InputError):
    """Measures that are asked for are not what was stored."""
