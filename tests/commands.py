"""What became of a command: its row, as the master node has left it."""

from db.engine import Database
from db.models import Command


def command_row(database: Database, command_id: int) -> Command:
    """Return the row of a command, for good."""
    with database.read() as session:
        row = session.get_one(Command, command_id)
        session.expunge(row)
        return row
