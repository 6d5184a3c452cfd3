"""Signing in at the same moment, on each engine."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from sqlalchemy import func, select

from cycling.errors import BemError, ConflictError
from db.commands import users
from db.commands.audit import By
from db.engine import Database
from db.models import LoginFailure, LoginSession, User
from db.queries.users import SessionLimits, list_users, signed_in
from db.terms import Role

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
BY = By("ada", "", NOW)
PASSWORD = "seven green cells"
EVER = SessionLimits(
    begun_after=datetime(2000, 1, 1, tzinfo=UTC), seen_after=NOW.replace(year=2000)
)


class PlainHasher:
    """Keeps passwords as they are."""

    def hash(self, password: str) -> str:
        return password

    def verify(self, stored: str, password: str) -> bool:
        return stored == password


PLAIN = PlainHasher()


@pytest.fixture
def store(database: Database) -> Database:
    for name in ("ada", "dora"):
        users.add_user(database, name, Role.ADMIN, PASSWORD, hasher=PLAIN, by=BY)
    return database


def at_once(tasks: list[Callable[[], object]]) -> list[object]:
    """Run the tasks at the same moment; return their results and the errors of ours."""
    barrier = Barrier(len(tasks))

    def run(task: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return task()
        except BemError as error:
            return error

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def test_a_one_time_address_signs_in_one_of_ten(store):
    token = users.make_login_link(store, "ada", now=NOW)
    results = at_once([lambda: users.use_login_link(store, token, address="", now=NOW)] * 10)
    assert sum(isinstance(result, str) for result in results) == 1
    assert sum(isinstance(result, users.SignInRefusedError) for result in results) == 9
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(LoginSession)) == 1


def test_guesses_at_the_same_moment_are_all_counted(store):
    def guess() -> str:
        return users.sign_in(store, "ada", "wrong", address="10.0.0.1", now=NOW, hasher=PLAIN)

    results = at_once([guess] * 16)
    heard = [type(result) for result in results]
    assert heard.count(users.SignInRefusedError) <= 10
    assert set(heard) <= {users.SignInRefusedError, users.TooManyTriesError}
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(LoginFailure)) <= 10


def test_two_admins_who_demote_each_other_leave_one(store):
    for _ in range(5):
        results = at_once(
            [
                lambda: users.set_role(store, "ada", Role.VIEWER, by=BY),
                lambda: users.set_role(store, "dora", Role.VIEWER, by=BY),
            ]
        )
        assert sum(isinstance(result, ConflictError) for result in results) == 1
        assert sorted(row.role for row in list_users(store)) == [Role.ADMIN, Role.VIEWER]
        for name in ("ada", "dora"):
            users.set_role(store, name, Role.ADMIN, by=BY)


@pytest.mark.parametrize("names", [["oscar"] * 5, ["oscar", "Oscar", "OSCAR", "oScar", "osCar"]])
def test_the_same_name_added_five_times_is_one_user(store, names):
    results = at_once(
        [
            lambda name=name: users.add_user(
                store, name, Role.VIEWER, PASSWORD, hasher=PLAIN, by=BY
            )
            for name in names
        ]
    )
    assert sum(isinstance(result, int) for result in results) == 1
    assert sum(isinstance(result, ConflictError) for result in results) == 4
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(User)) == 3


@pytest.mark.parametrize("name", ["ADA", "ada ", "adà", "Ada", "ada\x00", "%"])
def test_a_name_means_the_same_on_every_engine(store, name):
    def sign_in() -> str:
        return users.sign_in(store, name, PASSWORD, address="", now=NOW, hasher=PLAIN)

    if name.lower() == "ada":
        found = signed_in(store, users.token_hash(sign_in()), EVER)
        assert found is not None
        assert found.name == "ada"
    else:
        with pytest.raises(users.SignInRefusedError):
            sign_in()


def test_changing_a_password_ends_other_sessions_on_every_engine(store):
    def sign_in() -> str:
        token = users.sign_in(store, "ada", PASSWORD, address="", now=NOW, hasher=PLAIN)
        return users.token_hash(token)

    here, elsewhere = sign_in(), sign_in()
    users.change_password(
        store,
        PASSWORD,
        "another one!!",
        by=BY,
        keep_session=here,
        hasher=PLAIN,
    )
    assert signed_in(store, here, EVER) is not None
    assert signed_in(store, elsewhere, EVER) is None
    users.seen(store, here, now=NOW.replace(hour=15))
    assert list_users(store)[0].last_seen_at == NOW.replace(hour=15)
    users.sweep_sign_ins(store, EVER, now=NOW)
