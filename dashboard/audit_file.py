"""The audit trail as a CSV file, streamed."""

import csv
import io
import json
from collections.abc import Iterator

from flask import Flask, Response, request

from cycling.formats.columns.labels import neutralised
from db.commands.audit import By, record_audit_export
from db.engine import Database
from db.queries.audit import AuditFilter, AuditRow, audit_pieces
from pages.audit.filters import FILE, view_of
from pages.context import database, now, viewer

COLUMNS = ("Time / UTC", "User", "From", "Action", "Target", "Details")


def add_audit_file(server: Flask) -> None:
    """Add the route; who may call it stands in `dashboard.roles`."""

    @server.get(FILE, endpoint="audit_csv")
    def _audit_csv() -> Response:
        who, time, view = viewer(), now(), view_of(request.args)
        record_audit_export(database(), view.to_query(), by=By(who.name, who.address, time))
        return Response(
            _lines(database(), view.to_filter(who.zone)),
            mimetype="text/csv",
            headers={"Content-Disposition": f'attachment; filename="audit-{time:%Y-%m-%d}.csv"'},
        )


def _lines(opened: Database, wanted: AuditFilter) -> Iterator[bytes]:
    yield _written([COLUMNS])
    for piece in audit_pieces(opened, wanted):
        yield _written([_cells(row) for row in piece])


def _written(rows: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _cells(row: AuditRow) -> tuple[str, ...]:
    """Return a row's cells; none of them is a formula to a spreadsheet."""
    detail = json.dumps(row.detail, ensure_ascii=False) if row.detail else ""
    texts = (row.user_name, row.address, row.action, row.target, detail)
    return (f"{row.at:%Y-%m-%dT%H:%M:%S.%f}Z", *map(neutralised, texts))
