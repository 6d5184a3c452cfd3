"""Files in and out, as streams: uploads into the data folder; measures, reports, audit trail."""

import csv
import hashlib
import io
import json
import math
import uuid
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO
from urllib.parse import unquote

from flask import Flask, Response, request, send_file
from flask_login import current_user
from werkzeug.exceptions import ClientDisconnected

from components.audit_labels import thing
from cycling.errors import BemError, InputError, NotFoundError
from cycling.formats.columns.labels import neutralised
from dashboard.part_file import part_file
from dashboard.settings import WebSettings
from dashboard.turns import begin_export
from db.commands.audit import record_export
from db.commands.kept_files import kept_path
from db.commands.uploads import add_upload, upload_path
from db.engine import Database
from db.measures.cycle_files import TYPES, CycleFormat, cycle_file, cycle_file_name
from db.measures.export import CsvChoice, csv_file_name, csv_pieces
from db.measures.parquet_files import TYPE as PARQUET
from db.measures.parquet_files import parquet_pieces
from db.queries.audit import AuditFilter, AuditRow, audit_pieces, names_now
from db.queries.experiments.detail import experiment_facts
from pages.audit.filters import FILE, view_of
from pages.context import actor, database, now, patient_database, viewer
from pages.experiment.report.document import experiment_report

PIECE_BYTES = 1024 * 1024
NAME_LENGTH = 255
LATEST_S = 1e11  # what a time can say
AUDIT_COLUMNS = ("Time / UTC", "User", "From", "Action", "Target", "Target key", "Details")


def add_files(server: Flask, settings: WebSettings) -> None:
    """Add the routes; who may call them stands in `dashboard.roles`."""

    @server.put("/uploads", endpoint="upload")
    def _upload() -> tuple[dict[str, object], int]:
        name = _file_name(request.headers.get("X-File-Name", ""))
        length = _checked_length(settings, request.content_length)
        upload_id = uuid.uuid4().hex
        path = upload_path(settings.data_dir, upload_id)
        sha256 = _receive(request.stream, path, length, settings.limits.min_free_bytes)
        try:
            add_upload(
                database(),
                upload_id=upload_id,
                file_name=name,
                size_bytes=length,
                sha256=sha256,
                user_name=current_user.name,
                now=now(),
            )
        except Exception:
            path.unlink(missing_ok=True)  # nobody would find it
            raise
        return {"id": upload_id, "name": name, "size": length}, 201

    server.add_url_rule(
        "/experiments/<int:experiment_id>/measures.csv", "measures_csv", _measures, methods=["GET"]
    )

    @server.get("/experiments/<int:experiment_id>/measures.parquet", endpoint="measures_parquet")
    def _parquet(experiment_id: int) -> Response:
        return _measures(experiment_id, "parquet")

    server.add_url_rule(
        "/experiments/<int:experiment_id>/cycles.<kind>", "cycles_file", _cycles, methods=["GET"]
    )

    @server.get("/experiments/<int:experiment_id>/files/<int:number>", endpoint="original_file")
    def _original(experiment_id: int, number: int) -> Response:
        data_dir = server.extensions["bem.data_dir"]
        return _original_file(data_dir, experiment_id, number)

    server.add_url_rule(
        "/experiments/<int:experiment_id>/report.html", "report_html", _report, methods=["GET"]
    )
    server.add_url_rule(FILE, "audit_csv", _audit_trail, methods=["GET"])


def _measures(experiment_id: int, kind: str = "csv") -> Response:
    """Return measures as a stream."""
    experiment = experiment_facts(database(), experiment_id)
    choice = _csv_choice(request.args)
    begin_export()
    name = csv_file_name(experiment.id, experiment.name, choice)
    if kind == "parquet":
        pieces, mimetype = parquet_pieces(patient_database(), experiment.id, choice), PARQUET
        name = f"{name.removesuffix('.csv')}.{kind}"
    else:
        pieces, mimetype = csv_pieces(patient_database(), experiment.id, choice), "text/csv"
    record_export(database(), f"experiment {experiment.id}", {"format": kind}, by=actor())
    return _attachment(pieces, mimetype, name)


def _cycles(experiment_id: int, kind: str) -> Response:
    """Return the cycle table, by the conventions that are chosen."""
    known = experiment_facts(database(), experiment_id)
    if kind not in list(CycleFormat):
        raise NotFoundError(
            f"Cycles are written as {', '.join(CycleFormat)}, not as “{kind[:20]}”."
        )
    begin_export()
    content = cycle_file(patient_database(), known.id, CycleFormat(kind))
    detail = {"format": kind, "what": "cycles"}
    record_export(database(), f"experiment {known.id}", detail, by=actor())
    name = cycle_file_name(known, CycleFormat(kind))
    return _attachment(content, TYPES[CycleFormat(kind)], name)


def _original_file(data_dir: Path, experiment_id: int, number: int) -> Response:
    """Return the instrument's file that was kept with an experiment."""
    known = experiment_facts(database(), experiment_id)
    files = known.source.files if known.source else ()
    file = files[number] if number < len(files) and files[number].kept else None
    path = kept_path(data_dir, file.sha256) if file else None
    if file is None or path is None or not path.is_file():
        raise NotFoundError(f"Experiment {experiment_id} has no such file.")
    begin_export()
    detail = {"format": "original file", "file": file.file_name}
    record_export(database(), f"experiment {known.id}", detail, by=actor())
    return send_file(path, "application/octet-stream", True, file.file_name)


def _report(experiment_id: int) -> Response:
    """Return a report; as an attachment: our own pages' policy would forbid the scripts in it."""
    known, by = experiment_facts(database(), experiment_id), actor()
    begin_export()
    document = experiment_report(patient_database(), known.id, viewer(), by.now)
    record_export(database(), f"experiment {known.id}", {"format": "html"}, by=by)
    name = csv_file_name(known.id, known.name).removesuffix(".bdf.csv")
    return _attachment(document, "text/html", f"{name}-report.html")


def _audit_trail() -> Response:
    by, view = actor(), view_of(request.args)
    begin_export()
    record_export(database(), "audit trail", view.to_query(), by=by, deed="export audit trail")
    lines = _audit_lines(patient_database(), view.to_filter(viewer().zone))
    return _attachment(lines, "text/csv", f"audit-{by.now:%Y-%m-%d}.csv")


def _attachment(content: str | bytes | Iterable[bytes], mimetype: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype=mimetype, headers=headers)


def _audit_lines(opened: Database, choice: AuditFilter) -> Iterator[bytes]:
    yield _csv_lines([AUDIT_COLUMNS])
    for piece in audit_pieces(opened, choice):
        names = names_now(opened, {row.target for row in piece})
        yield _csv_lines([_cells(row, names) for row in piece])


def _csv_lines(rows: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _cells(row: AuditRow, names: Mapping[str, str]) -> tuple[str, ...]:
    """Return a row's cells, the target in the page's words; none is a formula to a spreadsheet."""
    was = row.detail.get("name")
    target, _ = thing(row.target, names, was if isinstance(was, str) else "")
    detail = json.dumps(row.detail, ensure_ascii=False) if row.detail else ""
    texts = (row.user_name, row.address, row.action, target, row.target, detail)
    return (f"{row.at:%Y-%m-%dT%H:%M:%S.%f}Z", *map(neutralised, texts))


def _file_name(header: str) -> str:
    """Return the last part of the name that the browser sent; it never becomes a path."""
    name = unquote(header).replace("\\", "/").rsplit("/", 1)[-1]
    printable = "".join(character for character in name if character.isprintable()).strip()
    return printable[-NAME_LENGTH:] or "file"


def _checked_length(settings: WebSettings, length: int | None) -> int:
    """Refuse what is too large, before a byte is read."""
    if length is None:
        raise InputError("The size of the file is not known. Choose the file again.")
    if length == 0:
        raise InputError("The file is empty. Choose a file that has measures in it.")
    if length > settings.limits.max_upload_bytes:
        limit = settings.limits.max_upload_bytes / 1e9
        raise InputError(f"The file is larger than {limit:.1f} GB. Split it into several files.")
    return length


def _receive(stream: IO[bytes], path: Path, length: int, min_free_bytes: int) -> str:
    """Write a stream to a file and return its SHA-256. A cut-off upload leaves nothing."""
    try:
        with part_file(path, length, min_free_bytes) as file:
            size, sha256 = _copy(stream, file)
            if size != length:  # gunicorn's stream ends like a whole one if the browser has gone
                raise InputError("The upload broke off. Choose the file again.")
    except ClientDisconnected as error:  # by the web server, which was tired of waiting
        raise InputError("The upload came to a stop. Choose the file again.") from error
    except OSError as error:
        raise BemError("The file could not be stored on the server. Tell an admin.") from error
    return sha256


def _copy(stream: IO[bytes], file: IO[bytes]) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    while piece := stream.read(PIECE_BYTES):
        file.write(piece)
        digest.update(piece)
        size += len(piece)
    return size, digest.hexdigest()


def _csv_choice(arguments: Mapping[str, str]) -> CsvChoice:
    """Read `columns=voltage,x12`, `from` and `to` (Unix seconds); absent ones choose everything."""
    columns = arguments.get("columns")
    ends = (_seconds(arguments, "from", -math.inf), _seconds(arguments, "to", math.inf))
    return CsvChoice(
        channels=None if columns is None else [one for one in columns.split(",") if one],
        between=None if ends == (-math.inf, math.inf) else ends,
    )


def _seconds(arguments: Mapping[str, str], name: str, otherwise: float) -> float:
    text = arguments.get(name)
    if not text:
        return otherwise
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not abs(seconds) <= LATEST_S:
        raise InputError(f"{name}={text[:40]} is no time. Write Unix seconds, like 1763800000.5.")
    return seconds
