"""The batteries of `bem demo`: invented makers, numbers of the size that such batteries have."""

from dataclasses import replace
from datetime import date

from cycling.battery.chemistry import GRAPHITE_HALF_CELL, model_of
from cycling.battery.description import NewBattery
from cycling.battery.model import BatteryModel
from cycling.terms import (
    BipolarType,
    ElectrolyteType,
    LeadAcidChemistry,
    LithiumChemistry,
    MembraneType,
    Technology,
)

ELECTROLYTE_AH = 8.0  # what a litre of electrolyte on either side gives a stack of four cells
HALF_CELL = "HC-014"


NMC_CELL = NewBattery(
    name="NMC-007",
    description="18650 power cell, cycle life at 1C",
    manufacturer="Oakmere Cells",
    model="OM18-30P",
    serial_number="OM30-22417-007",
    fabrication_date=date(2025, 3, 18),
    technology=Technology.LITHIUM,
    cells=1,
    voltage_min_v=2.5,
    voltage_max_v=4.25,
    current_min_a=-10.0,
    current_max_a=4.0,
    capacity_ah=3.0,
    chemistry=LithiumChemistry.NMC,
)
LFP_CELL = replace(
    NMC_CELL,
    name="LFP-009",
    description="26650 cell for stationary storage, from the second batch",
    manufacturer="Tarnholt Power",
    model="TP-26650-F33",
    serial_number="F33B2-000981",
    fabrication_date=date(2025, 6, 2),
    voltage_min_v=2.4,
    voltage_max_v=3.7,
    capacity_ah=3.3,
    chemistry=LithiumChemistry.LFP,
)
NCA_CELL = replace(
    NMC_CELL,
    name="NCA-003",
    description="21700 energy cell, discharged at constant power",
    model="OM21-48E",
    serial_number="OM48-10250-003",
    fabrication_date=date(2025, 1, 27),
    current_min_a=-9.6,
    current_max_a=4.8,
    capacity_ah=4.8,
    chemistry=LithiumChemistry.NCA,
)
COIN_CELL = replace(
    NMC_CELL,
    name=HALF_CELL,
    description="Graphite against lithium metal in a 2032 coin, 1.54 cm2, discharged first",
    manufacturer="Made in our lab",
    model="CR2032 half cell",
    serial_number="2025-09-HC-014",
    fabrication_date=date(2025, 9, 8),
    voltage_min_v=0.0,
    voltage_max_v=1.6,
    current_min_a=-0.003,
    current_max_a=0.003,
    capacity_ah=0.0024,
    chemistry=LithiumChemistry.OTHER,
)
LEAD_ACID_BATTERY = NewBattery(
    name="LA-002",
    description="12 V gel battery of an alarm panel; its capacity is that of 20 h",
    manufacturer="Brackwater Battery",
    model="BG12-7",
    serial_number="7G-4410-0032",
    fabrication_date=date(2024, 11, 5),
    technology=Technology.LEAD_ACID,
    cells=6,
    cell_voltage_min_v=1.7,
    cell_voltage_max_v=2.45,
    voltage_min_v=10.2,
    voltage_max_v=14.7,
    current_min_a=-7.0,
    current_max_a=2.1,
    capacity_ah=7.0,
    chemistry=LeadAcidChemistry.GEL,
)
STACK_A4 = NewBattery(
    name="STK-A4",
    description="Four-cell vanadium stack with the standard felt",
    manufacturer="Vandrift Flow",
    model="VF-100x4",
    serial_number="VF4-A-0011",
    fabrication_date=date(2024, 9, 30),
    technology=Technology.REDOX_STACK,
    cells=4,
    cell_voltage_min_v=0.8,
    cell_voltage_max_v=1.7,
    voltage_min_v=3.2,
    voltage_max_v=6.8,
    current_min_a=-15.0,
    current_max_a=15.0,
    electrode_size_cm2=100.0,
    electrode_composition="Carbon felt, 4.6 mm",
    bipolar_type=BipolarType.COMPOSITE_SCHUNK,
    membrane_type=MembraneType.FUMASEP_ANIONIC,
    electrolyte_type=ElectrolyteType.ALL_VANADIUM,
)
STACK_B4 = replace(
    STACK_A4,
    name="STK-B4",
    description="Four-cell vanadium stack with heat-treated felt",
    serial_number="VF4-B-0004",
    fabrication_date=date(2025, 2, 14),
    electrode_composition="Carbon felt 4.6 mm, 400 degC",
    bipolar_type=BipolarType.GRAPHITE,
    membrane_type=MembraneType.NAFION,
)


def new_model(battery: NewBattery) -> BatteryModel:
    """Return the model of a sample battery when it was new."""
    capacity_ah = battery.capacity_ah or ELECTROLYTE_AH
    if battery.name == HALF_CELL:
        return GRAPHITE_HALF_CELL.battery(capacity_ah)
    return model_of(battery.technology, battery.chemistry, capacity_ah, battery.cells)


def sample_batteries() -> tuple[NewBattery, ...]:
    """Return the sample batteries, three of them equal cells."""
    return (
        NMC_CELL,
        replace(
            NMC_CELL,
            name="NMC-015",
            description="18650 power cell, rates and pulses",
            serial_number="OM30-22417-015",
        ),
        replace(
            NMC_CELL,
            name="NMC-018",
            description="18650 power cell, stored at 90 % state of charge",
            serial_number="OM30-22417-018",
        ),
        NCA_CELL,
        LFP_CELL,
        COIN_CELL,
        LEAD_ACID_BATTERY,
        STACK_A4,
        STACK_B4,
    )


def station_batteries() -> tuple[NewBattery, ...]:
    """Return the batteries that stand on the demo's stations, and one that waits for a place."""
    return (
        replace(
            NMC_CELL,
            name="NMC-021",
            description="18650 power cell, on station 01",
            serial_number="OM30-22417-021",
        ),
        replace(
            LEAD_ACID_BATTERY,
            name="LA-005",
            description="12 V gel battery of an alarm panel, on station 02",
            serial_number="7G-4410-0047",
        ),
        replace(
            STACK_A4,
            name="STK-C4",
            description="Four-cell vanadium stack with thin felt, on station 03",
            serial_number="VF4-C-0002",
            fabrication_date=date(2025, 5, 20),
            electrode_composition="Carbon felt, 2.5 mm",
        ),
        replace(
            LFP_CELL,
            name="LFP-012",
            description="26650 cell for stationary storage, on station 04",
            serial_number="F33B2-000994",
        ),
        replace(
            NCA_CELL,
            name="NCA-006",
            description="21700 energy cell, for station 05",
            serial_number="OM48-10250-006",
        ),
    )
