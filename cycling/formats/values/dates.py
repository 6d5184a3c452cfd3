"""Dates with words in them (month names, 年月日, a. m.) as plain ones, year first."""

import re
import unicodedata
from functools import lru_cache
from zoneinfo import available_timezones

from cycling.formats.columns.fields import DAY_FIRST, MONTH_FIRST

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


def _half(letter: str, words: str) -> str:
    """Pattern of a. m. (or p. m.), and of the same in German, Swedish, Czech, Greek, Turkish."""
    return rf"\b{letter}\s?\.?\s?m\b\.?|(?<=\d)\s*(?:{words.replace('.', '[.]')})\.?\s*$"


_HALVES = (
    (re.compile(rf"上午|午前|오전|{_half('a', 'vorm|fm|dop|πμ|π.μ|öö')}", re.IGNORECASE), "AM"),
    (re.compile(rf"下午|午後|오후|{_half('p', 'nachm|em|odp|μμ|μ.μ|ös')}", re.IGNORECASE), "PM"),
)
_SCIENTIFIC = re.compile(r"\s*[+-]?\d+([.,]\d*)?[eEdD][+-]?\d+\s*", re.ASCII)  # 2.54e-11
_MAX_LENGTH = 64
_WORD = re.compile(r"[^\W\d_]{3,}\.?")
_ZONE = re.compile(r"(?:\b(?:UTC|GMT)|Z|[+-]\d\d:?\d\d)\s*$")
_NAMED_ZONES = {
    **{"WET": "+0000", "WEST": "+0100", "CET": "+0100", "CEST": "+0200", "MEZ": "+0100"},
    **{"MESZ": "+0200", "EET": "+0200", "EEST": "+0300", "MSK": "+0300", "JST": "+0900"},
    **{"KST": "+0900", "EST": "-0500", "EDT": "-0400", "MST": "-0700", "MDT": "-0600"},
    **{"PST": "-0800", "PDT": "-0700", "AEST": "+1000", "AEDT": "+1100", "AWST": "+0800"},
    **{"HKT": "+0800", "NZST": "+1200", "NZDT": "+1300", "SAST": "+0200", "BRT": "-0300"},
}
_NAMED_ZONE = re.compile(rf"(?<=\d)\s*\(?({'|'.join(_NAMED_ZONES)})\)?\s*$")
# 21:30:00+02, 21:30:00 GMT+2, 21:30:00+02:00[Europe/Berlin]
_ZONE_NAME = re.compile(
    rf"\b(?:(?:UTC|GMT)(?:\s*[+-]\s*\d{{1,2}}(?::?\d\d)?)?|{'|'.join(_NAMED_ZONES)})\b", re.ASCII
)
_LABEL_OFFSET = re.compile(r"([+-])(\d{1,2})(?::?(\d\d))?$", re.ASCII)
_PLACE = re.compile(r"\b[A-Z][A-Za-z]+/[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_]+)?\b")  # Europe/Madrid
# MM/DD/YYYY; DD.MM.YYYY, TT.MM.JJJJ, jj/mm/aaaa, gg/mm/aaaa
_ORDER = re.compile(
    r"\b(?:(mm?[-/. ]dd?)|(?:dd?|tt?|jj?|gg?)[-/. ]mm?)[-/. ](?:y{2,4}|j{2,4}|a{2,4})\b"
)
_MAX_HOURS = 12
# Zones without summer time that are apart from UTC by a part of an hour.
_OF_HALF_HOURS = {
    **{"+4:30": "Asia/Kabul", "+5:30": "Asia/Kolkata", "+5:45": "Asia/Kathmandu"},
    **{"+6:30": "Asia/Yangon", "+9:30": "Australia/Darwin"},
}
_OFFSET = re.compile(
    r"(:\d\d(?:[.,]\d+)?)\s*(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d\d))?\s*(?:\[[\w/+-]+\])?\s*$",
    re.ASCII,
)
_ZONE_BEFORE_YEAR = re.compile(r"(?<=:\d\d)\s+([A-Z]{3,4})\s+(\d{4})\s*$")  # as `date` writes it
# What may stand behind a time of day without changing it: "Uhr", "hrs", a day of the week.
_BEHIND = re.compile(
    r"(?<=[:.]\d\d)\s*\(?\b(?:uhr|hrs?|h|(?:mon|tue|wed|thu|fri|sat|sun|die|mit|don|fre|sam|son|lun|mar|mer|"
    r"mie|jeu|jue|ven|vie|sab|dim|dom|seg|ter|qua|qui|sex|maa|din|woe|vri|zat|zon)[^\W\d_]*)"
    r"\.?\)?\s*$",
    re.IGNORECASE,
)
_UNCLEAR = re.compile(r"\d\s*\(?[^\W\d_]{2,}\.?\)?\s*$")
# 20260305223000, 20260305T2230
_COMPACT = re.compile(
    r"\s*((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])[T _-]?"
    r"([01]\d|2[0-3]):?([0-5]\d):?([0-5]\d(?:[.,]\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?\s*",
    re.ASCII,
)
_DATE = re.compile(
    r"\D*(?=\d{4}\D|\d+\D+\d+\D+\d{2})(\d{1,4})\D+?(\d{1,2})\D+?(\d{1,4})(?!\d)[\s,T-]*(.*)",
    re.DOTALL | re.ASCII,
)
_NAMED = re.compile(r"(?:(\d{1,4})\W+)?\x01(\d+)\W+(\d{1,4})(?:\W+(\d{4}|\d\d(?![\d:.])))?\W*(.*)")
_CLOCK_IN_FRONT = re.compile(r"\s*\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?=[\s,])", re.ASCII)
_CLOCK = re.compile(r"\d{1,2}[:.]\d{2}.*")


@lru_cache(maxsize=4096)
def plain_clock(text: str) -> str:
    """`23-Nov-23 3:56:11 PM` as `2023-11-23 3:56:11 PM`; what is no such date stays as it is."""
    if len(text) > _MAX_LENGTH or _SCIENTIFIC.fullmatch(text):
        return text
    if compact := _COMPACT.fullmatch(text):
        year, month, day, hour, minute, second, zone_name = compact.groups()
        return f"{year}-{month}-{day} {hour}:{minute}:{second or '00'}{zone_name or ''}"
    plain = _ZONE_BEFORE_YEAR.sub(r" \2 \1", text.translate(_SIGNS).strip())
    plain = _NAMED_ZONE.sub(lambda match: _NAMED_ZONES[match[1]], plain)
    plain = _OFFSET.sub(lambda m: f"{m[1]} {m[2]}{m[3]:0>2}:{m[4] or '00'}", plain)
    half = ""
    for pattern, word in _HALVES:
        if pattern.search(plain):
            plain, half = pattern.sub(" ", plain), word
    zone = _ZONE.search(plain)
    plain = _BEHIND.sub("", plain[: zone.start()] if zone else plain)
    if (behind := _UNCLEAR.search(plain)) and not _month_in(behind[0]):
        return text  # a word that may say another hour, such as a half of the day or a zone
    plain, named = _WORD.sub(_month, plain), bool(_month_in(plain))
    parts = _named_date(plain) if named else _numbers(plain)
    if parts is None:
        return text
    date, time = parts
    time = time.strip().rstrip(":")
    return " ".join(part for part in (date, time, half, zone[0].strip() if zone else "") if part)


def named_zone(label: str) -> str:
    """The zone that a column's label names, as an offset or a name that is read; "" for none."""
    match = _ZONE_NAME.search(label)
    return match[0].replace(" ", "") if match else ""


def zone_of_label(label: str) -> str:
    """The time zone that a column's label names, by its name in the IANA's list; "" for none."""
    if match := _PLACE.search(label):
        return match[0] if match[0] in available_timezones() else ""
    name = named_zone(label)
    sign, hours, minutes = _offset_of(_NAMED_ZONES.get(name, name))
    if minutes:
        return _OF_HALF_HOURS.get(f"{sign}{hours}:{minutes:02}", "")
    if not name or hours > _MAX_HOURS:
        return ""
    return f"Etc/GMT{'-' if sign == '+' else '+'}{hours}" if hours else "UTC"


def label_order(label: str) -> str:
    """The order of day and month that a label such as Date (MM/DD/YYYY) says; "" without one."""
    match = _ORDER.search(label.lower())
    return "" if not match else MONTH_FIRST if match[1] else DAY_FIRST


def _offset_of(name: str) -> tuple[str, int, int]:
    """Sign, hours and minutes of UTC+2 or +0200; without any 0."""
    match = _LABEL_OFFSET.search(name)
    return (match[1], int(match[2]), int(match[3] or 0)) if match else ("+", 0, 0)


def word_behind(text: str) -> str:
    """The word behind a date and time of day that nobody understands, such as a zone; else ""."""
    match = _UNCLEAR.search(text)
    if not match or ":" not in text or not _DATE.match(text) or plain_clock(text) != text:
        return ""
    return match[0][1:].strip(" ()")


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
    clock = _CLOCK.search(rest) or _CLOCK_IN_FRONT.match(text)
    return f"{year}-{int(month):02}-{int(day):02}", clock[0] if clock else ""


def _numbers(text: str) -> tuple[str, str] | None:
    match = _DATE.fullmatch(text)
    return (f"{match[1]}-{match[2]}-{match[3]}", match[4]) if match else None
