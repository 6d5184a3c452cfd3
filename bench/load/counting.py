"""What locust has counted, and what has become of the measures that were sent."""

import csv
import statistics
from pathlib import Path

from sqlalchemy import func, select

from bench.load.report import Measures, Requests
from db.models import ExtendedMeasure, GenericMeasure
from tests.faults.lab import Lab
from tests.faults.unit import ScriptedRun

CHANNELS = 4


def requests(file: Path) -> tuple[Requests, ...]:
    """Read what locust has counted, a kind of request a line."""
    with file.open(encoding="utf-8", newline="") as opened:
        return tuple(
            Requests(
                kind=row["Name"],
                count=int(row["Request Count"]),
                failures=int(row["Failure Count"]),
                p50_ms=float(row["50%"]),
                p95_ms=float(row["95%"]),
                p99_ms=float(row["99%"]),
                worst_ms=float(row["Max Response Time"]),
            )
            for row in csv.DictReader(opened)
            if int(row["Request Count"])
        )


def failures(failed: Path, raised: Path) -> list[str]:
    """Read what locust says about requests that failed, and about errors in the users."""
    said = []
    for file, name, words in ((failed, "Occurrences", "Error"), (raised, "Count", "Message")):
        with file.open(encoding="utf-8", newline="") as opened:
            said += [
                f"{row[name]} times {row.get('Name', 'a user')}: {row[words]}"
                for row in csv.DictReader(opened)
            ]
    return said


def measures_of(lab: Lab) -> tuple[Measures, list[str]]:
    """Compare what was sent with what is there, sample by sample."""
    runs = [run for unit in lab.units for run in unit.runs.values()]
    ids = [run.experiment for run in runs]
    with lab.database.read() as session:
        counts = [
            session.scalar(select(func.count()).where(model.experiment_id.in_(ids))) or 0
            for model in (GenericMeasure, ExtendedMeasure)
        ]
    sent = sum(run.made for run in runs)
    whole = counts == [sent, CHANNELS * sent]
    wrong = [said for run in runs if (said := _wrong(lab, run))] if whole else []
    lags = sorted(lag for unit in lab.units for lag in unit.lags)
    measures = Measures(sent, counts[0], counts[1] / CHANNELS, statistics.median(lags), _p95(lags))
    return measures, wrong


def _wrong(lab: Lab, run: ScriptedRun) -> str:
    try:
        lab.check_exact(run.experiment, run.made, CHANNELS)
    except AssertionError:
        return f"Experiment {run.experiment} has other values than were sent."
    return ""


def _p95(ordered: list[float]) -> float:
    return ordered[int(0.95 * (len(ordered) - 1))]
