"""A clock in two columns, the date and the time of day beside it: joined in the date's column."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cycling.formats.columns.labels import same_name

_SEPARATORS = (",", ";", "\t", "|")
_DATE = re.compile(
    rb"\s*([0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}"
    rb"|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4})\s*"
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
    """The time of day stands in the column after the one of the date."""

    separator: bytes
    date: int

    def rewriter(self, *, at_rows: bool) -> Callable[[Sequence[bytes]], list[bytes]]:
        """Rewrite lines in order; `at_rows`: they begin with the table's first row."""
        return lambda lines: [self._joined(line) for line in lines]

    def _joined(self, line: bytes) -> bytes:
        cells = line.split(self.separator)
        if not _are_both(cells, self.date):
            return line
        cells[self.date] = cells[self.date].strip() + b" " + cells[self.date + 1].strip()
        return self.separator.join(cells)


def split_clock(lines: Sequence[str]) -> SplitClock | None:
    """The columns of such a clock by a file's first lines; None where there are none."""
    for sign in _SEPARATORS:
        separator = sign.encode()
        rows = [line.encode().split(separator) for line in lines]
        later = rows[len(rows) // 2 :]
        for date in range(len(later[-1]) - 1 if later else 0):
            if not all(_are_both(cells, date) for cells in later[:-1]) or len(later) < 3:
                continue
            first = next(place for place, cells in enumerate(rows) if _are_both(cells, date))
            if first and _is_named(rows[first - 1], date) and not _begins(rows[first], date):
                return SplitClock(separator, date)
    return None


def _are_both(cells: Sequence[bytes], date: int) -> bool:
    if len(cells) < date + 2:
        return False
    return bool(_DATE.fullmatch(cells[date]) and _TIME.fullmatch(cells[date + 1]))


def _begins(cells: Sequence[bytes], date: int) -> bool:
    return bool(_ELAPSED.fullmatch(cells[date + 1]))


def _is_named(header: Sequence[bytes], date: int) -> bool:
    return len(header) > date + 1 and same_name(header[date + 1].decode()) in _NAMES
