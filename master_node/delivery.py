"""Commands of people to their stations; a stop is repeated until it is answered."""

import logging

from db.clock import database_now
from db.commands.leases import LeaderLease, leader_transaction
from db.commands.master_node.command_delivery import Sending, is_due, take_due
from db.engine import Database
from master_node.ingest import OutgoingMessage
from master_node.protocol.codec import encode
from master_node.protocol.messages import Command
from master_node.protocol.topics import Address, Kind

LOG = logging.getLogger("bem.master-node")


def due_commands(database: Database, lease: LeaderLease) -> list[OutgoingMessage]:
    """Return the commands to be sent now; each is noted as sent already."""
    with database.read() as session:
        if not is_due(session, database_now(session)):
            return []
    with leader_transaction(database, lease) as transaction:
        due = take_due(transaction.session, transaction.now)
    return [_message(sending, lease.epoch) for sending in due]


def _message(sending: Sending, epoch: int) -> OutgoingMessage:
    """Build the message; its expiry is by the unit's clock, as far as we know that."""
    expires_at = None
    if sending.expires_at is not None:
        expires_at = sending.expires_at.timestamp() + sending.clock_offset_s
    command = Command(
        id=sending.command_id,
        kind=sending.kind,
        epoch=epoch,
        station=sending.station_id,
        experiment=sending.experiment_id,
        expires_at=expires_at,
        reason=sending.reason,
    )
    LOG.info(
        "what=command command=%s kind=%s unit=%s station=%s",
        sending.command_id,
        sending.kind.value,
        sending.hardware_id,
        sending.station_id,
    )
    return OutgoingMessage(Address(sending.hardware_id, Kind.COMMAND), encode(command))
