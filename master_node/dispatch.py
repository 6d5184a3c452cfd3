"""Queued experiments to their stations: one at a time, the oldest first, never in doubt."""

import logging
from datetime import timedelta

from db.clock import database_now
from db.commands.alarms import raise_alarm
from db.commands.leases import Hold, Turn, leading
from db.commands.master_node.offers import (
    ANSWERED_WITHIN,
    forget_unanswered,
    free_stations,
    take_next,
)
from db.commands.queue import hold_back
from db.commands.stations.out_of_service import hold_queues_out_of_service
from db.engine import Database
from db.models import Experiment
from db.queries.stations.offers import offer_facts
from master_node.ingest import Outgoing
from master_node.offers import UnofferableError, offer_of
from master_node.protocol.codec import LARGEST, encode
from master_node.protocol.topics import Address, Kind

LOG = logging.getLogger("bem.master-node")


def dispatch(
    database: Database, hold: Hold, most_bytes: int = LARGEST[Kind.OFFER]
) -> list[Outgoing]:
    """Return the offers to be sent now; each was noted in its own transaction."""
    with database.read() as session:
        stations = free_stations(session, database_now(session))
    offers = [_offer(database, hold, station_id, most_bytes) for station_id in stations]
    return [offer for offer in offers if offer is not None]


def tidy_offers(database: Database, hold: Hold) -> None:
    """Let offers that nobody answered be taken back, and hold what no station may take."""
    with leading(database, hold) as turn:
        forget_unanswered(turn.session, turn.now)
        hold_queues_out_of_service(turn.session, turn.now)


def _offer(database: Database, hold: Hold, station_id: int, most_bytes: int) -> Outgoing | None:
    with leading(database, hold) as turn:
        experiment = take_next(turn.session, station_id, hold.epoch, turn.now)
        if experiment is None:
            return None
        try:
            return _message(turn, experiment, hold.epoch, most_bytes)
        except UnofferableError as error:
            _hold(turn, experiment, str(error))
            return None


def _message(turn: Turn, experiment: Experiment, epoch: int, most_bytes: int) -> Outgoing:
    facts = offer_facts(turn.session, experiment)
    payload = encode(offer_of(facts, epoch, turn.now + ANSWERED_WITHIN - timedelta(seconds=1)))
    if len(payload) > most_bytes:
        raise UnofferableError(
            f"its profile makes a message of {len(payload):,} bytes, and {most_bytes:,} are allowed"
        )
    LOG.info(
        "what=offer experiment=%s station=%s unit=%s",
        experiment.id,
        experiment.station_id,
        facts.hardware_id,
    )
    return Outgoing(Address(facts.hardware_id, Kind.OFFER), payload)


def _hold(turn: Turn, experiment: Experiment, reason: str) -> None:
    experiment_id, station_id = experiment.id, experiment.station_id
    text = f"Experiment {experiment_id} cannot be sent to its station: {reason}."
    hold_back(turn.session, experiment_id, text, now=turn.now)
    raise_alarm(
        turn.session,
        mark=f"refused-{experiment_id}",
        station_id=station_id,
        experiment_id=experiment_id,
        code="offer refused",
        text=text,
        at=turn.now,
    )
