"""Users, their passwords, and signing in."""

from db.commands.form_tokens import token_hash
from db.commands.users.accounts import (
    add_user,
    change_password,
    disable_user,
    enable_user,
    set_password,
    set_role,
)
from db.commands.users.passwords import ARGON2, SHORTEST, Hasher, check_password, generated_password
from db.commands.users.sessions import (
    SEEN_EVERY,
    drop_session,
    end_all_sessions,
    end_session,
    seen,
    sweep_sign_ins,
)
from db.commands.users.sign_in import (
    SignInRefusedError,
    TooManyTriesError,
    make_login_link,
    sign_in,
    use_login_link,
)
