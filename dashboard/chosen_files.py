"""Files of several experiments: their measures in a zip, their cycles as one table, comparisons."""

from collections.abc import Iterator
from time import monotonic

from flask import Flask, Response, request

from cycling.errors import InputError, NotFoundError
from dashboard.turns import begin_export
from dashboard.zip_stream import zip_pieces
from db.commands.audit import record_export
from db.measures.cycle_files import TYPES, CycleFormat, cycles_of_several
from db.measures.export import csv_file_name, csv_pieces
from db.queries.experiments.compared import ComparedExperiment, compared_experiments
from pages.context import actor, database, patient_database, viewer
from pages.experiments.chosen import chosen_ids
from pages.experiments.compare.address import Curve, View, view_of
from pages.experiments.compare.curves import Curves, curves_of
from pages.experiments.compare.files import (
    CURVES,
    FILES,
    PATH,
    REPORT,
    curve_pieces,
    file_name,
    pieces,
)
from pages.experiments.compare.reading import Comparison, comparison
from pages.experiments.compare.report import comparison_report

ONE_TABLE = (CycleFormat.CSV, CycleFormat.PARQUET)


def add_chosen_files(server: Flask) -> None:
    """Add the routes; who may call them stands in `dashboard.roles`."""
    server.add_url_rule("/experiments/measures.zip", "chosen_measures", _measures, methods=["GET"])
    server.add_url_rule("/experiments/cycles.<kind>", "chosen_cycles", _cycles, methods=["GET"])
    server.add_url_rule(f"{PATH}/<kind>.csv", "comparison_csv", _comparison, methods=["GET"])
    server.add_url_rule(REPORT, "comparison_report", _report, methods=["GET"])


def _measures() -> Response:
    """Return a zip with the measures of each experiment; where one has none, say so."""
    chosen = _chosen()
    begin_export()
    opened = patient_database()
    each = [(csv_file_name(one.id, one.name), csv_pieces(opened, one.id)) for one in chosen]
    _record(chosen, "zip of csv")
    return _attachment(zip_pieces(each), "application/zip", f"measures-{len(chosen)}.zip")


def _cycles(kind: str) -> Response:
    """Return the cycle tables of all in one table, each by its conventions."""
    if kind not in ONE_TABLE:
        raise NotFoundError(f"Cycles of several are written as csv or parquet, not “{kind[:20]}”.")
    chosen = _chosen()
    begin_export()
    content = cycles_of_several(patient_database(), [one.id for one in chosen], CycleFormat(kind))
    _record(chosen, kind, what="cycles")
    return _attachment(content, TYPES[CycleFormat(kind)], f"cycles-{len(chosen)}.{kind}")


def _comparison(kind: str) -> Response:
    known = (*FILES, CURVES)
    if kind not in known:
        raise NotFoundError(f"A comparison is written as {' or '.join(known)}, not “{kind[:20]}”.")
    view = _view()
    if kind == CURVES and view.curve is Curve.NONE:
        raise InputError("Choose a curve first: voltage or dqdv.")
    found, curves = _compared(view, with_curves=kind == CURVES)
    _record(found.experiments, "csv", what=f"comparison, {kind}")
    content = curve_pieces(curves) if kind == CURVES else pieces(kind, found)
    return _attachment(content, "text/csv", file_name(kind, view, found.metrics))


def _report() -> Response:
    """Return a report; as an attachment: our own pages' policy would forbid the scripts in it."""
    view, by = _view(), actor()
    found, curves = _compared(view)
    document = comparison_report(patient_database(), found, curves, viewer(), by.now)
    _record(found.experiments, "html", what="comparison, report")
    return _attachment(
        document.encode(), "text/html", f"comparison-{len(view.members)}-report.html"
    )


def _view() -> View:
    """Return what is compared. Raises InputError for experiments that are none."""
    chosen_ids(request.args.get("experiments"))
    return view_of(request.args.to_dict(flat=False))


def _compared(view: View, *, with_curves: bool = True) -> tuple[Comparison, Curves]:
    """Take a turn, then read a comparison, with its curves or without."""
    begin_export()
    opened, began = patient_database(), monotonic()
    found = comparison(opened, view, lambda: monotonic() - began)
    return found, curves_of(opened, found) if with_curves else Curves(found)


def _chosen() -> tuple[ComparedExperiment, ...]:
    """Return the experiments that the address names. Raises NotFoundError if one is not there."""
    known = compared_experiments(database(), chosen_ids(request.args.getlist("experiments")))
    if known.gone:
        raise NotFoundError(next(iter(known.gone.values())))
    return known.experiments


def _record(chosen: tuple[ComparedExperiment, ...], kind: str, **more: str) -> None:
    for one in chosen:
        record_export(database(), f"experiment {one.id}", {"format": kind, **more}, by=actor())


def _attachment(content: bytes | Iterator[bytes], mimetype: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype=mimetype, headers=headers)
