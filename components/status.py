"""The state of an experiment or a station: always colour, icon and word."""

from dash import html

from components.blocks import icon
from cycling.terms import ExperimentState, ExperimentStatus, state_of

_LOOK = {
    ExperimentState.DRAFT: ("queued", "pencil", "Draft"),
    ExperimentState.HELD: ("held", "plug", "Held"),
    ExperimentState.QUEUED: ("queued", "clock", "Queued"),
    ExperimentState.RUNNING: ("running", "play-fill", "Running"),
    ExperimentState.PAUSED: ("paused", "pause-fill", "Paused"),
    ExperimentState.FINISHED: ("finished", "check-circle", "Finished"),
    ExperimentState.STOPPED: ("finished", "stop-circle", "Stopped"),
    ExperimentState.ERROR: ("error", "x-circle-fill", "Error"),
    ExperimentState.CANCELLED: ("finished", "x-lg", "Cancelled"),
}

STATION_LOOK = {
    "alarm": ("alarm", "exclamation-triangle-fill", "Alarm"),
    "lost": ("lost", "wifi-off", "Lost contact"),
    "held": ("held", "plug", "Held"),
    "paused": ("paused", "pause-fill", "Paused"),
    "running": ("running", "play-fill", "Running"),
    "idle": ("idle", "circle", "Idle"),
    "out": ("idle", "cone-striped", "Out of service"),
}


BATTERY_LOOK = {
    "running": ("running", "play-fill", "Running"),
    "paused": ("paused", "pause-fill", "Paused"),
    "queued": ("queued", "clock", "Queued"),
    "held": ("held", "plug", "Held"),
    "idle": ("finished", "circle", "Idle"),
}


def battery_look(state: str) -> dict[str, str]:
    """Return kind, icon and word of what a battery is in, as `status_look`."""
    kind, icon_name, word = BATTERY_LOOK[state]
    return {"kind": kind, "icon": icon_name, "word": word, "why": ""}


def battery_word(state: str) -> str:
    """Return the word for what a battery is in."""
    return BATTERY_LOOK[state][2]


def battery_pill(state: str) -> html.Span:
    """Draw what a battery is in."""
    kind, icon_name, word = BATTERY_LOOK[state]
    return html.Span([icon(icon_name), word], className=f"bem-status plain {kind}")


def status_look(status: ExperimentStatus | ExperimentState, reason: str = "") -> dict[str, str]:
    """Return kind (CSS class), icon, word and reason of a status, for cells drawn in the browser.

    `reason` says why it ended before its profile did, waits or was cancelled; "" where it did not.
    """
    kind, icon_name, word = _look(status, reason)
    return {"kind": kind, "icon": icon_name, "word": word, "why": reason}


def status_word(status: ExperimentStatus | ExperimentState, reason: str = "") -> str:
    """Return the word people read."""
    return _look(status, reason)[2]


def status_pill(
    status: ExperimentStatus | ExperimentState, reason: str = "", *, plain: bool = False
) -> html.Span:
    """Draw the status on its soft ground, or `plain`; why it ended early stands in its title."""
    kind, icon_name, word = _look(status, reason)
    look = f"bem-status plain {kind}" if plain else f"bem-status {kind}"
    more = {"title": reason} if reason else {}
    return html.Span([icon(icon_name), word], className=look, **more)


def ended_reason(status: ExperimentStatus, reason: str | None) -> str:
    """Return why an experiment ended before its profile did, "" for any other."""
    is_over = status in (ExperimentStatus.FINISHED, ExperimentStatus.ERROR)
    return (reason or "").strip() if is_over else ""


def _look(status: ExperimentStatus | ExperimentState, reason: str) -> tuple[str, str, str]:
    return _LOOK[state_of(status, reason) if isinstance(status, ExperimentStatus) else status]


def station_pill(state: str, beneath: str | None = None) -> html.Span:
    """Draw what a station does; beneath an alarm it may run, be paused or be out of contact."""
    kind, icon_name, word = STATION_LOOK[state]
    if beneath is not None:
        word = f"{word}, {STATION_LOOK[beneath][2].lower()}"
    return html.Span([icon(icon_name), word], className=f"bem-status {kind}")
