"""From text to tree: every error at once, each with its line, column and what to write instead."""

from dataclasses import dataclass, field
from functools import lru_cache

from cycling.profile.language.line_reader import INSTRUCTIONS, LineReader, suggestion
from cycling.profile.language.settings import (
    parse_end_test,
    parse_record,
    parse_repeat,
    parse_safety,
)
from cycling.profile.language.step import MODES, parse_step
from cycling.profile.language.tokens import Line, lines_of
from cycling.profile.language.tree import (
    DEEPEST,
    EndTest,
    Item,
    Profile,
    Record,
    Repeat,
    Safety,
    Step,
)
from cycling.profile.problems import Findings, Place, Problem, quoted

MAX_TEXT = 1_000_000  # characters
MAX_STEPS = 20_000
MAX_READABLE = 2_000  # steps that are checked beside lines with errors
_SYNONYMS = {
    **dict.fromkeys(("REST", "PAUSE", "OCV"), "WAIT"),
    **dict.fromkeys(("LOOP", "FOR"), "REPEAT"),
    **dict.fromkeys(("CHARGE", "DISCHARGE", "CCCV"), "CC"),
    "HOLD": "CV",
}


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a text says; no profile where there is an error.

    `readable` has then the steps of the lines that can be read, without their loops.
    """

    profile: Profile | None
    problems: tuple[Problem, ...]
    readable: Profile | None = None


@dataclass(slots=True)
class _Loop:
    """A loop whose END has not come yet; the whole profile is the outermost one."""

    place: Place
    count: int = 1
    counts_cycles: bool = False
    items: list[Item] = field(default_factory=list)
    lines: int = 0  # inside, also those that are wrong


def parse(text: str) -> Parsed:
    """Return the tree of a profile text, or what is wrong with it. Never raises."""
    findings = Findings()
    if len(text) > MAX_TEXT:
        place = Place(1)
        findings.error(
            place,
            f"The text has {len(text):,} characters; a profile has {MAX_TEXT:,} at most. "
            "Write what comes again with REPEAT.",
        )
        return Parsed(None, findings.sorted())
    parser = _Parser(findings)
    for line in lines_of(text, findings):
        parser.read(line)
        if findings.full or parser.steps > MAX_STEPS:
            break
    profile = parser.profile()
    if not findings.failed:
        return Parsed(profile, findings.sorted())
    steps = parser.readable[:MAX_READABLE]
    readable = Profile(tuple(steps), profile.safety, profile.record, profile.end_test)
    return Parsed(None, findings.sorted(), readable if steps else None)


@lru_cache(maxsize=2048)  # while somebody types, nearly all lines stay as they were
def _read_step(line: Line) -> tuple[Step | None, tuple[Problem, ...]]:
    findings = Findings()
    return parse_step(LineReader(line, findings)), findings.sorted()


class _Parser:
    """Takes line by line; open loops are a stack, so no depth of nesting recurses."""

    def __init__(self, findings: Findings) -> None:
        self.steps = 0
        self.readable: list[Step] = []
        self._findings = findings
        self._open = [_Loop(Place(1))]
        self._safety: Safety | None = None
        self._record: Record | None = None
        self._end_test: EndTest | None = None
        self._seen: set[str] = set()

    def read(self, line: Line) -> None:
        """Take one line."""
        reader = LineReader(line, self._findings)
        word = line.tokens[0].upper
        if word in MODES:
            self._step(reader)
        elif word == "REPEAT":
            self._repeat(reader)
        elif word == "END" and len(line.tokens) == 1:
            self._end(line.place)
        elif word in ("SAFETY", "RECORD", "END"):
            self._setting(reader, word)
        else:
            self._unknown(line)

    def _step(self, reader: LineReader) -> None:
        self.steps += 1
        if self.steps > MAX_STEPS:
            self._findings.error(
                reader.line.place, f"A profile has {MAX_STEPS:,} steps at most: use REPEAT."
            )
            return
        self._open[-1].lines += 1
        step, problems = _read_step(reader.line)
        self._findings.extend(problems)
        if step is not None:
            self._open[-1].items.append(step)
            self.readable.append(step)

    def _repeat(self, reader: LineReader) -> None:
        place = reader.line.place
        count, counts_cycles = parse_repeat(reader)
        if len(self._open) == DEEPEST + 1:
            self._findings.error(place, f"Loops are nested {DEEPEST} deep at most: end one before.")
        if counts_cycles and any(loop.counts_cycles for loop in self._open):
            self._findings.error(
                place, "A loop around this one counts the CYCLES already: write REPEAT without it."
            )
        self._open[-1].lines += 1
        self._open.append(_Loop(place, count, counts_cycles))

    def _end(self, place: Place) -> None:
        if len(self._open) == 1:
            self._findings.error(place, "No REPEAT is open here: remove this END.")
            return
        loop = self._open.pop()
        if not loop.lines:
            self._findings.error(loop.place, "The loop is empty: write steps before its END.")
        if len(self._open) <= DEEPEST:  # a tree that is too deep is never built
            items = tuple(loop.items)
            self._open[-1].items.append(Repeat(loop.count, loop.counts_cycles, items, loop.place))

    def _setting(self, reader: LineReader, word: str) -> None:
        """Take a line that holds for the whole profile."""
        name = "END TEST" if word == "END" else word
        place = reader.line.place
        if word == "END" and reader.line.tokens[1].upper != "TEST":
            self._findings.error(
                reader.line.tokens[1].place,
                "END stands alone on its line, or reads END TEST IF RETENTION < 80%.",
            )
            return
        if len(self._open) > 1:
            self._findings.error(place, f"{name} is for the whole profile: write it outside loops.")
        if name in self._seen:
            self._findings.error(place, f"{name} is there twice: keep one.")
        self._seen.add(name)
        if word == "SAFETY":
            self._safety = parse_safety(reader)
        elif word == "RECORD":
            self._record = parse_record(reader)
        else:
            self._end_test = parse_end_test(reader)

    def _unknown(self, line: Line) -> None:
        token = line.tokens[0]
        self._open[-1].lines += 1
        keywords = f"{', '.join(INSTRUCTIONS[:-1])} or {INSTRUCTIONS[-1]}"
        meant = _SYNONYMS.get(token.upper)
        hint = f" Did you mean {meant}?" if meant else suggestion(token.text, INSTRUCTIONS)
        self._findings.error(
            token.place, f"A line begins with {keywords}, not with {quoted(token.text)}.{hint}"
        )

    def profile(self) -> Profile:
        """Return what was read, and report what is missing at the end."""
        for loop in self._open[1 : DEEPEST + 1]:
            self._findings.error(loop.place, "This REPEAT has no END: write END after its steps.")
        whole = self._open[0]
        if not whole.lines:
            self._findings.error(
                Place(1), "The profile is empty: write an instruction, like WAIT, 600."
            )
        profile = Profile(tuple(whole.items), self._safety, self._record, self._end_test)
        if self._end_test and not any(
            isinstance(item, Repeat) and _counts(item) for item in profile.items
        ):
            self._findings.error(
                self._end_test.place,
                "END TEST is checked after each cycle, and no loop counts them: write "
                "REPEAT 100 CYCLES.",
            )
        return profile


def _counts(loop: Repeat[Step]) -> bool:
    """Whether the loop or one inside counts cycles."""
    return loop.counts_cycles or any(
        isinstance(item, Repeat) and _counts(item) for item in loop.items
    )
