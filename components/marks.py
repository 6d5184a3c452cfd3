"""Words of a search in a text: its pieces, of which those that were looked for are marked."""

import re
from collections.abc import Sequence

AROUND = 24  # characters that are kept before the first mark of a long text
MAX_LENGTH = 90

Pieces = list[tuple[str, bool]]


def marked(text: str, words: Sequence[str]) -> Pieces:
    """Return a text in pieces, marked where it has a word in any case."""
    pattern = "|".join(re.escape(one) for one in sorted(words, key=len, reverse=True) if one)
    if not pattern:
        return [(text, False)]
    pieces: Pieces = []
    end = 0
    for match in re.finditer(pattern, text, re.IGNORECASE):
        pieces += [(text[end : match.start()], False), (match[0], True)]
        end = match.end()
    pieces.append((text[end:], False))
    return [(piece, is_marked) for piece, is_marked in pieces if piece]


def has_mark(pieces: Pieces) -> bool:
    """Whether anything is marked."""
    return any(is_marked for _piece, is_marked in pieces)


def shortened(text: str, words: Sequence[str]) -> Pieces:
    """Return the same of what stands around the first mark of a long text."""
    pieces = marked(text, words)
    if len(text) <= MAX_LENGTH or not has_mark(pieces):
        return pieces
    first = pieces[0][0] if not pieces[0][1] else ""
    begin = max(0, len(first) - AROUND)
    if begin:
        begin += max(0, text[begin : len(first)].find(" ") + 1)  # from a word on
    part = text[begin : begin + MAX_LENGTH].strip()
    before = "… " if begin else ""
    after = " …" if begin + MAX_LENGTH < len(text) else ""
    return marked(f"{before}{part}{after}", words)
