"""Dates with words in them (month names, 年月日, a. m.) as plain ones, year first."""

import re
import unicodedata
from functools import lru_cache

# The first letters of the months in English, German, French, Spanish, Italian, Portuguese, Dutch;
# in Polish, Czech, Turkish and Russian.
_MONTHS = (
    ("jan", "ene", "gen", "sty", "led", "oca", "янв"),
    ("feb", "fev", "lut", "uno", "sub", "фев"),
    ("mar", "mae", "mrz", "maa", "mrt", "bre", "мар"),
    ("apr", "abr", "avr", "kwi", "dub", "nis", "апр"),
    ("may", "mai", "mag", "mei", "maj", "kve", "мая", "маи"),
    ("jun", "juin", "giu", "cze", "cvn", "cerven", "haz", "июн"),
    ("jul", "juil", "lug", "lip", "cvc", "cervene", "tem", "июл"),
    ("aug", "ago", "aou", "sie", "srp", "agu", "авг"),
    ("sep", "set", "wrz", "zar", "eyl", "сен"),
    ("oct", "okt", "out", "ott", "paz", "rij", "eki", "окт"),
    ("nov", "lis", "kas", "ноя"),
    ("dec", "dez", "dic", "gru", "pro", "ara", "дек"),
)
_MONTH_OF = {word: number for number, words in enumerate(_MONTHS, 1) for word in words}
_SIGNS = str.maketrans(
    {"年": "-", "月": "-", "日": " ", "时": ":", "時": ":", "分": ":", "秒": " "}
    | {"\u00a0": " ", "\u202f": " ", "\u2009": " "}
    | {"년": "-", "월": "-", "일": " ", "시": ":", "분": ":", "초": " "}
)
_HALVES = (
    (re.compile(r"上午|午前|오전|\ba\s?\.?\s?m\b\.?", re.IGNORECASE), "AM"),
    (re.compile(r"下午|午後|오후|\bp\s?\.?\s?m\b\.?", re.IGNORECASE), "PM"),
)
_MAX_LENGTH = 64
_WORD = re.compile(r"[^\W\d_]{3,}\.?")
_ZONE = re.compile(r"(?:\b(?:UTC|GMT)|Z|[+-]\d\d:?\d\d)\s*$")
_NAMED_ZONES = {
    **{"WET": "+0000", "WEST": "+0100", "CET": "+0100", "CEST": "+0200", "MEZ": "+0100"},
    **{"MESZ": "+0200", "EET": "+0200", "EEST": "+0300", "MSK": "+0300", "JST": "+0900"},
    **{"KST": "+0900", "EST": "-0500", "EDT": "-0400", "MST": "-0700", "MDT": "-0600"},
    **{"PST": "-0800", "PDT": "-0700"},
}
_NAMED_ZONE = re.compile(rf"(?<=\d)\s*\(?({'|'.join(_NAMED_ZONES)})\)?\s*$")
# 20260305223000, 20260305T2230
_COMPACT = re.compile(
    r"\s*((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])[T _-]?"
    r"([01]\d|2[0-3])([0-5]\d)([0-5]\d(?:[.,]\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?\s*",
    re.ASCII,
)
_DATE = re.compile(
    r"\D*(\d{1,4})\D+?(\d{1,2})\D+?(\d{2,4})(?!\d)[\s,T-]*(.*)", re.DOTALL | re.ASCII
)
_NAMED = re.compile(r"(?:(\d{1,4})\W+)?\x01(\d+)\W+(\d{1,4})(?:\W+(\d{4}|\d\d(?![\d:.])))?\W*(.*)")
_CLOCK = re.compile(r"\d{1,2}[:.]\d{2}.*")


@lru_cache(maxsize=4096)
def plain_clock(text: str) -> str:
    """`23-Nov-23 3:56:11 PM` as `2023-11-23 3:56:11 PM`; what is no such date stays as it is."""
    if len(text) > _MAX_LENGTH:
        return text
    if compact := _COMPACT.fullmatch(text):
        year, month, day, hour, minute, second, zone_name = compact.groups()
        return f"{year}-{month}-{day} {hour}:{minute}:{second or '00'}{zone_name or ''}"
    plain = text.translate(_SIGNS).strip()
    plain = _NAMED_ZONE.sub(lambda match: _NAMED_ZONES[match[1]], plain)
    half = ""
    for pattern, word in _HALVES:
        if pattern.search(plain):
            plain, half = pattern.sub(" ", plain), word
    zone = _ZONE.search(plain)
    plain = plain[: zone.start()] if zone else plain
    plain, named = _WORD.sub(_month, plain), bool(_month_in(plain))
    parts = _named_date(plain) if named else _numbers(plain)
    if parts is None:
        return text
    date, time = parts
    time = time.strip().rstrip(":")
    return " ".join(part for part in (date, time, half, zone[0].strip() if zone else "") if part)


def _month_in(text: str) -> bool:
    return any("\x01" in _month(match) for match in _WORD.finditer(text))


def _month(match: re.Match[str]) -> str:
    """A month's name as its number behind a mark; any other word (a weekday) as nothing."""
    letters = unicodedata.normalize("NFD", match[0].lower())
    letters = "".join(c for c in letters if not unicodedata.combining(c))
    number = next((n for size in (7, 6, 4, 3) if (n := _MONTH_OF.get(letters[:size]))), None)
    return f"\x01{number} " if number else " "


def _named_date(text: str) -> tuple[str, str] | None:
    """ISO date and the rest of a text whose month is marked."""
    text = re.sub(r"\bde\b|\bof\b", " ", text)
    match = _NAMED.search(text)
    if not match:
        return None
    before, month, after, last, rest = match.groups()
    if before is None:  # Nov 23, 2023 or Mon Nov 23 10:00:00 2023
        day, year = after, last
        if year is None:
            tail = re.search(r"\b(\d{4})\s*$", rest)
            if not tail:
                return None
            year, rest = tail[1], rest[: tail.start()]
    elif len(before) == 4:  # 2023-Nov-23
        year, day, rest = before, after, text[match.end(3) :]
    else:  # 23-Nov-23
        day, year, rest = before, after, text[match.end(3) :]
    year = f"20{year}" if len(year) == 2 else year
    clock = _CLOCK.search(rest)
    return f"{year}-{int(month):02}-{int(day):02}", clock[0] if clock else ""


def _numbers(text: str) -> tuple[str, str] | None:
    match = _DATE.fullmatch(text)
    return (f"{match[1]}-{match[2]}-{match[3]}", match[4]) if match else None
