"""Whose database it is."""

from enum import StrEnum

from sqlalchemy import Connection, inspect

from db.migrations.adoption.shape import Shapes, present, wanted
from db.migrations.adoption.steps import can_be_added, steps

MANY = 5  # tables that a sentence names
NOT_EVERYWHERE = {"LinkConfiguration", "RedoxElectrolyte"}  # tables that some have not


class Kind(StrEnum):
    """Whose database it is."""

    EMPTY = "empty"
    OURS = "ours"  # also when our first upgrade was interrupted
    OLD = "old"  # of the WattRex application, also when its adoption was interrupted
    FOREIGN = "foreign"


def kind_of(connection: Connection) -> Kind:
    """Tell whose database it is, by its tables and columns."""
    names = set(inspect(connection).get_table_names())
    if not names:
        return Kind.EMPTY
    if "alembic_version" in names or any(name.startswith("bem_") for name in names):
        return Kind.OURS
    if connection.dialect.name == "sqlite" or not names >= _core():
        return Kind.FOREIGN
    have, want = present(connection), wanted()
    if missing_columns(have, want):
        return Kind.FOREIGN
    return Kind.OLD if steps(have, want) else Kind.OURS


def refusal(connection: Connection) -> str:
    """Say why a foreign database is refused."""
    names = sorted(inspect(connection).get_table_names())
    if set(names) >= _core() and connection.dialect.name != "sqlite":
        missing = missing_columns(present(connection), wanted())
        return (
            "This database was made by another application, or by a version of WattRex that is "
            f"not known: it has no {', '.join(missing)}. Nothing was changed."
        )
    shown = ", ".join(names[:MANY]) + (" and others" if len(names) > MANY else "")
    return (
        f"This database was made by another application: it has the tables {shown}. "
        "Nothing was changed. Give an empty database, or that of the WattRex application."
    )


def _core() -> set[str]:
    """Return the tables that every database of the WattRex application has."""
    return wanted().keys() - NOT_EVERYWHERE


def missing_columns(have: Shapes, want: Shapes) -> list[str]:
    """Return the columns that cannot be added, because every row needs a value in them."""
    return [
        f"{name}.{column.name}"
        for name, shape in want.items()
        if name in have
        for column in shape.columns.values()
        if column.name not in have[name].columns and not can_be_added(column)
    ]
