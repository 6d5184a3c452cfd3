"""The columns of the experiments table."""

from typing import Any

from components.row_grid import column, in_order, right

SHOWN = ["technology", "station", "profile", "started", "duration"]
OPTIONAL = {
    "technology": "Technology",
    "station": "Station",
    "profile": "Profile",
    "created": "Created",
    "started": "Started",
    "finished": "Ended",
    "duration": "Wall time",
    "test": "Test time",
    "pauses": "Pauses",
}
TIMED = {"test", "pauses"}  # those that are read from what was measured

NARROW_COLUMNS = [column("name", "Name", cellRenderer="ExperimentLines", flex=1)]


def wide_columns(sort_key: str = "", *, descending: bool = False) -> list[dict[str, Any]]:
    """Return the column definitions, one of them sorted; `optional` ones can be hidden."""
    columns = [
        right("id", "ID", width=86),
        column("name", "Name", cellRenderer="ExperimentName", flex=2, minWidth=180),
        column("status", "Status", cellRenderer="ExperimentStatus", width=176),
        column("battery", "Battery", cellRenderer="Cut", flex=1, minWidth=110),
        column("technology", "Technology", width=112),
        column("station", "Station", cellRenderer="Cut", width=110),
        column("profile", "Profile", cellRenderer="Cut", flex=1, minWidth=130),
        right("created", "Created", width=124, cellRenderer="Titled"),
        right("started", "Started", width=124, cellRenderer="Titled"),
        right("finished", "Ended", width=124, cellRenderer="Titled"),
        right("duration", "Wall time", width=124),
        right("test", "Test time", width=124, sortable=False),
        right("pauses", "Pauses", width=124, sortable=False),
    ]
    for one in columns:
        one["optional"] = one["field"] in OPTIONAL
    return in_order(columns, sort_key, descending=descending)
