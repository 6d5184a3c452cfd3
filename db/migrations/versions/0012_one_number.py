"""Each planned experiment has its number in every state; numbers of before lead to it.

What was held or cancelled got a new number each time that it was queued. It keeps the last one;
the earlier ones are noted. What never had one gets the next: those that are in use anywhere stay.
"""

import json
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

from db.migrations import column
from db.migrations.tables import table

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# where a number of an experiment may stand
NUMBERED = (
    ("Experiment", "ExpID"),
    ("bem_plans", "experiment_id"),
    ("bem_imports", "experiment_id"),
    ("bem_deleted_experiments", "experiment_id"),
    ("bem_runs", "experiment_id"),
    ("bem_notes", "experiment_id"),
)
WITHDRAWN = "withdrawn"  # in a plan's detail: the numbers that it had


def upgrade() -> None:
    table(
        "bem_former_numbers",
        column.number("number", key=True),
        column.number("experiment_id"),
        indexes=[["experiment_id"]],
    )
    columns = {one["name"]: one for one in sa.inspect(op.get_bind()).get_columns("bem_plans")}
    for name, new in (
        ("attempt", column.number("attempt", default=sa.text("0"))),
        ("state_by", column.text(60, "state_by", default="")),
    ):
        if name not in columns:
            op.add_column("bem_plans", new[0])
    _name_who_cancelled()
    _number()
    if columns["experiment_id"]["nullable"]:
        with op.batch_alter_table("bem_plans") as plans:
            plans.alter_column("experiment_id", existing_type=column.ID, nullable=False)


def _name_who_cancelled() -> None:
    connection = op.get_bind()
    entries = connection.execute(
        sa.text("SELECT target, user_name FROM bem_audit WHERE action = 'cancel experiment'")
    ).all()
    for target, user_name in entries:
        kind, _, number = target.rpartition(" ")
        if kind == "plan" and number.isdigit():
            connection.execute(
                sa.text(
                    "UPDATE bem_plans SET state_by = :user WHERE id = :id AND state = 'cancelled'"
                ),
                {"user": user_name, "id": int(number)},
            )


def _number() -> None:
    """Give each plan its number, and note those that it had; again after an interruption."""
    connection = op.get_bind()
    ids = connection.scalars(sa.text("SELECT id FROM bem_plans ORDER BY id")).all()
    taken = _in_use(connection)
    former: dict[int, int] = {}
    unnumbered = []
    for plan_id in ids:
        number, detail = connection.execute(
            sa.text("SELECT experiment_id, detail FROM bem_plans WHERE id = :id"), {"id": plan_id}
        ).one()
        earlier = _withdrawn(detail)
        if number is None:
            number = next((one for one in reversed(earlier) if one not in taken), None)
        if number is None:
            unnumbered.append((plan_id, earlier))
            continue
        taken.add(number)
        _keep(connection, plan_id, number)
        former |= {one: number for one in earlier if one != number}
    top = max([*taken, *former, *_everywhere(connection), 0])
    for number, (plan_id, earlier) in enumerate(unnumbered, start=top + 1):
        _keep(connection, plan_id, number)
        former |= dict.fromkeys(earlier, number)
    _note_former(connection, former)
    if unnumbered:
        _count_on(connection, top + len(unnumbered))


def _withdrawn(detail: Any) -> list[int]:  # noqa: ANN401 - JSON, as text where no type says so
    known = json.loads(detail) if isinstance(detail, str | bytes) else detail
    return [int(one) for one in (known or {}).get(WITHDRAWN, [])]


def _in_use(connection: sa.Connection) -> set[int]:
    """Return the numbers that belong to another experiment."""
    used: set[int] = set()
    for name, key in NUMBERED[:4]:
        statement = sa.text(f"SELECT `{key}` FROM `{name}` WHERE `{key}` IS NOT NULL")  # noqa: S608
        used |= set(connection.scalars(statement).all())
    return used


def _everywhere(connection: sa.Connection) -> Iterable[int]:
    for name, key in NUMBERED:
        yield connection.scalar(sa.text(f"SELECT MAX(`{key}`) FROM `{name}`")) or 0  # noqa: S608


def _keep(connection: sa.Connection, plan_id: int, number: int) -> None:
    connection.execute(
        sa.text("UPDATE bem_plans SET experiment_id = :number WHERE id = :id"),
        {"number": number, "id": plan_id},
    )


def _note_former(connection: sa.Connection, former: dict[int, int]) -> None:
    """Note numbers of before, and give the notes that were written under them to the present."""
    known = set(connection.scalars(sa.text("SELECT number FROM bem_former_numbers")).all())
    existing = set(connection.scalars(sa.text("SELECT `ExpID` FROM `Experiment`")).all())
    for earlier, number in former.items():
        values = {"earlier": earlier, "number": number}
        if earlier not in known:
            connection.execute(
                sa.text("INSERT INTO bem_former_numbers VALUES (:earlier, :number)"), values
            )
        if earlier not in existing:
            connection.execute(
                sa.text(
                    "UPDATE bem_notes SET experiment_id = :number WHERE experiment_id = :earlier"
                ),
                values,
            )


def _count_on(connection: sa.Connection, last: int) -> None:
    """Let whoever inserts into Experiment get numbers beyond those that were given here."""
    if connection.dialect.name != "sqlite":
        connection.execute(sa.text(f"ALTER TABLE `Experiment` AUTO_INCREMENT = {last + 1}"))
        return
    of_it = "WHERE name = 'Experiment'"
    seq = connection.scalar(sa.text(f"SELECT seq FROM sqlite_sequence {of_it}"))  # noqa: S608
    if seq is None:
        connection.execute(
            sa.text("INSERT INTO sqlite_sequence VALUES ('Experiment', :last)"), {"last": last}
        )
    elif seq < last:
        connection.execute(
            sa.text(f"UPDATE sqlite_sequence SET seq = :last {of_it}"),  # noqa: S608
            {"last": last},
        )
