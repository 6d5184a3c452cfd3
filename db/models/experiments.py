"""Experiments: plans, runs, notes, where they came from, what was deleted."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cycling.terms import ExperimentStatus
from db.models.base import IDS_STAY_USED, Base, exact_text
from db.terms import PlanState


class Experiment(Base):
    """A battery on a station with a profile. It is there when this row is there."""

    __tablename__ = "Experiment"
    __table_args__ = (
        Index(None, "DateCreation"),
        Index(None, "DateBegin"),
        Index(None, "DateFinish"),
        Index(None, "Name"),  # on SQLite without regard to case
        Index(None, "Status", "DateCreation"),
        Index(None, "CSID", "DateCreation"),
        Index(None, "BatID"),
        Index(None, "ProfID"),
        IDS_STAY_USED,
    )

    id: Mapped[int] = mapped_column("ExpID", primary_key=True)
    name: Mapped[str] = mapped_column("Name", String(30))
    description: Mapped[str] = mapped_column("Description", String(250))
    created_at: Mapped[datetime] = mapped_column("DateCreation")
    begun_at: Mapped[datetime | None] = mapped_column("DateBegin")
    finished_at: Mapped[datetime | None] = mapped_column("DateFinish")
    status: Mapped[ExperimentStatus] = mapped_column("Status")
    station_id: Mapped[int] = mapped_column("CSID", ForeignKey("CyclerStation.CSID"))
    battery_id: Mapped[int] = mapped_column("BatID", ForeignKey("Battery.BatID"))
    profile_id: Mapped[int] = mapped_column("ProfID", ForeignKey("Profile.ProfID"))


class Plan(Base):
    """An experiment that a user has defined: a draft, held, queued or cancelled.

    `experiment_id` is its number in every state. Only what may run has its row in Experiment, with
    that number: some cyclers run every QUEUED row there by themselves. `token` is the form's own,
    so that submitting twice makes one. `attempt` counts how often a station has refused it,
    `state_by` names who brought it into its state.
    """

    __tablename__ = "bem_plans"
    __table_args__ = (
        Index(None, "station_id", "state"),
        Index(None, "state"),
        Index(None, "user_name"),
        Index(None, "created_at", "experiment_id"),
        IDS_STAY_USED,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(exact_text(40), unique=True)
    state: Mapped[PlanState] = mapped_column(default=PlanState.DRAFT)
    experiment_id: Mapped[int] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(String(30))
    description: Mapped[str] = mapped_column(String(250), default="")
    station_id: Mapped[int | None]
    battery_id: Mapped[int | None]
    profile_id: Mapped[int | None]
    position: Mapped[int] = mapped_column(default=0)  # within the station's queue, the least first
    detail: Mapped[dict[str, Any]]  # drafts: what was typed; electrolytes
    user_name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    state_since: Mapped[datetime]
    state_by: Mapped[str] = mapped_column(String(60), default="")
    attempt: Mapped[int] = mapped_column(default=0)


class FormerNumber(Base):
    """A number that an experiment had before it kept one for ever: old addresses lead on."""

    __tablename__ = "bem_former_numbers"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    experiment_id: Mapped[int] = mapped_column(index=True)


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
    detail: Mapped[dict[str, Any]]


class ImportSource(Base):
    """Where an imported experiment came from, and while it is not published, its reservation.

    The row exists before the first measure does, so whoever sweeps finds every unpublished import
    here without looking through the measures. `edge` is to which step the interval over an edge of
    steps belongs (`cycling.analysis.integration.Edge`), None in what was imported before there was
    a choice.
    """

    __tablename__ = "bem_imports"
    __table_args__ = (
        Index(None, "sha256"),
        Index(None, "published_at", "beat_at"),
        Index(None, "user_name"),
    )

    experiment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    job_id: Mapped[int | None] = mapped_column(index=True)
    file_name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(exact_text(64))
    format: Mapped[str] = mapped_column(String(40))
    mapping: Mapped[dict[str, Any]]
    measures: Mapped[int]
    edge: Mapped[str | None] = mapped_column(String(8))
    user_name: Mapped[str] = mapped_column(String(60))
    beat_at: Mapped[datetime]
    published_at: Mapped[datetime | None]


class ImportFile(Base):
    """A file that an imported experiment was made of; `number` is its place, from 0.

    `part` is the test that was chosen in a file of several.

    `digest` is its measures in short (`cycling.formats.checks.digest.Digest`), None for imports
    of before there was one. `kept`: the file itself lies in the data folder, under its hash.
    """

    __tablename__ = "bem_import_files"
    __table_args__ = (Index(None, "sha256"), Index(None, "measures"))

    experiment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    file_name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(exact_text(64))
    part: Mapped[str] = mapped_column(String(200), default="")
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    measures: Mapped[int] = mapped_column(BigInteger)
    facts: Mapped[dict[str, Any]]
    digest: Mapped[dict[str, Any] | None]
    kept: Mapped[bool] = mapped_column(default=False)


class ImportCorrection(Base):
    """What a user has corrected of a file; `layout` is the key of files with the same columns.

    `answers` are those of `cycling.formats.columns.remembered`.
    """

    __tablename__ = "bem_import_corrections"

    layout: Mapped[str] = mapped_column(exact_text(64), primary_key=True)
    file_name: Mapped[str] = mapped_column(String(255))
    answers: Mapped[dict[str, Any]]
    user_name: Mapped[str] = mapped_column(String(60))
    corrected_at: Mapped[datetime]


class CycleChoices(Base):
    """What somebody has chosen about the cycles of an experiment; the rest is None.

    The words are those of `cycling.analysis.cycles.choices`; Ah, g.
    """

    __tablename__ = "bem_cycle_choices"

    experiment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    numbering: Mapped[str | None] = mapped_column(String(20))
    first: Mapped[str | None] = mapped_column(String(20))
    reference: Mapped[str | None] = mapped_column(String(40))
    reference_from: Mapped[int | None]
    reference_to: Mapped[int | None]
    reference_ah: Mapped[float | None]
    formation_cycles: Mapped[int | None]
    mass_g: Mapped[float | None]
    user_name: Mapped[str] = mapped_column(String(60))
    chosen_at: Mapped[datetime]


class WrongPulse(Base):
    """A pulse of current that somebody has unticked; `measure_id` is its first measure's."""

    __tablename__ = "bem_wrong_pulses"

    experiment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    measure_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_name: Mapped[str] = mapped_column(String(60))
    unticked_at: Mapped[datetime]


class CycleRule(Base):
    """A rule on cycles: of an experiment, or with LABORATORY in its place of all of them.

    `kind` is that of `cycling.analysis.cycles.rules`. Without a `threshold` (%, K) the laboratory's
    rule of this kind is off for the experiment. `cycles` is how many in a row break it, `stops`:
    somebody chose that the experiment is stopped then.
    """

    __tablename__ = "bem_cycle_rules"

    experiment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    threshold: Mapped[float | None]
    cycles: Mapped[int]
    stops: Mapped[bool] = mapped_column(default=False)
    user_name: Mapped[str] = mapped_column(String(60))
    chosen_at: Mapped[datetime]


class CycleWatch(Base):
    """How far the cycles of an experiment that runs were judged; `is_over`: nothing more comes.

    `through` is the number of the last one that was, None before the first. `alarms` has for each
    rule the last cycle of which it was said, with when the rule was chosen. `resistance` is
    R after 10 s (ohm) of the first cycle with pulses, None before it.
    """

    __tablename__ = "bem_cycle_watch"
    __table_args__ = (Index(None, "is_over"),)

    experiment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    through: Mapped[int | None]
    alarms: Mapped[dict[str, Any]]
    resistance: Mapped[dict[str, Any] | None]
    is_over: Mapped[bool] = mapped_column(default=False)


class Note(Base):
    """Something a user wrote about an experiment; with `at` it marks that time in the graph."""

    __tablename__ = "bem_notes"
    __table_args__ = IDS_STAY_USED

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
