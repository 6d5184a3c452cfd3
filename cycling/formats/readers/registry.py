"""All readers: those of other packages first, then our own."""

import logging
from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from cycling.formats.readers.converter import Converter
from cycling.formats.readers.reader import Reader

GROUP = "bem.formats"
LOG = logging.getLogger("bem.formats")

# What files that are converted begin with, and those of our own readers.
PACKED = (b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
BINARY = (b"NEWARE", b"BIO-LOGIC MODULAR FILE", b"PAR1", b"\x00\x01\x00\x00Standard Jet DB")


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


def find_converter(head: bytes, path: Path) -> type[Converter] | None:
    """The converter of what is packed, or no table as it is."""
    from cycling.formats.readers.archives import Gzip, Zip
    from cycling.formats.readers.workbook import Workbook

    return next((kind for kind in (Workbook, Gzip, Zip) if kind.recognise(head, path)), None)


def _readers() -> Iterator[type[Reader]]:
    for entry in others():
        try:
            reader = entry.load()
        except Exception:
            LOG.warning("what=reader-not-loaded name=%r", entry.name, exc_info=True)
        else:
            yield reader
    from cycling.formats.readers.arbin import ArbinRes
    from cycling.formats.readers.biologic import BiologicMpr
    from cycling.formats.readers.neware import NewareNda, NewareNdax
    from cycling.formats.readers.parquet import Parquet

    yield from (NewareNdax, NewareNda, BiologicMpr, Parquet, ArbinRes)
