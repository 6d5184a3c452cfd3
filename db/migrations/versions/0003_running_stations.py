"""Running stations: units, live state, the queue, commands, alarms, leases, refused messages.

A channel's name and unit are unique within its station from now on.

Every step looks first whether it is done, as in 0001.
"""

import sqlalchemy as sa
from alembic import op

from db.migrations.tables import AT, ID, exact_text, index, table

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table(
        "bem_alarms",
        sa.Column("id", ID, nullable=False),
        sa.Column("mark", exact_text(80), nullable=False),
        sa.Column("station_id", ID, nullable=False),
        sa.Column("experiment_id", ID, nullable=True),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(length=250), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("acknowledged_at", AT, nullable=True),
        sa.Column("acknowledged_by", sa.String(length=60), nullable=True),
        sa.Column("comment", sa.String(length=250), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_bem_alarms"),
        sa.UniqueConstraint("mark", name="uq_bem_alarms_mark"),
        sqlite_autoincrement=True,
    )
    index("ix_bem_alarms_experiment_id", "bem_alarms", ["experiment_id"])
    index(
        "ix_bem_alarms_station_id_acknowledged_at", "bem_alarms", ["station_id", "acknowledged_at"]
    )
    table(
        "bem_commands",
        sa.Column("id", ID, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "pause",
                "resume",
                "stop",
                "detect",
                name="stationcommand",
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "sent",
                "done",
                "refused",
                "expired",
                name="commandstate",
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
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
    index("ix_bem_commands_state_created_at", "bem_commands", ["state", "created_at"])
    index("ix_bem_commands_station_id_created_at", "bem_commands", ["station_id", "created_at"])
    table(
        "bem_instruction_details",
        sa.Column("profile_id", ID, autoincrement=False, nullable=False),
        sa.Column("instruction_id", ID, autoincrement=False, nullable=False),
        sa.Column("exact", sa.JSON(), nullable=True),
        sa.Column("line", ID, nullable=True),
        sa.Column("step", ID, nullable=True),
        sa.Column("cycle", ID, nullable=True),
        sa.Column("cycles", ID, nullable=True),
        sa.Column("loops", sa.JSON(), nullable=False),
        sa.Column("expected_s", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("profile_id", "instruction_id", name="pk_bem_instruction_details"),
    )
    table(
        "bem_leases",
        sa.Column("name", exact_text(40), nullable=False),
        sa.Column("holder", exact_text(80), nullable=False),
        sa.Column("epoch", ID, nullable=False),
        sa.Column("beat_at", AT, nullable=False),
        sa.Column("expires_at", AT, nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_bem_leases"),
    )
    table(
        "bem_plans",
        sa.Column("id", ID, nullable=False),
        sa.Column("token", exact_text(40), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "held",
                "queued",
                "cancelled",
                name="planstate",
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("experiment_id", ID, nullable=True),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("description", sa.String(length=250), nullable=False),
        sa.Column("station_id", ID, nullable=True),
        sa.Column("battery_id", ID, nullable=True),
        sa.Column("profile_id", ID, nullable=True),
        sa.Column("position", ID, nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("user_name", sa.String(length=60), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("state_since", AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bem_plans"),
        sa.UniqueConstraint("experiment_id", name="uq_bem_plans_experiment_id"),
        sa.UniqueConstraint("token", name="uq_bem_plans_token"),
        sqlite_autoincrement=True,
    )
    index("ix_bem_plans_station_id_state", "bem_plans", ["station_id", "state"])
    table(
        "bem_refused_counts",
        sa.Column("sender", exact_text(60), nullable=False),
        sa.Column("kind", exact_text(40), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("last_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("sender", "kind", name="pk_bem_refused_counts"),
    )
    table(
        "bem_refused_messages",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=250), nullable=False),
        sa.Column("size_bytes", ID, nullable=False),
        sa.Column("beginning", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bem_refused_messages"),
        sqlite_autoincrement=True,
    )
    table(
        "bem_run_events",
        sa.Column("experiment_id", ID, autoincrement=False, nullable=False),
        sa.Column("number", ID, autoincrement=False, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("experiment_id", "number", name="pk_bem_run_events"),
    )
    table(
        "bem_runs",
        sa.Column("experiment_id", ID, autoincrement=False, nullable=False),
        sa.Column("station_id", ID, nullable=False),
        sa.Column("offered_at", AT, nullable=True),
        sa.Column("offered_epoch", ID, nullable=True),
        sa.Column("accepted_at", AT, nullable=True),
        sa.Column("ended_at", AT, nullable=True),
        sa.Column("end_reason", sa.String(length=250), nullable=True),
        sa.Column("through", sa.BigInteger(), nullable=False),
        sa.Column("events_through", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("experiment_id", name="pk_bem_runs"),
    )
    index("ix_bem_runs_station_id_ended_at", "bem_runs", ["station_id", "ended_at"])
    table(
        "bem_profile_details",
        sa.Column("profile_id", ID, autoincrement=False, nullable=False),
        sa.Column("version_id", ID, nullable=True),
        sa.Column("capacity_ah", sa.Double(), nullable=True),
        sa.Column("record_s", sa.Double(), nullable=True),
        sa.Column("record_v", sa.Double(), nullable=True),
        sa.Column("expected_s", sa.Double(), nullable=True),
        sa.Column("safety", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["Profile.ProfID"], name="fk_bem_profile_details_profile_id"
        ),
        sa.PrimaryKeyConstraint("profile_id", name="pk_bem_profile_details"),
    )
    index("ix_bem_profile_details_version_id", "bem_profile_details", ["version_id"])
    table(
        "bem_units",
        sa.Column("unit_id", ID, autoincrement=False, nullable=False),
        sa.Column("hardware_id", exact_text(40), nullable=False),
        sa.Column("software", sa.String(length=60), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("speed", sa.Double(), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("seen_at", AT, nullable=False),
        sa.Column("clock_offset_s", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["ComputationalUnit.CUID"], name="fk_bem_units_unit_id"
        ),
        sa.PrimaryKeyConstraint("unit_id", name="pk_bem_units"),
        sa.UniqueConstraint("hardware_id", name="uq_bem_units_hardware_id"),
    )
    table(
        "bem_confirmed_batteries",
        sa.Column("station_id", ID, autoincrement=False, nullable=False),
        sa.Column("battery_id", ID, nullable=False),
        sa.Column("user_name", sa.String(length=60), nullable=False),
        sa.Column("confirmed_at", AT, nullable=False),
        sa.ForeignKeyConstraint(
            ["station_id"], ["CyclerStation.CSID"], name="fk_bem_confirmed_batteries_station_id"
        ),
        sa.ForeignKeyConstraint(
            ["battery_id"], ["Battery.BatID"], name="fk_bem_confirmed_batteries_battery_id"
        ),
        sa.PrimaryKeyConstraint("station_id", name="pk_bem_confirmed_batteries"),
    )
    index("ix_bem_confirmed_batteries_battery_id", "bem_confirmed_batteries", ["battery_id"])
    table(
        "bem_device_abilities",
        sa.Column("device_id", ID, autoincrement=False, nullable=False),
        sa.Column("abilities", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["DetectedDevices.DevID"], name="fk_bem_device_abilities_device_id"
        ),
        sa.PrimaryKeyConstraint("device_id", name="pk_bem_device_abilities"),
    )
    table(
        "bem_out_of_service",
        sa.Column("station_id", ID, autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(length=250), nullable=False),
        sa.Column("user_name", sa.String(length=60), nullable=False),
        sa.Column("since", AT, nullable=False),
        sa.ForeignKeyConstraint(
            ["station_id"], ["CyclerStation.CSID"], name="fk_bem_out_of_service_station_id"
        ),
        sa.PrimaryKeyConstraint("station_id", name="pk_bem_out_of_service"),
    )
    table(
        "bem_station_live",
        sa.Column("station_id", ID, autoincrement=False, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "idle",
                "running",
                "paused",
                "error",
                name="stationstate",
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("state_since", AT, nullable=False),
        sa.Column("detail", sa.String(length=250), nullable=False),
        sa.Column("seen_at", AT, nullable=False),
        sa.Column("contact_lost_at", AT, nullable=True),
        sa.Column("output_on", sa.Boolean(), nullable=True),
        sa.Column("experiment_id", ID, nullable=True),
        sa.Column("instruction_id", ID, nullable=True),
        sa.Column("instruction_began_s", sa.Double(), nullable=True),
        sa.Column("step", ID, nullable=True),
        sa.Column("cycle", ID, nullable=True),
        sa.Column("test_time_s", sa.Double(), nullable=True),
        sa.Column("measured_at", AT, nullable=True),
        sa.Column("voltage_v", sa.Double(), nullable=True),
        sa.Column("current_a", sa.Double(), nullable=True),
        sa.Column("temperature_degc", sa.Double(), nullable=True),
        sa.Column("pending", ID, nullable=False),
        sa.Column("trend", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["station_id"], ["CyclerStation.CSID"], name="fk_bem_station_live_station_id"
        ),
        sa.PrimaryKeyConstraint("station_id", name="pk_bem_station_live"),
    )
    _channels_of_stations()


def _channels_of_stations() -> None:
    """Give each channel its station; so far there were those of the station "Virtual" only."""
    name = "bem_channels"
    found = sa.inspect(op.get_bind())
    columns = {column["name"] for column in found.get_columns(name)}
    unique = {constraint["name"] for constraint in found.get_unique_constraints(name)}
    old, new = "uq_bem_channels_name_unit", "uq_bem_channels_station_id_name_unit"
    if "station_id" in columns and old not in unique and new in unique:
        return
    with op.batch_alter_table(name) as batch:
        if "station_id" not in columns:
            batch.add_column(sa.Column("station_id", ID, nullable=False, server_default="1"))
        if new not in unique:
            batch.create_unique_constraint(new, ["station_id", "name", "unit"])
        if old in unique:
            batch.drop_constraint(old, type_="unique")
