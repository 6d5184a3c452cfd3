"""The text encoding of a file, from its first bytes."""

import codecs

from cycling.formats.text.refusals import refuse_nul

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def sniff_encoding(head: bytes, shown_name: str) -> tuple[str, int]:
    """Codec name and length of the byte order mark; a binary head is refused with InputError."""
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name, len(bom)
    if b"\0" in head:
        return _wide_without_mark(head, shown_name), 0
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252", 0
    return "utf-8", 0


def _wide_without_mark(head: bytes, shown_name: str) -> str:
    """UTF-16 of Latin text has a NUL in every second byte; anything else is no text."""
    even, odd = head[0:2000:2].count(0), head[1:2000:2].count(0)
    pairs = len(head[0:2000:2])
    if odd > 0.8 * pairs and even == 0:
        return "utf-16-le"
    if even > 0.8 * pairs and odd == 0:
        return "utf-16-be"
    refuse_nul(shown_name)
    raise AssertionError


def is_wide(encoding: str) -> bool:
    """Whether a character takes more than one byte even where it is ASCII."""
    return encoding.startswith(("utf-16", "utf-32"))


def decoded(data: bytes, encoding: str, *, final: bool) -> str:
    """Text of `data`; what does not decode becomes a replacement character."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    return decoder.decode(data, final=final)
