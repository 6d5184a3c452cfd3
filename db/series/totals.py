"""What the samples of chunks add up to, as it is kept beside them.

Whoever has added up chunks that are full keeps what came of it. It goes in the transaction in which
one of them changes, and is not kept where one has changed since it was read: both hold the lock on
the experiment's head row.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from db.engine import Database
from db.models import SeriesChunk, SeriesTotals
from db.repeating import idempotent
from db.series import chunks
from db.series.checksums import Damage
from db.series.head import lock

CHANNEL = "totals"  # as damage names it
Stamps = frozenset[tuple[int, str, int | None]]


@dataclass(frozen=True)
class Place:
    """Which chunks totals are of: so many numbers from the first on; and the checksum of them."""

    number: int
    chunks: int
    crc: int


@dataclass(frozen=True)
class NewTotals:
    """Totals to be kept, and the checksums of the samples that they were made of."""

    number: int
    chunks: int
    totals: bytes
    stamps: Stamps


def places(session: Session, experiment_id: int, recipe: str) -> list[Place]:
    """Return of which chunks totals by a recipe are kept."""
    of_it = SeriesTotals
    rows = session.execute(
        select(of_it.number, of_it.chunks, of_it.totals_crc)
        .where(of_it.experiment_id == experiment_id, of_it.recipe == recipe)
        .order_by(of_it.number)
    )
    return [Place(*row) for row in rows]


def read(session: Session, experiment_id: int, recipe: str) -> dict[tuple[int, int], bytes]:
    """Return totals by number and count of their chunks, but those that are damaged."""
    rows = session.scalars(
        select(SeriesTotals).where(
            SeriesTotals.experiment_id == experiment_id, SeriesTotals.recipe == recipe
        )
    )
    return {(row.number, row.chunks): row.totals for row in rows if _is_intact(row)}


def stamps(session: Session, experiment_id: int, number: int, count: int) -> Stamps:
    """Return number, channel and checksum of all samples of so many chunks."""
    chunk = SeriesChunk
    rows = session.execute(
        select(chunk.number, chunk.channel, chunk.samples_crc).where(
            chunk.experiment_id == experiment_id,
            chunk.number.between(number, number + count - 1),
        )
    )
    return frozenset((row.number, row.channel, row.samples_crc) for row in rows)


@idempotent
def keep(database: Database, experiment_id: int, recipe: str, new: Sequence[NewTotals]) -> None:
    """Keep totals in the place of others of these chunks, unless a chunk has changed."""
    with database.write() as session:
        lock(session, experiment_id)
        for one in new:
            now = stamps(session, experiment_id, one.number, one.chunks)
            if now != one.stamps or any(crc is None for _number, _channel, crc in now):
                continue
            row = {
                "experiment_id": experiment_id,
                "number": one.number,
                "chunks": one.chunks,
                "recipe": recipe,
                "totals": one.totals,
            }
            session.execute(
                delete(SeriesTotals).where(
                    SeriesTotals.experiment_id == experiment_id,
                    SeriesTotals.number < one.number + one.chunks,
                    SeriesTotals.number + SeriesTotals.chunks > one.number,
                )
            )
            crc = _checksum(experiment_id, one.number, one.chunks, recipe, one.totals)
            session.execute(insert(SeriesTotals), {**row, "totals_crc": crc})


def damage(session: Session, experiment_id: int) -> list[Damage]:
    """Compare totals with their checksums; return which are damaged."""
    rows = session.scalars(select(SeriesTotals).where(SeriesTotals.experiment_id == experiment_id))
    return [
        Damage(
            row.number * chunks.CHUNK,
            (row.number + row.chunks) * chunks.CHUNK - 1,
            CHANNEL,
            is_lost=False,
        )
        for row in rows
        if not _is_intact(row)
    ]


def _is_intact(row: SeriesTotals) -> bool:
    crc = _checksum(row.experiment_id, row.number, row.chunks, row.recipe, row.totals)
    return crc == row.totals_crc


def _checksum(experiment_id: int, number: int, count: int, recipe: str, data: bytes) -> int:
    return zlib.crc32(data, zlib.crc32(f"{experiment_id}/{number}/{count}/{recipe}".encode()))
