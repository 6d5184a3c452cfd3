"""`bem battery`: batteries from the command line, as Add battery does it."""

import sys
from datetime import date
from typing import Annotated

import typer

from bem.services import open_database, read_settings, utc_now
from cycling.errors import InputError
from cycling.terms import BipolarType, ElectrolyteType, MembraneType, Technology

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
    name: Annotated[str, typer.Argument(help="Up to 30 characters.")],
    technology: Annotated[Technology, typer.Option(help="What kind of battery it is.")],
    voltage_min: Annotated[float, typer.Option(help="Lowest voltage in V.")],
    voltage_max: Annotated[float, typer.Option(help="Highest voltage in V.")],
    current_min: Annotated[
        float, typer.Option(help="Largest discharge current in A, with a minus.")
    ],
    current_max: Annotated[float, typer.Option(help="Largest charge current in A.")],
    capacity_ah: Annotated[float | None, typer.Option(help="Nominal capacity in Ah.")] = None,
    capacity_rate: Annotated[str, typer.Option(help="The rate it holds for: C/5, C20.")] = "",
    chemistry: Annotated[str | None, typer.Option(help="NMC, LFP ... or Gel, Liquid ...")] = None,
    cells: Annotated[int, typer.Option(help="Cells in series.")] = 1,
    parallel: Annotated[int, typer.Option(help="Cells in parallel.")] = 1,
    area_cm2: Annotated[float | None, typer.Option(help="Electrode area of a stack.")] = None,
    electrode: Annotated[str, typer.Option(help="Electrode composition of a stack.")] = "",
    bipolar_plate: Annotated[BipolarType | None, typer.Option(help="Of a stack.")] = None,
    membrane: Annotated[MembraneType | None, typer.Option(help="Of a stack.")] = None,
    electrolyte: Annotated[ElectrolyteType | None, typer.Option(help="Of a stack.")] = None,
    manufacturer: Annotated[str, typer.Option(help="Up to 20 characters.")] = UNKNOWN,
    model: Annotated[str, typer.Option(help="Up to 20 characters.")] = UNKNOWN,
    serial_number: Annotated[str, typer.Option(help="Up to 30 characters.")] = UNKNOWN,
    made_on: Annotated[str | None, typer.Option(help="YYYY-MM-DD; today without it.")] = None,
    description: Annotated[str, typer.Option(help="Up to 250 characters.")] = "",
) -> None:
    """Register a battery; print the new battery's ID."""
    from cycling.battery.description import NewBattery, problems
    from db.commands.audit import COMMAND_LINE, By
    from db.commands.batteries.changes import add_battery

    now = utc_now()
    is_stack = technology is Technology.REDOX_STACK
    new = NewBattery(
        name=name,
        manufacturer=manufacturer,
        model=model,
        serial_number=serial_number,
        fabrication_date=_day(made_on, now.date()),
        technology=technology,
        cells=cells,
        parallel=parallel,
        voltage_min_v=voltage_min,
        voltage_max_v=voltage_max,
        current_min_a=current_min,
        current_max_a=current_max,
        capacity_ah=capacity_ah,
        capacity_rate=capacity_rate,
        chemistry=chemistry,
        description=description,
        electrode_size_cm2=area_cm2,
        electrode_composition=electrode if is_stack else None,
        bipolar_type=bipolar_plate or (BipolarType.OTHER if is_stack else None),
        membrane_type=membrane or (MembraneType.OTHER if is_stack else None),
        electrolyte_type=electrolyte or (ElectrolyteType.OTHER if is_stack else None),
    )
    for problem in problems(new, now.date()):
        raise InputError(f"{_option(problem.field)}: {problem.text}")
    database = open_database(read_settings(), check=True)
    typer.echo(add_battery(database, new, by=By(COMMAND_LINE, COMMAND_LINE, now)))
    if made_on is None:
        sys.stderr.write(f"bem: made on {now:%Y-%m-%d}, as --made-on says nothing else.\n")


def _option(field: str) -> str:
    plain = field.removesuffix("_v").removesuffix("_a").replace("_", "-")
    return OPTIONS.get(field, f"--{plain}")


def _day(text: str | None, otherwise: date) -> date:
    if text is None:
        return otherwise
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"--made-on {text} is not a day. Write it like 2026-03-18.") from error
