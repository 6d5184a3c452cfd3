"""Rows that every database has: kinds of devices and their channels, the station "Virtual"."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

AT = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
DEVICE = "Name Manufacturer Model DeviceType CompDevID MinSWVersion VoltMin VoltMax CurrMin CurrMax"
DEVICES = (
    ("Virtual", "Virtual", "Virtual", "BiSource", 1, 0, None, None, None, None),
    ("EPC", "Wattrex", "A", "Epc", 2, 0, 0, 6000, -15000, 15000),
    ("BMS", "Liftec", "0", "Bms", 3, 0, None, None, None, None),
)
CHANNELS = {
    "EPC": "hs_voltage temp_body temp_amb temp_anod",
    "BMS": "temp1 temp2 temp3 temp4 vcell1 vcell2 vcell3 vcell4 vcell5 vcell6 vcell7 vcell8 vcell9 "
    "vcell10 vcell11 vcell12 vstack status pres1 pres2",
}
UNIT = "CUID MAC HostName IP Port User LastConnection Available"
STATION = "CSID CUID Name Location RegisterDate Deprecated"
DETECTED = "DevID CUID CompDevID SN LinkName ConnStatus"
NO_PROFILE = ("Not recorded", "For imported experiments whose profile is not known.")


def insert_missing() -> None:
    """Insert what is missing: an adopted database has most of it, maybe under other ids."""
    for device in DEVICES:
        _insert("CompatibleDevices", DEVICE, device, keys=4)
        found = _find("CompatibleDevices", "CompDevID", DEVICE.split()[:4], device)
        for channel in CHANNELS.get(device[0], "").split():
            _insert("AvailableMeasures", "CompDevID MeasName", (found, channel), keys=2)
    _insert("ComputationalUnit", UNIT, (1, "0", "Virtual", "127.0.0.1", 0, "", AT, "OFF"))
    _insert("CyclerStation", STATION, (1, 1, "Virtual", "Virtual", AT, 0))
    _insert("DetectedDevices", DETECTED, (1, 1, 1, "0", "virtual", "CONNECTED"))
    _insert("UsedDevices", "CSID DevID", (1, 1), keys=2)
    _insert("Profile", "Name Description", NO_PROFILE)


def _insert(table: str, columns: str, row: tuple[object, ...], *, keys: int = 1) -> None:
    """Insert a row unless there is one with the same first columns, as many as `keys`."""
    names = columns.split()
    if _find(table, names[0], names[:keys], row) is None:
        target = sa.table(table, *map(sa.column, names))
        op.get_bind().execute(target.insert().values(dict(zip(names, row, strict=True))))


def _find(table: str, column: str, names: list[str], row: tuple[object, ...]) -> object:
    """Return a column of the row that has the first values of `row`, None if there is none."""
    same = [sa.column(name) == value for name, value in zip(names, row, strict=False)]
    found: sa.Select[tuple[object]] = (
        sa.select(sa.column(column)).select_from(sa.table(table)).where(*same)
    )
    return op.get_bind().scalar(found)
