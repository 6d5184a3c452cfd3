"""What a battery says to the engine of cycles, beneath what was chosen for one experiment."""

from collections.abc import Iterable
from dataclasses import dataclass

from cycling.analysis.chunk_totals import Counting
from cycling.analysis.counters import Counter
from cycling.analysis.cycles import flow
from cycling.analysis.cycles.choices import Choices, Direction, Numbering, Reference
from cycling.analysis.edges import Sought
from cycling.analysis.statistics import deadband_a
from cycling.battery.description import NewBattery
from cycling.battery.electrolyte import Electrolyte
from cycling.battery.problems import MAX_FORMATION, MAX_VALUE

ML_PER_L = 1000.0
MAX_CYCLE = 2**31 - 1


@dataclass(frozen=True)
class OwnChoices:
    """What somebody has chosen for an experiment; None is left to its battery, or to the table.

    `reference_cycles` are the first and the last one of Reference.MEAN, `reference_ah` belongs to
    Reference.TYPED.
    """

    numbering: Numbering | None = None
    first: Direction | None = None
    reference: Reference | None = None
    reference_cycles: tuple[int, int] | None = None
    reference_ah: float | None = None
    formation_cycles: int | None = None
    mass_g: float | None = None


NOTHING = OwnChoices()


def choices_of(battery: NewBattery, own: OwnChoices = NOTHING) -> Choices:
    """Return the conventions of a cycle table: what was chosen, else what the battery says."""
    formation, mass_g = own.formation_cycles, own.mass_g
    return Choices(
        numbering=own.numbering,
        first=own.first,
        kind=battery.cell_kind,
        formation_cycles=battery.formation_cycles if formation is None else formation,
        reference=own.reference or Choices.reference,
        reference_cycles=own.reference_cycles or Choices.reference_cycles,
        reference_ah=own.reference_ah,
        capacity_ah=battery.capacity_ah,
        mass_g=battery.active_mass_g if mass_g is None else mass_g,
        area_cm2=battery.electrode_size_cm2,
        cells=battery.cells,
    )


def counting_of(
    battery: NewBattery,
    greatest_a: float,
    *,
    counters: tuple[Counter, ...] = (),
    has_temperature: bool = True,
    sought: Sought = Sought.NOTHING,
) -> Counting:
    """Return how samples are added up; `greatest_a` is the greatest |current| of them."""
    rest_a = deadband_a(battery.capacity_ah, greatest_a)
    return Counting(rest_a, counters, has_temperature, sought)


def electrolyte_of(battery: NewBattery, sides: Iterable[Electrolyte]) -> flow.Electrolyte | None:
    """Return the electrolyte that utilisation goes by: the smaller side's; None if it is not known.

    The current of a stack passes each of its cells in series, so that each has its share of the
    volume.
    """
    volumes_ml = [one.volume for one in sides]
    concentration, electrons = battery.electrolyte_mol_per_l, battery.electrolyte_electrons
    if not volumes_ml or not battery.cells or concentration is None or electrons is None:
        return None
    return flow.Electrolyte(concentration, electrons, min(volumes_ml) / ML_PER_L / battery.cells)


def problem_of(own: OwnChoices, battery: NewBattery) -> str:
    """Return what is wrong with the choices for an experiment of this battery, "" for nothing."""
    if own.formation_cycles is not None and not 0 <= own.formation_cycles <= MAX_FORMATION:
        return f"The number of formation cycles must be between 0 and {MAX_FORMATION:,}."
    if own.mass_g is not None and not 0 < own.mass_g < MAX_VALUE:
        return "Give the active mass in g, above 0, or leave it to the battery."
    return _reference_problem(own, battery)


def _reference_problem(own: OwnChoices, battery: NewBattery) -> str:
    is_mean = own.reference is Reference.MEAN
    is_typed = own.reference is Reference.TYPED
    if is_mean != (own.reference_cycles is not None):
        return "The first and the last cycle are given for the mean of cycles, and only for that."
    if own.reference_cycles is not None:
        first, last = own.reference_cycles
        if not 0 <= first <= last <= MAX_CYCLE:
            return "The mean is that of a first to a last cycle, of which no one is below 0."
    if is_typed != (own.reference_ah is not None):
        return "A capacity in Ah is given for a typed reference, and only for that."
    if own.reference_ah is not None and not 0 < own.reference_ah < MAX_VALUE:
        return "Give the reference in Ah, above 0."
    if own.reference is Reference.NOMINAL and battery.capacity_ah is None:
        return "This battery has no nominal capacity: give it there, or choose another reference."
    return ""
