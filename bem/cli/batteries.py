"""`bem battery`: batteries from the command line, as Add battery does it."""

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from bem.cli.quantities import quantity
from bem.services import by_system_user, open_database, read_settings, utc_now
from cycling.analysis.cycles.choices import Kind
from cycling.errors import InputError
from cycling.terms import BipolarType, ElectrolyteType, MembraneType, Technology

if TYPE_CHECKING:
    from cycling.battery.description import NewBattery

app = typer.Typer(help="Register batteries.", no_args_is_help=True)

UNKNOWN = "unknown"
VOLT, AMPERE, AMPERE_HOUR = (quantity(unit) for unit in ("V", "A", "Ah"))
GRAM, AREA, MOLAR = (quantity(unit) for unit in ("g", "cm²", "mol/L"))
LowestVoltage = Annotated[
    float, typer.Option("--voltage-min", parser=VOLT, metavar="V", help="Lowest voltage.")
]
HighestVoltage = Annotated[
    float, typer.Option("--voltage-max", parser=VOLT, metavar="V", help="Highest voltage.")
]
DischargeCurrent = Annotated[
    float,
    typer.Option(
        "--current-min",
        parser=AMPERE,
        metavar="A",
        help="Largest discharge current, with a minus.",
    ),
]
ChargeCurrent = Annotated[
    float, typer.Option("--current-max", parser=AMPERE, metavar="A", help="Largest charge current.")
]
Capacity = Annotated[
    float | None,
    typer.Option(
        parser=AMPERE_HOUR, metavar="AH", help="Nominal capacity in Ah. Required, but for a stack."
    ),
]
# Fields of a battery whose options have names of their own.
OPTIONS = {
    "electrode_size_cm2": "--area-cm2",
    "electrode_composition": "--electrode",
    "fabrication_date": "--made-on",
    "active_mass_g": "--mass-g",
    "electrolyte_mol_per_l": "--concentration-mol-per-l",
    "electrolyte_electrons": "--electrons",
    "name": "NAME",
}


class KindOption(StrEnum):
    """The kinds of `Kind`, without blanks that would have to be quoted."""

    FULL = "full-cell"
    CATHODE_HALF = "cathode-half-cell"
    ANODE_HALF = "anode-half-cell"
    ANODE_FREE = "anode-free"
    SYMMETRIC = "symmetric"
    FLOW = "flow"
    LEAD_ACID = "lead-acid"


# Options that would make `add` longer than it can be read.
KindGiven = Annotated[
    KindOption | None, typer.Option(help="Without it a full cell, or what its technology is.")
]
ActiveMass = Annotated[
    float | None,
    typer.Option("--mass-g", parser=GRAM, metavar="G", help="Active mass of a lithium cell."),
]
Area = Annotated[
    float | None,
    typer.Option(
        "--area-cm2",
        parser=AREA,
        metavar="CM2",
        help="Electrode area. Required for a stack.",
    ),
]
Concentration = Annotated[
    float | None,
    typer.Option(
        "--concentration-mol-per-l",
        parser=MOLAR,
        metavar="MOL/L",
        help="Of a stack's electrolyte.",
    ),
]
Electrons = Annotated[
    float | None, typer.Option("--electrons", help="What a molecule of it gives.")
]
Formation = Annotated[int, typer.Option(help="The first cycles, not counted for retention.")]


@app.callback()
def battery() -> None:
    """Keep `add` a command of its own."""


@app.command()
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Up to 30 characters.")],
    technology: Annotated[Technology, typer.Option(help="What kind of battery it is.")],
    voltage_min_v: LowestVoltage,
    voltage_max_v: HighestVoltage,
    current_min_a: DischargeCurrent,
    current_max_a: ChargeCurrent,
    capacity_ah: Capacity = None,
    kind: KindGiven = None,
    capacity_rate: Annotated[str, typer.Option(help="The rate it holds for: C/5, C20.")] = "",
    chemistry: Annotated[str | None, typer.Option(help="NMC, Na-ion ... or Gel, AGM ...")] = None,
    active_mass_g: ActiveMass = None,
    cells: Annotated[int, typer.Option(help="Cells in series.")] = 1,
    parallel: Annotated[int, typer.Option(help="Cells in parallel.")] = 1,
    electrode_size_cm2: Area = None,
    electrode_composition: Annotated[
        str, typer.Option("--electrode", help="Electrode composition of a stack.")
    ] = "",
    bipolar_type: Annotated[
        BipolarType, typer.Option("--bipolar-plate", help="Of a stack.")
    ] = BipolarType.OTHER,
    membrane_type: Annotated[
        MembraneType, typer.Option("--membrane", help="Of a stack.")
    ] = MembraneType.OTHER,
    electrolyte_type: Annotated[
        ElectrolyteType, typer.Option("--electrolyte", help="Of a stack.")
    ] = ElectrolyteType.OTHER,
    electrolyte_mol_per_l: Concentration = None,
    electrolyte_electrons: Electrons = None,
    formation_cycles: Formation = 0,
    manufacturer: Annotated[str, typer.Option(help="Up to 20 characters.")] = UNKNOWN,
    model: Annotated[str, typer.Option(help="Up to 20 characters.")] = UNKNOWN,
    serial_number: Annotated[str, typer.Option(help="Up to 30 characters.")] = UNKNOWN,
    made_on: Annotated[str | None, typer.Option(help="YYYY-MM-DD.")] = None,
    description: Annotated[str, typer.Option(help="Up to 250 characters.")] = "",
) -> None:
    """Register a battery; print the new battery's ID.

    Numbers are in the units that are named here, or have their own: 2500mA, "2 mAh", "1.2 mg".
    """
    from cycling.battery.description import NewBattery

    fields = {field: value for field, value in context.params.items() if field != "made_on"}
    fields["kind"] = Kind[kind.name] if kind else None
    typer.echo(_registered(NewBattery(**fields, fabrication_date=_day(made_on))))


def _registered(new: "NewBattery") -> int:
    """Register a battery; raises InputError that names the option of a wrong field."""
    from cycling.battery.problems import problems
    from db.commands.batteries.changes import add_battery

    now = utc_now()
    _check_directions(new)
    if new.technology is Technology.REDOX_STACK and new.chemistry:
        raise InputError("--chemistry: A stack has none: give its --electrolyte.")
    for problem in problems(new, now.date()):
        raise InputError(f"{_option(problem.field)}: {problem.text}")
    database = open_database(read_settings(), check=True)
    return add_battery(database, new, by=by_system_user())


def _check_directions(new: "NewBattery") -> None:
    """Raise InputError where a current's sign is not that of its direction."""
    if new.current_min_a > 0:
        raise InputError(
            f"--current-min: A discharge current has a minus: --current-min -{new.current_min_a:g}."
        )
    if new.current_max_a < 0:
        raise InputError(
            f"--current-max: A charge current has no minus: --current-max {-new.current_max_a:g}."
        )


def _option(field: str) -> str:
    plain = field.removesuffix("_v").removesuffix("_a").replace("_", "-")
    return OPTIONS.get(field, f"--{plain}")


def _day(text: str | None) -> date | None:
    """Return a day as an option writes it; None where it is not known."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"--made-on {text} is not a day. Write it like 2026-03-18.") from error
