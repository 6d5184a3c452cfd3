"""The series store: a columnar copy of each experiment's measures, and what is computed from it.

No foreign keys, like the measures: an import fills it before its experiment exists.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, LargeBinary
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import MYSQL, Base, exact_text

Blob = LargeBinary().with_variant(mysql.MEDIUMBLOB(), *MYSQL)


class SeriesHead(Base):
    """How far the copy of an experiment goes; its row is the lock of whoever extends it.

    `revision` rises with every change. `final` says that the experiment has ended and the copy
    was compared with its rows after that.
    """

    __tablename__ = "bem_series"
    __table_args__ = (Index(None, "settled", "checked_at"),)

    experiment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(default=0)
    measures: Mapped[int] = mapped_column(default=0)
    last_id: Mapped[int] = mapped_column(BigInteger, default=-1)
    has_power: Mapped[bool] = mapped_column(default=False)
    final: Mapped[bool] = mapped_column("settled", default=False)
    checked_at: Mapped[datetime | None]


class SeriesChannel(Base):
    """How far the copy of an extended channel goes: other programs write those rows later."""

    __tablename__ = "bem_series_channels"

    experiment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    used_measure_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_id: Mapped[int] = mapped_column(BigInteger)
    known: Mapped[int]


class SeriesChunk(Base):
    """One channel of the measures with MeasIDs `number` * 65,536 and the 65,535 after it.

    `measures` and `id_sum` count the rows that went in and add up their MeasIDs: compared with the
    row tables they tell late, missing and exchanged rows. `first_us` and `last_us` are the least
    and the greatest time, in microseconds since 1970. The blobs are those of `db.series.codec`.
    """

    __tablename__ = "bem_series_chunks"

    experiment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    channel: Mapped[str] = mapped_column(exact_text(16), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    measures: Mapped[int]
    id_sum: Mapped[int] = mapped_column(BigInteger)
    first_us: Mapped[int] = mapped_column(BigInteger)
    last_us: Mapped[int] = mapped_column(BigInteger)
    coarse: Mapped[bytes] = mapped_column(Blob)
    fine: Mapped[bytes] = mapped_column(Blob)
    samples: Mapped[bytes] = mapped_column(Blob)


class Statistics(Base):
    """Statistics of an experiment as computed from a revision of its series, by a method."""

    __tablename__ = "bem_statistics"

    experiment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int]
    method: Mapped[int]
    result: Mapped[dict[str, Any]]
