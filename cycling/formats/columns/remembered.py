"""Corrections of a file's columns, sign and zone, for the next file of the same layout."""

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from cycling.conversion import convert
from cycling.errors import InputError
from cycling.formats.columns.fields import NUMERIC_CLOCKS, Field
from cycling.formats.columns.labels import split_label
from cycling.formats.columns.mapping import Mapping
from cycling.formats.problems import Problem


@dataclass(frozen=True)
class Corrections:
    """What a person has said about files of a layout; None is what nobody has said.

    `columns` are (index, field, unit) of the columns that are something else than was proposed.
    """

    columns: tuple[tuple[int, Field, str], ...] = ()
    time_zone: str | None = None
    positive_is_charge: bool | None = None

    def __bool__(self) -> bool:
        """Whether anything was corrected."""
        return self != Corrections()

    def to_json(self) -> dict[str, Any]:
        """Plain dicts and lists."""
        built: dict[str, Any] = msgspec.to_builtins(self)
        return built

    @classmethod
    def from_json(cls, value: object) -> "Corrections":
        """The corrections that `to_json` gave; none for anything else."""
        try:
            return convert(value, cls)
        except msgspec.ValidationError:
            return cls()

    def applied(self, mapping: Mapping) -> Mapping:
        """A proposal with the columns and the zone of these corrections, not with their sign."""
        corrected = mapping
        try:
            for index, field, unit in self.columns:
                corrected = corrected.with_column(index, field, unit)
            if self.time_zone:
                corrected = replace(corrected, time_zone=self.time_zone)
            return Mapping.from_json(corrected.to_json())
        except (IndexError, InputError):  # of a release that knew other fields or units
            return mapping

    def agrees(self, mapping: Mapping) -> bool:
        """Whether a mapping reads the file as these corrections say, in all but the sign."""
        return all(
            index < len(mapping.columns)
            and (mapping.columns[index].field, mapping.columns[index].unit) == (field, unit)
            for index, field, unit in self.columns
        ) and self.time_zone in (None, mapping.time_zone)

    def question(self, mapping: Mapping) -> Problem | None:
        """Ask about units of these corrections where a column's label names another."""
        against = [
            (mapping.columns[index].shown, unit, own)
            for index, field, unit in self.columns
            if index < len(mapping.columns)
            and (own := split_label(mapping.columns[index].label)[1]) in field.units
            and own != unit
        ]
        if not against:
            return None
        said = "; ".join(f"{label!r} in {unit}, not in {own}" for label, unit, own in against)
        text = (
            f"An earlier file was corrected, so this one is read like it: {said} as the label "
            "says. Say that it is right for this file, too, or choose the column's unit."
        )
        return Problem("question", text, column=against[0][0], code="remembered-unit")

    def words(self, mapping: Mapping) -> str:
        """Say what they are about, for a file of that layout."""
        said = [
            f"{mapping.columns[index].shown} is {field.label}"
            + (f" in {unit}" if field.units[1:] else "")
            for index, field, unit in self.columns
            if index < len(mapping.columns)
        ]
        if self.time_zone:
            said.append(f"the clock is of {self.time_zone}")
        if self.positive_is_charge is not None:
            said.append(f"current above zero {'dis' * (not self.positive_is_charge)}charges")
        return "; ".join(said)


def layout_key(mapping: Mapping) -> str:
    """The key of all files of this kind with columns of these names in this order."""
    names = [mapping.format, [column.label for column in mapping.columns]]
    return hashlib.sha256(json.dumps(names).encode()).hexdigest()


def corrections(proposal: Mapping, used: Mapping, *, sign_chosen: bool) -> Corrections:
    """What somebody has changed of a proposal; of a clock that names its zone no zone."""
    columns = tuple(
        (after.index, after.field, after.unit)
        for before, after in zip(proposal.columns, used.columns, strict=False)
        if (before.field, before.unit) != (after.field, after.unit)
    )
    clock = used.column(Field.CLOCK)
    is_local = clock is not None and clock.unit not in NUMERIC_CLOCKS
    other_zone = is_local and used.time_zone != proposal.time_zone
    return Corrections(
        columns=columns,
        time_zone=used.time_zone if other_zone else None,
        positive_is_charge=used.positive_is_charge if sign_chosen else None,
    )
