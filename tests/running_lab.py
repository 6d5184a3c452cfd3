"""A laboratory with running stations, written straight into the tables as the master node would."""

import math
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import select

from cycling.terms import (
    ExperimentStatus,
    LimitType,
    Mode,
    StationCommand,
    StationState,
    Technology,
)
from db.commands.experiments.numbers import reserve
from db.engine import Database
from db.measures import writing
from db.models import (
    AvailableMeasure,
    Battery,
    Channel,
    Command,
    CompatibleDevice,
    ComputationalUnit,
    ConfirmedBattery,
    CyclerStation,
    DetectedDevice,
    DeviceAbilities,
    Experiment,
    GenericMeasure,
    Instruction,
    InstructionDetail,
    Lease,
    OutOfService,
    Plan,
    Profile,
    ProfileDetail,
    Run,
    RunEvent,
    StationAlarm,
    StationLive,
    Unit,
    UsedDevice,
    UsedMeasure,
)
from db.terms import CommandState, PlanState

STEPS = (  # mode, set-point, limit, value in A, V, W or s
    (Mode.WAIT, 0.0, "TIME", 600.0),
    (Mode.CC, 1.5, "VOLTAGE", 4.2),
    (Mode.CV, 4.2, "CURRENT", 0.15),
    (Mode.WAIT, 0.0, "TIME", 600.0),
    (Mode.CC, -1.5, "VOLTAGE", 2.5),
    (Mode.WAIT, 0.0, "TIME", 60.0),
)


class RunningLab:
    """Fills a database; times are those of this machine unless `now` is given."""

    def __init__(self, database: Database, now: datetime | None = None) -> None:
        self.database = database
        self.now = now or datetime.now(UTC)
        self.channels: dict[int, list[int]] = {}
        self._names = iter(range(1, 10_000))

    def ago(self, **by: float) -> datetime:
        """Return a time before now."""
        return self.now - timedelta(**by)

    def add(self, row: Any) -> Any:
        """Add a row and return it with its id."""
        with self.database.write() as session:
            session.add(row)
            session.flush()
        return row

    def change(self, table: Any, key: Any, **values: Any) -> None:
        """Change a row, as somebody else would."""
        with self.database.write() as session:
            row = session.get_one(table, key)
            for name, value in values.items():
                setattr(row, name, value)

    def unit(self, *, simulated: bool = False, speed: float = 1.0, **other: Any) -> int:
        """Add a computational unit that speaks bem/v1."""
        name = f"unit-{next(self._names)}"
        fixed = ComputationalUnit(
            mac=name,
            host_name=name,
            ip="",
            port=0,
            user="bem/v1",
            last_connection=self.now,
            available="ON",
        )
        unit_id: int = self.add(fixed).id
        fields = {"online": True, "seen_at": self.now, "clock_offset_s": 0.0, **other}
        self.add(
            Unit(
                unit_id=unit_id,
                hardware_id=name,
                software="tests",
                simulated=simulated,
                speed=speed,
                **fields,
            )
        )
        return unit_id

    def add_unit_row(self, unit_id: int, **other: Any) -> None:
        """Let a unit that is there speak bem/v1."""
        fields = {"online": True, "seen_at": self.now, "clock_offset_s": 0.0, **other}
        name = f"unit-{unit_id}"
        self.add(
            Unit(
                unit_id=unit_id,
                hardware_id=name,
                software="tests",
                simulated=False,
                speed=1.0,
                **fields,
            )
        )

    def station(self, name: str, unit_id: int, *, channels: int = 2, pause: bool = True) -> int:
        """Add a station with a device that has some temperatures."""
        station = self.add(
            CyclerStation(unit_id=unit_id, name=name, location="Lab", register_date=self.now)
        )
        number = next(self._names)
        kind = self.add(
            CompatibleDevice(
                name=f"Cycler {number}",
                manufacturer="Oakmere",
                model="C8",
                device_type="Source",
                min_software_version=0,
            )
        )
        device = self.add(
            DetectedDevice(
                unit_id=unit_id,
                compatible_device_id=kind.id,
                serial_number=str(number),
                link_name=f"link {number}",
                connection="CONNECTED",
            )
        )
        self.add(UsedDevice(station_id=station.id, device_id=device.id))
        self.add(DeviceAbilities(device_id=device.id, abilities={"pause": pause}))
        used = []
        for index in range(channels):
            offered = self.add(AvailableMeasure(compatible_device_id=kind.id, name=f"t{index}"))
            measure = self.add(
                UsedMeasure(
                    station_id=station.id,
                    device_id=device.id,
                    available_measure_id=offered.id,
                    custom_name=f"Cell T{index + 1}",
                )
            )
            self.add(
                Channel(
                    used_measure_id=measure.id,
                    station_id=station.id,
                    name=f"Cell T{index + 1}",
                    unit="degC",
                )
            )
            used.append(measure.id)
        self.channels[station.id] = used
        return int(station.id)

    def battery(self, name: str, serial: str, **other: Any) -> int:
        """Add a lithium cell."""
        fields: dict[str, Any] = {
            "manufacturer": "Oakmere",
            "model": "M1",
            "fabrication_date": date(2026, 1, 5),
            "technology": Technology.LITHIUM,
            "cells": 1,
            "voltage_min_mv": 2500,
            "voltage_max_mv": 4200,
            "current_min_ma": -3000,
            "current_max_ma": 3000,
            **other,
        }
        return int(self.add(Battery(name=name, serial_number=serial, **fields)).id)

    def profile(self, name: str, *, cycles: int = 0, details: bool = True, **whole: Any) -> int:
        """Add a profile: a rest, then the other steps once or in cycles, unrolled."""
        profile_id: int = self.add(Profile(name=name, description="")).id
        rows = []
        order = [(0, None)]
        for cycle in range(1, max(cycles, 1) + 1):
            order += [(step, cycle if cycles else None) for step in range(1, len(STEPS))]
        for number, (step, cycle) in enumerate(order):
            mode, set_point, kind, value = STEPS[step]
            rows.append(
                Instruction(
                    id=number,
                    profile_id=profile_id,
                    mode=mode,
                    set_point=round(set_point * 1000),
                    limit_type=LimitType(kind),
                    limit_point=round(value * 1000),
                )
            )
            if details:
                rows.append(
                    InstructionDetail(
                        profile_id=profile_id,
                        instruction_id=number,
                        exact=None,
                        line=step + 1,
                        step=number,
                        cycle=cycle,
                        cycles=cycles if cycle else None,
                        loops=[[cycle, cycles]] if cycle else [],
                        expected_s=value
                        if kind == "TIME"
                        else 6600.0
                        if mode is Mode.CC
                        else 1200.0,
                    )
                )
        with self.database.write() as session:
            session.add_all(rows)
        self.add(
            ProfileDetail(
                profile_id=profile_id,
                **{
                    "safety": {
                        "voltage": [2.45, 4.25],
                        "current": [-3.2, 3.2],
                        "temperature": [0, 45],
                    },
                    **whole,
                },
            )
        )
        return profile_id

    def experiment(self, name: str, station: int, battery: int, profile: int, **other: Any) -> int:
        """Add an experiment with its plan; it runs unless said otherwise."""
        fields = {
            "description": "",
            "created_at": self.ago(hours=2),
            "begun_at": self.ago(hours=2),
            "finished_at": None,
            "status": ExperimentStatus.RUNNING,
            **other,
        }
        made: int = self.add(
            Experiment(
                name=name, station_id=station, battery_id=battery, profile_id=profile, **fields
            )
        ).id
        self.plan(name, station, battery, PlanState.QUEUED, experiment_id=made)
        return made

    def plan(self, name: str, station: int, battery: int, state: PlanState, **other: Any) -> int:
        """Add a plan."""
        fields = {
            "experiment_id": None,
            "profile_id": None,
            "position": 0,
            "detail": {},
            "created_at": self.ago(minutes=26),
            "state_since": self.ago(minutes=26),
            **other,
        }
        if fields.setdefault("experiment_id", None) is None:
            with self.database.write() as session:
                fields["experiment_id"] = reserve(session, battery_id=None, now=self.now)
        return int(
            self.add(
                Plan(
                    token=f"token {next(self._names)}",
                    state=state,
                    name=name,
                    description="",
                    station_id=station,
                    battery_id=battery,
                    user_name="operator",
                    **fields,
                )
            ).id
        )

    def live(self, station: int, experiment: int | None = None, **other: Any) -> None:
        """Say what a station does; it runs its second instruction unless said otherwise."""
        running = experiment is not None
        fields: dict[str, Any] = {
            "state": StationState.RUNNING if running else StationState.IDLE,
            "state_since": self.ago(hours=2),
            "detail": "",
            "seen_at": self.ago(seconds=1),
            "contact_lost_at": None,
            "output_on": running,
            "instruction_id": 1 if running else None,
            "instruction_began_s": 600.0 if running else None,
            "step": 2 if running else None,
            "cycle": None,
            "test_time_s": 2640.0 if running else None,
            "measured_at": self.ago(seconds=1),
            "voltage_v": 3.819,
            "current_a": 1.5 if running else 0.0,
            "temperature_degc": 28.04,
            "pending": 0,
            "trend": trend(self.now) if running else [],
            **other,
        }
        self.add(StationLive(station_id=station, experiment_id=experiment, **fields))

    def run(self, experiment: int, station: int, **other: Any) -> None:
        """Add how far a run is."""
        fields = {"offered_at": self.ago(hours=2), "accepted_at": self.ago(hours=2), **other}
        self.add(Run(experiment_id=experiment, station_id=station, offered_epoch=1, **fields))

    def event(
        self, experiment: int, number: int, kind: str, at: datetime | None = None, **detail: Any
    ) -> None:
        """Add what a station reported."""
        row = RunEvent(
            experiment_id=experiment, number=number, at=at or self.now, kind=kind, detail=detail
        )
        self.add(row)

    def alarm(self, station: int, text: str, **other: Any) -> int:
        """Raise an alarm."""
        fields = {"experiment_id": None, "code": "tripped", "at": self.ago(minutes=3), **other}
        mark = f"mark {next(self._names)}"
        return int(self.add(StationAlarm(key=mark, station_id=station, text=text, **fields)).id)

    def confirm(self, station: int, battery: int) -> None:
        """Note which battery is connected."""
        self.add(
            ConfirmedBattery(
                station_id=station,
                battery_id=battery,
                user_name="operator",
                confirmed_at=self.ago(days=1),
            )
        )

    def out(self, station: int, reason: str) -> None:
        """Take a station out of service."""
        row = OutOfService(
            station_id=station, reason=reason, user_name="admin", since=self.ago(days=2)
        )
        self.add(row)

    def command(self, kind: StationCommand, unit: int, station: int, **other: Any) -> int:
        """Note what somebody asked."""
        fields = {
            "state": CommandState.PENDING,
            "experiment_id": None,
            "reason": "",
            "user_name": "operator",
            "created_at": self.now,
            "expires_at": None,
            "tries": 0,
            **other,
        }
        return int(self.add(Command(kind=kind, unit_id=unit, station_id=station, **fields)).id)

    def master(self, **ago: float) -> None:
        """Let a master node lead."""
        self.add(
            Lease(
                name="master-node",
                holder="tests",
                epoch=1,
                beat_at=self.ago(**ago),
                expires_at=self.now,
                detail={},
            )
        )

    def measures(
        self,
        experiment: int,
        station: int,
        count: int,
        *,
        end: datetime | None = None,
        first: int = 0,
        every_s: float = 1.0,
    ) -> None:
        """Give an experiment measures, the last one at `end`, with every channel of the station."""
        last_s = (end or self.now).timestamp()
        unix_s = last_s - every_s * np.arange(count - 1, -1.0, -1.0)
        wave = (np.arange(first, first + count) * every_s) % 9000
        volts = np.where(
            wave < 4500, 3.0 + 1.2 * (wave / 4500) ** 0.5, 4.2 - 1.6 * ((wave - 4500) / 4500) ** 2
        )
        rows = writing.MeasureRows(
            first_id=first,
            unix_s=unix_s,
            instruction=np.where(wave < 4500, 1.0, 4.0),
            voltage_mv=volts * 1000,
            current_ma=np.where(wave < 4500, 1500.0, -1500.0),
            power_mw=volts * np.where(wave < 4500, 1500.0, -1500.0),
            test_time_s=np.arange(first, first + count) * every_s,
            step=np.where(wave < 4500, 1.0, 4.0),
            cycle=None,
            extended={
                id_: 25 + number + 3 * np.sin(wave / 1500)
                for number, id_ in enumerate(self.channels.get(station, ()))
            },
        )
        with self.database.write() as session:
            writing.insert_missing(session, [(experiment, rows)])

    def last_measure(self, experiment: int) -> int:
        """Return the greatest MeasID."""
        with self.database.read() as session:
            found = session.scalars(
                select(GenericMeasure.id).where(GenericMeasure.experiment_id == experiment)
            ).all()
        return max(found, default=-1)


def trend(now: datetime, *, kind: str = "cycle") -> list[list[float]]:
    """Return an hour of voltages, every 30 s."""
    end = now.timestamp()
    shapes = {
        "cycle": lambda part: 3.4 + 0.8 * abs(math.sin(part * 9)) ** 0.6,
        "charge": lambda part: 3.2 + part**0.7,
        "discharge": lambda part: 4.2 - 0.9 * part - 0.5 * part**8,
        "rest": lambda part: 3.7,
    }
    return [[end - 3600 + 30 * index, round(shapes[kind](index / 120), 4)] for index in range(120)]


def twelve(lab: RunningLab) -> dict[str, int]:
    """Fill a laboratory with twelve stations in every state; return their ids by name."""
    real, lost = lab.unit(), lab.unit(online=False)
    fast = lab.unit(simulated=True, speed=20.0)
    cycle_life = lab.profile("Cycle life 0.5C, v3", cycles=100)
    single = lab.profile("Capacity check C/2", expected_s=19200.0)
    ids: dict[str, int] = {}

    def station(number: int, unit: int) -> int:
        ids[f"{number:02}"] = lab.station(f"Station {number:02}", unit)
        return ids[f"{number:02}"]

    def running(number: int, unit: int, name: str, cell: int, profile: int, **live: Any) -> int:
        place = station(number, unit)
        lab.confirm(place, cell)
        made = lab.experiment(name, place, cell, profile)
        lab.live(place, made, **live)
        lab.run(made, place)
        return made

    cells = {n: lab.battery(f"NMC-{n:03}", f"24A-{700 + n:05}") for n in (7, 11, 18, 22, 25, 31)}
    shape = {name: trend(lab.now, kind=name) for name in ("cycle", "charge", "discharge")}
    running(1, real, "NMC-007 cycle life 1C", cells[7], cycle_life, instruction_id=172)
    lfp = lab.battery("LFP-009", "L2-0088", voltage_max_mv=3650)
    running(
        2, real, "LFP-009 capacity check C/2", lfp, single, trend=shape["charge"], voltage_v=3.551
    )
    other = lab.battery("LFP-012", "L2-0093", voltage_max_mv=3650)
    silent = {"seen_at": lab.ago(minutes=4), "contact_lost_at": lab.ago(minutes=3.7)}
    silent |= {"measured_at": lab.ago(minutes=4), "trend": shape["discharge"], "voltage_v": 3.312}
    made = running(
        3, lost, "LFP-012 calendar check", other, single, instruction_id=4, current_a=-1.5, **silent
    )
    lab.alarm(ids["03"], "No contact with Station 03.", code="contact lost", experiment_id=made)
    now_18 = {"instruction_id": 59, "current_a": -1.5, "trend": shape["discharge"]}
    running(4, real, "NMC-018 cycle life 0.5C", cells[18], cycle_life, **now_18)
    for name in ("NMC-018 rate test", "NMC-018 pulse test", "NMC-018 calendar"):
        queued = {
            "status": ExperimentStatus.QUEUED,
            "begun_at": None,
            "created_at": lab.ago(hours=1),
        }
        lab.experiment(name, ids["04"], cells[18], single, **queued)
    stack = lab.battery("STK-B4", "RF-004", voltage_max_mv=15000, technology=Technology.REDOX_STACK)
    paused = {"state": StationState.PAUSED, "state_since": lab.ago(minutes=12), "output_on": False}
    paused |= {"detail": "by operator: leak at pump 2", "voltage_v": 13.82, "current_a": 0.0}
    running(5, real, "Flow stack B polarisation", stack, single, trend=shape["charge"], **paused)
    running(6, real, "NMC-025 pulse test 30 s", cells[25], single, trend=shape["discharge"])
    place = station(7, real)
    lab.confirm(place, cells[22])
    ended = {"status": ExperimentStatus.ERROR, "finished_at": lab.ago(minutes=3)}
    tripped = lab.experiment("NMC-022 fast charge 2C", place, cells[22], single, **ended)
    lab.live(
        place, None, voltage_v=4.187, trend=shape["charge"], temperature_degc=38.4, output_on=False
    )
    lab.alarm(
        place, "Voltage 4.262 V, limit 4.250 V. Output off, confirmed.", experiment_id=tripped
    )
    coin = lab.battery("SIM-001", "V-0001", current_min_ma=-2, current_max_ma=2)
    running(
        8,
        fast,
        "Virtual cell acceptance run",
        coin,
        cycle_life,
        instruction_id=3,
        current_a=0.000742,
    )
    place = station(9, real)
    lab.confirm(place, cells[22])
    lab.live(place, None, voltage_v=3.604)
    lab.plan("NMC-031 1C ageing 25 °C", place, cells[31], PlanState.HELD)
    lab.plan("NMC-031 rate test", place, cells[31], PlanState.HELD, position=1)
    acid = lab.battery("LA-003", "P-3310", technology=Technology.LEAD_ACID)
    place = station(10, real)
    lab.confirm(place, acid)
    begun = lab.experiment("LA-003 capacity C20", place, acid, single, begun_at=lab.ago(seconds=6))
    nothing = {"measured_at": None, "voltage_v": None, "current_a": None, "temperature_degc": None}
    lab.live(
        place,
        begun,
        instruction_id=0,
        test_time_s=0.0,
        instruction_began_s=0.0,
        trend=[],
        **nothing,
    )
    place = station(11, real)
    lab.confirm(place, cells[11])
    lab.live(place, None, voltage_v=3.711, temperature_degc=24.6)
    ended = {"status": ExperimentStatus.FINISHED, "finished_at": lab.ago(days=1)}
    lab.experiment("NMC-011 formation", place, cells[11], single, **ended)
    place = station(12, real)
    lab.live(place, None, voltage_v=0.0, temperature_degc=None)
    lab.out(place, "Contactor is being replaced.")
    lab.master(seconds=1)
    return ids
