"""What the form of a new experiment offers: batteries, and stations with their queues."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, exists, literal, select, union_all
from sqlalchemy.orm import Session

from cycling.profile import StationCapabilities
from cycling.terms import NOT_ENDED, UNDER_WAY, StationState, Technology
from db.engine import Database
from db.facts import grouped
from db.models import Battery, ConfirmedBattery, CyclerStation, Experiment, Plan, StationLive, Unit
from db.models.battery_rows import CAPACITY_MAH, with_capacity
from db.queries.stations.capabilities import station_capabilities
from db.queries.stations.overview import overview
from db.queries.stations.queue import is_held, waiting
from db.queries.stations.state import AboutStation
from db.terms import PlanState

MEASURED = timedelta(seconds=60)  # before its last sign of life, or it is no voltage of now


@dataclass(frozen=True)
class Place:
    """A station in a few words; `runs`: it runs the battery."""

    id: int
    name: str
    runs: bool = False


@dataclass(frozen=True)
class OfferedBattery:
    """A battery as the form offers it; capacity in Ah.

    `confirmed_on` is where somebody said that it is connected, `bound_to` the station that runs it
    or has it in its queue: on another one it cannot be queued.
    """

    id: int
    name: str
    serial_number: str
    technology: Technology
    capacity_ah: float | None
    confirmed_on: Place | None
    bound_to: Place | None


@dataclass(frozen=True)
class OfferedStation(AboutStation):
    """A station as the form offers it: what it does now, and what it can carry out."""

    can: StationCapabilities

    @property
    def waiting(self) -> int:
        """How many experiments wait there, held ones too."""
        return len(self.now.queue) + len(self.now.held)

    @property
    def has_contact(self) -> bool:
        """Whether it is not known to be out of contact."""
        return self.now.online is not False and self.now.lost_at is None


def offered_batteries(
    database: Database, ids: Collection[int] | None = None
) -> tuple[OfferedBattery, ...]:
    """Return all batteries or some, by name and serial number."""
    with database.read() as session:
        confirmed, bound = _places(session)
        query = select(
            Battery.id,
            Battery.name,
            Battery.serial_number,
            Battery.technology,
            CAPACITY_MAH,
        ).order_by(Battery.name, Battery.serial_number, Battery.id)
        query = with_capacity(query, Battery.id)
        rows = session.execute(query if ids is None else query.where(Battery.id.in_(ids))).all()
    return tuple(
        OfferedBattery(
            id_,
            name,
            serial_number,
            technology,
            _amp_hours(capacity_mah),
            confirmed.get(id_),
            bound.get(id_),
        )
        for id_, name, serial_number, technology, capacity_mah in rows
    )


def offered_stations(database: Database) -> tuple[OfferedStation, ...]:
    """Return the stations in use, by name; never the one of imported experiments."""
    stations = overview(database)
    can = station_capabilities(database, [one.id for one in stations])
    return tuple(OfferedStation(one, can[one.id]) for one in stations if one.id in can)


@dataclass(frozen=True)
class AtRest:
    """The voltage (V) that a station measures while nothing runs there and nothing is queued.

    `battery_id` is the battery that somebody has confirmed there, None without one; `held_for` are
    those for which experiments are held: they begin first once theirs is confirmed.
    """

    voltage_v: float
    battery_id: int | None
    held_for: frozenset[int | None]

    def is_of(self, battery_id: int | None, *, connected: bool) -> bool:
        """Whether an experiment begins with it on a battery that is confirmed, or is with it."""
        if battery_id == self.battery_id:
            return battery_id is not None
        return connected and battery_id not in self.held_for


def voltages_at_rest(database: Database, station_ids: Collection[int]) -> dict[int, AtRest]:
    """Return the voltages that stations measure at rest, by station, with two statements.

    One that is heard need not measure.
    """
    if not station_ids:
        return {}
    confirmed, live, station = ConfirmedBattery, StationLive, CyclerStation.id
    queued = waiting().where(Plan.station_id == station, Plan.state == PlanState.QUEUED)
    runs = exists().where(Experiment.station_id == station, Experiment.status.in_(NOT_ENDED))
    of_live = (live.voltage_v, live.measured_at, live.seen_at, Unit.clock_offset_s)
    statement = (
        select(station, confirmed.battery_id, *of_live)
        .join(live, live.station_id == station)
        .outerjoin(confirmed, confirmed.station_id == station)
        .outerjoin(Unit, Unit.unit_id == CyclerStation.unit_id)
        .where(
            station.in_(station_ids),
            live.state == StationState.IDLE,
            live.output_on.is_(False),
            live.contact_lost_at.is_(None),
            live.voltage_v.is_not(None),
            live.measured_at.is_not(None),
            ~queued.exists(),
            ~runs,
        )
    )
    held_plans = select(Plan.station_id, Plan.battery_id).where(
        is_held(), Plan.station_id.in_(station_ids)
    )
    with database.read() as session:
        rows = session.execute(statement).all()
        held = grouped((row.station_id, row.battery_id) for row in session.execute(held_plans))
    return {
        row.id: AtRest(row.voltage_v, row.battery_id, frozenset(held.get(row.id, ())))
        for row in rows
        if row.measured_at - timedelta(seconds=row.clock_offset_s or 0.0) >= row.seen_at - MEASURED
    }


def _places(session: Session) -> tuple[Mapping[int | None, Place], Mapping[int | None, Place]]:
    """Return by the ids of batteries where they are confirmed, and where they run or wait."""
    confirmed = _on_station(select(ConfirmedBattery), ConfirmedBattery, "confirmed")
    waits = _on_station(waiting().where(Plan.battery_id.is_not(None)), Plan, "waits")
    runs = _on_station(
        select(Experiment).where(Experiment.status.in_(UNDER_WAY)), Experiment, "runs"
    )
    places: dict[str, dict[int | None, Place]] = {"confirmed": {}, "waits": {}, "runs": {}}
    for kind, battery_id, id_, name in session.execute(union_all(confirmed, waits, runs)):
        places[kind][battery_id] = Place(id_, name, kind == "runs")
    return places["confirmed"], places["waits"] | places["runs"]


def _on_station(
    query: Select[Any], row: type[ConfirmedBattery | Plan | Experiment], kind: str
) -> Select[str, int | None, int, str]:
    return (
        query.join(CyclerStation, CyclerStation.id == row.station_id)
        .with_only_columns(literal(kind), row.battery_id, CyclerStation.id, CyclerStation.name)
        .order_by(None)
    )


def _amp_hours(milli: float | None) -> float | None:
    return None if milli is None else milli / 1000
