"""Which column of a file is what: proposed by us, corrected by the user, remembered as JSON."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from cycling.conversion import convert
from cycling.errors import InputError
from cycling.formats.columns.fields import APART, OWN_FIELDS, WRITTEN_DURATIONS, Field
from cycling.formats.columns.labels import NAME_LENGTH, UNIT_LENGTH, channel_label
from cycling.formats.problems import LOST

Channel = tuple[str, str]
Word = Annotated[str, Meta(max_length=60)]
MAX_COLUMNS = 2_000
MAX_LABEL = 1_000
MAX_PART = 200
_BROKEN = "The saved choice of columns cannot be read. Open the file again and check its columns."


@dataclass(frozen=True)
class Column:
    """One column: where it is in the file, what it is, in which unit, and its channel name."""

    index: int
    label: Annotated[str, Meta(max_length=MAX_LABEL)]
    field: Field
    unit: Annotated[str, Meta(max_length=UNIT_LENGTH)]
    name: Annotated[str, Meta(max_length=NAME_LENGTH)]

    @property
    def becomes(self) -> str:
        """The label in our own CSV; "" when it is not imported."""
        if self.field is Field.EXTENDED:
            return channel_label(self.name, self.unit)
        return self.field.becomes

    @property
    def shown(self) -> str:
        """The label for messages; a column without one is called by its number."""
        return self.label or f"#{self.index + 1}"


INFERENCES = {
    LOST: "Lost records",
    "sign": "Sign of the current",
    "dates": "Order of dates",
    "time": "Time",
    "columns": "Columns",
    "units": "Unit of time",
    "unnamed": "Units",
    "voltage": "Voltage",
    "current": "Current",
    "power": "Power",
    "speed": "Speed",
    "pauses": "Pauses",
    "day": "Time of day",
    "start": "Start",
    "zone": "Time zone",
    "numbers": "Numbers",
}


@dataclass(frozen=True)
class Inference:
    """What was inferred about a file (one of INFERENCES), and from what, in a sentence."""

    kind: Word
    text: Annotated[str, Meta(max_length=MAX_LABEL)]


@dataclass(frozen=True)
class Mapping:
    """All columns of a file, the sign of its current (None: not decided) and its time zone.

    `part` is the test that was chosen in a file of several, "" where nobody has chosen.
    `sign_by_state`: the current is a magnitude, and the column State says its sign. `accepted` are
    the codes of questions that the user has answered with "it is right as it is". `inferred` is
    the evidence for what nobody has said.
    """

    format: Word
    columns: tuple[Column, ...]
    positive_is_charge: bool | None = None
    time_zone: Word = "UTC"
    part: Annotated[str, Meta(max_length=MAX_PART)] = ""
    sign_by_state: bool = False
    accepted: tuple[Word, ...] = ()
    inferred: tuple[Inference, ...] = ()

    def column(self, field: Field) -> Column | None:
        """The first column that is `field`."""
        return next((c for c in self.columns if c.field is field), None)

    def has(self, field: Field) -> bool:
        """Whether a column is `field`, or two are its parts: charge and discharge."""
        parts = APART.get(field, ())
        return self.column(field) is not None or (bool(parts) and all(map(self.column, parts)))

    @property
    def is_own(self) -> bool:
        """Whether these are the columns of our own CSV, as they stand there.

        Of a station's run it may be a part of them.
        """
        paused = self.column(Field.PAUSED)
        if paused is not None and paused.label == Field.PAUSED.becomes:
            return True
        own = [(field, field.becomes, field.units[0]) for field in OWN_FIELDS]
        return [(c.field, c.label, c.unit) for c in self.columns[: len(own)]] == own

    @property
    def counts_steps_only(self) -> bool:
        """Whether the only time is the one within steps."""
        others = self.column(Field.TEST_TIME) or self.column(Field.CLOCK)
        return others is None and self.column(Field.STEP_TIME) is not None

    @property
    def extended(self) -> tuple[Column, ...]:
        """The extended measures, with names made unique: a second (name, unit) gets " (2)"."""
        keys = set(self._field_channels)
        unique = []
        for column in self.columns:
            if column.field is Field.EXTENDED:
                name = _free_name(column.name, column.unit, keys)
                keys.add((name, column.unit))
                unique.append(replace(column, name=name))
        return tuple(unique)

    @property
    def channels(self) -> tuple[Channel, ...]:
        """(name, unit) of every channel that reading gives, the instrument's counters included."""
        return (*((c.name, c.unit) for c in self.extended), *self._field_channels)

    @property
    def _field_channels(self) -> tuple[Channel, ...]:
        fields = (column.field.channel for column in self.columns)
        return tuple(dict.fromkeys(channel for channel in fields if channel))

    def with_column(self, index: int, field: Field, unit: str | None = None) -> "Mapping":
        """This mapping with column `index` made `field`, in `unit` or in ours."""
        old = self.columns[index]
        if unit is None and field.units:
            unit = old.unit if old.unit in field.units else field.units[0]
        columns = list(self.columns)
        columns[index] = replace(old, field=field, unit=unit or _free_unit(old))
        # what was inferred about a column holds no more when somebody chooses what it is
        kept = tuple(one for one in self.inferred if repr(old.shown) not in one.text)
        return replace(self, columns=tuple(columns), inferred=kept)

    def fits(self, labels: Sequence[str]) -> bool:
        """Whether a file with these labels has the columns that this mapping speaks of."""
        return [c.label for c in self.columns] == list(labels)

    def twice(self) -> tuple[tuple[Field, tuple[Column, ...]], ...]:
        """Fields that more than one column is mapped to."""
        counts = Counter(c.field for c in self.columns if c.field.single)
        return tuple(
            (field, tuple(c for c in self.columns if c.field is field))
            for field, count in counts.items()
            if count > 1
        )

    def to_json(self) -> dict[str, Any]:
        """Plain dicts and lists."""
        return {
            "format": self.format,
            "columns": [{**asdict(c), "field": c.field.value} for c in self.columns],
            "positive_is_charge": self.positive_is_charge,
            "time_zone": self.time_zone,
            "part": self.part,
            "sign_by_state": self.sign_by_state,
            "accepted": list(self.accepted),
            "inferred": [asdict(inference) for inference in self.inferred],
        }

    @classmethod
    def from_json(cls, value: object) -> "Mapping":
        """The mapping that `to_json` gave; anything else is refused with InputError."""
        try:
            mapping = convert(value, cls)
        except msgspec.ValidationError as error:
            raise InputError(_BROKEN) from error
        indices = [column.index for column in mapping.columns]
        if not indices or len(indices) > MAX_COLUMNS or indices != list(range(len(indices))):
            raise InputError(_BROKEN)
        for column in mapping.columns:
            _check(column)
        return mapping


def _free_unit(column: Column) -> str:
    """Unit of a column whose values were a clock or a duration until now is not one of theirs."""
    if column.field is Field.CLOCK or column.unit in WRITTEN_DURATIONS:
        return "1"
    return column.unit or "1"


def _free_name(name: str, unit: str, keys: set[Channel]) -> str:
    candidate, number = name, 2
    while (candidate, unit) in keys:
        suffix = f" ({number})"
        candidate, number = name[: NAME_LENGTH - len(suffix)] + suffix, number + 1
    return candidate


def _check(column: Column) -> None:
    if column.field.units and column.unit not in column.field.units:
        raise InputError(unknown_unit(column.unit, column.field))
    if column.field is Field.EXTENDED and not (column.name and column.unit):
        raise InputError(_BROKEN)


def unknown_unit(unit: str, field: Field) -> str:
    """The sentence for a unit that a field does not have."""
    return f"{field.label} has no unit {unit!r}. Use one of: {', '.join(field.units)}."
