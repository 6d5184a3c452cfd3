"""`bem profile check`: a profile text as the rows that cyclers read, or what is wrong with it."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Check profiles.", no_args_is_help=True)


@app.callback()
def profiles() -> None:
    """Keep `check` a command of its own, though it is the only one."""


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="The profile, a text in UTF-8.", metavar="FILE")],
    capacity_ah: Annotated[
        str | None,
        typer.Option(help="Nominal capacity of the battery in Ah, for C-rates.", metavar="X"),
    ] = None,
) -> None:
    """Print the rows of the Instructions table as CSV; say errors and warnings with their place."""
    from bem.files.profile_text import print_rows

    print_rows(file, capacity_ah)
