"""What a form asks for, at once: experiments on one or several stations, all or none of them."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cycling.errors import InputError
from db.commands.audit import By
from db.commands.form_tokens import check_token
from db.commands.queue import rows
from db.commands.queue.confirm import confirm_within
from db.commands.queue.plans import NewPlan, add_within, checked
from db.engine import Database
from db.models import Battery, Plan
from db.queries.stations.queue import PlanFacts, plan_facts
from db.repeating import idempotent
from db.terms import PlanState

MOST = 40


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
    numbered = [
        replace(one, token=f"{token}-{place}", draft=False) for place, one in enumerate(new)
    ]
    numbered = _checked(token, numbered)
    try:
        with database.write() as session:
            return _known(session, token) or _add(session, token, numbered, connected, by)
    except IntegrityError:  # the same form, sent twice at once
        with database.read() as session:
            known = _known(session, token)
        if not known:
            raise
        return known


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


def _known(session: Session, token: str) -> tuple[PlanFacts, ...]:
    found = session.scalars(select(Plan).where(Plan.token.like(f"{token}-%")).order_by(Plan.id))
    return tuple(plan_facts(plan) for plan in found)


def _add(
    session: Session,
    token: str,
    new: Sequence[NewPlan],
    connected: Collection[tuple[int, int]],
    by: By,
) -> tuple[PlanFacts, ...]:
    _take_all(session, new)
    session.execute(delete(Plan).where(Plan.token == token, Plan.state == PlanState.DRAFT))
    added = []
    for place, one in enumerate(new):
        with _at(place):
            pair = (one.station_id or 0, one.battery_id or 0)
            if pair in connected:
                confirm_within(session, *pair, by=by)
            added.append(add_within(session, one, by=by))
    return tuple(added)


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
