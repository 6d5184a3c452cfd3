"""A zip that is sent while it is made: neither a file nor memory of its size is needed."""

from collections.abc import Iterable, Iterator
from typing import IO, cast
from zipfile import ZIP_DEFLATED, ZipFile

PIECE_BYTES = 256 * 1024
LEVEL = 1  # measures are half as large at once; more costs many times as long


class _Written:
    """What a zip writes to: bytes wait here until they are taken."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.waiting = 0

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        self.waiting += len(piece)
        return len(piece)

    def flush(self) -> None:
        """There is nothing behind it."""

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces, self.waiting = [], 0
        return taken


def zip_pieces(files: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[bytes]:
    """Yield a zip of files by their names, each given by its pieces."""
    written = _Written()
    out = cast("IO[bytes]", written)  # a zip needs no more of it: it does not go back
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        for name, pieces in files:
            with archive.open(name, "w", force_zip64=True) as file:
                for piece in pieces:
                    file.write(piece)
                    if written.waiting >= PIECE_BYTES:
                        yield written.take()
    yield written.take()
