"""The cycles of a cell as bytes, to be kept: those of one unit together, so that few are read."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any

import msgspec
import numpy as np

from cycling.analysis.campaign.cells import AXIS_COLUMNS, BY_NAME, CellCycles, CellFacts
from cycling.analysis.cycles.rates import RateClasses
from db.series.codec import pack_floats, pack_ints, unpack_floats, unpack_ints

HEAD = "cycles"  # what every comparison reads
IN_HEAD = frozenset(AXIS_COLUMNS.values())


def part_of(name: str) -> str:
    """Return the part in which a metric is kept: that of its unit."""
    return HEAD if name in IN_HEAD else BY_NAME[name].unit


def parts_of(names: Collection[str]) -> set[str]:
    """Return the parts that these metrics need."""
    return {HEAD, *map(part_of, names)}


def pack_cell(cell: CellCycles) -> dict[str, bytes]:
    """Return the parts of a cell by their names; a metric without a number takes no place."""
    columns: dict[str, dict[str, bytes]] = {HEAD: {}}
    for name, values in cell.columns.items():
        if np.isfinite(values).any():
            columns.setdefault(part_of(name), {})[name] = pack_floats(values)
    head = {
        "facts": asdict(cell.facts),
        "number": pack_ints(cell.number),
        "rate": pack_ints(cell.rate.of),
        "labels": cell.rate.labels,
        "rates": cell.rate.values.tolist(),
        "complete": cell.is_complete.tobytes(),
        "formation": cell.is_formation.tobytes(),
        "uneven": cell.is_uneven.tobytes(),
        "capacity": cell.has_capacity.tobytes(),
    }
    content: dict[str, dict[str, Any]]
    content = {part: {"columns": packed} for part, packed in columns.items()}
    content[HEAD] |= head
    return {part: msgspec.msgpack.encode(one) for part, one in content.items()}


def unpack_cell(parts: Mapping[str, bytes], names: Collection[str]) -> CellCycles:
    """Return a cell with these metrics, NaN where one takes no place. Needs their parts, if any."""
    read: dict[str, Any] = {part: msgspec.msgpack.decode(one) for part, one in parts.items()}
    head = read[HEAD]
    number = unpack_ints(head["number"])
    columns = {}
    for name in {*names, *(IN_HEAD - {""})}:
        packed = read.get(part_of(name), {"columns": {}})["columns"].get(name)
        columns[name] = np.full(len(number), np.nan) if packed is None else unpack_floats(packed)
    return CellCycles(
        facts=CellFacts(**head["facts"]),
        number=number,
        is_complete=np.frombuffer(head["complete"], np.bool_),
        is_formation=np.frombuffer(head["formation"], np.bool_),
        is_uneven=np.frombuffer(head["uneven"], np.bool_),
        has_capacity=np.frombuffer(head["capacity"], np.bool_),
        rate=RateClasses(
            unpack_ints(head["rate"]), tuple(head["labels"]), np.array(head["rates"], float)
        ),
        columns=columns,
    )
