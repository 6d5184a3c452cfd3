"""The Battery Data Format's machine names (`voltage_volt`) and labels (`Voltage / V`)."""

import re

from cycling.formats.columns.labels import split_label

# Words of its vocabulary (ontology 1.0.0) for units, longest first where one ends another.
_UNITS = {
    "millisecond": "ms",
    "second": "s",
    "volt": "V",
    "ampere": "A",
    "watt": "W",
    "ah": "Ah",
    "wh": "Wh",
    "celsius": "degC",
    "ohm": "ohm",
    "hertz": "Hz",
    "degree": "deg",
    "pa": "Pa",
}
_WORDS = {unit: word for word, unit in _UNITS.items()}
_WITHOUT_UNIT = ("cycle_count", "step_count", "step_index", "step_id", "record_index", "step_type")
_NAMED = re.compile(rf"([a-z][a-z0-9]*(?:_[a-z0-9]+)*)_({'|'.join(_UNITS)})")
_SURFACE = re.compile(r"temperature_(t[0-9]+)_celsius")


def label_of(machine_name: str) -> tuple[str, str] | None:
    """Name and unit that a machine name stands for; None if it is none.

    `charging_capacity_ah` is (`Charging Capacity`, `Ah`).
    """
    if machine_name in _WITHOUT_UNIT:
        return _titled(machine_name), "1"
    if match := _SURFACE.fullmatch(machine_name):
        return f"Surface Temperature {match[1].upper()}", "degC"
    if match := _NAMED.fullmatch(machine_name):
        return _titled(match[1]), _UNITS[match[2]]
    return None


def machine_name(label: str) -> str:
    """The machine name of one of our labels: `Test Time / s` is `test_time_second`."""
    name, unit = split_label(label)
    words = "_".join(re.findall(r"[a-z0-9]+", name.lower()))
    if match := re.fullmatch(r"surface_temperature_(t[0-9]+)", words):
        words = f"temperature_{match[1]}"
    if unit in (None, "1"):
        return words
    return f"{words}_{_WORDS.get(unit or '') or '_'.join(re.findall('[a-z0-9]+', unit.lower()))}"


def _titled(words: str) -> str:
    return " ".join(word.title() if word != "id" else "ID" for word in words.split("_"))
