"""Bits that flip in stored chunks, as on a disk that fails."""

from sqlalchemy import select, update

from db.engine import Database
from db.models import SeriesChunk


def flip(
    database: Database,
    experiment_id: int,
    channel: str,
    blob: str,
    *,
    number: int = 0,
    bit: int | None = None,
) -> None:
    """Flip a bit of a blob, that in its middle unless another one is named."""
    of_it = (
        SeriesChunk.experiment_id == experiment_id,
        SeriesChunk.channel == channel,
        SeriesChunk.number == number,
    )
    with database.write() as session:
        data = bytearray(session.scalars(select(getattr(SeriesChunk, blob)).where(*of_it)).one())
        bit = 4 * len(data) if bit is None else bit
        data[bit // 8] ^= 1 << bit % 8
        session.execute(update(SeriesChunk).where(*of_it).values({blob: bytes(data)}))
