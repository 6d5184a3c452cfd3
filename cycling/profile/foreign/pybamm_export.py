"""Export to PyBaMM: the Python expression of an experiment, with sentences as its steps."""

from collections.abc import Iterator
from decimal import Context
from itertools import groupby

from cycling.profile.foreign.draft import Exported
from cycling.profile.language.quantities import MAX_DIGITS, RATE, Quantity, plain
from cycling.profile.language.tree import Item, Limit, LimitKind, Profile, Repeat, Step
from cycling.profile.problems import Findings
from cycling.terms import Mode

_ROUNDED = Context(prec=MAX_DIGITS)
_STATES = (LimitKind.VOLTAGE, LimitKind.CURRENT)


def to_pybamm(profile: Profile) -> Exported:
    """Return `pybamm.Experiment(...)` as text; what it cannot express is refused by line.

    A loop that counts CYCLES becomes tuples, which are PyBaMM's cycles.
    """
    writer = _Writer()
    steps = writer.listed(profile.items, "    ")
    arguments = [steps, *writer.settings(profile)]
    text = "pybamm.Experiment(\n    " + ",\n    ".join(arguments) + ",\n)\n"
    return Exported("" if writer.findings.failed else text, writer.findings.sorted())


class _Writer:
    def __init__(self) -> None:
        self.findings = Findings()

    def listed(self, items: tuple[Item, ...], indent: str, *, in_cycle: bool = False) -> str:
        """Return lists that are added and repeated; within a cycle they are tuples."""
        opening, closing = "()" if in_cycle else "[]"
        parts = []
        for is_step, group in groupby(items, lambda item: isinstance(item, Step)):
            if is_step:
                steps = [one for one in group if isinstance(one, Step)]
                lines = "".join(f'\n{indent}    "{self._sentence(one)}",' for one in steps)
                parts.append(f"{opening}{lines}\n{indent}{closing}")
            else:
                loops = [one for one in group if isinstance(one, Repeat)]
                parts += [self._loop(one, indent, in_cycle) for one in loops]
        return (" + " if in_cycle else f"\n{indent}+ ").join(parts)

    def _loop(self, loop: Repeat[Step], indent: str, in_cycle: bool) -> str:
        if loop.counts_cycles and not in_cycle:
            return f"[{self.listed(loop.items, indent + '    ', in_cycle=True)}] * {loop.count}"
        return f"({self.listed(loop.items, indent, in_cycle=in_cycle)}) * {loop.count}"

    def _sentence(self, step: Step) -> str:
        size = _size(step.set_point)
        if step.mode is Mode.WAIT:
            return f"Rest for {_time(step.set_point)}"
        verb = {
            Mode.CV: f"Hold at {size}",
            Mode.CC: f"{'Charge' if step.set_point.value > 0 else 'Discharge'} at {size}",
            Mode.CP: f"{'Charge' if step.set_point.value > 0 else 'Discharge'} at {size}",
        }[step.mode]
        if step.mode is not Mode.CV and not step.set_point.value:
            verb = "Rest"
        if step.max_current is not None:
            self.findings.error(step.max_current.place, "PyBaMM has no MAX: leave it out.")
        return " ".join([verb, *self._ends(step)])

    def _ends(self, step: Step) -> Iterator[str]:
        time = step.limit(LimitKind.TIME)
        states = [limit for limit in step.limits if limit.kind is not LimitKind.TIME]
        if time is not None:
            yield f"for {_time(time)}"
        for number, limit in enumerate(states):
            if not self._refused(limit, number):
                yield f"{'or ' if time is not None else ''}until {_size(limit.value)}"

    def _refused(self, limit: Limit, number: int) -> bool:
        if limit.kind not in _STATES:
            self.findings.error(
                limit.value.place, f"A sentence of PyBaMM cannot end by {limit.kind}."
            )
        elif number:
            self.findings.error(
                limit.value.place, "A sentence of PyBaMM takes one limit besides the time."
            )
        else:
            return False
        return True

    def settings(self, profile: Profile) -> Iterator[str]:
        """Yield the arguments for what holds for the whole profile."""
        if profile.safety:
            self.findings.error(profile.safety.place, "PyBaMM has no SAFETY: leave it out.")
        if profile.record:
            if profile.record.voltage:
                self.findings.error(
                    profile.record.place, "PyBaMM records by time only: write RECORD 5s."
                )
            yield f'period="{_time(profile.record.interval)}"'
        if profile.end_test:
            yield f'termination="{plain(profile.end_test.retention_percent)}% capacity"'


def _time(time: Quantity) -> str:
    return f"{plain(time.amount())} seconds"


def _size(quantity: Quantity) -> str:
    """Return a magnitude as PyBaMM reads it: `1.5 A`, `C/20`."""
    size = Quantity(abs(quantity.value), quantity.unit, quantity.divisor)
    if size.unit == "uA":
        return f"{plain(size.amount())} A"
    if size.unit == "kW":
        return f"{plain(size.amount())} W"
    if size.unit == RATE and size.divisor != 1 and size.value != 1:
        return f"{plain(_ROUNDED.divide(size.value, size.divisor))}C"
    return size.words
