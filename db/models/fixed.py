"""The fixed tables: physical names and meanings that other programs rely on.

WattRex cyclers and their synchroniser read and write these. Attribute names are ours. A new column
here must be nullable or have a default, or the synchroniser's INSERT fails.
"""

from datetime import date, datetime

from sqlalchemy import (
    Boolean,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from cycling.terms import (
    Availability,
    BipolarType,
    Connection,
    DeviceStatus,
    DeviceType,
    ElectrolyteType,
    ExperimentStatus,
    LeadAcidChemistry,
    LimitType,
    LithiumChemistry,
    MembraneType,
    Mode,
    Polarity,
    PowerMode,
    Technology,
)
from db.models.base import Base, SignedInt, words


class Battery(Base):
    """The thing under test; limits in mV and mA."""

    __tablename__ = "Battery"
    __table_args__ = (
        UniqueConstraint("Name", "Manufacturer", "Model", "SN"),
        Index(None, "Tech"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column("BatID", primary_key=True)
    name: Mapped[str] = mapped_column("Name", String(30))
    description: Mapped[str | None] = mapped_column("Description", String(250))
    manufacturer: Mapped[str] = mapped_column("Manufacturer", String(20))
    model: Mapped[str] = mapped_column("Model", String(20))
    serial_number: Mapped[str] = mapped_column("SN", String(30))
    fabrication_date: Mapped[date] = mapped_column("FabDate", Date)
    technology: Mapped[Technology] = mapped_column("Tech", words(Technology))
    cells: Mapped[int] = mapped_column("CellsNum")
    cell_voltage_min_mv: Mapped[int | None] = mapped_column("CellVoltMin", SignedInt)
    cell_voltage_max_mv: Mapped[int | None] = mapped_column("CellVoltMax", SignedInt)
    voltage_min_mv: Mapped[int] = mapped_column("VoltMin", SignedInt)
    voltage_max_mv: Mapped[int] = mapped_column("VoltMax", SignedInt)
    current_min_ma: Mapped[int] = mapped_column("CurrMin", SignedInt)
    current_max_ma: Mapped[int] = mapped_column("CurrMax", SignedInt)


class Lithium(Base):
    """Fields of a lithium battery; capacity in mAh."""

    __tablename__ = "Lithium"

    battery_id: Mapped[int] = mapped_column("BatID", ForeignKey("Battery.BatID"), primary_key=True)
    capacity_mah: Mapped[float] = mapped_column("Capacity")
    chemistry: Mapped[LithiumChemistry] = mapped_column("Chemistry", words(LithiumChemistry))


class LeadAcid(Base):
    """Fields of a lead-acid battery; capacity in mAh."""

    __tablename__ = "LeadAcid"

    battery_id: Mapped[int] = mapped_column("BatID", ForeignKey("Battery.BatID"), primary_key=True)
    capacity_mah: Mapped[float] = mapped_column("Capacity")
    chemistry: Mapped[LeadAcidChemistry] = mapped_column("Chemistry", words(LeadAcidChemistry))


class RedoxStack(Base):
    """Fields of a redox-flow stack; electrode size in cm2 x 100."""

    __tablename__ = "RedoxStack"

    battery_id: Mapped[int] = mapped_column("BatID", ForeignKey("Battery.BatID"), primary_key=True)
    electrode_size_cm2_x100: Mapped[int] = mapped_column("ElectrodeSize")
    electrode_composition: Mapped[str] = mapped_column("ElectrodeComposition", String(30))
    bipolar_type: Mapped[BipolarType] = mapped_column("BipolarType", words(BipolarType))
    membrane_type: Mapped[MembraneType] = mapped_column("MembraneType", words(MembraneType))
    electrolyte_type: Mapped[ElectrolyteType] = mapped_column(
        "ElectrolyteType", words(ElectrolyteType)
    )


class CompatibleDevice(Base):
    """A kind of device that cyclers can drive; limits in mV and mA."""

    __tablename__ = "CompatibleDevices"
    __table_args__ = (
        UniqueConstraint("Name", "Manufacturer", "Model", "DeviceType"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column("CompDevID", primary_key=True)
    name: Mapped[str] = mapped_column("Name", String(30))
    manufacturer: Mapped[str] = mapped_column("Manufacturer", String(30))
    model: Mapped[str] = mapped_column("Model", String(30))
    device_type: Mapped[DeviceType] = mapped_column("DeviceType", words(DeviceType))
    min_software_version: Mapped[int] = mapped_column("MinSWVersion")
    voltage_min_mv: Mapped[int | None] = mapped_column("VoltMin", SignedInt)
    voltage_max_mv: Mapped[int | None] = mapped_column("VoltMax", SignedInt)
    current_min_ma: Mapped[int | None] = mapped_column("CurrMin", SignedInt)
    current_max_ma: Mapped[int | None] = mapped_column("CurrMax", SignedInt)


class LinkConfiguration(Base):
    """Serial-line settings of a kind of device."""

    __tablename__ = "LinkConfiguration"

    compatible_device_id: Mapped[int] = mapped_column(
        "CompDevID", ForeignKey("CompatibleDevices.CompDevID"), primary_key=True
    )
    property: Mapped[str] = mapped_column("Property", String(30), primary_key=True)
    value: Mapped[str] = mapped_column("Value", String(30))


class ComputationalUnit(Base):
    """The small computer in the lab that runs cycler software."""

    __tablename__ = "ComputationalUnit"
    __table_args__ = (
        UniqueConstraint("MAC", "HostName", "IP", "Port"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column("CUID", primary_key=True)
    mac: Mapped[str] = mapped_column("MAC", String(20))
    host_name: Mapped[str] = mapped_column("HostName", String(50))
    ip: Mapped[str] = mapped_column("IP", String(20))
    port: Mapped[int] = mapped_column("Port")
    user: Mapped[str] = mapped_column("User", String(30))
    last_connection: Mapped[datetime] = mapped_column("LastConnection")
    available: Mapped[Availability] = mapped_column("Available", words(Availability))


class CyclerStation(Base):
    """One test channel; a changed station is a new row that names its parent."""

    __tablename__ = "CyclerStation"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - read by SQLAlchemy

    id: Mapped[int] = mapped_column("CSID", primary_key=True)
    unit_id: Mapped[int] = mapped_column("CUID", ForeignKey("ComputationalUnit.CUID"))
    name: Mapped[str] = mapped_column("Name", String(30))
    location: Mapped[str] = mapped_column("Location", String(30))
    register_date: Mapped[datetime] = mapped_column("RegisterDate")
    parent_id: Mapped[int | None] = mapped_column("Parent", ForeignKey("CyclerStation.CSID"))
    deprecated: Mapped[bool] = mapped_column("Deprecated", Boolean, server_default=false())


class DetectedDevice(Base):
    """A device that a unit has found on one of its links."""

    __tablename__ = "DetectedDevices"
    __table_args__ = (
        UniqueConstraint("CUID", "CompDevID", "LinkName"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column("DevID", primary_key=True)
    unit_id: Mapped[int] = mapped_column("CUID", ForeignKey("ComputationalUnit.CUID"))
    compatible_device_id: Mapped[int] = mapped_column(
        "CompDevID", ForeignKey("CompatibleDevices.CompDevID")
    )
    serial_number: Mapped[str] = mapped_column("SN", String(30))
    link_name: Mapped[str] = mapped_column("LinkName", String(30))
    connection: Mapped[Connection] = mapped_column("ConnStatus", words(Connection))


class UsedDevice(Base):
    """A detected device that belongs to a station."""

    __tablename__ = "UsedDevices"

    station_id: Mapped[int] = mapped_column(
        "CSID", ForeignKey("CyclerStation.CSID"), primary_key=True
    )
    device_id: Mapped[int] = mapped_column(
        "DevID", ForeignKey("DetectedDevices.DevID"), primary_key=True
    )


class AvailableMeasure(Base):
    """A channel that a kind of device offers; the name is the driver's attribute."""

    __tablename__ = "AvailableMeasures"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - read by SQLAlchemy

    id: Mapped[int] = mapped_column("MeasType", primary_key=True)
    compatible_device_id: Mapped[int] = mapped_column(
        "CompDevID", ForeignKey("CompatibleDevices.CompDevID")
    )
    name: Mapped[str] = mapped_column("MeasName", String(20))


class UsedMeasure(Base):
    """A channel that a station records, under its custom name."""

    __tablename__ = "UsedMeasures"
    __table_args__ = (
        ForeignKeyConstraint(["CSID", "DevID"], ["UsedDevices.CSID", "UsedDevices.DevID"]),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column("UsedMeasID", primary_key=True)
    station_id: Mapped[int] = mapped_column("CSID")
    device_id: Mapped[int] = mapped_column("DevID")
    available_measure_id: Mapped[int] = mapped_column(
        "MeasType", ForeignKey("AvailableMeasures.MeasType")
    )
    custom_name: Mapped[str | None] = mapped_column("CustomName", String(40))


class Profile(Base):
    """A compiled list of instructions; its range in mV and mA, null where unknown."""

    __tablename__ = "Profile"
    __table_args__ = (Index(None, "Name"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column("ProfID", primary_key=True)
    name: Mapped[str] = mapped_column("Name", String(40))
    description: Mapped[str] = mapped_column("Description", String(250))
    voltage_max_mv: Mapped[int | None] = mapped_column("VoltMax", SignedInt)
    voltage_min_mv: Mapped[int | None] = mapped_column("VoltMin", SignedInt)
    current_max_ma: Mapped[int | None] = mapped_column("CurrMax", SignedInt)
    current_min_ma: Mapped[int | None] = mapped_column("CurrMin", SignedInt)


class Instruction(Base):
    """One row that a cycler executes: mA, mV, mW or ms as whole numbers.

    The key order matters: cyclers read a profile's rows without ORDER BY.
    """

    __tablename__ = "Instructions"

    id: Mapped[int] = mapped_column("InstrID", primary_key=True, autoincrement=False)
    profile_id: Mapped[int] = mapped_column(
        "ProfID", ForeignKey("Profile.ProfID"), primary_key=True
    )
    mode: Mapped[Mode] = mapped_column("Mode", words(Mode))
    set_point: Mapped[int] = mapped_column("SetPoint", SignedInt)
    limit_type: Mapped[LimitType] = mapped_column("LimitType", words(LimitType))
    limit_point: Mapped[int] = mapped_column("LimitPoint", SignedInt)


class Experiment(Base):
    """A battery on a station with a profile. It is there when this row is there."""

    __tablename__ = "Experiment"
    __table_args__ = (
        Index(None, "DateCreation"),
        Index(None, "Name"),
        Index(None, "Status", "DateCreation"),
        Index(None, "CSID", "DateCreation"),
        Index(None, "BatID"),
        Index(None, "ProfID"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column("ExpID", primary_key=True)
    name: Mapped[str] = mapped_column("Name", String(30))
    description: Mapped[str] = mapped_column("Description", String(250))
    created_at: Mapped[datetime] = mapped_column("DateCreation")
    begun_at: Mapped[datetime | None] = mapped_column("DateBegin")
    finished_at: Mapped[datetime | None] = mapped_column("DateFinish")
    status: Mapped[ExperimentStatus] = mapped_column("Status", words(ExperimentStatus))
    station_id: Mapped[int] = mapped_column("CSID", ForeignKey("CyclerStation.CSID"))
    battery_id: Mapped[int] = mapped_column("BatID", ForeignKey("Battery.BatID"))
    profile_id: Mapped[int] = mapped_column("ProfID", ForeignKey("Profile.ProfID"))


class RedoxElectrolyte(Base):
    """Electrolyte of one side of a stack during an experiment."""

    __tablename__ = "RedoxElectrolyte"

    experiment_id: Mapped[int] = mapped_column(
        "ExpID", ForeignKey("Experiment.ExpID"), primary_key=True
    )
    battery_id: Mapped[int] = mapped_column(
        "BatID", ForeignKey("RedoxStack.BatID"), primary_key=True
    )
    polarity: Mapped[Polarity] = mapped_column("Polarity", words(Polarity), primary_key=True)
    volume: Mapped[int] = mapped_column("ElectrolyteVol")
    initial_soc: Mapped[int] = mapped_column("InitialSOC")
    min_flow_rate: Mapped[int] = mapped_column("MinFlowRate")
    max_flow_rate: Mapped[int] = mapped_column("MaxFlowRate")


class GenericMeasure(Base):
    """One sample: mV, mA, mW, signed, with fractions; null where unknown.

    No foreign key to Experiment: an import loads its rows before its experiment exists, and
    foreign keys here cost more than half of the loading speed. The key order makes the newest
    sample of an experiment one look into the index.
    """

    __tablename__ = "GenericMeasures"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - one tree to write, not two

    experiment_id: Mapped[int] = mapped_column("ExpID", primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column("MeasID", primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column("Timestamp")
    instruction_id: Mapped[int] = mapped_column("InstrID")
    voltage_mv: Mapped[float | None] = mapped_column("Voltage")
    current_ma: Mapped[float | None] = mapped_column("Current")
    power_mw: Mapped[float | None] = mapped_column("Power")
    power_mode: Mapped[PowerMode | None] = mapped_column("PowerMode", words(PowerMode))
    test_time_s: Mapped[float | None] = mapped_column("TestTime")
    step: Mapped[int | None] = mapped_column("Step", SignedInt)
    cycle: Mapped[int | None] = mapped_column("Cycle", SignedInt)


class ExtendedMeasure(Base):
    """One sample of a further channel. No foreign keys, for the reason above."""

    __tablename__ = "ExtendedMeasures"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    experiment_id: Mapped[int] = mapped_column("ExpID", primary_key=True, autoincrement=False)
    used_measure_id: Mapped[int] = mapped_column(
        "UsedMeasID", primary_key=True, autoincrement=False
    )
    measure_id: Mapped[int] = mapped_column("MeasID", primary_key=True, autoincrement=False)
    value: Mapped[float | None] = mapped_column("Value")


class StationStatus(Base):
    """State that a device reported during an experiment."""

    __tablename__ = "Status"

    experiment_id: Mapped[int] = mapped_column("ExpID", primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column("StatusID", primary_key=True, autoincrement=False)
    device_id: Mapped[int] = mapped_column("DevID")
    at: Mapped[datetime] = mapped_column("Timestamp")
    status: Mapped[DeviceStatus] = mapped_column("Status", words(DeviceStatus))
    error_code: Mapped[int] = mapped_column("ErrorCode", SmallInteger)


class Alarm(Base):
    """Something that a person must look at."""

    __tablename__ = "Alarm"

    experiment_id: Mapped[int] = mapped_column("ExpID", primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column("AlarmID", primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column("Timestamp")
    code: Mapped[int] = mapped_column("Code")
    value: Mapped[int] = mapped_column("Value", SignedInt)
