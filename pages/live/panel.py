"""The cards beside the live graph: instructions, alarms, safety limits."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from typing import Any

from dash import html
from dash.development.base_component import Component

from components import formatting
from components.blocks import Children, card, facts, icon
from components.controls import small_button
from components.instruction_labels import clock_duration
from components.readings import progress_bar
from cycling.battery.description import NewBattery
from cycling.profile.safety_limits import joined
from cycling.terms import ExperimentStatus, StationState, StepEnd
from db.queries.profiles.compiled import CompiledProfile, CompiledRow
from db.queries.stations.run import RunAlarm, StepEndFacts
from pages.live.content import LiveView
from pages.live.cycles import cycles_card
from pages.station.labels import clock
from pages.station.progress import (
    LATE_S,
    Progress,
    left_attributes,
    left_words,
    loop_label,
    progress,
    row_label,
)

BROKEN_OFF = (StepEnd.STOPPED, StepEnd.TRIPPED)
BEFORE, AFTER = 6, 14  # instructions around the present one, of a long list
RED_SWITCH = (
    "Stop and Pause switch the output off and report back within 10 s. "
    "In an emergency use the red switch on the rack, not this page."
)
NO_LIMITS = "Those of battery and profile stand here once an experiment runs."
BY_ITSELF = (
    "This station has a WattRex cycler. It takes no stop and no limits from here. When the range "
    "of the battery is left it gives the experiment up, but the output stays on until the device's "
    "own limit. Switch off at the station; in an emergency use the red switch on the rack."
)


@dataclass(frozen=True)
class Listed:
    """An instruction of the list: `state` is done, short (of its end), now or next.

    `number` is its line of the profile's text, or its own where there is no text.
    """

    row: CompiledRow
    number: int
    state: str
    took_s: float | None


def panel_cards(view: LiveView, zone: tzinfo, *, operates: bool) -> list[Component]:
    """Return the cards."""
    cards = [_instructions(view, zone)] if view.compiled and view.compiled.rows else []
    alarms = _alarms(view, zone, operates=operates)
    return [*cards, *cycles_card(view), *([alarms] if alarms else []), _limits(view)]


def listed(
    compiled: CompiledProfile,
    place: int | None,
    steps: Sequence[StepEndFacts] = (),
    *,
    ended: bool = False,
) -> list[Listed]:
    """Return the profile's lines, or where it has no text a part of its instructions.

    What is inside a loop is shown as in its present round.
    """
    over = [(compiled.places.get(one.instruction_id), one) for one in steps]
    took = {at: one.took_s for at, one in reversed(over)}
    broken_off = {at for at, one in over if one.ended_by in BROKEN_OFF}
    if compiled.lines:
        rows = _rows_of_lines(compiled, place)
        present = compiled.rows[place].line if place is not None else None
        order = {line: index for index, line in enumerate(compiled.lines)}
        at = order.get(present) if present is not None else None
    else:
        first = max(0, (place or 0) - BEFORE)
        rows = list(compiled.rows[first : (place or 0) + AFTER + 1])
        order = {}
        at = place
    entries = []
    for row in rows:
        row_place = compiled.places[row.id]
        number = order.get(row.line or 0, row_place)
        state = "done" if ended and at is None else "next"
        if at is not None:
            state = "done" if number < at else "now" if number == at else "next"
        if ended and state == "now":
            state = "done"
        took_s = took.get(row_place) if state == "done" else None
        if state == "done" and row_place in broken_off:
            state = "short"
        entries.append(Listed(row, row.line or number + 1, state, took_s))
    return entries


def _rows_of_lines(compiled: CompiledProfile, place: int | None) -> list[CompiledRow]:
    """Return a row for each line: the last one until now, or the first one to come."""
    rows: dict[int, CompiledRow] = {}
    for index, row in enumerate(compiled.rows):
        if row.line is None or (row.line in rows and place is not None and index > place):
            continue
        if row.line in rows and place is None:
            continue
        rows[row.line] = row
    return [rows[line] for line in compiled.lines]


def _instructions(view: LiveView, zone: tzinfo) -> Component:
    compiled = view.compiled
    at = progress(view.station) if view.is_present else None
    ended = view.experiment is not None and not view.is_present
    if compiled is None:
        return html.Div()
    last = _last_place(compiled, view) if ended else None
    place = at.place if at else last
    rows = listed(compiled, place, view.run.steps, ended=ended)
    items = list(_items(view, rows, at))
    if not compiled.lines:
        items = [*_rest(rows[0].number - 1, "earlier"), *items]
        items += _rest(len(compiled.rows) - rows[-1].number, "later")
    note: Children = _left(view, at, zone) if at else ("ended" if ended else "not started")
    inside: list[Any] = [html.Ol(items, className="bem-steps")]
    if at is not None:
        bar = progress_bar("Progress", int(100 * at.part), 100, **left_attributes(at))
        inside.insert(0, html.Div(bar, className="bem-whole-run"))
    if at is not None and view.station.speed != 1:
        words = (
            "Times of single instructions are test time, which here runs "
            f"{view.station.speed:g} times as fast as the clock."
        )
        inside.append(html.P(words, className="t3 small bem-kind-of-time"))
    return card("Instructions", inside, end=_quiet(note))


def _is_whole(view: LiveView) -> bool:
    """Whether an experiment that has ended went through all of its instructions."""
    experiment = view.experiment
    is_finished = experiment is not None and experiment.status is ExperimentStatus.FINISHED
    return is_finished and not view.run.end_reason


def _last_place(compiled: CompiledProfile, view: LiveView) -> int | None:
    """Return where it ended: its end, the newest step that is over, or what was measured last."""
    if _is_whole(view):
        return len(compiled.rows) - 1
    steps, last_id = view.run.steps, view.run.last_instruction_id
    if steps or last_id is None:
        return compiled.places.get(steps[0].instruction_id) if steps else None
    return compiled.places.get(last_id) if view.station.is_wattrex else None


def _items(view: LiveView, rows: Sequence[Listed], at: Progress | None) -> Iterator[Component]:
    depth_before = 0
    for one in rows:
        depth = len([of for _round, of in one.row.loops if of > 1])
        if depth > depth_before:
            yield _loop_item(one.row)
        depth_before = depth
        yield _item(view, one, at, indented=depth > 0)


def _loop_item(row: CompiledRow) -> Component:
    return html.Li(
        [icon("arrow-repeat"), html.Span(loop_label(row), className="d")], className="loop"
    )


def _item(view: LiveView, one: Listed, at: Progress | None, *, indented: bool) -> Component:
    words = row_label(one.row)
    state = f"{one.state} in" if indented else one.state
    if one.state == "now" and at is not None:
        return _now_item(view, words, at, state)
    marks = {"done": icon("check2"), "short": icon("slash-circle")}
    mark = marks.get(one.state) or html.Span(f"{one.number:,}", className="no")
    took = clock_duration(one.took_s) if one.took_s is not None else ""
    if one.state == "short":
        words = f"{words}, broken off"
    return html.Li(
        [
            mark,
            html.Span(words, className="d cut", title=words),
            html.Span(took, className="r num"),
        ],
        className=state,
    )


def _now_item(view: LiveView, words: str, at: Progress, state: str) -> Component:
    station, live = view.station, view.station.live
    runs = live is not None and live.state is StationState.RUNNING and station.lost_at is None
    last_contact = (live.measured_at or live.seen_at) if live else station.at
    speed = station.speed if runs else 0
    most_s = at.row.longest_s  # then the next one begins, of which is heard a little later
    counting = f"{last_contact.timestamp() * 1000:.0f},{at.running_s:.3f},{speed:g}"
    counting += "" if most_s is None else f",{most_s:g}"
    running = html.Span(clock_duration(at.running_s), **{"data-bem-runs": counting})
    doing = "running " if runs else "paused at " if station.lost_at is None else "last heard at "
    line = f", line {at.row.line}" if at.row.line is not None else ""
    left: Component | str = ""
    if runs and at.step_left is not None:  # in test time, as its running time
        words_left = at.step_left.later(station.at).words()
        left = html.Span(words_left, **at.step_left.attributes())
    return html.Li(
        [
            icon("play-fill" if runs else "pause-fill" if station.lost_at is None else "wifi-off"),
            html.Span(
                [
                    html.B(words, className="cut", title=words),
                    html.Span([doing, running, line], className="small"),
                ],
                className="d",
            ),
            html.Span(left, className="r num"),
        ],
        className=state if runs else f"{state} still",
        **{"aria-current": "step"},
    )


def _rest(count: int, which: str) -> list[Component]:
    if count <= 0:
        return []
    words = f"{formatting.counted(count, 'instruction')} {which}"
    return [
        html.Li([html.Span("…", className="no"), html.Span(words, className="d")], className="next")
    ]


def _left(view: LiveView, at: Progress, zone: tzinfo) -> list[Component]:
    """Say what is left and when it ends; the latter only as long as it goes as expected."""
    now, left = view.station.at, at.left
    words = html.Span(left_words(at, now), **left_attributes(at))
    if left is None or not left.rate or left.later(now).is_late:
        return [words]
    ends = (left.at + timedelta(seconds=left.left_s)).astimezone(zone)
    is_soon = left.left_s < formatting.DAY
    end = f", ends {ends:%H:%M}" if is_soon else f", ends {ends.day} {ends:%b}"
    late = left.at + timedelta(seconds=left.step_s + LATE_S)
    until = {} if left.is_exact else {"data-bem-until": f"{late.timestamp() * 1000:.0f}"}
    return [words, html.Span(end, **until)]


def _quiet(words: Children) -> Component:
    return html.Span(words, className="t3 small")


def _alarms(view: LiveView, zone: tzinfo, *, operates: bool) -> Component | None:
    run_alarm_ids = {one.id for one in view.run.alarms}
    others = [
        RunAlarm(one.id, view.station.id, one.text, one.at, None, "", "")
        for one in view.station.alarms
        if one.id not in run_alarm_ids
    ]
    alarms = [*others, *view.run.alarms]
    count = sum(1 for one in alarms if one.acknowledged_at is None)
    note = f"{count} open" if count else "none open"
    if not alarms and view.experiment is None:
        return None
    if not alarms:
        return card(
            "Alarms",
            html.Div("None during this experiment.", className="body t3"),
            end=_quiet(note),
        )
    rows = [alarm_item(one, view, zone, operates=operates) for one in alarms]
    return card("Alarms", html.Ul(rows, className="bem-alarms"), end=_quiet(note))


def alarm_item(alarm: RunAlarm, view: LiveView, zone: tzinfo, *, operates: bool) -> Component:
    """Return an alarm with what somebody found, or the button to say it."""
    at = clock(alarm.at, view.station.at, zone)
    if alarm.acknowledged_at is not None:
        words = f"{at}. Acknowledged by {alarm.acknowledged_by}: {alarm.comment}"
        return html.Li(
            [
                icon("check2", "t3"),
                html.Div([html.Div(alarm.text), html.Div(words, className="t3 small")]),
            ]
        )
    button = small_button("Acknowledge", **{"data-bem-alarm": str(alarm.id)})
    inside = [html.Div(alarm.text), html.Div(f"{at}. Not acknowledged yet.", className="small")]
    return html.Li(
        [icon("exclamation-octagon"), html.Div([*inside, *([button] if operates else [])])],
        className="open",
    )


def _limits(view: LiveView) -> Component:
    rows = []
    if view.battery is not None:
        safety = view.compiled.safety if view.compiled else {}
        rows = limit_rows(safety, view.battery, watches_temperature=view.watches_temperature)
    parts: list[Any] = [facts([rows])] if rows else [html.P(NO_LIMITS, className="t2")]
    words, act = RED_SWITCH, "act in the station"
    if view.station.is_wattrex:
        parts, words, act = [], BY_ITSELF, "those of the cycler"
    return card(
        "Safety limits",
        html.Div([*parts, html.P(words, className="t3 small bem-red")], className="body"),
        end=_quiet(act),
    )


def limit_rows(
    profile: Mapping[str, Any], battery: NewBattery, *, watches_temperature: bool
) -> list[tuple[str, str]]:
    """Return names and words of the limits; `profile` is its `Safety` as JSON."""
    limits = joined(profile, battery, watches_temperature=watches_temperature)
    rows = [
        ("Voltage", formatting.span(*limits.voltage_v, "V")),
        ("Current", formatting.small_span(*limits.current_a, "A")),
    ]
    low, high = limits.temperature_degc
    if low is not None or high is not None:
        rows.append(("Temperature", formatting.span(low, high, "°C")))
    if limits.charge_from_degc is not None:
        coldest = formatting.quantity(float(limits.charge_from_degc), "°C")
        rows.append(("No charge", f"below {coldest}"))
    return rows
