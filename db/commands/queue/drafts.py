"""Drafts of experiments: what a form says so far, to go on with later."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cycling.errors import ConflictError, InputError, NotFoundError
from cycling.names import MAX_NAME
from db.commands.audit import By
from db.commands.form_tokens import check_token
from db.commands.queue.plans import note
from db.engine import Database
from db.models import Plan
from db.queries.stations.queue import PlanFacts, plan_facts
from db.repeating import repeated
from db.terms import PlanState

LARGEST = 2_000_000  # characters of a form, with the text of its profile


def save_draft(
    database: Database, token: str, name: str, typed: Mapping[str, Any], *, by: By
) -> PlanFacts:
    """Keep what a form says, in place of what it said before, and return its draft.

    The same again changes nothing.
    Raises ConflictError once the form is queued.
    """
    check_token(token)
    if len(json.dumps(typed)) > LARGEST:
        raise InputError("The draft is too large to be kept. Shorten the profile.")
    try:
        return _save(database, token, name, typed, by)
    except IntegrityError:  # saved twice at once: the second time it is there
        return _save(database, token, name, typed, by)


@repeated
def discard_draft(database: Database, plan_id: int, *, by: By) -> None:
    """Delete a draft. Raises NotFoundError if it is none any more."""
    with database.write() as session:
        plan = session.get(Plan, plan_id, with_for_update=True)
        if plan is None or plan.state is not PlanState.DRAFT:
            raise NotFoundError("This draft is queued or discarded already.")
        note(session, plan, "discard draft", by)
        session.delete(plan)


@repeated
def _save(database: Database, token: str, name: str, typed: Mapping[str, Any], by: By) -> PlanFacts:
    with database.write() as session:
        if session.scalar(select(exists().where(Plan.token.like(f"{token}-%")))):
            raise ConflictError("What this form says is queued already. Begin a new one.")
        plan = session.scalars(select(Plan).where(Plan.token == token).with_for_update()).first()
        if plan is None:
            plan = _new(session, token, by)
        draft = (" ".join(name.split())[:MAX_NAME], {"typed": dict(typed)})
        if (plan.name, plan.detail) == draft:
            return plan_facts(plan)
        plan.name, plan.detail = draft
        plan.state_since = by.now
        session.flush()
        note(session, plan, "save draft", by=by)
        return plan_facts(plan)


def _new(session: Session, token: str, by: By) -> Plan:
    plan = Plan(
        token=token,
        state=PlanState.DRAFT,
        name="",
        description="",
        position=0,
        detail={},
        user_name=by.user_name[:60],
        created_at=by.now,
        state_since=by.now,
    )
    session.add(plan)
    session.flush()
    return plan
