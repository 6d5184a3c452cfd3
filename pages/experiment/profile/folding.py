"""A long profile on paper: what repeats itself stands there once, the middle of the rest not."""

from collections.abc import Iterator, Sequence

LONGEST = 120  # lines that are printed
LAST = 20  # of them, from the end
MAX_BLOCK = 64  # lines of what is recognised as repeated
LEAST_SAVED = 3  # lines; below, a note would only disturb

Entry = tuple[str, str]  # numbers of the lines, and their text


def folded(lines: Sequence[str]) -> list[Entry]:
    """Return the lines with their numbers, from 1; in place of others a note says which they are.

    A note has no line's number but those of all lines for which it stands: "9 to 32".
    """
    entries = list(_without_repeats(lines))
    if len(entries) <= LONGEST:
        return entries
    left_out = entries[LONGEST - LAST : -LAST]
    first, last = left_out[0][0].split(" ")[0], left_out[-1][0].split(" ")[-1]
    note = (f"{first} to {last}", "are left out; the experiment's page has them.")
    return [*entries[: LONGEST - LAST], note, *entries[-LAST:]]


def _without_repeats(lines: Sequence[str]) -> Iterator[Entry]:
    at = 0
    while at < len(lines):
        size, times = _repeats(lines, at)
        yield from ((str(at + one + 1), lines[at + one]) for one in range(size))
        at += size
        if times:
            end = at + size * times
            what = "the line before" if size == 1 else f"the {size} lines before"
            again = "once more" if times == 1 else f"{times:,} more times"
            yield f"{at + 1} to {end}", f"{what}, {again}"
            at = end


def _repeats(lines: Sequence[str], at: int) -> tuple[int, int]:
    """Return how long a block begins here, and how often it comes again at once."""
    best, saved = (1, 0), LEAST_SAVED - 1
    for size in range(1, min(MAX_BLOCK, (len(lines) - at) // 2) + 1):
        if lines[at] != lines[at + size]:
            continue
        block, times = list(lines[at : at + size]), 0
        while list(lines[at + size * (times + 1) : at + size * (times + 2)]) == block:
            times += 1
        if times * size > saved:
            best, saved = (size, times), times * size
    return best
