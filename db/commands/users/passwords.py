"""Which passwords are allowed, and how they are kept."""

import hashlib
import secrets
import unicodedata
from contextlib import suppress
from typing import Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from cycling.errors import InputError

SHORTEST, LONGEST, LEAST_DIFFERENT = 12, 200, 5  # characters
COMMON = (
    *("1234567890", "12345678", "1234", "abcd", "abc123", "qwertyuiop", "qwertz", "qwerty"),
    *("asdfgh", "password", "passwort", "passw0rd", "p@ssw0rd", "letmein", "welcome", "changeme"),
    *("secret", "administrator", "admin", "battery", "batteries"),
)
READABLE = "abcdefghijkmnpqrstuvwxyz23456789"  # nothing that is read as something else
GROUPS, GROUP = 4, 5
# What the password of an unknown user is compared with; nobody knows a password for it.
DUMMY_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1$xWLu9Czgsoy6cijv4JtTvA"
    "$G5T5iBqFra+K8kBLivflZbgoYGTkwltU2tBwQMzUx1w"
)


class Hasher(Protocol):
    """Turns passwords into what is stored, and compares."""

    def hash(self, password: str) -> str:
        """Return a salted hash."""

    def verify(self, stored: str, password: str) -> bool:
        """Whether the password made that hash."""


class Argon2:
    """Argon2id at 19 MiB and two passes: about 20 ms, so that 8 threads stay small and quick."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

    def hash(self, password: str) -> str:
        """Return a salted hash."""
        return self._hasher.hash(_same_everywhere(password))

    def verify(self, stored: str, password: str) -> bool:
        """Whether the password made that hash."""
        with suppress(VerificationError, InvalidHashError):
            return self._hasher.verify(stored, _same_everywhere(password))
        return False


ARGON2 = Argon2()


def check_password(password: str, name: str) -> None:
    """Raise InputError unless the password is allowed for this user."""
    if len(password) < SHORTEST:
        raise InputError(f"A password has at least {SHORTEST} characters.")
    if len(password) > LONGEST:
        raise InputError(f"A password has at most {LONGEST} characters.")
    if len(set(_unguessed(password, name))) < LEAST_DIFFERENT:
        raise InputError(
            "This password is easily guessed: it repeats a few characters, or is made of the user "
            "name or of well-known words. Take several words that do not belong together."
        )


def _unguessed(password: str, name: str) -> str:
    """Return what is left of a password without blanks, the user's name and well-known words."""
    left = "".join(password.casefold().split())
    words = (name.casefold(), *COMMON)
    for word in sorted((one for one in words if len(one) > 2), key=len, reverse=True):
        left = left.replace(word, "")
    return left


def generated_password(secret: str = "") -> str:
    """Return a password of 100 random bits that can be read aloud and typed.

    With the token of a form it is the form's own: who sends it twice is shown the one that counts.
    """
    seed = secret or secrets.token_hex(16)
    digest = hashlib.sha256(f"password {seed}".encode("utf-8", "surrogatepass")).digest()
    letters = [READABLE[byte % len(READABLE)] for byte in digest[: GROUPS * GROUP]]
    return "-".join("".join(letters[n * GROUP : (n + 1) * GROUP]) for n in range(GROUPS))


def _same_everywhere(password: str) -> bytes:
    """Return the same bytes for the same letters, however a keyboard composes them."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
