"""The tab of pulses, filled; pulses that are ticked and unticked; what is shown as a file."""

from collections.abc import Mapping
from typing import Any

from dash import Input, Output, State, callback, dcc, no_update
from dash.exceptions import PreventUpdate

from components.sent import Sent
from components.shell import Ids as Shell
from components.shell import show_toast
from cycling.errors import InputError, NotFoundError
from db.commands.audit import record_export
from db.commands.experiments.cycles.wrong_pulses import tick_pulse
from db.measures.export import csv_file_name
from db.queries.experiments.detail import experiment_facts
from pages.context import actor, database, run_script, viewer
from pages.experiment.pulses.address import Show, View, view_of
from pages.experiment.pulses.columns import csv_text
from pages.experiment.pulses.ids import Ids
from pages.experiment.pulses.layout import of_show, stored
from pages.experiment.pulses.look import Look
from pages.experiment.pulses.parts import columns_of, ocv_part, pulses_part, rests_part
from pages.experiment.pulses.titrations import gitt_part
from pages.experiment.view import kept_query, opened, opened_anew
from pages.sent import sent_id

PARTS = {
    Show.PULSES: pulses_part,
    Show.RESTS: rests_part,
    Show.GITT: gitt_part,
    Show.OCV: ocv_part,
}

run_script("profiles.remember", Input(Ids.VIEW, "data"))


@callback(
    output={
        "content": Output(Ids.CONTENT, "children"),
        "view": Output(Ids.VIEW, "data"),
        "drawn": Output(Ids.DRAWN, "data"),
        "no_pulses": Output(Ids.PULSE_TOOLS, "hidden"),
        "no_length": Output(Ids.LENGTH_BOX, "hidden"),
    },
    inputs={
        "controls": {
            "show": Input(Ids.SHOW, "value"),
            "at": Input(Ids.AT, "value"),
            "x": Input(Ids.X, "value"),
            "full": Input(Ids.FULL, "value"),
            "soc": Input(Ids.SOC, "value"),
            "length": Input(Ids.LENGTH, "value"),
        },
        "theme": Input(Shell.THEME, "data"),
        "_pulse": Input(Shell.PULSE, "data"),
        "ticked": Input(Ids.TICKED, "data"),
    },
    state={
        "known": State(Ids.VIEW, "data"),
        "drawn": State(Ids.DRAWN, "data"),
        "narrow": State(Shell.NARROW, "data"),
    },
)
def draw(
    controls: Mapping[str, Sent],
    theme: Sent,
    _pulse: Sent,
    ticked: Sent,
    known: Sent,
    drawn: Sent,
    narrow: Sent,
) -> dict[str, Any]:
    """Show what the controls say, or what is new."""
    view = view_of(controls)
    number = sent_id(known, "experiment")
    look = Look(theme == "dark", bool(narrow), viewer().operates, number)
    asked_for = [view.query, theme, ticked]
    with opened_anew(known, theme, drawn, asked_for) as (experiment, cycles, now):
        show = of_show(cycles, view)
        content = PARTS[show](experiment, cycles, view, look)
    return {
        "content": content,
        "view": stored(cycles.experiment_id, view),
        "drawn": now,
        "no_pulses": show is not Show.PULSES,
        "no_length": show is not Show.GITT,
    }


@callback(
    output=Output(Ids.TICKED, "data"),
    inputs={"wanted": Input(Ids.TICK, "data")},
    state={"known": State(Ids.VIEW, "data")},
    prevent_initial_call=True,
)
def tick(wanted: Sent, known: Sent) -> Sent:
    """Keep whether a pulse counts; a refusal is said, and the table shown as it is."""
    if not isinstance(wanted, Mapping):
        raise PreventUpdate
    number, measure = sent_id(known, "experiment"), sent_id(wanted, "measure")
    is_right = wanted.get("right") is True
    try:
        tick_pulse(database(), number, measure, is_right=is_right, by=actor())
    except (InputError, NotFoundError) as error:
        show_toast("error", str(error))
    return {"measure": measure, "right": is_right, "asked": wanted.get("asked")}


@callback(
    output=Output(Ids.FILE, "data"),
    inputs={"_clicks": Input(Ids.CSV, "n_clicks")},
    state={"known": State(Ids.VIEW, "data")},
    prevent_initial_call=True,
)
def download(_clicks: Sent, known: Sent) -> Sent:
    """Send what is shown as a file."""
    view = view_of(kept_query(known))
    with opened(known) as (experiment, cycles):
        show = of_show(cycles, view)
        columns = columns_of(
            experiment, cycles, View(show, length_um=view.length_um, full_pct=view.full_pct)
        )
        facts = experiment_facts(experiment.database, experiment.id)
    if not columns:
        return no_update
    target = f"experiment {facts.id}"
    record_export(database(), target, {"format": "csv", "what": str(show)}, by=actor())
    name = csv_file_name(facts.id, facts.name).removesuffix(".bdf.csv")
    return dcc.send_string(csv_text(columns), f"{name}-{show}.csv")
