"""What stands in the way of an adoption, told before anything changes."""

from collections.abc import Iterator

from sqlalchemy import Connection, text

from db.migrations.adoption.seeds import seed_problems
from db.migrations.adoption.shape import Reference, Shape, Shapes
from db.migrations.adoption.used_measures import lost_used_measures
from db.migrations.adoption.values import misfits

SHOWN = 5  # rows that a sentence names


def problems(connection: Connection, have: Shapes, want: Shapes) -> list[str]:
    """Return a sentence for each thing that must be put right first."""
    both = [name for name in want if name in have]
    found = [*_foreign_columns(have, want), *_foreign_references(have, want)]
    for name in both:
        found += _values(connection, have[name], want[name])
        found += _repeated(connection, have[name], want[name])
        found += _pointing_nowhere(connection, have, want[name])
    return [*found, *seed_problems(connection, have)]


def _foreign_columns(have: Shapes, want: Shapes) -> Iterator[str]:
    for name, shape in want.items():
        for column in have[name].columns.values() if name in have else ():
            if column.name in shape.columns or column.nullable or column.has_default:
                continue
            if not column.counts:
                yield (
                    f"{name} has a column {column.name} that every new row must fill, and this "
                    "program does not know it. Give it a default value."
                )


def _foreign_references(have: Shapes, want: Shapes) -> Iterator[str]:
    for name, shape in have.items():
        for one in shape.references.values() if name not in want else ():
            if one.table in want:
                yield (
                    f"The foreign key {one.name} of the table {name}, which is not WattRex's, "
                    f"refers to {one.table} and keeps its columns from being changed. "
                    "Drop it; it can be made again afterwards."
                )


def _values(connection: Connection, has: Shape, wants: Shape) -> Iterator[str]:
    """Count all that does not fit by one walk through the table."""
    conditions = [
        (name, condition, wrong)
        for name, column in wants.columns.items()
        if name in has.columns and not _is_large_and_fits(has, name)
        for condition, wrong in misfits(has.columns[name], column)
    ]
    if not conditions:
        return
    sums = ", ".join(f"COALESCE(SUM({condition}), 0)" for _, condition, _ in conditions)
    counts = connection.execute(text(f"SELECT {sums} FROM `{has.name}`")).one()  # noqa: S608
    for count, (column, condition, wrong) in zip(counts, conditions, strict=True):
        if count:
            rows = _shown(connection, has, condition)
            yield f"{has.name}.{column} {wrong} in {_rows(int(count))}: {rows}. Correct it first."


def _is_large_and_fits(has: Shape, column: str) -> bool:
    """Whether a walk through a table of measures would be for the sake of dates only."""
    return has.name.endswith("Measures") and column == "Timestamp"


def _shown(connection: Connection, has: Shape, condition: str) -> str:
    """Name the first rows with their keys."""
    key = has.key or tuple(has.columns)[:2]
    listed = ", ".join(f"`{column}`" for column in key)
    found = connection.execute(
        text(
            f"SELECT {listed} FROM `{has.name}`"  # noqa: S608 - names of the database itself
            f" WHERE {condition} ORDER BY {listed} LIMIT {SHOWN}"
        )
    ).fetchall()
    return "; ".join(
        ", ".join(f"{column} {value}" for column, value in zip(key, row, strict=True))
        for row in found
    )


def _repeated(connection: Connection, has: Shape, wants: Shape) -> Iterator[str]:
    there = [set(columns) for columns in (has.key, *has.unique.values()) if columns]
    for columns in (wants.key, *wants.unique.values()):
        if any(one <= set(columns) for one in there) or not set(columns) <= set(has.columns):
            continue
        listed = ", ".join(f"`{column}`" for column in columns)
        found = connection.execute(
            text(
                f"SELECT {listed}, COUNT(*) FROM `{has.name}`"  # noqa: S608
                f" GROUP BY {listed} HAVING COUNT(*) > 1 LIMIT {SHOWN}"
            )
        ).fetchall()
        if found:
            rows = "; ".join(f"{tuple(row[:-1])}, {row[-1]} times" for row in found)
            yield f"{has.name} has rows with the same {', '.join(columns)}: {rows}. Change one."


def _pointing_nowhere(connection: Connection, have: Shapes, wants: Shape) -> Iterator[str]:
    for one in wants.references.values():
        if one.name in have[wants.name].references or one.table not in have:
            continue
        if wants.name == "UsedMeasures" and one.table == "UsedDevices":
            yield from lost_used_measures(connection)
            continue
        condition = _nowhere(wants.name, one)
        count = connection.scalar(
            text(f"SELECT COUNT(*) FROM `{wants.name}` WHERE {condition}")  # noqa: S608
        )
        if count:
            yield (
                f"{_rows(count)} of {wants.name} name a {', '.join(one.columns)} that "
                f"{one.table} does not have: {_shown(connection, have[wants.name], condition)}. "
                "Add what is missing or correct the row."
            )


def _nowhere(table: str, one: Reference) -> str:
    """Condition for rows whose foreign key names no row; NULL names none on purpose."""
    same = " AND ".join(
        f"parent.`{theirs}` = `{table}`.`{ours}`"
        for ours, theirs in zip(one.columns, one.table_columns, strict=True)
    )
    named = " AND ".join(f"`{column}` IS NOT NULL" for column in one.columns)
    return f"{named} AND NOT EXISTS (SELECT 1 FROM `{one.table}` parent WHERE {same})"  # noqa: S608


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
