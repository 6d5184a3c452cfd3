"""The columns of the experiments table."""

from typing import Any

from components.row_grid import column, in_order, right

SHOWN = ["technology", "station", "profile", "started", "duration", "cycles"]
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
    "cycles": "Cycles",
    "capacity": "Last capacity / Ah",
    "retention": "Retention / %",
    "ce": "Mean CE / %",
    "tags": "Tags",
    "owner": "Owner",
}
LABELLED = {"tags", "owner"}  # those that are read beside the row
TIMED = {"test", "pauses"}  # those that are read from what was measured

CHOICE = column(
    "choice",
    "Chosen",
    cellRenderer="Choice",
    headerClass="bem-choice-head",
    cellClass="bem-choice",
    width=36,
    sortable=False,
    resizable=False,
)
NARROW_COLUMNS = [CHOICE, column("name", "Name", cellRenderer="ExperimentLines", flex=1)]


def wide_columns(sort_key: str = "", *, descending: bool = False) -> list[dict[str, Any]]:
    """Return the column definitions, one of them sorted; `optional` ones can be hidden."""
    columns = [
        dict(CHOICE),
        right("id", "ID", width=80),
        column("name", "Name", cellRenderer="ExperimentName", flex=8, minWidth=200),
        column("status", "Status", cellRenderer="ExperimentStatus", flex=1, minWidth=112),
        column("battery", "Battery", cellRenderer="Cut", flex=1, minWidth=88),
        column("technology", "Technology", width=98),
        column("station", "Station", cellRenderer="Cut", width=94),
        column("profile", "Profile", cellRenderer="Cut", flex=7, minWidth=108),
        right("created", "Created", width=114, cellRenderer="Titled"),
        right("started", "Started", width=110, cellRenderer="Titled"),
        right("finished", "Ended", width=114, cellRenderer="Titled"),
        right("duration", "Wall time", width=96),
        right("test", "Test time", width=108, sortable=False, cellRenderer="Titled"),
        right("pauses", "Pauses", width=100, sortable=False),
        right("cycles", "Cycles", width=74, cellRenderer="Titled"),
        right("capacity", "Last capacity / Ah", width=140, cellRenderer="Titled"),
        right("retention", "Retention / %", width=116, cellRenderer="Titled"),
        right("ce", "Mean CE / %", width=112, cellRenderer="Titled"),
        column("tags", "Tags", cellRenderer="Tags", width=180, sortable=False),
        column("owner", "Owner", cellRenderer="Cut", width=110, sortable=False),
    ]
    for one in columns:
        one["optional"] = one["field"] in OPTIONAL
    return in_order(columns, sort_key, descending=descending)
