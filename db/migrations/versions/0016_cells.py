"""What cycles are counted by: of batteries, and chosen for an experiment."""

import sqlalchemy as sa
from alembic import op

from db.migrations import column
from db.migrations.tables import table

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

DETAILS = "bem_battery_details"


def upgrade() -> None:
    present = {one["name"] for one in sa.inspect(op.get_bind()).get_columns(DETAILS)}
    for one in (
        *column.text(20, "kind", "chemistry", null=True),
        *column.real(
            "capacity_ah",
            "electrode_size_cm2",
            "active_mass_g",
            "electrolyte_mol_per_l",
            "electrolyte_electrons",
            null=True,
        ),
        *column.number("formation_cycles", null=True),
    ):
        if one.name not in present:
            op.add_column(DETAILS, one)
    table(
        "bem_cycle_choices",
        column.number("experiment_id", key=True),
        column.text(20, "numbering", "first", null=True),
        column.text(40, "reference", null=True),
        column.number("reference_from", "reference_to", null=True),
        column.real("reference_ah", null=True),
        column.number("formation_cycles", null=True),
        column.real("mass_g", null=True),
        column.by_user("chosen_at"),
    )
