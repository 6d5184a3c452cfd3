"""What a file is by its first bytes: text in some encoding, or what else, and what to do then."""

import codecs
import re

from cycling.errors import InputError
from cycling.formats.text.cyrillic import cyrillic
from cycling.formats.text.east_asian import east_asian

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_EXPORT = "Export it as CSV or text from the cycler's own software and import that file."
_SAVE = "Open it there and save the sheet as CSV."

# By what the file begins with; the first that fits counts.
_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"PAR1", "a parquet file", "Save it as CSV."),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file", "Save its table as CSV."),
    (b"SQLite format 3\x00", "an SQLite database", "Export its table as CSV."),
    (b"\x1f\x8b", "a gzip archive", "Unpack it and import the file inside."),
    (b"BZh", "a bzip2 archive", "Unpack it and import the file inside."),
    (b"\xfd7zXZ\x00", "an xz archive", "Unpack it and import the file inside."),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Unpack it and import the file inside."),
    (b"Rar!\x1a\x07", "a RAR archive", "Unpack it and import the file inside."),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive", "Unpack it and import the file inside."),
    (b"BIO-LOGIC MODULAR FILE", "a BioLogic binary file (.mpr)", _EXPORT),
    (b"BIO-LOGIC SETTING FILE", "a BioLogic settings file (.mps)", "Import the measures instead."),
    *(
        (head, "the log of a BioLogic test (.mpl)", "Import the .mpr or .mpt file beside it.")
        for head in (b"EC-Lab LOG FILE", b"BT-Lab LOG FILE")
    ),
    (b"NEWARE", "a Neware binary file (.nda)", _EXPORT),
    (b"\x00\x01\x00\x00Standard Jet DB", "an Access database, as Arbin .res files are", _EXPORT),
    (b"\x00\x01\x00\x00Standard ACE DB", "an Access database, as Arbin .res files are", _EXPORT),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file (.xls)", _SAVE),
    (b"%PDF-", "a PDF document", _EXPORT),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture", "Import the measures instead."),
    (b"\xff\xd8\xff", "a JPEG picture", "Import the measures instead."),
    (b"GIF8", "a GIF picture", "Import the measures instead."),
    (b"MATLAB 5.0 MAT-file", "a MATLAB file", "Save its table as CSV."),
    (b"\x80\x04\x95", "a Python pickle", "Save its table as CSV."),
    (b"ARROW1", "an Arrow file", "Save it as CSV."),
    (b"\x7fELF", "a program", "Import the measures instead."),
    (b"MZ\x90\x00", "a program", "Import the measures instead."),
)

_ZIPPED: tuple[tuple[str, str, str], ...] = (
    (".ndax", "a Neware binary file (.ndax)", _EXPORT),
    (".xlsx", "an Excel workbook (.xlsx)", _SAVE),
    (".xlsm", "an Excel workbook (.xlsm)", _SAVE),
    (".ods", "an OpenDocument sheet (.ods)", _SAVE),
)


_LINES_OF_TEXT = 3
_MARKUP = (
    (re.compile(r'[\ufeff\s]*[\[{]\s*([\[{]|"(?:[^"\\]|\\.)*"\s*:)'), "JSON"),
    (re.compile(r"[\ufeff\s]*<(\?xml|!doctype|!--|html|table)\b", re.IGNORECASE), "XML or HTML"),
)


def refuse_binary(head: bytes, shown_name: str) -> None:
    """Raise InputError if the first bytes are those of a format that is no table of text."""
    for magic, kind, remedy in _MAGIC:
        if head.startswith(magic):
            raise InputError(f"{shown_name} is {kind}, not a text table. {remedy}")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        kind, remedy = _zip_kind(head, shown_name.lower())
        raise InputError(f"{shown_name} is {kind}, not a text table. {remedy}")


def _zip_kind(head: bytes, name: str) -> tuple[str, str]:
    for ending, kind, remedy in _ZIPPED:
        if name.endswith(ending):
            return kind, remedy
    if b"xl/" in head or b"[Content_Types].xml" in head:
        return "an Office file", _SAVE
    if b".ndc" in head or b"VersionInfo.xml" in head:
        return "a Neware binary file (.ndax)", _EXPORT
    return "a zip archive", "Unpack it and import the files of measures inside."


def refuse_markup(text: str, shown_name: str) -> None:
    """Raise InputError if a text is JSON, XML or HTML, whose lines may look like a table."""
    for pattern, kind in _MARKUP:
        if pattern.match(text):
            raise InputError(
                f"{shown_name} is {kind}, not a table of text. Save its measures as CSV, a row "
                "for each, and import that file."
            )


def _refuse_nul_in(head: bytes, shown_name: str) -> None:
    """Say where NUL bytes begin, and whether nothing else follows in these first bytes."""
    place = head.index(b"\0")
    row = head.count(b"\n", 0, place) + 1
    if row < _LINES_OF_TEXT or not head[:place].decode("latin-1").replace("\n", "").isprintable():
        refuse_nul(shown_name)
    refuse_nul(shown_name, row, to_end=is_filling(head[place:]))


def is_filling(data: bytes) -> bool:
    """Whether bytes are NUL and ends of lines, with which a file is filled up."""
    return not data.strip(b"\0\r\n\x1a")


def refuse_nul(shown_name: str, row: int | None = None, *, to_end: bool = False) -> None:
    """Raise the InputError for NUL bytes in what should be text; `to_end`: nothing else follows."""
    if to_end and row:
        raise InputError(
            f"{shown_name} has nothing but NUL bytes from row {row:,} on: it was not written to "
            "its end, as when the computer went off, or not copied as a whole. Copy it again, or "
            "delete them in a text editor: the rows above are whole."
        )
    place = f"near row {row:,}" if row else "at its beginning"
    raise InputError(
        f"{shown_name} has NUL bytes {place}: it is a binary file, or it was damaged in a copy. "
        "Export it again as CSV."
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
        return east_asian(head) or cyrillic(head) or "cp1252", 0
    return "utf-8", 0


def _wide_without_mark(head: bytes, shown_name: str) -> str:
    """UTF-16 of Latin text has a NUL in every second byte; anything else is no text."""
    even, odd = head[0:2000:2].count(0), head[1:2000:2].count(0)
    pairs = len(head[0:2000:2])
    if odd > 0.8 * pairs and even == 0:
        return "utf-16-le"
    if even > 0.8 * pairs and odd == 0:
        return "utf-16-be"
    _refuse_nul_in(head, shown_name)
    raise AssertionError


def is_wide(encoding: str) -> bool:
    """Whether a character takes more than one byte even where it is ASCII."""
    return encoding.startswith(("utf-16", "utf-32"))


def decoded(data: bytes, encoding: str, *, final: bool) -> str:
    """Text of `data`; what does not decode becomes a replacement character."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    return decoder.decode(data, final=final)
