"""The series store of an import: made from its blocks. Its measures have no rows."""

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
from sqlalchemy import update
from sqlalchemy.orm import Session

from db.measures.rows import MeasureRows
from db.models import SeriesHead
from db.series import chunks, head
from db.series.chunks import Chunk, PackedRow
from db.series.codec import Floats
from db.series.rows import COLUMNS, ExtendedRows, GenericRows, Watermarks


class SeriesWriter:
    """Takes the samples of one experiment in order, from MeasID 0 on without a gap.

    It makes the rows of the store; whoever calls it commits them.
    """

    def __init__(self, experiment_id: int) -> None:
        self._experiment_id = experiment_id
        self._number = 0
        self._parts: list[MeasureRows] = []
        self._last = -1
        self._extended: dict[int, int] = {}
        self._first: tuple[float, float | None] | None = None  # Unix s and test time
        self._latest: tuple[float, float | None] = (0.0, None)

    def add(self, rows: MeasureRows) -> Iterator[list[PackedRow]]:
        """Take samples, and yield the rows of each chunk that they complete."""
        for part in _within_chunks(rows):
            self._parts.append(part)
            self._last = part.first_id + len(part) - 1
            self._first, self._latest = self._first or _end(part, 0), _end(part, -1)
            if (self._last + 1) % chunks.CHUNK == 0:
                yield self._packed()

    def rest(self) -> list[PackedRow]:
        """Return the rows of the last chunk; none where the samples end with one."""
        return self._packed() if self._parts else []

    def finish(self, session: Session, now: datetime) -> None:
        """Say that nothing is missing, when all chunks are in the store."""
        head.insert_head(session, self._experiment_id)
        head.lock(session, self._experiment_id)
        head.advance(session, self._experiment_id, Watermarks(self._last, self._extended))
        first_s, first_test_s = self._first or self._latest
        last_s, last_test_s = self._latest
        session.execute(
            update(SeriesHead)
            .where(SeriesHead.experiment_id == self._experiment_id)
            .values(
                final=True,
                has_rows=False,
                checked_at=now,
                first_at=_moment(first_s),
                last_at=_moment(last_s),
                first_test_s=first_test_s,
                last_test_s=last_test_s,
            )
        )

    def _packed(self) -> list[PackedRow]:
        parts, self._parts = self._parts, []
        chunk, self._number = Chunk(self._number), self._number + 1
        ids = np.arange(parts[0].first_id, self._last + 1)
        us = np.round(np.concatenate([part.unix_s for part in parts]) * 1e6).astype(np.int64)
        chunk.append(GenericRows(ids, us, {name: _joined(parts, name) for name in COLUMNS}, 0))
        for id_ in sorted({id_ for part in parts for id_ in part.extended}):
            values = np.concatenate(
                [part.extended.get(id_, np.full(len(part), np.nan)) for part in parts]
            )
            has_value = ~np.isnan(values)
            if has_value.any():
                chunk.merge(id_, ExtendedRows(ids[has_value], values[has_value], 0))
                self._extended[id_] = int(ids[has_value][-1])
        return chunks.packed(self._experiment_id, chunk, us)


_FIELDS = {
    "instruction": "instruction",
    "voltage": "voltage_mv",
    "current": "current_ma",
    "power": "power_mw",
    "test_time": "test_time_s",
    "step": "step",
    "cycle": "cycle",
}


def _end(part: MeasureRows, place: int) -> tuple[float, float | None]:
    test_s = None if part.test_time_s is None else float(part.test_time_s[place])
    return float(part.unix_s[place]), None if test_s is None or np.isnan(test_s) else test_s


def _moment(unix_s: float) -> datetime:
    return datetime.fromtimestamp(round(unix_s * 1e6) / 1e6, UTC)


def _joined(parts: list[MeasureRows], name: str) -> Floats:
    def of(part: MeasureRows) -> Floats:
        values: Floats | None = getattr(part, _FIELDS[name])
        return np.full(len(part), np.nan) if values is None else values

    return np.concatenate([of(part) for part in parts])


def _within_chunks(rows: MeasureRows) -> Iterator[MeasureRows]:
    """Cut samples where a chunk ends."""
    start = 0
    while start < len(rows):
        room = chunks.CHUNK - (rows.first_id + start) % chunks.CHUNK
        yield rows.part(start, min(start + room, len(rows)))
        start += room
