"""What the tabs and the people ask for, as a file that the process with the users reads."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.site.callbacks import DRAWN, PAGE, SHOWN, THEME, Body, Window
from bench.site.dependencies import Forms
from bench.site.fill import Filled
from bench.site.work import BEGIN, SEARCHED
from components import experiment_table
from components.shell import Ids as Shell
from cycling.terms import ExperimentStatus, Technology
from pages.experiment.ids import Ids as Experiment
from pages.experiment.layout import CLOCK
from pages.experiments.listing import Ids as Experiments
from pages.live.ids import Ids as Live

RANGE_S = 3600
LIVE_SHOWN = ["voltage", "current", "x1"]
SORTS = ("-started", "name", "-duration", "battery")
VIEWS: tuple[dict[str, object], ...] = (
    {},
    {"status": [ExperimentStatus.FINISHED.value]},
    {"technology": [next(iter(Technology)).value]},
    {"q": SEARCHED},
)
WINDOWS = 20
HOW_OFTEN = {  # of a person's looks at something, each by its kind
    "table, a page": 3,
    "table, filtered": 3,
    "preview": 3,
    "graph, whole": 1,
    "graph, zoomed": 3,
    "CSV, its head": 1,
}


@dataclass(frozen=True)
class Station:
    """A station that runs, and its experiment."""

    station_id: int
    experiment_id: int


def write_plan(
    file: Path, forms: Forms, cookie: str, stations: Sequence[Station], filled: Filled, many: int
) -> Path:
    """Write everything that is asked for; `many` are the experiments in the table."""
    plan = {
        "cookie": cookie,
        "live": [{"draw": live_draw(forms, one), "ask": live_ask(forms, one)} for one in stations],
        "looks": looks(forms, filled, many),
        "often": HOW_OFTEN,
    }
    file.write_text(json.dumps(plan), encoding="utf-8")
    return file


def looks(forms: Forms, filled: Filled, many: int) -> dict[str, list[object]]:
    """Return by kind what a person may ask for: bodies of callbacks, or addresses."""
    id_ = filled.experiment_id
    pages = [
        table(forms, first, sort, {})
        for first in range(0, many, max(PAGE, many // 20))
        for sort in SORTS
    ]
    return {
        "table, a page": [*pages],
        "table, filtered": [table(forms, 0, sort, view) for sort in SORTS for view in VIEWS[1:]],
        "preview": [f"/experiments/{id_}/preview.svg?theme={theme}" for theme in ("light", "dark")],
        "graph, whole": [graph(forms, id_, None)],
        "graph, zoomed": [graph(forms, id_, window) for window in _windows(filled.measures)],
        "CSV, its head": [f"/experiments/{id_}/measures.csv"],
    }


def table(forms: Forms, first: int, sort: str, view: Mapping[str, object]) -> Body:
    """Ask for a block of the table of experiments; a sort like `-started`."""
    column = {"colId": sort.removeprefix("-"), "sort": "desc" if sort.startswith("-") else "asc"}
    request = {"startRow": first, "endRow": first + PAGE, "sortModel": [column], "filterModel": {}}
    changed = f"{Experiments.GRID}.getRowsRequest"
    values = {
        changed: request,
        f"{Experiments.VIEW}.data": dict(view),
        f"{Experiments.COLUMNS}.value": experiment_table.SHOWN,
    }
    return forms.body(f"{Experiments.GRID}.getRowsResponse", changed, values)


def graph(forms: Forms, experiment_id: int, window: Window | None) -> Body:
    """Ask for the graph of an experiment, or for a window of one that is drawn."""
    zoom = None if window is None else [1000 * (BEGIN.timestamp() + end) for end in window]
    changed = f"{Shell.THEME}.data" if window is None else f"{Experiment.WINDOW}.data"
    values = {
        f"{Experiment.CHANNELS}.value": SHOWN,
        f"{Shell.THEME}.data": THEME,
        f"{Experiment.WINDOW}.data": zoom,
        f"{Experiment.TIME}.value": CLOCK,
        f"{Experiment.NOTED}.data": 0,
        f"{Experiment.EXPERIMENT}.data": experiment_id,
        f"{Shell.NARROW}.data": False,
        f"{Experiment.DRAWN}.data": None if window is None else DRAWN,
    }
    return forms.body(f"{Experiment.GRAPH}.figure", changed, values)


def live_draw(forms: Forms, station: Station) -> Body:
    """Ask for the graph of a live view that is opened."""
    values = {
        f"{Live.CHANNELS}.value": LIVE_SHOWN,
        f"{Shell.THEME}.data": THEME,
        f"{Live.RANGE}.value": RANGE_S,
        f"{Live.EXPERIMENT}.data": station.experiment_id,
        f"{Live.STATION}.data": station.station_id,
        f"{Shell.NARROW}.data": False,
    }
    return forms.body(f"{Live.GRAPH}.figure", f"{Live.EXPERIMENT}.data", values)


def live_ask(forms: Forms, station: Station) -> Body:
    """Ask what is new on a station; the tab changes `after`, `d` and `g` as answers come."""
    asked = {
        "e": station.experiment_id,
        "after": -1,
        "shown": LIVE_SHOWN,
        "read": ["power", "x2"],
        "d": "",
        "g": "",
    }
    values = {f"{Live.ASK}.data": asked, f"{Live.STATION}.data": station.station_id}
    return forms.body(f"{Live.UPDATE}.data", f"{Live.ASK}.data", values)


def _windows(measures: int) -> Iterator[Window]:
    for number in range(WINDOWS):
        first = number * measures // (WINDOWS + 2)
        yield first, first + measures // (10 if number % 2 else 100)
