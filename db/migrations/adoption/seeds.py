"""Rows that every database has from the start: they must be what they are here too."""

from collections.abc import Iterator

from sqlalchemy import Connection, column, select, table, text

from db.migrations.adoption.shape import Shapes

# table, its id, the column that says what it is
VIRTUAL = (
    ("CompatibleDevices", "CompDevID", "Name"),
    ("ComputationalUnit", "CUID", "HostName"),
    ("CyclerStation", "CSID", "Name"),
)


def seed_problems(connection: Connection, have: Shapes) -> Iterator[str]:
    """Yield a sentence for each id of the station "Virtual" that something else has."""
    for kind, id_, name in VIRTUAL:
        if kind not in have:
            continue
        row = connection.scalar(
            select(column(name)).select_from(table(kind)).where(column(id_) == 1)
        )
        if row is not None and "virtual" not in str(row).lower():
            yield (
                f"{kind} 1 is {row!r}. In every database that the WattRex application made it "
                "is Virtual, and imported experiments go there. Ask whoever set this one up."
            )
    device = connection.scalar(text("SELECT CompDevID FROM DetectedDevices WHERE DevID = 1"))
    if device not in (None, 1):
        yield (
            f"Detected device 1 is of the kind {device}. In every database that the WattRex "
            "application made it is the device of the station Virtual."
        )
