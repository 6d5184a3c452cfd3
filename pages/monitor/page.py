"""Monitor: the overview of all stations, alarms first."""

from collections.abc import Iterable
from typing import Any

from dash import ALL, Input, Output, State, callback, dcc, html, no_update
from dash.development.base_component import Component

from components import formatting
from components.blocks import empty, page_header, stores
from components.sent import Sent
from components.shell import Ids as Shell
from components.shell import lab_state, toast
from db.commands import alarms
from db.commands.audit import By
from db.commands.queue import confirm_battery
from db.queries.stations.overview import lab_now, overview, station_now
from db.queries.stations.queue import confirmation_conflict
from db.queries.stations.run import find_alarm
from db.queries.stations.state import StationNow
from db.queries.wattrex.units import find_unregistered_units
from db.terms import OverviewState, Role
from pages.ask import Done, Question, ask_then_do
from pages.context import database, limits, register_page, run_script, viewer
from pages.monitor import frame
from pages.monitor.ids import ALARM, CONFIRM, Ids
from pages.monitor.tile import tile_parts
from pages.monitor.update import Key, entry, update
from pages.sent import sent_id, unknown_choices, unknown_note
from pages.station.labels import ago

register_page(__name__, "/", "Monitor", Role.VIEWER, order=0, reads=("state", "q"))


def layout(**query: str) -> Component:
    """Return the overview; a script narrows it to the states that the address names."""
    who, stations = viewer(), overview(database())
    states = [one for one in str(query.get("state") or "").split(",") if one]
    head = page_header(
        "Monitor",
        count=formatting.counted(len(stations), "station") if stations else None,
        actions=frame.header_actions(str(query.get("q") or "")),
    )
    return html.Div(
        [
            dcc.Interval(id=Ids.TICK, interval=1000 * limits().refresh_s),
            dcc.Interval(id=Ids.SLOW_TICK, interval=frame.SLOWLY_MS),
            *stores(Ids.ASK, Ids.SINK),
            dcc.Store(id=Ids.UPDATE, data=_whole(stations)),
            head,
            *unknown_note(unknown_choices("State", states, OverviewState)),
            html.Div(
                [*frame.chips(stations), frame.updated()],
                id=Ids.CHIPS,
                className="bem-bar",
                role="group",
            ),
            html.Div(
                frame.unregistered_notes(find_unregistered_units(database())),
                id=Ids.UNREGISTERED,
                className="bem-unregistered",
            ),
            html.Div(
                frame.overview_tiles(stations, who), id=Ids.OVERVIEW, className="bem-overview"
            ),
            html.Div(
                empty("funnel", "No station matches these filters."),
                className="bem-none-found",
                hidden=True,
            ),
            *(frame.dialogs() if who.operates else []),
        ],
        className="bem-page bem-monitor",
    )


run_script("monitor.ask", Output(Ids.ASK, "data"), Input(Ids.TICK, "n_intervals"), at_start=False)
run_script("monitor.update", Output(Ids.SINK, "data"), Input(Ids.UPDATE, "data"))
run_script(
    "monitor.narrow",
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
            "overview": frame.overview_tiles(stations.values(), who),
        }
    updates = {id_: update(entry(one), digests.get(str(id_))) for id_, one in stations.items()}
    return {
        "update": {str(id_): one for id_, one in updates.items() if one},
        "tiles": [
            tile_parts(stations[id_], who.zone, operates=who.operates)
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
    return frame.unregistered_notes(find_unregistered_units(database()))


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
    return lab_state(lab.open_alarms, since, silent_s, lab.trouble)


def ask_alarm(chosen: Sent) -> Question:
    """Ask what an alarm was."""
    alarm = find_alarm(database(), sent_id(chosen, "alarm"))
    when = formatting.exactly(alarm.at, viewer().zone)
    question = frame.alarm_question(alarm.text, when, station_now(database(), alarm.station_id))
    return Question("Acknowledge the alarm", question, go="Acknowledge")


def acknowledge(by: By, chosen: Sent, comment: Sent) -> Done:
    """Keep with an alarm what it was."""
    alarm_id = sent_id(chosen, "alarm")
    alarms.acknowledge(database(), alarm_id, comment=str(comment or ""), by=by)
    return Done()


def ask_battery(chosen: Sent) -> Question:
    """Ask whether it is this battery."""
    station = station_now(database(), sent_id(chosen, "station"))
    battery_id = sent_id(chosen, "battery")
    if because := confirmation_conflict(database(), station.id, battery_id):
        return Question("Confirm the battery", because, keep="Close")
    words = frame.confirm_question(station, battery_id)
    return Question("Confirm the battery", words, go="It is connected")


def confirm(by: By, chosen: Sent) -> Done:
    """Confirm a battery: what waited for it may begin."""
    pair = sent_id(chosen, "station"), sent_id(chosen, "battery")
    done = confirm_battery(database(), *pair, by=by)
    words = "The battery is confirmed."
    if done.moved_from:
        words += f" It is no longer expected on {done.moved_from}."
    return Done(toast("done", words))


ask_then_do(ALARM, ask_alarm, acknowledge, fields={"comment": (ALARM.comment, ALARM.box)})
ask_then_do(CONFIRM, ask_battery, confirm)
run_script("monitor.again", Input(ALARM.done, "data"))
run_script("monitor.again", Input(CONFIRM.done, "data"))


def _whole(stations: Iterable[StationNow]) -> dict[str, Any]:
    """Return an update with everything, for a browser that has nothing or other stations."""
    return {"all": True, **{str(one.id): entry(one) for one in stations}}
