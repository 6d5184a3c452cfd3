"""The batteries table: sorting and paging.

As with the experiments: the ids of a page first, then what its rows show, in a constant number of
queries. (10,000 batteries with 100,000 experiments: the first page in some milliseconds.)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, SQLColumnExpression, func, select
from sqlalchemy.orm import Session

from cycling.analysis.campaign.life import LifeNumbers
from cycling.analysis.cycles.choices import Kind as CellKind
from cycling.battery.description import KINDS
from cycling.terms import Technology
from db.engine import Database
from db.facts import facts
from db.models import (
    Battery,
    BatteryDetails,
    BatteryLife,
    LeadAcid,
    Lithium,
    RedoxStack,
)
from db.models.battery_rows import CAPACITY_MAH, chemistry_of, size_cm2, with_capacity
from db.queries.batteries.filters import BatteryFilter, LifeFigure, narrowed
from db.queries.batteries.use import (
    RANKS,
    BatteryState,
    BatteryUse,
    battery_uses,
    places,
    state_ranks,
    uses_to_sort,
)
from db.queries.lists import Page, Sort, alphabetic, check_page


class BatterySortKey(StrEnum):
    """Columns of the table that can order it."""

    NAME = "name"
    SERIAL = "serial"
    TECHNOLOGY = "technology"
    MANUFACTURER = "manufacturer"
    MODEL = "model"
    CAPACITY = "capacity"
    STATE = "state"
    STATION = "station"
    LAST_CAPACITY = "last_capacity"
    RETENTION = "retention"
    EFC = "efc"
    RESISTANCE = "resistance"
    EXPERIMENTS = "experiments"
    LAST = "last"


TEXTS = (
    BatterySortKey.NAME,
    BatterySortKey.SERIAL,
    BatterySortKey.MANUFACTURER,
    BatterySortKey.MODEL,
)
FIGURES = tuple(BatterySortKey(one.value) for one in LifeFigure)


@dataclass(frozen=True)
class KeptLife(LifeNumbers):
    """What a battery has come to, as it is kept.

    `pending` experiments with measures are not in it yet.
    """

    experiments: int = 0
    pending: int = 0


@dataclass(frozen=True)
class BatteryRow:
    """One line of the table; V, A, Ah, cm2."""

    id: int
    name: str
    description: str
    technology: Technology
    cell_kind: CellKind
    chemistry: str
    manufacturer: str
    model: str
    serial_number: str
    capacity_ah: float | None
    electrode_size_cm2: float | None
    voltage_v: tuple[float, float]
    use: BatteryUse
    life: KeptLife


def list_batteries(
    database: Database,
    wanted: BatteryFilter,
    sort: Sort[BatterySortKey] | None = None,
    *,
    offset: int,
    limit: int,
) -> Page[BatteryRow]:
    """Return `limit` rows from `offset` on; without a sort those that were added last come first.

    Raises InputError for a negative offset or limit.
    """
    check_page(offset, limit)
    with database.read() as session:
        ids = _ids(session, wanted, sort, offset, limit)
        total = session.scalar(select(func.count(Battery.id))) or 0
        count = total
        if not wanted.is_empty:
            count = session.scalar(narrowed(select(func.count(Battery.id)), wanted)) or 0
        return Page(_rows(session, ids), count, total)


def count_by_technology(
    database: Database, wanted: BatteryFilter | None = None
) -> Mapping[Technology, int]:
    """Return how many batteries of each technology a filter lets through, whatever it asks for."""
    query = select(Battery.technology, func.count()).group_by(Battery.technology)
    with database.read() as session:
        others = (wanted or BatteryFilter()).of_any_technology
        return dict(session.execute(narrowed(query, others)).all())


def _ids(
    session: Session,
    wanted: BatteryFilter,
    sort: Sort[BatterySortKey] | None,
    offset: int,
    limit: int,
) -> Sequence[int]:
    query = narrowed(select(Battery.id), wanted)
    order: tuple[Any, ...] = (Battery.id.desc(),)
    if sort is not None:
        query, column = _sorted(session, query, sort.key)
        order = (column.desc(), Battery.id.desc()) if sort.descending else (column, Battery.id)
    return session.scalars(query.order_by(*order).offset(offset).limit(limit)).all()


def _sorted(
    session: Session, query: Select[int], key: BatterySortKey
) -> tuple[Select[int], SQLColumnExpression[Any]]:
    if key is BatterySortKey.CAPACITY:
        return with_capacity(query, Battery.id), CAPACITY_MAH
    if key in FIGURES:
        query = query.outerjoin(BatteryLife, BatteryLife.battery_id == Battery.id)
        return query, LifeFigure(key.value).column
    if key is BatterySortKey.STATE:
        ranks = state_ranks()
        query = query.outerjoin(ranks, ranks.c.battery == Battery.id)
        return query, func.coalesce(ranks.c.rank, RANKS[BatteryState.IDLE])
    if key is BatterySortKey.STATION:
        place = places()
        query = query.outerjoin(place, place.c.battery == Battery.id)
        return query, alphabetic(session, place.c.place)
    if key in (BatterySortKey.EXPERIMENTS, BatterySortKey.LAST):
        used = uses_to_sort()
        query = query.outerjoin(used, used.c.battery == Battery.id)
        return query, func.coalesce(used.c[str(key)], 0)
    columns: Mapping[BatterySortKey, SQLColumnExpression[Any]] = {
        BatterySortKey.NAME: Battery.name,
        BatterySortKey.SERIAL: Battery.serial_number,
        BatterySortKey.TECHNOLOGY: Battery.technology,
        BatterySortKey.MANUFACTURER: Battery.manufacturer,
        BatterySortKey.MODEL: Battery.model,
    }
    return query, alphabetic(session, columns[key]) if key in TEXTS else columns[key]


def _rows(session: Session, ids: Sequence[int]) -> tuple[BatteryRow, ...]:
    if not ids:
        return ()
    query: Any = (
        select(
            Battery.id,
            Battery.name,
            Battery.description,
            Battery.technology,
            Battery.manufacturer,
            Battery.model,
            Battery.serial_number,
            Battery.voltage_min_mv,
            Battery.voltage_max_mv,
            CAPACITY_MAH.label("capacity_mah"),
            RedoxStack.electrode_size_cm2_x100.label("electrode"),
            BatteryDetails.electrode_size_cm2.label("exact"),
            BatteryDetails.kind,
            BatteryDetails.chemistry.label("ours"),
            Lithium.chemistry.label("lithium"),
            LeadAcid.chemistry.label("lead_acid"),
            RedoxStack.electrolyte_type.label("stack"),
            BatteryLife,
        )
        .outerjoin(RedoxStack, RedoxStack.battery_id == Battery.id)
        .outerjoin(BatteryLife, BatteryLife.battery_id == Battery.id)
        .where(Battery.id.in_(ids))
    )
    found = session.execute(with_capacity(query, Battery.id))
    uses = battery_uses(session, ids)
    rows = {
        one.id: facts(
            BatteryRow,
            one,
            description=one.description or "",
            cell_kind=CellKind(one.kind) if one.kind else KINDS[one.technology][0],
            chemistry=chemistry_of(one.lithium or one.lead_acid or one.stack, one.ours),
            capacity_ah=None if one.capacity_mah is None else one.capacity_mah / 1000,
            electrode_size_cm2=size_cm2(one.electrode, one.exact),
            voltage_v=(one.voltage_min_mv / 1000, one.voltage_max_mv / 1000),
            use=uses.get(one.id, BatteryUse()),
            life=facts(KeptLife, one.BatteryLife) if one.BatteryLife else KeptLife(),
        )
        for one in found
    }
    return tuple(rows[id_] for id_ in ids if id_ in rows)
