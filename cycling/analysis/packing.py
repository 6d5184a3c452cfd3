"""Totals of a chunk as bytes, to be kept beside its samples."""

from dataclasses import asdict, fields
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from cycling.analysis.chunk_totals import ChunkTotals, Counting
from cycling.analysis.curves import LastKnown
from cycling.analysis.doubts import Doubts
from cycling.analysis.ends import Ends, Tops
from cycling.analysis.integration import Tail
from cycling.analysis.steps import StepRows
from cycling.analysis.totals import StepTable

Array = NDArray[Any]

TABLE = tuple(one.name for one in fields(StepTable))
ENDS = tuple(one.name for one in fields(Ends) if one.name != "tops")
TOPS = tuple(one.name for one in fields(Tops))


def pack(totals: ChunkTotals) -> bytes:
    """Return totals as bytes; how they were added up is not in them."""
    tail = totals.tail
    content = {
        "arrays": {name: _packed(array) for name, array in _arrays(totals).items()},
        "doubts": {**asdict(totals.doubts), "currents": sorted(totals.doubts.currents)},
        "before": (tail.before_s, tail.before_a) if tail else None,
        "last_known": {name: asdict(one) for name, one in tail.last_known.items() if one}
        if tail
        else {},
    }
    return msgspec.msgpack.encode(content)


def unpack(content: bytes, how: Counting) -> ChunkTotals:
    """Return what `pack` made bytes of. Raises msgspec.DecodeError where they are damaged."""
    of = msgspec.msgpack.decode(content)
    arrays = {name: _unpacked(packed) for name, packed in of["arrays"].items()}
    tops = Tops(*(arrays[f"tops.{name}"] for name in TOPS))
    ends = Ends(**{name: arrays[f"ends.{name}"] for name in ENDS}, tops=tops)
    table = StepTable(*(arrays[name] for name in TABLE))
    tail = None
    if of["before"] is not None:
        last_known = {name: LastKnown(**one) for name, one in of["last_known"].items()}
        before_s, before_a = of["before"]
        tail = Tail(arrays["tail"], before_s, before_a, last_known, arrays["counted"])
    said = of["doubts"]
    doubts = Doubts(**{**said, "currents": set(said["currents"]), "held": tuple(said["held"])})
    steps = StepRows(table, arrays["instruction"], ends)
    return ChunkTotals(how, arrays["head"], steps, tail, doubts, arrays["evidence"])


def _arrays(totals: ChunkTotals) -> dict[str, Array]:
    steps, ends = totals.steps, totals.steps.ends
    arrays: dict[str, Array] = {name: getattr(steps.table, name) for name in TABLE}
    arrays |= {f"ends.{name}": getattr(ends, name) for name in ENDS}
    arrays |= {f"tops.{name}": getattr(ends.tops, name) for name in TOPS}
    arrays |= {"head": totals.head, "evidence": totals.evidence, "instruction": steps.instruction}
    if totals.tail is not None:
        arrays |= {"tail": totals.tail.rows, "counted": totals.tail.counted}
    return arrays


def _packed(array: Array) -> tuple[str, tuple[int, ...], bytes]:
    return array.dtype.str, array.shape, np.ascontiguousarray(array).tobytes()


def _unpacked(packed: tuple[str, tuple[int, ...], bytes]) -> Array:
    kind, shape, content = packed
    return np.frombuffer(content, kind).reshape(shape)
