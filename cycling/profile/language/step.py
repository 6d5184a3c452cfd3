"""Reads WAIT, CC, CV and CP, and checks what holds for one step alone."""

from cycling.profile.language.line_reader import LIMIT_WORDS, LineReader, suggestion
from cycling.profile.language.quantities import EXAMPLES, Quantity
from cycling.profile.language.tree import SET_POINT_KINDS, Limit, LimitKind, Step
from cycling.profile.problems import quoted
from cycling.terms import Mode

MODES = Mode.__members__
_HELD = {  # the mode holds it, so it cannot end the step
    Mode.CC: (LimitKind.CURRENT, "the current is constant: end CC by VOLTAGE or TIME"),
    Mode.CV: (LimitKind.VOLTAGE, "the voltage is constant: end CV by CURRENT or TIME"),
    Mode.CP: (LimitKind.POWER, "the power is constant: end CP by VOLTAGE or TIME"),
}
_EXAMPLE_STEPS = {
    Mode.CC: "CC, 1, VOLTAGE, 4.2",
    Mode.CV: "CV, 4.2, CURRENT, 0.05",
    Mode.CP: "CP, -10, VOLTAGE, 2.5",
}


def parse_step(reader: LineReader) -> Step | None:
    """Return the step of a line that begins with its mode; None where something is wrong."""
    keyword = reader.take()
    mode = MODES[keyword.upper] if keyword else Mode.WAIT
    word = mode.name
    what = "The time of WAIT" if mode is Mode.WAIT else f"The set-point of {word}"
    set_point = reader.quantity(SET_POINT_KINDS[mode], what)
    if set_point is not None and not _set_point_fits(mode, set_point, reader):
        set_point = None
    if mode is Mode.WAIT:
        reader.refuse_rest("WAIT takes a time only, like WAIT, 600.")
        return None if set_point is None else Step(mode, set_point, place=reader.line.place)
    limits, max_current, complete = _limits(reader, mode)
    if set_point is None or not complete:
        return None
    step = Step(mode, set_point, limits, max_current, reader.line.place)
    return step if _ends(step, reader) else None


def _set_point_fits(mode: Mode, set_point: Quantity, reader: LineReader) -> bool:
    if mode is Mode.WAIT and set_point.value < 0:
        reader.error(set_point.place, "A time is not negative: write WAIT, 600.")
        return False
    if mode is Mode.CV and set_point.value <= 0:
        reader.error(
            set_point.place, "The set-point of CV is a voltage above 0: write CV, 4.2, CURRENT, ..."
        )
        return False
    return True


def _limits(reader: LineReader, mode: Mode) -> tuple[tuple[Limit, ...], Quantity | None, bool]:
    """Read pairs of keyword and value to the end of the line; False where one is wrong."""
    limits: dict[LimitKind, Limit] = {}
    max_current: Quantity | None = None
    complete = True
    while token := reader.take():
        if token.upper not in LIMIT_WORDS:
            hint = reader.decimal_comma_hint(token) or suggestion(token.text, LIMIT_WORDS)
            reader.error(
                token.place,
                f"{quoted(token.text)} stands where {', '.join(LIMIT_WORDS[:-1])} or MAX is "
                f"expected.{hint}",
            )
            return tuple(limits.values()), max_current, False
        if token.upper == "MAX":
            again = max_current is not None
            max_current = _max_current(reader, mode)
            complete &= max_current is not None
        else:
            kind = LimitKind(token.upper)
            again = kind in limits
            limit = _limit(reader, mode, kind)
            complete &= limit is not None
            if limit is not None:
                limits[kind] = limit
        if again:
            reader.error(token.place, f"{token.upper} is there twice: keep one.")
            complete = False
    return tuple(limits.values()), max_current, complete


def _max_current(reader: LineReader, mode: Mode) -> Quantity | None:
    value = reader.quantity(LimitKind.CURRENT.kind, "The current of MAX")
    if value is None:
        return None
    if mode is Mode.CC:
        reader.error(value.place, "MAX is for CV and CP: CC draws its set-point.")
        return None
    if value.value <= 0:
        reader.error(value.place, "MAX is a current above 0, for both directions.")
        return None
    return value


def _limit(reader: LineReader, mode: Mode, kind: LimitKind) -> Limit | None:
    value = reader.quantity(kind.kind, f"The limit {kind}")
    if value is None:
        return None
    held_kind, why = _HELD[mode]
    if kind is held_kind:
        reader.error(value.place, f"{mode.name} cannot end by {kind}, because {why}.")
        return None
    return _with_sign(reader, Limit(kind, value))


def _with_sign(reader: LineReader, limit: Limit) -> Limit | None:
    """Return the limit; the sign of a CURRENT or POWER limit is dropped with a warning."""
    kind, value = limit.kind, limit.value
    negative = value.value < 0
    if kind in (LimitKind.CURRENT, LimitKind.POWER) and negative:
        size = Quantity(-value.value, value.unit, value.divisor, value.place)
        reader.findings.warning(
            value.place, f"A {kind} limit is a magnitude: {size.text} is taken. Leave out the sign."
        )
        return Limit(kind, size)
    if kind in (LimitKind.CAPACITY, LimitKind.ENERGY) and value.value <= 0:
        reader.error(
            value.place, f"A {kind} limit is above 0, also for a discharge: {EXAMPLES[kind.kind]}."
        )
        return None
    if negative and kind is not LimitKind.TEMPERATURE:
        reader.error(value.place, f"A {kind} limit is not negative.")
        return None
    return limit


def _ends(step: Step, reader: LineReader) -> bool:
    """Whether something can end the step."""
    word = step.mode.name
    if not step.limits:
        reader.error(
            step.place,
            f"Nothing ends this step: write a limit after it, like {_EXAMPLE_STEPS[step.mode]}.",
        )
        return False
    if step.mode in (Mode.CC, Mode.CP) and not step.set_point.value:
        timely = (LimitKind.TIME, LimitKind.TEMPERATURE)
        wrong = [limit for limit in step.limits if limit.kind not in timely]
        if wrong:
            reader.error(
                wrong[0].value.place,
                f"{word} at 0 moves nothing, so it ends by TIME only: {word}, 0, TIME, 600.",
            )
            return False
    return True
