"""What the batteries table is narrowed to."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeVarTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute

from cycling.terms import Technology
from db.models import Battery, BatteryLife
from db.queries.batteries.use import BatteryState, is_at, is_in
from db.queries.lists import mentions

Columns = TypeVarTuple("Columns")

SEARCHED = (
    Battery.name,
    Battery.serial_number,
    Battery.manufacturer,
    Battery.model,
    Battery.description,
)


class LifeFigure(StrEnum):
    """A number of a battery's life by which the table is sorted and narrowed."""

    CAPACITY = "last_capacity"
    RETENTION = "retention"
    EFC = "efc"
    RESISTANCE = "resistance"

    @property
    def column(self) -> InstrumentedAttribute[Any]:
        """Where it is kept: Ah, %, ohm."""
        return {
            LifeFigure.CAPACITY: BatteryLife.last_capacity_ah,
            LifeFigure.RETENTION: BatteryLife.retention_pct,
            LifeFigure.EFC: BatteryLife.equivalent_full_cycles,
            LifeFigure.RESISTANCE: BatteryLife.resistance_ohm,
        }[self]


@dataclass(frozen=True)
class LifeBetween:
    """The numbers that a figure may have, both ends with them; None: no end."""

    figure: LifeFigure
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Model:
    """The model of a battery, with who makes it."""

    manufacturer: str
    model: str


@dataclass(frozen=True)
class BatteryFilter:
    """What the table is narrowed to; nothing does not narrow."""

    technologies: tuple[Technology, ...] = ()
    text: str = ""
    states: tuple[BatteryState, ...] = ()
    stations: tuple[int, ...] = ()
    between: tuple[LifeBetween, ...] = ()
    model: Model | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it lets everything through."""
        return replace(self, text=self.text.strip()) == BatteryFilter()

    @property
    def of_any_technology(self) -> "BatteryFilter":
        """The same without the technologies."""
        return replace(self, technologies=())


def narrowed(query: Select[*Columns], wanted: BatteryFilter) -> Select[*Columns]:
    """Return a query of batteries for those that a filter lets through."""
    if wanted.technologies:
        query = query.where(Battery.technology.in_(wanted.technologies))
    if wanted.states:
        query = query.where(is_in(wanted.states))
    if wanted.stations:
        query = query.where(is_at(wanted.stations))
    if wanted.model is not None:
        query = query.where(
            Battery.manufacturer == wanted.model.manufacturer, Battery.model == wanted.model.model
        )
    if wanted.between:
        fits = [one.figure.column >= one.low for one in wanted.between if one.low is not None]
        fits += [one.figure.column <= one.high for one in wanted.between if one.high is not None]
        query = query.where(Battery.id.in_(select(BatteryLife.battery_id).where(*fits)))
    searched = wanted.text.strip()
    return query.where(mentions(SEARCHED, searched)) if searched else query
