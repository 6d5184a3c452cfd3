"""What forms keep: drafts, and experiments on one or several stations, all or none of them."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cycling.errors import ConflictError, InputError, NotFoundError
from cycling.names import MAX_NAME
from db.commands.audit import By
from db.commands.experiments import numbers
from db.commands.form_tokens import check_token
from db.commands.queue import rows
from db.commands.queue.confirm import confirm_within
from db.commands.queue.plans import NewPlan, add_within, checked
from db.engine import Database
from db.models import Battery, Plan
from db.queries.stations.queue import PlanFacts, plan_facts
from db.repeating import idempotent, repeated
from db.terms import PlanState

MOST = 40
LARGEST = 2_000_000  # characters of a form, with the text of its profile


class PairError(InputError):
    """What keeps one of several experiments from being queued; `place` counts from 0."""

    def __init__(self, place: int, text: str) -> None:
        super().__init__(text)
        self.place = place


@idempotent
def add_plans(
    database: Database,
    token: str,
    new: Sequence[NewPlan],
    *,
    connected: Collection[tuple[int, int]] = (),
    by: By,
) -> tuple[PlanFacts, ...]:
    """Queue or hold all experiments of a form, or none; the same again for its token.

    `connected` lists (station id, battery id) that the user says are connected: they are confirmed
    first. A draft of the same token is used up. Raises PairError naming the first that is refused.
    """
    numbered = [replace(one, token=f"{token}-{place}") for place, one in enumerate(new)]
    numbered = _checked(token, numbered)
    try:
        with database.write() as session:
            return _existing(session, token) or _add(session, token, numbered, connected, by)
    except IntegrityError:  # the same form, sent twice at once
        with database.read() as session:
            existing = _existing(session, token)
        if not existing:
            raise
        return existing


def _checked(token: str, new: Sequence[NewPlan]) -> list[NewPlan]:
    """Return the plans as they are kept. Raises InputError, PairError."""
    check_token(token)
    if not new:
        raise InputError("Choose a battery and a station.")
    if len(new) > MOST:
        raise InputError(f"{MOST} experiments at once are the most. Queue the others afterwards.")
    plans: list[NewPlan] = []
    for place, one in enumerate(new):
        with _at(place):
            plans.append(checked(one))
        for other in new[:place]:
            if one.battery_id is not None and one.battery_id == other.battery_id:
                raise PairError(place, "This battery is chosen twice. Choose another one.")
            if one.station_id is not None and one.station_id == other.station_id:
                raise PairError(place, "This station is chosen twice. Choose another one.")
    return plans


def _existing(session: Session, token: str) -> tuple[PlanFacts, ...]:
    rows = session.scalars(select(Plan).where(Plan.token.like(f"{token}-%")).order_by(Plan.id))
    return tuple(plan_facts(plan) for plan in rows)


def _add(
    session: Session,
    token: str,
    new: Sequence[NewPlan],
    connected: Collection[tuple[int, int]],
    by: By,
) -> tuple[PlanFacts, ...]:
    _take_all(session, new)
    number = _use_up_draft(session, token)
    added: list[PlanFacts] = []
    for place, one in enumerate(new):
        with _at(place):
            pair = (one.station_id or 0, one.battery_id or 0)
            if pair in connected:
                confirm_within(session, *pair, by=by)
            added.append(add_within(session, one, number=None if added else number, by=by))
    return tuple(added)


def _use_up_draft(session: Session, token: str) -> int | None:
    """Remove the draft of a form and return its number: the first experiment keeps it."""
    draft = session.scalars(
        select(Plan).where(Plan.token == token, Plan.state == PlanState.DRAFT).with_for_update()
    ).first()
    if draft is None:
        return None
    session.delete(draft)
    session.flush()
    return draft.experiment_id


def _take_all(session: Session, new: Sequence[NewPlan]) -> None:
    """Take hold of all batteries, then all stations, in the order in which everybody does."""
    battery_ids = {one.battery_id for one in new if one.battery_id is not None}
    session.scalars(
        select(Battery).where(Battery.id.in_(battery_ids)).order_by(Battery.id).with_for_update()
    ).all()
    station_ids = {one.station_id for one in new if one.station_id is not None}
    rows.take_stations(session, {*station_ids, *rows.confirmed_on(session, battery_ids)})


@contextmanager
def _at(place: int) -> Iterator[None]:
    """Say which of several experiments is refused."""
    try:
        yield
    except InputError as error:
        raise PairError(place, str(error)) from error


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
        rows.note(session, plan, "discard draft", by)
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
        plan.battery_id, plan.station_id = _first_pair(typed)
        plan.state_since, plan.state_by = by.now, by.user_name[:60]
        session.flush()
        rows.note(session, plan, "save draft", by=by)
        return plan_facts(plan)


def _first_pair(typed: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Return the battery and the station that a form names first: there its draft is shown."""
    pairs = typed.get("pairs")
    pair = next((one for one in pairs if isinstance(one, list)), []) if pairs else []
    battery, station = ([one if isinstance(one, int) else None for one in pair] + [None] * 2)[:2]
    return battery, station


def _new(session: Session, token: str, by: By) -> Plan:
    plan = Plan(
        token=token,
        experiment_id=numbers.reserve(session, battery_id=None, now=by.now),
        name="",
        detail={},
        user_name=by.user_name[:60],
        created_at=by.now,
        state_since=by.now,
    )
    session.add(plan)
    session.flush()
    return plan
