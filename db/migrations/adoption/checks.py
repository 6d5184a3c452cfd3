"""What stands in the way of an adoption, told before anything changes."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    TableClause,
    TextClause,
    and_,
    column,
    exists,
    func,
    literal_column,
    select,
    table,
    text,
)

from db.migrations.adoption.shape import TEXTS, Column, Reference, Shape, Shapes
from db.migrations.adoption.steps import gets_empty_text

MAX_ROWS = 5  # that a sentence names
# table, its id, the column that says what it is
VIRTUAL = (
    ("CompatibleDevices", "CompDevID", "Name"),
    ("ComputationalUnit", "CUID", "HostName"),
    ("CyclerStation", "CSID", "Name"),
)
WHOLE = {
    "tinyint": 8,
    "smallint": 16,
    "mediumint": 24,
    "int": 32,
    "bigint": 64,
}
FRACTIONS = ("float", "double", "decimal")
INSTANTS = ("datetime", "timestamp", "date")
NUMBER = "^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?$"
WHOLE_NUMBER = "^[-+]?[0-9]{1,18}$"


def problems(connection: Connection, have: Shapes, want: Shapes) -> list[str]:
    """Return a sentence for each thing that must be put right first."""
    both = [name for name in want if name in have]
    sentences = [*_foreign_columns(have, want), *_foreign_references(have, want)]
    for name in both:
        sentences += _values(connection, have[name], want[name])
        sentences += _repeated(connection, have[name], want[name])
        sentences += _pointing_nowhere(connection, have, want[name])
    return [*sentences, *seed_problems(connection, have)]


def _foreign_columns(have: Shapes, want: Shapes) -> Iterator[str]:
    for name, shape in want.items():
        for one in have[name].columns.values() if name in have else ():
            if one.name in shape.columns or one.nullable or one.has_default or one.counts:
                continue
            yield (
                f"{name} has a column {one.name} that every new row must fill, and this "
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
        for name, new in wants.columns.items()
        if name in has.columns and not _is_large_and_fits(has, name)
        for condition, wrong in misfits(has.columns[name], new)
    ]
    if not conditions:
        return
    rows = _rows_of(has)
    sums: list[ColumnElement[Any]] = [
        func.sum(literal_column(condition)) for _, condition, _ in conditions
    ]
    counts = connection.execute(select(*sums).select_from(rows)).one()
    for count, (name, condition, wrong) in zip(counts, conditions, strict=True):
        if count:
            first = _first_keys(connection, has, rows, text(condition))
            yield f"{has.name}.{name} {wrong} in {_number(int(count))}: {first}. Correct it first."


def _is_large_and_fits(has: Shape, name: str) -> bool:
    """Whether a walk through a table of measures would be for the sake of dates only."""
    return has.name.endswith("Measures") and name == "Timestamp"


def _first_keys(
    connection: Connection,
    has: Shape,
    rows: TableClause,
    condition: ColumnElement[bool] | TextClause,
) -> str:
    """Name the first rows with their keys."""
    names = has.key or tuple(has.columns)[:2]
    key = [rows.c[name] for name in names]
    first = connection.execute(select(*key).where(condition).order_by(*key).limit(MAX_ROWS))
    return "; ".join(
        ", ".join(f"{name} {value}" for name, value in zip(names, row, strict=True))
        for row in first
    )


def _repeated(connection: Connection, has: Shape, wants: Shape) -> Iterator[str]:
    unique = [set(columns) for columns in (has.key, *has.unique.values()) if columns]
    rows, count = _rows_of(has), func.count()
    for names in (wants.key, *wants.unique.values()):
        if any(one <= set(names) for one in unique) or not set(names) <= set(has.columns):
            continue
        columns = [rows.c[name] for name in names]
        several = connection.execute(
            select(*columns, count).group_by(*columns).having(count > 1).limit(MAX_ROWS)
        ).all()
        if several:
            first = "; ".join(f"{tuple(row[:-1])}, {row[-1]} times" for row in several)
            yield f"{has.name} has rows with the same {', '.join(names)}: {first}. Change one."


def _pointing_nowhere(connection: Connection, have: Shapes, wants: Shape) -> Iterator[str]:
    has = have[wants.name]
    rows = _rows_of(has)
    for one in wants.references.values():
        if one.name in has.references or one.table not in have:
            continue
        if wants.name == "UsedMeasures" and one.table == "UsedDevices":
            yield from lost_used_measures(connection)
            continue
        nowhere = _nowhere(rows, one)
        count = connection.scalar(select(func.count()).select_from(rows).where(nowhere))
        if count:
            yield (
                f"{_number(count)} of {wants.name} name a {', '.join(one.columns)} that "
                f"{one.table} does not have: {_first_keys(connection, has, rows, nowhere)}. "
                "Add what is missing or correct the row."
            )


def _nowhere(rows: TableClause, one: Reference) -> ColumnElement[bool]:
    """Condition for rows whose foreign key names no row; NULL names none on purpose."""
    parent = table(one.table, *map(column, one.table_columns)).alias("parent")
    pairs = [
        (rows.c[ours], parent.c[theirs])
        for ours, theirs in zip(one.columns, one.table_columns, strict=True)
    ]
    same = exists().where(*(theirs == ours for ours, theirs in pairs))
    return and_(*(ours.is_not(None) for ours, _ in pairs), ~same)


def _rows_of(has: Shape) -> TableClause:
    return table(has.name, *map(column, has.columns))


def _number(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def lost_used_measures(connection: Connection) -> Iterator[str]:
    """Yield a sentence for each such row; what to do depends on whether its station still runs."""
    for used_measure, station, device, retired, is_device in connection.execute(
        text(
            "SELECT u.UsedMeasID, u.CSID, u.DevID, COALESCE(s.Deprecated, 0), d.DevID IS NOT NULL"
            " FROM UsedMeasures u LEFT JOIN CyclerStation s ON s.CSID = u.CSID"
            " LEFT JOIN DetectedDevices d ON d.DevID = u.DevID"
            " WHERE NOT EXISTS (SELECT 1 FROM UsedDevices x"
            " WHERE x.CSID = u.CSID AND x.DevID = u.DevID) ORDER BY u.UsedMeasID"
        )
    ):
        says = (
            f"UsedMeasures {used_measure} is a measure of device {device} at station {station}, "
            f"but device {device} is not one of that station's."
        )
        values = connection.scalar(
            text("SELECT COUNT(*) FROM ExtendedMeasures WHERE UsedMeasID = :id"),
            {"id": used_measure},
        )
        add = f"INSERT INTO UsedDevices (CSID, DevID) VALUES ({station}, {device})"  # noqa: S608 - shown
        remove = f"DELETE FROM UsedMeasures WHERE UsedMeasID = {used_measure}"  # noqa: S608
        if not values:
            yield f"{says} No value of it was ever stored. Remove it: {remove}"
        elif not is_device:
            yield (
                f"{says} {values:,} values were stored under it, and DetectedDevices has no "
                f"device {device}. Add that device to DetectedDevices, then: {add}"
            )
        elif retired:
            yield f"{says} The station is deprecated and runs no more, so it may have it: {add}"
        else:
            yield (
                f"{says} {values:,} values were stored under it. Give the device to the station: "
                f"{add}. Its cycler will then load this device at its next start."
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


def misfits(has: Column, wants: Column) -> list[tuple[str, str]]:
    """Return (condition, what is wrong) pairs; nothing for a column whose values all fit."""
    name = f"`{has.name}`"
    pairs = []
    if has.nullable and not wants.nullable and not gets_empty_text(has, wants):
        pairs.append((f"{name} IS NULL", "has no value"))
    if has.kind in INSTANTS:
        pairs.append((f"CAST({name} AS CHAR) LIKE '0000-00-00%'", "is no date"))
    if has.type == wants.type:
        return pairs
    if wants.kind == "enum":
        pairs += _words(name, has, wants)
    elif wants.kind in TEXTS:
        pairs += _texts(name, has, wants)
    elif wants.kind in WHOLE:
        pairs += _whole(name, has, wants)
    elif wants.kind in FRACTIONS and has.kind in TEXTS:
        pairs.append((f"{name} NOT REGEXP '{NUMBER}'", "is no number"))
    elif wants.kind == "date" and has.kind in ("datetime", "timestamp"):
        pairs.append((f"TIME({name}) <> 0", "has a time of day"))
    return pairs


def _words(name: str, has: Column, wants: Column) -> list[tuple[str, str]]:
    words = wants.type.removeprefix("enum(").removesuffix(")")
    if has.kind == "enum" and set(_split(has.type)) <= set(_split(wants.type)):
        return []
    return [(f"CAST({name} AS CHAR) NOT IN ({words})", f"is none of {words}")]


def _split(kind: str) -> list[str]:
    return kind.lower().removeprefix("enum(").removesuffix(")").split(",")


def _texts(name: str, has: Column, wants: Column) -> list[tuple[str, str]]:
    length = _length(wants)
    if has.kind in ("char", "varchar") and _length(has) <= length:
        return []
    return [(f"CHAR_LENGTH({name}) > {length}", f"is longer than {length} characters")]


def _length(column: Column) -> int:
    return int(column.type.partition("(")[2].rstrip(")"))


def _whole(name: str, has: Column, wants: Column) -> list[tuple[str, str]]:
    least, most = _range(wants)
    outside = f"{name} < {least} OR {name} > {most}"
    if has.kind in TEXTS:
        return [(f"{name} NOT REGEXP '{WHOLE_NUMBER}' OR {outside}", "is no whole number")]
    if has.kind in FRACTIONS:
        return [(f"{name} <> ROUND({name}) OR {outside}", "is no whole number")]
    if has.kind not in WHOLE:
        return []
    old_least, old_most = _range(has)
    if least <= old_least and old_most <= most:
        return []
    return [(outside, f"is outside {least} to {most}")]


def _range(column: Column) -> tuple[int, int]:
    bits = WHOLE[column.kind]
    if "unsigned" in column.type:
        return 0, 2**bits - 1
    return -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
