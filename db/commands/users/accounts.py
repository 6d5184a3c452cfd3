"""Adding users, changing what they may do, and their passwords."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cycling.errors import ConflictError, InputError
from db.commands.audit import By
from db.commands.users.passwords import ARGON2, Hasher, check_password
from db.commands.users.sessions import NAME, end_sessions, find_user, get_user, record
from db.commands.users.sign_in import Verified, forget_tries, refused, unchanged, verified
from db.engine import Database
from db.limits import USUAL, Limits
from db.models import User
from db.repeating import repeated
from db.terms import Role


@repeated
def add_user(
    database: Database, name: str, role: Role, password: str, *, by: By, hasher: Hasher = ARGON2
) -> int:
    """Add somebody who may sign in and return their id.

    Raises InputError for a name or password that is not allowed, ConflictError if the name is
    taken; upper and lower case are the same name.
    """
    if not NAME.fullmatch(name):
        raise InputError(
            "A user name has 1 to 60 letters (a to z), digits or the signs . _ - @ and no spaces, "
            "and at least one letter or digit."
        )
    check_password(password, name)
    user = User(name=name, role=role, password_hash=hasher.hash(password), created_at=by.now)
    taken = ConflictError(f"There is a user {name} already. Choose another name.")
    try:
        with database.write() as session:
            if find_user(session, name) is not None:  # SQLite tells upper and lower case apart
                raise taken
            session.add(user)
            session.flush()
            record(session, by, "add user", name, role=role)
    except IntegrityError as error:
        raise taken from error
    return user.id


@repeated
def set_role(database: Database, name: str, role: Role, *, by: By) -> None:
    """Give a user another role; it holds from their next request. The same one changes nothing.

    Raises NotFoundError, and ConflictError for the last admin.
    """
    with database.write() as session:
        user = _get_locked(session, name, leaves_admins=role is not Role.ADMIN)
        before, user.role = user.role, role
        if role is before:
            return
        record(session, by, "set role", user.name, role=role, before=before)


@repeated
def disable_user(database: Database, name: str, *, by: By) -> None:
    """Keep a user from signing in and end their sessions at once.

    Raises NotFoundError, and ConflictError for the last admin.
    """
    with database.write() as session:
        user = _get_locked(session, name, leaves_admins=True)
        user.disabled = True
        end_sessions(session, user.id)
        record(session, by, "disable user", user.name)


@repeated
def enable_user(database: Database, name: str, *, by: By) -> None:
    """Let a disabled user sign in again. Raises NotFoundError."""
    with database.write() as session:
        user = get_user(session, name)
        user.disabled = False
        record(session, by, "enable user", user.name)


@repeated
def set_password(
    database: Database, name: str, password: str, *, by: By, hasher: Hasher = ARGON2
) -> None:
    """Set somebody's password, as an admin does, and end their sessions.

    Raises InputError for a password that is not allowed, NotFoundError.
    """
    check_password(password, name)
    password_hash = hasher.hash(password)
    with database.write() as session:
        user = get_user(session, name)
        user.password_hash = password_hash
        forget_tries(session, user.name)
        end_sessions(session, user.id)
        record(session, by, "set password", user.name)


def change_password(
    database: Database,
    old: str,
    new: str,
    *,
    by: By,
    keep_session: str | None = None,
    hasher: Hasher = ARGON2,
    limits: Limits = USUAL,
) -> None:
    """Change one's own password and end one's other sessions.

    `keep_session` is the hash of the session that stays. Raises InputError for a wrong old and a
    new password that is not allowed, TooManyTriesError.
    """
    check_password(new, by.user_name)
    identity = verified(database, old, by=by, hasher=hasher, limits=limits)
    if identity is None:
        refused(database, "password change refused", by=replace(by, form_token=""))
        raise InputError("The old password is not right. Nothing was changed.")
    _replace_password(database, identity, hasher.hash(new), by=by, keep_session=keep_session)


@repeated
def _replace_password(
    database: Database,
    identity: Verified,
    password_hash: str,
    *,
    by: By,
    keep_session: str | None,
) -> None:
    with database.write() as session:
        user = unchanged(session, identity)
        if user is None:
            raise ConflictError("Your password was changed meanwhile. Sign in again.")
        forget_tries(session, user.name, by.address)
        user.password_hash = password_hash
        end_sessions(session, user.id, keep=keep_session)
        record(session, by, "change password", user.name)


def _get_locked(session: Session, name: str, *, leaves_admins: bool) -> User:
    """Return a user while nobody else changes who is admin; two admins may demote each other."""
    enabled = select(User.id).where(User.role == Role.ADMIN, User.disabled.is_(False))
    admins = session.scalars(enabled.order_by(User.id).with_for_update()).all()
    user = get_user(session, name)
    if leaves_admins and list(admins) == [user.id]:
        raise ConflictError(f"{user.name} is the last admin. Make somebody else admin first.")
    return user
