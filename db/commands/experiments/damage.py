"""Alarms of measures whose stored form is damaged."""

import zlib
from collections.abc import Sequence
from datetime import datetime

from db.commands.alarms import raise_alarm
from db.engine import Database
from db.models import Experiment
from db.repeating import repeated
from db.series.channels import channel_names
from db.series.checksums import Damage, damage_words

CODE = "damaged measures"


MENDED = "It was made anew. Check the disk and the memory of the database's machine."
LOST = "It cannot be made anew: take it from a backup, or import the file again."


def alarm_damage(
    database: Database,
    experiment_id: int,
    damage: Sequence[Damage],
    lost: Sequence[Damage],
    now: datetime,
) -> None:
    """Alarm that what is stored of an experiment was damaged: once of what cannot be mended."""
    if lost:
        key = f"lost-{experiment_id}-{zlib.crc32(repr(lost).encode())}"
        _alarm(database, experiment_id, lost, key, LOST, now)
    elif damage:
        _alarm(
            database,
            experiment_id,
            damage,
            f"damaged-{experiment_id}-{now.timestamp():.0f}",
            MENDED,
            now,
        )


@repeated
def _alarm(
    database: Database,
    experiment_id: int,
    damage: Sequence[Damage],
    key: str,
    remedy: str,
    now: datetime,
) -> None:
    with database.write() as session:
        experiment = session.get(Experiment, experiment_id)
        if experiment is None:  # deleted meanwhile
            return
        named = damage_words(damage, channel_names(session, experiment_id))
        raise_alarm(
            session,
            key=key,
            station_id=experiment.station_id,
            experiment_id=experiment_id,
            code=CODE,
            text=f"Damaged on the disk: {named}. {remedy}",
            at=now,
        )
