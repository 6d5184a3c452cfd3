"""Between what units say of themselves and the database, and the answer: their stations."""

from collections.abc import Iterable, Iterator

from cycling.terms import DeviceType
from db.commands.leases import LeaderTransaction
from db.commands.units.registration import Introduction, ReportedDevice
from db.queries.stations.offers import SetUpChannel, unfinished, unit_setups
from master_node.protocol import messages as m
from master_node.protocol.codec import OutgoingMessage
from master_node.protocol.topics import Kind


def introduction(hello: m.Hello) -> Introduction:
    """Return a hello as the database takes it."""
    return Introduction(
        hardware_id=hello.hardware_id,
        host_name=hello.host_name,
        software=hello.software,
        simulated=hello.simulated,
        speed=hello.speed,
        devices=tuple(reported_device(device) for device in hello.devices),
    )


def reported_device(device: m.Device) -> ReportedDevice:
    """Return a device as the database takes it."""
    return ReportedDevice(
        link=device.link,
        name=device.name,
        manufacturer=device.manufacturer,
        model=device.model,
        device_type=DeviceType(device.type),
        serial_number=device.serial_number,
        voltage_v=device.abilities.voltage,
        current_a=device.abilities.current,
        abilities=m.as_plain(device.abilities),
        channels=tuple((channel.name, channel.unit) for channel in device.channels),
    )


def setup_messages(
    transaction: LeaderTransaction, unit_ids: Iterable[int]
) -> Iterator[OutgoingMessage]:
    """Return the answer to each of those units."""
    ids = set(unit_ids)
    for setup in unit_setups(transaction.session, ids) if ids else ():
        resume = unfinished(transaction.session, setup.unit_id)
        message = m.SetupMessage(
            unit=setup.unit_id,
            at=transaction.now.timestamp(),
            stations=[
                m.StationSetup(
                    station=one.station_id,
                    name=one.name,
                    devices=list(one.links),
                    channels=[_channel(channel) for channel in one.channels],
                )
                for one in setup.stations
            ],
            resume={str(experiment_id): through for experiment_id, through in resume.items()},
        )
        yield OutgoingMessage.to(setup.hardware_id, Kind.SET_UP, message)


def _channel(one: SetUpChannel) -> m.StationChannel:
    return m.StationChannel(id=one.used_measure_id, device=one.link, name=one.name, unit=one.unit)
