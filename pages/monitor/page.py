"""Monitor: the overview of all stations, alarms first."""

from typing import Any

from dash import Input, Output, callback, dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import empty, page_header, stores
from components.sent import Sent
from components.shell import Ids as Shell
from components.shell import lab_state
from db.commands import alarms
from db.commands.audit import By
from db.commands.queue import confirm_battery
from db.queries.stations.overview import lab_now, overview, small_lines, station_now
from db.queries.stations.queue import confirmation_conflict
from db.queries.stations.run import find_alarm
from db.queries.wattrex.units import find_unregistered_units
from db.terms import OverviewState, Role
from pages.ask import Done, Question, ask_then_do
from pages.context import database, limits, register_page, run_script, viewer
from pages.monitor import frame
from pages.monitor.ids import ALARM, CONFIRM, Ids
from pages.monitor.update import asked_for, drawn_first, update, whole
from pages.sent import sent_id, unknown_choices, unknown_note
from pages.station.labels import ago

register_page(__name__, "/", "Monitor", Role.VIEWER, order=0, reads=("state", "q"))


def layout(**query: str) -> Component:
    """Return the overview; a script narrows it to the states that the address names."""
    who, stations = viewer(), overview(database())
    lines = small_lines(database(), drawn_first(stations))
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
            dcc.Store(id=Ids.UPDATE, data=whole(stations, lines, who.zone, operates=who.operates)),
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
            frame.nothing_yet(operates=who.operates),
            html.Div(frame.headings(), id=Ids.OVERVIEW, className="bem-overview"),
            html.Div(
                empty("funnel", "No station matches these filters."),
                className="bem-none-found",
                hidden=True,
            ),
            *(frame.dialogs() if who.operates else []),
        ],
        className="bem-page bem-monitor" if stations else "bem-page bem-monitor no-stations",
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


@callback(Output(Ids.UPDATE, "data"), Input(Ids.ASK, "data"), prevent_initial_call=True)
def refresh(asked: Sent) -> dict[str, Any]:
    """Return what has changed; nothing travels where nothing has."""
    who, stations = viewer(), overview(database())
    lines = small_lines(database(), asked_for(stations, asked))
    return update(stations, asked, lines, who.zone, operates=who.operates)


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
    return Done(words)


ask_then_do(ALARM, ask_alarm, acknowledge, fields={"comment": (ALARM.comment, ALARM.box)})
ask_then_do(CONFIRM, ask_battery, confirm)
run_script("monitor.again", Input(ALARM.done, "data"))
run_script("monitor.again", Input(CONFIRM.done, "data"))
