"""The batteries of `bem demo`: invented makers, numbers of the size that such batteries have."""

import tomllib
from pathlib import Path
from typing import Any

from cycling.battery.chemistry import model_of
from cycling.battery.description import NewBattery
from cycling.battery.model import BatteryModel
from cycling.conversion import convert

TABLE = Path(__file__).with_name("batteries.toml")
ELECTROLYTE_AH = 8.0  # what a litre of electrolyte on either side gives a stack of four cells


def new_model(battery: NewBattery) -> BatteryModel:
    """Return the model of a sample battery when it was new."""
    capacity_ah = battery.capacity_ah or ELECTROLYTE_AH
    return model_of(
        battery.technology, battery.chemistry, capacity_ah, battery.cells, battery.cell_kind
    )


def sample_batteries() -> tuple[NewBattery, ...]:
    """Return the sample batteries, three of them equal cells."""
    return _batteries("sample")


def station_batteries() -> tuple[NewBattery, ...]:
    """Return the batteries that stand on the demo's stations, and one that waits for a place."""
    return _batteries("station")


def _batteries(part: str) -> tuple[NewBattery, ...]:
    """Read a part of the table; what a battery is like gives it the fields that it has not."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    fields: dict[str, dict[str, Any]] = {}
    for name, own in (row for rows in table.values() for row in rows.items()):
        fields[name] = fields.get(own.get("like", ""), {}) | own | {"name": name}
    return tuple(convert(fields[name], NewBattery) for name in table[part])
