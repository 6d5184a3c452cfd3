"""Drafts of experiments: what forms said when they were kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from cycling.errors import NotFoundError
from db.engine import Database
from db.models import Plan
from db.terms import PlanState

LARGEST_ID = 2**31 - 1
MOST = 100


@dataclass(frozen=True)
class Draft:
    """What a form said when it was kept; `token` is the form's own."""

    id: int
    token: str
    name: str
    typed: Mapping[str, Any]
    user_name: str
    saved_at: datetime


def list_drafts(database: Database) -> tuple[Draft, ...]:
    """Return the drafts, the one saved last first; the newest hundred."""
    with database.read() as session:
        found = session.scalars(
            select(Plan)
            .where(Plan.state == PlanState.DRAFT)
            .order_by(Plan.state_since.desc(), Plan.id.desc())
            .limit(MOST)
        )
        return tuple(_draft(plan) for plan in found)


def find_draft(database: Database, plan_id: int) -> Draft:
    """Return a draft. Raises NotFoundError if it is none any more."""
    with database.read() as session:
        plan = session.get(Plan, plan_id) if 0 < plan_id <= LARGEST_ID else None
        if plan is None or plan.state is not PlanState.DRAFT:
            raise NotFoundError(f"There is no draft {plan_id}: it is queued or discarded.")
        return _draft(plan)


def _draft(plan: Plan) -> Draft:
    return Draft(
        plan.id,
        plan.token,
        plan.name,
        plan.detail.get("typed", {}),
        plan.user_name,
        plan.state_since,
    )
