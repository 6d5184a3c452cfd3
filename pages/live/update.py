"""What travels to an open live view: the measures after those that it has."""

from dataclasses import dataclass
from typing import Any

from db.queries.stations.change_tokens import PresentReadings
from db.queries.stations.live import NewPoints

MOST_KEYS = 40


@dataclass(frozen=True)
class Asked:
    """What a browser says that it has: experiment, last MeasID, channels, digest of the words.

    `sign` is that of the station's rows from which the words were made, `token` that of the figure
    for which it asks.
    """

    experiment_id: int | None
    after: int
    keys: tuple[str, ...]
    shown: frozenset[str]
    digest: str
    sign: str
    token: str = ""

    @staticmethod
    def read(given: object) -> "Asked":
        """Read a request; nothing in it can fail."""
        ask = given if isinstance(given, dict) else {}
        experiment_id, after = ask.get("e"), ask.get("after")
        shown, read = _texts(ask.get("shown")), _texts(ask.get("read"))
        is_id = isinstance(experiment_id, int) and 0 < experiment_id < 2**32
        return Asked(
            experiment_id=experiment_id if is_id else None,
            after=after if isinstance(after, int) and -1 <= after < 2**32 else -1,
            keys=tuple(dict.fromkeys((*shown, *read)))[:MOST_KEYS],
            shown=frozenset(shown),
            digest=str(ask.get("d") or ""),
            sign=str(ask.get("g") or ""),
            token=str(ask.get("t") or "")[:8],
        )


def present_news(present: PresentReadings | None) -> dict[str, Any]:
    """Return what a station measures that records nothing: `now` instead of its last sample."""
    if present is None:
        return {}
    volts, amperes = present.voltage_v, present.current_a
    power = None if volts is None or amperes is None else volts * amperes
    values = {"voltage": volts, "current": amperes, "power": power}
    at_ms = round(present.at.timestamp() * 1000)
    return {"now": {"at": at_ms, "values": values, "degc": present.temperature_degc}}


def points_news(points: NewPoints, asked: Asked) -> dict[str, Any]:
    """Return new measures as they travel: `x` Unix ms, `y` by channel, `l` the last readings.

    `again`: there are too many; the graph must be drawn anew. `t` is the figure that asked.
    """
    if points.too_many:
        return {"again": 1, "t": asked.token}
    if not points.unix_ms:
        return {}
    last = {
        key: next((value for value in reversed(column) if value is not None), None)
        for key, column in points.values.items()
        if key not in asked.shown
    }
    return {
        "t": asked.token,
        "after": points.through,
        "x": points.unix_ms,
        "y": {key: column for key, column in points.values.items() if key in asked.shown},
        "l": last,
    }


def _texts(given: object) -> list[str]:
    listed = given if isinstance(given, list) else []
    return [one for one in listed if isinstance(one, str) and len(one) < 20]
