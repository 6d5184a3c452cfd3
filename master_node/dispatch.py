"""What goes to stations: queued experiments, one at a time and never in doubt, and commands.

A stop is repeated until it is answered.
"""

import logging
from datetime import timedelta

from db.commands.alarms import raise_alarm
from db.commands.leases import LeaderLease, LeaderTransaction, leader_transaction
from db.commands.master_node.command_delivery import DueCommand, is_due, take_due
from db.commands.master_node.offers import (
    ANSWERED_WITHIN,
    forget_unanswered,
    free_stations,
    take_next,
)
from db.commands.queue import hold_back
from db.commands.stations.out_of_service import hold_queues_out_of_service
from db.engine import Database, database_now
from db.models import Experiment
from db.queries.stations.offers import offer_facts
from master_node.offers import UnofferableError, offer_of
from master_node.protocol.codec import MAX_BYTES, OutgoingMessage, encode
from master_node.protocol.messages import Command
from master_node.protocol.topics import Address, Kind

LOG = logging.getLogger("bem.master-node")


def dispatch(
    database: Database, lease: LeaderLease, max_bytes: int = MAX_BYTES[Kind.OFFER]
) -> list[OutgoingMessage]:
    """Return the offers to be sent now; each was noted in its own transaction."""
    with database.read() as session:
        stations = free_stations(session, database_now(session))
    offers = [_offer(database, lease, station_id, max_bytes) for station_id in stations]
    return [offer for offer in offers if offer is not None]


def expire_offers(database: Database, lease: LeaderLease) -> None:
    """Let offers that nobody answered be taken back, and hold what no station may take."""
    with leader_transaction(database, lease) as transaction:
        forget_unanswered(transaction.session, transaction.now)
        hold_queues_out_of_service(transaction.session, transaction.now)


def _offer(
    database: Database, lease: LeaderLease, station_id: int, max_bytes: int
) -> OutgoingMessage | None:
    with leader_transaction(database, lease) as transaction:
        experiment = take_next(transaction.session, station_id, lease.epoch, transaction.now)
        if experiment is None:
            return None
        try:
            return _message(transaction, experiment, lease.epoch, max_bytes)
        except UnofferableError as error:
            _hold_back(transaction, experiment, str(error))
            return None


def _message(
    transaction: LeaderTransaction, experiment: Experiment, epoch: int, max_bytes: int
) -> OutgoingMessage:
    facts = offer_facts(transaction.session, experiment)
    payload = encode(
        offer_of(facts, epoch, transaction.now + ANSWERED_WITHIN - timedelta(seconds=1))
    )
    if len(payload) > max_bytes:
        raise UnofferableError(
            f"its profile makes a message of {len(payload):,} bytes, and {max_bytes:,} are allowed"
        )
    LOG.info(
        "what=offer experiment=%s station=%s unit=%s",
        experiment.id,
        experiment.station_id,
        facts.hardware_id,
    )
    return OutgoingMessage(Address(facts.hardware_id, Kind.OFFER), payload)


def _hold_back(transaction: LeaderTransaction, experiment: Experiment, reason: str) -> None:
    experiment_id, station_id = experiment.id, experiment.station_id
    text = f"Experiment {experiment_id} cannot be sent to its station: {reason}."
    hold_back(transaction.session, experiment_id, text, now=transaction.now)
    alarm_refusal(transaction, experiment_id, station_id, text)


def alarm_refusal(
    transaction: LeaderTransaction, experiment_id: int, station_id: int, text: str
) -> None:
    """Alarm where an experiment does not get to its station."""
    raise_alarm(
        transaction.session,
        key=f"refused-{experiment_id}-{transaction.now.timestamp():.6f}",
        station_id=station_id,
        experiment_id=experiment_id,
        code="offer refused",
        text=text,
        at=transaction.now,
    )


def due_commands(database: Database, lease: LeaderLease) -> list[OutgoingMessage]:
    """Return the commands to be sent now; each is noted as sent already."""
    with database.read() as session:
        if not is_due(session, database_now(session)):
            return []
    with leader_transaction(database, lease) as transaction:
        due = take_due(transaction.session, transaction.now)
    return [_command(one, lease.epoch) for one in due]


def _command(due: DueCommand, epoch: int) -> OutgoingMessage:
    """Build the message; its expiry is by the unit's clock, as far as we know that."""
    expires_at = None
    if due.expires_at is not None:
        expires_at = due.expires_at.timestamp() + due.clock_offset_s
    command = Command(
        id=due.command_id,
        kind=due.kind,
        epoch=epoch,
        station=due.station_id,
        experiment=due.experiment_id,
        expires_at=expires_at,
        reason=due.reason,
    )
    LOG.info(
        "what=command command=%s kind=%s unit=%s station=%s",
        due.command_id,
        due.kind.value,
        due.hardware_id,
        due.station_id,
    )
    return OutgoingMessage.to(due.hardware_id, Kind.COMMAND, command)
