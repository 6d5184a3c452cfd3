"""Every form, field by field: what people and scripts put where it does not belong.

Each form is sent once as it should be, then again and again with one value exchanged. It is
answered in words, and either nothing is written or the rows that the good form writes: never half.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from components.electrolytes import amount_ids
from cycling.analysis.cycles.choices import Numbering, Reference
from dashboard.errors import UNEXPECTED
from dashboard.roles import callback_role
from db.commands.audit import By
from db.commands.experiments.notes import NewNote, add_note
from db.commands.profiles import save_profile
from db.commands.queue import NewPlan, add_plan
from db.commands.saved_views import NewView, save_view
from db.commands.tags import TagChange, change_tags
from db.models import Base
from db.queries.experiments.tags import list_tags
from db.queries.stations.units import find_unit
from db.queries.users import list_users
from db.terms import JobState, Role
from pages.add_experiment.form_data import FormData, Pair
from pages.battery.form import Form as BatteryForm
from pages.station.reading import CONTROLS
from pages.stations.ids import FormIds
from tests.form_lab import BY, CYCLE, FormLab
from tests.integration.db.queries.stations.test_units import Lab as UnitLab
from tests.running_lab import RunningLab
from tests.unit.dashboard.world import PASSWORD, START
from tests.unit.db.lab import add_stack, import_blocks
from tests.unit.pages.battery_forms import EACH, LITHIUM, battery_controls
from tests.unit.pages.files import UPLOAD, result
from tests.unit.pages.lab import Lab
from tests.unit.pages.visitor import UPDATE, Visitor, shown

INSIDES = ("Traceback", "sqlalche", "[SQL:", "site-packages", UNEXPECTED)
TEXTS = {
    "blank": "",
    "blanks": " \t ",
    "long": "x" * 10_000,
    "emoji": "🔋" * 20,
    "html": "<img src=x onerror=alert(1)>",
    "sql": "'; DROP TABLE Experiment; --",
    "formula": "=1+1",
    "nan": "NaN",
    "infinite": "1e999",
    "digits": "１２",
    "nul": "a\x00b",
    "half a character": "\ud800",
}
KEPT_BY_THE_PAGE = {"import-verified", "experiment-noted"}
BUTTONS = {"what", "do", "kind"}  # keys that say which button it was
IDS = {"none": None, "stale": 999_999, "negative": -1, "huge": 10**30, "a word": "abc"}


@dataclass(frozen=True)
class Form:
    """A form as somebody has filled it in: the callback that takes it, and by which button.

    `tries` are the tables in which a refusal is written down, `optional` those of fields that may
    be left blank.
    """

    person: str
    output: str
    by: str
    values: dict[str, Any]
    patterns: dict[str, list[tuple[dict, Any]]] = field(default_factory=dict)
    tries: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()


class World:
    """What the forms are about."""

    def __init__(self, lab: Lab, visitor: Callable[..., Visitor]) -> None:
        self.lab, self.visitor, self.store = lab, visitor, lab.database

    @property
    def forms(self) -> FormLab:
        return FormLab(self.store)

    def running(self) -> tuple[RunningLab, int, int, int]:
        """Return a laboratory with a station, its experiment that runs, and the cell on it."""
        lab = RunningLab(self.store)
        station = lab.station("Station 04", lab.unit())
        cell = lab.battery("NMC-018", "24A-00718")
        run = lab.experiment("Cycle life", station, cell, lab.profile("P", cycles=100))
        lab.confirm(station, cell)
        lab.live(station, run)
        lab.run(run, station)
        return lab, station, run, cell


def battery(technology: str) -> Callable[[World], Form]:
    def fill(_world: World) -> Form:
        form, save = BatteryForm("battery-add"), "battery-add--save.n_clicks"
        values = battery_controls(form, EACH[technology])
        values |= {save: 1, "battery-add--once.data": "0123456789abcdef"}
        return Form("oscar", "battery-add--result.data", save, values)

    return fill


def battery_change(world: World) -> Form:
    form, save = BatteryForm("battery-edit"), "battery-edit--save.n_clicks"
    known = world.lab.battery()
    page = world.visitor("oscar").open(f"/batteries/{known}", "?edit=1")
    typed = {"name": "Cell A", "serial_number": "SN-1", "description": "new"}
    values = battery_controls(form, LITHIUM | typed) | {
        save: 1,
        "battery-edit--seen.data": shown(page, "battery-edit--seen")["data"],
        "battery-id.data": known,
    }
    return Form("oscar", "battery-edit--result.data", save, values)


def battery_of_an_import(_world: World) -> Form:
    save = "import-battery--save.n_clicks"
    values = battery_controls(BatteryForm("import-battery"), LITHIUM) | {save: 1}
    return Form("oscar", "import-battery--dialog.is_open", save, values)


def battery_of_several_imports(_world: World) -> Form:
    save = "import-batch-cell--save.n_clicks"
    values = battery_controls(BatteryForm("import-batch-cell"), LITHIUM) | {save: 1}
    return Form("oscar", "import-batch-cell--dialog.is_open", save, values)


def importing(world: World) -> Form:
    save = "import-save.n_clicks"
    values = {
        save: 1,
        "import-name.value": "Aging",
        "import-description.value": "At 25 degrees",
        "import-battery.value": world.lab.battery(),
        "import-start-day.value": "2026-08-24",
        "import-start-clock.value": "08:10",
        "import-verify-job.data": 1,
        "import-verified.data": {"job": 1, **result()},
        "import-upload.data": UPLOAD,
    }
    return Form("oscar", "import-import-job.data", save, values)


TABLES_OF_A_PROFILE = frozenset(
    (
        "Instructions",
        "Profile",
        "bem_audit",
        "bem_compiled_versions",
        "bem_instruction_details",
        "bem_profile_details",
        "bem_profile_versions",
    )
)


def importing_with_profile(world: World) -> Form:
    form = importing(world)
    form.values["import-battery.value"] = add_stack(world.store)
    form.values["import-verified.data"] = {"job": 1, **result(most_step_id=1.0)}
    amounts = {f"{name}.value": "50" for name in amount_ids("import")}
    profile = {"import-source.value": "write", "import-profile-text.value": "WAIT, 60\n"}
    form.values.update({"import-version.value": None, **profile, **amounts})
    return replace(form, optional=TABLES_OF_A_PROFILE)


def importing_several(world: World) -> Form:
    check = world.lab.job("verify file")
    world.lab.change_job(check, state=JobState.DONE, result=result())
    save = "import-batch-save.n_clicks"
    values = {save: 1, "import-batch.data": [{"upload": UPLOAD, "check": check}]}
    typed = {"take": True, "name": "Aging", "battery": str(world.lab.battery()), "sign": None}
    typed |= {"day": "2026-08-24", "clock": "08:10", "again": None}
    patterns = {
        f"import-batch-{name}": [({"type": f"import-batch-{name}", "row": 0}, value)]
        for name, value in typed.items()
    }
    return Form("oscar", "import-batch.data", save, values, patterns)


def experiment(world: World) -> Form:
    lab = world.forms
    typed = FormData("0123456789abcdef", "Ageing", "Text", None, (Pair(lab.a, lab.s1),), text=CYCLE)
    values = {"addexp-send.data": {"what": "queue", "typed": typed.to_json()}}
    return Form("oscar", "addexp-answer.data", "addexp-send.data", values)


def draft(world: World) -> Form:
    lab = world.forms
    typed = FormData("0123456789abcdef", "Ageing", "", None, (Pair(lab.a, lab.s1),), text=CYCLE)
    values = {"addexp-send.data": {"what": "draft", "typed": typed.to_json()}}
    return Form("oscar", "addexp-answer.data", "addexp-send.data", values)


def profile(_world: World) -> Form:
    save = "profile-write-save.n_clicks"
    values = {
        save: 1,
        "profile-write-editor-text.value": CYCLE,
        "profile-write-name.value": "Ageing",
        "profile-write-description.value": "Text",
        "profile-write-comment.value": "First",
    }
    return Form("oscar", "profile-write-open.href", save, values)


def station(world: World) -> Form:
    units = UnitLab(world.store)
    unit = find_unit(world.store, units.ours)
    save, key = f"{FormIds.SAVE}.n_clicks", unit.devices[0].id
    channels = [channel.id for channel in unit.devices[0].channels]
    begin = {FormIds.NAME: "Station 08", FormIds.LOCATION: "Lab 2", FormIds.VOLTAGE_MAX: "4.98"}
    values = {f"{control}.value": begin.get(control, "") for control in CONTROLS}
    patterns = {
        "station-edit-device": [(FormIds.device(key), True)],
        "station-edit-record": [(FormIds.record(key, one), True) for one in channels],
        "station-edit-called": [(FormIds.called(key, one), "Cell T1") for one in channels],
    }
    values |= {save: 1, f"{FormIds.UNIT}.data": unit.id}
    blank = frozenset({"bem_station_details"})
    return Form("oscar", f"{FormIds.RESULT}.data", save, values, patterns, optional=blank)


def out_of_service(world: World) -> Form:
    values = {
        "stations-change-chosen.data": {"do": "out", "of": world.forms.s1},
        "stations-change-reason.value": "Fan is broken",
    }
    return Form("oscar", "stations-change-dialog.is_open", "stations-change-sure.n_clicks", values)


def command(world: World) -> Form:
    _, station_id, run, _ = world.running()
    values = {
        "live-command-chosen.data": {"kind": "stop", "experiment": run},
        "live-command-reason.value": "Leak",
        "live-command-sure.n_clicks": 1,
        "live-station.data": station_id,
    }
    return Form("oscar", "live-command-dialog.is_open", "live-command-sure.n_clicks", values)


def alarm(world: World) -> Form:
    lab, station_id, _, _ = world.running()
    values = {
        "monitor-alarm-chosen.data": {"alarm": lab.alarm(station_id, "Voltage 4.262 V")},
        "monitor-alarm-comment.value": "Plug was loose.",
        "monitor-alarm-sure.n_clicks": 1,
    }
    return Form("oscar", "monitor-alarm-dialog.is_open", "monitor-alarm-sure.n_clicks", values)


def confirmation(world: World) -> Form:
    lab = world.forms
    values = {"monitor-confirm-chosen.data": {"station": lab.s1, "battery": lab.a}}
    save = "monitor-confirm-sure.n_clicks"
    values[save] = 1
    return Form("oscar", "monitor-confirm-dialog.is_open", save, values)


def note(world: World) -> Form:
    save = "experiment-note-save.n_clicks"
    values = {
        save: 1,
        "experiment-note-text.value": "Door open",
        "experiment-id.data": world.lab.experiment("Ageing", world.lab.battery()),
        "experiment-noted.data": 0,
    }
    return Form("oscar", "experiment-note-form.hidden", save, values)


def new_name(world: World) -> Form:
    save = "experiment-rename-sure.n_clicks"
    values = {
        save: 1,
        "experiment-rename-name.value": "Ageing at 40 degrees",
        "experiment-rename-about.value": "In chamber 2",
        "experiment-id.data": world.lab.experiment("Ageing", world.lab.battery()),
    }
    return Form("oscar", "experiment-rename-dialog.is_open", save, values)


def rule_fields(kind: str) -> dict[str, list[tuple[dict[str, str], str]]]:
    rows = {("ce", "threshold"): "99.5", ("ce", "cycles"): "3", ("ce", "then"): "alarm"}
    return {
        kind: [({"type": kind, "kind": rule, "part": part}, v) for (rule, part), v in rows.items()]
    }


def rules(world: World) -> Form:
    save = "experiment-rules-sure.n_clicks"
    imported = import_blocks(world.store, battery_id=world.lab.battery())
    values = {save: 1, "experiment-id.data": imported}
    fields = rule_fields("experiment-rules-field")
    return Form("oscar", "experiment-rules-dialog.is_open", save, values, fields)


def laboratory_rules(_world: World) -> Form:
    save = "experiments-rules-sure.n_clicks"
    fields = rule_fields("experiments-rules-field")
    return Form("ada", "experiments-rules-dialog.is_open", save, {save: 1}, fields)


def tags(world: World) -> Form:
    ids = [world.lab.experiment("Ageing", world.lab.battery())]
    change_tags(world.store, ids, TagChange(["slow"]), by=BY(START))
    values = {"experiments-tag-sure.n_clicks": 1, "experiments-chosen-store.data": ids}
    values |= {"experiments-tag-add.value": "fast", "experiments-tag-remove.value": "slow"}
    return Form(
        "oscar",
        "experiments-tag-dialog.is_open",
        "experiments-tag-sure.n_clicks",
        values,
        optional=frozenset({"bem_tags"}),
    )


def owner(world: World) -> Form:
    ids = [world.lab.experiment("Ageing", world.lab.battery())]
    values = {"experiments-owner-sure.n_clicks": 1, "experiments-chosen-store.data": ids}
    fields = [({"type": "experiments-owner-field", "part": "name"}, "vera")]
    sure = "experiments-owner-sure.n_clicks"
    of = {"experiments-owner-field": fields}
    return Form("oscar", "experiments-owner-dialog.is_open", sure, values, of)


def tag_name(world: World) -> Form:
    ids = [world.lab.experiment("Ageing", world.lab.battery())]
    change_tags(world.store, ids, TagChange(["slow"]), by=BY(START))
    (tag,) = list_tags(world.store)
    values = {"experiments-tags-sure.n_clicks": 1}
    typed = {"tag": str(tag.id), "name": "quick", "colour": "red"}
    fields = [({"type": "experiments-tags-field", "part": one}, typed[one]) for one in typed]
    sure = "experiments-tags-sure.n_clicks"
    of = {"experiments-tags-field": fields}
    return Form("oscar", "experiments-tags-dialog.is_open", sure, values, of)


def saved_view(_world: World) -> Form:
    sure = "experiments-save-sure.n_clicks"
    order = [{"colId": "started", "sort": "desc"}]
    values = {sure: 1, "experiments-view.data": {"q": "1C", "status": ["running"]}}
    values["experiments-grid.getRowsRequest"] = {"startRow": 0, "endRow": 9, "sortModel": order}
    typed = {"name": "Fast ones", "for": "me"}
    fields = [({"type": "experiments-save-field", "part": one}, typed[one]) for one in typed]
    of = {"experiments-save-field": fields}
    return Form("vera", "experiments-save-dialog.is_open", sure, values, of)


def view_name(world: World) -> Form:
    sure = "experiments-saved-sure.n_clicks"
    view = save_view(world.store, NewView("Fast", {"q": "1C"}), by=By("vera", "", START))
    typed = {"view": str(view), "act": "rename", "name": "Fast ones"}
    fields = [({"type": "experiments-saved-field", "part": one}, typed[one]) for one in typed]
    of = {"experiments-saved-field": fields}
    return Form("vera", "experiments-saved-dialog.is_open", sure, {sure: 1}, of)


def conventions(world: World) -> Form:
    save = "cycles-choose-sure.n_clicks"
    imported = import_blocks(world.store, battery_id=world.lab.battery())
    typed = {"numbering": str(Numbering.CURRENT), "first": "usual", "formation": "3"}
    typed |= {"reference": str(Reference.MEAN), "of": "4-6", "mass": "0.012"}
    values = {save: 1, "experiment-id.data": imported, "cycles-view.data": {}}
    values |= {f"cycles-choose-{name}.value": value for name, value in typed.items()}
    return Form("oscar", "cycles-choose-dialog.is_open", save, values)


def edges(world: World) -> Form:
    save = "experiment-edge-sure.n_clicks"
    imported = import_blocks(world.store, battery_id=world.lab.battery())
    values = {save: 1, "experiment-edge-edge.value": "hold", "experiment-id.data": imported}
    return Form("oscar", "experiment-edge-dialog.is_open", save, values)


def deleted_experiment(world: World) -> Form:
    save = "experiment-delete-sure.n_clicks"
    values = {
        save: 1,
        "experiment-delete-name.value": "Ageing",
        "experiment-id.data": world.lab.experiment("Ageing", world.lab.battery()),
    }
    return Form("ada", "experiment-delete-dialog.is_open", save, values)


def deleted_battery(world: World) -> Form:
    save = "battery-delete-sure.n_clicks"
    values = {save: 1, "battery-id.data": world.lab.battery()}
    return Form("ada", "battery-delete-dialog.is_open", save, values)


def deleted_profile(world: World) -> Form:
    save = "profile-delete-sure.n_clicks"
    saved = save_profile(
        world.store, name="Ageing", description="", text=CYCLE, by=BY(world.forms.now())
    )
    values = {save: 1, "profile-version.data": {"profile": saved.profile_id}}
    return Form("ada", "profile-delete-dialog.is_open", save, values)


def deleted_note(world: World) -> Form:
    experiment_id = world.lab.experiment("Ageing", world.lab.battery())
    new = NewNote(experiment_id, "Door open")
    written = add_note(world.store, new, by=BY(world.forms.now()))
    save = "experiment-note-delete-sure.n_clicks"
    values = {save: 1, "experiment-note-delete-chosen.data": {"note": written, "asked": 1}}
    return Form("oscar", "experiment-note-delete-dialog.is_open", save, values)


def cancelled(world: World) -> Form:
    forms = world.forms
    profile_id = RunningLab(world.store).profile("Rest")
    new = NewPlan("0123456789abcdef-1", "Ageing", "", forms.s1, forms.a, profile_id)
    plan = add_plan(world.store, new, by=BY(forms.now()))
    save = "queue-change-sure.n_clicks"
    button = {"type": "queue-change-drop", "kind": "plan", "plan": plan.id}
    values = {save: 1, "queue-change-chosen.data": button}
    return Form("oscar", "queue-change-dialog.is_open", save, values)


def new_user(_world: World) -> Form:
    return _users("add", None, name="new.one", role="operator", how="type", password=PASSWORD + "1")


def other_role(world: World) -> Form:
    return _users("role", _id_of(world, "vera"), role="operator")


def other_password(world: World) -> Form:
    of = _id_of(world, "vera")
    return _users("password", of, how="type", password=PASSWORD + "1")


def own_password(_world: World) -> Form:
    save = "account-save.n_clicks"
    new = PASSWORD + "1"
    values = {save: 1, "account-old.value": PASSWORD}
    values |= {"account-new.value": new, "account-again.value": new}
    tries = frozenset({"bem_audit", "bem_login_failures"})
    return Form("vera", "account-error.children", save, values, tries=tries)


def _users(deed: str, of: int | None, **typed: Any) -> Form:
    save = "users-sure.n_clicks"
    values = {save: 1, "users-chosen.data": {"do": deed, "of": of}}
    fields = [({"type": "users-field", "name": name}, value) for name, value in typed.items()]
    return Form("ada", "users-dialog.is_open", save, values, {"users-field": fields})


def _id_of(world: World, name: str) -> int:
    return next(one.id for one in list_users(world.store) if one.name == name)


FORMS = {
    "add a lithium battery": battery("Lithium"),
    "add a lead-acid battery": battery("LeadAcid"),
    "add a redox-flow stack": battery("RedoxStack"),
    "change a battery": battery_change,
    "a new battery while importing": battery_of_an_import,
    "a new battery while importing several": battery_of_several_imports,
    "import": importing,
    "import with a profile and electrolytes": importing_with_profile,
    "import several files": importing_several,
    "add an experiment": experiment,
    "keep a draft": draft,
    "save a profile": profile,
    "add a station": station,
    "out of service": out_of_service,
    "a command to a station": command,
    "acknowledge an alarm": alarm,
    "confirm a battery": confirmation,
    "write a note": note,
    "give and take tags": tags,
    "another owner": owner,
    "another name of a tag": tag_name,
    "save a view": saved_view,
    "another name of a view": view_name,
    "rename an experiment": new_name,
    "set the edges of an experiment": edges,
    "choose the conventions of its cycles": conventions,
    "set the rules of an experiment": rules,
    "set the rules of all experiments": laboratory_rules,
    "delete an experiment": deleted_experiment,
    "delete a note": deleted_note,
    "cancel an experiment that waits": cancelled,
    "delete a battery": deleted_battery,
    "delete a profile": deleted_profile,
    "add a user": new_user,
    "another role": other_role,
    "another password": other_password,
    "one's own password": own_password,
}


# Callbacks for those who write that have no field to fill in: they look, or a button names all.
OTHERS = {  # by room
    "add_experiment": "restore offer offer_profiles check draw",
    "ask": "open_dialog",
    "audit": "show",
    "battery": "check",
    "experiment": "show_changed tick",
    "import_experiment": "show_remembered forget_corrections ask_again propose begin show cancel "
    "put_aside show_upload ask_verification watch_verification show_verified correct "
    "offer_start draw_preview offer_import follow_import watch_import cancel_import remove_file "
    "offer_electrolytes check_profile answer compare compare_battery "
    "show_start",
    "profile": "act check draw take_file fill_editor",
    "queue": "move show_done show_drafts",
    "station": "left",
    "stations": "detect_devices",
    "users": "refresh",
}


class Written:
    """What was written to a database file since it was kept; and the way back."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._watch = sqlite3.connect(file)
        self._before = sqlite3.connect(":memory:")

    def keep(self) -> None:
        """Remember everything as it is now."""
        self._watch.backup(self._before)
        self._rows, self._version = self._dump(), self._look()

    def tables(self) -> set[str]:
        """Return the tables with other rows than those that were kept."""
        if self._look() == self._version:
            return set()
        rows = self._dump()
        return {name for name in rows if rows[name] != self._rows[name]}

    def undo(self) -> None:
        """Put everything back."""
        with closing(sqlite3.connect(self._file)) as target:
            target.execute("PRAGMA synchronous=OFF")
            self._before.backup(target)
        self._version = self._look()

    def close(self) -> None:
        self._watch.close()
        self._before.close()

    def _look(self) -> int:
        return self._watch.execute("PRAGMA data_version").fetchone()[0]

    def _dump(self) -> dict[str, list[tuple]]:
        names = set(Base.metadata.tables) - {"bem_sessions"}
        return {name: self._watch.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}


def leaves(value: Any, path: tuple = ()) -> Iterator[tuple[tuple, Any]]:
    """Yield where the single values are in what a browser sends."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, (*path, number))
    elif path[-1] not in BUTTONS and not isinstance(value, bool):
        yield path, value


def exchanged(body: dict, path: tuple, value: Any) -> dict:
    changed = deepcopy(body)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return changed


def fields(body: dict) -> Iterator[tuple[tuple, Any]]:
    """Yield the places of all that people fill in or choose, with what stands there."""
    for part in ("inputs", "state"):
        for place, sent in enumerate(body[part]):
            if isinstance(sent, list):  # a pattern: one for each component
                for number, one in enumerate(sent):
                    if one["property"] != "id":
                        yield from leaves(one["value"], (part, place, number, "value"))
            elif sent["property"] != "n_clicks" and sent["id"] not in KEPT_BY_THE_PAGE:
                yield from leaves(sent["value"], (part, place, "value"))


@pytest.fixture
def world(lab: Lab, visitor: Callable[..., Visitor]) -> World:
    return World(lab, visitor)


@pytest.fixture
def written(world: World) -> Iterator[Written]:
    made = Written(Path(str(world.store.engine.url.database)))
    yield made
    made.close()


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_refused_in_words_or_written_whole(world: World, written: Written, name: str):
    form = FORMS[name](world)
    sender = world.visitor(form.person)
    body = sender.body(form.output, form.values, by=form.by, patterns=form.patterns)
    written.keep()

    def send(changed: dict) -> tuple[str, set[str]]:
        answer = sender.client.post(UPDATE, json=changed)
        assert answer.status_code < 500
        return answer.get_data(as_text=True), written.tables()

    said, whole = send(body)
    assert whole, f"the form as it should be writes nothing: {said}"
    written.undo()
    for path, usual in fields(body):
        for kind, value in (IDS if isinstance(usual, int) else TEXTS).items():
            told, tables = send(exchanged(body, path, value))
            place = f"{kind} in {body[path[0]][path[1]]} at {path}: {told}"
            assert not any(one in told for one in INSIDES), place
            assert tables in (set(), whole, whole - form.optional, form.tries), place
            if tables:
                written.undo()


@pytest.mark.parametrize("name", FORMS)
def test_a_form_that_is_sent_again_writes_nothing(world: World, written: Written, name: str):
    form = FORMS[name](world)
    sender = world.visitor(form.person)
    body = sender.body(form.output, form.values, by=form.by, patterns=form.patterns)
    assert sender.client.post(UPDATE, json=body).status_code == 200
    written.keep()
    told = sender.client.post(UPDATE, json=body).get_data(as_text=True)
    assert not any(one in told for one in INSIDES)
    assert written.tables() in (set(), form.tries)


def test_every_callback_for_those_who_write_is_known(web: Flask, world: World, written: Written):
    """A new one belongs into FORMS, or into OTHERS if it writes nothing or has no field."""
    written.keep()
    sent = set()
    for fill in FORMS.values():
        form = fill(world)
        sent.add(world.visitor("ada").callback_of(form.output, form.by))
        written.undo()
    others = {
        f"{function.__module__.split('.')[1]} {function.__name__}"
        for output, spec in web.extensions["bem.dash"].callback_map.items()
        if "callback" in spec
        and callback_role(spec) in (Role.OPERATOR, Role.ADMIN)
        and output not in sent
        for function in [spec["callback"].__wrapped__]
    }
    assert others == {f"{page} {one}" for page, names in OTHERS.items() for one in names.split()}
