"""What the form of a new experiment offers: batteries, and stations with their queues."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from cycling.profile import StationCapabilities
from cycling.terms import ExperimentStatus, Technology
from db.engine import Database
from db.models import Battery, ConfirmedBattery, CyclerStation, Experiment, LeadAcid, Lithium, Plan
from db.queries.stations.capabilities import station_capabilities
from db.queries.stations.overview import overview
from db.queries.stations.queue import waiting
from db.queries.stations.state import StationNow

UNDER_WAY = (ExperimentStatus.RUNNING, ExperimentStatus.PAUSED)


@dataclass(frozen=True)
class Place:
    """A station in a few words."""

    id: int
    name: str


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
class OfferedStation:
    """A station as the form offers it: what it does now, and what it can carry out."""

    now: StationNow
    can: StationCapabilities

    @property
    def id(self) -> int:
        """Its CSID."""
        return self.now.id

    @property
    def name(self) -> str:
        """Its name."""
        return self.now.name

    @property
    def waiting(self) -> int:
        """How many experiments wait there, held ones too."""
        return len(self.now.queue) + len(self.now.held)


def offered_batteries(
    database: Database, ids: Collection[int] | None = None
) -> tuple[OfferedBattery, ...]:
    """Return all batteries or some, by name and serial number."""
    with database.read() as session:
        confirmed = _places(
            session.execute(
                select(ConfirmedBattery.battery_id, CyclerStation.id, CyclerStation.name).join(
                    CyclerStation, CyclerStation.id == ConfirmedBattery.station_id
                )
            )
        )
        runs = select(Experiment.battery_id, CyclerStation.id, CyclerStation.name).join(
            CyclerStation, CyclerStation.id == Experiment.station_id
        )
        waits = (
            waiting()
            .with_only_columns(Plan.battery_id, CyclerStation.id, CyclerStation.name)
            .join(CyclerStation, CyclerStation.id == Plan.station_id)
            .where(Plan.battery_id.is_not(None))
        )
        bound = {
            **_places(session.execute(waits)),
            **_places(session.execute(runs.where(Experiment.status.in_(UNDER_WAY)))),
        }
        query = (
            select(
                Battery.id,
                Battery.name,
                Battery.serial_number,
                Battery.technology,
                Lithium.capacity_mah,
                LeadAcid.capacity_mah,
            )
            .outerjoin(Lithium, Lithium.battery_id == Battery.id)
            .outerjoin(LeadAcid, LeadAcid.battery_id == Battery.id)
            .order_by(Battery.name, Battery.serial_number, Battery.id)
        )
        rows = session.execute(query if ids is None else query.where(Battery.id.in_(ids))).all()
    return tuple(
        OfferedBattery(
            id_,
            name,
            serial_number,
            technology,
            _amp_hours(lithium_mah if lithium_mah is not None else lead_acid_mah),
            confirmed.get(id_),
            bound.get(id_),
        )
        for id_, name, serial_number, technology, lithium_mah, lead_acid_mah in rows
    )


def offered_stations(database: Database) -> tuple[OfferedStation, ...]:
    """Return the stations in use, by name; never the one of imported experiments."""
    stations = overview(database)
    can = station_capabilities(database, [one.id for one in stations])
    return tuple(OfferedStation(one, can[one.id]) for one in stations if one.id in can)


def _places(rows: Iterable[Any]) -> dict[int, Place]:
    return {battery_id: Place(id_, name) for battery_id, id_, name in rows}


def _amp_hours(milli: float | None) -> float | None:
    return None if milli is None else milli / 1000
