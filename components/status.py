"""The state of an experiment or a station: always colour, icon and word."""

from dash import html

from components.blocks import icon
from cycling.terms import ExperimentStatus, WallState

_LOOK = {
    ExperimentStatus.RUNNING: ("running", "play-fill", "Running"),
    ExperimentStatus.QUEUED: ("queued", "clock", "Queued"),
    ExperimentStatus.PAUSED: ("paused", "pause-fill", "Paused"),
    ExperimentStatus.ERROR: ("error", "x-circle-fill", "Error"),
    ExperimentStatus.FINISHED: ("finished", "check-circle", "Finished"),
}

WALL_LOOK = {
    WallState.ALARM: ("alarm", "exclamation-triangle-fill", "Alarm"),
    WallState.LOST: ("lost", "wifi-off", "Lost contact"),
    WallState.HELD: ("held", "plug", "Held"),
    WallState.PAUSED: ("paused", "pause-fill", "Paused"),
    WallState.RUNNING: ("running", "play-fill", "Running"),
    WallState.IDLE: ("idle", "circle", "Idle"),
    WallState.OUT: ("idle", "cone-striped", "Out of service"),
}


def status_look(status: ExperimentStatus) -> dict[str, str]:
    """Return kind (CSS class), icon and word of a status, for cells drawn in the browser."""
    kind, icon_name, word = _LOOK[status]
    return {"kind": kind, "icon": icon_name, "word": word}


def status_word(status: ExperimentStatus) -> str:
    """Return the word people read."""
    return _LOOK[status][2]


def status_pill(status: ExperimentStatus) -> html.Span:
    """Draw the status on its soft ground."""
    kind, icon_name, word = _LOOK[status]
    return html.Span([icon(icon_name), word], className=f"bem-status {kind}")


def wall_pill(state: WallState) -> html.Span:
    """Draw what a station does."""
    kind, icon_name, word = WALL_LOOK[state]
    return html.Span([icon(icon_name), word], className=f"bem-status {kind}")
