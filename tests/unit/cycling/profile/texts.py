"""Short ways to say what a text becomes."""

from decimal import Decimal

from cycling.profile import parse, resolve

THREE_AH = Decimal(3)
WHOLE = """\
# comment           ; also after an instruction
SAFETY VOLTAGE 2.4 4.25 CURRENT -6 6 TEMPERATURE 0 45   # abort limits
RECORD 5s           # sampling
WAIT, 600           # seconds; also 10min, 4h
REPEAT 100 CYCLES
  CC, 0.5C, VOLTAGE, 4.2                  # A by default; 1250mA, 0.5C, C/2, -C/3
  CV, 4.2, CURRENT, C/20, TIME, 2h, MAX, 0.5C
  CC, -1C, VOLTAGE, 2.5
  CP, 8, VOLTAGE, 4.1                    # W
END
CC, 0.5C, CAPACITY, 50%
END TEST IF RETENTION < 80%
"""


def profile_of(text):
    """The tree of a text that has no error."""
    parsed = parse(text)
    assert parsed.profile is not None, said(parsed)
    return parsed.profile


def program_of(text, capacity_ah=THREE_AH):
    """The exact program of a text that has no error."""
    resolved = resolve(profile_of(text), capacity_ah)
    assert resolved.program is not None, said(resolved)
    return resolved.program


def said(checked):
    """Problems as `severity line:column message`."""
    return [f"{one.severity} {one.line}:{one.column} {one.message}" for one in checked.problems]


def places(problems, severity="error"):
    """Where the problems of a severity are."""
    return [(one.line, one.column) for one in problems if one.severity == severity]
