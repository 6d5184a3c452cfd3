"""What is known of a station beside its fixed row, and the command to launch its cycler.

Every step looks first whether it is done, as in 0001.
"""

import sqlalchemy as sa
from alembic import op

from db.migrations.tables import AT, ID, MYSQL, index, table

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None

KINDS = ("pause", "resume", "stop", "detect", "launch")
STATES = ("pending", "sent", "done", "refused", "expired")
BEFORE = "bem_commands_before_0008"
COLUMNS = (
    "id, kind, state, unit_id, station_id, experiment_id, reason, user_name, created_at, "
    "expires_at, sent_at, tries, answered_at, answer, output_off"
)


def upgrade() -> None:
    table(
        "bem_station_details",
        sa.Column("station_id", ID, nullable=False),
        *(
            sa.Column(name, sa.Double(), nullable=True)
            for name in ("voltage_min_v", "voltage_max_v", "current_min_a", "current_max_a")
        ),
        sa.Column("calibrated_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["station_id"], ["CyclerStation.CSID"], name="fk_bem_station_details_station_id"
        ),
        sa.PrimaryKeyConstraint("station_id", name="pk_bem_station_details"),
    )
    if op.get_bind().dialect.name in MYSQL:
        _widen()
    else:
        _rebuild()


def _widen() -> None:
    columns = sa.inspect(op.get_bind()).get_columns("bem_commands")
    (kind,) = (one["type"] for one in columns if one["name"] == "kind")
    if "launch" not in getattr(kind, "enums", ()):
        op.alter_column("bem_commands", "kind", type_=_words(KINDS, "kind"), nullable=False)


def _rebuild() -> None:
    """Exchange the table for one with a wider check: SQLite cannot change a check."""
    present = set(sa.inspect(op.get_bind()).get_table_names())
    if BEFORE not in present:
        made_with = op.get_bind().scalar(
            sa.text("SELECT sql FROM sqlite_master WHERE name = 'bem_commands'")
        )
        if "'launch'" in made_with:
            return
        op.rename_table("bem_commands", BEFORE)
        for name in ("state_created_at", "station_id_created_at"):
            op.execute(f"DROP INDEX IF EXISTS ix_bem_commands_{name}")
    _commands()
    copied = f"INSERT OR IGNORE INTO bem_commands ({COLUMNS}) SELECT {COLUMNS} FROM {BEFORE}"  # noqa: S608 - names of ours
    op.execute(copied)
    index("ix_bem_commands_state_created_at", "bem_commands", ["state", "created_at"])
    index("ix_bem_commands_station_id_created_at", "bem_commands", ["station_id", "created_at"])
    op.drop_table(BEFORE)


def _commands() -> None:
    table(
        "bem_commands",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", _words(KINDS, "stationcommand"), nullable=False),
        sa.Column("state", _words(STATES, "commandstate"), nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("station_id", ID, nullable=True),
        sa.Column("experiment_id", ID, nullable=True),
        sa.Column("reason", sa.String(length=250), nullable=False),
        sa.Column("user_name", sa.String(length=60), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("expires_at", AT, nullable=True),
        sa.Column("sent_at", AT, nullable=True),
        sa.Column("tries", ID, nullable=False),
        sa.Column("answered_at", AT, nullable=True),
        sa.Column("answer", sa.String(length=250), nullable=True),
        sa.Column("output_off", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_bem_commands"),
        sqlite_autoincrement=True,
    )


def _words(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, create_constraint=True, length=40)
