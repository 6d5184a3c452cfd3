"""Refuses secrets that anybody could guess: examples, well-known words, short or repeated ones."""

import string
from collections.abc import Mapping, Sequence
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from bem.settings import Settings, secret_of
from cycling.errors import InputError
from db.limits import SHORTEST_KEY

EXAMPLE = "example-"  # how every secret in .cred.env.example begins
SHORTEST_IN_URL, SHORTEST_OF_ALL = 8, 16
KEY = "BEM_SECRET_KEY"
WELL_KNOWN = frozenset(
    {
        *("12345678", "123456789", "1234567890", "admin", "administrator", "batteries", "battery"),
        *("change-me", "change_me", "changeme", "letmein", "letmein1", "mariadb", "master-node"),
        *("mosquitto", "mysql", "p@ss/word#1", "passwort", "password", "password1", "password123"),
        *("qwertyui", "qwertyuiop", "root", "secret"),
    }
)
NEEDS_NO_ESCAPE = frozenset(string.ascii_letters + string.digits + "-._~")
MAKE_ONE = "`openssl rand -hex 24` makes one."


def check_settings(settings: Settings) -> None:
    """Raise InputError for a secret that is no secret.

    A database or broker on this machine may have a weak password, or none: a test's, a demo's.
    """
    for name, secret in (
        (KEY, settings.secret_key),
        ("BEM_METRICS_TOKEN", settings.metrics_token),
    ):
        if secret is not None and _is_example(secret):
            raise InputError(f"{name} holds the example's value. Put in one of your own.")
        if secret is not None and is_repeated(secret):
            raise InputError(
                f"{name} only repeats a few characters. Put in random ones. {MAKE_ONE}"
            )
    _check_url("BEM_DATABASE_URL", settings.database_url)
    if settings.mqtt_url is not None:
        _check_url("BEM_MQTT_URL", settings.mqtt_url)


def check_variables(environ: Mapping[str, str], names: Sequence[str]) -> None:
    """Raise InputError, naming each, unless all these variables hold secrets of their own.

    They must be usable in a URL as they are. NAME_FILE may name a file in place of NAME.
    """
    secrets = {name: secret_of(environ, name) or "" for name in names}
    wrong = [f"{name} {why}." for name, value in secrets.items() if (why := _why_not(name, value))]
    seen: dict[str, str] = {}
    for name, value in secrets.items():
        if value and seen.setdefault(value, name) != name:
            wrong.append(f"{name} is the same as {seen[value]}.")
    if wrong:
        raise InputError(" ".join([*wrong, f"Each needs a secret of its own: {MAKE_ONE}"]))


def _why_not(name: str, value: str) -> str | None:
    shortest = SHORTEST_KEY if name == KEY else SHORTEST_OF_ALL
    if not value:
        return "is not set"
    if _is_example(value):
        return "still holds the example's value"
    if is_repeated(value):
        return "only repeats a few characters"
    if not NEEDS_NO_ESCAPE.issuperset(value):
        return "may have letters, digits, and - . _ ~ only, because it stands in a URL"
    if len(value) < shortest:
        return f"has {len(value)} characters; give it at least {shortest} random ones"
    return None


def is_repeated(secret: str) -> bool:
    """Whether a secret is a shorter text several times over, as `changemechangeme` is."""
    return len(secret) > 1 and secret in (secret + secret)[1:-1]


def _is_example(secret: str) -> bool:
    return secret.lower().startswith(EXAMPLE)


def _check_url(name: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        is_readable = parts.port != 0
    except ValueError:
        is_readable = False
    if not is_readable or not parts.scheme.startswith(("mysql", "mariadb", "mqtt")):
        return  # whoever opens it says what is wrong with it
    password = unquote(parts.password or "")
    if _is_example(password):
        raise InputError(f"{name} has the example's password. Put in one of your own. {MAKE_ONE}")
    if _is_on_this_machine(parts):
        return
    why = _weakness(password, unquote(parts.username or ""))
    if why is not None:
        raise InputError(
            f"{name} goes to {parts.hostname}, and {why}. Give that account a password that nobody "
            f"guesses, and write it into {name}. {MAKE_ONE}"
        )


def _is_on_this_machine(parts: SplitResult) -> bool:
    """Whether nobody else's machine is involved, or the server knows us by something better."""
    host = parts.hostname or ""
    known_otherwise = {"unix_socket", "ssl_cert"} & parse_qs(parts.query).keys()
    local = host in ("", "localhost", "::1") or host.startswith("127.")
    return local or bool(known_otherwise)


def _weakness(password: str, user: str) -> str | None:
    if not password:
        return "has no password"
    if password.lower() in WELL_KNOWN or password.lower() == user.lower():
        return "its password is one that everybody tries first"
    if is_repeated(password):
        return "its password only repeats a few characters"
    if len(password) < SHORTEST_IN_URL:
        return f"its password has {len(password)} characters, fewer than {SHORTEST_IN_URL}"
    return None
