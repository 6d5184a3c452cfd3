"""What a browser sends to have parts of the pages drawn."""

from collections.abc import Mapping, Sequence

from bench.site.work import BEGIN
from components import experiment_table
from components.shell import Ids as Shell
from pages.experiment.ids import Ids as Experiment
from pages.experiment.layout import CLOCK
from pages.experiments.listing import Ids as Experiments
from pages.live.ids import Ids as Live

UPDATE = "/_dash-update-component"
PAGE = 100
SHOWN, THEME = ["voltage", "current"], "light"
DRAWN = [SHOWN, THEME, CLOCK, 0]

Body = dict[str, object]
Window = tuple[int, int]  # measures of the generated experiment: first and last, one a second


def list_page(first: int = 0, sort: str = "", view: Mapping[str, object] | None = None) -> Body:
    """Ask for a block of the table; a sort like `-started`."""
    column = {"colId": sort.removeprefix("-"), "sort": "desc" if sort.startswith("-") else "asc"}
    wanted = {
        "startRow": first,
        "endRow": first + PAGE,
        "sortModel": [column] if sort else [],
        "filterModel": {},
    }
    return _body(
        [f"{Experiments.GRID}.getRowsResponse"],
        {f"{Experiments.GRID}.getRowsRequest": wanted},
        {
            f"{Experiments.VIEW}.data": dict(view or {}),
            f"{Experiments.COLUMNS}.value": experiment_table.SHOWN,
        },
        changed=f"{Experiments.GRID}.getRowsRequest",
    )


def graph(experiment_id: int, window: Window | None = None) -> Body:
    """Ask for the graph of an experiment that is opened, or zoomed to a window."""
    zoom = None if window is None else [1000 * (BEGIN.timestamp() + end) for end in window]
    return _body(
        [
            f"{Experiment.GRAPH}.figure",
            f"{Experiment.GRAPH}.style",
            f"{Experiment.RANGE}.children",
            f"{Experiment.DRAWN}.data",
        ],
        {
            f"{Experiment.CHANNELS}.value": SHOWN,
            f"{Shell.THEME}.data": THEME,
            f"{Experiment.WINDOW}.data": zoom,
            f"{Experiment.TIME}.value": CLOCK,
            f"{Experiment.NOTED}.data": 0,
        },
        {
            f"{Experiment.EXPERIMENT}.data": experiment_id,
            f"{Shell.NARROW}.data": False,
            f"{Experiment.DRAWN}.data": None if window is None else DRAWN,
        },
        changed=f"{Shell.THEME}.data" if window is None else f"{Experiment.WINDOW}.data",
    )


def live_question(station_id: int, asked: Mapping[str, object]) -> Body:
    """Ask what is new on a station, as an open live view does."""
    parts = (Live.HEAD, Live.NOTES, Live.PANEL, Live.QUEUE)
    return _body(
        [f"{Live.UPDATE}.data", *(f"{one}.children" for one in parts), f"{Live.EXPERIMENT}.data"],
        {f"{Live.ASK}.data": dict(asked)},
        {f"{Live.STATION}.data": station_id},
        changed=f"{Live.ASK}.data",
    )


def _body(
    outputs: Sequence[str],
    inputs: Mapping[str, object],
    state: Mapping[str, object],
    *,
    changed: str,
) -> Body:
    parts = [_part(name) for name in outputs]
    return {
        "output": outputs[0] if len(outputs) == 1 else f"..{'...'.join(outputs)}..",
        "outputs": parts[0] if len(parts) == 1 else parts,
        "inputs": [{**_part(name), "value": value} for name, value in inputs.items()],
        "state": [{**_part(name), "value": value} for name, value in state.items()],
        "changedPropIds": [changed],
    }


def _part(name: str) -> dict[str, object]:
    id_, _, property_ = name.partition(".")
    return {"id": id_, "property": property_}
