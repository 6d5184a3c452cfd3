"""All readers: those of other packages first, then our own."""

import logging
from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from cycling.formats.readers.reader import Reader

GROUP = "bem.formats"
LOG = logging.getLogger("bem.formats")

# What files of our own readers begin with.
MAGIC = (b"PK\x03\x04", b"NEWARE", b"BIO-LOGIC MODULAR FILE")


def others() -> tuple[EntryPoint, ...]:
    """The readers of other packages, not loaded."""
    return tuple(entry_points(group=GROUP))


def find_reader(head: bytes, path: Path) -> type[Reader] | None:
    """The first reader that recognises a file."""
    for reader in _readers():
        try:
            if reader.recognise(head, path):
                return reader
        except Exception:
            LOG.warning("what=reader-broke name=%r", reader.name, exc_info=True)
    return None


def _readers() -> Iterator[type[Reader]]:
    for entry in others():
        try:
            reader = entry.load()
        except Exception:
            LOG.warning("what=reader-not-loaded name=%r", entry.name, exc_info=True)
        else:
            yield reader
    from cycling.formats.readers.biologic import BiologicMpr
    from cycling.formats.readers.neware import NewareNda, NewareNdax

    yield from (NewareNdax, NewareNda, BiologicMpr)
