"""Every command that a person can give leaves its row in the audit trail; on each engine.

All public functions of `db.commands` are listed: those of a day in the laboratory, which really
are called here one after the other, and those that are no act of a person, with the reason. A new
one that is in neither list fails the test.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from types import ModuleType
from typing import Any

from sqlalchemy import func, select, update

import db.commands
from cycling.analysis.cycles.rules import Rule, RuleKind
from cycling.analysis.integration import Edge
from cycling.battery.conventions import OwnChoices
from cycling.errors import InputError
from cycling.formats.columns.remembered import Corrections
from cycling.profile import OWN_PROTOCOL
from cycling.terms import ExperimentStatus, StationCommand
from db.commands import users
from db.commands.audit import By
from db.commands.experiments.import_corrections import remember
from db.commands.experiments.notes import NewNote
from db.commands.queue import NewPlan
from db.commands.saved_views import NewView
from db.commands.tags import TagChange
from db.engine import Database
from db.models import AuditEntry, Experiment, StationAlarm
from db.queries.batteries.detail import battery_details
from db.queries.experiments.cycles.rules import OwnRule
from db.queries.experiments.tags import list_tags
from db.queries.stations.details import station_set_up
from db.terms import Role
from tests.integration.db.commands.experiments.test_force_end import Bench
from tests.integration.db.queries.stations.test_units import Lab as Units
from tests.integration.master_node.wattrex.test_service import TestStalled as Stalling
from tests.integration.master_node.wattrex.test_service import WattrexLab
from tests.running_lab import RunningLab
from tests.unit.dashboard.world import FakeHasher
from tests.unit.db.lab import START, add_station, block, cell, new_experiment

USER, ADDRESS = "oscar", "10.0.0.7"
TEXT = "SAFETY VOLTAGE 2.4 4.3\nWAIT, 1h\n"
TOKENS = ("a1b2c3d4e5f6", "b1b2c3d4e5f6", "c1b2c3d4e5f6")
SECRET, OTHER = "correct horse battery", "another horse battery"

# What is no act of a person, and why. By module; the functions of a module may have other reasons.
WITHIN = "part of a command in whose transaction it runs; that writes the row"
CHECKS = "checks or computes, and writes nothing"
MASTER = "the master node keeps what units and stations say; no person acts"
WORKER = "a worker or a web process looks after its own rows; no person acts"
NO_ACTS: dict[str, dict[str, str]] = {
    WITHIN: {
        "audit": "record",
        "alarms": "raise_alarm",
        "experiments.deletion": "delete_within",
        "experiments.electrolytes": "add_electrolytes",
        "experiments.import_files": "record_files",
        "experiments.moving": "move_to",
        "experiments.cycles.summaries": "outdate_summaries",
        "form_tokens": "spend",
        "jobs": "enqueue_within",
        "experiments.numbers": "reserve",
        "experiments.run_profiles": "take_profile",
        "queue.confirm": "confirm_within",
        "queue.plans": "add_within take_plan",
        "queue.rows": "take_battery take_stations publish become hold note take_back put_in_order",
        "wattrex.parked_rows": "park reconcile portions",
        "stations.control": "add_command",
        "stations.setup": "insert_station take_unit store_figures",
        "users.sessions": "begin_session end_sessions record",
        "users.sign_in": "refused forget_tries unchanged",
    },
    CHECKS: {
        "alarms": "was_raised is_acknowledged",
        "batteries.changes": "check_battery registered_already mark_of",
        "experiments.electrolytes": "check_has_electrolytes",
        "experiments.import_files": "check_replaceable check_addable expected_beginning",
        "experiments.run_profiles": "count_instructions refuse_other_steps",
        "tags": "tag_key",
        "form_tokens": "new_token check_token once token_hash",
        "leases": "new_holder has_fit_standby",
        "profiles.compiling": "capacity_key checked_program",
        "profiles.library": "plain_lines checked_summary",
        "queue.plans": "checked",
        "queue.rows": "confirmed_on check_station plan_of reason_sentence by_master_node",
        "stations.changes": "station_kept_because what_keeps",
        "stations.control": "check_unit_command",
        "stations.setup": "latest_day check_figures check_within_devices plain checked",
        "uploads": "upload_path find_upload",
        "users.passwords": "check_password generated_password",
        "users.sessions": "new_token find_user get_user changed",
        "wattrex.repairs": "repair_state",
    },
    MASTER: {
        "master_node.command_delivery": "is_due take_due store_answer",
        "experiments.force_end": "note_return look_for_returns",
        "leases": "limit_waiting acquire leader_transaction release",
        "master_node.live_state": "stations_of rows_of take_report take_sample take_event note_off "
        "note_begin note_outage note_silence",
        "master_node.offers": "free_stations take_next forget_unanswered",
        "stations.out_of_service": "hold_queues_out_of_service",
        "queue.rows": "next_queued hold_back hold_queue take_back_queue",
        "master_node.refused_messages": "note_refused",
        "master_node.runs": "runs_now is_paused add_event store_events accept "
        "begin pause resume end stop_reason stations_of_experiments events_of",
        "units.registration": "register store_devices store_detected registered_units set_online "
        "note_contact",
        "wattrex.live_state": "note note_contact note_measures_offset alarm_failed alarm_withdrawn "
        "alarm_stalled keep_names",
        "wattrex.repairs": "finish_open",
        "wattrex.units": "register waiting_units end_waiting wattrex_units note_heartbeats "
        "note_silent store_devices is_due take_due note_launches note_devices",
    },
    WORKER: {
        "experiments.channels": "ensure_channels",
        "experiments.cycles.watch": "judge_cycles",
        "experiments.damage": "alarm_damage",
        "experiments.deletion": "clear note_cleared sweep",
        "experiments.reservations": "change discard discard_job sweep",
        "jobs": "prepare_series is_waiting claim heartbeat end_done end_failed end_cancelled "
        "release fail_hopeless",
        "form_tokens": "sweep_form_tokens",
        "kept_files": "kept_path keep_file remove_kept sweep_kept",
        "leases": "say_present end_presence",
        "data_folder": "join_data_folder",
        "uploads": "sweep_uploads",
        "users.sessions": "sweep_sign_ins",
    },
    "what is asked for writes its row when it is done: an import with its experiment": {
        "jobs": "enqueue enqueue_all cancel",
        "experiments.import_corrections": "remember",
        "experiments.run_profiles": "fixed_profile",
        "uploads": "add_upload",
    },
    "a browser is used; its login wrote the row": {"users.sessions": "seen drop_session"},
    "who signs in or changes a password writes the row, also of a refusal": {
        "users.sign_in": "verified"
    },
}


def every_command() -> set[str]:
    """The public functions of `db.commands`, named after their modules."""
    return {
        f"{module.__name__.removeprefix('db.commands.')}.{name}"
        for module in modules()
        for name, one in inspect.getmembers(module, inspect.isfunction)
        if one.__module__ == module.__name__ and not name.startswith("_")
    }


def modules() -> list[ModuleType]:
    found = pkgutil.walk_packages(db.commands.__path__, "db.commands.")
    return [importlib.import_module(one.name) for one in found]


def no_acts() -> set[str]:
    return {
        f"{module}.{name}"
        for of_module in NO_ACTS.values()
        for module, names in of_module.items()
        for name in names.split()
    }


class Diary:
    """Gives commands by their names, and looks for the row of each."""

    def __init__(self, database: Database) -> None:
        self.database, self.given = database, set[str]()
        self.lab = RunningLab(database)
        self.by = By(USER, ADDRESS, self.lab.now)
        self.here = {"address": ADDRESS, "now": self.lab.now}

    def give(self, command: str, action: str, *args: Any, **given: Any) -> Any:
        """Call a command, and return what it returns; it must leave a row of that action."""
        return self._expect(command, action, lambda do: do(self.database, *args, **given))

    def be_refused(self, command: str, action: str, *args: Any, **given: Any) -> None:
        """Call a command that is refused, and still leaves a row."""

        def refused(do: Callable[..., Any]) -> None:
            try:
                do(self.database, *args, **given)
            except InputError:
                return
            raise AssertionError(f"{command} was not refused")

        self._expect(command, action, refused)

    def _expect(self, command: str, action: str, call: Callable[[Callable[..., Any]], Any]) -> Any:
        before = self._last()
        module, _, name = command.rpartition(".")
        done = call(getattr(importlib.import_module(f"db.commands.{module}"), name))
        with self.database.read() as session:
            rows = session.scalars(select(AuditEntry).where(AuditEntry.id > before)).all()
        said = [(one.action, one.user_name) for one in rows]
        assert (action, USER) in said, f"{command}: {said}"
        (row,) = [one for one in rows if one.action == action]
        assert row.target, command
        assert row.at == self.lab.now, command
        assert row.address == (
            "command line" if command == "users.sign_in.make_login_link" else ADDRESS
        )
        self.given.add(command)
        return done

    def _last(self) -> int:
        with self.database.read() as session:
            return session.scalar(select(func.max(AuditEntry.id))) or 0


def test_every_command_is_an_act_that_is_recorded_or_is_known_to_be_none(database: Database):
    diary = Diary(database)
    for part in (people, batteries, stations, experiments, profiles, queue, faults):
        part(diary)
    assert diary.given | no_acts() == every_command()
    assert diary.given & no_acts() == set()


def people(diary: Diary) -> None:
    fake = {"hasher": FakeHasher()}
    give, by, here = diary.give, diary.by, diary.here
    give("users.accounts.add_user", "add user", "vera", Role.VIEWER, SECRET, by=by, **fake)
    users.add_user(diary.database, USER, Role.ADMIN, SECRET, by=by, **fake)
    give("users.accounts.set_role", "set role", "vera", Role.OPERATOR, by=by)
    give("users.accounts.disable_user", "disable user", "vera", by=by)
    give("users.accounts.enable_user", "enable user", "vera", by=by)
    give("users.accounts.set_password", "set password", "vera", OTHER, by=by, **fake)
    give("users.sessions.end_all_sessions", "end sessions", "vera", by=by)
    given = ("audit trail", {"user": "vera"})
    give("audit.record_export", "export audit trail", *given, deed="export audit trail", by=by)
    change = "users.accounts.change_password"
    diary.be_refused(change, "password change refused", OTHER, SECRET, by=by, **fake)
    give(change, "change password", SECRET, OTHER, by=by, **fake)
    sign_in = "users.sign_in.sign_in"
    diary.be_refused(sign_in, "login refused", USER, SECRET, **here, **fake)
    token = give(sign_in, "login", USER, OTHER, **here, **fake)
    give("users.sessions.end_session", "logout", users.token_hash(token), by=by)
    now = {"now": diary.lab.now}
    link = give("users.sign_in.make_login_link", "make login address", USER, **now)
    give("users.sign_in.use_login_link", "login", link, **here)


def batteries(diary: Diary) -> None:
    battery = diary.give("batteries.changes.add_battery", "add battery", cell("To go"), by=diary.by)
    known = battery_details(diary.database, battery).battery
    changed = cell("To go", description="A pouch cell")
    mark = importlib.import_module("db.commands.batteries.changes").mark_of(known)
    change = "batteries.changes.change_battery"
    diary.give(change, "change battery", battery, changed, seen=mark, by=diary.by)
    diary.give("batteries.changes.delete_battery", "delete battery", battery, by=diary.by)


def stations(diary: Diary) -> None:
    units, give, by = Units(diary.database), diary.give, diary.by
    begin, _ = station_set_up(diary.database, units.station(units.ours, "Station 01"))
    first = units.station(units.ours, "Station 02")
    change = {"name": "Station 03"}
    begin, mark = station_set_up(diary.database, first)
    renamed = begin.__class__(**{**begin.__dict__, **change})
    out, back = (
        "stations.out_of_service.take_out_of_service",
        "stations.out_of_service.return_to_service",
    )
    give(out, "take out of service", first, reason="Fan", by=by)
    give(back, "return to service", first, by=by)
    modify, retire = "stations.changes.modify_station", "stations.changes.retire_station"
    second = give(modify, "modify station", first, renamed, seen=mark, by=by).station_id
    give(retire, "retire station", second, by=by)
    third = give("stations.setup.add_station", "add station", begin, by=by)
    asked = {"unit_id": units.ours, "station_id": third, "experiment_id": None, "reason": "Smoke"}
    give("stations.control.request", "stop", StationCommand.STOP, **asked, by=by)
    give("stations.changes.delete_station", "delete station", second, by=by)


def experiments(diary: Diary) -> None:
    give, by = diary.give, diary.by
    new = new_experiment(diary.lab.battery("Imported", "1"))
    experiment = give(
        "experiments.imports.import_experiment",
        "import",
        new,
        [block()],
        start=START,
        clock=lambda: diary.lab.now,
    )
    tags = TagChange(["Campaign 7", "fast"])
    give("tags.change_tags", "tag experiment", [experiment], tags, by=by)
    fast = list_tags(diary.database)[1].id
    give("tags.rename_tag", "rename tag", fast, "quick", "", by=by)
    give("tags.rename_tag", "merge tag", fast, "Campaign 7", "", by=by)
    give("tags.change_owner", "change owner", [experiment], "vera", by=by)
    view = give("saved_views.save_view", "save view", NewView("Fast", {"q": "1C"}), by=by)
    give("saved_views.choose_start", "choose start", view, by=by)
    give("saved_views.rename_view", "rename view", view, "Fast ones", by=by)
    give("saved_views.delete_view", "delete view", view, by=by)
    rename = "experiments.notes.rename_experiment"
    give(rename, "rename experiment", experiment, "Ageing", "At 25 °C", by=by)
    give("experiments.edges.set_edge", "set edge", experiment, Edge.HOLD, by=by)
    own = OwnChoices(formation_cycles=3)
    give("experiments.cycles.choices.choose_cycles", "choose cycles", experiment, own, by=by)
    pulse = "experiments.cycles.wrong_pulses.tick_pulse"
    give(pulse, "untick pulse", experiment, 1, is_right=False, by=by)
    give(pulse, "tick pulse", experiment, 1, is_right=True, by=by)
    low, rules = Rule(RuleKind.CE, 99.0), "experiments.cycles.rules"
    chosen = {low.kind: OwnRule(low)}
    give(f"{rules}.choose_rules", "choose rules", experiment, chosen, by=by)
    give(f"{rules}.choose_laboratory_rules", "choose laboratory's rules", {low.kind: low}, by=by)
    corrections = Corrections(time_zone="Europe/Madrid")
    remember(diary.database, "ab", corrections, file_name="cell.csv", by=by)
    give("experiments.import_corrections.forget", "forget corrections", "ab", by=by)
    note = give("experiments.notes.add_note", "add note", NewNote(experiment, "Swapped"), by=by)
    give("experiments.notes.delete_note", "delete note", note, by=by)
    give("audit.record_export", "export", f"experiment {experiment}", {"format": "csv"}, by=by)
    delete = "experiments.deletion.delete_experiment"
    give(delete, "delete experiment", experiment, confirmed_name="Ageing", by=by)


def profiles(diary: Diary) -> None:
    give, by = diary.give, diary.by
    made = {"capacity_ah": None, "capabilities": OWN_PROTOCOL, "by": by}
    new = {"name": "Ageing", "description": "", "text": TEXT}
    saved = give("profiles.library.save_profile", "add profile", **new, by=by)
    compiling = "profiles.compiling"
    give(f"{compiling}.compile_version", "compile profile", saved.version_id, **made)
    give(f"{compiling}.compile_text", "compile profile", TEXT, name="Once", **made)
    of, library = saved.profile_id, "profiles.library"
    more = TEXT + "WAIT, 2h\n"
    give(f"{library}.new_version", "new profile version", of, more, after=1, by=by)
    give(f"{library}.describe", "rename profile", of, name="Ageing 2", description="", by=by)
    copy = give(f"{library}.duplicate", "copy profile", of, by=by)
    give(f"{library}.archive", "archive profile", of, by=by)
    give(f"{library}.archive", "restore profile", of, archived=False, by=by)
    given = (f"library profile {of}", {"format": "text", "number": 2})
    give("audit.record_export", "export", *given, by=by)
    give("audit.record_refused_call", "refused call", "GET /users", by=by)
    give("profiles.library.delete_profile", "delete profile", copy.profile_id, by=by)


def queue(diary: Diary) -> None:
    give, by, lab = diary.give, diary.by, diary.lab
    station, profile = add_station(diary.database, "Queue 1"), lab.profile("Rest")
    battery, other = lab.battery("Q", "1"), lab.battery("Q", "2")

    def new(token: str, name: str, of: int = battery) -> NewPlan:
        return NewPlan(token, name, "", station, of, profile)

    first = give("queue.plans.add_plan", "add experiment", new("1", "First"), by=by)
    confirm = "queue.confirm.confirm_battery"
    give(confirm, "confirm battery", station, battery, by=by)
    several = [new("2", "Second", other)]
    (second,) = give("queue.forms.add_plans", "add experiment", TOKENS[0], several, by=by)
    order = [second.id, first.id]
    give("queue.plans.reorder", "reorder queue", station, order, by=by)
    give("queue.plans.cancel", "cancel experiment", second.id, by=by)
    give("queue.plans.cancel", "cancel experiment", first.id, by=by)
    saved = give("queue.forms.save_draft", "save draft", TOKENS[1], "Later", {}, by=by)
    give("queue.forms.discard_draft", "discard draft", saved.id, by=by)


def faults(diary: Diary) -> None:
    give, by = diary.give, diary.by
    rack = WattrexLab(diary.database)
    stalled = Stalling().stall(rack)
    give("wattrex.repairs.repair", "repair synchroniser", stalled, by=by)
    with diary.database.write() as session:  # its battery is free for the others
        ended = {"status": ExperimentStatus.ERROR, "finished_at": diary.lab.now}
        session.execute(update(Experiment).where(Experiment.id == stalled).values(**ended))
        alarm = session.scalars(select(StationAlarm.id).limit(1)).one()
    give("alarms.acknowledge", "acknowledge alarm", alarm, comment="Jammed", by=by)
    bench = Bench(diary.database)
    give(
        "experiments.force_end.end_by_force", "give up experiment", bench.run, reason="Burnt", by=by
    )
