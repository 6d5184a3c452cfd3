"""`bem import`: cyclers' files as finished experiments."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bem.cli.options import moment
from bem.services import look_for_database


class ChargeSign(StrEnum):
    """Which sign of current charges the battery."""

    PLUS = "+"
    MINUS = "-"


class Again(StrEnum):
    """What becomes of a file that was imported before."""

    SKIP = "skip"
    REPLACE = "replace"
    ADD = "add"
    NEW = "new"


Files = Annotated[list[Path], typer.Argument(help="The files to import.", metavar="FILE...")]
Name = Annotated[
    str | None,
    typer.Option(help="Name of the experiment, up to 30 characters; else that of the file."),
]
Battery = Annotated[str | None, typer.Option(help="Id or name of the battery.")]
BatteryFrom = Annotated[
    str | None,
    typer.Option(
        help="Its group names the battery in a file's name: by name, serial number or id.",
        metavar="REGEX",
    ),
]
Append = Annotated[
    bool, typer.Option("--append", help="All files, in this order, as one experiment.")
]
AgainOption = Annotated[
    Again | None, typer.Option(help="What to do with a file that was imported before.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Check everything, say what it becomes, write nothing.")
]
Description = Annotated[str, typer.Option(help="Up to 250 characters.")]
Start = Annotated[
    str | None,
    typer.Option(help="When it started, for a file without a clock: 2026-11-22T08:30 (UTC)."),
]
Sign = Annotated[ChargeSign | None, typer.Option(help="Which sign of the file's current charges.")]
ColumnMap = Annotated[
    list[str] | None, typer.Option("--map", help="COLUMN=FIELD[:UNIT], as often as needed.")
]
Part = Annotated[
    str, typer.Option(help="Which test of a file that has several: its name in the question.")
]
Accept = Annotated[
    list[str] | None,
    typer.Option(help="KIND of a question whose file is right as it is, as often as needed."),
]
Profile = Annotated[
    str | None,
    typer.Option(
        help="The profile that was run: a text file, or the number or name of one of the library; "
        "step ids name its rows.",
        metavar="PROFILE",
    ),
]
Electrolyte = Annotated[
    list[str] | None,
    typer.Option(
        help="Electrolyte of one side of a redox-flow stack, in mL, %, mL/min, mL/min, such as "
        "pos:1000,50,10,60; once for pos and once for neg.",
        metavar="SIDE:VOLUME,SOC,MIN,MAX",
    ),
]
Zone = Annotated[
    str | None,
    typer.Option(
        help="Time zone of the file's clock, like Europe/Madrid; else UTC, or the one that was "
        "chosen for an earlier file with the same columns."
    ),
]
NoRemembered = Annotated[
    bool,
    typer.Option(
        "--no-remembered",
        help="Do not read a file as an earlier one with the same columns was corrected.",
    ),
]


def import_files(
    files: Files,
    name: Name = None,
    battery: Battery = None,
    battery_from: BatteryFrom = None,
    append: Append = False,
    again: AgainOption = None,
    dry_run: DryRun = False,
    description: Description = "",
    start: Start = None,
    charge_sign: Sign = None,
    column_map: ColumnMap = None,
    part: Part = "",
    profile: Profile = None,
    electrolyte: Electrolyte = None,
    accept: Accept = None,
    timezone: Zone = None,
    no_remembered: NoRemembered = False,
) -> None:
    """Import cyclers' files as finished experiments; print each new experiment's ID."""
    started = moment(start, "--start")
    look_for_database()
    from bem.files.importing import ImportOptions, import_files_as

    options = ImportOptions(
        name=name,
        description=description,
        battery=battery,
        battery_from=battery_from,
        start=started,
        time_zone=timezone,
        positive_is_charge=None if charge_sign is None else charge_sign is ChargeSign.PLUS,
        column_map=column_map or (),
        part=part,
        profile=profile,
        electrolytes=electrolyte or (),
        accepted=accept or (),
        again=again,
        append=append,
        dry_run=dry_run,
        remembered=not no_remembered,
    )
    for done in import_files_as(files, options):
        typer.echo(done)
