"""Golden cases: measures with what went in and out by cycle; `make accuracy` prints how far we are.

`tests/data/golden/README.md` says what a case is. A new one is two files and a line.
"""

# ruff: noqa: T201 - it talks to whoever runs it
import csv
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow.csv
import pyarrow.parquet

from cycling.analysis.chunk_totals import Counting, add_up
from cycling.analysis.counters import CHARGES, ENERGIES, Counter, Quantity
from cycling.analysis.cycles.choices import Choices, Numbering
from cycling.analysis.cycles.table import cycle_table
from cycling.analysis.edges import lead_in_s
from cycling.analysis.integration import Edge, Samples
from cycling.analysis.statistics import ExperimentStatistics, deadband_a
from cycling.analysis.statistics import statistics as all_statistics
from cycling.analysis.steps import StepRows

FOLDER = Path(__file__).parent / "data" / "golden"
COUNTERS = {
    **{str(one): (one,) for one in Quantity},
    "step_capacity_ah": CHARGES,
    "step_energy_wh": ENERGIES,
}
MOST_CYCLES = 30
NONE_AH = 1e-9


@dataclass(frozen=True)
class Deviation:
    """How far a cycle is from its numbers, %; CE in points; None where there is none."""

    cycle: int
    charge_pct: float
    energy_pct: float | None
    ce_points: float | None


@dataclass(frozen=True)
class Case:
    """A case; tolerances of our own integral, None where only the counters are right."""

    name: str
    edges: tuple[Edge, ...]
    charge_pct: float | None
    energy_pct: float | None
    ce_points: float | None

    @cached_property
    def columns(self) -> dict[str, np.ndarray]:
        """The measures."""
        table = pyarrow.parquet.read_table(FOLDER / f"{self.name}.parquet")
        return {name: table[name].to_numpy().astype(float) for name in table.column_names}

    @cached_property
    def expected(self) -> dict[str, np.ndarray]:
        """The numbers by cycle."""
        packed = FOLDER / f"{self.name}.expected.parquet"
        if packed.is_file():
            table = pyarrow.parquet.read_table(packed)
        else:
            table = pyarrow.csv.read_csv(FOLDER / f"{self.name}.expected.csv")
        wanted = ("cycle", *map(str, Quantity))
        return {one: table[one].to_numpy() for one in table.column_names if one in wanted}

    @cached_property
    def counters(self) -> list[Counter]:
        """The instrument's counters."""
        return [Counter(COUNTERS[name], name) for name in COUNTERS if name in self.columns]

    def __str__(self) -> str:
        """Return its name."""
        return self.name

    def samples(self, edge: Edge, *, counted: bool) -> Samples:
        """Return all samples, with the counters or without."""
        of, count = self.columns, len(self.columns["time_s"])
        nothing = np.full(count, np.nan)
        led = {Edge.LEAD: np.full(count, np.inf), Edge.SPLIT: of.get("step_time_s")}
        counters = tuple(of[one.name] for one in self.counters) if counted else ()
        measured = (of["time_s"], of["voltage_v"], of["current_a"])
        return Samples(
            *measured, nothing, of["step"], of["cycle"], nothing, led.get(edge), counters
        )

    def options(self, edge: Edge, *, counted: bool) -> dict:
        """Return how to add the samples up."""
        first_s = self.columns["time_s"][0]
        in_step_s = self.columns.get("step_time_s", [0.0])[0]
        return {
            "deadband_a": deadband_a(None, float(np.abs(self.columns["current_a"]).max())),
            "counters": self.counters if counted else [],
            "lead_in_s": lead_in_s(first_s, in_step_s) if edge is Edge.SPLIT else 0.0,
        }

    def steps(self, edge: Edge, *, counted: bool, parts: Sequence[Samples] = ()) -> StepRows:
        """Return the steps as executed, of all samples or of parts of them."""
        options = self.options(edge, counted=counted)
        how = Counting(options["deadband_a"], tuple(options["counters"]), has_temperature=False)
        rows = iter(parts or [self.samples(edge, counted=counted)])
        return add_up(rows, how, options["lead_in_s"]).steps

    def statistics(self, edge: Edge, *, counted: bool = True) -> ExperimentStatistics:
        """Return the statistics of the whole."""
        samples = self.samples(edge, counted=counted)
        return all_statistics([samples], edge=edge, **self.options(edge, counted=counted))

    def deviations(
        self, edge: Edge, *, counted: bool, parts: Sequence[Samples] = ()
    ) -> list[Deviation]:
        """Return how far each cycle is from its numbers, by the counters or by our integral."""
        steps = self.steps(edge, counted=counted, parts=parts)
        table = cycle_table(steps, Choices(numbering=Numbering.FILE))
        numbers = (table.charge.ah, table.discharge.ah, table.charge.wh, table.discharge.wh)
        columns = zip(*(column.tolist() for column in numbers), strict=True)
        named = (dict(zip(map(str, Quantity), of, strict=True)) for of in columns)
        return self.compare(dict(zip(table.number.tolist(), named, strict=True)))

    def compare(self, totals: dict[int, dict[str, float]]) -> list[Deviation]:
        """Return how far these totals are from the numbers."""
        found = []
        for place, cycle in enumerate(self.expected["cycle"].tolist()):
            numbers = {one: float(self.expected[one][place]) for one in self.expected}
            off = {
                one: _percent(totals[cycle][one], numbers[one])
                for one in map(str, Quantity)
                if one in numbers
            }
            energy = [off[one] for one in map(str, ENERGIES) if one in off]
            found.append(
                Deviation(
                    cycle,
                    max((off[one] for one in map(str, CHARGES)), key=abs),
                    max(energy, key=abs) if energy else None,
                    _efficiency(totals[cycle], numbers),
                )
            )
        return found


def other(name: str) -> tuple[Case, dict[str, np.ndarray]]:
    """Return a case with numbers of another kind, which `cases.csv` has not, and all of these."""
    table = pyarrow.csv.read_csv(FOLDER / f"{name}.expected.csv")
    numbers = {one: table[one].to_numpy() for one in table.column_names}
    return Case(name, (Edge.SPLIT,), None, None, None), numbers


def _percent(value: float, expected: float) -> float:
    if abs(expected) < NONE_AH:
        return 0.0 if abs(value) < NONE_AH else float("inf")
    return 100 * (value / expected - 1)


def _efficiency(totals: dict[str, float], expected: dict[str, float]) -> float | None:
    """Return how far 100 Q-/Q+ is from what it should be, turned where it is above 100 %."""
    into, out = expected["charge_ah"], expected["discharge_ah"]
    if min(into, out) < NONE_AH or not 0.5 < out / into < 2:  # no cycle with two halves
        return None
    if out > into:
        return 100 * (totals["charge_ah"] / totals["discharge_ah"] - into / out)
    return 100 * (totals["discharge_ah"] / totals["charge_ah"] - out / into)


def cases() -> list[Case]:
    """Return all cases in their order."""
    with (FOLDER / "cases.csv").open(encoding="utf-8") as lines:
        return [
            Case(
                line["case"],
                tuple(map(Edge, line["edges"].split())),
                *(float(line[one]) if line[one] else None for one in TOLERANCES),
            )
            for line in csv.DictReader(lines)
        ]


TOLERANCES = ("charge_pct", "energy_pct", "ce_points")


def table() -> list[str]:
    """Return the largest deviation of every case as a Markdown table."""
    lines = [
        "| case | cycles | by | edge | charge / % | energy / % | CE / points |",
        "|---|---|---|---|---|---|---|",
    ]
    for case in cases():
        sources = [True] * bool(case.counters) + [False]
        for counted in sources:
            found = case.deviations(case.edges[0], counted=counted)
            worst = [
                max((getattr(one, name) or 0.0 for one in found), key=abs) for name in TOLERANCES
            ]
            by = "counters" if counted else "our integral"
            numbers = " | ".join(_short(one) for one in worst)
            lines.append(f"| {case.name} | {len(found)} | {by} | {case.edges[0]} | {numbers} |")
    return lines


def by_cycles() -> list[str]:
    """Return the deviations of each cycle; of a long case those of the worst."""
    lines = [
        "| case | cycle | by | charge / % | energy / % | CE / points |",
        "|---|---|---|---|---|---|",
    ]
    for case in cases():
        for counted in [True] * bool(case.counters) + [False]:
            found = case.deviations(case.edges[0], counted=counted)
            found = sorted(found, key=lambda one: -abs(one.charge_pct))[:MOST_CYCLES]
            by = "counters" if counted else "our integral"
            for one in sorted(found, key=lambda one: one.cycle):
                numbers = " | ".join(_short(getattr(one, name)) for name in TOLERANCES)
                lines.append(f"| {case.name} | {one.cycle} | {by} | {numbers} |")
    return lines


def _short(value: float | None) -> str:
    if value is None:
        return ""
    return "0" if abs(value) < 5e-5 else f"{value:+.4f}".replace("-", "\N{MINUS SIGN}")


if __name__ == "__main__":
    print("Largest deviation from the instrument, or from the closed form:\n")
    print("\n".join(table()))
    print(f"\nBy cycle (of a long case the {MOST_CYCLES} worst):\n")
    print("\n".join(by_cycles()))
    sys.exit(0)
