"""Ids of the page of users, whose parts live in several files."""

from typing import Any

from components.sent import Sent


class Ids:
    """Ids of this page. `assets/js/users.js` knows SURE."""

    LIST = "users-list"
    COUNT = "users-count"
    ADD = "users-add"
    CHOSEN = "users-chosen"
    DONE = "users-done"
    ONCE = "users-once"
    GO = "users-go"
    DIALOG = "users-dialog"
    TITLE = "users-title"
    QUESTION = "users-question"
    ERROR = "users-error"
    KEEP = "users-keep"
    SURE = "users-sure"

    @staticmethod
    def do(deed: Sent, of: Sent) -> dict[str, Any]:
        """Id of the button that asks for a deed on a user."""
        return {"type": "users-do", "do": deed, "of": of}

    @staticmethod
    def field(name: Sent) -> dict[str, Any]:
        """Id of a field of the dialog."""
        return {"type": "users-field", "name": name}
