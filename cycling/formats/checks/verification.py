"""What verifying a whole file gives: its measures in figures, its problems, its picture."""

import math
from dataclasses import dataclass, replace
from typing import Any

from cycling.formats.checks.digest import Digest
from cycling.formats.checks.inferred import accepted
from cycling.formats.checks.preview import Preview
from cycling.formats.checks.sign import SignEvidence
from cycling.formats.columns.mapping import Channel, Mapping
from cycling.formats.problems import Problem
from cycling.formats.values.numbers import FloatArray


@dataclass(frozen=True)
class Verification:
    """What a whole file holds and what is wrong with it.

    `problems` are the first of each kind, `problem_count` counts all,
    `to_decide` the errors and questions among all. `mapping` is the one that
    was verified, with the sign of the current where the data decides it. `trust_clock` is what
    `read_measures` wants to know.
    """

    mapping: Mapping
    rows: int
    problems: tuple[Problem, ...]
    problem_count: int
    to_decide: int
    sign: SignEvidence
    starts_at: float | None
    duration_s: float
    median_interval_s: float
    channels: tuple[Channel, ...]
    preview: Preview
    trust_clock: bool
    digest: Digest
    parts: tuple[str, ...] = ()
    most_v: float = math.nan
    most_v_row: int | None = None
    most_a: float = math.nan
    most_ah: float = math.nan
    most_step_id: float = math.nan

    @property
    def ok(self) -> bool:
        """Whether it can be imported: no error and no open question."""
        return self.to_decide == 0

    @property
    def sign_text(self) -> str:
        """How the sign of the current was decided, in a sentence."""
        inferred = (one.text for one in self.mapping.inferred if one.kind == "sign")
        return next(inferred, self.sign.text)

    def with_problem(self, problem: Problem) -> "Verification":
        """This verification with one more problem, in front; a warning where it is accepted."""
        added = accepted(self.mapping, problem)
        return replace(
            self,
            problems=(added, *self.problems),
            problem_count=self.problem_count + 1,
            to_decide=self.to_decide + (added.severity != "warning"),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain dicts and lists; NaN becomes None."""
        return {
            "mapping": self.mapping.to_json(),
            "rows": self.rows,
            "problems": [problem.to_json() for problem in self.problems],
            "problem_count": self.problem_count,
            "to_decide": self.to_decide,
            "sign": {
                "agree": self.sign.agree,
                "contradict": self.sign.contradict,
                "verdict": self.sign.verdict,
                "text": self.sign_text,
            },
            "starts_at": self.starts_at,
            "duration_s": _plain(self.duration_s),
            "median_interval_s": _plain(self.median_interval_s),
            "channels": [list(channel) for channel in self.channels],
            "preview": {name: _listed(values) for name, values in vars(self.preview).items()},
            "trust_clock": self.trust_clock,
            "parts": list(self.parts),
            "digest": self.digest.to_json(),
            "most_v": _plain(self.most_v),
            "most_v_row": self.most_v_row,
            "most_a": _plain(self.most_a),
            "most_ah": _plain(self.most_ah),
            "most_step_id": _plain(self.most_step_id),
            "ok": self.ok,
        }


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _listed(values: FloatArray) -> list[float | None]:
    return [_plain(value) for value in values.tolist()]
