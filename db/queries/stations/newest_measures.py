"""The newest measures of an experiment, for an open live view."""

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cycling.analysis.gaps import gap_rows
from cycling.analysis.whole_seconds import spread
from db.engine import Database
from db.models import ExtendedMeasure, GenericMeasure, UsedMeasure
from db.models.wattrex import is_measured_by_wattrex
from db.series import CURRENT, POWER, VOLTAGE, ChannelInfo
from db.series.channels import channels_of
from db.series.rows import AS_STORED, scales

MAX_ROWS = 2_000  # new measures of one answer; with more the figure is read anew
LOOK_BACK = 20  # earlier measures that tell how many come in a second
MAX_POINTS = 240  # of a channel in one answer, extremes kept
GENERIC = {
    "voltage": GenericMeasure.voltage_mv,
    "current": GenericMeasure.current_ma,
    "power": GenericMeasure.power_mw,
}

Values = list[float | None]


@dataclass(frozen=True)
class NewPoints:
    """Measures after a MeasID, as columns of the same length; V, A, W or own units.

    Where measures are missing all channels have a None, so that lines break there.
    `through` is the last MeasID. `too_many`: nothing is listed, the figure must be read anew.
    """

    through: int
    unix_ms: list[int]
    values: dict[str, Values]
    too_many: bool = False


def station_channels(database: Database, station_id: int) -> tuple[ChannelInfo, ...]:
    """Return the channels that a station records, whether there is a value yet or not."""
    with database.read() as session:
        extended = channels_of(session, UsedMeasure.station_id == station_id)
    return (VOLTAGE, CURRENT, POWER, *extended)


def new_points(
    database: Database, experiment_id: int, after: int, keys: Sequence[str]
) -> NewPoints:
    """Return the measures after MeasID `after` (-1: from the first) for channels by their keys."""
    generic = [key for key in keys if key in GENERIC]
    extended = {int(key[1:]): key for key in keys if key[:1] == "x" and key[1:].isdigit()}
    with database.read() as session:
        statement = _generic_after(experiment_id, after - LOOK_BACK, generic)
        recent = session.execute(statement).all()
        rows = [row for row in recent if row[0] > after]
        if len(rows) > MAX_ROWS:
            return NewPoints(after, [], {}, too_many=True)
        wattrex = bool(rows) and bool(rows[0].wattrex)
        further = _further(session, experiment_id, rows, list(extended))
        of_epc = scales(session, list(extended)) if wattrex else {}
    places = {row[0]: place for place, row in enumerate(rows)}
    values: dict[str, Values] = {
        key: [_number(row[2 + index], 1000.0) for row in rows] for index, key in enumerate(generic)
    }
    if wattrex and "power" in values:
        values["power"] = _powers(rows)
    values |= {key: [None] * len(rows) for key in extended.values()}
    for id_, measure_id, value in further:
        if measure_id in places:
            factor = of_epc.get(id_, AS_STORED).factor
            values[extended[id_]][places[measure_id]] = _number(value, 1.0 / factor)
    recent_ms, earlier = _times_ms(recent, even=wattrex), len(recent) - len(rows)
    points = NewPoints(rows[-1][0] if rows else after, recent_ms[earlier:], values)
    return _broken(_thinned(points), _breaks_ms(recent, recent_ms, earlier))


def _further(
    session: Session, experiment_id: int, rows: Sequence[Any], channels: list[int]
) -> Sequence[Any]:
    """Return the values of extended channels that belong to these rows."""
    if not rows or not channels:
        return ()
    row = ExtendedMeasure
    return session.execute(
        select(row.used_measure_id, row.measure_id, row.value).where(
            row.experiment_id == experiment_id,
            row.used_measure_id.in_(channels),
            row.measure_id.between(rows[0][0], rows[-1][0]),
        )
    ).all()


def _times_ms(rows: Sequence[Any], *, even: bool) -> list[int]:
    """Return when measures count as taken; with `even` a second's are spread over it.

    The earlier rows come first, because they tell how many a second has.
    """
    us = np.array([round(row[1].timestamp() * 1_000_000) for row in rows], np.int64)
    return [round(one / 1000) for one in (spread(us, goes_on=True) if even else us).tolist()]


def _breaks_ms(rows: Sequence[Any], unix_ms: list[int], earlier: int) -> list[int]:
    """Return a moment in each gap before a row that is not one of the `earlier` ones."""
    if len(rows) < 2:
        return []
    keys = [(row.instruction_id, row.step, row.cycle) for row in rows]
    goes_on = np.array([True, *(one == other for one, other in pairwise(keys))])
    seconds = np.append(np.maximum(np.diff(unix_ms), 0) / 1000, np.nan)
    gaps = gap_rows(seconds, goes_on)
    return [(unix_ms[row] + unix_ms[row + 1]) // 2 for row in gaps.tolist() if row + 1 >= earlier]


def _broken(points: NewPoints, breaks_ms: list[int]) -> NewPoints:
    for at_ms in breaks_ms:
        place = bisect(points.unix_ms, at_ms)
        points.unix_ms.insert(place, at_ms)
        for column in points.values.values():
            column.insert(place, None)
    return points


def _powers(rows: Sequence[Any]) -> Values:
    """Return voltage times current (W): the stored power is in a unit that nobody names."""
    return [
        None if row[-3] is None or row[-2] is None else _number(row[-3] * row[-2], 1_000_000.0)
        for row in rows
    ]


def _generic_after(experiment_id: int, after: int, keys: Sequence[str]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            GenericMeasure.id,
            GenericMeasure.at,
            *(GENERIC[key] for key in keys),
            GenericMeasure.instruction_id,
            GenericMeasure.step,
            GenericMeasure.cycle,
            GenericMeasure.voltage_mv,
            GenericMeasure.current_ma,
            is_measured_by_wattrex(experiment_id).label("wattrex"),
        )
        .where(GenericMeasure.experiment_id == experiment_id, GenericMeasure.id > after)
        .order_by(GenericMeasure.id)
        .limit(MAX_ROWS + LOOK_BACK + 1)
    )


def _number(value: float | None, divided_by: float) -> float | None:
    """Return a value with the six digits that a screen can show."""
    return None if value is None else float(f"{value / divided_by:.6g}")


def _thinned(points: NewPoints) -> NewPoints:
    """Keep the smallest and the largest value of each channel in stretches of equal length."""
    count = len(points.unix_ms)
    if count <= MAX_POINTS or not points.values:
        return points
    edges = np.linspace(0, count, MAX_POINTS // (2 * len(points.values)) + 1).astype(int)
    places = {0, count - 1}
    for column in points.values.values():
        values = np.array([np.nan if one is None else one for one in column])
        for first, end in pairwise(edges.tolist()):
            places |= _extremes(values[first:end], first)
    order = sorted(places)
    return NewPoints(
        points.through,
        [points.unix_ms[place] for place in order],
        {key: [column[place] for place in order] for key, column in points.values.items()},
    )


def _extremes(values: NDArray[np.float64], first: int) -> set[int]:
    if not len(values) or np.isnan(values).all():
        return set()
    return {first + int(np.nanargmin(values)), first + int(np.nanargmax(values))}
