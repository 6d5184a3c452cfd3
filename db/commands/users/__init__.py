"""Users, their passwords, and signing in."""

from db.commands.users.accounts import (
    add_user,
    change_password,
    disable_user,
    enable_user,
    set_password,
    set_role,
)
from db.commands.users.passwords import (
    ARGON2,
    SHORTEST,
    Hasher,
    check_password,
    generated_password,
)
from db.commands.users.sessions import (
    SEEN_EVERY,
    drop_session,
    end_all_sessions,
    end_session,
    seen,
    sweep_sign_ins,
    token_hash,
)
from db.commands.users.sign_in import (
    SignInRefusedError,
    TooManyTriesError,
    make_login_link,
    sign_in,
    use_login_link,
)

__all__ = [
    "ARGON2",
    "SEEN_EVERY",
    "SHORTEST",
    "Hasher",
    "SignInRefusedError",
    "TooManyTriesError",
    "add_user",
    "change_password",
    "check_password",
    "disable_user",
    "drop_session",
    "enable_user",
    "end_all_sessions",
    "end_session",
    "generated_password",
    "make_login_link",
    "seen",
    "set_password",
    "set_role",
    "sign_in",
    "sweep_sign_ins",
    "token_hash",
    "use_login_link",
]
