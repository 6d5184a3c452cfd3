"""Import of PyBaMM experiments: sentences a line each, or the Python expression around them.

A tuple is a cycle there, so it becomes a loop that counts CYCLES. The syntax is that of PyBaMM's
documentation of `pybamm.Experiment` and `pybamm.step.string`.
"""

import ast
import re
from collections.abc import Callable

from cycling.profile.foreign.draft import Draft, Imported
from cycling.profile.foreign.pybamm_steps import NotExpressibleError, call, sentence, split_period
from cycling.profile.language.parser import MAX_TEXT
from cycling.profile.language.tokens import plain_characters
from cycling.profile.problems import Place, quoted

DEEPEST_EXPRESSION = 20
_PYTHON = re.compile(r"\ufeff?\s*(?:#.*\s+)*(?:[\[(]|[\w.]+\(|\w+\s*=|import\s|from\s)")
_STEP_CALLS = ("current", "c_rate", "voltage", "power", "rest")


def from_pybamm(text: str) -> Imported:
    """Return a PyBaMM experiment in our language; what cannot be expressed is refused by name."""
    draft = Draft()
    if len(text) > MAX_TEXT:
        draft.findings.error(Place(1), f"The text is longer than {MAX_TEXT:,} characters.")
        return draft.finish()
    reader = _Reader(draft)
    if _PYTHON.match(text):
        reader.python(text.removeprefix("\ufeff"))
    else:
        reader.sentences(text)
    reader.end()
    return draft.finish()


class _Reader:
    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._periods: dict[str, Place] = {}
        self._terminations: list[tuple[str, Place]] = []
        self._period_of_all: tuple[str, Place] | None = None
        self._without_period = 0

    def sentences(self, text: str) -> None:
        """Read one step a line."""
        for number, line in enumerate(plain_characters(text).splitlines(), 1):
            step = line.split("#")[0].strip().rstrip(",").strip("\"' ")
            if step:
                column = line.index(step[0]) + 1
                self._step(step, Place(number, column, len(step)))

    def python(self, text: str) -> None:
        """Read a Python expression without executing it."""
        try:
            body = ast.parse(plain_characters(text)).body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            line = getattr(error, "lineno", None) or 1
            column = getattr(error, "offset", None) or 1
            self._draft.findings.error(
                Place(min(line, text.count("\n") + 1), max(column, 1)),
                "This is no Python expression that can be read: write a list of steps, like "
                '["Rest for 1 hour"].',
            )
            return
        values = [one.value for one in body if isinstance(one, ast.Assign | ast.Expr)]
        experiments = [one for one in values if _has_experiment(one)]
        lists = experiments or values
        if len(lists) != 1:
            self._draft.findings.error(
                Place(1), "There must be one list of steps in the text, or one Experiment."
            )
            return
        self._element(lists[0], 0)

    def _element(self, node: ast.expr, depth: int, *, in_cycle: bool = False) -> None:
        """Read a list, a tuple, a repetition, a sum, a call or a sentence."""
        place = _place(node)
        if depth > DEEPEST_EXPRESSION:
            self._draft.refuse(place, "The expression is nested too deep.")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            self._step(node.value, place)
        elif isinstance(node, ast.Call):
            self._call(node, depth)
        elif not in_cycle and _is_cycle(node):
            self._loop(node, 1, depth, counts_cycles=True)
        elif isinstance(node, ast.List | ast.Tuple):
            for element in node.elts:
                self._element(element, depth + 1, in_cycle=in_cycle)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            for side in (node.left, node.right):
                self._element(side, depth + 1, in_cycle=in_cycle)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            self._repetition(node, depth, in_cycle)
        else:
            self._draft.refuse(place, f"{quoted(ast.unparse(node))} cannot be expressed.")

    def _repetition(self, node: ast.BinOp, depth: int, in_cycle: bool) -> None:
        count = node.right
        if not (isinstance(count, ast.Constant) and type(count.value) is int):
            self._draft.refuse(_place(count), "A repetition has a whole number on its right.")
            return
        inner = node.left
        if isinstance(inner, ast.List) and len(inner.elts) == 1 and _is_cycle(inner.elts[0]):
            self._loop(inner.elts[0], count.value, depth, counts_cycles=not in_cycle)
        else:
            self._loop(inner, count.value, depth, in_cycle=in_cycle)

    def _loop(
        self,
        node: ast.expr,
        count: int,
        depth: int,
        *,
        counts_cycles: bool = False,
        in_cycle: bool = False,
    ) -> None:
        place = _place(node)
        self._draft.add(f"REPEAT {count}{' CYCLES' if counts_cycles else ''}", place)
        self._element(node, depth + 1, in_cycle=in_cycle or counts_cycles)
        self._draft.add("END", place)

    def _call(self, node: ast.Call, depth: int) -> None:
        name = ast.unparse(node.func).rsplit(".", 1)[-1]
        if name == "Experiment" and len(node.args) == 1:
            self._settings(node)
            self._element(node.args[0], depth + 1)
        elif name == "string" and len(node.args) == 1 and not node.keywords:
            self._element(node.args[0], depth + 1)
        elif name in _STEP_CALLS:
            self._step_call(name, node)
        else:
            self._draft.refuse(_place(node), f"{name}(...) cannot be expressed.")

    def _step_call(self, name: str, node: ast.Call) -> None:
        place = _place(node)
        arguments = {one.arg or "**": _texts(one.value) for one in node.keywords}
        unknown = [one for one in arguments if one not in ("duration", "termination", "value")]
        if unknown:
            self._draft.refuse(place, f"{unknown[0]} of pybamm.step.{name} cannot be expressed.")
            return
        values = [
            *(_texts(one)[0] for one in node.args if _texts(one)),
            *arguments.get("value", []),
        ]
        self._add(lambda: call(name, values[0] if values else None, arguments), place)

    def _settings(self, node: ast.Call) -> None:
        for keyword in node.keywords:
            place, texts = _place(keyword.value), _texts(keyword.value)
            if keyword.arg == "period" and len(texts) == 1:
                self._period_of_all = (texts[0], place)
            elif keyword.arg == "termination":
                self._terminations += [(one, place) for one in texts]
            elif texts:
                self._draft.refuse(place, f"{keyword.arg} of Experiment cannot be expressed.")

    def _step(self, text: str, place: Place) -> None:
        step, period = split_period(text)
        if period is not None:
            self._periods.setdefault(period, place)
        else:
            self._without_period += 1
        self._add(lambda: sentence(step), place)

    def _add(self, line: Callable[[], str], place: Place) -> None:
        try:
            self._draft.add(line(), place)
        except NotExpressibleError as error:
            self._draft.refuse(place, f"Cannot be expressed: {error}.")

    def end(self) -> None:
        """Add what holds for the whole experiment."""
        periods = dict(self._periods)
        if self._period_of_all and (self._without_period or not periods):
            periods.setdefault(*self._period_of_all)
        elif periods and self._without_period:
            periods.setdefault("1 minute", next(iter(periods.values())))  # PyBaMM's own
        if periods:
            period, place = next(iter(periods.items()))
            if len(periods) > 1:
                self._draft.findings.error(
                    place, "Periods that differ from step to step cannot be expressed: use one."
                )
            self._draft.add(f"RECORD {period.replace(' ', '')}", place)
        for text, place in self._terminations:
            share = text.replace(" ", "").removesuffix("capacity")
            if share == text.replace(" ", "") or not share.endswith("%"):
                self._draft.refuse(place, f"The termination {quoted(text)} cannot be expressed.")
            else:
                self._draft.add(f"END TEST IF RETENTION < {share}", place)


def _is_cycle(node: ast.expr) -> bool:
    """Whether it is a tuple, or a sum or repetition of tuples."""
    while isinstance(node, ast.BinOp):
        node = node.left
    return isinstance(node, ast.Tuple)


def _has_experiment(node: ast.expr) -> bool:
    calls = [one for one in ast.walk(node) if isinstance(one, ast.Call)]
    return any(ast.unparse(one.func).endswith("Experiment") for one in calls)


def _place(node: ast.expr) -> Place:
    single = node.end_lineno == node.lineno and node.end_col_offset is not None
    length = (node.end_col_offset or 0) - node.col_offset if single else 1
    return Place(node.lineno, node.col_offset + 1, max(length, 1))


def _texts(node: ast.expr) -> list[str]:
    """Return texts and numbers that stand in an argument; None has none."""
    if isinstance(node, ast.List | ast.Tuple):
        return [text for one in node.elts for text in _texts(one)]
    if isinstance(node, ast.Constant) and node.value is None:
        return []
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    return [ast.unparse(node).replace(" ", "")]
