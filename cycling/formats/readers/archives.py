"""Files within a .gz, or alone within a .zip."""

import gzip
import zlib
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO
from zipfile import ZipFile, ZipInfo

from cycling.errors import InputError
from cycling.formats.readers.converter import Converted, Converter

_PIECE = 1024 * 1024
_MAX_RATIO = 200  # no table of measures is packed as tightly
_FREE_BYTES = 64 * 1024 * 1024
_BESIDE = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


class Gzip(Converter):
    """One file, packed."""

    name = "gzip archive"

    @classmethod
    def recognise(cls, head: bytes, path: Path) -> bool:
        """By its first two bytes."""
        return head.startswith(b"\x1f\x8b")

    @classmethod
    def convert(cls, path: Path, part: str, target: BinaryIO) -> Converted:
        """Unpack it."""
        with gzip.open(path) as source:
            _copy(source, target, path.stat().st_size)
        return Converted(details="unpacked")


class Zip(Converter):
    """One file, packed with its name; what systems put beside it does not count."""

    name = "zip archive"

    @classmethod
    def recognise(cls, head: bytes, path: Path) -> bool:
        """By its first bytes, if it has but one file and is no Office file."""
        if not head.startswith(b"PK\x03\x04"):
            return False
        members = members_of(path)
        return members is None or len(_files(members)) == 1

    @classmethod
    def convert(cls, path: Path, part: str, target: BinaryIO) -> Converted:
        """Unpack it."""
        with ZipFile(path) as archive:
            member = _files(archive.infolist())[0]
            if member.flag_bits & 1:
                raise InputError(
                    "The zip archive has a password. Unpack it and import the file inside."
                )
            with archive.open(member) as source:
                _copy(source, target, path.stat().st_size)
        return Converted(PurePosixPath(member.filename).name, details="unpacked")


def members_of(path: Path) -> list[ZipInfo] | None:
    """What is within a zip; None where it cannot be listed."""
    try:
        with ZipFile(path) as archive:
            return archive.infolist()
    except Exception:  # noqa: BLE001 - a damaged one raises whatever its damage leads to
        return None


def _files(members: list[ZipInfo]) -> list[ZipInfo]:
    files = (member for member in members if not member.is_dir())
    return [file for file in files if not any(mark in file.filename for mark in _BESIDE)]


def _copy(source: IO[bytes] | gzip.GzipFile, target: BinaryIO, packed_bytes: int) -> None:
    """Unpack within what is plausible; a file that is cut, or of a bad sum, raises."""
    room = max(_FREE_BYTES, _MAX_RATIO * packed_bytes)
    try:
        while piece := source.read(_PIECE):
            room -= len(piece)
            if room < 0:
                raise InputError(
                    f"The archive unpacks to more than {_MAX_RATIO} times its size, which no file "
                    "of measures does. Unpack it and import the file inside."
                )
            target.write(piece)
    except zlib.error as error:
        raise ValueError("The archive is damaged.") from error
