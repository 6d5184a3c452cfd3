"""A clock in two columns, the date and the time of day: joined in the date's column."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cycling.formats.columns.labels import same_name

_SEPARATORS = (",", ";", "\t", "|")
_DATE = re.compile(
    rb"\s*([0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}"
    rb"|[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:[0-9]{4}|[0-9]{2})"
    rb"|[0-9]{1,2}[-/. ]{0,2}[A-Za-z\x80-\xff]{3,}\.?[-/. ]{0,2}(?:[0-9]{4}|[0-9]{2}))\s*"
)
_TIME = re.compile(
    rb"\s*([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.,][0-9]+)?)?\s*([AaPp][Mm])?\s*"
)
_ELAPSED = re.compile(rb"\s*0?0:[0-9:.,]+\s*")  # what counts from the start begins so
_NAMES = {
    same_name(name)
    for name in (
        *("time", "time of day", "clock time", "zeit", "uhrzeit", "hora", "heure", "ora", "tiempo"),
        *("temps", "tempo", "tijd", "czas", "godzina", "čas", "saat", "время", "时间", "時間"),
        *("时刻", "時刻", "시간", "시각"),
    )
}


@dataclass(frozen=True)
class SplitClock:
    """The column of the date, and how many columns after it (or before, below 0) the time is."""

    separator: bytes
    date: int
    apart: int = 1

    @property
    def time(self) -> int:
        """The column of the time of day."""
        return self.date + self.apart

    def rewriter(self, *, at_rows: bool) -> Callable[[Sequence[bytes]], list[bytes]]:
        """Rewrite lines in order; `at_rows`: they begin with the table's first row."""
        return lambda lines: [self._joined(line) for line in lines]

    def _joined(self, line: bytes) -> bytes:
        cells = line.split(self.separator)
        if not _are_both(cells, self.date, self.time):
            return line
        cells[self.date] = cells[self.date].strip() + b" " + cells[self.time].strip()
        return self.separator.join(cells)


def split_clock(lines: Sequence[str]) -> SplitClock | None:
    """The columns of such a clock by a file's first lines; None where there are none."""
    for sign in _SEPARATORS:
        separator = sign.encode()
        rows = [line.encode().split(separator) for line in lines]
        later = rows[len(rows) // 2 :]
        if len(later) < 3:
            continue
        for date, time in _pairs(later[-1]):
            if not all(_are_both(cells, date, time) for cells in later[:-1]):
                continue
            first = next(place for place, cells in enumerate(rows) if _are_both(cells, date, time))
            above = rows[max(first - 2, 0) : first]  # a row of units may stand below the names
            named = any(_is_named(row, time) for row in above)
            if named and not _ELAPSED.fullmatch(rows[first][time]):
                return SplitClock(separator, date, time - date)
    return None


def _pairs(cells: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Columns of a date and of a time of day, those side by side first."""
    dates = [place for place, cell in enumerate(cells) if _DATE.fullmatch(cell)]
    times = [place for place, cell in enumerate(cells) if _TIME.fullmatch(cell)]
    pairs = [(date, time) for date in dates for time in times]
    return iter(sorted(pairs, key=lambda pair: (pair[1] != pair[0] + 1, abs(pair[1] - pair[0]))))


def _are_both(cells: Sequence[bytes], date: int, time: int) -> bool:
    if len(cells) <= max(date, time):
        return False
    return bool(_DATE.fullmatch(cells[date]) and _TIME.fullmatch(cells[time]))


def _is_named(header: Sequence[bytes], time: int) -> bool:
    return len(header) > time and same_name(header[time].decode()) in _NAMES
