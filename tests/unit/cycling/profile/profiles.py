"""Profiles that hypothesis makes up."""

from decimal import Decimal

from hypothesis import strategies as st

from cycling.profile.language.quantities import PERCENT, RATE, UNITS, Kind, Quantity
from cycling.profile.language.tree import (
    EndTest,
    Limit,
    LimitKind,
    Profile,
    Record,
    Repeat,
    Safety,
    SafetyRange,
    Step,
)
from cycling.terms import Mode
from tests.generated import examples

many = examples(75)
HELD = {Mode.CC: LimitKind.CURRENT, Mode.CV: LimitKind.VOLTAGE, Mode.CP: LimitKind.POWER}


def numbers(low="0.001", high="5000"):
    return st.decimals(Decimal(low), Decimal(high), places=3).map(lambda one: one.normalize())


@st.composite
def quantities(draw, kind, low="0.001", high="5000", signed=False):
    value = draw(numbers(low, high))
    unit = draw(st.sampled_from(UNITS[kind]))
    divisor = Decimal(1)
    if unit == RATE and draw(st.booleans()):
        divisor = Decimal(draw(st.integers(2, 50)))
    if signed and draw(st.booleans()):
        value = -value
    return Quantity(value, unit, divisor)


def limits(mode, allowed=frozenset(LimitKind)):
    kinds = [kind for kind in LimitKind if kind is not HELD[mode] and kind in allowed]
    one = st.sampled_from(kinds).flatmap(
        lambda kind: st.builds(
            Limit, st.just(kind), quantities(kind.kind, signed=kind is LimitKind.TEMPERATURE)
        )
    )
    return st.lists(one, min_size=1, max_size=4, unique_by=lambda limit: limit.kind).map(tuple)


waits = st.builds(Step, st.just(Mode.WAIT), quantities(Kind.TIME, low="0"))
rests = st.builds(
    Step,
    st.just(Mode.CC),
    st.just(Quantity(Decimal(0), "A")),
    st.builds(Limit, st.just(LimitKind.TIME), quantities(Kind.TIME)).map(lambda one: (one,)),
)
NO_CURRENT = st.none()
most_current = st.none() | quantities(Kind.CURRENT)


def driven(mode, kind, signed=True, most=NO_CURRENT):
    return st.builds(Step, st.just(mode), quantities(kind, signed=signed), limits(mode), most)


steps = st.one_of(
    waits,
    rests,
    driven(Mode.CC, Kind.CURRENT),
    driven(Mode.CV, Kind.VOLTAGE, signed=False, most=most_current),
    driven(Mode.CP, Kind.POWER, most=most_current),
)


@st.composite
def items(draw, deep=4, counting=True):
    found = []
    for _ in range(draw(st.integers(1, 4))):
        if deep and draw(st.integers(0, 3)) == 0:
            counts = counting and draw(st.booleans())
            inner = draw(items(deep - 1, counting and not counts))
            found.append(Repeat(draw(st.integers(1, 200)), counts, inner))
        else:
            found.append(draw(steps))
    return tuple(found)


@st.composite
def safeties(draw):
    kinds = draw(
        st.lists(
            st.sampled_from([LimitKind.VOLTAGE, LimitKind.CURRENT, LimitKind.TEMPERATURE]),
            min_size=1,
            unique=True,
        )
    )
    ranges = []
    for kind in kinds:
        unit = UNITS[kind.kind][0]
        low = draw(st.decimals(-10, 10, places=2).map(lambda one: one.normalize()))
        high = low + draw(numbers("0.01", "20"))
        ranges.append(SafetyRange(kind, Quantity(low, unit), Quantity(high, unit)))
    return Safety(tuple(ranges))


records = st.builds(Record, quantities(Kind.TIME), st.none() | quantities(Kind.VOLTAGE))


def counts_cycles(found):
    return any(
        isinstance(one, Repeat) and (one.counts_cycles or counts_cycles(one.items)) for one in found
    )


@st.composite
def profiles(draw):
    found = draw(items())
    end_test = st.builds(EndTest, numbers("1", "99")) if counts_cycles(found) else st.none()
    return Profile(
        found,
        draw(st.none() | safeties()),
        draw(st.none() | records),
        draw(st.none() | end_test),
    )


TABLE = frozenset((LimitKind.TIME, LimitKind.VOLTAGE, LimitKind.CURRENT, LimitKind.POWER))


def flat(mode, kind, signed=True):
    one = limits(mode, TABLE).map(lambda found: found[:1])
    return st.builds(Step, st.just(mode), quantities(kind, signed=signed), one)


flat_steps = st.one_of(
    st.builds(Step, st.just(Mode.WAIT), quantities(Kind.TIME)),
    rests,
    flat(Mode.CC, Kind.CURRENT),
    flat(Mode.CV, Kind.VOLTAGE, signed=False),
    flat(Mode.CP, Kind.POWER),
)


@st.composite
def flat_items(draw, deep=3, counting=True):
    found = []
    for _ in range(draw(st.integers(1, 3))):
        if deep and draw(st.integers(0, 2)) == 0:
            counts = counting and draw(st.booleans())
            inner = draw(flat_items(deep - 1, counting and not counts))
            found.append(Repeat(draw(st.integers(1, 6)), counts, inner))
        else:
            found.append(draw(flat_steps))
    return tuple(found)


flat_profiles = st.builds(Profile, flat_items())


@st.composite
def mutated(draw, texts):
    """A text with a few characters or lines changed, as fingers do it."""
    text = draw(texts)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(text)))
        match draw(st.integers(0, 4)):
            case 0:
                text = text[:at] + draw(st.text(max_size=4)) + text[at:]
            case 1:
                text = text[:at] + text[at + draw(st.integers(1, 8)) :]
            case 2:
                piece = st.sampled_from([",", " ", "\n", "END", "REPEAT", "C", "-", "%", "1e", ";"])
                text = text[:at] + draw(piece) + text[at:]
            case 3:
                lines = text.split("\n")
                text = "\n".join(draw(st.permutations(lines)) if len(lines) < 30 else lines[::-1])
            case _:
                text = text[:at] + text[: draw(st.integers(0, 40))] + text[at:]
    return text


__all__ = ["PERCENT", "flat_profiles", "many", "mutated", "profiles"]
