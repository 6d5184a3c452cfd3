"""`bem battery`: batteries from the command line, as Add battery does it."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from bem.services import by_system_user, open_database, read_settings, utc_now
from cycling.errors import InputError
from cycling.terms import BipolarType, ElectrolyteType, MembraneType, Technology

if TYPE_CHECKING:
    from cycling.battery.description import NewBattery

app = typer.Typer(help="Register batteries.", no_args_is_help=True)

UNKNOWN = "unknown"
# Fields of a battery whose options have names of their own.
OPTIONS = {
    "electrode_size_cm2": "--area-cm2",
    "electrode_composition": "--electrode",
    "fabrication_date": "--made-on",
    "name": "NAME",
}


@app.callback()
def battery() -> None:
    """Keep `add` a command of its own."""


@app.command()
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Up to 30 characters.")],
    technology: Annotated[Technology, typer.Option(help="What kind of battery it is.")],
    voltage_min_v: Annotated[float, typer.Option("--voltage-min", help="Lowest voltage in V.")],
    voltage_max_v: Annotated[float, typer.Option("--voltage-max", help="Highest voltage in V.")],
    current_min_a: Annotated[
        float, typer.Option("--current-min", help="Largest discharge current in A, with a minus.")
    ],
    current_max_a: Annotated[
        float, typer.Option("--current-max", help="Largest charge current in A.")
    ],
    capacity_ah: Annotated[
        float | None, typer.Option(help="Nominal capacity in Ah. Required, but for a stack.")
    ] = None,
    capacity_rate: Annotated[str, typer.Option(help="The rate it holds for: C/5, C20.")] = "",
    chemistry: Annotated[str | None, typer.Option(help="NMC, LFP ... or Gel, Liquid ...")] = None,
    cells: Annotated[int, typer.Option(help="Cells in series.")] = 1,
    parallel: Annotated[int, typer.Option(help="Cells in parallel.")] = 1,
    electrode_size_cm2: Annotated[
        float | None, typer.Option("--area-cm2", help="Electrode area. Required for a stack.")
    ] = None,
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
    manufacturer: Annotated[str, typer.Option(help="Up to 20 characters.")] = UNKNOWN,
    model: Annotated[str, typer.Option(help="Up to 20 characters.")] = UNKNOWN,
    serial_number: Annotated[str, typer.Option(help="Up to 30 characters.")] = UNKNOWN,
    made_on: Annotated[str | None, typer.Option(help="YYYY-MM-DD; today without it.")] = None,
    description: Annotated[str, typer.Option(help="Up to 250 characters.")] = "",
) -> None:
    """Register a battery; print the new battery's ID."""
    from cycling.battery.description import NewBattery

    fields = {field: value for field, value in context.params.items() if field != "made_on"}
    new = NewBattery(**fields, fabrication_date=_day(made_on))
    typer.echo(_registered(new))
    if made_on is None:
        typer.echo(f"bem: made on {new.fabrication_date}, as no --made-on is given.", err=True)


def _registered(new: "NewBattery") -> int:
    """Register a battery; raises InputError that names the option of a wrong field."""
    from cycling.battery.description import problems
    from db.commands.batteries.changes import add_battery

    now = utc_now()
    for problem in problems(new, now.date()):
        raise InputError(f"{_option(problem.field)}: {problem.text}")
    database = open_database(read_settings(), check=True)
    return add_battery(database, new, by=by_system_user())


def _option(field: str) -> str:
    plain = field.removesuffix("_v").removesuffix("_a").replace("_", "-")
    return OPTIONS.get(field, f"--{plain}")


def _day(text: str | None) -> date:
    """Return a day as an option writes it; None is today, in UTC."""
    if text is None:
        return utc_now().date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"--made-on {text} is not a day. Write it like 2026-03-18.") from error
