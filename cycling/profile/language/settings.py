"""Reads REPEAT, SAFETY, RECORD and END TEST."""

from decimal import Decimal

from cycling.profile.language.line_reader import LineReader, suggestion
from cycling.profile.language.quantities import Kind, NotAQuantityError, read_number
from cycling.profile.language.tree import EndTest, LimitKind, Record, Safety, SafetyRange
from cycling.profile.problems import quoted

MAX_REPEATS = 1_000_000
_SAFETY_WORDS = ("VOLTAGE", "CURRENT", "TEMPERATURE")
_SAFETY_EXAMPLE = "write SAFETY VOLTAGE 2.5 4.25 CURRENT -6 6 TEMPERATURE 0 45"
_END_TEST_EXAMPLE = "Write END TEST IF RETENTION < 80%."


def parse_repeat(reader: LineReader) -> tuple[int, bool]:
    """Return the count and whether it counts cycles; a wrong count is reported and read as 1."""
    reader.take()
    token = reader.peek
    if token is None or token.upper in ("CYCLES",):
        reader.missing("How often is missing: write REPEAT 100 CYCLES, or REPEAT 100.")
        count = 1
    else:
        reader.take()
        count = _count(reader, token.text)
    counts_cycles = reader.take_keyword("CYCLES")
    if rest := reader.peek:
        hint = suggestion(rest.text, ("CYCLES",))
        reader.refuse_rest(f"Write REPEAT 100 CYCLES, or REPEAT 100.{hint}")
    return count, counts_cycles


def _count(reader: LineReader, text: str) -> int:
    digits = text.lstrip("0")
    if not (text.isascii() and text.isdigit()):
        message = f"The count is {quoted(text)}: write a whole number, 1 or more."
    elif not digits:
        message = "The count is 0: write 1 or more, or remove the loop."
    elif len(digits) > len(str(MAX_REPEATS)) or int(digits) > MAX_REPEATS:
        message = f"The count is {quoted(text)}: a loop runs {MAX_REPEATS:,} times at most."
    else:
        return int(digits)
    reader.error(reader.line.tokens[1].place, message)
    return 1


def parse_safety(reader: LineReader) -> Safety | None:
    """Return the abort limits of a SAFETY line; None where something is wrong."""
    reader.take()
    ranges: dict[LimitKind, SafetyRange] = {}
    complete = True
    if reader.peek is None:
        reader.missing(f"Say what is limited: {_SAFETY_EXAMPLE}.")
        return None
    while token := reader.take():
        if token.upper not in _SAFETY_WORDS:
            hint = reader.decimal_comma_hint(token) or suggestion(token.text, _SAFETY_WORDS)
            reader.error(
                token.place,
                f"{quoted(token.text)} stands where VOLTAGE, CURRENT or TEMPERATURE is expected: "
                f"{_SAFETY_EXAMPLE}.{hint}",
            )
            return None
        kind = LimitKind(token.upper)
        ends = _safety_range(reader, kind)
        if kind in ranges:
            reader.error(token.place, f"{kind} is there twice: keep one.")
            complete = False
        if ends is None:
            complete = False
        else:
            ranges[kind] = ends
    return Safety(tuple(ranges.values()), reader.line.place) if complete else None


def _safety_range(reader: LineReader, kind: LimitKind) -> SafetyRange | None:
    low = reader.quantity(kind.kind, f"The lowest {kind.kind}")
    high = reader.quantity(kind.kind, f"The highest {kind.kind}") if low else None
    if low is None or high is None:
        return None
    comparable = low.needs_capacity == high.needs_capacity
    if comparable and low.amount(Decimal(1)) >= high.amount(Decimal(1)):
        reader.error(low.place, f"The lowest {kind.kind} comes first and is below the highest.")
        return None
    return SafetyRange(kind, low, high)


def parse_record(reader: LineReader) -> Record | None:
    """Return the sampling of a RECORD line; None where something is wrong."""
    reader.take()
    interval = reader.quantity(Kind.TIME, "The interval of RECORD")
    if interval is None:
        return None
    voltage = None
    if reader.peek is not None:
        voltage = reader.quantity(Kind.VOLTAGE, "The change of voltage")
        if voltage is None:
            return None
    reader.refuse_rest("Write RECORD 5s, or RECORD 5s 10mV.")
    for value in (interval, voltage):
        if value is not None and value.value <= 0:
            reader.error(value.place, "RECORD takes values above 0, like RECORD 5s 10mV.")
            return None
    return Record(interval, voltage, reader.line.place)


def parse_end_test(reader: LineReader) -> EndTest | None:
    """Return the condition of an END TEST line; None where something is wrong."""
    reader.take()
    for word in ("TEST", "IF", "RETENTION", "<"):
        if not reader.take_keyword(word):
            reader.missing(f"{word} is expected here. {_END_TEST_EXAMPLE}")
            return None
    token = reader.take()
    if token is None:
        reader.missing(f"The share is missing. {_END_TEST_EXAMPLE}")
        return None
    text = token.text.removesuffix("%")
    if text == token.text:
        reader.take_keyword("%")
    reader.refuse_rest(_END_TEST_EXAMPLE)
    try:
        share = read_number(text)
    except NotAQuantityError as error:
        reader.error(token.place, f"{error} {_END_TEST_EXAMPLE}")
        return None
    if not 0 < share < 100:
        reader.error(token.place, f"A share lies between 0 % and 100 %. {_END_TEST_EXAMPLE}")
        return None
    return EndTest(share, reader.line.place)
