"""The bytes of a table's rows, as the CSV parser takes them."""

import codecs
import io
from itertools import chain

from cycling.formats.text.first_bytes import is_filling, is_wide, refuse_nul
from cycling.formats.text.rewriting import Rewriter
from cycling.formats.text.table import TextTable


class RowSource(io.RawIOBase):
    """Reads the rows of a table as UTF-8; NUL bytes are refused with InputError."""

    def __init__(self, table: TextTable) -> None:
        """Open the file at its first data row."""
        super().__init__()
        self._table = table
        self._decoder = codecs.getincrementaldecoder(table.encoding)(errors="replace")
        wide = is_wide(table.encoding)
        self._pending = b""
        self._cut_line = b""
        self._lines = table.header_row
        self._rewriter = table.rewriting.rewriter(at_rows=True) if table.rewriting else None
        self._file = table.path.open("rb")
        self._file.seek(table.mark_bytes + (0 if wide else table.data_start))
        if wide:
            self._skip(table.data_start)

    @property
    def bytes_done(self) -> int:
        """How far in the file reading is."""
        return self._file.tell() if not self._file.closed else self._table.size_bytes

    def readable(self) -> bool:
        """Yes, it is."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` further bytes, b"" at the end."""
        room = size if size >= 0 else self._table.size_bytes * 2
        while not self._pending:
            raw = self._file.read(max(room, 4096))
            self._pending = self._text(raw)
            if not raw:
                break
        piece, self._pending = self._pending[:room], self._pending[room:]
        return piece

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()

    def _skip(self, count: int) -> None:
        while count > 0 and (piece := self.read(count)):
            count -= len(piece)

    def _text(self, raw: bytes) -> bytes:
        data = self._utf8(raw)
        if b"\0" in data:
            place = data.index(b"\0")
            line = self._lines + data.count(b"\n", 0, place) + 1
            pieces = iter(lambda: self._file.read(1 << 20), b"")
            to_end = all(is_filling(piece) for piece in chain((data[place:],), pieces))
            refuse_nul(self._table.file_name, line, to_end=to_end)
        self._lines += data.count(b"\n")
        return self._rewritten(data, self._rewriter, final=not raw) if self._rewriter else data

    def _utf8(self, raw: bytes) -> bytes:
        """Valid UTF-8, which the parser needs to report a row; most files are plain ASCII."""
        plain = raw.isascii() and not is_wide(self._table.encoding)
        if plain and raw and not self._decoder.getstate()[0]:
            return raw
        return self._decoder.decode(raw, final=not raw).encode("utf-8", errors="replace")

    def _rewritten(self, data: bytes, rewriter: Rewriter, *, final: bool) -> bytes:
        """Whole lines only; the rest waits."""
        lines = (self._cut_line + data).split(b"\n")
        self._cut_line = b"" if final else lines.pop()
        joined = b"\n".join(rewriter([line.rstrip(b"\r") for line in lines]))
        return joined if final else joined + b"\n" * bool(lines)
