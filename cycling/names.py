"""The one rule for names and descriptions that people give: of experiments, batteries, profiles."""

from cycling.errors import InputError

MAX_NAME, MAX_PROFILE_NAME, MAX_DESCRIPTION = 30, 40, 250


def check_name(text: str, what: str = "name", max_length: int = MAX_NAME) -> str:
    """Return a name on one line, with single blanks in it and none around it.

    Raises InputError for one that is empty, too long, or cannot be shown.
    """
    name = " ".join(text.split())
    if not name:
        raise InputError(f"The {what} is missing.")
    return _checked(name, what, max_length)


def check_description(
    text: str, what: str = "description", max_length: int = MAX_DESCRIPTION
) -> str:
    """Return a text without blanks around it; it may be empty and may have several lines.

    Raises InputError for one that is too long or cannot be shown.
    """
    return _checked(text.strip(), what, max_length)


def _checked(text: str, what: str, max_length: int) -> str:
    if len(text) > max_length:
        raise InputError(f"The {what} has {len(text)} characters; shorten it to {max_length}.")
    if not "".join(text.split()).isprintable():
        raise InputError(f"The {what} has a character that cannot be shown. Remove it.")
    return text
