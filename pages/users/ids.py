"""Ids of the page of users, whose parts live in several files."""

from components.sent import PatternId
from pages.ask import AskIds


class Ids:
    """Ids of this page."""

    LIST = "users-list"
    COUNT = "users-count"

    # The button that asks for a deed on a user; of "add" that of nobody, 0:
    do = PatternId("users-do", "do", "of")
    field = PatternId("users-field", "name")  # a field of the dialog


ASK = AskIds("users")  # for admins; `assets/js/users.js` knows the question and its button
