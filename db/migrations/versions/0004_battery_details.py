"""What is known of a battery beside its fixed row.

Every step looks first whether it is done, as in 0001.
"""

import sqlalchemy as sa

from db.migrations.tables import ID, exact_text, table

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NUMBERS = (
    "voltage_min_v",
    "voltage_max_v",
    "cell_voltage_min_v",
    "cell_voltage_max_v",
    "current_min_a",
    "current_max_a",
    "safety_voltage_min_v",
    "safety_voltage_max_v",
    "temperature_min_degc",
    "temperature_max_degc",
    "charge_temperature_min_degc",
)


def upgrade() -> None:
    table(
        "bem_battery_details",
        sa.Column("battery_id", ID, nullable=False),
        sa.Column("form_token", exact_text(40), nullable=True),
        sa.Column("capacity_rate", sa.String(length=20), nullable=True),
        sa.Column("parallel", ID, nullable=False),
        *(sa.Column(name, sa.Double(), nullable=True) for name in NUMBERS),
        sa.ForeignKeyConstraint(
            ["battery_id"], ["Battery.BatID"], name="fk_bem_battery_details_battery_id"
        ),
        sa.PrimaryKeyConstraint("battery_id", name="pk_bem_battery_details"),
        sa.UniqueConstraint("form_token", name="uq_bem_battery_details_form_token"),
    )
