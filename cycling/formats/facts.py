"""What a file says about its test beside the measures: a small dict of texts.

A reader or a text layout gives them as `TextTable.facts`; keys are those of `FACTS`, values are
texts as they stand in the file ("0.0123 g", "06/19/2024 11:38:41.707"). `clean` makes such a dict
of anything that a reader found.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

Facts = dict[str, str]

NAME, CELL, MASS, CHANNEL = "name", "cell", "mass", "channel"
START, SCHEDULE = "start", "schedule"
# The facts that there can be, in the order in which they are shown, with their labels.
FACTS = {
    NAME: "Test",
    CELL: "Cell",
    MASS: "Mass",
    CHANNEL: "Channel",
    START: "Start",
    SCHEDULE: "Schedule",
}
MAX_FACT = 200

# How instruments name them in the lines above a table, in lower case.
_KEYS = {
    NAME: ("test name", "name of test", "name", "testname", "experiment name", "measurement name"),
    CELL: (
        "cell",
        "cell id",
        "cell name",
        "battery",
        "battery name",
        "battery id",
        "barcode",
        "comment/barcode",
        "sample",
        "sample name",
    ),
    MASS: ("mass", "active mass", "mass of active material", "active material mass"),
    CHANNEL: ("channel", "run on channel", "tester channel", "testchannel", "test channel"),
    START: (
        "acquisition started on",
        "start of test",
        "date of test",
        "started",
        "start time",
        "start date",
        "start datetime",
        "test start",
        "start",
        "start date/time",
        "startzeit",
        "started at",
    ),
    SCHEDULE: (
        "procedure",
        "procedure name",
        "testplan",
        "test plan",
        "schedule",
        "schedule file name",
        "schedule name",
        "program",
        "testregime name",
        "loaded setting file",
    ),
}
_FACT_OF = {key: fact for fact, keys in _KEYS.items() for key in keys}
_KEY_UNIT = re.compile(r"(.*\S)\s*[(\[]\s*(\w{1,6})\s*[)\]]")
_GAMRY = re.compile(r"(DATE|TIME)\tLABEL\t([^\t]+)")
_LATER_KEY = re.compile(r".*\s(date of test|filename|procedure)", re.IGNORECASE)
MAX_LINES = 2_000


def clean(facts: Mapping[str, object]) -> Facts:
    """Return the facts that have a value, each as one printable line of at most MAX_FACT."""
    texts = {fact: _printable(facts.get(fact)) for fact in FACTS}
    return {fact: text for fact, text in texts.items() if text}


def head_facts(lines: Iterable[str]) -> Facts:
    """Return what the lines above a table say; of a fact that stands there twice the first."""
    facts: Facts = {}
    for number, line in enumerate(lines):
        if number >= MAX_LINES:
            break
        gamry = _GAMRY.match(line)
        if gamry:  # its date and its time stand on two lines
            before = facts.get(START, "")
            facts[START] = f"{before} {gamry[2]}".strip()
            continue
        for key, value in _pairs(line):
            unit = _KEY_UNIT.fullmatch(key)
            fact = _FACT_OF.get((unit[1] if unit else key).lower())
            text = _printable(value)
            if fact and text:
                with_unit = fact == MASS and unit and text.replace(".", "", 1).isdigit()
                facts.setdefault(fact, f"{text} {unit[2]}" if unit and with_unit else text)
    return clean(facts)


def _pairs(line: str) -> Iterator[tuple[str, str]]:
    """Yield the keys and values of a line: `key: value`, or cells one after the other."""
    cells = [cell.strip().strip('"').strip() for cell in line.strip().lstrip("~#").split("\t")]
    if len(cells) == 1:  # not by tabs; a colon before the first separator is the key's
        first, mark, rest = cells[0].partition("," if "," in cells[0] else ";")
        if mark and ":" not in first.rstrip(": "):
            cells = [first, rest.strip(' ,;"')]
    place = 0
    while place < len(cells):
        key, colon, value = cells[place].partition(":")
        is_alone = not value.strip()
        if is_alone and place + 1 < len(cells):
            value, place = cells[place + 1], place + 1
        later = _LATER_KEY.fullmatch(key.strip())
        if colon or is_alone:
            yield (later[1] if later else key).strip(), value
        place += 1


def _printable(value: object) -> str:
    if value is None:
        return ""
    text = " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())
    return text[:MAX_FACT]
