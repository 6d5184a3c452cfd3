"""The devices of a virtual unit: bidirectional sources of three sizes, one a station."""

from dataclasses import dataclass

from cycling.battery.instrument import Instrument
from master_node.protocol.messages import Abilities, ChannelOffer, Device
from master_node.virtual_cycler.sensors import TEMP_AMB, TEMP_CELL

MANUFACTURER = "Virtual"


@dataclass(frozen=True, slots=True)
class Size:
    """Largest voltage (V) and current (A, both ways) of a device, and how well it measures."""

    voltage_v: float
    current_a: float
    instrument: Instrument


SIZES = (
    Size(5.0, 10.0, Instrument()),
    Size(20.0, 20.0, Instrument(voltage_noise_v=1e-3, current_noise_a=4e-4)),
    Size(
        60.0,
        30.0,
        Instrument(
            voltage_noise_v=3e-3,
            voltage_resolution_v=1e-3,
            current_noise_a=1e-3,
            current_resolution_a=1e-4,
        ),
    ),
)


def size_of(number: int) -> Size:
    """Return the size of station `number`, counted from 0; the sizes take turns."""
    return SIZES[number % len(SIZES)]


def device_of(hardware_id: str, number: int) -> Device:
    """Return the device of station `number`, counted from 0, as the unit reports it."""
    size = size_of(number)
    return Device(
        link=f"ch{number + 1}",
        name=f"Virtual {size.voltage_v:g} V {size.current_a:g} A",
        manufacturer=MANUFACTURER,
        model=f"V{size.voltage_v:g}-{size.current_a:g}",
        type="BiSource",
        serial_number=f"{hardware_id[:24]}-{number + 1}",
        abilities=Abilities(
            voltage=(0.0, size.voltage_v),
            current=(-size.current_a, size.current_a),
            several_limits=True,
            limits_current=True,
            capacity_limit=True,
            energy_limit=True,
            temperature_limit=True,
            safety=True,
            pause=True,
            exact=True,
            record=True,
        ),
        channels=[
            ChannelOffer(name=TEMP_CELL, unit="degC"),
            ChannelOffer(name=TEMP_AMB, unit="degC"),
        ],
    )
