"""The messages between an open overview and the server: only what has changed travels."""

from typing import Any

from components.figures.sparkline import spark_mask
from components.readings import amperes, degrees, volts
from components.sent import Sent
from db.queries.stations.state import LiveFacts, StationNow
from pages.monitor.tile import most_current_a, tile_class
from pages.station.labels import digest, short_hash
from pages.station.progress import Progress, progress


class Key:
    """The fields of a station, short as they travel; `KEY` in assets/js/monitor.js is the same."""

    TEXT_DIGEST = "dt"
    LINE_DIGEST = "dl"
    VALUES_DIGEST = "dv"
    STATE = "s"
    STATES = "u"  # all that it is found under
    NAME = "n"
    SEARCHED = "q"  # what a search looks through
    CLASS = "c"  # of the tile
    LINE = "t"  # the picture of the small line
    VOLTS = "v"  # this and what follows as they are shown
    AMPERES = "a"
    DEGREES = "h"
    SAMPLED_MS = "m"  # null: nothing is heard of the station
    PERCENT = "p"  # null where the time that is left is known
    LEFT = "r"  # that time, as the numbers from which the script goes on counting; or null


TEXT = (Key.STATE, Key.STATES, Key.NAME, Key.SEARCHED, Key.CLASS)
VALUES = (Key.VOLTS, Key.AMPERES, Key.DEGREES, Key.SAMPLED_MS, Key.PERCENT, Key.LEFT)
# what travels again when a digest changes
PARTS = {
    Key.TEXT_DIGEST: (*TEXT, *VALUES),
    Key.LINE_DIGEST: (Key.LINE,),
    Key.VALUES_DIGEST: VALUES,
}


def entry(station: StationNow) -> dict[str, Any]:
    """Return all fields of a station: for order, filter and search, and fresh measures."""
    live, at = station.live, progress(station)
    values = _values(station, live, at)
    trend = live.trend if live else ()
    return {
        Key.TEXT_DIGEST: digest(station),
        Key.LINE_DIGEST: short_hash(trend[-1:] + trend[:1] if trend else ()),
        Key.VALUES_DIGEST: short_hash(values),
        Key.STATE: station.state.value,
        Key.STATES: sorted(station.states),
        Key.NAME: station.name,
        Key.SEARCHED: _searched(station),
        Key.CLASS: tile_class(station),
        Key.LINE: spark_mask(trend, dashed=station.lost_at is not None),
        **values,
    }


def update(fields: dict[str, Any], digests: Sent) -> dict[str, Any]:
    """Return the fields that a browser with these digests does not have yet."""
    before = digests if isinstance(digests, dict) else {}
    changed = [name for name in PARTS if fields[name] != before.get(name)]
    return {key: fields[key] for name in changed for key in (name, *PARTS[name])}


def _values(station: StationNow, live: LiveFacts | None, at: Progress | None) -> dict[str, Any]:
    """Return V, A, degC as they are shown, time of the sample (ms), percent or time left."""
    if live is None:
        return dict.fromkeys(VALUES)
    sampled = live.measured_at or live.seen_at
    return {
        Key.VOLTS: volts(live.voltage_v),
        Key.AMPERES: amperes(live.current_a, most_current_a(station))[0],
        Key.DEGREES: degrees(live.temperature_degc),
        Key.SAMPLED_MS: round(sampled.timestamp() * 1000),
        Key.PERCENT: int(100 * at.part) if at and at.left is None else None,
        Key.LEFT: at.left.numbers() if at and at.left else None,
    }


def _searched(station: StationNow) -> str:
    experiment, confirmed = station.experiment, station.confirmed
    names = [station.name]
    if experiment:
        battery = experiment.battery
        names += [experiment.name, battery.name, battery.serial_number, experiment.user_name]
    for held in station.held:
        names += [held.name, held.battery.name if held.battery else ""]
    if confirmed:
        names += [confirmed.name, confirmed.serial_number]
    return " ".join(names).casefold()
