"""Rows of UsedMeasures whose device is not one of their station's: legal in the old database."""

from collections.abc import Iterator

from sqlalchemy import Connection, text


def lost_used_measures(connection: Connection) -> Iterator[str]:
    """Yield a sentence for each such row; what to do depends on whether its station still runs."""
    for used_measure, station, device, retired, exists in connection.execute(
        text(
            "SELECT u.UsedMeasID, u.CSID, u.DevID, COALESCE(s.Deprecated, 0), d.DevID IS NOT NULL"
            " FROM UsedMeasures u LEFT JOIN CyclerStation s ON s.CSID = u.CSID"
            " LEFT JOIN DetectedDevices d ON d.DevID = u.DevID"
            " WHERE NOT EXISTS (SELECT 1 FROM UsedDevices x"
            " WHERE x.CSID = u.CSID AND x.DevID = u.DevID) ORDER BY u.UsedMeasID"
        )
    ):
        says = (
            f"UsedMeasures {used_measure} is a measure of device {device} at station {station}, "
            f"but device {device} is not one of that station's."
        )
        values = connection.scalar(
            text("SELECT COUNT(*) FROM ExtendedMeasures WHERE UsedMeasID = :id"),
            {"id": used_measure},
        )
        add = f"INSERT INTO UsedDevices (CSID, DevID) VALUES ({station}, {device})"  # noqa: S608 - shown
        remove = f"DELETE FROM UsedMeasures WHERE UsedMeasID = {used_measure}"  # noqa: S608
        if not values:
            yield f"{says} No value of it was ever stored. Remove it: {remove}"
        elif not exists:
            yield (
                f"{says} {values:,} values were stored under it, and DetectedDevices has no "
                f"device {device}. Add that device to DetectedDevices, then: {add}"
            )
        elif retired:
            yield f"{says} The station is deprecated and runs no more, so it may have it: {add}"
        else:
            yield (
                f"{says} {values:,} values were stored under it. Give the device to the station: "
                f"{add}. Its cycler will then load this device at its next start."
            )
