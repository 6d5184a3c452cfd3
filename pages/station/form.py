"""The form of a station: its name, its devices with what they record, its real range."""

from collections.abc import Iterable
from dataclasses import dataclass

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components.blocks import empty, icon, labelled
from components.sent import Sent
from cycling.names import MAX_NAME
from db.commands.form_tokens import new_token
from db.commands.stations.setup import LONGEST_CHANNEL
from db.models.station_rows import NewStation
from db.queries.stations.units import DeviceFacts, OfferedChannel, UnitFacts
from pages.sent import MAX_NUMBER
from pages.station.reading import ENDS
from pages.stations.ids import FormIds as Ids
from pages.stations.labels import abilities_label, maker_label, range_words

STATE = "status"  # what a WattRex BMS offers under this name is a state, no measure
RANGE_HELP = "Empty: what the devices say holds."


@dataclass(frozen=True)
class Filling:
    """What a form begins with.

    `kept_as` names what was typed, which outlives a reload in this tab. `station_id` and `mark`
    are of the station that is modified. `locked`: only its real range can be changed now.
    """

    unit: UnitFacts
    begin: NewStation
    kept_as: str
    station_id: int | None = None
    mark: str = ""
    locked: bool = False

    @property
    def devices(self) -> tuple[DeviceFacts, ...]:
        """The devices that may be taken: free ones, and those of the station itself."""
        own = set(self.begin.device_ids)
        return tuple(one for one in self.unit.devices if one.used_by is None or one.id in own)


def new_station(unit: UnitFacts) -> NewStation:
    """Return what a form for a unit begins with: one free device is taken already."""
    free = [one for one in unit.free if one.connected]
    taken = (free[0].id,) if len(free) == 1 else ()
    return NewStation(unit.id, taken, "", "")


def fields(filling: Filling) -> Component:
    """Return the form."""
    return html.Div(
        [
            dcc.Store(id=Ids.UNIT, data=filling.unit.id),
            dcc.Store(id=Ids.STATION, data=filling.station_id),
            dcc.Store(id=Ids.MARK, data=filling.mark),
            dcc.Store(id=Ids.RESULT),
            dcc.Store(id=Ids.ONCE, data=new_token()),
            dcc.Location(id=Ids.GO, refresh="callback-nav"),
            html.Fieldset([_names(filling), _devices(filling)], disabled=filling.locked),
            _range(filling),
        ],
        id=Ids.FORM,
        className="bem-station-form",
    )


def save_bar(words: str, back: str) -> list[Component]:
    """Return the button, the way back, and the place for what is missing."""
    return [
        dbc.Button(words, id=Ids.SAVE, color="primary"),
        dcc.Link("Cancel", href=back, className="btn btn-link"),
        html.Span(id=Ids.STATE, className="bem-bad small", role="status"),
    ]


def _names(filling: Filling) -> Component:
    begin = filling.begin
    fields = (
        (Ids.NAME, "Name", begin.name, "As it stands on the Monitor and on the station itself."),
        (Ids.LOCATION, "Location", begin.location, "Room, bench, rack."),
    )
    return _row(
        labelled(
            label,
            _input(control, filling, value, maxlength=MAX_NAME),
            help_text=help_text,
            error_id=Ids.error(control),
        )
        for control, label, value, help_text in fields
    )


def _range(filling: Filling) -> Component:
    about = (
        "What was measured at the station's leads. Profiles are checked against it when they are "
        "queued from now on."
    )
    day = filling.begin.figures.calibrated_on
    calibrated = labelled(
        "Calibrated on",
        _input(Ids.CALIBRATED, filling, day.isoformat() if day else "", type="date"),
        optional=True,
        error_id=Ids.error(Ids.CALIBRATED),
    )
    volts = (("Lowest voltage", Ids.VOLTAGE_MIN), ("Highest voltage", Ids.VOLTAGE_MAX))
    amperes = (("Largest discharge", Ids.CURRENT_MIN), ("Largest charge", Ids.CURRENT_MAX))
    return html.Section(
        [
            html.H2("Real range"),
            html.P(about, className="t3 small"),
            _row(_end(label, control, "V", filling) for label, control in volts),
            _row(_end(label, control, "A", filling) for label, control in amperes),
            _row([calibrated]),
        ],
        className="bem-form-part",
    )


def _row(fields: Iterable[Component]) -> html.Div:
    return html.Div(list(fields), className="bem-fields")


def _end(label: str, control: str, unit: str, filling: Filling) -> Component:
    help_text = RANGE_HELP if control != Ids.CURRENT_MIN else f"With a minus. {RANGE_HELP}"
    value = getattr(filling.begin.figures, ENDS[control])
    text = "" if value is None else f"{value:.15g}"
    field = _input(control, filling, text, inputmode="decimal", maxlength=MAX_NUMBER)
    return labelled(
        label, field, optional=True, unit=unit, help_text=help_text, error_id=Ids.error(control)
    )


def _input(control: Sent, filling: Filling, value: str, **more: Sent) -> dbc.Input:
    return dbc.Input(
        id=control,
        value=value,
        autocomplete="off",
        persistence=filling.kept_as,
        persistence_type="session",
        **more,
    )


def _devices(filling: Filling) -> Component:
    devices = [_device(one, filling) for one in filling.devices]
    nothing = "This unit has no free device. Let it detect its devices, or retire a station."
    return html.Section(
        [
            html.H2("Devices"),
            html.P(
                "The devices that work together on one battery. Tick what each records beside "
                "voltage, current and power, and name it as graphs and exports should.",
                className="t3 small",
            ),
            html.Div(id=Ids.DEVICES_ERROR, className="bem-field-error", role="alert"),
            *(devices or [empty("usb-plug", nothing)]),
        ],
        className="bem-form-part",
    )


def _device(device: DeviceFacts, filling: Filling) -> Component:
    named = {kind: name for id_, kind, name in filling.begin.measures if id_ == device.id}
    title = html.Span([html.B(device.name), html.Span(f" on {device.link}", className="t3")])
    facts = (
        f"SN {device.serial_number}. {maker_label(device)}. {range_words(device)}. "
        f"{abilities_label(device.abilities)}."
    )
    about: list[Sent] = [facts, " "]
    if not device.connected:
        about.append(html.Span([icon("plug"), " Not connected"], className="bem-bad small"))
    nothing = html.Div("Nothing beside voltage, current and power.", className="t3 small")
    channels = [_channel(device, one, named, filling) for one in device.channels]
    box = _checkbox(Ids.device(device.id), filling, title, device.id in filling.begin.device_ids)
    return html.Div(
        [
            html.Div(box, className="pick"),
            html.Div(about, className="t3 small about"),
            html.Div(channels or [nothing], className="channels"),
        ],
        className="bem-pick-device",
    )


def _checkbox(control: Sent, filling: Filling, label: Sent, value: bool) -> dbc.Checkbox:
    return dbc.Checkbox(
        id=control,
        label=label,
        value=value,
        persistence=filling.kept_as,
        persistence_type="session",
    )


def _channel(
    device: DeviceFacts, channel: OfferedChannel, named: dict[int, str], filling: Filling
) -> Component:
    unit = f" ({channel.unit})" if channel.unit else ""
    is_new = not filling.begin.name
    is_state = channel.name == STATE and not filling.unit.is_ours
    record = _checkbox(
        Ids.record(device.id, channel.id),
        filling,
        f"{channel.name}{' (not a number)' if is_state else unit}",
        channel.id in named or (is_new and not is_state),
    )
    called = _input(
        Ids.called(device.id, channel.id),
        filling,
        named.get(channel.id, _readable(channel.name)),
        maxlength=LONGEST_CHANNEL,
    )
    words = f"Name of {channel.name} of {device.name} on {device.link}"
    label = html.Label([html.Span(words, className="visually-hidden"), called])
    return html.Div([record, label], className="channel")


def _readable(driver: str) -> str:
    """Return a name to begin with: temp_cell becomes Temp cell."""
    plain = driver.replace("_", " ").strip()
    return plain[:1].upper() + plain[1:]
