"""Alarms of stations: each is in the log, once."""

from datetime import UTC, datetime

from db.commands.alarms import raise_alarm
from db.engine import Database
from tests.unit.db.lab import add_station

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


def test_an_alarm_is_in_the_log_once(sqlite_database: Database, caplog):
    station_id = add_station(sqlite_database, "Station 1")
    with sqlite_database.write() as session:
        for _ in range(3):
            raise_alarm(
                session,
                key="limit-1",
                station_id=station_id,
                code="safety limit",
                text="The voltage is too high.",
                at=NOW,
            )
    (line,) = (entry.getMessage() for entry in caplog.records)
    assert line == (
        f"what=alarm code='safety limit' station={station_id} experiment=None "
        "said='The voltage is too high.'"
    )
