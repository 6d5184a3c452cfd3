"""Stations, the channels that they record, what they do and are asked to do."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from cycling.terms import StationCommand, StationState
from db.models.base import IDS_STAY_USED, Base, exact_text
from db.terms import CommandState

VIRTUAL_STATION = 1  # of imported experiments


class CyclerStation(Base):
    """One test channel; a changed station is a new row that names its parent."""

    __tablename__ = "CyclerStation"
    __table_args__ = IDS_STAY_USED

    id: Mapped[int] = mapped_column("CSID", primary_key=True)
    unit_id: Mapped[int] = mapped_column("CUID", ForeignKey("ComputationalUnit.CUID"))
    name: Mapped[str] = mapped_column("Name", String(30))
    location: Mapped[str] = mapped_column("Location", String(30))
    register_date: Mapped[datetime] = mapped_column("RegisterDate")
    parent_id: Mapped[int | None] = mapped_column("Parent", ForeignKey("CyclerStation.CSID"))
    deprecated: Mapped[bool] = mapped_column("Deprecated", server_default=false())


class UsedDevice(Base):
    """A detected device that belongs to a station."""

    __tablename__ = "UsedDevices"

    station_id: Mapped[int] = mapped_column(
        "CSID", ForeignKey("CyclerStation.CSID"), primary_key=True
    )
    device_id: Mapped[int] = mapped_column(
        "DevID", ForeignKey("DetectedDevices.DevID"), primary_key=True
    )


class UsedMeasure(Base):
    """A channel that a station records, under its custom name."""

    __tablename__ = "UsedMeasures"
    __table_args__ = (
        ForeignKeyConstraint(["CSID", "DevID"], ["UsedDevices.CSID", "UsedDevices.DevID"]),
        IDS_STAY_USED,
    )

    id: Mapped[int] = mapped_column("UsedMeasID", primary_key=True)
    station_id: Mapped[int] = mapped_column("CSID")
    device_id: Mapped[int] = mapped_column("DevID")
    available_measure_id: Mapped[int] = mapped_column(
        "MeasType", ForeignKey("AvailableMeasures.MeasType")
    )
    custom_name: Mapped[str | None] = mapped_column("CustomName", String(40))


class StationDetails(Base):
    """The range that somebody has measured at a station's leads, V and A, and when.

    None where the range of its devices holds.
    """

    __tablename__ = "bem_station_details"

    station_id: Mapped[int] = mapped_column(ForeignKey("CyclerStation.CSID"), primary_key=True)
    voltage_min_v: Mapped[float | None]
    voltage_max_v: Mapped[float | None]
    current_min_a: Mapped[float | None]
    current_max_a: Mapped[float | None]
    calibrated_on: Mapped[date | None]


class Channel(Base):
    """Full name and unit of a recorded channel, where the fixed tables are too narrow for them."""

    __tablename__ = "bem_channels"
    __table_args__ = (UniqueConstraint("station_id", "name", "unit"),)

    used_measure_id: Mapped[int] = mapped_column(
        ForeignKey("UsedMeasures.UsedMeasID", ondelete="CASCADE"), primary_key=True
    )
    station_id: Mapped[int] = mapped_column(server_default="1")  # imports go to the station Virtual
    name: Mapped[str] = mapped_column(exact_text(120))
    unit: Mapped[str] = mapped_column(exact_text(30))


class StationLive(Base):
    """What a station was last heard to do, kept by the master node; V, A, s, degC.

    `contact_lost_at` is set while its unit is silent: the rest is then what was known before.
    `trend` lists [Unix seconds, volts] of the last hour, oldest first, at most 120; its line
    breaks at [Unix seconds].
    `output_on` is None where the station has not said.
    """

    __tablename__ = "bem_station_live"

    station_id: Mapped[int] = mapped_column(ForeignKey("CyclerStation.CSID"), primary_key=True)
    state: Mapped[StationState]
    state_since: Mapped[datetime]
    detail: Mapped[str] = mapped_column(String(250))  # why it is paused or in error
    seen_at: Mapped[datetime]
    contact_lost_at: Mapped[datetime | None]
    output_on: Mapped[bool | None]
    experiment_id: Mapped[int | None]
    instruction_id: Mapped[int | None]
    instruction_began_s: Mapped[float | None]  # test time at which the instruction began
    step: Mapped[int | None]
    cycle: Mapped[int | None]
    test_time_s: Mapped[float | None]
    measured_at: Mapped[datetime | None]
    voltage_v: Mapped[float | None]
    current_a: Mapped[float | None]
    temperature_degc: Mapped[float | None]
    pending: Mapped[int]  # samples that the station keeps until they are acknowledged
    trend: Mapped[list[list[float]]]


class ConfirmedBattery(Base):
    """The battery that somebody said is connected to a station."""

    __tablename__ = "bem_confirmed_batteries"

    station_id: Mapped[int] = mapped_column(ForeignKey("CyclerStation.CSID"), primary_key=True)
    battery_id: Mapped[int] = mapped_column(ForeignKey("Battery.BatID"), index=True)
    user_name: Mapped[str] = mapped_column(String(60))
    confirmed_at: Mapped[datetime]


class OutOfService(Base):
    """A station that takes no experiments for now."""

    __tablename__ = "bem_out_of_service"

    station_id: Mapped[int] = mapped_column(ForeignKey("CyclerStation.CSID"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(250))
    user_name: Mapped[str] = mapped_column(String(60))
    since: Mapped[datetime]


class StationAlarm(Base):
    """Something about a station that a person must look at, until they say what they found.

    `key` names the occasion (a lost contact since a time, an event of a run): the same one makes
    one alarm however often it is noticed.
    """

    __tablename__ = "bem_alarms"
    __table_args__ = (
        Index(None, "station_id", "acknowledged_at"),
        IDS_STAY_USED,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column("mark", exact_text(80), unique=True)
    station_id: Mapped[int]
    experiment_id: Mapped[int | None] = mapped_column(index=True)
    code: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(String(250))
    at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None] = mapped_column(String(60))
    comment: Mapped[str | None] = mapped_column(String(250))


class Command(Base):
    """What somebody asked a station or a unit to do; the master node carries it there.

    A stop never expires (`expires_at` None) and is repeated until it is answered.
    """

    __tablename__ = "bem_commands"
    __table_args__ = (
        Index(None, "state", "created_at"),
        Index(None, "station_id", "created_at"),
        IDS_STAY_USED,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[StationCommand]
    state: Mapped[CommandState]
    unit_id: Mapped[int]
    station_id: Mapped[int | None]
    experiment_id: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(250))  # why, in the words of who asked
    user_name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(String(250))
    output_off: Mapped[bool | None]
