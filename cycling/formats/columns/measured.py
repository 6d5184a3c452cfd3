"""Names of columns that say whether a quantity was measured or set: U_meas beside U_set."""

import re
from dataclasses import replace

from cycling.formats.columns.fields import Field
from cycling.formats.columns.labels import same_name, split_label, split_suffix
from cycling.formats.columns.mapping import Column, Inference, Mapping

_MEASURED = re.compile(
    r"measured|measurement|measure|meas|gemessene?|messwert|mess|istwert|ist|actual|act|real"
    r"|readback|read|mesurée?|mesure|medida|medido|misurata|misurato|gemeten|zmierzone|измеренное"
    r"|实测|實測|実測|측정"
)
_SET = re.compile(
    r"setpoint|setvalue|set|sollwert|soll|target|command|cmd|demand|consigne|consigna|programmed"
    r"|reference|ref|nominal|limit|设定|設定|목표|설정"
)


def measured_of(name: str) -> str:
    """What was measured by a name as `same_name` gives it; "" where it does not say that."""
    return _without(_MEASURED, name)


def _without(words: re.Pattern[str], name: str) -> str:
    """The rest of a name that begins or ends with one of these words, "" for any other."""
    if match := words.match(name):
        return name[match.end() :]
    ends = [match.start() for match in words.finditer(name) if match.end() == len(name)]
    return name[: ends[0]] if ends else ""


def with_measured_said(mapping: Mapping) -> Mapping:
    """The mapping with a sentence for each quantity of which another column has what was set."""
    for field in (Field.VOLTAGE, Field.CURRENT, Field.POWER):
        column = mapping.column(field)
        rest = measured_of(_name(column)) if column else ""
        if column is None or not rest:
            continue
        others = [c for c in mapping.columns if c.field is Field.EXTENDED]
        same = next((c for c in others if rest in (_name(c), _without(_SET, _name(c)))), None)
        if same is None:
            continue
        text = (
            f"{field.label} is what was measured, in column {column.shown!r}, and not what stands "
            f"in column {same.shown!r}."
        )
        kind = {Field.CURRENT: "current", Field.POWER: "power"}.get(field, "voltage")
        mapping = replace(mapping, inferred=(*mapping.inferred, Inference(kind, text)))
    return mapping


def _name(column: Column) -> str:
    name, unit = split_label(column.label)
    if unit is None:
        name = split_suffix(name)[0]
    return same_name(name)
