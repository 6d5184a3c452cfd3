"""A laboratory's rows: batteries, stations, profiles, experiments with measures."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import select

from cycling.battery.description import NewBattery
from cycling.terms import ExperimentStatus, Technology
from db.commands import jobs
from db.commands.audit import By
from db.commands.batteries.changes import add_battery
from db.engine import Database
from db.measures import writing
from db.models import AuditEntry, Battery, CyclerStation, Experiment, Job, Profile
from tests.unit.dashboard.world import Clock

BEGIN = datetime(2026, 8, 24, 6, 10, 2, tzinfo=UTC)


def new_battery(name: str = "Cell A", **other: Any) -> NewBattery:
    fields: dict[str, Any] = {
        "manufacturer": "Maker",
        "model": "M1",
        "serial_number": "SN-1",
        "fabrication_date": date(2025, 3, 1),
        "technology": Technology.LITHIUM,
        "cells": 1,
        "voltage_min_v": 2.5,
        "voltage_max_v": 4.2,
        "current_min_a": -5.8,
        "current_max_a": 2.9,
        "capacity_ah": 2.9,
        "chemistry": "NMC",
    }
    return NewBattery(name=name, **{**fields, **other})


class Lab:
    """Fills a database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self._clock = clock

    def battery(self, name: str = "Cell A", **other: Any) -> int:
        return add_battery(
            self.database, new_battery(name, **other), by=By("ada", "", self._clock())
        )

    def station(self, name: str) -> int:
        """Add a station beside the virtual one."""
        return self._add(
            CyclerStation(unit_id=1, name=name, location="Lab", register_date=self._clock())
        )

    def profile(self, name: str) -> int:
        return self._add(Profile(name=name, description=""))

    def experiment(self, name: str, battery: int, **other: Any) -> int:
        """Add an experiment; it is finished and on the virtual station unless said otherwise."""
        fields: dict[str, Any] = {
            "description": "",
            "created_at": self._clock(),
            "begun_at": BEGIN,
            "finished_at": BEGIN + timedelta(hours=2),
            "status": ExperimentStatus.FINISHED,
            "station_id": 1,
            "profile_id": 1,
        }
        return self._add(Experiment(name=name, battery_id=battery, **{**fields, **other}))

    def measures(self, experiment: int, n: int, *, current_a: float = 1.5, **channels: Any) -> None:
        """Give an experiment n measures, a second apart; voltage rises from 3 V to 4 V."""
        begin = BEGIN.timestamp()
        rows = writing.MeasureRows(
            first_id=0,
            unix_s=begin + np.arange(float(n)),
            instruction=np.zeros(n),
            voltage_mv=np.linspace(3000, 4000, n),
            current_ma=np.full(n, current_a * 1000),
            power_mw=channels.get("power_mw"),
            test_time_s=np.arange(float(n)),
            step=None,
            cycle=None,
            extended=channels.get("extended", {}),
        )
        with self.database.write() as session:
            writing.insert_missing(session, [(experiment, rows)])

    def jobs(self) -> list[Job]:
        return self._all(Job)

    def audits(self) -> list[AuditEntry]:
        return self._all(AuditEntry)

    def batteries(self) -> list[Battery]:
        return self._all(Battery)

    def job(self, kind: str, user_name: str = "oscar", **payload: Any) -> int:
        return jobs.enqueue(
            self.database, kind=kind, payload=payload, user_name=user_name, now=self._clock()
        )

    def change_job(self, job_id: int, **values: Any) -> None:
        """Let a worker have done something with a job."""
        with self.database.write() as session:
            job = session.get_one(Job, job_id)
            for name, value in values.items():
                setattr(job, name, value)

    def _all(self, table: Any) -> list:
        with self.database.read() as session:
            return list(session.scalars(select(table).order_by(table.id)))

    def _add(self, row: Any) -> int:
        with self.database.write() as session:
            session.add(row)
            session.flush()
            return row.id
