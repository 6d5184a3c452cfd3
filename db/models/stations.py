"""What is known of a station beside its fixed row."""

from datetime import date

from sqlalchemy import Date, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


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
    calibrated_on: Mapped[date | None] = mapped_column(Date)
