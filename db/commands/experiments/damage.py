"""Alarms of measures whose stored form is damaged."""

from collections.abc import Sequence
from datetime import datetime

from db.commands.alarms import raise_alarm
from db.engine import Database
from db.models import Experiment
from db.repeating import repeated
from db.series.channels import channel_names
from db.series.checksums import Damage, damage_words

CODE = "damaged measures"


@repeated
def alarm_damage(
    database: Database, experiment_id: int, damage: Sequence[Damage], now: datetime
) -> None:
    """Alarm that what is stored of an experiment was damaged, and was made anew from its rows."""
    with database.write() as session:
        experiment = session.get(Experiment, experiment_id)
        if experiment is None:  # deleted meanwhile
            return
        named = damage_words(damage, channel_names(session, experiment_id))
        raise_alarm(
            session,
            key=f"damaged-{experiment_id}-{now.timestamp():.0f}",
            station_id=experiment.station_id,
            experiment_id=experiment_id,
            code=CODE,
            text=f"Damaged on the disk: {named}. It was made anew from the rows. "
            "Check the disk and the memory of the database's machine.",
            at=now,
        )
