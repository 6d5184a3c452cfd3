"""The columns of the experiments table."""

from typing import Any

from components.row_grid import right

SHOWN = ["technology", "station", "profile", "started", "duration"]
OPTIONAL = {
    "technology": "Technology",
    "station": "Station",
    "profile": "Profile",
    "created": "Created",
    "started": "Started",
    "finished": "Finished",
    "duration": "Duration",
}

NARROW_COLUMNS = [
    {"field": "name", "headerName": "Name", "cellRenderer": "ExperimentLines", "flex": 1}
]


def wide_columns(sort_key: str = "", *, descending: bool = False) -> list[dict[str, Any]]:
    """Return the column definitions, one of them sorted; `optional` ones can be hidden."""
    columns: list[dict[str, Any]] = [
        right("id", "ID", width=86),
        {
            "field": "name",
            "headerName": "Name",
            "cellRenderer": "ExperimentName",
            "flex": 2,
            "minWidth": 180,
        },
        {
            "field": "status",
            "headerName": "Status",
            "cellRenderer": "ExperimentStatus",
            "width": 176,
        },
        {
            "field": "battery",
            "headerName": "Battery",
            "flex": 1,
            "minWidth": 110,
            "cellRenderer": "Cut",
        },
        {"field": "technology", "headerName": "Technology", "width": 112},
        {"field": "station", "headerName": "Station", "width": 110, "cellRenderer": "Cut"},
        {
            "field": "profile",
            "headerName": "Profile",
            "flex": 1,
            "minWidth": 130,
            "cellRenderer": "Cut",
        },
        right("created", "Created", width=124, cellRenderer="Titled"),
        right("started", "Started", width=124, cellRenderer="Titled"),
        right("finished", "Finished", width=124, cellRenderer="Titled"),
        right("duration", "Duration", width=124),
    ]
    for column in columns:
        column["optional"] = column["field"] in OPTIONAL
        if column["field"] == sort_key:
            column["sort"] = "desc" if descending else "asc"
    return columns
