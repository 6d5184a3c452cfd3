"""Reports as files."""

from flask import Flask, Response

from db.commands.audit import By, record_export
from db.measures.export import csv_file_name
from db.queries.experiments.detail import experiment_facts
from pages.context import database, now, viewer
from pages.experiment.report import experiment_report


def add_reports(server: Flask) -> None:
    """Add the route; who may call it stands in `dashboard.roles`."""

    @server.get("/experiments/<int:experiment_id>/report.html", endpoint="report_html")
    def _report(experiment_id: int) -> Response:
        known, who, time = experiment_facts(database(), experiment_id), viewer(), now()
        document = experiment_report(database(), known.id, who, time)
        record_export(database(), known.id, by=By(who.name, who.address, time), file_format="html")
        # an attachment: the policy of our own pages would forbid the scripts in it
        name = csv_file_name(known.id, known.name).removesuffix(".bdf.csv")
        return Response(
            document,
            mimetype="text/html",
            headers={"Content-Disposition": f'attachment; filename="{name}-report.html"'},
        )
