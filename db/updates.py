"""Changes that say which rows they expect: who changes no row was late."""

from sqlalchemy import CursorResult
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import UpdateBase


def count_changed(session: Session, change: UpdateBase) -> int:
    """Carry out an UPDATE or DELETE, past what the session has loaded; return how many rows."""
    result = session.execute(change, execution_options={"synchronize_session": False})
    return result.rowcount if isinstance(result, CursorResult) else 0
