"""The messages between an open live view and the server: a question, and its update."""

from dataclasses import dataclass
from typing import Any

from db.queries.stations.change_tokens import PresentReadings
from db.queries.stations.newest_measures import NewPoints

MAX_KEYS = 40


class Key:
    """The fields of both messages, short as they travel; `KEY` in assets/js/live.js is the same."""

    # both ways
    AFTER = "after"  # the last MeasID that the browser has
    DIGEST = "d"  # of what the page says of the station
    VERSION = "g"  # of the station's rows from which that was made
    FIGURE = "t"  # of the figure that points are added to
    # the question
    EXPERIMENT = "e"
    VISIBLE = "shown"  # channels in the graph
    READ = "read"  # channels of which the last value is shown
    COUNT = "n"  # makes each question another one
    # the update
    WAITS = "c"  # 1: in a moment the station does something else
    NEXT = "new"  # the name of the experiment that has begun, "" for none
    PAUSES = "p"  # how often the run was paused and went on
    REDRAW = "again"  # 1: there are too many new points, the graph must be drawn anew
    TIMES = "x"  # Unix ms of the new points
    VALUES = "y"  # their values by channel, for those in the graph
    LAST = "l"  # the last value by channel, for the others
    PRESENT = "now"  # what a station measures that does not run


@dataclass(frozen=True)
class Question:
    """What a browser has: experiment, last MeasID, channels, and the other fields of `Key`."""

    experiment_id: int | None
    after: int
    keys: tuple[str, ...]
    in_graph: frozenset[str]
    digest: str
    version: str
    token: str = ""

    @staticmethod
    def read(message: object) -> "Question":
        """Read a question; nothing in it can fail."""
        fields = message if isinstance(message, dict) else {}
        experiment_id, after = fields.get(Key.EXPERIMENT), fields.get(Key.AFTER)
        in_graph, read = _names(fields.get(Key.VISIBLE)), _names(fields.get(Key.READ))
        is_id = isinstance(experiment_id, int) and 0 < experiment_id < 2**32
        return Question(
            experiment_id=experiment_id if is_id else None,
            after=after if isinstance(after, int) and -1 <= after < 2**32 else -1,
            keys=tuple(dict.fromkeys((*in_graph, *read)))[:MAX_KEYS],
            in_graph=frozenset(in_graph),
            digest=str(fields.get(Key.DIGEST) or ""),
            version=str(fields.get(Key.VERSION) or ""),
            token=str(fields.get(Key.FIGURE) or "")[:8],
        )


def present_update(present: PresentReadings | None) -> dict[str, Any]:
    """Return what a station measures that does not run, instead of its last sample."""
    if present is None:
        return {}
    volts, amperes = present.voltage_v, present.current_a
    power = None if volts is None or amperes is None else volts * amperes
    values = {"voltage": volts, "current": amperes, "power": power}
    at_ms = round(present.at.timestamp() * 1000)
    since = present.records_since and round(present.records_since.timestamp() * 1000)
    now = {"at": at_ms, "values": values, "degc": present.temperature_degc, "since": since}
    return {Key.PRESENT: now}


def points_update(points: NewPoints, question: Question) -> dict[str, Any]:
    """Return the fields of the update that carry new measures."""
    if points.too_many:
        return {Key.REDRAW: 1, Key.FIGURE: question.token}
    if not points.unix_ms:
        return {}
    last = {
        key: next((value for value in reversed(column) if value is not None), None)
        for key, column in points.values.items()
        if key not in question.in_graph
    }
    return {
        Key.FIGURE: question.token,
        Key.AFTER: points.through,
        Key.TIMES: points.unix_ms,
        Key.VALUES: {key: points.values[key] for key in points.values if key in question.in_graph},
        Key.LAST: last,
    }


def _names(names: object) -> list[str]:
    listed = names if isinstance(names, list) else []
    return [one for one in listed if isinstance(one, str) and len(one) < 20]
