"""Rows that every database has: kinds of devices and their channels, the station "Virtual"."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

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


def insert_missing() -> None:
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
