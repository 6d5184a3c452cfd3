"""Batteries and what kind they are; the tables without bem_ are shared with other programs."""

from datetime import date

from sqlalchemy import Enum, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cycling.terms import (
    BipolarType,
    ElectrolyteType,
    MembraneType,
    Polarity,
    Technology,
)
from db.models.base import IDS_STAY_USED, Base, SignedInt, exact_text

# What the fixed columns have a word for; what else there is stands in bem_battery_details.
OTHER = "Other"
LITHIUM_WORDS = ("NMC", "NCA", "LMO", "LFP", "LCO", OTHER)
LEAD_ACID_WORDS = ("Liquid", "Gel", OTHER)


def _words(kind: str, *words: str) -> Enum:
    """Return the type of a fixed column: these words, which other programs know, and no more."""
    return Enum(*words, name=kind, create_constraint=True, length=40)


class Battery(Base):
    """The thing under test; limits in mV and mA."""

    __tablename__ = "Battery"
    __table_args__ = (
        UniqueConstraint("Name", "Manufacturer", "Model", "SN"),
        Index(None, "Tech"),
        IDS_STAY_USED,
    )

    id: Mapped[int] = mapped_column("BatID", primary_key=True)
    name: Mapped[str] = mapped_column("Name", String(30))
    description: Mapped[str | None] = mapped_column("Description", String(250))
    manufacturer: Mapped[str] = mapped_column("Manufacturer", String(20))
    model: Mapped[str] = mapped_column("Model", String(20))
    serial_number: Mapped[str] = mapped_column("SN", String(30))
    fabrication_date: Mapped[date] = mapped_column("FabDate")
    technology: Mapped[Technology] = mapped_column("Tech")
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
    chemistry: Mapped[str] = mapped_column("Chemistry", _words("lithiumchemistry", *LITHIUM_WORDS))


class LeadAcid(Base):
    """Fields of a lead-acid battery; capacity in mAh."""

    __tablename__ = "LeadAcid"

    battery_id: Mapped[int] = mapped_column("BatID", ForeignKey("Battery.BatID"), primary_key=True)
    capacity_mah: Mapped[float] = mapped_column("Capacity")
    chemistry: Mapped[str] = mapped_column(
        "Chemistry", _words("leadacidchemistry", *LEAD_ACID_WORDS)
    )


class RedoxStack(Base):
    """Fields of a redox-flow stack; electrode size in cm2 x 100."""

    __tablename__ = "RedoxStack"

    battery_id: Mapped[int] = mapped_column("BatID", ForeignKey("Battery.BatID"), primary_key=True)
    electrode_size_cm2_x100: Mapped[int] = mapped_column("ElectrodeSize")
    electrode_composition: Mapped[str] = mapped_column("ElectrodeComposition", String(30))
    bipolar_type: Mapped[BipolarType] = mapped_column("BipolarType")
    membrane_type: Mapped[MembraneType] = mapped_column("MembraneType")
    electrolyte_type: Mapped[ElectrolyteType] = mapped_column("ElectrolyteType")


class RedoxElectrolyte(Base):
    """Electrolyte of one side of a stack during an experiment."""

    __tablename__ = "RedoxElectrolyte"

    experiment_id: Mapped[int] = mapped_column(
        "ExpID", ForeignKey("Experiment.ExpID"), primary_key=True
    )
    battery_id: Mapped[int] = mapped_column(
        "BatID", ForeignKey("RedoxStack.BatID"), primary_key=True
    )
    polarity: Mapped[Polarity] = mapped_column("Polarity", primary_key=True)
    volume: Mapped[int] = mapped_column("ElectrolyteVol")
    initial_soc: Mapped[int] = mapped_column("InitialSOC")
    min_flow_rate: Mapped[int] = mapped_column("MinFlowRate")
    max_flow_rate: Mapped[int] = mapped_column("MaxFlowRate")


class BatteryDetails(Base):
    """What we know of a battery beside its fixed row: V, A, Ah, g, exact where that is rounded.

    A battery that another program added has no row here.
    """

    __tablename__ = "bem_battery_details"

    battery_id: Mapped[int] = mapped_column(ForeignKey("Battery.BatID"), primary_key=True)
    # of forms before bem_form_tokens; nothing writes it any more
    form_token: Mapped[str | None] = mapped_column(exact_text(40), unique=True)
    capacity_rate: Mapped[str | None] = mapped_column(String(20))  # as "C/20"
    parallel: Mapped[int] = mapped_column(default=1)  # the fixed CellsNum counts those in series
    voltage_min_v: Mapped[float | None]
    voltage_max_v: Mapped[float | None]
    cell_voltage_min_v: Mapped[float | None]
    cell_voltage_max_v: Mapped[float | None]
    current_min_a: Mapped[float | None]
    current_max_a: Mapped[float | None]
    safety_voltage_min_v: Mapped[float | None]
    safety_voltage_max_v: Mapped[float | None]
    temperature_min_degc: Mapped[float | None]
    temperature_max_degc: Mapped[float | None]
    charge_temperature_min_degc: Mapped[float | None]
    kind: Mapped[str | None] = mapped_column(String(20))  # None: what its technology usually is
    chemistry: Mapped[str | None] = mapped_column(String(20))  # where the fixed one is Other
    capacity_ah: Mapped[float | None]  # of a stack; others have a fixed column
    electrode_size_cm2: Mapped[float | None]
    active_mass_g: Mapped[float | None]
    electrolyte_mol_per_l: Mapped[float | None]
    electrolyte_electrons: Mapped[float | None]
    formation_cycles: Mapped[int | None]
