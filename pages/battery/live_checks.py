"""What a form of a battery does while somebody fills it: checks, shows errors, offers models."""

from typing import Any

from dash import Input, Output, State, callback, dcc, html
from dash.development.base_component import Component

from components.sent import Sent
from cycling.battery.description import NewBattery
from cycling.errors import InputError
from db.commands.batteries.changes import add_battery
from db.commands.form_tokens import DoneBeforeError
from db.queries.batteries.detail import battery_models, registered_as
from pages.battery.fields import FIELDS, in_order
from pages.battery.form import Form, consequences
from pages.battery.reading import Reading, read
from pages.context import database, now, once, run_script, viewer

IDENTITY = ("name", "manufacturer", "model", "serial_number")


class RefusedBatteryError(InputError):
    """What somebody has typed cannot be registered: `answer` is what the form shows."""

    def __init__(self, problems: dict[str, Any]) -> None:
        super().__init__("The battery is not registered: see its fields.")
        self.answer = refusal(problems)


def follow(form: Form) -> None:
    """Add the callbacks of a form; a page calls it when it is executed."""
    values = [Input(control, "value") for control in form.controls]
    run_script(
        "battery.typed", Output(form.part("typed"), "data"), *values, State(form.part("box"), "id")
    )
    run_script(
        "battery.technology",
        Output(form.part("box"), "className"),
        Input(form.field("technology"), "value"),
        Input(form.field("kind"), "value"),
    )
    run_script(
        "battery.show",
        *(Output(form.error(name), "children") for name in FIELDS),
        *(Output(form.field(name), "invalid") for name in FIELDS if name != "technology"),
        Output(form.part("state"), "children"),
        Input(form.part("result"), "data"),
        Input(form.part("checked"), "data"),
        Input(form.part("left"), "data"),
        State(form.part("box"), "id"),
    )

    @callback(
        output=(
            Output(form.part("side"), "children"),
            Output(form.part("models"), "children"),
            Output(form.part("checked"), "data"),
        ),
        inputs={"typed": Input(form.part("typed"), "data")},
        state={"own": State(form.part("own"), "data")},
        prevent_initial_call=True,
    )
    def check(typed: Sent, own: Sent) -> tuple[Any, ...]:
        """Say what is wrong, what it means, and which models there are."""
        given = by_field(typed)
        reading = read_typed(given)
        models = battery_models(database(), reading.partial.manufacturer if given else "")
        problems = {"problems": problems_of(reading, own)}
        return consequences(reading), [html.Option(value=one) for one in models], problems


def by_field(values: Sent) -> dict[str, Any]:
    """Return the values of a form's controls by their fields; none if they are not ours."""
    if not isinstance(values, list) or len(values) != len(FIELDS):
        return {}
    return dict(zip(FIELDS, values, strict=True))


def read_typed(typed: dict[str, Any]) -> Reading:
    """Read a form by the viewer's day."""
    return read(typed, now().astimezone(viewer().zone).date())


def problems_of(reading: Reading, own_id: object = None) -> dict[str, Any]:
    """Return what is wrong by field, also a battery of the same name, with the way to it."""
    problems: dict[str, Any] = {name: reading.problems[name] for name in in_order(reading.problems)}
    if not any(name in problems for name in IDENTITY):
        battery = reading.partial
        other = registered_as(database(), *(getattr(battery, name) for name in IDENTITY))
        if other is not None and other != own_id:
            problems["serial_number"] = registered_words(other)
    return problems


def register(values: Sent, form_token: Sent) -> tuple[NewBattery, int]:
    """Register what somebody has typed, once for a form; return it with its id.

    Raises RefusedBatteryError.
    """
    reading = read_typed(by_field(values))
    battery = reading.battery
    if battery is None:
        raise RefusedBatteryError(problems_of(reading))
    try:
        return battery, once(
            form_token, lambda by: add_battery(database(), battery, by=by), battery
        )
    except DoneBeforeError as error:
        return battery, error.number
    except InputError as error:
        raise RefusedBatteryError(problems_of(reading) or {"name": str(error)}) from error


def registered_words(battery_id: int) -> Component:
    """Say that this battery exists, and where."""
    return html.Span(
        [
            "A battery with this name, manufacturer, model and serial number is ",
            dcc.Link("registered already", href=f"/batteries/{battery_id}"),
            ". Change the serial number.",
        ]
    )


def saved(address: str) -> dict[str, Any]:
    """Return what a form does once it is saved: it forgets what was typed, then leads on.

    The browser follows the address by itself when nothing is kept any more; a page that came
    before would begin with what is registered already.
    """
    return {"problems": {}, "saved": True, "go": address}


def refusal(problems: dict[str, Any]) -> dict[str, Any]:
    """Return what the form shows after a try to save: everything, the first one in focus."""
    return {"problems": problems, "all": True, "focus": next(iter(in_order(problems)), None)}
