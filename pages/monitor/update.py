"""The messages between an open overview and the server: only what has changed travels.

Texts travel by blocks of stations, so that a question names few digests however many stations there
are; measures and small lines only of the tiles that a browser draws.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import tzinfo
from math import floor
from typing import Any, TypeAlias

from components.figures.sparkline import spark_paths
from components.readings import amperes, degrees, volts
from components.sent import Sent
from components.status import STATION_LOOK
from db.queries.stations.overview import Trend
from db.queries.stations.state import LiveFacts, StationNow
from db.terms import OverviewState
from pages.monitor import tile
from pages.station.labels import short_hash
from pages.station.progress import Progress, progress

Lines: TypeAlias = Mapping[int, Trend]

BLOCK = 8  # ids, whose texts travel together
LINES_AT_ONCE = 40  # tiles whose small lines come with the page: those that are seen first


class Key:
    """The fields of a station, short as they travel; `KEY` in assets/js is the same."""

    STATE = "s"
    STATES = "u"  # all that it is found under
    BENEATH = "f"  # the state beneath an alarm, or ""
    NAME = "n"
    SEARCHED = "q"  # what a search looks through
    CLASS = "c"  # of the tile
    SIMULATED = "i"  # its mark and what that means, or null
    EXPERIMENT = "e"  # and what follows: see tile.py
    READINGS = "g"
    NOTES = "o"
    REMARK = "k"
    RUN = "w"
    ACTS = "b"
    NEXT = "x"
    HEARD = "y"
    CYCLES = "j"  # words about the last complete one, and the path of the capacities; or null
    LINE_DIGEST = "dl"
    LINE = "t"  # paths of line and gaps, and whether it is dashed
    VALUES_DIGEST = "dv"
    VOLTS = "v"  # this and what follows as they are shown
    AMPERES = "a"
    DEGREES = "h"
    SAMPLED_MS = "m"  # null: nothing is heard of the station
    TEST_S = "z"  # the test time, or null
    PERCENT = "p"  # null where the time that is left is known
    LEFT = "r"  # that time, as the numbers from which the script goes on counting; or null


VALUES = (
    Key.VOLTS,
    Key.AMPERES,
    Key.DEGREES,
    Key.SAMPLED_MS,
    Key.TEST_S,
    Key.PERCENT,
    Key.LEFT,
)


def drawn_first(stations: Iterable[StationNow]) -> list[int]:
    """Return the stations whose tiles a page shows at first."""
    urgency = list(OverviewState)
    by_urgency = sorted(stations, key=lambda one: urgency.index(one.state))
    return [one.id for one in by_urgency[:LINES_AT_ONCE]]


def asked_for(stations: Iterable[StationNow], asked: Sent) -> list[int]:
    """Return the stations whose tiles a browser draws that has asked."""
    drawn = _digests(asked, "drawn")
    return [one.id for one in stations if str(one.id) in drawn]


def whole(
    stations: Iterable[StationNow], lines: Lines, zone: tzinfo, *, operates: bool
) -> dict[str, Any]:
    """Return an update with everything, for a browser that has nothing yet."""
    parts = update(stations, {}, lines, zone, operates=operates)
    return {"all": True, "look": STATION_LOOK, **parts}


def update(
    stations: Iterable[StationNow], asked: Sent, lines: Lines, zone: tzinfo, *, operates: bool
) -> dict[str, Any]:
    """Return what a browser lacks that has asked with the digests of its blocks and drawn tiles.

    `lines` are those of the tiles that are drawn. `blocks` has the digest and the ids of each
    block whose texts have changed, `stations` fields.
    """
    has_blocks, has_drawn = _digests(asked, "blocks"), _digests(asked, "drawn")
    by_block: dict[str, list[StationNow]] = defaultdict(list)
    for one in stations:
        by_block[str(one.id // BLOCK)].append(one)
    blocks: dict[str, Any] = {name: ["", []] for name in has_blocks if name not in by_block}
    sent: dict[str, dict[str, Any]] = {}
    for name, members in by_block.items():
        texts = {one.id: text(one, zone, operates=operates) for one in members}
        digest = short_hash(json.dumps(texts))
        is_new = digest != has_blocks.get(name)
        if is_new:
            blocks[name] = [digest, list(texts)]
        for one in members:
            fields = dict(texts[one.id]) if is_new else {}
            if is_new or str(one.id) in has_drawn:
                fields |= _fresh(one, has_drawn.get(str(one.id)), lines.get(one.id))
            if fields:
                sent[str(one.id)] = fields
    parts = {"blocks": blocks, "stations": sent}
    return {name: part for name, part in parts.items() if part}


def text(station: StationNow, zone: tzinfo, *, operates: bool) -> dict[str, Any]:
    """Return what is said of a station in words, which needs no clock but the script's."""
    return {
        Key.STATE: station.state.value,
        Key.STATES: sorted(station.states),
        Key.BENEATH: station.beneath.value if station.beneath else "",
        Key.NAME: station.name,
        Key.SEARCHED: _searched(station),
        Key.CLASS: tile.tile_class(station),
        Key.SIMULATED: tile.simulated_label(station.speed) if station.simulated else None,
        Key.EXPERIMENT: tile.experiment_label(station),
        Key.READINGS: tile.readings(station),
        Key.NOTES: tile.notes(station, zone),
        Key.REMARK: tile.remark(station, zone),
        Key.RUN: tile.run(station, zone),
        Key.ACTS: tile.acts(station, operates=operates),
        Key.NEXT: tile.next_text(station),
        Key.HEARD: tile.heard(station),
        Key.CYCLES: tile.cycles(station),
    }


def _digests(asked: Sent, name: str) -> Mapping[str, Sent]:
    digests = asked.get(name) if isinstance(asked, dict) else None
    return digests if isinstance(digests, dict) else {}


def _fresh(station: StationNow, digests: Sent, trend: Trend | None) -> dict[str, Any]:
    """Return measures and small line where a browser with these digests lacks them."""
    before = digests if isinstance(digests, dict) else {}
    values = _values(station, station.live, progress(station))
    fields: dict[str, Any] = {}
    if (digest := short_hash(values)) != before.get(Key.VALUES_DIGEST):
        fields |= {Key.VALUES_DIGEST: digest, **values}
    if trend is None:
        return fields
    is_lost = station.lost_at is not None
    digest = short_hash((trend[-1:], trend[:1], is_lost))
    if digest != before.get(Key.LINE_DIGEST):
        fields |= {Key.LINE_DIGEST: digest, Key.LINE: [*spark_paths(trend), is_lost]}
    return fields


def _values(station: StationNow, live: LiveFacts | None, at: Progress | None) -> dict[str, Any]:
    """Return V, A, degC as they are shown, time of the sample (ms), percent or time left."""
    if live is None:
        return dict.fromkeys(VALUES)
    sampled = live.measured_at or live.seen_at
    return {
        Key.VOLTS: volts(live.voltage_v),
        Key.AMPERES: amperes(live.current_a, tile.most_current_a(station))[0],
        Key.DEGREES: degrees(live.temperature_degc),
        Key.SAMPLED_MS: round(sampled.timestamp() * 1000),
        Key.TEST_S: None if live.test_time_s is None else floor(live.test_time_s + 0.5),
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
