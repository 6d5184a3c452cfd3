import pytest

from cycling.formats import Field, propose, verify
from cycling.formats.columns.bdf import label_of, machine_name

# Its vocabulary (ontology 1.0.0), but for the five numbered temperatures.
VOCABULARY = {
    "absolute_impedance_ohm": "Absolute Impedance / ohm",
    "ambient_pressure_pa": "Ambient Pressure / Pa",
    "ambient_temperature_celsius": "Ambient Temperature / degC",
    "applied_pressure_pa": "Applied Pressure / Pa",
    "charging_capacity_ah": "Charging Capacity / Ah",
    "charging_energy_wh": "Charging Energy / Wh",
    "cumulative_capacity_ah": "Cumulative Capacity / Ah",
    "cumulative_energy_wh": "Cumulative Energy / Wh",
    "current_ampere": "Current / A",
    "cycle_count": "Cycle Count / 1",
    "discharging_capacity_ah": "Discharging Capacity / Ah",
    "discharging_energy_wh": "Discharging Energy / Wh",
    "frequency_hertz": "Frequency / Hz",
    "imaginary_impedance_ohm": "Imaginary Impedance / ohm",
    "internal_resistance_ohm": "Internal Resistance / ohm",
    "net_capacity_ah": "Net Capacity / Ah",
    "net_energy_wh": "Net Energy / Wh",
    "phase_degree": "Phase / deg",
    "power_watt": "Power / W",
    "real_impedance_ohm": "Real Impedance / ohm",
    "record_index": "Record Index / 1",
    "step_capacity_ah": "Step Capacity / Ah",
    "step_count": "Step Count / 1",
    "step_energy_wh": "Step Energy / Wh",
    "step_id": "Step ID / 1",
    "step_index": "Step Index / 1",
    "step_time_second": "Step Time / s",
    "step_type": "Step Type / 1",
    "surface_pressure_pa": "Surface Pressure / Pa",
    "surface_temperature_celsius": "Surface Temperature / degC",
    "temperature_t1_celsius": "Surface Temperature T1 / degC",
    "test_time_millisecond": "Test Time / ms",
    "test_time_second": "Test Time / s",
    "unix_time_millisecond": "Unix Time / ms",
    "unix_time_second": "Unix Time / s",
    "voltage_volt": "Voltage / V",
}


@pytest.mark.parametrize(("machine", "label"), VOCABULARY.items())
def test_machine_names_and_labels_are_the_same_both_ways(machine, label):
    name, unit = label_of(machine)
    assert f"{name} / {unit}" == label
    assert machine_name(label) == machine


@pytest.mark.parametrize("label", ["Voltage / V", "voltage", "phase_a", "Test_Time"])
def test_what_is_no_machine_name_has_no_label(label):
    assert label_of(label) is None


def test_a_file_of_machine_names_has_its_counters_and_units(proposed):
    table, mapping = proposed(
        "test_time_millisecond,voltage_volt,current_ampere,charging_capacity_ah,step_time_second,"
        "net_energy_wh,internal_resistance_ohm,temperature_t1_celsius\n"
        "0,3.5,1,0,0,0,0.01,25\n1000,3.6,1,0.5,1,0.1,0.01,25\n"
    )
    assert mapping.format == "BDF CSV"
    fields = {c.label: (c.field, c.unit) for c in mapping.columns}
    assert fields["test_time_millisecond"] == (Field.TEST_TIME, "ms")
    assert fields["charging_capacity_ah"] == (Field.CHARGE_CAPACITY, "Ah")
    assert fields["step_time_second"] == (Field.STEP_TIME, "s")
    assert fields["net_energy_wh"] == (Field.ENERGY, "Wh")
    assert ("Internal Resistance", "ohm") in mapping.channels
    assert ("Surface Temperature T1", "degC") in mapping.channels
    assert verify(table, propose(table)).duration_s == 1
