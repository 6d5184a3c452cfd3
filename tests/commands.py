"""What became of a command: its row, as the master node has left it."""

from datetime import timedelta

from db.engine import Database
from db.models import Command


def command_row(database: Database, command_id: int) -> Command:
    """Return the row of a command, for good."""
    with database.read() as session:
        row = session.get_one(Command, command_id)
        session.expunge(row)
        return row


def let_last(database: Database, command_id: int) -> int:
    """Let a command not expire while the test lasts; return its id."""
    with database.write() as session:
        row = session.get_one(Command, command_id)
        if row.expires_at is not None:
            row.expires_at += timedelta(hours=1)
    return command_id
