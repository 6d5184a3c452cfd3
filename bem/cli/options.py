"""Options that several commands take."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from cycling.errors import InputError

Host = Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for the whole network.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")]


def moment(text: str | None, option: str) -> datetime | None:
    """Return a date and time as it is written in an option, in UTC unless it says otherwise."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(
            f"{option} {text} is not a date and time. Write it like 2026-11-22T08:30:00."
        ) from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)
