"""Saying that the kept numbers of cycles hold no more: a worker makes them anew."""

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from db.models import CycleSummary


def outdate_summaries(session: Session, which: ColumnElement[bool]) -> None:
    """Mark the summaries of some experiments as of no method."""
    session.execute(update(CycleSummary).where(which).values(method=0))
