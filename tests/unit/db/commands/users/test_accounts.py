"""Users and their passwords."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from cycling.errors import ConflictError, InputError, NotFoundError
from db.commands import users
from db.commands.audit import By
from db.limits import USUAL
from db.models import AuditEntry, LoginFailure, LoginLink, LoginSession, User
from db.queries.users import SessionLimits, list_users, signed_in
from db.terms import Role

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
BY = By("ada", "10.0.0.7", NOW)
FROM = {"address": "10.0.0.7", "now": NOW}
PASSWORD = "seven green cells"
LIMITS = SessionLimits(begun_after=NOW - timedelta(days=7), seen_after=NOW - timedelta(hours=12))


class PlainHasher:
    """Keeps passwords as they are."""

    def hash(self, password: str) -> str:
        return password

    def verify(self, stored: str, password: str) -> bool:
        return stored == password


PLAIN = PlainHasher()


@pytest.fixture
def store(sqlite_database):
    for name, role in (("ada", Role.ADMIN), ("vera", Role.VIEWER)):
        users.add_user(sqlite_database, name, role, PASSWORD, hasher=PLAIN, by=BY)
    return sqlite_database


def sign_in(store, name: str, password: str = PASSWORD) -> str:
    return users.token_hash(users.sign_in(store, name, password, hasher=PLAIN, **FROM))


def who(store, session_hash: str) -> str | None:
    found = signed_in(store, session_hash, LIMITS)
    return found and found.name


def count(store, table) -> int:
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(table))


def last_audit(store) -> tuple:
    with store.read() as session:
        row = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        return (row.user_name, row.address, row.action, row.target, row.detail)


def test_a_user_who_was_added_is_listed_and_recorded(store):
    user_id = users.add_user(store, "Oscar", Role.OPERATOR, PASSWORD, hasher=PLAIN, by=BY)
    assert [row.name for row in list_users(store)] == ["ada", "Oscar", "vera"]
    row = list_users(store)[1]
    assert (row.id, row.role, row.disabled) == (user_id, Role.OPERATOR, False)
    assert (row.created_at, row.last_seen_at) == (NOW, None)
    recorded = ("ada", "10.0.0.7", "add user", "user Oscar", {"role": "operator"})
    assert last_audit(store) == recorded


@pytest.mark.parametrize("name", ["vera", "VERA", "Vera"])
def test_a_name_that_is_taken_is_refused_in_any_case(store, name):
    with pytest.raises(ConflictError, match=f"There is a user {name} already."):
        users.add_user(store, name, Role.VIEWER, PASSWORD, hasher=PLAIN, by=BY)
    assert count(store, User) == 2


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "a" * 61, "vérà", "a\n", "<b>", "a/b", "a'b", "😀", "%00"]
)
def test_a_name_of_other_signs_is_refused(store, name):
    with pytest.raises(InputError, match="1 to 60 letters"):
        users.add_user(store, name, Role.VIEWER, PASSWORD, hasher=PLAIN, by=BY)


def test_names_of_all_allowed_signs_are_taken(store):
    for name in ("A-z_0.9@lab", "x", "y" * 60):
        users.add_user(store, name, Role.VIEWER, PASSWORD, hasher=PLAIN, by=BY)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "at least 12"),
        ("x" * 11, "at least 12"),
        ("x" * 201, "at most 200"),
        ("Maximilian.Lab", "easily guessed"),
        (" maximilian.lab ", "easily guessed"),
        ("maximilian.lab2maximilian.lab", "easily guessed"),
        ("a" * 12, "easily guessed"),
        (" " * 14, "easily guessed"),
        ("Password123456", "easily guessed"),
        ("qwertyuiop12", "easily guessed"),
    ],
)
def test_a_weak_password_is_refused_everywhere(store, password, reason):
    name = "maximilian.lab"
    with pytest.raises(InputError, match=reason):
        users.add_user(store, name, Role.VIEWER, password, hasher=PLAIN, by=BY)
    users.add_user(store, name, Role.VIEWER, PASSWORD, hasher=PLAIN, by=BY)
    with pytest.raises(InputError, match=reason):
        users.set_password(store, name, password, hasher=PLAIN, by=BY)
    with pytest.raises(InputError, match=reason):
        users.change_password(
            store, PASSWORD, password, hasher=PLAIN, by=replace(BY, user_name=name)
        )
    assert sign_in(store, name)


def test_passwords_of_12_and_200_characters_are_taken(store):
    for length in (12, 200):
        users.set_password(store, "vera", ("seven green cells" * 12)[:length], hasher=PLAIN, by=BY)


def test_a_role_is_changed_and_recorded(store):
    users.set_role(store, "vera", Role.OPERATOR, by=BY)
    assert {row.name: row.role for row in list_users(store)}["vera"] is Role.OPERATOR
    detail = {"role": "operator", "before": "viewer"}
    assert last_audit(store) == ("ada", "10.0.0.7", "set role", "user vera", detail)


def test_the_last_admin_stays_admin_and_enabled(store):
    for change in (
        lambda: users.set_role(store, "ada", Role.OPERATOR, by=BY),
        lambda: users.disable_user(store, "ada", by=BY),
    ):
        with pytest.raises(ConflictError, match="ada is the last admin"):
            change()
    users.set_role(store, "ada", Role.ADMIN, by=BY)
    ada = list_users(store)[0]
    assert (ada.role, ada.disabled) == (Role.ADMIN, False)


def test_a_disabled_admin_does_not_count(store):
    users.set_role(store, "vera", Role.ADMIN, by=BY)
    users.disable_user(store, "vera", by=BY)
    with pytest.raises(ConflictError):
        users.disable_user(store, "ada", by=BY)
    users.set_role(store, "vera", Role.VIEWER, by=BY)
    users.enable_user(store, "vera", by=BY)
    users.set_role(store, "vera", Role.ADMIN, by=BY)
    users.disable_user(store, "ada", by=BY)


def test_users_that_nobody_knows_are_not_found(store):
    for change in (
        lambda: users.set_role(store, "nobody", Role.ADMIN, by=BY),
        lambda: users.disable_user(store, "nobody", by=BY),
        lambda: users.enable_user(store, "nobody", by=BY),
        lambda: users.set_password(store, "nobody", PASSWORD, hasher=PLAIN, by=BY),
        lambda: users.make_login_link(store, "nobody", now=NOW),
    ):
        with pytest.raises(NotFoundError, match="There is no user nobody"):
            change()


def test_disabling_ends_sessions_and_voids_login_addresses(store):
    session = sign_in(store, "vera")
    token = users.make_login_link(store, "vera", now=NOW)
    users.disable_user(store, "vera", by=BY)
    assert who(store, session) is None
    users.enable_user(store, "vera", by=BY)
    assert who(store, session) is None
    with pytest.raises(users.SignInRefusedError):
        users.use_login_link(store, token, **FROM)
    assert who(store, sign_in(store, "vera")) == "vera"


def test_a_new_password_from_an_admin_ends_the_users_sessions(store):
    vera, ada = sign_in(store, "vera"), sign_in(store, "ada")
    users.set_password(store, "vera", "another password", hasher=PLAIN, by=BY)
    assert (who(store, vera), who(store, ada)) == (None, "ada")
    with pytest.raises(users.SignInRefusedError):
        sign_in(store, "vera")
    assert sign_in(store, "vera", "another password")
    users.set_password(store, "vera", PASSWORD, hasher=PLAIN, by=BY)
    assert last_audit(store) == ("ada", "10.0.0.7", "set password", "user vera", {})


def test_changing_ones_password_keeps_only_the_session_that_did_it(store):
    here, elsewhere, other = sign_in(store, "vera"), sign_in(store, "vera"), sign_in(store, "ada")
    users.change_password(
        store,
        PASSWORD,
        "another password",
        keep_session=here,
        hasher=PLAIN,
        by=replace(BY, user_name="vera"),
    )
    assert (who(store, here), who(store, elsewhere), who(store, other)) == ("vera", None, "ada")
    assert last_audit(store)[:4] == ("vera", "10.0.0.7", "change password", "user vera")
    assert count(store, LoginFailure) == 0


def test_a_wrong_old_password_changes_nothing_and_is_recorded(store):
    session = sign_in(store, "vera")
    with pytest.raises(InputError, match="The old password is not right"):
        users.change_password(
            store, "wrong", "another password", hasher=PLAIN, by=replace(BY, user_name="vera")
        )
    assert last_audit(store)[2] == "password change refused"
    assert who(store, session) == "vera"
    assert sign_in(store, "vera")


def test_who_has_stolen_a_session_cannot_guess_the_old_password_for_long(store):
    for _ in range(10):
        with pytest.raises(InputError, match="The old password is not right"):
            users.change_password(
                store, "wrong", "another password", hasher=PLAIN, by=replace(BY, user_name="vera")
            )
    with pytest.raises(users.TooManyTriesError):
        users.change_password(
            store, PASSWORD, "another password", hasher=PLAIN, by=replace(BY, user_name="vera")
        )


@pytest.mark.parametrize("limit", ["login_tries_per_user", "login_tries_per_address"])
def test_as_many_tries_as_are_set_and_no_more(store, limit):
    tries = {**FROM, "hasher": PLAIN, "limits": replace(USUAL, **{limit: 3})}
    for _ in range(3):
        with pytest.raises(users.SignInRefusedError) as said:
            users.sign_in(store, "vera", "wrong password", **tries)
        assert not isinstance(said.value, users.TooManyTriesError)
    with pytest.raises(users.TooManyTriesError):
        users.sign_in(store, "vera", PASSWORD, **tries)


def test_an_admin_who_disables_while_somebody_signs_in_wins(store):
    class Slow(PlainHasher):
        def verify(self, stored: str, password: str) -> bool:
            users.disable_user(store, "vera", by=BY)
            return super().verify(stored, password)

    with pytest.raises(users.SignInRefusedError):
        users.sign_in(store, "vera", PASSWORD, hasher=Slow(), **FROM)
    assert count(store, LoginSession) == 0


def test_an_admin_who_sets_a_password_while_the_user_changes_it_wins(store):
    class Slow(PlainHasher):
        def verify(self, stored: str, password: str) -> bool:
            users.set_password(store, "vera", "the admin's choice", hasher=PLAIN, by=BY)
            return super().verify(stored, password)

    with pytest.raises(ConflictError, match="changed meanwhile"):
        users.change_password(
            store, PASSWORD, "my own choice", hasher=Slow(), by=replace(BY, user_name="vera")
        )
    assert sign_in(store, "vera", "the admin's choice")


def test_signing_out_twice_is_recorded_once(store):
    session = sign_in(store, "vera")
    for _ in range(2):
        users.end_session(store, session, by=replace(BY, user_name="vera"))
    with store.read() as reading:
        actions = reading.scalars(select(AuditEntry.action)).all()
    assert actions.count("logout") == 1


def test_what_is_over_is_swept(store):
    early = {"address": "10.0.0.7", "now": NOW - timedelta(days=8)}
    users.sign_in(store, "vera", PASSWORD, hasher=PLAIN, **early)
    with pytest.raises(users.SignInRefusedError):
        users.sign_in(store, "vera", "wrong", hasher=PLAIN, **early)
    users.make_login_link(store, "vera", now=early["now"])
    current = sign_in(store, "vera")
    users.sweep_sign_ins(store, LIMITS, now=NOW)
    assert who(store, current) == "vera"
    tables = (LoginSession, LoginFailure, LoginLink)
    assert [count(store, table) for table in tables] == [1, 0, 0]


def test_long_names_and_addresses_do_not_make_the_audit_fail(store):
    with pytest.raises(users.SignInRefusedError):
        users.sign_in(store, "n" * 500, "wrong", address="f" * 500, now=NOW, hasher=PLAIN)
    assert last_audit(store)[:3] == ("(unknown)", "f" * 45, "login refused")
