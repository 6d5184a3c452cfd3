"""Extended channels of WattRex EPC devices: their rows are in tenths of a degree, and in mV.

The rows stay as their synchroniser writes them; whoever reads them multiplies by the factor here.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cycling.terms import DeviceType
from db.models import AvailableMeasure, CompatibleDevice, CyclerStation, UsedMeasure
from db.models.wattrex import is_wattrex


@dataclass(frozen=True)
class Scale:
    """What a value is multiplied by, and the unit that it has then."""

    factor: float = 1.0
    unit: str = ""


AS_STORED = Scale()
SCALES: Mapping[str, Scale] = {
    "hs_voltage": Scale(1e-3, "V"),
    "temp_body": Scale(1e-1, "degC"),
    "temp_amb": Scale(1e-1, "degC"),
    "temp_anod": Scale(1e-1, "degC"),
}


def scales(session: Session, used_measure_ids: Collection[int]) -> dict[int, Scale]:
    """Return the scales of those channels that an EPC on a WattRex unit measures."""
    if not used_measure_ids:
        return {}
    found = session.execute(
        select(UsedMeasure.id, AvailableMeasure.name)
        .join(AvailableMeasure, AvailableMeasure.id == UsedMeasure.available_measure_id)
        .join(CompatibleDevice, CompatibleDevice.id == AvailableMeasure.compatible_device_id)
        .join(CyclerStation, CyclerStation.id == UsedMeasure.station_id)
        .where(
            UsedMeasure.id.in_(used_measure_ids),
            CompatibleDevice.device_type == DeviceType.EPC,
            is_wattrex(CyclerStation.unit_id),
        )
    )
    return {id_: SCALES[name] for id_, name in found if name in SCALES}
