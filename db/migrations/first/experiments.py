"""Experiments, their plans, runs, imports and notes: the first revision."""

from db.migrations import column
from db.migrations.tables import table


def make_tables() -> None:
    """Make the tables that are not there."""
    table(
        "Experiment",
        column.key("ExpID"),
        column.text(30, "Name"),
        column.text(250, "Description"),
        column.moment("DateCreation"),
        column.moment("DateBegin", "DateFinish", null=True),
        column.words(
            "Status", "experimentstatus", "RUNNING", "FINISHED", "ERROR", "PAUSED", "QUEUED"
        ),
        column.to("CSID", "CyclerStation.CSID"),
        column.to("BatID", "Battery.BatID"),
        column.to("ProfID", "Profile.ProfID"),
        indexes=[
            ["BatID"],
            ["CSID", "DateCreation"],
            ["DateCreation"],
            ["Name"],
            ["ProfID"],
            ["Status", "DateCreation"],
        ],
    )
    table(
        "RedoxElectrolyte",
        column.to("ExpID", "Experiment.ExpID", key=True),
        column.to("BatID", "RedoxStack.BatID", key=True),
        column.words("Polarity", "polarity", "POS", "NEG", key=True),
        column.number("ElectrolyteVol", "InitialSOC", "MinFlowRate", "MaxFlowRate"),
    )
    table(
        "bem_plans",
        column.key("id"),
        column.exact(40, "token", unique=True),
        column.words("state", "planstate", "draft", "held", "queued", "cancelled"),
        column.number("experiment_id", unique=True, null=True),
        column.text(30, "name"),
        column.text(250, "description"),
        column.number("station_id", "battery_id", "profile_id", null=True),
        column.number("position"),
        column.json("detail"),
        column.by_user("created_at", "state_since"),
        indexes=[["station_id", "state"]],
    )
    table(
        "bem_runs",
        column.number("experiment_id", key=True),
        column.number("station_id"),
        column.moment("offered_at", null=True),
        column.number("offered_epoch", null=True),
        column.moment("accepted_at", "ended_at", null=True),
        column.text(250, "end_reason", null=True),
        column.big("through", "events_through"),
        indexes=[["station_id", "ended_at"]],
    )
    table(
        "bem_run_events",
        column.number("experiment_id", "number", key=True),
        column.moment("at"),
        column.text(30, "kind"),
        column.json("detail"),
    )
    table(
        "bem_imports",
        column.number("experiment_id", key=True),
        column.number("job_id", null=True),
        column.text(255, "file_name"),
        column.exact(64, "sha256"),
        column.text(40, "format"),
        column.json("mapping"),
        column.number("measures"),
        column.by_user("beat_at"),
        column.moment("published_at", null=True),
        indexes=[["job_id"], ["published_at", "beat_at"], ["sha256"]],
    )
    table(
        "bem_notes",
        column.key("id"),
        column.number("experiment_id"),
        column.moment("at", null=True),
        column.text(500, "text"),
        column.by_user("created_at"),
        indexes=[["experiment_id"]],
    )
    table(
        "bem_deleted_experiments",
        column.key(
            "experiment_id", reused=True
        ),  # counts on MySQL, although every row names its id
        column.text(30, "name"),
        column.big("measures"),
        column.number("job_id"),
        column.by_user("deleted_at"),
        column.moment("cleared_at", null=True),
        indexes=[["cleared_at"]],
    )
