"""How a laboratory keeps its experiments apart: tags, and whose each is."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import IDS_STAY_USED, Base, exact_text


class Tag(Base):
    """A word that the laboratory gives to what belongs together, with a colour.

    `key` is the name as it is compared: tags that differ in case or blanks alone are one.
    """

    __tablename__ = "bem_tags"
    __table_args__ = IDS_STAY_USED

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(exact_text(40), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    colour: Mapped[str] = mapped_column(String(8))


class ExperimentTag(Base):
    """A tag of an experiment, which has a row in Experiment or a plan only."""

    __tablename__ = "bem_experiment_tags"

    experiment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tag_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, index=True)


class ExperimentOwner(Base):
    """Whose an experiment is where somebody has chosen; else it is who queued or imported it."""

    __tablename__ = "bem_experiment_owners"

    experiment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    owner: Mapped[str] = mapped_column(String(60), index=True)
    user_name: Mapped[str] = mapped_column(String(60))
    chosen_at: Mapped[datetime]
