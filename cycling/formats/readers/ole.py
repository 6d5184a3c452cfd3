"""Old Office files (.xls): whether all that their sector table promises is there.

The layouts are those of Microsoft's [MS-CFB], Compound File Binary File Format, and [MS-XLS].
"""

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

from cycling.errors import InputError

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FREE, _LAST = 0xFFFFFFFF, 0xFFFFFFFA
_ENTRY = 128
_STREAM, _ROOT = 2, 5
_BOF, _EOF, _LONGEST = 0x0809, 0x000A, 8_224
_BEGINS = struct.pack("<H", _BOF)
_CUT = (
    "The workbook (.xls) is cut off or damaged: {there:,} bytes are there, and its table of "
    "contents {wants}. Copy the file again from the cycler's computer, or export it again."
)


def check_whole(path: Path) -> None:
    """Raise InputError if sectors of an old Office file are missing."""
    content = path.read_bytes()
    try:
        wants = _missing(content)
    except struct.error:
        wants = "lies beyond its end"
    if wants:
        raise InputError(_CUT.format(there=len(content), wants=wants))


def _missing(content: bytes) -> str:
    """What is missing, in words; empty if all is there."""
    shift = struct.unpack_from("<H", content, 30)[0]
    if shift not in (9, 12):
        return "cannot be read"
    size = 1 << shift
    table = _table(content, size)
    used = max((number for number, follower in enumerate(table) if follower != _FREE), default=0)
    # The last sector may be written without its filling.
    if len(content) <= (used + 1) * size:
        return f"says {(used + 2) * size:,}"
    first, cutoff = (struct.unpack_from("<I", content, place)[0] for place in (48, 56))
    for sector in _chain(table, first):
        for place in range((sector + 1) * size, (sector + 2) * size, _ENTRY):
            kind = struct.unpack_from("<B", content, place + 66)[0]
            start, length = struct.unpack_from("<II", content, place + 116)
            if kind not in (_STREAM, _ROOT) or (kind == _STREAM and length < cutoff):
                continue
            sectors = list(_chain(table, start))
            if len(sectors) * size < length:
                return "breaks off"
            places = ((number + 1) * size for number in sectors)
            stream = b"".join(content[place : place + size] for place in places)[:length]
            if stream.startswith(_BEGINS) and not _ends_whole(stream):
                return "does not fit what stands in its sheets"
    return ""


def _ends_whole(stream: bytes) -> bool:
    """Whether each sheet of a workbook (BIFF 5 and 8) goes on to its own end."""
    place = depth = 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        place += 4 + length
        if kind == _BOF:
            depth += 1
        elif not depth:
            return True  # only filling may follow the last sheet
        elif kind == _EOF:
            depth -= 1
        elif kind == 0 or length > _LONGEST:
            return False
    return not depth


def _table(content: bytes, size: int) -> Sequence[int]:
    """The follower of each sector, from the sectors that the head and its list name."""
    count, listed = (struct.unpack_from("<I", content, place)[0] for place in (44, 68))
    sectors = list(struct.unpack_from("<109I", content, 76))
    if count > len(content) // size:  # of more sectors than there are: nothing is read in circles
        raise struct.error
    numbers = f"<{size // 4}I"
    while listed < _LAST and len(sectors) < count:
        *more, listed = struct.unpack_from(numbers, content, (listed + 1) * size)
        sectors += more
    table: list[int] = []
    for sector in sectors[:count]:
        table += struct.unpack_from(numbers, content, (sector + 1) * size)
    return table


def _chain(table: Sequence[int], sector: int) -> Iterator[int]:
    """The sectors of a stream, each at most once; ends where the table does."""
    for _ in table:
        if sector >= len(table):
            return
        yield sector
        sector = table[sector]
