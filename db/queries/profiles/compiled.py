"""What a profile says, for showing where an experiment stands in it.

A compiled profile never changes once an experiment uses it, so each process reads it once.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, groupby
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, Row, func, select
from sqlalchemy.orm import Session

from cycling.terms import LimitType, Mode
from db.engine import Database
from db.models import Experiment, Instruction, InstructionDetail, ProfileDetail

MAX_ROWS = 60_000  # that a process keeps; an unrolled profile may have 20,000

Loops = tuple[tuple[int, int], ...]  # (this iteration, of how many), outermost first


@dataclass(frozen=True, slots=True)
class CompiledRow:
    """One step as it is executed: A, V, W; limits as (kind, value) in base units.

    `line` is that of the profile's text, `expected_s` and `longest_s` are None where not known.
    A time that is too long for one row of the table is in several: `id` is that of the first,
    `further` has those of the others, each with the seconds of the step before it.
    """

    id: int
    mode: Mode
    set_point: float
    limits: tuple[tuple[str, float], ...]
    max_current_a: float | None = None
    line: int | None = None
    cycle: int | None = None
    cycles: int | None = None
    loops: Loops = ()
    expected_s: float | None = None
    further: tuple[tuple[int, float], ...] = ()

    @property
    def ids(self) -> tuple[int, ...]:
        """The ids of its rows."""
        return (self.id, *(id_ for id_, _ in self.further))

    def before_s(self, instruction_id: int) -> float:
        """Return how many seconds of the step come before one of its rows."""
        return dict(self.further).get(instruction_id, 0.0)

    @property
    def longest_s(self) -> float | None:
        """Seconds after which it ends at the latest; None without a limit of time."""
        return min((value for kind, value in self.limits if kind == LimitType.TIME), default=None)

    @property
    def is_exact(self) -> bool:
        """Whether nothing but its time ends it."""
        return len(self.limits) == 1 and self.longest_s is not None

    @property
    def likely_s(self) -> float | None:
        """Seconds that it is expected to take: its time where nothing else ends it."""
        return self.longest_s if self.is_exact else self.expected_s


@dataclass(frozen=True)
class CompiledProfile:
    """The steps of a profile as they are executed, in their order, and what else it says.

    `safety` has what `protocol.messages.Safety` has as JSON, empty where there is none.
    """

    rows: tuple[CompiledRow, ...]
    expected_s: float | None
    safety: Mapping[str, Any]

    @cached_property
    def places(self) -> Mapping[int, int]:
        """Where an instruction stands in `rows`, by its id."""
        return {id_: place for place, row in enumerate(self.rows) for id_ in row.ids}

    @cached_property
    def lines(self) -> tuple[int, ...]:
        """The lines of the text that have instructions, in its order; none without a text."""
        known = (row.line for row in self.rows if row.line is not None)
        return tuple(sorted(set(known)))

    def likely_after_s(self, place: int) -> float | None:
        """Seconds that everything after a row is expected to take; None if that is not known."""
        return self._likely[place]

    def likely_before_s(self, place: int) -> float | None:
        """Seconds that everything before a row is expected to take; None if not known."""
        whole, after = self._likely_whole, self._likely[place]
        own = self.rows[place].likely_s
        return None if whole is None or after is None or own is None else whole - after - own

    def uncertain_before_s(self, place: int) -> float:
        """Seconds of that for which it is only expected that they end."""
        return (
            self._uncertain[0]
            + _guess_s(self.rows[0])
            - _guess_s(self.rows[place])
            - (self._uncertain[place])
        )

    def uncertain_after_s(self, place: int) -> float:
        """Seconds of what is likely after a row that end by something else than their time."""
        return self._uncertain[place]

    def is_exact_from(self, place: int) -> bool:
        """Whether a row and all after it end by their time alone."""
        return self.rows[place].is_exact and self._exact_after[place]

    def longest_after_s(self, place: int) -> float | None:
        """Seconds that everything after a row takes at the most; None if nothing bounds it."""
        return self._longest[place]

    @cached_property
    def _likely(self) -> list[float | None]:
        return _sums_after([row.likely_s for row in self.rows])

    @cached_property
    def _likely_whole(self) -> float | None:
        after, first = self._likely[0], self.rows[0].likely_s
        return None if after is None or first is None else first + after

    @cached_property
    def _uncertain(self) -> list[float]:
        sums = _sums_after([_guess_s(row) for row in self.rows])
        return [one or 0.0 for one in sums]

    @cached_property
    def _exact_after(self) -> list[bool]:
        counts = _sums_after([0.0 if row.is_exact else 1.0 for row in self.rows])
        return [not one for one in counts]

    @cached_property
    def _longest(self) -> list[float | None]:
        return _sums_after([row.longest_s for row in self.rows])


class _Kept:
    """The compiled profiles of one database, the least recently read ones dropped."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._outlines: dict[int, CompiledProfile] = {}

    def find(self, profile_ids: Collection[int]) -> dict[int, CompiledProfile]:
        with self._lock:
            found = {id_: self._outlines[id_] for id_ in profile_ids if id_ in self._outlines}
            for id_ in found:  # to the end of the line
                self._outlines[id_] = self._outlines.pop(id_)
        return found

    def add(self, compiled_profiles: Mapping[int, CompiledProfile]) -> None:
        with self._lock:
            self._outlines.update(compiled_profiles)
            held = sum(len(one.rows) for one in self._outlines.values())
            for id_ in list(self._outlines):
                if held <= MAX_ROWS:
                    break
                held -= len(self._outlines.pop(id_).rows)


_KEPT: WeakKeyDictionary[Engine, _Kept] = WeakKeyDictionary()


def compiled_profiles(
    database: Database, profile_ids: Collection[int]
) -> Mapping[int, CompiledProfile]:
    """Return compiled profiles by their ids, with at most two statements for all."""
    kept = _KEPT.setdefault(database.engine, _Kept())
    found = kept.find(profile_ids)
    missing = sorted(set(profile_ids) - found.keys())
    if missing:
        read = _read(database, missing)
        kept.add(read)
        found |= read
    return found


def _read(database: Database, ids: Collection[int]) -> dict[int, CompiledProfile]:
    with database.read() as session:
        instructions = instruction_rows(session, ids)
        whole = {
            row[0]: row
            for row in session.execute(
                select(
                    ProfileDetail.profile_id, ProfileDetail.expected_s, ProfileDetail.safety
                ).where(ProfileDetail.profile_id.in_(ids))
            )
        }
    rows: dict[int, list[CompiledRow]] = {id_: [] for id_ in ids}
    for step in steps_of(instructions):
        rows[step[0].profile_id].append(_row(step))
    nothing: tuple[int, None, dict[str, Any]] = (0, None, {})
    return {id_: CompiledProfile(tuple(rows[id_]), *(whole.get(id_, nothing)[1:])) for id_ in ids}


def instruction_rows(session: Session, profile_ids: Collection[int]) -> Sequence[Any]:
    """Return the instructions of profiles in their order, with what our own table says of each."""
    fixed, detail = Instruction, InstructionDetail
    same = (detail.profile_id == fixed.profile_id) & (detail.instruction_id == fixed.id)
    return session.execute(
        select(
            fixed.profile_id,
            fixed.id,
            fixed.mode,
            fixed.set_point,
            fixed.limit_type,
            fixed.limit_point,
            detail.exact,
            detail.line,
            detail.step,
            detail.cycle,
            detail.cycles,
            detail.loops,
            detail.expected_s,
        )
        .outerjoin(detail, same)
        .where(fixed.profile_id.in_(profile_ids))
        .order_by(fixed.profile_id, fixed.id)
    ).all()


def steps_of(rows: Iterable[Any]) -> list[list[Any]]:
    """Return the instructions of each step: several share a time that is too long for one row."""
    steps = groupby(rows, key=lambda row: (row.profile_id, row.step, row.step is None and row.id))
    return [list(step) for _, step in steps]


def shared_s(step: Sequence[Any]) -> list[float]:
    """Return the seconds of a step before each of its rows, and at the end all of them."""
    times_ms = (row.limit_point for row in step)
    return [sum_ms / 1000 for sum_ms in accumulate(times_ms, initial=0)]


def split_steps(session: Session, experiment_id: int) -> NDArray[np.int64]:
    """Return the first and the last instruction of each step that several share, shape (n, 2)."""
    detail = InstructionDetail
    ids = func.min(detail.instruction_id), func.max(detail.instruction_id)
    spans = session.execute(
        select(*ids)
        .join(Experiment, Experiment.profile_id == detail.profile_id)
        .where(Experiment.id == experiment_id, detail.step.is_not(None))
        .group_by(detail.step)
        .having(func.count() > 1)
        .order_by(ids[0])
    )
    return np.array([tuple(span) for span in spans], np.int64).reshape(-1, 2)


def _row(step: Sequence[Row[*tuple[Any, ...]]]) -> CompiledRow:
    row, is_split = step[0], len(step) > 1
    exact = row.exact or {}
    limits = tuple((one["type"], float(one["value"])) for one in exact.get("limits", ()))
    *before_s, whole_s = shared_s(step) if is_split else (0.0, 0.0)
    if is_split:
        limits = ((LimitType.TIME.value, whole_s),)
    return CompiledRow(
        id=row.id,
        mode=Mode(exact.get("mode", row.mode)),
        set_point=float(exact.get("set_point", row.set_point / 1000)),
        limits=limits or ((str(row.limit_type), row.limit_point / 1000),),
        max_current_a=exact.get("max_current"),
        line=row.line,
        cycle=row.cycle,
        cycles=row.cycles,
        loops=tuple((int(one), int(of)) for one, of in row.loops or ()),
        expected_s=row.expected_s,
        further=tuple((one.id, at_s) for one, at_s in zip(step[1:], before_s[1:], strict=True)),
    )


def _guess_s(row: CompiledRow) -> float:
    return 0.0 if row.is_exact else row.likely_s or 0.0


def _sums_after(values: Iterable[float | None]) -> list[float | None]:
    """Return for each place the sum of the values after it; None where one of them is unknown."""
    sums: list[float | None] = []
    total: float | None = 0.0
    for value in reversed(list(values)):
        sums.append(total)
        total = None if total is None or value is None else total + value
    return sums[::-1]


def profile_instructions(database: Database, experiment_id: int) -> Mapping[int, CompiledRow]:
    """Return the steps of an experiment's profile by the ids of their instructions."""
    with database.read() as session:
        profile_id = session.scalar(
            select(Experiment.profile_id).where(Experiment.id == experiment_id)
        )
    if profile_id is None:
        return {}
    rows = compiled_profiles(database, [profile_id])[profile_id].rows
    return {id_: row for row in rows for id_ in row.ids}


def counts_cycles(database: Database, experiment_id: int) -> bool:
    """Whether the profile of an experiment has a loop that counts cycles, of more than one."""
    profile = profile_instructions(database, experiment_id)
    return any((one.cycle or 0) > 1 for one in profile.values())
