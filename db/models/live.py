"""Tables of ours about running stations: units, what stations do, commands, alarms, the queue."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cycling.terms import StationCommand, StationState
from db.models.base import Base, exact_text, words
from db.terms import CommandState, PlanState


class Unit(Base):
    """What we know of a computational unit that speaks bem/v1, beside its fixed row.

    `online` follows the unit's presence message; `seen_at` is the time of its last message by the
    database's clock, `clock_offset_s` how far the unit's clock was ahead then.
    """

    __tablename__ = "bem_units"

    unit_id: Mapped[int] = mapped_column(ForeignKey("ComputationalUnit.CUID"), primary_key=True)
    hardware_id: Mapped[str] = mapped_column(exact_text(40), unique=True)
    software: Mapped[str] = mapped_column(String(60))
    simulated: Mapped[bool] = mapped_column(Boolean)
    speed: Mapped[float]
    online: Mapped[bool] = mapped_column(Boolean)
    seen_at: Mapped[datetime]
    clock_offset_s: Mapped[float | None]


class DeviceAbilities(Base):
    """What a detected device can do, as its unit said: `protocol.messages.Abilities` as JSON.

    "channels" beside it lists its `ChannelOffer`s: [{"name": ..., "unit": ...}].
    """

    __tablename__ = "bem_device_abilities"

    device_id: Mapped[int] = mapped_column(ForeignKey("DetectedDevices.DevID"), primary_key=True)
    abilities: Mapped[dict[str, Any]] = mapped_column(JSON)


class StationLive(Base):
    """What a station was last heard to do, kept by the master node; V, A, s, degC.

    `contact_lost_at` is set while its unit is silent: the rest is then what was known before.
    `trend` lists [Unix seconds, volts] of the last hour, oldest first, at most 120.
    `output_on` is None where the station has not said.
    """

    __tablename__ = "bem_station_live"

    station_id: Mapped[int] = mapped_column(ForeignKey("CyclerStation.CSID"), primary_key=True)
    state: Mapped[StationState] = mapped_column(words(StationState))
    state_since: Mapped[datetime]
    detail: Mapped[str] = mapped_column(String(250))  # why it is paused or in error
    seen_at: Mapped[datetime]
    contact_lost_at: Mapped[datetime | None]
    output_on: Mapped[bool | None] = mapped_column(Boolean)
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
    trend: Mapped[list[list[float]]] = mapped_column(JSON)


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


class Plan(Base):
    """An experiment that a user has defined: a draft, held, queued or cancelled.

    Held and draft ones have no row in Experiment: some cyclers run every QUEUED row there by
    themselves. `token` is the form's own, so that submitting twice makes one.
    """

    __tablename__ = "bem_plans"
    __table_args__ = (
        Index(None, "station_id", "state"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(exact_text(40), unique=True)
    state: Mapped[PlanState] = mapped_column(words(PlanState))
    experiment_id: Mapped[int | None] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(String(30))
    description: Mapped[str] = mapped_column(String(250))
    station_id: Mapped[int | None]
    battery_id: Mapped[int | None]
    profile_id: Mapped[int | None]
    position: Mapped[int]  # within the station's queue, the least first
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)  # drafts: what was typed; electrolytes
    user_name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    state_since: Mapped[datetime]


class Run(Base):
    """How far a bem/v1 station and we are with an experiment.

    `through` is the last MeasID, `events_through` the last event number up to which everything is
    stored: what the station is told and may forget. `offered_epoch` names the master node's lease
    under which it was offered last.
    """

    __tablename__ = "bem_runs"
    __table_args__ = (Index(None, "station_id", "ended_at"),)

    experiment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    station_id: Mapped[int]
    offered_at: Mapped[datetime | None]
    offered_epoch: Mapped[int | None]
    accepted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None] = mapped_column(String(250))
    through: Mapped[int] = mapped_column(BigInteger, default=-1)
    events_through: Mapped[int] = mapped_column(BigInteger, default=-1)


class RunEvent(Base):
    """What a station reported beside its samples, in its order: `protocol.messages.Event`."""

    __tablename__ = "bem_run_events"

    experiment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(30))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


class StationAlarm(Base):
    """Something about a station that a person must look at, until they say what they found.

    `mark` names the occasion (a lost contact since a time, an event of a run): the same one makes
    one alarm however often it is noticed.
    """

    __tablename__ = "bem_alarms"
    __table_args__ = (
        Index(None, "station_id", "acknowledged_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(exact_text(80), unique=True)
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
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[StationCommand] = mapped_column(words(StationCommand))
    state: Mapped[CommandState] = mapped_column(words(CommandState))
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
    output_off: Mapped[bool | None] = mapped_column(Boolean)


class Lease(Base):
    """Which process leads; `epoch` rises with every new leader, times by the database's clock."""

    __tablename__ = "bem_leases"

    name: Mapped[str] = mapped_column(exact_text(40), primary_key=True)
    holder: Mapped[str] = mapped_column(exact_text(80))
    epoch: Mapped[int]
    beat_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)  # what the leader says of itself


class RefusedMessage(Base):
    """A message that the master node did not take; only the newest are kept."""

    __tablename__ = "bem_refused_messages"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - read by SQLAlchemy only

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    topic: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(250))
    size_bytes: Mapped[int]
    beginning: Mapped[str] = mapped_column(String(200))


class RefusedCount(Base):
    """How many messages of a sender were refused for a kind of reason."""

    __tablename__ = "bem_refused_counts"

    sender: Mapped[str] = mapped_column(exact_text(60), primary_key=True)
    kind: Mapped[str] = mapped_column(exact_text(40), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
    last_at: Mapped[datetime]


class ProfileDetail(Base):
    """What a compiled profile says beyond its fixed row: safety limits and sampling.

    `safety` is `protocol.messages.Safety` as JSON. `version_id` is of the library's text.
    """

    __tablename__ = "bem_profile_details"

    profile_id: Mapped[int] = mapped_column(ForeignKey("Profile.ProfID"), primary_key=True)
    version_id: Mapped[int | None] = mapped_column(index=True)
    capacity_ah: Mapped[float | None]
    record_s: Mapped[float | None]
    record_v: Mapped[float | None]
    expected_s: Mapped[float | None]
    safety: Mapped[dict[str, Any]] = mapped_column(JSON)


class InstructionDetail(Base):
    """An instruction exactly, and where it comes from in the profile's text.

    `exact` is `protocol.messages.Instruction` as JSON, None where the fixed row says it all.
    `loops` lists [iteration, of] from the outermost loop in; `cycle` of `cycles` counts the loop
    that is marked as cycles.
    """

    __tablename__ = "bem_instruction_details"

    profile_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    instruction_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    exact: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    line: Mapped[int | None]
    step: Mapped[int | None]
    cycle: Mapped[int | None]
    cycles: Mapped[int | None]
    loops: Mapped[list[list[int]]] = mapped_column(JSON)
    expected_s: Mapped[float | None]
