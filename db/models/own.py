"""Tables of ours. Nobody else writes them; their names begin with bem_."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, exact_text, words
from db.terms import JobState, Role


class User(Base):
    """Somebody who may sign in."""

    __tablename__ = "bem_users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role] = mapped_column(words(Role))
    disabled: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]
    last_sign_in_at: Mapped[datetime | None]


class LoginSession(Base):
    """A signed-in browser; the key is the SHA-256 of its token, which only the browser has."""

    __tablename__ = "bem_sessions"

    token_hash: Mapped[str] = mapped_column(exact_text(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("bem_users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class LoginLink(Base):
    """A one-time address that signs a user in (printed by the demo)."""

    __tablename__ = "bem_login_links"

    token_hash: Mapped[str] = mapped_column(exact_text(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("bem_users.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LoginFailure(Base):
    """A refused sign-in; counted to slow down guessing."""

    __tablename__ = "bem_login_failures"
    __table_args__ = (Index(None, "address", "at"), Index(None, "user_name", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    address: Mapped[str] = mapped_column(exact_text(45))
    user_name: Mapped[str] = mapped_column(exact_text(60))


class AuditEntry(Base):
    """Who did what, when, from where. Kept when the user is gone: the name is copied."""

    __tablename__ = "bem_audit"
    __table_args__ = (
        Index(None, "at"),
        Index(None, "user_name", "at"),
        Index(None, "action", "at"),
        Index(None, "target", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    user_name: Mapped[str] = mapped_column(String(60))
    address: Mapped[str] = mapped_column(String(45))
    action: Mapped[str] = mapped_column(String(40))
    target: Mapped[str] = mapped_column(String(120))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


class Job(Base):
    """Work that a `bem worker` does; claimed and ended by compare-and-set."""

    __tablename__ = "bem_jobs"
    __table_args__ = (Index(None, "state", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    state: Mapped[JobState] = mapped_column(words(JobState))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    error: Mapped[str | None] = mapped_column(Text)
    done: Mapped[int] = mapped_column(BigInteger, default=0)
    total: Mapped[int] = mapped_column(BigInteger, default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    cancel_asked: Mapped[bool] = mapped_column(Boolean, default=False)
    user_name: Mapped[str] = mapped_column(String(60))
    worker: Mapped[str | None] = mapped_column(exact_text(80))
    created_at: Mapped[datetime]
    beat_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Upload(Base):
    """A file that came in through the browser, kept in the data folder under its id."""

    __tablename__ = "bem_uploads"
    __table_args__ = (Index(None, "sha256"), Index(None, "created_at"))

    id: Mapped[str] = mapped_column(exact_text(32), primary_key=True)
    file_name: Mapped[str] = mapped_column(String(255))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(exact_text(64))
    user_name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]


class ImportSource(Base):
    """Where an imported experiment came from, and while it is not published, its reservation.

    The row exists before the first measure does, so whoever sweeps finds every unpublished import
    here without looking through the measures.
    """

    __tablename__ = "bem_imports"
    __table_args__ = (Index(None, "sha256"), Index(None, "published_at", "beat_at"))

    experiment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    job_id: Mapped[int | None] = mapped_column(index=True)
    file_name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(exact_text(64))
    format: Mapped[str] = mapped_column(String(40))
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON)
    measures: Mapped[int]
    user_name: Mapped[str] = mapped_column(String(60))
    beat_at: Mapped[datetime]
    published_at: Mapped[datetime | None]


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


class Note(Base):
    """Something a user wrote about an experiment; with `at` it marks that time in the graph."""

    __tablename__ = "bem_notes"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - read by SQLAlchemy only

    id: Mapped[int] = mapped_column(primary_key=True)
    experiment_id: Mapped[int] = mapped_column(index=True)
    at: Mapped[datetime | None]
    text: Mapped[str] = mapped_column(String(500))
    user_name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]


class DeletedExperiment(Base):
    """An experiment that an admin has deleted: who opens it is told, and its rows go bit by bit.

    `cleared_at` is None until a worker has removed the last of them.
    """

    __tablename__ = "bem_deleted_experiments"
    __table_args__ = (Index(None, "cleared_at"),)

    experiment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(30))
    measures: Mapped[int] = mapped_column(BigInteger)
    job_id: Mapped[int]
    user_name: Mapped[str] = mapped_column(String(60))
    deleted_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]


class BatteryDetails(Base):
    """What we know of a battery beside its fixed row: V, A, degC, exact where that is rounded.

    A battery that another program added has no row here. `form_token` is the form's own, so that
    submitting it twice makes one battery.
    """

    __tablename__ = "bem_battery_details"

    battery_id: Mapped[int] = mapped_column(ForeignKey("Battery.BatID"), primary_key=True)
    form_token: Mapped[str | None] = mapped_column(exact_text(40), unique=True)
    capacity_rate: Mapped[str | None] = mapped_column(String(20))  # as "C/20"
    parallel: Mapped[int] = mapped_column(default=1)  # the fixed CellsNum counts those in series
    voltage_min_v: Mapped[float | None]
    voltage_max_v: Mapped[float | None]
    cell_voltage_min_v: Mapped[float | None]
    cell_voltage_max_v: Mapped[float | None]
    current_min_a: Mapped[float | None]
    current_max_a: Mapped[float | None]
    safety_voltage_min_v: Mapped[float | None]
    safety_voltage_max_v: Mapped[float | None]
    temperature_min_degc: Mapped[float | None]
    temperature_max_degc: Mapped[float | None]
    charge_temperature_min_degc: Mapped[float | None]
