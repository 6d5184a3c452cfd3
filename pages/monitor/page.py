"""Monitor: the wall of all stations, alarms first."""

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
from db.queries.stations.live import find_alarm
from db.queries.stations.overview import lab_now, station_now, wall
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
    unregistered_notes,
    updated,
    wall_tiles,
)
from pages.monitor.tile import tile_parts
from pages.monitor.update import entry, news
from pages.station.labels import ago

register_page(
    __name__,
    path="/",
    title="Monitor - Battery Experiments Manager",
    order=0,
    role=Role.VIEWER,
)


def layout(**query: str) -> Component:
    """Return the wall; a script narrows it to the states that the address names."""
    who, stations = viewer(), wall(database())
    operates = who.role.includes(Role.OPERATOR)
    head = page_header(
        "Monitor", count=count_words(stations), actions=header_actions(str(query.get("q") or ""))
    )
    told = {"all": True, **{str(one.id): entry(one) for one in stations}}
    return html.Div(
        [
            dcc.Interval(id=Ids.TICK, interval=1000 * limits().refresh_s),
            dcc.Interval(id=Ids.SLOW_TICK, interval=SLOWLY_MS),
            dcc.Store(id=Ids.ASK),
            dcc.Store(id=Ids.NEWS, data=told),
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
            html.Div(wall_tiles(stations, who), id=Ids.WALL, className="bem-wall"),
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
    ClientsideFunction("monitor", "tell"),
    Output(Ids.SINK, "data"),
    Input(Ids.NEWS, "data"),
)
clientside_callback(
    ClientsideFunction("monitor", "narrow"),
    Output(Ids.SINK, "storage_type"),
    Input(Ids.SEARCH, "value"),
    Input(Ids.SORT, "value"),
    Input(Ids.SHAPE, "value"),
)


@callback(
    Output(Ids.NEWS, "data"),
    Output(Ids.tile(ALL), "children"),
    Output(Ids.WALL, "children"),
    Input(Ids.ASK, "data"),
    State(Ids.tile(ALL), "id"),
    prevent_initial_call=True,
)
def refresh(ask: Sent, ids: list[dict[str, Any]]) -> tuple[Any, ...]:
    """Tell what has changed; nothing travels where nothing has."""
    known = ask.get("known") if isinstance(ask, dict) else None
    known = known if isinstance(known, dict) else {}
    who, stations = viewer(), {one.id: one for one in wall(database())}
    operates = who.role.includes(Role.OPERATOR)
    shown = [one["station"] for one in ids]
    entries = {id_: entry(one) for id_, one in stations.items()}
    if set(shown) != stations.keys():
        told: Any = {"all": True, **{str(id_): one for id_, one in entries.items()}}
        return told, [no_update] * len(ids), wall_tiles(stations.values(), who)
    told = {
        str(id_): new for id_, one in entries.items() if (new := news(one, known.get(str(id_))))
    }
    changed = [
        tile_parts(stations[id_], who.zone, operates=operates)
        if "s" in told.get(str(id_), ())
        else no_update
        for id_ in shown
    ]
    return told, changed, no_update


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
def tell_lab(_pulse: Sent) -> tuple[Any, ...]:
    """Say on every page how many alarms are open and when the master node was heard."""
    lab = lab_now(database())
    heard = lab.master_seen_at
    since = ago(heard, lab.at, viewer().zone) if heard else None
    silent_s = (lab.at - heard).total_seconds() if heard else None
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
