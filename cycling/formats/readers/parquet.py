"""Parquet files: Battery Data Format by its names, any other table by names and values."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cycling.formats.arrow import floats
from cycling.formats.columns.labels import split_label
from cycling.formats.readers.reader import BLOCK_ROWS, Reader, ReaderColumn, Values

if TYPE_CHECKING:
    import pyarrow as pa

_BUFFER_BYTES = 1024 * 1024  # read ahead of each column, instead of whole row groups


class Parquet(Reader):
    """Rows are read as they are asked for, so that memory stays flat."""

    name = "Parquet"

    @classmethod
    def recognise(cls, head: bytes, path: Path) -> bool:
        """By its first four bytes."""
        return head.startswith(b"PAR1")

    def __init__(self, path: Path, part: str) -> None:
        """Read the list of columns and row groups; columns of lists and records are left out."""
        import pyarrow as pa
        from pyarrow import parquet

        self._file = parquet.ParquetFile(path, buffer_size=_BUFFER_BYTES, pre_buffer=False)
        self.rows = self._file.metadata.num_rows
        self._places = [
            place
            for place, field in enumerate(self._file.schema_arrow)
            if not pa.types.is_nested(field.type)
        ]
        groups = self._file.metadata.num_row_groups
        self.details = f"{groups:,} row {'group' if groups == 1 else 'groups'}"

    def columns(self) -> Sequence[ReaderColumn]:
        """All columns, under their names."""
        return [_column(self._file.schema_arrow.field(place)) for place in self._places]

    def blocks(self, indices: Sequence[int]) -> Iterator[Sequence[Values]]:
        """Blocks of rows, row group by row group."""
        return self._blocks(indices, range(self._file.metadata.num_row_groups))

    def ends(self, indices: Sequence[int]) -> tuple[Sequence[Values], Sequence[Values]]:
        """The first block, and the last of the last row group."""
        empty: Sequence[Values] = [[] for _ in indices]
        first = next(self.blocks(indices), empty)
        last = first
        for block in self._blocks(indices, range(self._file.metadata.num_row_groups)[-1:]):
            last = block
        return first, last

    def _blocks(self, indices: Sequence[int], groups: range) -> Iterator[Sequence[Values]]:
        names = self._file.schema_arrow.names
        wanted = [names[self._places[index]] for index in indices]
        batches = self._file.iter_batches(
            BLOCK_ROWS, row_groups=list(groups), columns=wanted, use_threads=False
        )
        for batch in batches:
            yield [_values(batch.column(name)) for name in wanted]


def _column(field: "pa.Field") -> ReaderColumn:
    """A column by its name; a duration is given in s, whatever unit its name has, or none."""
    import pyarrow as pa

    is_duration = pa.types.is_duration(field.type)
    return (
        ReaderColumn(split_label(field.name)[0], "s") if is_duration else ReaderColumn(field.name)
    )


def _values(array: "pa.Array") -> Values:
    """Numbers as doubles, durations in s; all else as text, clocks with the year first."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = array.type
    if pa.types.is_dictionary(kind):
        return _values(array.dictionary_decode())
    if pa.types.is_duration(kind):
        nanoseconds = pc.cast(pc.cast(array, pa.duration("ns"), safe=False), pa.int64())
        array = pc.divide(pc.cast(nanoseconds, pa.float64(), safe=False), 1e9)
    elif not _is_number(kind):
        texts: list[str | None] = pc.cast(array, pa.string(), safe=False).to_pylist()
        return texts
    return floats(pc.cast(array, pa.float64(), safe=False))


def _is_number(kind: "pa.DataType") -> bool:
    import pyarrow as pa

    types = pa.types
    return bool(
        types.is_integer(kind)
        or types.is_floating(kind)
        or types.is_boolean(kind)
        or types.is_decimal(kind)
    )
