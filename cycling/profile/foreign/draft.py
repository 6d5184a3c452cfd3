"""What imports from other languages share: lines of ours, each with its place in their text."""

from dataclasses import dataclass

from cycling.profile.language.parser import parse
from cycling.profile.language.render import render
from cycling.profile.language.tree import Profile
from cycling.profile.problems import Findings, Place, Problem, in_order


@dataclass(frozen=True, slots=True)
class Imported:
    """A profile in our language; empty where something cannot be expressed.

    The problems have their places in the text that was imported.
    """

    profile: Profile | None
    text: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Exported:
    """A text in the other language; empty where something cannot be expressed in it."""

    text: str
    problems: tuple[Problem, ...]


class Draft:
    """Lines of our language while another one is read."""

    def __init__(self) -> None:
        self.findings = Findings()
        self._lines: list[tuple[str, Place]] = []

    def add(self, line: str, place: Place) -> None:
        """Add a line that comes from this place."""
        self._lines.append((line, place))

    def refuse(self, place: Place, message: str) -> None:
        """Say what cannot be expressed, and keep its place in the sequence."""
        self.findings.error(place, message)
        self.add("WAIT, 0", place)

    def finish(self) -> Imported:
        """Read the lines as a profile; its problems get the places of the other text."""
        reading = parse("\n".join(line for line, _ in self._lines))
        problems = [*self.findings.sorted()]
        if not self._lines and problems:
            return Imported(None, "", in_order(problems))
        for one in reading.problems:
            line, place = self._lines[one.line - 1] if self._lines else ("", Place(1))
            message = f"{one.message} (read as: {line})" if line else one.message
            problems.append(Problem(place.line, place.column, place.length, message, one.severity))
        if reading.profile is None or self.findings.failed:
            return Imported(None, "", in_order(problems))
        return Imported(reading.profile, render(reading.profile), in_order(problems))
