"""Ids of the page of stations, and of the form that sets one up."""

from components.sent import PatternId
from pages.ask import AskIds


class Ids:
    """Ids of the page of stations. `assets/js/stations.js` knows ASK."""

    VIEW = "stations-view"
    TICK = "stations-tick"
    ASK = "stations-ask"
    BODY = "stations-body"
    HEAD = "stations-head"
    SEEN = "stations-seen"
    SINK = "stations-sink"


CHANGE = AskIds("stations-change")  # changes a station; for operators; the script knows its parts


class FormIds:
    """Ids of the form of a station, new or modified."""

    FORM = "station-edit"
    UNIT = "station-edit-unit"
    STATION = "station-edit-station"
    MARK = "station-edit-mark"
    ONCE = "station-edit-once"
    NAME = "station-edit-name"
    LOCATION = "station-edit-location"
    VOLTAGE_MIN = "station-edit-voltage-min"
    VOLTAGE_MAX = "station-edit-voltage-max"
    CURRENT_MIN = "station-edit-current-min"
    CURRENT_MAX = "station-edit-current-max"
    CALIBRATED = "station-edit-calibrated"
    DEVICES_ERROR = "station-edit-devices-error"
    SAVE = "station-edit-save"
    RESULT = "station-edit-result"
    GO = "station-edit-go"
    STATE = "station-edit-state"

    @staticmethod
    def error(control: str) -> str:
        """Id of the place for what is wrong with a control."""
        return f"{control}-error"

    device = PatternId("station-edit-device", "device")  # the box that takes a device
    # The box that takes a channel of a device:
    record = PatternId("station-edit-record", "device", "channel")
    called = PatternId("station-edit-called", "device", "channel")  # the field for a channel's name
