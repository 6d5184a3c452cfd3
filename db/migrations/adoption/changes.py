"""What becomes different in each table, for people."""

from collections.abc import Iterator, Sequence

from db.migrations.adoption.shape import Shape, Shapes
from db.migrations.adoption.steps import MEASURE_TABLES, Step, differs, gets_empty_text


def changes(steps: Sequence[Step], have: Shapes, want: Shapes) -> Iterator[str]:
    """Yield a line for each large table, one for all others, and one for indexes that go."""
    tables = list(dict.fromkeys(step.table for step in steps))
    for name in MEASURE_TABLES:
        if name in tables:
            yield f"  {name} (about {have[name].rows:,} rows): {_of_table(have[name], want[name])}"
    others = [name for name in tables if name not in MEASURE_TABLES]
    if others:
        yield (
            f"  {', '.join(others)}: wider numbers, text in full Unicode, times with fractions of "
            "a second, foreign keys and indexes of other names"
        )
    for name in others:
        for column, new in want[name].columns.items():
            if column in have[name].columns and gets_empty_text(have[name].columns[column], new):
                yield f"  {name}.{column} that is NULL becomes an empty text"
    lost = [name for table in tables for name in _own_indexes(have[table], want[table])]
    if lost:
        yield f"  indexes that go, because nothing here uses them: {', '.join(lost)}"


def _of_table(has: Shape, wants: Shape) -> str:
    parts = [f"key ({', '.join(wants.key)})"] if has.key != wants.key else []
    for name, column in wants.columns.items():
        if name not in has.columns:
            parts.append(f"new column {name}")
        elif differs(has.columns[name], column):
            kind = column.kind if column.kind == "enum" else column.type
            parts.append(f"{name} as {kind}{' or NULL' if column.nullable else ''}")
    return ", ".join(parts) or "foreign keys"


def _own_indexes(has: Shape, wants: Shape) -> list[str]:
    """Indexes that have no counterpart: neither for a foreign key nor of the same columns."""
    referring = {columns for one in (has, wants) for columns in _key_columns(one)}
    useful = {*wants.unique.values(), *wants.indexes.values(), *referring}
    return [
        f"{name} of {has.name}"
        for name, columns in {**has.unique, **has.indexes}.items()
        if columns not in useful and "_fk_" not in name  # left by an old foreign key
    ]


def _key_columns(shape: Shape) -> Iterator[tuple[str, ...]]:
    for one in shape.references.values():
        yield one.columns
