"""What is left to do: the statements that lead from the tables as they are to those wanted."""

from dataclasses import dataclass

from db.migrations.adoption.shape import TEXTS, Column, Shape, Shapes

MEASURE_TABLES = ("ExtendedMeasures", "GenericMeasures", "Status", "Alarm")


@dataclass(frozen=True)
class Step:
    """One statement, which the server does wholly or not at all."""

    table: str
    statement: str
    says: str
    copies: bool = False  # the whole table


def steps(have: Shapes, want: Shapes) -> list[Step]:
    """Return what is left to do, in an order that both servers take.

    Old foreign keys go first, or neither columns nor keys could be changed; those that refer to a
    table before its own, because some rely on an index that its own keep. The large tables come
    last: what can fail has failed before, and the keys between the small ones are back.
    """
    small = [name for name in want if name in have and name not in MEASURE_TABLES]
    large = [name for name in MEASURE_TABLES if name in have]
    downwards = [*large, *reversed(small)]
    return [
        *(step for name in downwards for step in _drop_references(have[name], want[name])),
        *(step for name in small for step in _change(have[name], want[name])),
        *(step for name in small for step in _add_references(have[name], want[name])),
        *(step for name in large for step in _change(have[name], want[name])),
    ]


def differs(has: Column, wants: Column) -> bool:
    """Whether a column must be changed."""
    return (
        has.type != wants.type
        or has.nullable != wants.nullable
        or has.counts != wants.counts
        or has.refreshes
        or (wants.charset is not None and has.charset != wants.charset)
        or (wants.has_default and not has.has_default)
    )


def gets_empty_text(has: Column, wants: Column) -> bool:
    """Whether rows without a text get an empty one: our column always has a text."""
    return has.nullable and not wants.nullable and wants.kind in TEXTS and wants.kind != "enum"


def _drop_references(has: Shape, wants: Shape) -> list[Step]:
    old = [one for one in has.references.values() if one != wants.references.get(one.name)]
    if not old:
        return []
    drops = [f"DROP FOREIGN KEY `{one.name}`" for one in old]
    return [Step(has.name, _alter(has.name, drops), "old foreign keys dropped")]


def _change(has: Shape, wants: Shape) -> list[Step]:
    filled = [
        Step(
            has.name,
            f"UPDATE `{has.name}` SET `{name}` = '' WHERE `{name}` IS NULL",  # noqa: S608 - ours
            f"an empty {name} where there is none",
        )
        for name, column in wants.columns.items()
        if name in has.columns and gets_empty_text(has.columns[name], column)
    ]
    changes = [*_table_options(has, wants), *_columns(has, wants), *_keys(has, wants)]
    if not changes:
        return filled
    changed = Step(has.name, _alter(has.name, changes), "columns and keys changed", copies=True)
    return [*filled, changed]


def _table_options(has: Shape, wants: Shape) -> list[str]:
    changes = []
    if has.engine.lower() != wants.engine.lower():
        changes.append(f"ENGINE = {wants.engine}")
    text_columns = [column for column in has.columns.values() if column.charset is not None]
    if has.charset != wants.charset or any(one.charset != wants.charset for one in text_columns):
        changes.append(f"CONVERT TO CHARACTER SET {wants.charset}")
    return changes


def _columns(has: Shape, wants: Shape) -> list[str]:
    changes = []
    for name, column in wants.columns.items():
        if name not in has.columns:
            changes.append(f"ADD COLUMN {column.definition}")
        elif differs(has.columns[name], column):
            changes.append(f"MODIFY COLUMN {column.definition}")
    return changes


def _keys(has: Shape, wants: Shape) -> list[str]:
    """Keys and indexes; those that a wanted foreign key has made for itself stay."""
    stays = {**wants.unique, **wants.indexes}
    old = {
        name: columns
        for name, columns in {**has.unique, **has.indexes}.items()
        if stays.get(name) != columns and name not in wants.references
    }
    changes = [f"DROP INDEX `{name}`" for name in old]
    if has.key != wants.key:
        dropped = "DROP PRIMARY KEY, " if has.key else ""
        changes.append(f"{dropped}ADD PRIMARY KEY {_listed(wants.key)}")
    for word, kind in (("UNIQUE INDEX", "unique"), ("INDEX", "indexes")):
        present: dict[str, tuple[str, ...]] = getattr(has, kind)
        for name, columns in getattr(wants, kind).items():
            if present.get(name) != columns:
                changes.append(f"ADD {word} `{name}` {_listed(columns)}")
    return changes


def _add_references(has: Shape, wants: Shape) -> list[Step]:
    new = [one for one in wants.references.values() if has.references.get(one.name) != one]
    if not new:
        return []
    adds = [
        f"ADD CONSTRAINT `{one.name}` FOREIGN KEY {_listed(one.columns)}"
        f" REFERENCES `{one.table}` {_listed(one.table_columns)}"
        for one in new
    ]
    return [Step(has.name, _alter(has.name, adds), "foreign keys made", copies=True)]


def _alter(table: str, changes: list[str]) -> str:
    return f"ALTER TABLE `{table}` " + ", ".join(changes)


def _listed(columns: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"`{column}`" for column in columns) + ")"
