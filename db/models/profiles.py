"""Profiles: texts and their versions, and the rows that they are compiled to."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, mapped_column

from cycling.terms import LimitType, Mode
from db.models.base import IDS_STAY_USED, MYSQL, Base, SignedInt, exact_text

LongText = Text().with_variant(mysql.MEDIUMTEXT(), *MYSQL)


class Profile(Base):
    """A compiled list of instructions; its range in mV and mA, null where unknown."""

    __tablename__ = "Profile"
    __table_args__ = (Index(None, "Name"), IDS_STAY_USED)

    id: Mapped[int] = mapped_column("ProfID", primary_key=True)
    name: Mapped[str] = mapped_column("Name", String(40))
    description: Mapped[str] = mapped_column("Description", String(250))
    voltage_max_mv: Mapped[int | None] = mapped_column("VoltMax", SignedInt)
    voltage_min_mv: Mapped[int | None] = mapped_column("VoltMin", SignedInt)
    current_max_ma: Mapped[int | None] = mapped_column("CurrMax", SignedInt)
    current_min_ma: Mapped[int | None] = mapped_column("CurrMin", SignedInt)


class Instruction(Base):
    """One row that a cycler executes: mA, mV, mW or ms as whole numbers.

    The key order matters: cyclers read a profile's rows without ORDER BY.
    """

    __tablename__ = "Instructions"

    id: Mapped[int] = mapped_column("InstrID", primary_key=True, autoincrement=False)
    profile_id: Mapped[int] = mapped_column(
        "ProfID", ForeignKey("Profile.ProfID"), primary_key=True
    )
    mode: Mapped[Mode] = mapped_column("Mode")
    set_point: Mapped[int] = mapped_column("SetPoint", SignedInt)
    limit_type: Mapped[LimitType] = mapped_column("LimitType")
    limit_point: Mapped[int] = mapped_column("LimitPoint", SignedInt)


class LibraryProfile(Base):
    """A profile of the library; what it says stands in its versions."""

    __tablename__ = "bem_profiles"
    __table_args__ = IDS_STAY_USED

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    description: Mapped[str] = mapped_column(String(250))
    archived: Mapped[bool] = mapped_column(default=False)
    user_name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]


class ProfileVersion(Base):
    """A text of a library profile, numbered from 1; fixed as soon as rows were made of it.

    A text that was written for one experiment belongs to no library profile and has number 0;
    `once` is then the SHA-256 of its name and text, so that the same one is kept once. `summary`
    is `cycling.profile.summary.ProfileSummary` as JSON.
    """

    __tablename__ = "bem_profile_versions"
    __table_args__ = (
        UniqueConstraint("profile_id", "number"),
        IDS_STAY_USED,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    profile_id: Mapped[int | None] = mapped_column(ForeignKey("bem_profiles.id"))
    number: Mapped[int]
    once: Mapped[str | None] = mapped_column(exact_text(64), unique=True)
    # of a text without a library profile
    name: Mapped[str] = mapped_column(String(40), default="")
    text: Mapped[str] = mapped_column(LongText)
    comment: Mapped[str] = mapped_column(String(250))
    summary: Mapped[dict[str, Any]]
    user_name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]


class CompiledVersion(Base):
    """The fixed profile that a version became for a capacity; `capacity` is "" for none."""

    __tablename__ = "bem_compiled_versions"

    version_id: Mapped[int] = mapped_column(ForeignKey("bem_profile_versions.id"), primary_key=True)
    capacity: Mapped[str] = mapped_column(exact_text(30), primary_key=True)
    profile_id: Mapped[int] = mapped_column(ForeignKey("Profile.ProfID"), unique=True)


class ProfileDetail(Base):
    """What a compiled profile says beyond its fixed row: safety limits, sampling and END TEST.

    `safety` is `protocol.messages.Safety` as JSON. `version_id` is of the library's text.
    `end_below_pct` is the retention (%) below which END TEST ends it, None without one.
    """

    __tablename__ = "bem_profile_details"

    profile_id: Mapped[int] = mapped_column(ForeignKey("Profile.ProfID"), primary_key=True)
    version_id: Mapped[int | None] = mapped_column(index=True)
    capacity_ah: Mapped[float | None]
    record_s: Mapped[float | None]
    record_v: Mapped[float | None]
    expected_s: Mapped[float | None]
    safety: Mapped[dict[str, Any]]
    end_below_pct: Mapped[float | None]


class InstructionDetail(Base):
    """An instruction exactly, and where it comes from in the profile's text.

    `exact` is `protocol.messages.Instruction` as JSON, None where the fixed row says it all.
    `loops` lists [iteration, of] from the outermost loop in; `cycle` of `cycles` counts the loop
    that is marked as cycles.
    """

    __tablename__ = "bem_instruction_details"

    profile_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    instruction_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    exact: Mapped[dict[str, Any] | None]
    line: Mapped[int | None]
    step: Mapped[int | None]
    cycle: Mapped[int | None]
    cycles: Mapped[int | None]
    loops: Mapped[list[list[int]]]
    expected_s: Mapped[float | None]
