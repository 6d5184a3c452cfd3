"""What the ids of columns in BioLogic's .mpr files mean: name, unit and width of each."""

from typing import NamedTuple


class Kind(NamedTuple):
    """Name and unit as EC-Lab's text export has them, and how a value is stored."""

    name: str
    unit: str
    stored: str


# Flags share one byte, at the place of the first of them: mask and shift of each.
FLAGS = {
    1: ("mode", 0x03),
    2: ("ox/red", 0x04),
    3: ("error", 0x08),
    21: ("control changes", 0x10),
    31: ("Ns changes", 0x20),
    65: ("counter inc.", 0x80),
}
LAST_ROW = 0x40  # set in the last row of a loop or run
CURRENT_CONTROLLED, VOLTAGE_CONTROLLED = 1, 2

TIME, DQ, CONTROL, EWE, CURRENT, MEAN_CURRENT, AVERAGE_CURRENT = 4, 7, 5, 6, 8, 11, 76
MEAN_EWE, EWE_OR_PHASE, POWER, NS, STEP_TIME = 77, 174, 70, 131, 182
CYCLE_NUMBER, HALF_CYCLE, CHARGE = 24, 212, 211

_DOUBLES = {
    4: "time/s",
    7: "dq/mAh",
    11: "<I>/mA",
    13: "(Q-Qo)/mAh",
    23: "dQ/mAh",
    24: "cycle number/",
    74: "|Energy|/Wh",
    110: "Energy ce/Wh",
    112: "Energy we/Wh",
    115: "Energy ce charge/Wh",
    116: "Energy ce discharge/Wh",
    123: "Energy charge/Wh",
    124: "Energy discharge/Wh",
    125: "Capacitance charge/uF",
    126: "Capacitance discharge/uF",
    182: "step time/s",
    211: "Q charge/discharge/mAh",
}
_SINGLES = {
    5: "control/V/mA",
    6: "Ewe/V",
    8: "I/mA",
    9: "Ece/V",
    15: "Phase(Z1)/deg",
    16: "Analog IN 1/V",
    17: "Analog IN 2/V",
    18: "Analog IN 3/V",
    19: "control/V",
    20: "control/mA",
    26: "Rapp/ohm",
    27: "Ewe-Ece/V",
    32: "freq/Hz",
    33: "|Ewe|/V",
    34: "|I|/A",
    35: "Phase(Z)/deg",
    36: "|Z|/ohm",
    37: "Re(Z)/ohm",
    38: "-Im(Z)/ohm",
    45: "|Z1|/ohm",
    46: "|Z2|/ohm",
    69: "R/ohm",
    70: "P/W",
    75: "Analog OUT/V",
    76: "<I>/mA",
    77: "<Ewe>/V",
    78: "Cs-2/uF",
    96: "|Ece|/V",
    98: "Phase(Zce)/deg",
    99: "|Zce|/ohm",
    100: "Re(Zce)/ohm",
    101: "-Im(Zce)/ohm",
    105: "-Im(Z1)/ohm",
    106: "-Im(Z2)/ohm",
    135: "<E1>/V",
    136: "<E2>/V",
    163: "|Estack|/V",
    166: "Phase(Zstack)/deg",
    167: "|Zstack|/ohm",
    168: "Rcmp/ohm",
    169: "Cs/uF",
    172: "Cp/uF",
    173: "Cp-2/uF",
    174: "<Ewe>/V",
    175: "|Zwe-ce|/ohm",
    176: "Re(Zwe-ce)/ohm",
    177: "-Im(Zwe-ce)/ohm",
    178: "(Q-Qo)/C",
    179: "dQ/C",
    185: "<Ece>/V",
    206: "Temperature/degC",
    215: "<Ece>/V",
    217: "THD Ewe/%",
    218: "THD I/%",
    219: "THD Ece/%",
    220: "NSD Ewe/%",
    221: "NSD I/%",
    222: "NSD Ece/%",
    223: "NSR Ewe/%",
    224: "NSR I/%",
    225: "NSR Ece/%",
    **{228 + n: f"|Ewe h{n}|/V" for n in range(2, 8)},
    **{234 + n: f"|I h{n}|/A" for n in range(2, 8)},
    **{240 + n: f"|Ece h{n}|/V" for n in range(2, 8)},
    248: "Rac/ohm",
    249: "Rdc/ohm",
}
_WHOLE = {212: ("half cycle", "<u4"), 213: ("z cycle", "<u4"), 39: ("I Range", "<u2")}
_WHOLE |= {131: ("Ns", "<u2"), 253: ("Acir/Dcir control", "u1")}


def _kind(text: str, stored: str) -> Kind:
    if text == "control/V/mA":
        return Kind("control", "V/mA", stored)
    name, _, unit = text.rpartition("/")
    return Kind(name, unit, stored)


KINDS: dict[int, Kind] = {
    **{number: _kind(text, "<f8") for number, text in _DOUBLES.items()},
    **{number: _kind(text, "<f4") for number, text in _SINGLES.items()},
    **{number: Kind(name, "", stored) for number, (name, stored) in _WHOLE.items()},
}
PHASE = Kind("Phase(Zwe-ce)", "deg", "<f4")  # what 174 is beside another Ewe


def kinds_of(ids: list[int], unknown_bytes: int) -> list[Kind]:
    """What each of these columns is; one that nobody has named takes `unknown_bytes`."""
    kinds = []
    for number in ids:
        kind = KINDS.get(number)
        if number == EWE_OR_PHASE and {EWE, MEAN_EWE} & set(ids):
            kind = PHASE
        stored = {1: "u1", 2: "<u2", 4: "<f4", 8: "<f8"}.get(unknown_bytes, f"V{unknown_bytes}")
        kinds.append(kind or Kind(f"column {number}", "", stored))
    return kinds
