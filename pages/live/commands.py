"""Telling a station what to do: buttons, the question before, the request."""

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components import formatting
from components.blocks import icon, labelled
from cycling.terms import StationCommand, StationState
from pages.ask import Question, ask_dialog
from pages.live.content import LiveView, why_not
from pages.live.ids import COMMAND

LOOKS = {  # words, icon, colour of the button
    StationCommand.PAUSE: ("Pause", "pause-fill", "btn-secondary"),
    StationCommand.RESUME: ("Resume", "play-fill", "btn-secondary"),
    StationCommand.STOP: ("Stop", "stop-circle", "btn-outline-danger"),
}


def command_buttons(view: LiveView, *, able: bool) -> list[Component]:
    """Return the buttons for operators, greyed with the reason where they cannot work."""
    live = view.station.live
    is_paused = live is not None and live.state is StationState.PAUSED
    kinds = (StationCommand.RESUME if is_paused else StationCommand.PAUSE, StationCommand.STOP)
    reasons = {kind: why_not(view, kind, able=able) for kind in kinds}
    reason_texts = list(dict.fromkeys(reason for reason in reasons.values() if reason))
    text = [html.Span(reason_texts[0], className="t3 small bem-why")] if reason_texts else []
    present = view.station.experiment
    about = str(present.id) if present else ""
    return [*text, *(_button(kind, reasons[kind], about) for kind in kinds)]


def question(view: LiveView, kind: StationCommand) -> Question:
    """Return the question before a command; title and button name what it is about."""
    station, experiment = view.station, view.station.experiment
    which = f"experiment {experiment.id}" if experiment else "what runs there"
    title = f"{LOOKS[kind][0]} {which} on {station.name}?"
    measures = formatting.counted(view.run.measures, "measure")
    kept = f"Its {measures} {'is' if view.run.measures == 1 else 'are'} kept." if experiment else ""
    name = (
        f"{experiment.name}, {experiment.battery.name} (SN {experiment.battery.serial_number}). "
        if experiment
        else ""
    )
    what = {
        StationCommand.STOP: (
            f"The output is switched off and the experiment ends. {kept} What waits in the queue "
            "is held until the battery is confirmed again."
        ),
        StationCommand.PAUSE: f"The output is switched off; counters and instruction stay. {kept}",
        StationCommand.RESUME: "Current flows again, from the instruction that was under way.",
    }[kind]
    if kind is StationCommand.RESUME and station.alarms:
        texts = " ".join(one.text for one in station.alarms)
        what += f" Look at the cell first, not acknowledged yet: {texts}"
    if station.lost_at is not None:
        what += (
            " The station cannot be heard: this is sent until it answers. Until then treat the "
            "cell as live, and go there."
        )
    return Question(
        title,
        html.P(f"{name}{what}".strip()),
        go=f"{LOOKS[kind][0]} {which}",
        danger=kind is StationCommand.STOP,
    )


def command_dialog() -> list[Component]:
    """Return the dialog, closed, with its stores."""
    reason = labelled(
        "Reason",
        dbc.Input(id=COMMAND.reason, maxlength=250, autocomplete="off"),
        optional=True,
        help_text="It is kept with your name.",
    )
    return ask_dialog(COMMAND, html.Div(reason, id=COMMAND.box))


def asked_kind(chosen: object) -> StationCommand:
    """Return the command that a click asked for; PreventUpdate for anything else."""
    kind = chosen.get("kind") if isinstance(chosen, dict) else None
    for one in LOOKS:
        if one.value == kind:
            return one
    raise PreventUpdate


def _button(kind: StationCommand, reason: str, about: str) -> Component:
    words, icon_name, look = LOOKS[kind]
    button = html.Button(
        [icon(icon_name), html.Span(words)],
        type="button",
        className=f"btn {look} bem-command",
        disabled=bool(reason),
        **{"data-bem-command": kind.value, "data-bem-about": about},
    )
    return html.Span(button, title=reason) if reason else button
