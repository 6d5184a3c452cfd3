"""What people type into the form of a battery, for each technology."""

from typing import Any

from pages.battery.form import Form

COMMON = {
    "name": "Cell B",
    "serial_number": "SN-2",
    "manufacturer": "Maker",
    "model": "M1",
    "fabrication_date": "2025-03-01",
    "description": "",
    "cells": "1",
    "parallel": "1",
    "voltage_min_v": "2.5",
    "voltage_max_v": "4.2",
    "current_min_a": "5.8",
    "current_max_a": "2.9",
}
LITHIUM = COMMON | {"technology": "Lithium", "lithium": "NMC", "capacity_ah": "2.9"}
LEAD_ACID = COMMON | {
    "technology": "LeadAcid",
    "lead_acid": "Gel",
    "capacity_ah": "44",
    "capacity_rate": "C20",
    "cells": "6",
    "voltage_min_v": "10.5",
    "voltage_max_v": "14.7",
}
STACK = COMMON | {
    "technology": "RedoxStack",
    "electrode_size_cm2": "62.5",
    "electrode_composition": "Carbon felt",
    "bipolar_type": "Graphite",
    "membrane_type": "Nafion",
    "electrolyte_type": "All-vanadium",
    "cells": "4",
    "voltage_min_v": "3.2",
    "voltage_max_v": "6.6",
}
EACH = {"Lithium": LITHIUM, "LeadAcid": LEAD_ACID, "RedoxStack": STACK}


def battery_controls(form: Form, typed: dict[str, Any]) -> dict[str, Any]:
    """The values of a form's controls, as a visitor sends them."""
    return {f"{form.field(name)}.value": value for name, value in typed.items()}
