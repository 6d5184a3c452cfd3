"""When the experiment of a file began: as the file says, else as somebody does."""

from typing import Any

from dash import Input, Output, State, callback, no_update

from components import formatting
from components.sent import Sent
from pages.context import viewer
from pages.import_experiment.ids import Ids
from pages.import_experiment.mapping import default_start, shown_moment, to_correct
from pages.import_experiment.stores import read_upload, read_verified


@callback(
    output=(
        Output(Ids.START_BOX, "hidden"),
        Output(Ids.DAY, "value"),
        Output(Ids.CLOCK, "value"),
    ),
    inputs={"verified": Input(Ids.VERIFIED, "data")},
    state={"upload": State(Ids.UPLOAD, "data"), "typed": State(Ids.DAY, "value")},
    prevent_initial_call=True,
)
def offer_start(verified: Sent, upload: Sent, typed: str | None) -> tuple[Any, ...]:
    """Ask when it started if the file does not say; what was typed stays."""
    verified, upload = read_verified(verified), read_upload(upload)
    mapping = to_correct(verified)
    if mapping is None or verified is None or not upload:
        return True, None, None
    if verified["verification"]["starts_at"] is not None:
        return True, no_update, no_update
    if typed:
        return False, no_update, no_update
    start = default_start(verified["verification"], upload.get("modified"), viewer().zone)
    return False, start.date().isoformat(), f"{start:%H:%M}"


@callback(
    output=Output(Ids.STARTED, "children"),
    inputs={"verified": Input(Ids.VERIFIED, "data")},
    prevent_initial_call=True,
)
def show_start(verified: Sent) -> str:
    """Say when it started, as the experiment's page will; blank where the file does not know."""
    verified = read_verified(verified)
    if to_correct(verified) is None or verified is None:
        return ""
    starts_at, zone = verified["verification"]["starts_at"], viewer().zone
    if starts_at is None:
        return ""
    return f"Started: {formatting.exactly(shown_moment(starts_at, zone), zone)} in {zone}"
