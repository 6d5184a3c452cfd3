"""Windows-1251, told from Latin-1 by its words."""

import re

_HIGH_RUN = re.compile(rb"[\xc0-\xff\xa8\xb8]{4,}")  # letters one after the other, Ё and ё
_WORD = re.compile("[А-ЯЁ]?[а-яё]+|[А-ЯЁ]+")


def cyrillic(head: bytes) -> str | None:
    """The codec of a head that is not UTF-8, if it has words in Cyrillic letters; else None.

    Latin words have no four letters with accents in a row.
    """
    runs = [run.decode("cp1251") for run in _HIGH_RUN.findall(head)]
    words = sum(1 for run in runs if _WORD.fullmatch(run))
    return "cp1251" if words and 2 * words > len(runs) else None
