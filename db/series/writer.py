"""The series store of an import: made from its blocks, without reading the rows back."""

from collections.abc import Iterator

import numpy as np
from sqlalchemy import update
from sqlalchemy.orm import Session

from db.measures.rows import MeasureRows
from db.models import SeriesHead
from db.series import chunks, head
from db.series.chunks import Chunk
from db.series.codec import Floats
from db.series.rows import COLUMNS, ExtendedRows, GenericRows, Watermarks
from db.series.sums import value_sum


class SeriesWriter:
    """Takes the samples of one experiment in order, from MeasID 0 on without a gap."""

    def __init__(self, experiment_id: int) -> None:
        self._experiment_id = experiment_id
        self._chunk = Chunk(0)
        self._parts: list[MeasureRows] = []
        self._last = -1
        self._extended: dict[int, int] = {}

    def copy(self) -> "SeriesWriter":
        """Return another one to go on with, so that this one can be gone back to."""
        other = SeriesWriter(self._experiment_id)
        other._chunk = Chunk(self._chunk.number)  # nothing is in it before it is saved
        other._parts, other._last = list(self._parts), self._last
        other._extended = dict(self._extended)
        return other

    def add(self, session: Session, rows: MeasureRows) -> None:
        """Take samples, and save each chunk that they complete."""
        for part in _within_chunks(rows):
            self._parts.append(part)
            self._last = part.first_id + len(part) - 1
            if self._last == self._chunk.end_id:
                self._save(session)
                self._chunk = Chunk(self._chunk.number + 1)

    def finish(self, session: Session) -> None:
        """Save the last chunk, and say that nothing is missing."""
        self._save(session)
        head.insert_head(session, self._experiment_id)
        head.lock(session, self._experiment_id)
        head.advance(session, self._experiment_id, Watermarks(self._last, self._extended))
        session.execute(
            update(SeriesHead)
            .where(SeriesHead.experiment_id == self._experiment_id)
            .values(final=True)
        )

    def _save(self, session: Session) -> None:
        parts, self._parts = self._parts, []
        if not parts:
            return
        chunk = self._chunk
        ids = np.arange(parts[0].first_id, self._last + 1)
        us = np.round(np.concatenate([part.unix_s for part in parts]) * 1e6).astype(np.int64)
        columns = {name: _joined(parts, name) for name in COLUMNS}
        total = value_sum(ids, list(columns.values()), us)
        chunk.append(GenericRows(ids, us, columns, total))
        for id_ in {id_ for part in parts for id_ in part.extended}:
            values = np.concatenate(
                [part.extended.get(id_, np.full(len(part), np.nan)) for part in parts]
            )
            has_value = ~np.isnan(values)
            if has_value.any():
                with_value, known = ids[has_value], values[has_value]
                total = value_sum(with_value, [known])
                chunk.merge(id_, ExtendedRows(with_value, known, total))
                self._extended[id_] = int(with_value[-1])
        chunks.save(session, self._experiment_id, chunk)


_FIELDS = {
    "instruction": "instruction",
    "voltage": "voltage_mv",
    "current": "current_ma",
    "power": "power_mw",
    "test_time": "test_time_s",
    "step": "step",
    "cycle": "cycle",
}


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
