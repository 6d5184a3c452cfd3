"""What a converter of one kind of file is: it unpacks or writes what then is read like any file."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ClassVar

from cycling.formats.facts import Facts


@dataclass(frozen=True)
class Converted:
    """What was written: under which name, of which part, and what is to be known of it.

    `file_name` is "" where the file keeps its own. `details` say in a few words what it was.
    `is_text`: what was written is the file's own text, else it is ours.
    """

    file_name: str = ""
    parts: tuple[str, ...] = ()
    part: str = ""
    details: str = ""
    facts: Facts | None = None
    is_text: bool = True


class Converter(ABC):
    """One kind of file; it works in a child process, like a reader."""

    name: ClassVar[str]

    @classmethod
    @abstractmethod
    def recognise(cls, head: bytes, path: Path) -> bool:
        """Whether this file is of this kind."""

    @classmethod
    @abstractmethod
    def convert(cls, path: Path, part: str, target: BinaryIO) -> Converted:
        """Write what is in the file, at `part` of it, to `target`."""
