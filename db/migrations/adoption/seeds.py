"""Rows that every database has from the start: they must be what they are here too."""

from collections.abc import Iterator

from sqlalchemy import Connection, text

from db.migrations.adoption.shape import Shapes

# table, its id, the column that says what it is
VIRTUAL = (
    ("CompatibleDevices", "CompDevID", "Name"),
    ("ComputationalUnit", "CUID", "HostName"),
    ("CyclerStation", "CSID", "Name"),
)


def seed_problems(connection: Connection, have: Shapes) -> Iterator[str]:
    """Yield a sentence for each id of the station "Virtual" that something else has."""
    for table, id_, name in VIRTUAL:
        if table not in have:
            continue
        found = connection.scalar(
            text(f"SELECT `{name}` FROM `{table}` WHERE `{id_}` = 1")  # noqa: S608 - ours
        )
        if found is not None and "virtual" not in str(found).lower():
            yield (
                f"{table} 1 is {found!r}. In every database that the WattRex application made it "
                "is Virtual, and imported experiments go there. Ask whoever set this one up."
            )
    device = connection.scalar(text("SELECT CompDevID FROM DetectedDevices WHERE DevID = 1"))
    if device not in (None, 1):
        yield (
            f"Detected device 1 is of the kind {device}. In every database that the WattRex "
            "application made it is the device of the station Virtual."
        )
