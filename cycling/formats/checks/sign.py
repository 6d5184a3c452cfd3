"""Whether current above zero charges: what steps and states say, and when it has to be asked."""

from dataclasses import dataclass

from cycling.formats.checks.states import StateEvidence, Verdict
from cycling.formats.columns.mapping import Mapping
from cycling.formats.columns.recognise import SIGNED_FORMATS
from cycling.formats.problems import Problem

_CLEAR = 0.8
_LEAST_JUMPS = 3


@dataclass(frozen=True)
class SignEvidence:
    """Steps by the sign of their current and by what the voltage did in them."""

    rises_positive: int = 0
    falls_positive: int = 0
    rises_negative: int = 0
    falls_negative: int = 0
    has_current: bool = False
    jumps_along: int = 0
    jumps_against: int = 0

    @property
    def agree(self) -> int:
        """Steps in which current above zero charges."""
        return self.rises_positive + self.falls_negative

    @property
    def contradict(self) -> int:
        """Steps in which current above zero discharges."""
        return self.falls_positive + self.rises_negative

    @property
    def verdict(self) -> Verdict:
        """What the steps say."""
        steps = self.agree + self.contradict
        if not self.has_current:
            return "no current"
        if not steps:
            return self._by_jumps
        if self._unsigned:
            return "unsigned"
        if self.agree >= _CLEAR * steps:
            return "charge"
        return "discharge" if self.contradict >= _CLEAR * steps else "unclear"

    @property
    def _by_jumps(self) -> Verdict:
        """What the voltage does at once where the current jumps: a resistance adds to it."""
        jumps = self.jumps_along + self.jumps_against
        if jumps < _LEAST_JUMPS:
            return "no evidence"
        if self.jumps_along >= _CLEAR * jumps:
            return "charge"
        return "discharge" if self.jumps_against >= _CLEAR * jumps else "no evidence"

    @property
    def _unsigned(self) -> bool:
        """Never a negative current, though the voltage both rises and falls with it."""
        positive = self.rises_positive + self.falls_positive
        fewer = min(self.rises_positive, self.falls_positive)
        return (
            positive > 1
            and self.rises_negative + self.falls_negative == 0
            and (fewer > (1 - _CLEAR) * positive)
        )

    @property
    def text(self) -> str:
        """The evidence in one sentence, for the page."""
        if self.verdict == "no current":
            return "No current flows in this file."
        if self.verdict == "no evidence":
            return "No step shows whether the voltage rises or falls with the current."
        if not self.agree + self.contradict:
            jumps = self.jumps_along + self.jumps_against
            along = f"{self.jumps_along:,} of {jumps:,}"
            return f"Voltage and current jump the same way in {along} places."
        positive = self.rises_positive + self.falls_positive
        if positive:
            steps = _steps(self.rises_positive, positive)
            return f"Voltage rises in {steps} with a positive current."
        negative = self.rises_negative + self.falls_negative
        return f"Voltage falls in {_steps(self.falls_negative, negative)} with a negative current."


def _steps(count: int, of: int) -> str:
    return f"{count:,} of {of:,} {'step' if of == 1 else 'steps'}"


def decide_sign(
    mapping: Mapping,
    evidence: SignEvidence,
    state: StateEvidence | None = None,
    *,
    signed: bool = False,
) -> tuple[bool | None, Problem | None]:
    """Whether current above zero charges, or the question that the user has to answer.

    A format that is `signed` says itself that it does; the data may still contradict it.
    """
    signed = signed or mapping.format in SIGNED_FORMATS
    verdict = evidence.verdict
    by_state = state.verdict if state else "no evidence"
    if mapping.positive_is_charge is not None:
        return mapping.positive_is_charge, None
    if verdict == "no current" or by_state == "unsigned":
        return True, None
    if by_state in ("charge", "discharge") and not signed:
        return by_state == "charge", None
    if verdict == "unsigned":
        return None, Problem("question", _unsigned_text(evidence), code="unsigned")
    if signed:
        if evidence.contradict <= evidence.agree and by_state != "discharge":
            return True, None
        if evidence.contradict <= evidence.agree:
            return None, Problem("question", _contradicted_by_state_text(mapping), code="sign")
        return None, Problem("question", _contradicted_text(mapping, evidence), code="sign")
    if verdict in ("charge", "discharge"):
        return verdict == "charge", None
    text = f"{evidence.text} Choose whether current above zero charges or discharges."
    return None, Problem("question", text, code="sign")


def _unsigned_text(evidence: SignEvidence) -> str:
    steps = evidence.agree + evidence.contradict
    return (
        f"The current is never negative, though the voltage falls in {evidence.falls_positive:,} "
        f"of {steps:,} steps: the file seems to give the current without its sign. Export it with "
        "a signed current, or choose the sign if it is right as it is."
    )


def _contradicted_text(mapping: Mapping, evidence: SignEvidence) -> str:
    steps = evidence.agree + evidence.contradict
    return (
        f"In {mapping.format} a current above zero charges, but the voltage says the opposite in "
        f"{evidence.contradict:,} of {steps:,} steps. "
        "Choose whether current above zero charges or discharges."
    )


def _contradicted_by_state_text(mapping: Mapping) -> str:
    return (
        f"In {mapping.format} a current above zero charges, but its column of states says the "
        "opposite. Choose whether current above zero charges or discharges."
    )
