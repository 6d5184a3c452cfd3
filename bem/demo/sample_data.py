"""The demo's batteries and experiments, made by the battery model and imported like any other."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select

from bem.services import utc_now
from cycling.battery.description import NewBattery
from cycling.samples.batteries import sample_batteries
from cycling.samples.experiments import SampleExperiment, sample_experiments, sample_names
from db.commands.audit import By
from db.commands.batteries.changes import add_battery
from db.commands.experiments.imports import NewExperiment, import_experiment
from db.engine import Database
from db.models import Battery, DeletedExperiment, ImportSource

BY = partial(By, "demo", "demo")
FORMAT = "Simulated"


class StoppedError(Exception):
    """The demo ends: what is missing is made the next time."""


def missing_samples(database: Database) -> set[str]:
    """Return the names of the sample experiments that are not there, and that nobody deleted."""
    with database.read() as session:
        hashes = session.scalars(
            select(ImportSource.sha256).where(
                ImportSource.published_at.is_not(None), ImportSource.format == FORMAT
            )
        ).all()
        deleted = session.scalars(select(DeletedExperiment.name)).all()
    names = set(sample_names()) - set(deleted)
    return {name for name in names if _sha256(name) not in hashes}


def add_samples(
    database: Database, now: datetime, *, stopping: Callable[[], bool] = lambda: False
) -> int:
    """Add the sample experiments that are missing, with their batteries; return how many.

    Raises StoppedError soon after `stopping` says so; an experiment is there whole or not at all.
    """
    missing = missing_samples(database)
    if not missing:
        return 0
    batteries = {one.name: ensure_battery(database, one, now) for one in sample_batteries()}

    def go_on(_measures: int = 0) -> None:
        if stopping():
            raise StoppedError

    for sample in sample_experiments(without=set(sample_names()) - missing):
        go_on()
        start = now - timedelta(days=sample.started_days_before_now)
        new = _experiment(sample, batteries[sample.battery_name])
        import_experiment(
            database,
            new,
            [sample],
            start=start,
            clock=utc_now,
            on_progress=go_on,
        )
    return len(missing)


def ensure_battery(database: Database, sample: NewBattery, now: datetime) -> int:
    """Return the BatID of a sample battery, adding it if it is not there."""
    with database.read() as session:
        battery_id = session.scalar(
            select(Battery.id).where(
                Battery.name == sample.name, Battery.serial_number == sample.serial_number
            )
        )
    return battery_id or add_battery(database, sample, by=BY(now))


def _experiment(sample: SampleExperiment, battery_id: int) -> NewExperiment:
    return NewExperiment(
        name=sample.name,
        description=sample.description,
        battery_id=battery_id,
        file_name="simulated",
        sha256=_sha256(sample.name),
        format=FORMAT,
        mapping={},
        user_name="demo",
        address="demo",
        electrolytes=sample.electrolytes,
    )


def _sha256(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
