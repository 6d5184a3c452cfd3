"""Ids of the page of users, whose parts live in several files."""

from typing import Any

from components.sent import Sent
from pages.ask import AskIds


class Ids:
    """Ids of this page."""

    LIST = "users-list"
    COUNT = "users-count"

    @staticmethod
    def do(deed: Sent, of: Sent) -> dict[str, Any]:
        """Id of the button that asks for a deed on a user; of "add" that of nobody, 0."""
        return {"type": "users-do", "do": deed, "of": of}

    @staticmethod
    def field(name: Sent) -> dict[str, Any]:
        """Id of a field of the dialog."""
        return {"type": "users-field", "name": name}


ASK = AskIds("users")  # for admins; `assets/js/users.js` knows the question and its button
