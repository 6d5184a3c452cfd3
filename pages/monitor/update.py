"""What travels to a wall that is open: only what has changed since the browser last asked."""

from typing import Any

from components.figures.sparkline import spark_mask
from components.readings import amperes, degrees, volts
from components.sent import Sent
from db.queries.stations.state import LiveFacts, StationNow
from pages.monitor.tile import most_current_a, tile_class
from pages.station.labels import digest, left_words, short_hash
from pages.station.progress import Progress, progress


def entry(station: StationNow) -> dict[str, Any]:
    """Return what scripts know of a station: for order, filter and search, and fresh measures.

    `d` are digests of what is said, of the small line, and of the measures; what has not changed
    since the browser told its own is left out by `news`.
    """
    live, at = station.live, progress(station)
    values = _values(station, live, at)
    trend = live.trend if live else ()
    return {
        "d": [
            digest(station),
            short_hash(trend[-1:] + trend[:1] if trend else ()),
            short_hash(values),
        ],
        "s": station.state.value,
        "u": station.beneath.value if station.beneath else "",
        "n": station.name,
        "q": _searched(station),
        "c": tile_class(station),
        "l": None if at is None or at.left_s is None else round(at.left_s),
        "v": values,
        "t": spark_mask(trend, dashed=station.lost_at is not None),
    }


def news(entry_now: dict[str, Any], known: Sent) -> dict[str, Any] | None:
    """Return what a browser does not know yet; None if nothing has changed."""
    seen = known if isinstance(known, list) and len(known) == len(entry_now["d"]) else [""] * 3
    said, line, values = (now != before for now, before in zip(entry_now["d"], seen, strict=True))
    if not (said or line or values):
        return None
    told: dict[str, Any] = {"d": entry_now["d"]}
    if said:
        told |= {key: entry_now[key] for key in ("s", "u", "n", "q", "c")}
    if line:
        told["t"] = entry_now["t"]
    if values or said:
        told |= {"v": entry_now["v"], "l": entry_now["l"]}
    return told


def _values(station: StationNow, live: LiveFacts | None, at: Progress | None) -> list[Any]:
    """Return V, A, degC as they are shown, the time of the sample (ms), percent, time left."""
    if live is None:
        return []
    most_a = most_current_a(station)
    percent = None if at is None or at.part is None else round(100 * at.part)
    sampled = live.measured_at or live.seen_at
    return [
        volts(live.voltage_v),
        amperes(live.current_a, most_a)[0],
        degrees(live.temperature_degc),
        round(sampled.timestamp() * 1000),
        percent,
        left_words(at) if at else "",
    ]


def _searched(station: StationNow) -> str:
    shown = station.experiment
    names = [station.name]
    if shown:
        names += [shown.name, shown.battery.name, shown.battery.serial_number, shown.user_name]
    for held in station.held:
        names += [held.name, held.battery.name if held.battery else ""]
    if station.confirmed:
        names += [station.confirmed.name, station.confirmed.serial_number]
    return " ".join(names).casefold()
