"""The fixed tables and ours, with their seed rows.

Every step looks first whether it is done: MySQL and MariaDB commit each DDL statement by itself,
so an interrupted run must be able to go on.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from db.migrations.tables import AT, ID, exact_text, index, table

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    make_tables()
    _seed()


def make_tables() -> None:
    table(
        "Alarm",
        sa.Column("ExpID", ID, autoincrement=False, nullable=False),
        sa.Column("AlarmID", ID, autoincrement=False, nullable=False),
        sa.Column("Timestamp", AT, nullable=False),
        sa.Column("Code", ID, nullable=False),
        sa.Column("Value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("ExpID", "AlarmID", name="pk_Alarm"),
    )
    table(
        "Battery",
        sa.Column("BatID", ID, nullable=False),
        sa.Column("Name", sa.String(length=30), nullable=False),
        sa.Column("Description", sa.String(length=250), nullable=True),
        sa.Column("Manufacturer", sa.String(length=20), nullable=False),
        sa.Column("Model", sa.String(length=20), nullable=False),
        sa.Column("SN", sa.String(length=30), nullable=False),
        sa.Column("FabDate", sa.Date(), nullable=False),
        sa.Column(
            "Tech",
            sa.Enum(
                "Lithium",
                "LeadAcid",
                "RedoxStack",
                name="technology",
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("CellsNum", ID, nullable=False),
        sa.Column("CellVoltMin", sa.Integer(), nullable=True),
        sa.Column("CellVoltMax", sa.Integer(), nullable=True),
        sa.Column("VoltMin", sa.Integer(), nullable=False),
        sa.Column("VoltMax", sa.Integer(), nullable=False),
        sa.Column("CurrMin", sa.Integer(), nullable=False),
        sa.Column("CurrMax", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("BatID", name="pk_Battery"),
        sa.UniqueConstraint(
            "Name", "Manufacturer", "Model", "SN", name="uq_Battery_Name_Manufacturer_Model_SN"
        ),
        sqlite_autoincrement=True,
    )
    index("ix_Battery_Tech", "Battery", ["Tech"])

    table(
        "CompatibleDevices",
        sa.Column("CompDevID", ID, nullable=False),
        sa.Column("Name", sa.String(length=30), nullable=False),
        sa.Column("Manufacturer", sa.String(length=30), nullable=False),
        sa.Column("Model", sa.String(length=30), nullable=False),
        sa.Column(
            "DeviceType",
            sa.Enum(
                "Source",
                "BiSource",
                "Load",
                "Meter",
                "Epc",
                "Bms",
                "Bk",
                "Flow",
                name="devicetype",
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("MinSWVersion", ID, nullable=False),
        sa.Column("VoltMin", sa.Integer(), nullable=True),
        sa.Column("VoltMax", sa.Integer(), nullable=True),
        sa.Column("CurrMin", sa.Integer(), nullable=True),
        sa.Column("CurrMax", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("CompDevID", name="pk_CompatibleDevices"),
        sa.UniqueConstraint(
            "Name",
            "Manufacturer",
            "Model",
            "DeviceType",
            name="uq_CompatibleDevices_Name_Manufacturer_Model_DeviceType",
        ),
        sqlite_autoincrement=True,
    )
    table(
        "ComputationalUnit",
        sa.Column("CUID", ID, nullable=False),
        sa.Column("MAC", sa.String(length=20), nullable=False),
        sa.Column("HostName", sa.String(length=50), nullable=False),
        sa.Column("IP", sa.String(length=20), nullable=False),
        sa.Column("Port", ID, nullable=False),
        sa.Column("User", sa.String(length=30), nullable=False),
        sa.Column("LastConnection", AT, nullable=False),
        sa.Column(
            "Available",
            sa.Enum("ON", "OFF", name="availability", create_constraint=True, length=40),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("CUID", name="pk_ComputationalUnit"),
        sa.UniqueConstraint(
            "MAC", "HostName", "IP", "Port", name="uq_ComputationalUnit_MAC_HostName_IP_Port"
        ),
        sqlite_autoincrement=True,
    )
    table(
        "ExtendedMeasures",
        sa.Column("ExpID", ID, autoincrement=False, nullable=False),
        sa.Column("UsedMeasID", ID, autoincrement=False, nullable=False),
        sa.Column("MeasID", ID, autoincrement=False, nullable=False),
        sa.Column("Value", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("ExpID", "UsedMeasID", "MeasID", name="pk_ExtendedMeasures"),
        sqlite_with_rowid=False,
    )
    table(
        "GenericMeasures",
        sa.Column("ExpID", ID, autoincrement=False, nullable=False),
        sa.Column("MeasID", ID, autoincrement=False, nullable=False),
        sa.Column("Timestamp", AT, nullable=False),
        sa.Column("InstrID", ID, nullable=False),
        sa.Column("Voltage", sa.Double(), nullable=True),
        sa.Column("Current", sa.Double(), nullable=True),
        sa.Column("Power", sa.Double(), nullable=True),
        sa.Column(
            "PowerMode",
            sa.Enum(
                "DISABLE",
                "WAIT",
                "CC_MODE",
                "CV_MODE",
                "CP_MODE",
                name="powermode",
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("TestTime", sa.Double(), nullable=True),
        sa.Column("Step", sa.Integer(), nullable=True),
        sa.Column("Cycle", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("ExpID", "MeasID", name="pk_GenericMeasures"),
        sqlite_with_rowid=False,
    )
    table(
        "Profile",
        sa.Column("ProfID", ID, nullable=False),
        sa.Column("Name", sa.String(length=40), nullable=False),
        sa.Column("Description", sa.String(length=250), nullable=False),
        sa.Column("VoltMax", sa.Integer(), nullable=True),
        sa.Column("VoltMin", sa.Integer(), nullable=True),
        sa.Column("CurrMax", sa.Integer(), nullable=True),
        sa.Column("CurrMin", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("ProfID", name="pk_Profile"),
        sqlite_autoincrement=True,
    )
    index("ix_Profile_Name", "Profile", ["Name"])

    table(
        "Status",
        sa.Column("ExpID", ID, autoincrement=False, nullable=False),
        sa.Column("StatusID", ID, autoincrement=False, nullable=False),
        sa.Column("DevID", ID, nullable=False),
        sa.Column("Timestamp", AT, nullable=False),
        sa.Column(
            "Status",
            sa.Enum(
                "OK",
                "COMM_ERROR",
                "INTERNAL_ERROR",
                name="devicestatus",
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("ErrorCode", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("ExpID", "StatusID", name="pk_Status"),
    )
    table(
        "bem_audit",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("user_name", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("target", sa.String(length=120), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bem_audit"),
    )
    index("ix_bem_audit_at", "bem_audit", ["at"])

    table(
        "bem_imports",
        sa.Column("experiment_id", ID, autoincrement=False, nullable=False),
        sa.Column("job_id", ID, nullable=True),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("sha256", exact_text(64), nullable=False),
        sa.Column("format", sa.String(length=40), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("measures", ID, nullable=False),
        sa.Column("user_name", sa.String(length=60), nullable=False),
        sa.Column("beat_at", AT, nullable=False),
        sa.Column("published_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("experiment_id", name="pk_bem_imports"),
    )
    index("ix_bem_imports_job_id", "bem_imports", ["job_id"])
    index("ix_bem_imports_published_at_beat_at", "bem_imports", ["published_at", "beat_at"])
    index("ix_bem_imports_sha256", "bem_imports", ["sha256"])

    table(
        "bem_jobs",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "running",
                "done",
                "failed",
                "cancelled",
                name="jobstate",
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("attempts", ID, nullable=False),
        sa.Column("cancel_asked", sa.Boolean(), nullable=False),
        sa.Column("user_name", sa.String(length=60), nullable=False),
        sa.Column("worker", exact_text(80), nullable=True),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("beat_at", AT, nullable=True),
        sa.Column("ended_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_bem_jobs"),
    )
    index("ix_bem_jobs_state_created_at", "bem_jobs", ["state", "created_at"])

    table(
        "bem_login_failures",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("address", exact_text(45), nullable=False),
        sa.Column("user_name", exact_text(60), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bem_login_failures"),
    )
    index("ix_bem_login_failures_address_at", "bem_login_failures", ["address", "at"])
    index("ix_bem_login_failures_user_name_at", "bem_login_failures", ["user_name", "at"])

    table(
        "bem_uploads",
        sa.Column("id", exact_text(32), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", exact_text(64), nullable=False),
        sa.Column("user_name", sa.String(length=60), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bem_uploads"),
    )
    index("ix_bem_uploads_created_at", "bem_uploads", ["created_at"])
    index("ix_bem_uploads_sha256", "bem_uploads", ["sha256"])

    table(
        "bem_users",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column(
            "role",
            sa.Enum("viewer", "operator", "admin", name="role", create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("last_seen_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_bem_users"),
        sa.UniqueConstraint("name", name="uq_bem_users_name"),
    )
    table(
        "AvailableMeasures",
        sa.Column("MeasType", ID, nullable=False),
        sa.Column("CompDevID", ID, nullable=False),
        sa.Column("MeasName", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["CompDevID"], ["CompatibleDevices.CompDevID"], name="fk_AvailableMeasures_CompDevID"
        ),
        sa.PrimaryKeyConstraint("MeasType", name="pk_AvailableMeasures"),
        sqlite_autoincrement=True,
    )
    table(
        "CyclerStation",
        sa.Column("CSID", ID, nullable=False),
        sa.Column("CUID", ID, nullable=False),
        sa.Column("Name", sa.String(length=30), nullable=False),
        sa.Column("Location", sa.String(length=30), nullable=False),
        sa.Column("RegisterDate", AT, nullable=False),
        sa.Column("Parent", ID, nullable=True),
        sa.Column("Deprecated", sa.Boolean(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["CUID"], ["ComputationalUnit.CUID"], name="fk_CyclerStation_CUID"),
        sa.ForeignKeyConstraint(["Parent"], ["CyclerStation.CSID"], name="fk_CyclerStation_Parent"),
        sa.PrimaryKeyConstraint("CSID", name="pk_CyclerStation"),
        sqlite_autoincrement=True,
    )
    table(
        "DetectedDevices",
        sa.Column("DevID", ID, nullable=False),
        sa.Column("CUID", ID, nullable=False),
        sa.Column("CompDevID", ID, nullable=False),
        sa.Column("SN", sa.String(length=30), nullable=False),
        sa.Column("LinkName", sa.String(length=30), nullable=False),
        sa.Column(
            "ConnStatus",
            sa.Enum(
                "CONNECTED", "DISCONNECTED", name="connection", create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["CUID"], ["ComputationalUnit.CUID"], name="fk_DetectedDevices_CUID"
        ),
        sa.ForeignKeyConstraint(
            ["CompDevID"], ["CompatibleDevices.CompDevID"], name="fk_DetectedDevices_CompDevID"
        ),
        sa.PrimaryKeyConstraint("DevID", name="pk_DetectedDevices"),
        sa.UniqueConstraint(
            "CUID", "CompDevID", "LinkName", name="uq_DetectedDevices_CUID_CompDevID_LinkName"
        ),
        sqlite_autoincrement=True,
    )
    table(
        "Instructions",
        sa.Column("InstrID", ID, autoincrement=False, nullable=False),
        sa.Column("ProfID", ID, nullable=False),
        sa.Column(
            "Mode",
            sa.Enum(
                "WAIT",
                "CC_MODE",
                "CV_MODE",
                "CP_MODE",
                name="mode",
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("SetPoint", sa.Integer(), nullable=False),
        sa.Column(
            "LimitType",
            sa.Enum(
                "TIME",
                "VOLTAGE",
                "CURRENT",
                "POWER",
                name="limittype",
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("LimitPoint", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ProfID"], ["Profile.ProfID"], name="fk_Instructions_ProfID"),
        sa.PrimaryKeyConstraint("InstrID", "ProfID", name="pk_Instructions"),
    )
    table(
        "LeadAcid",
        sa.Column("BatID", ID, nullable=False),
        sa.Column("Capacity", sa.Double(), nullable=False),
        sa.Column(
            "Chemistry",
            sa.Enum(
                "Liquid",
                "Gel",
                "Other",
                name="leadacidchemistry",
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["BatID"], ["Battery.BatID"], name="fk_LeadAcid_BatID"),
        sa.PrimaryKeyConstraint("BatID", name="pk_LeadAcid"),
    )
    table(
        "LinkConfiguration",
        sa.Column("CompDevID", ID, nullable=False),
        sa.Column("Property", sa.String(length=30), nullable=False),
        sa.Column("Value", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(
            ["CompDevID"], ["CompatibleDevices.CompDevID"], name="fk_LinkConfiguration_CompDevID"
        ),
        sa.PrimaryKeyConstraint("CompDevID", "Property", name="pk_LinkConfiguration"),
    )
    table(
        "Lithium",
        sa.Column("BatID", ID, nullable=False),
        sa.Column("Capacity", sa.Double(), nullable=False),
        sa.Column(
            "Chemistry",
            sa.Enum(
                "NMC",
                "NCA",
                "LMO",
                "LFP",
                "LCO",
                "Other",
                name="lithiumchemistry",
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["BatID"], ["Battery.BatID"], name="fk_Lithium_BatID"),
        sa.PrimaryKeyConstraint("BatID", name="pk_Lithium"),
    )
    table(
        "RedoxStack",
        sa.Column("BatID", ID, nullable=False),
        sa.Column("ElectrodeSize", ID, nullable=False),
        sa.Column("ElectrodeComposition", sa.String(length=30), nullable=False),
        sa.Column(
            "BipolarType",
            sa.Enum(
                "Papyex Mersen",
                "Composite Schunk",
                "Graphite",
                "Other",
                name="bipolartype",
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "MembraneType",
            sa.Enum(
                "Fumasep-Anionic",
                "Fumasep-Cathionic",
                "Nafion",
                "Vanadion",
                "PEEK",
                "Other",
                name="membranetype",
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "ElectrolyteType",
            sa.Enum(
                "All-vanadium",
                "All-iron",
                "Vanadium-based",
                "Iron-based",
                "Other",
                name="electrolytetype",
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["BatID"], ["Battery.BatID"], name="fk_RedoxStack_BatID"),
        sa.PrimaryKeyConstraint("BatID", name="pk_RedoxStack"),
    )
    table(
        "bem_login_links",
        sa.Column("token_hash", exact_text(64), nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("expires_at", AT, nullable=False),
        sa.Column("used_at", AT, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["bem_users.id"], name="fk_bem_login_links_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_bem_login_links"),
    )
    table(
        "bem_sessions",
        sa.Column("token_hash", exact_text(64), nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("seen_at", AT, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["bem_users.id"], name="fk_bem_sessions_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_bem_sessions"),
    )
    index("ix_bem_sessions_user_id", "bem_sessions", ["user_id"])

    table(
        "Experiment",
        sa.Column("ExpID", ID, nullable=False),
        sa.Column("Name", sa.String(length=30), nullable=False),
        sa.Column("Description", sa.String(length=250), nullable=False),
        sa.Column("DateCreation", AT, nullable=False),
        sa.Column("DateBegin", AT, nullable=True),
        sa.Column("DateFinish", AT, nullable=True),
        sa.Column(
            "Status",
            sa.Enum(
                "RUNNING",
                "FINISHED",
                "ERROR",
                "PAUSED",
                "QUEUED",
                name="experimentstatus",
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("CSID", ID, nullable=False),
        sa.Column("BatID", ID, nullable=False),
        sa.Column("ProfID", ID, nullable=False),
        sa.ForeignKeyConstraint(["BatID"], ["Battery.BatID"], name="fk_Experiment_BatID"),
        sa.ForeignKeyConstraint(["CSID"], ["CyclerStation.CSID"], name="fk_Experiment_CSID"),
        sa.ForeignKeyConstraint(["ProfID"], ["Profile.ProfID"], name="fk_Experiment_ProfID"),
        sa.PrimaryKeyConstraint("ExpID", name="pk_Experiment"),
        sqlite_autoincrement=True,
    )
    index("ix_Experiment_BatID", "Experiment", ["BatID"])
    index("ix_Experiment_CSID_DateCreation", "Experiment", ["CSID", "DateCreation"])
    index("ix_Experiment_DateCreation", "Experiment", ["DateCreation"])
    index("ix_Experiment_Name", "Experiment", ["Name"])
    index("ix_Experiment_ProfID", "Experiment", ["ProfID"])
    index("ix_Experiment_Status_DateCreation", "Experiment", ["Status", "DateCreation"])

    table(
        "UsedDevices",
        sa.Column("CSID", ID, nullable=False),
        sa.Column("DevID", ID, nullable=False),
        sa.ForeignKeyConstraint(["CSID"], ["CyclerStation.CSID"], name="fk_UsedDevices_CSID"),
        sa.ForeignKeyConstraint(["DevID"], ["DetectedDevices.DevID"], name="fk_UsedDevices_DevID"),
        sa.PrimaryKeyConstraint("CSID", "DevID", name="pk_UsedDevices"),
    )
    table(
        "RedoxElectrolyte",
        sa.Column("ExpID", ID, nullable=False),
        sa.Column("BatID", ID, nullable=False),
        sa.Column(
            "Polarity",
            sa.Enum("POS", "NEG", name="polarity", create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("ElectrolyteVol", ID, nullable=False),
        sa.Column("InitialSOC", ID, nullable=False),
        sa.Column("MinFlowRate", ID, nullable=False),
        sa.Column("MaxFlowRate", ID, nullable=False),
        sa.ForeignKeyConstraint(["BatID"], ["RedoxStack.BatID"], name="fk_RedoxElectrolyte_BatID"),
        sa.ForeignKeyConstraint(["ExpID"], ["Experiment.ExpID"], name="fk_RedoxElectrolyte_ExpID"),
        sa.PrimaryKeyConstraint("ExpID", "BatID", "Polarity", name="pk_RedoxElectrolyte"),
    )
    table(
        "UsedMeasures",
        sa.Column("UsedMeasID", ID, nullable=False),
        sa.Column("CSID", ID, nullable=False),
        sa.Column("DevID", ID, nullable=False),
        sa.Column("MeasType", ID, nullable=False),
        sa.Column("CustomName", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["CSID", "DevID"],
            ["UsedDevices.CSID", "UsedDevices.DevID"],
            name="fk_UsedMeasures_CSID_DevID",
        ),
        sa.ForeignKeyConstraint(
            ["MeasType"], ["AvailableMeasures.MeasType"], name="fk_UsedMeasures_MeasType"
        ),
        sa.PrimaryKeyConstraint("UsedMeasID", name="pk_UsedMeasures"),
        sqlite_autoincrement=True,
    )
    table(
        "bem_channels",
        sa.Column("used_measure_id", ID, nullable=False),
        sa.Column("name", exact_text(120), nullable=False),
        sa.Column("unit", exact_text(30), nullable=False),
        sa.ForeignKeyConstraint(
            ["used_measure_id"],
            ["UsedMeasures.UsedMeasID"],
            name="fk_bem_channels_used_measure_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("used_measure_id", name="pk_bem_channels"),
        sa.UniqueConstraint("name", "unit", name="uq_bem_channels_name_unit"),
    )


SEEDED_AT = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
DEVICES = [
    # CompDevID, Name, Manufacturer, Model, DeviceType, V and I range in mV and mA
    (1, "Virtual", "Virtual", "Virtual", "BiSource", None, None, None, None),
    (2, "EPC", "Wattrex", "A", "Epc", 0, 6000, -15000, 15000),
    (3, "BMS", "Liftec", "0", "Bms", None, None, None, None),
]
MEASURES = {
    2: ["hs_voltage", "temp_body", "temp_amb", "temp_anod"],
    3: [
        *(f"temp{number}" for number in range(1, 5)),
        *(f"vcell{number}" for number in range(1, 13)),
        "vstack",
        "status",
        "pres1",
        "pres2",
    ],
}


def _seed() -> None:
    """Insert what is missing: an adopted database has most of it, maybe under other ids."""
    for comp_dev_id, name, maker, model, kind, v_min, v_max, i_min, i_max in DEVICES:
        same = {"Name": name, "Manufacturer": maker, "Model": model, "DeviceType": kind}
        if _id_of("CompatibleDevices", "CompDevID", **same) is None:
            _insert(
                "CompatibleDevices",
                ["CompDevID"],
                CompDevID=comp_dev_id,
                **same,
                MinSWVersion=0,
                VoltMin=v_min,
                VoltMax=v_max,
                CurrMin=i_min,
                CurrMax=i_max,
            )
        found = _id_of("CompatibleDevices", "CompDevID", **same)
        for measure in MEASURES.get(comp_dev_id, []) if found is not None else []:
            _insert(
                "AvailableMeasures", ["CompDevID", "MeasName"], CompDevID=found, MeasName=measure
            )
    _seed_virtual_station()
    _insert(
        "Profile",
        ["Name"],
        Name="Not recorded",
        Description="For imported experiments whose profile is not known.",
    )


def _seed_virtual_station() -> None:
    _insert(
        "ComputationalUnit",
        ["CUID"],
        CUID=1,
        MAC="0",
        HostName="Virtual",
        IP="127.0.0.1",
        Port=0,
        User="",
        LastConnection=SEEDED_AT,
        Available="OFF",
    )
    _insert(
        "CyclerStation",
        ["CSID"],
        CSID=1,
        CUID=1,
        Name="Virtual",
        Location="Virtual",
        RegisterDate=SEEDED_AT,
        Deprecated=0,
    )
    _insert(
        "DetectedDevices",
        ["DevID"],
        DevID=1,
        CUID=1,
        CompDevID=1,
        SN="0",
        LinkName="virtual",
        ConnStatus="CONNECTED",
    )
    _insert("UsedDevices", ["CSID", "DevID"], CSID=1, DevID=1)


def _insert(table_name: str, key: list[str], **values: object) -> None:
    """Insert a row unless one with this key is there."""
    if _id_of(table_name, key[0], **{name: values[name] for name in key}) is None:
        target = sa.table(table_name, *(sa.column(name) for name in values))
        op.get_bind().execute(target.insert().values(**values))


def _id_of(table_name: str, id_: str, **values: object) -> object:
    """Return a column of the row with these values, None if there is no such row."""
    target = sa.table(table_name, sa.column(id_), *(sa.column(name) for name in values))
    same = [target.c[name] == value for name, value in values.items()]
    return op.get_bind().scalar(sa.select(target.c[id_]).where(*same))
