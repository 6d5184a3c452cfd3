"""Batteries as files: the list as it is shown, and the life of one."""

import csv
import io
from collections.abc import Iterator
from time import monotonic
from typing import Any

from flask import Flask, Response, request

from cycling.formats.columns.labels import neutralised
from dashboard.turns import begin_export
from db.commands.audit import record_export
from db.engine import Database
from db.queries.batteries.detail import battery_details
from db.queries.batteries.filters import BatteryFilter
from db.queries.batteries.table import BatteryRow, BatterySortKey, list_batteries
from db.queries.lists import Sort, read_sort
from pages.batteries.filters import view_of as list_view
from pages.batteries.listing import FILE
from pages.battery.life.address import view_of as life_view
from pages.battery.life.files import life_pieces
from pages.battery.life.reading import joined_life
from pages.context import actor, database, patient_database

AT_A_TIME = 1000
HEADS = (
    *("id", "name", "serial_number", "technology", "chemistry", "kind", "manufacturer", "model"),
    *("nominal_capacity_ah", "electrode_size_cm2", "voltage_min_v", "voltage_max_v"),
    *("state", "where", "experiments", "last_experiment", "last_experiment_state"),
    *("complete_cycles", "last_capacity_ah", "retention_pct", "equivalent_full_cycles"),
    *("resistance_10s_ohm", "experiments_not_added_up"),
)


def add_battery_files(server: Flask) -> None:
    """Add the routes; who may call them stands in `dashboard.roles`."""
    server.add_url_rule(FILE, "batteries_csv", _list, methods=["GET"])
    server.add_url_rule(
        "/batteries/<int:battery_id>/life.csv", "battery_life_csv", _life, methods=["GET"]
    )


def _list() -> Response:
    """Return the table as an address narrows and sorts it."""
    given = request.args.to_dict(flat=False)
    view = list_view({name: one if len(one) > 1 else one[0] for name, one in given.items()})
    sort = read_sort(request.args.get("sort"), BatterySortKey)
    by = actor()
    begin_export()
    record_export(database(), "batteries", {"format": "csv", **request.args.to_dict()}, by=by)
    lines = _list_lines(patient_database(), view.to_filter(), sort)
    return _attachment(lines, f"batteries-{by.now:%Y-%m-%d}.csv")


def _life(battery_id: int) -> Response:
    """Return the cycles of a battery over all of its experiments."""
    known = battery_details(database(), battery_id)
    view = life_view(request.args.to_dict(flat=False))
    begin_export()
    began = monotonic()
    joined = joined_life(patient_database(), known.id, view, lambda: monotonic() - began)
    detail = {"format": "csv", "what": "life"}
    record_export(database(), f"battery {known.id}", detail, by=actor())
    return _attachment(life_pieces(joined), f"battery-{known.id}-life.csv")


def _list_lines(
    opened: Database, wanted: BatteryFilter, sort: Sort[BatterySortKey] | None
) -> Iterator[bytes]:
    yield _csv([HEADS])
    offset = 0
    while True:
        page = list_batteries(opened, wanted, sort, offset=offset, limit=AT_A_TIME)
        yield _csv([_cells(row) for row in page.rows])
        offset += len(page.rows)
        if len(page.rows) < AT_A_TIME:
            return


def _cells(row: BatteryRow) -> tuple[Any, ...]:
    last, life = row.use.last, row.life
    texts = (row.name, row.serial_number, row.technology, row.chemistry, row.cell_kind)
    return (
        row.id,
        *(neutralised(str(one)) for one in (*texts, row.manufacturer, row.model)),
        *(row.capacity_ah, row.electrode_size_cm2, *row.voltage_v),
        *(row.use.state, neutralised(row.use.station), row.use.experiments),
        *((last.id, last.state) if last else (None, None)),
        *(life.cycles, life.last_capacity_ah, life.retention_pct, life.equivalent_full_cycles),
        *(life.resistance_ohm, life.pending),
    )


def _csv(rows: list[tuple[Any, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _attachment(content: Iterator[bytes], name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype="text/csv", headers=headers)
