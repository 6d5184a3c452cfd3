"""An experiment's measures as parquet, streamed: a row group for each chunk of the store."""

from collections.abc import Iterator
from io import RawIOBase
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cycling.formats import Field
from cycling.formats.columns.fields import WHOLE_NUMBERS
from cycling.formats.columns.labels import channel_label
from cycling.formats.write import significant
from db.engine import Database
from db.measures.export import EVERYTHING, Columns, CsvChoice, chosen_columns, column_blocks

if TYPE_CHECKING:
    import pyarrow as pa

TYPE = "application/vnd.apache.parquet"


class _Pieces(RawIOBase):
    """A file that is handed out as it grows."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._size

    def write(self, content: "memoryview | bytes") -> int:  # type: ignore[override]
        piece = bytes(content)
        self._waiting.append(piece)
        self._size += len(piece)
        return len(piece)

    def take(self) -> bytes:
        """Return what was written since the last time."""
        waiting, self._waiting = self._waiting, []
        return b"".join(waiting)


def parquet_pieces(
    database: Database, experiment_id: int, choice: CsvChoice = EVERYTHING
) -> Iterator[bytes]:
    """Yield a parquet file: columns and values of the CSV, null where unknown, in MeasID order.

    The clock is exact to a microsecond. It is whole only with its last piece. Raises InputError for
    a channel that is not known, DamagedError.
    """
    columns = chosen_columns(database, experiment_id, choice)
    return _pieces(database, experiment_id, columns, choice.between)


def _pieces(
    database: Database,
    experiment_id: int,
    columns: Columns,
    between: tuple[float, float] | None,
) -> Iterator[bytes]:
    import pyarrow as pa  # heavy, and only exports need it
    from pyarrow import parquet

    schema = _schema(columns)
    floats = [one.name for one in schema if pa.types.is_floating(one.type)]
    pieces = _Pieces()
    with parquet.ParquetWriter(
        pieces,
        schema,
        compression="zstd",
        use_dictionary=[one.name for one in schema if one.name not in floats],
        use_byte_stream_split=floats,
    ) as writer:
        for block in column_blocks(database, experiment_id, columns, between):
            arrays = [_array(values, one) for values, one in zip(block, schema, strict=True)]
            writer.write_table(pa.table(arrays, schema=schema))
            yield pieces.take()
    yield pieces.take()


def _schema(columns: Columns) -> "pa.Schema":
    """Return the columns: whole numbers are such, all others float64."""
    import pyarrow as pa

    own = [
        (field.becomes, pa.int64() if field in WHOLE_NUMBERS else pa.float64())
        for field in columns.fields
    ]
    others = [(channel_label(*channel), pa.float64()) for channel in columns.channels]
    return pa.schema([*own, *others])


def _array(values: NDArray[np.float64], column: "pa.Field") -> "pa.Array":
    import pyarrow as pa

    unknown = ~np.isfinite(values)
    if pa.types.is_integer(column.type):
        whole = np.where(unknown, 0.0, np.rint(values)).astype(np.int64)
        return pa.array(whole, mask=unknown)
    if column.name != Field.CLOCK.becomes:  # which a double keeps to a microsecond
        values = significant(np.where(unknown, np.nan, values))
    return pa.array(values, mask=unknown)
