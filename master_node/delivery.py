"""Commands of people to their stations; a stop is repeated until it is answered."""

import logging

from db.clock import database_now
from db.commands.leases import LeaderLease, leader_transaction
from db.commands.master_node.command_delivery import DueCommand, is_due, take_due
from db.engine import Database
from master_node.protocol.codec import OutgoingMessage
from master_node.protocol.messages import Command
from master_node.protocol.topics import Kind

LOG = logging.getLogger("bem.master-node")


def due_commands(database: Database, lease: LeaderLease) -> list[OutgoingMessage]:
    """Return the commands to be sent now; each is noted as sent already."""
    with database.read() as session:
        if not is_due(session, database_now(session)):
            return []
    with leader_transaction(database, lease) as transaction:
        due = take_due(transaction.session, transaction.now)
    return [_message(one, lease.epoch) for one in due]


def _message(due: DueCommand, epoch: int) -> OutgoingMessage:
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
