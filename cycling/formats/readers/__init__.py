"""Readers of binary files and workbooks: each recognises its files and gives columns and blocks.

They run in a child process with limits (`child`, `process`); what they give goes the way of a
text table from there on (`table`). A reader from elsewhere registers as entry point `bem.formats`.
"""

from cycling.formats.readers.reader import ArrayReader, Reader, ReaderColumn, Values

__all__ = ["ArrayReader", "Reader", "ReaderColumn", "Values"]
