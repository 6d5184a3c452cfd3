"""Import and export of aurora-unicycler's JSON, as its API documentation describes it.

The JSON does not tell which loop counts cycles: here it is the innermost one that holds a charge
and a discharge.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from cycling.profile.foreign.draft import Draft, Imported
from cycling.profile.language.parser import MAX_TEXT
from cycling.profile.problems import Place, quoted

_STEP_KEY = re.compile(r'"step"\s*:')
_KNOWN = {
    "open_circuit_voltage": {"until_time_s"},
    "constant_current": {"rate_C", "current_mA", "until_time_s", "until_voltage_V"},
    "constant_voltage": {"voltage_V", "until_time_s", "until_rate_C", "until_current_mA"},
    "tag": {"tag"},
    "loop": {"loop_to", "start_step", "cycle_count"},
}
_SAFETY = {
    "VOLTAGE": ("min_voltage_V", "max_voltage_V", "V"),
    "CURRENT": ("min_current_mA", "max_current_mA", "mA"),
}


class _RefusedError(ValueError):
    """A part of the protocol has no words in our language."""


def from_unicycler(text: str) -> Imported:
    """Return a unicycler protocol in our language; what cannot be expressed is refused by name.

    The capacity of its sample is left out: here it is the battery's.
    """
    draft = Draft()
    protocol = _loaded(text, draft)
    if protocol is not None:
        _Reader(draft, _lines_of_steps(text)).read(protocol)
    return draft.finish()


def _loaded(text: str, draft: Draft) -> dict[str, Any] | None:
    if len(text) > MAX_TEXT:
        draft.findings.error(Place(1), f"The text is longer than {MAX_TEXT:,} characters.")
        return None
    try:
        protocol = json.loads(text.removeprefix("\ufeff"), parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        place = Place(getattr(error, "lineno", 1), getattr(error, "colno", 1))
        draft.findings.error(place, "This is no JSON that can be read.")
        return None
    method = protocol.get("method") if isinstance(protocol, dict) else None
    if not isinstance(method, list) or not all(isinstance(one, dict) for one in method):
        draft.findings.error(Place(1), 'A unicycler protocol has a list "method" of steps.')
        return None
    return dict(protocol)


def _lines_of_steps(text: str) -> list[int]:
    """Return the line of each step; the n-th key "step" is that of the n-th step."""
    return [text.count("\n", 0, match.start()) + 1 for match in _STEP_KEY.finditer(text)]


@dataclass(frozen=True, slots=True)
class _Piece:
    """Lines of ours for the steps from `first` to `last`, counted from 0."""

    first: int
    last: int
    lines: tuple[tuple[str, Place], ...]
    ways: frozenset[int] = frozenset()  # 1 where it charges, -1 where it discharges
    counts_cycles: bool = False


class _Reader:
    def __init__(self, draft: Draft, lines: list[int]) -> None:
        self._draft = draft
        self._lines = lines
        self._pieces: list[_Piece] = []
        self._tags: dict[str, int] = {}

    def read(self, protocol: dict[str, Any]) -> None:
        """Read a whole protocol into the draft."""
        self._settings(protocol)
        for number, step in enumerate(protocol["method"]):
            line = self._lines[number] if number < len(self._lines) else 1
            place = Place(line)
            try:
                self._step(number, step, place)
            except _RefusedError as error:
                message = f"Step {number + 1} cannot be expressed: {error}."
                self._draft.findings.error(place, message)
                self._pieces.append(_Piece(number, number, (("WAIT, 0", place),)))
        for piece in self._pieces:
            for line_text, place in piece.lines:
                self._draft.add(line_text, place)

    def _settings(self, protocol: dict[str, Any]) -> None:
        place = Place(1)
        own_names = {"unicycler", "sample", "record", "measurement", "safety", "method"}
        for name in sorted(set(protocol) - own_names):
            self._draft.findings.error(place, f"{quoted(name)} cannot be expressed.")
        record = _object(protocol.get("record") or protocol.get("measurement"))
        safety = _object(protocol.get("safety"))
        if (every := _text(record.pop("time_s", None))) is not None:
            volts = _text(record.pop("voltage_V", None))
            self._draft.add(f"RECORD {every}s" + (f" {volts}V" if volts else ""), place)
        limits = []
        for kind, (low_key, high_key, unit) in _SAFETY.items():
            low, high = _text(safety.pop(low_key, None)), _text(safety.pop(high_key, None))
            if low is not None and high is not None:
                limits.append(f"{kind} {low}{unit} {high}{unit}")
            elif low is not None or high is not None:
                self._draft.findings.error(
                    place, f"safety needs both {low_key} and {high_key}: SAFETY has two sides."
                )
        if limits:
            self._draft.add(f"SAFETY {' '.join(limits)}", place)
        for name, value in (*record.items(), *safety.items()):
            if value not in (None, ""):
                self._draft.findings.error(place, f"{quoted(str(name))} cannot be expressed.")

    def _step(self, number: int, step: dict[str, Any], place: Place) -> None:
        name = str(step.get("step"))
        if name not in _KNOWN:
            raise _RefusedError(f"{quoted(name)} is no step of ours")
        values = {key: _text(value) for key, value in step.items() if key not in ("step", "id")}
        extra = [key for key, value in values.items() if key not in _KNOWN[name] and value]
        if extra:
            raise _RefusedError(f"{quoted(extra[0])} of {name}")
        if name == "tag":
            self._tags[values.get("tag") or ""] = number
        elif name == "loop":
            self._loop(number, values, place)
        else:
            line_text = _instruction(name, values)
            way = (
                {-1}
                if line_text.startswith("CC, -")
                else {1}
                if name == "constant_current"
                else set()
            )
            self._pieces.append(_Piece(number, number, ((line_text, place),), frozenset(way)))

    def _loop(self, number: int, values: dict[str, str | None], place: Place) -> None:
        """Put a loop around the items from its target on."""
        target = values.get("loop_to") or values.get("start_step") or "1"
        if target in self._tags:
            start = self._tags[target]
        elif target.isascii() and target.isdigit() and 0 < int(target[:9]) <= number:
            start = int(target) - 1
        else:
            raise _RefusedError(f"it goes to {quoted(target)}, and there is no such step before it")
        before = [piece for piece in self._pieces if piece.first < start]
        inside = [piece for piece in self._pieces if piece.first >= start]
        if any(piece.last >= start for piece in before):
            raise _RefusedError("it begins inside an earlier loop")
        ways = frozenset(way for piece in inside for way in piece.ways)
        counts_within = any(piece.counts_cycles for piece in inside)
        counts = len(ways) == 2 and not counts_within
        word = " CYCLES" if counts else ""
        lines = [(f"REPEAT {values.get('cycle_count')}{word}", place)]
        lines += [line for piece in inside for line in piece.lines]
        lines.append(("END", place))
        self._pieces = [*before, _Piece(start, number, tuple(lines), ways, counts or counts_within)]


def _instruction(name: str, values: dict[str, str | None]) -> str:
    """Return the line for a step; a limit of 0 is none there."""
    until = {key: value for key, value in values.items() if value and not _is_zero(value)}
    time = [f"TIME, {until['until_time_s']}s"] if "until_time_s" in until else []
    if name == "open_circuit_voltage":
        return f"WAIT, {until.get('until_time_s', '')}s"
    if name == "constant_voltage":
        current = _current(until, "until_rate_C", "until_current_mA")
        limits = [f"CURRENT, {current.removeprefix('-')}"] if current else []
        return ", ".join(["CV", f"{values.get('voltage_V')}V", *limits, *time])
    volts = [f"VOLTAGE, {until['until_voltage_V']}V"] if "until_voltage_V" in until else []
    return ", ".join(["CC", _current(until, "rate_C", "current_mA") or "?", *volts, *time])


def _current(values: dict[str, str], rate_key: str, current_key: str) -> str | None:
    """Return a current in our spelling; where both are there the rate counts."""
    if rate := values.get(rate_key):
        return rate if "C" in rate.upper() else f"{rate}C"
    return f"{values[current_key]}mA" if current_key in values else None


def _is_zero(text: str) -> bool:
    return re.fullmatch(r"[+-]?0*\.?0*(?:[eE][+-]?\d+)?", text) is not None


def _object(value: object) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    """Return a value as text; None and the empty text are nothing."""
    text = "" if value is None else str(value).strip()
    return text.replace(" ", "") or None
