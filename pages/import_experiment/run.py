"""What was run, beside the file itself: its profile, and the electrolytes of a stack."""

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from dash import Input, Output, callback, html
from dash.development.base_component import Component

from components.blocks import icon
from components.electrolytes import amount_ids, electrolyte_problems, electrolytes
from components.formatting import counted
from components.profile_editor import problems_list
from components.sent import Sent
from cycling.battery.description import NewBattery
from cycling.errors import InputError
from cycling.profile.problems import errors_of
from cycling.terms import Technology
from db.commands.experiments.run_profiles import (
    GivenProfile,
    count_instructions,
    fixed_profile,
    refuse_other_steps,
)
from db.commands.profiles import RefusedProfileError
from db.queries.batteries.detail import battery_descriptions
from db.queries.profiles.library import ProfileRow, version_text
from pages.add_experiment.form_data import read_form
from pages.add_experiment.labels import capacity_text
from pages.add_experiment.library import profile_options
from pages.context import actor, database
from pages.import_experiment.ids import PREFIX, RUN, Ids
from pages.import_experiment.stores import read_verified
from pages.profile.choice import CHOOSE, profile_choice, watch_choice
from pages.sent import read_id

AMOUNTS = amount_ids(PREFIX)


def profile_fields(profiles: Sequence[ProfileRow], keep: str) -> Component:
    """Return the choice of the profile that was run, folded away; kept under a name."""
    options, _others = profile_options(profiles, None, None, None)
    words = html.Span("The step ids of the file name its instructions.", className="t2 small")
    return html.Details(
        [
            html.Summary(
                [
                    "Profile",
                    html.Span(" (optional)", className="opt"),
                    html.Span(id=Ids.RUN_NOTE, className="bem-run-note", role="status"),
                ]
            ),
            profile_choice(RUN, CHOOSE, options=options, keep=keep, title=words),
        ],
        id=Ids.RUN_BOX,
        className="bem-choose bem-run",
    )


watch_choice(RUN)


def battery_of(battery_id: Sent) -> NewBattery | None:
    """Return a battery as it is described; None for none, and for one that is gone."""
    number = read_id(battery_id)
    return battery_descriptions(database(), [number]).get(number) if number else None


def is_stack(battery: NewBattery | None) -> bool:
    """Whether it has electrolytes."""
    return battery is not None and battery.technology is Technology.REDOX_STACK


def profile_to_import(
    fields: AnyMapping[str, Sent], battery: NewBattery, verified: AnyMapping[str, Any]
) -> dict[str, Any] | None:
    """Return the fixed profile that was run, its rows made; None if none is given.

    Raises InputError for what cannot have been run, or not with this file.
    """
    given = given_profile(fields["source"], fields["version"], fields["text"], fields["name"])
    if given is None:
        return None
    highest = _highest(verified)
    return asdict(fixed_profile(database(), given, battery, highest=highest, by=actor()))


def given_profile(source: Sent, version: Sent, text: Sent, name: Sent = "") -> GivenProfile | None:
    """Return the profile that is chosen or written, None without one. Raises NotFoundError."""
    form = read_form({"source": source, "version": version, "text": text, "name": name})
    if form.source != CHOOSE:
        return GivenProfile(form.text, form.name) if form.text.strip() else None
    if form.version_id is None:
        return None
    return GivenProfile(version_text(database(), form.version_id), version_id=form.version_id)


def amounts(fields: AnyMapping[str, Sent]) -> dict[str, str]:
    """Return the electrolytes as they were typed; nothing where every field is blank."""
    texts = {name: str(fields[name] or "").strip() for name in AMOUNTS}
    return texts if any(texts.values()) else {}


def amount_problems(fields: AnyMapping[str, Sent]) -> dict[str, str]:
    """Return what is wrong with the electrolytes, by field; nothing where none is given."""
    texts = amounts(fields)
    return electrolyte_problems(PREFIX, texts) if texts else {}


def electrolytes_to_import(fields: AnyMapping[str, Sent]) -> list[dict[str, Any]]:
    """Return both sides of fields without problems, as the worker takes them; or none."""
    texts = amounts(fields)
    return [one.to_json() for one in electrolytes(PREFIX, texts)] if texts else []


def _highest(verified: AnyMapping[str, Any]) -> float | None:
    highest: float | None = verified["verification"].get("most_step_id")
    return highest


@callback(
    output=Output(Ids.ELECTROLYTES, "hidden"), inputs={"battery_id": Input(Ids.BATTERY, "value")}
)
def offer_electrolytes(battery_id: Sent) -> bool:
    """Show the electrolytes of a stack."""
    return not is_stack(battery_of(battery_id))


@callback(
    output={
        "problems": Output(RUN.editor.problems, "children"),
        "checked": Output(RUN.checked, "children"),
        "capacity": Output(RUN.capacity, "children"),
        "error": Output(RUN.error, "children"),
        "note": Output(Ids.RUN_NOTE, "children"),
    },
    inputs={
        "verified": Input(Ids.VERIFIED, "data"),
        "battery_id": Input(Ids.BATTERY, "value"),
        "source": Input(RUN.source, "value"),
        "version": Input(RUN.version, "value"),
        "text": Input(RUN.editor.typed, "data"),
    },
    prevent_initial_call=True,
)
def check_profile(
    verified: Sent, battery_id: Sent, source: Sent, version: Sent, text: Sent
) -> dict[str, Any]:
    """Say before the import what is wrong with the profile, and whether the file fits it."""
    verified, battery = read_verified(verified), battery_of(battery_id)
    answer: dict[str, Any] = {"problems": [], "checked": [], "error": "", "note": None}
    answer["capacity"] = capacity_text(battery)
    try:
        given = given_profile(source, version, text)
        if given is None:
            return answer
        count = count_instructions(given, battery.capacity_ah if battery else None)
        answer["note"] = counted(count, "instruction")
        if verified and "verification" in verified:
            refuse_other_steps(count, _highest(verified))
    except RefusedProfileError as error:
        place = "checked" if source == CHOOSE else "problems"
        problems = problems_list(errors_of(error.problems), in_editor=source != CHOOSE)
        return {**answer, place: problems, "note": _wrong()}
    except InputError as error:
        return {**answer, "error": str(error), "note": _wrong()}
    return answer


def _wrong() -> Component:
    return html.Span([icon("x-circle-fill"), " does not fit"], className="bem-bad")
