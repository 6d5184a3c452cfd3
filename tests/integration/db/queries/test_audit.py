"""Reading the audit trail, and what of users an admin sees, on each engine."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from cycling.errors import ConflictError, NotFoundError
from db.commands import audit, users
from db.commands.audit import By
from db.engine import Database
from db.models import AuditEntry, LibraryProfile
from db.queries.audit import (
    AuditFilter,
    audit_actions,
    audit_page,
    audit_pieces,
    audit_users,
    names_now,
)
from db.queries.users import SessionLimits, find_account, list_accounts
from db.terms import Role
from tests.unit.dashboard.world import FakeHasher
from tests.unit.db.lab import at_once, statements

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
BY = By("ada", "10.0.0.7", NOW)
PASSWORD = "seven green cells"
LIMITS = SessionLimits(begun_after=NOW - timedelta(days=7), seen_after=NOW - timedelta(hours=12))
EVERYTHING = AuditFilter()
PLAIN = FakeHasher()


def done(database: Database, action: str, target: str = "x", *, at: datetime = NOW, **more) -> None:
    detail = more.pop("detail", {})
    by = replace(BY, now=at, **more)
    with database.write() as session:
        audit.record(session, by, action, target, detail)


@pytest.fixture
def trail(database: Database) -> Database:
    """Twelve rows; of each three one has the same time as the one before."""
    for number in range(12):
        done(
            database,
            "pause" if number % 2 else "stop",
            f"station {number}",
            at=NOW + timedelta(seconds=number - (number % 3 == 2)),
            user_name=("ada", "oscar", "vera")[number % 3],
            detail={"reason": f"Zelle {number} wärmer, 50 %"},
        )
    return database


def targets(page) -> list[int]:
    return [int(row.target.split()[1]) for row in page.rows]


def test_pages_follow_each_other_both_ways_without_a_gap(trail):
    newest = audit_page(trail, EVERYTHING, size=5)
    middle = audit_page(trail, EVERYTHING, before=newest.rows[-1].id, size=5)
    oldest = audit_page(trail, EVERYTHING, before=middle.rows[-1].id, size=5)
    seen = [targets(page) for page in (newest, middle, oldest)]
    assert seen == [[11, 10, 9, 8, 7], [6, 5, 4, 3, 2], [1, 0]]
    flags = [(page.has_newer, page.has_older) for page in (newest, middle, oldest)]
    assert flags == [(False, True), (True, True), (True, False)]
    assert {page.count for page in (newest, middle, oldest)} == {12}
    back = audit_page(trail, EVERYTHING, after=oldest.rows[0].id, size=5)
    assert (back.rows, back.has_newer, back.has_older) == (middle.rows, True, True)
    first = audit_page(trail, EVERYTHING, after=middle.rows[0].id, size=5)
    assert (first.rows, first.has_newer) == (newest.rows, False)


def test_going_to_newer_rows_ends_on_a_full_first_page(trail):
    third = audit_page(trail, EVERYTHING, size=5).rows[2]
    assert targets(audit_page(trail, EVERYTHING, after=third.id, size=5)) == [11, 10, 9, 8, 7]


@pytest.mark.parametrize("edge", [{"before": 10**8}, {"after": 10**8}])
def test_a_row_that_nobody_knows_leads_to_the_newest(trail, edge):
    page = audit_page(trail, EVERYTHING, size=3, **edge)
    assert (targets(page), page.has_newer) == ([11, 10, 9], False)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (AuditFilter(user_name="oscar"), [10, 7, 4, 1]),
        (AuditFilter(action="pause"), [11, 9, 7, 5, 3, 1]),
        (AuditFilter(user_name="oscar", action="stop"), [10, 4]),
        (AuditFilter(begin=NOW + timedelta(seconds=9)), [11, 10, 9]),
        (AuditFilter(end=NOW + timedelta(seconds=1)), [0]),
        (AuditFilter(text="Station 11"), [11]),
        (AuditFilter(text="wärmer"), [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]),
        (AuditFilter(text="zelle 7"), [7]),
        (AuditFilter(text="0 %"), [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]),
        (AuditFilter(text="OSCAR", action="stop"), [10, 4]),
        (AuditFilter(text="10.0.0.8"), []),
        (AuditFilter(text="_"), []),
        (AuditFilter(user_name="nobody"), []),
    ],
)
def test_filters_narrow_the_page_its_count_and_the_pieces(trail, wanted, found):
    page = audit_page(trail, wanted)
    assert (targets(page), page.count) == (found, len(found))
    pieces = list(audit_pieces(trail, wanted, size=3))
    assert [int(row.target.split()[1]) for piece in pieces for row in piece] == found
    assert all(len(piece) <= 3 for piece in pieces)


def test_the_choices_are_what_is_there(trail):
    assert audit_users(trail) == ("ada", "oscar", "vera")
    assert audit_actions(trail) == ("pause", "stop")


def test_a_deep_page_of_a_long_trail_is_read_by_an_index(database: Database):
    rows = [
        {
            "at": NOW + timedelta(seconds=number // 2),
            "user_name": f"user {number % 7}",
            "address": "",
            "action": f"action {number % 11}",
            "target": f"experiment {number % 500}",
            "detail": {},
        }
        for number in range(20_000)
    ]
    with database.write() as session:
        session.execute(insert(AuditEntry), rows)
    with statements(database) as sent:
        first = audit_page(database, EVERYTHING)
    assert (len(first.rows), first.count, len(queries(sent))) == (50, 20_000, 2)
    deep = first.rows[0].id - 18_000
    for wanted, index in (
        (EVERYTHING, "ix_bem_audit_at"),
        (AuditFilter(user_name="user 3"), "ix_bem_audit_user_name_at"),
        (AuditFilter(action="action 3"), "ix_bem_audit_action_at"),
    ):
        values: list = []
        with statements(database, values) as sent:
            assert len(audit_page(database, wanted, before=deep).rows) == 50
        assert len(queries(sent)) == 3
        explained = plan(database, sent[-1], values[-1])
        assert index in explained, (wanted, explained)
        assert "filesort" not in explained, wanted
        assert "TEMP B-TREE" not in explained, wanted


def queries(sent: list[str]) -> list[str]:
    return [one for one in sent if one.startswith("SELECT")]


def plan(database: Database, statement: str, values: tuple) -> str:
    if database.is_sqlite:
        explain = "EXPLAIN QUERY PLAN"
    else:
        explain = "EXPLAIN" if database.engine.dialect.is_mariadb else "EXPLAIN FORMAT=TRADITIONAL"
    with database.engine.connect() as connection:
        return str(connection.exec_driver_sql(f"{explain} {statement}", values).all())


def test_things_are_named_as_they_are_called_now(database: Database):
    with database.write() as session:
        session.add(LibraryProfile(name="Ageing", description="", user_name="ada", created_at=NOW))
    asked = ["library profile 1", "experiment 4711", "user ada", "battery x", "station 9999999999"]
    with statements(database) as sent:
        assert names_now(database, [*asked, "library profile 2"]) == {"library profile 1": "Ageing"}
    assert len(queries(sent)) == 2


def test_accounts_count_the_sessions_that_are_open(database: Database):
    for name, role in (("ada", Role.ADMIN), ("Vera", Role.VIEWER), ("bob", Role.VIEWER)):
        users.add_user(database, name, role, PASSWORD, hasher=PLAIN, by=BY)
    early = NOW - timedelta(days=3)
    for at in (early, NOW - timedelta(hours=1), NOW - timedelta(minutes=5)):
        users.sign_in(database, "vera", PASSWORD, address="", now=at, hasher=PLAIN)
    users.disable_user(database, "bob", by=BY)
    ada, vera, bob = list_accounts(database, LIMITS)
    assert [one.name for one in (ada, vera, bob)] == ["ada", "Vera", "bob"]
    assert (ada.sessions, ada.last_sign_in_at, ada.last_seen_at) == (0, None, None)
    assert (vera.sessions, vera.last_sign_in_at) == (2, NOW - timedelta(minutes=5))
    assert (bob.disabled, bob.sessions) == (True, 0)
    with statements(database) as sent:
        assert find_account(database, vera.id, LIMITS) == vera
    assert len(queries(sent)) == 1
    with pytest.raises(NotFoundError, match="no such user"):
        find_account(database, 4711, LIMITS)


def test_all_sessions_of_a_user_end_but_the_one_that_is_kept(database: Database):
    users.add_user(database, "vera", Role.VIEWER, PASSWORD, hasher=PLAIN, by=BY)
    here, *_others = (
        users.token_hash(
            users.sign_in(database, "vera", PASSWORD, address="", now=NOW, hasher=PLAIN)
        )
        for _ in range(3)
    )
    assert users.end_all_sessions(database, "vera", keep_session=here, by=BY) == 2
    assert list_accounts(database, LIMITS)[0].sessions == 1
    assert users.end_all_sessions(database, "VERA", by=BY) == 1
    last = audit_page(database, EVERYTHING).rows[0]
    assert (last.user_name, last.action, last.target) == ("ada", "end sessions", "user vera")
    assert last.detail == {"ended": "1"}
    with pytest.raises(NotFoundError):
        users.end_all_sessions(database, "nobody", by=BY)


def test_two_admins_who_disable_and_demote_each_other_leave_one(database: Database):
    for name in ("ada", "dora"):
        users.add_user(database, name, Role.ADMIN, PASSWORD, hasher=PLAIN, by=BY)
    for _ in range(5):
        results = at_once(
            [
                lambda: users.disable_user(database, "ada", by=BY),
                lambda: users.set_role(database, "dora", Role.VIEWER, by=BY),
            ]
        )
        assert sum(isinstance(result, ConflictError) for result in results) == 1
        admins = [
            one.name
            for one in list_accounts(database, LIMITS)
            if one.role is Role.ADMIN and not one.disabled
        ]
        assert len(admins) == 1
        users.enable_user(database, "ada", by=BY)
        users.set_role(database, "dora", Role.ADMIN, by=BY)
