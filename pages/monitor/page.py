"""Monitor: the overview of all stations, alarms first."""

from collections.abc import Iterable
from typing import Any

from dash import (
    ALL,
    ClientsideFunction,
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    ctx,
    dcc,
    html,
    no_update,
    register_page,
)
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components.blocks import page_header
from components.sent import Sent
from components.shell import Ids as Shell
from components.shell import lab_state, toast
from cycling.errors import ConflictError, InputError, NotFoundError
from db.commands import alarms
from db.commands.queue import confirm_battery
from db.queries.stations.overview import lab_now, overview, station_now
from db.queries.stations.run import find_alarm
from db.queries.stations.state import StationNow
from db.queries.wattrex.units import find_unregistered_units
from db.terms import Role
from pages.context import actor, database, limits, viewer
from pages.monitor.dialogs import dialogs
from pages.monitor.ids import AlarmIds, ConfirmIds, Ids
from pages.monitor.parts import (
    SLOWLY_MS,
    alarm_quote,
    chips,
    confirm_question,
    count_words,
    header_actions,
    nothing_found,
    overview_tiles,
    unregistered_notes,
    updated,
)
from pages.monitor.tile import tile_parts
from pages.monitor.update import Key, entry, update
from pages.station.labels import ago

register_page(
    __name__,
    path="/",
    title="Monitor - Battery Experiments Manager",
    order=0,
    role=Role.VIEWER,
)


def layout(**query: str) -> Component:
    """Return the overview; a script narrows it to the states that the address names."""
    who, stations = viewer(), overview(database())
    operates = who.role.includes(Role.OPERATOR)
    head = page_header(
        "Monitor", count=count_words(stations), actions=header_actions(str(query.get("q") or ""))
    )
    return html.Div(
        [
            dcc.Interval(id=Ids.TICK, interval=1000 * limits().refresh_s),
            dcc.Interval(id=Ids.SLOW_TICK, interval=SLOWLY_MS),
            dcc.Store(id=Ids.ASK),
            dcc.Store(id=Ids.UPDATE, data=_whole(stations)),
            dcc.Store(id=Ids.SINK),
            head,
            html.Div(
                [*chips(stations), updated()], id=Ids.CHIPS, className="bem-bar", role="group"
            ),
            html.Div(
                unregistered_notes(find_unregistered_units(database())),
                id=Ids.UNREGISTERED,
                className="bem-unregistered",
            ),
            html.Div(overview_tiles(stations, who), id=Ids.OVERVIEW, className="bem-overview"),
            html.Div(nothing_found(), className="bem-none-found", hidden=True),
            *(dialogs() if operates else []),
        ],
        className="bem-page bem-monitor",
    )


clientside_callback(
    ClientsideFunction("monitor", "ask"),
    Output(Ids.ASK, "data"),
    Input(Ids.TICK, "n_intervals"),
    prevent_initial_call=True,
)
clientside_callback(
    ClientsideFunction("monitor", "update"),
    Output(Ids.SINK, "data"),
    Input(Ids.UPDATE, "data"),
)
clientside_callback(
    ClientsideFunction("monitor", "narrow"),
    Output(Ids.SINK, "storage_type"),
    Input(Ids.SEARCH, "value"),
    Input(Ids.SORT, "value"),
    Input(Ids.SHAPE, "value"),
)


@callback(
    output={
        "update": Output(Ids.UPDATE, "data"),
        "tiles": Output(Ids.tile(ALL), "children"),
        "overview": Output(Ids.OVERVIEW, "children"),
    },
    inputs={"ask": Input(Ids.ASK, "data")},
    state={"tiles": State(Ids.tile(ALL), "id")},
    prevent_initial_call=True,
)
def refresh(ask: Sent, tiles: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what has changed; nothing travels where nothing has."""
    digests = ask.get("digests") if isinstance(ask, dict) else None
    digests = digests if isinstance(digests, dict) else {}
    who, stations = viewer(), {one.id: one for one in overview(database())}
    ids = [one["station"] for one in tiles]
    if set(ids) != stations.keys():
        return {
            "update": _whole(stations.values()),
            "tiles": [no_update] * len(ids),
            "overview": overview_tiles(stations.values(), who),
        }
    updates = {id_: update(entry(one), digests.get(str(id_))) for id_, one in stations.items()}
    operates = who.role.includes(Role.OPERATOR)
    return {
        "update": {str(id_): one for id_, one in updates.items() if one},
        "tiles": [
            tile_parts(stations[id_], who.zone, operates=operates)
            if Key.TEXT_DIGEST in updates[id_]
            else no_update
            for id_ in ids
        ],
        "overview": no_update,
    }


@callback(
    Output(Ids.UNREGISTERED, "children"),
    Input(Ids.SLOW_TICK, "n_intervals"),
    prevent_initial_call=True,
)
def show_unregistered(_count: Sent) -> list[Component]:
    """Say which units beat under numbers that nobody knows."""
    return unregistered_notes(find_unregistered_units(database()))


@callback(
    Output(Shell.ALARMS, "children"),
    Output(Shell.ALARMS, "title"),
    Output(Shell.MASTER, "children"),
    Output(Shell.MASTER, "className"),
    Input(Shell.PULSE, "data"),
)
def show_lab(_pulse: Sent) -> tuple[Any, ...]:
    """Say on every page how many alarms are open and when the master node was heard."""
    lab = lab_now(database())
    seen_at = lab.master_seen_at
    since = ago(seen_at, lab.at, viewer().zone) if seen_at else None
    silent_s = (lab.at - seen_at).total_seconds() if seen_at else None
    return lab_state(lab.open_alarms, since, silent_s)


@callback(
    Output(AlarmIds.DIALOG, "is_open"),
    Output(AlarmIds.QUOTE, "children"),
    Output(AlarmIds.ERROR, "children"),
    Output(AlarmIds.COMMENT, "value"),
    Output(AlarmIds.DONE, "data"),
    Input(AlarmIds.CHOSEN, "data"),
    Input(AlarmIds.CANCEL, "n_clicks"),
    Input(AlarmIds.SAVE, "n_clicks"),
    State(AlarmIds.COMMENT, "value"),
    prevent_initial_call=True,
)
def acknowledge(chosen: Sent, _cancel: Sent, _save: Sent, comment: Sent) -> tuple[Any, ...]:
    """Ask what an alarm was, and keep the answer with it."""
    alarm_id = chosen.get("alarm") if isinstance(chosen, dict) else None
    if not isinstance(alarm_id, int):
        raise PreventUpdate
    if ctx.triggered_id == AlarmIds.CANCEL:
        return False, no_update, "", None, no_update
    who = viewer()
    if ctx.triggered_id == AlarmIds.CHOSEN:
        alarm = find_alarm(database(), alarm_id)
        return True, alarm_quote(alarm, who), "", None, no_update
    try:
        alarms.acknowledge(database(), alarm_id, comment=str(comment or ""), by=actor())
    except InputError as error:
        return no_update, no_update, str(error), no_update, no_update
    return False, no_update, "", None, chosen


@callback(
    Output(ConfirmIds.DIALOG, "is_open"),
    Output(ConfirmIds.QUESTION, "children"),
    Output(ConfirmIds.ERROR, "children"),
    Output(ConfirmIds.DONE, "data"),
    Output(Shell.TOAST, "data", allow_duplicate=True),  # every page may show a toast
    Input(ConfirmIds.CHOSEN, "data"),
    Input(ConfirmIds.CANCEL, "n_clicks"),
    Input(ConfirmIds.SAVE, "n_clicks"),
    prevent_initial_call=True,
)
def confirm(chosen: Sent, _cancel: Sent, _save: Sent) -> tuple[Any, ...]:
    """Ask whether it is this battery; then what waited for it may begin."""
    asked = chosen if isinstance(chosen, dict) else {}
    station_id, battery_id = asked.get("station"), asked.get("battery")
    if not (isinstance(station_id, int) and isinstance(battery_id, int)):
        raise PreventUpdate
    if ctx.triggered_id == ConfirmIds.CANCEL:
        return False, no_update, "", no_update, no_update
    try:
        if ctx.triggered_id == ConfirmIds.CHOSEN:
            question = confirm_question(station_now(database(), station_id), battery_id)
            return True, question, "", no_update, no_update
        done = confirm_battery(database(), station_id, battery_id, by=actor())
    except (ConflictError, NotFoundError, InputError) as error:
        return no_update, no_update, str(error), no_update, no_update
    words = "The battery is confirmed."
    if done.moved_from:
        words += f" It is no longer expected on {done.moved_from}."
    return False, no_update, "", chosen, toast("done", words)


clientside_callback(ClientsideFunction("monitor", "again"), Input(AlarmIds.DONE, "data"))
clientside_callback(ClientsideFunction("monitor", "again"), Input(ConfirmIds.DONE, "data"))


def _whole(stations: Iterable[StationNow]) -> dict[str, Any]:
    """Return an update with everything, for a browser that has nothing or other stations."""
    return {"all": True, **{str(one.id): entry(one) for one in stations}}
