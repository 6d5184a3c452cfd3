"""What a name, a comment and a text must be to be kept."""

from cycling.errors import InputError
from cycling.profile import Problem
from cycling.profile.problems import errors_in
from cycling.profile.summary import ProfileSummary, summarised, text_problems

LONGEST_NAME = 40
LONGEST_WORDS = 250  # of a description, a comment


class RefusedProfileError(InputError):
    """A profile cannot be used; `problems` has every error and warning with its place."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        errors = [one for one in problems if one.severity == "error"]
        more = f" ({len(errors) - 1} more)" if len(errors) > 1 else ""
        first = errors[0].sentence
        super().__init__(f"{first[0].upper()}{first[1:]}{more}")


def plain_lines(text: str) -> str:
    """Return a text with line feeds only, as an editor shows it."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def checked_summary(text: str) -> ProfileSummary:
    """Return what a text is about. Raises RefusedProfileError for one with errors."""
    problems = text_problems(text)
    if errors_in(problems):
        raise RefusedProfileError(problems)
    return summarised(text)


def checked_name(name: str) -> str:
    """Return a name without needless blanks. Raises InputError."""
    shown = " ".join(name.split())
    if not shown:
        raise InputError("The name is missing.")
    if len(shown) > LONGEST_NAME:
        raise InputError(f"The name has {len(shown)} characters; shorten it to {LONGEST_NAME}.")
    if not shown.isprintable():
        raise InputError("The name has a character that cannot be shown. Remove it.")
    return shown


def checked_words(words: str, what: str) -> str:
    """Return a description or a comment. Raises InputError naming it."""
    shown = words.strip()
    if len(shown) > LONGEST_WORDS:
        raise InputError(f"The {what} has {len(shown)} characters; shorten it to {LONGEST_WORDS}.")
    if not "".join(shown.split()).isprintable():
        raise InputError(f"The {what} has a character that cannot be shown. Remove it.")
    return shown
