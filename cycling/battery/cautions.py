"""What is unusual about a battery: to be looked at once more, never refused."""

from collections.abc import Iterator, Mapping

from cycling.analysis.cycles.choices import Kind
from cycling.battery.description import NewBattery, Problem, rate_c, safety_range_v
from cycling.terms import LeadAcidChemistry, LithiumChemistry, Technology

NOISE_V = 0.01  # a safety limit that is nearer to the range than this trips at random
ROUNDING = 0.05
MAX_C = {Technology.LITHIUM: 30.0, Technology.LEAD_ACID: 10.0}
# Range of one cell in V within which a battery of this kind is usually worked with.
USUAL_CELL_V: Mapping[object, tuple[float, float]] = {
    LithiumChemistry.NMC: (2.4, 4.4),
    LithiumChemistry.NCA: (2.4, 4.35),
    LithiumChemistry.LMO: (2.4, 4.4),
    LithiumChemistry.LFP: (1.9, 3.8),
    LithiumChemistry.LCO: (2.5, 4.5),
    LithiumChemistry.LNMO: (2.9, 5.0),
    LithiumChemistry.LTO: (1.4, 3.0),
    LithiumChemistry.NA_ION: (1.2, 4.3),
    LeadAcidChemistry.LIQUID: (1.55, 2.75),
    LeadAcidChemistry.GEL: (1.55, 2.6),
    LeadAcidChemistry.AGM: (1.55, 2.65),
    Technology.LEAD_ACID: (1.55, 2.75),
    Technology.REDOX_STACK: (0.0, 1.9),
    Kind.ANODE_HALF: (-0.1, 3.1),
    Kind.SYMMETRIC: (-5.0, 5.0),
}
ABOVE_METAL_V = 0.25  # what a cathode may have more against the metal than in a full cell
COLD_CHARGE = "{} plates on the electrode when it is charged below 0 °C. Check the data sheet."


def cautions(new: NewBattery) -> tuple[Problem, ...]:
    """Return what a person should check again; the battery has no problems."""
    checks = (_range_of_a_cell, _cells_against_pack, _currents, _safety, _cold_charge, _electrolyte)
    return tuple(caution for check in checks for caution in check(new))


def _range_of_a_cell(new: NewBattery) -> Iterator[Problem]:
    usual = USUAL_CELL_V.get(_kind(new))
    if usual is None:
        return
    low, high = new.voltage_min_v / new.cells, new.voltage_max_v / new.cells
    most = usual[1] + (ABOVE_METAL_V if new.cell_kind is Kind.CATHODE_HALF else 0)
    if high > most:
        yield Problem("voltage_max_v", _unusual(new, high, "most", most))
    if low < usual[0]:
        yield Problem("voltage_min_v", _unusual(new, low, "least", usual[0]))


def _unusual(new: NewBattery, cell_v: float, which: str, usual_v: float) -> str:
    kind = new.chemistry if new.technology is Technology.LITHIUM else new.technology.word
    if new.cell_kind in USUAL_CELL_V:
        kind = f"the kind {new.cell_kind}"
    elif new.cell_kind is Kind.CATHODE_HALF:
        kind = f"{kind} in a half cell"
    per_cell = f"{cell_v:.4g} V a cell" if new.cells > 1 else f"{cell_v:.4g} V"
    return f"{per_cell} is unusual for {kind}: {usual_v:g} V at {which}. Check it."


def _kind(new: NewBattery) -> object:
    """Return what the usual range goes by: the chemistry, where the kind has none of its own."""
    if new.cell_kind in USUAL_CELL_V:
        return new.cell_kind
    if new.technology is Technology.LITHIUM:
        chemistry = new.chemistry or LithiumChemistry.OTHER
        return LithiumChemistry(chemistry)
    if new.technology is Technology.LEAD_ACID and new.chemistry:
        chemistry = LeadAcidChemistry(new.chemistry)
        return chemistry if chemistry in USUAL_CELL_V else new.technology
    return new.technology


def _cells_against_pack(new: NewBattery) -> Iterator[Problem]:
    """A battery's range that its cells' range does not allow: the stricter one counts."""
    low, high = new.cell_voltage_min_v, new.cell_voltage_max_v
    if high is not None and new.voltage_max_v > new.cells * high + ROUNDING:
        yield Problem(
            "cell_voltage_max_v",
            f"{new.cells} x {high:g} V is {new.cells * high:g} V, below the battery's "
            f"{new.voltage_max_v:g} V. Profiles may use {new.cells * high:g} V at most.",
        )
    if low is not None and new.voltage_min_v < new.cells * low - ROUNDING:
        yield Problem(
            "cell_voltage_min_v",
            f"{new.cells} x {low:g} V is {new.cells * low:g} V, above the battery's "
            f"{new.voltage_min_v:g} V. Profiles may use {new.cells * low:g} V at least.",
        )


def _currents(new: NewBattery) -> Iterator[Problem]:
    if not new.capacity_ah or new.technology not in MAX_C:
        return
    most = MAX_C[new.technology]
    for field, current_a in (
        ("current_max_a", new.current_max_a),
        ("current_min_a", -new.current_min_a),
    ):
        if current_a > most * new.capacity_ah:
            yield Problem(
                field,
                f"{current_a:g} A is {current_a / new.capacity_ah:.3g}C of {new.capacity_ah:g} Ah. "
                "Check current and capacity.",
            )
    rate = rate_c(new.capacity_rate) if new.capacity_rate else None
    largest = max(new.current_max_a, -new.current_min_a)
    if rate is not None and rate * new.capacity_ah > largest * 1.001:
        yield Problem(
            "capacity_rate",
            f"{new.capacity_rate} is {rate * new.capacity_ah:.4g} A, more than the battery takes.",
        )


def _safety(new: NewBattery) -> Iterator[Problem]:
    low, high = safety_range_v(new)
    text = "Closer than 10 mV to the battery's range: measuring noise alone may trip it."
    if new.voltage_min_v - low < NOISE_V - 1e-9:
        yield Problem("safety_voltage_min_v", text)
    if high - new.voltage_max_v < NOISE_V - 1e-9:
        yield Problem("safety_voltage_max_v", text)


def _cold_charge(new: NewBattery) -> Iterator[Problem]:
    charge = new.charge_temperature_min_degc
    if new.technology is Technology.LITHIUM and charge is not None and charge < 0:
        metal = "Sodium" if new.chemistry == LithiumChemistry.NA_ION else "Lithium"
        yield Problem("charge_temperature_min_degc", COLD_CHARGE.format(metal))


def _electrolyte(new: NewBattery) -> Iterator[Problem]:
    both = {
        "electrolyte_mol_per_l": new.electrolyte_mol_per_l,
        "electrolyte_electrons": new.electrolyte_electrons,
    }
    given = [name for name, value in both.items() if value is not None]
    if len(given) == 1:
        (missing,) = both.keys() - given
        yield Problem(missing, "Utilisation needs the concentration and the electrons.")
