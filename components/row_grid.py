"""A grid that asks for its rows block by block."""

from typing import Any

import dash_ag_grid as dag

from components.sent import Sent

BLOCK = 100
LAST_ROW = 2**31 - 1


def row_grid(grid_id: str, *, narrow: bool) -> dag.AgGrid:
    """Return the grid; which columns it has is set in the browser, as the user chose."""
    return dag.AgGrid(
        id=grid_id,
        className="bem-grid",
        columnDefs=[],
        rowModelType="infinite",
        getRowId="params.data.key",  # a text; the grid warns about numbers
        defaultColDef={
            "sortable": True,
            "resizable": True,
            "suppressMovable": True,
            "sortingOrder": ["asc", "desc", None],
            "suppressHeaderMenuButton": True,
        },
        dashGridOptions={
            "cacheBlockSize": BLOCK,
            "maxBlocksInCache": 20,
            "maxConcurrentDatasourceRequests": 1,
            "infiniteInitialRowCount": 1,
            "rowBuffer": 10,
            "suppressMultiSort": True,
            "rowHeight": 57 if narrow else 33,
            "headerHeight": 0 if narrow else 33,
            "animateRows": False,
        },
        style={"height": "100%", "width": "100%"},
    )


def sort_text(request: Sent) -> str:
    """Return the order that a block's request names as in the address: `-started`, or blank."""
    model = request.get("sortModel") if isinstance(request, dict) else None
    first = model[0] if isinstance(model, list) and model else None
    if not isinstance(first, dict):
        return ""
    return ("-" if first.get("sort") == "desc" else "") + str(first.get("colId") or "")


def asked_block(request: Sent) -> tuple[int, int]:
    """Return the first row and the number of rows that a request asks for, within bounds."""
    asked = request if isinstance(request, dict) else {}
    start = min(max(0, _whole(asked.get("startRow"), 0)), LAST_ROW)
    end = _whole(asked.get("endRow"), start + BLOCK)
    return start, min(max(0, end - start), BLOCK)


def _whole(value: object, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise


def column(field: str, title: str, **more: Sent) -> dict[str, Any]:
    """Return the definition of a column."""
    return {"field": field, "headerName": title, **more}


def right(field: str, title: str, **more: Sent) -> dict[str, Any]:
    """Return the definition of a column of numbers or times."""
    return column(field, title, type="rightAligned", **more)


def in_order(
    columns: list[dict[str, Any]], sort_key: str, *, descending: bool
) -> list[dict[str, Any]]:
    """Return the definitions of columns, one of them sorted."""
    for one in columns:
        if one["field"] == sort_key:
            one["sort"] = "desc" if descending else "asc"
    return columns
