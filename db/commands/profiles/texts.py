"""What a name, a comment and a text must be to be kept."""

from cycling.errors import InputError
from cycling.profile import Problem
from cycling.profile.problems import errors_in
from cycling.profile.summary import ProfileSummary, summarised, text_problems


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
