"""The page of stations and the form of one, without a browser."""

from datetime import date, timedelta

import pytest

from cycling.terms import ExperimentStatus, StationCommand
from db.engine import database_now
from db.models import (
    Command,
    CyclerStation,
    OutOfService,
    RefusedCount,
    RefusedMessage,
    Unit,
)
from db.models.station_rows import StationFigures
from db.queries.stations.details import find_station, station_set_up
from db.queries.stations.overview import overview
from db.queries.stations.units import find_unit
from db.terms import CommandState, PlanState
from pages.station.reading import CONTROLS, form_data_of, read
from pages.stations.ids import CHANGE, FormIds, Ids
from tests.integration.db.queries.stations.test_units import Lab
from tests.unit.components.tree import find, of_type, text
from tests.unit.db.lab import statements
from tests.unit.pages.visitor import shown

TODAY = date(2026, 11, 20)


@pytest.fixture
def lab(store) -> Lab:
    """A unit that speaks bem/v1 with two channels, and an old one."""
    return Lab(store)


def words(drawn) -> str:
    return " ".join(text(drawn).split())


def opened(visitor, search: str = "") -> str:
    return words(visitor.open("/stations", search))


class TestLooking:
    """What the page says."""

    def test_a_laboratory_without_a_unit_is_told_how_one_comes(self, vera, oscar):
        said = opened(vera)
        assert "No computational unit has introduced itself yet." in said
        assert "says hello by itself as soon as it reaches the broker" in said
        assert "BEM_WATTREX=1" in said
        assert "No master node has run yet" in said
        assert "set up a station from its devices, here" in opened(oscar)
        assert not find(oscar.open("/stations"), href="/stations/new")

    def test_units_without_stations_lead_to_the_form(self, lab, vera, oscar):
        assert "No station is set up yet." in opened(vera)
        assert find(oscar.open("/stations"), href="/stations/new")
        assert not find(vera.open("/stations"), href="/stations/new")

    def test_all_stations_and_units_are_listed(self, lab, vera):
        station = lab.station(lab.ours, "Station 07")
        said = opened(vera)
        assert "1 in use on 2 units" in said
        assert "Station 07" in said
        assert "0 to 5 V" in said
        assert "−10 to 10 A" in said
        assert "2 devices, 1 free" in said
        assert "WattRex" in said
        (link,) = find(vera.open("/stations"), href=f"/stations?station={station}")
        assert text(link) == "Station 07"

    def test_the_list_takes_few_statements_whatever_is_in_it(self, lab, vera):
        for name in ("Station 07", "Station 08"):
            lab.station(lab.ours, name)
        vera.open("/stations")
        with statements(lab.database) as sent:  # who looks, and all that stands there
            vera.open("/stations")
        assert len(sent) <= 13

    def test_a_unit_tells_everything_about_its_devices(self, lab, vera):
        lab.station(lab.ours, "Station 07")
        said = opened(vera, f"?unit={lab.ours}")
        for part in (
            "bench-pi-3",
            "bem/v1",
            "cycler 2.4",
            "Oakmere C8, BiSource, SN C8-ch1",
            "0 to 5 V, −10 to 10 A",
            "Rest, CC, CV, CP; pause, safety limits",
            "temp_cell (degC)",
            "free",
            "Station 07",
        ):
            assert part in said, part

    def test_a_silent_unit_is_said_in_a_sentence_and_cannot_be_asked(self, lab, oscar):
        lab.rows.change(Unit, lab.ours, seen_at=lab.now - timedelta(minutes=5))
        page = oscar.open("/stations", f"?unit={lab.ours}")
        assert "No contact with bench-pi-3 since" in words(page)
        assert "See that its computer is on" in words(page)
        (button,) = find(page, **{"data-bem-do": "detect"})
        assert button["props"]["disabled"]
        assert button["props"]["title"] == "bench-pi-3 cannot be reached."

    def test_a_clock_that_is_off_is_said(self, lab, vera):
        lab.rows.change(Unit, lab.ours, clock_offset_s=-12.34)
        said = opened(vera, f"?unit={lab.ours}")
        assert "The clock of bench-pi-3 is 12.3 s behind" in said

    def test_a_station_shows_its_range_its_reason_and_its_battery(self, lab, vera):
        station = lab.station(lab.ours)
        cell = lab.rows.battery("NMC-031", "24A-031")
        lab.rows.confirm(station, cell)
        lab.rows.add(
            OutOfService(station_id=station, reason="Fan.", user_name="ada", since=lab.now)
        )
        said = opened(vera, f"?station={station}")
        assert "Out of service. Fan. By ada," in said
        assert "NMC-031, SN 24A-031" in said
        assert "as its devices say" in said
        assert "T1degCtemp_cellChannel on ch1" in said

    def test_a_replaced_station_leads_to_its_successor(self, lab, vera, oscar):
        station = lab.station(lab.ours)
        lab.rows.change(CyclerStation, station, deprecated=True)
        page = oscar.open("/stations", f"?station={station}")
        assert "This station is retired. Its experiments are kept." in words(page)
        assert not find(page, **{"data-bem-do": "retire"})
        assert find(page, href="/stations")

    @pytest.mark.parametrize("search", ["?unit=4711", "?station=4711", "?station=1", "?unit=1"])
    def test_what_is_not_there_is_said(self, vera, search):
        assert "There is no" in opened(vera, search)

    def test_odd_addresses_show_everything(self, lab, vera):
        for search in ("?unit=abc", "?station=1e9", "?unit=-1", "?unit=99999999999", "?x=<b>"):
            assert "Computational units" in opened(vera, search)

    def test_a_viewer_looks_and_has_no_buttons(self, lab, vera):
        station = lab.station(lab.wattrex)
        for search in ("", f"?unit={lab.ours}", f"?station={station}"):
            page = vera.open("/stations", search)
            assert not [one for one in of_type(page, "Button") if "data-bem-do" in one["props"]]
            assert not find(page, id=CHANGE.dialog)

    def test_admins_see_what_the_master_node_has_refused(self, lab, visitor):
        lab.rows.add(RefusedCount(sender="bench-9", kind="json", count=1234, last_at=lab.now))
        lab.rows.add(
            RefusedMessage(
                at=lab.now,
                topic="bem/v1/bench-9/up/beat",
                reason="not JSON",
                size_bytes=17,
                beginning="<script>",
            )
        )
        ada = visitor("ada")
        assert "1,234 messages refused by the master node" in opened(ada)
        said = opened(ada, "?refused=1")
        assert "bench-9json1,234" in said
        assert "not JSON17 bytes<script>" in said
        for name in ("vera", "oscar"):
            assert "refused" not in opened(visitor(name))
            assert "shown to admins" in opened(visitor(name), "?refused=1")


class TestRefreshing:
    """What travels while the page is open."""

    def ask(self, visitor, view: dict, seen: dict | None = None):
        values = {f"{Ids.ASK}.data": 1, f"{Ids.VIEW}.data": view, f"{Ids.SEEN}.data": seen}
        return visitor.call(f"{Ids.HEAD}.children", values, by=f"{Ids.ASK}.data")

    def test_only_times_travel_while_nothing_changes(self, lab, vera):
        lab.station(lab.ours)
        lab.rows.change(Unit, lab.ours, clock_offset_s=0.0)
        view = {"kind": "all", "id": 0}
        first = self.ask(vera, view)
        assert words(first[f"{Ids.BODY}.children"])
        lab.rows.change(Unit, lab.ours, seen_at=lab.now + timedelta(seconds=1), clock_offset_s=0.01)
        again = self.ask(vera, view, first[f"{Ids.SEEN}.data"])
        assert f"{Ids.BODY}.children" not in again
        before, after = (one[f"{Ids.SEEN}.data"]["heard"][str(lab.ours)] for one in (first, again))
        assert after - before == 1000

    def test_what_has_changed_is_drawn_anew(self, lab, vera):
        view = {"kind": "unit", "id": lab.ours}
        seen = self.ask(vera, view)[f"{Ids.SEEN}.data"]
        lab.introduce(("ch1",))
        assert "Not connected" in words(self.ask(vera, view, seen)[f"{Ids.BODY}.children"])

    def test_the_page_looks_every_second_while_an_answer_is_due(self, lab, vera):
        view = {"kind": "unit", "id": lab.ours}
        assert self.ask(vera, view)[f"{Ids.TICK}.interval"] == 5000
        lab.ask(StationCommand.DETECT, lab.ours)
        assert self.ask(vera, view)[f"{Ids.TICK}.interval"] == 1000

    @pytest.mark.parametrize("view", [None, {}, {"kind": "x"}, {"kind": "unit", "id": True}])
    def test_whatever_a_browser_sends_shows_everything(self, lab, vera, view):
        assert "Computational units" in words(self.ask(vera, view)[f"{Ids.BODY}.children"])


class TestCommandsInWords:
    """How far a question to a unit is."""

    def said(self, lab: Lab, visitor, *, ago_s: float = 1.0, **values) -> str:
        command_id = lab.ask(StationCommand.DETECT, lab.ours)
        with lab.database.read() as session:
            now = database_now(session)
        values = {"created_at": now - timedelta(seconds=ago_s), **values}
        lab.rows.change(Command, command_id, **values)
        return opened(visitor, f"?unit={lab.ours}")

    def test_it_waits_is_sent_answered_refused_or_was_not_heard(self, lab, vera):
        said = self.said(lab, vera)
        assert "Detect devices: waiting for the master node to send it." in said
        said = self.said(lab, vera, state=CommandState.SENT, sent_at=lab.now)
        assert "Detect devices: sent, waiting for bench-pi-3 to answer." in said
        done = {"state": CommandState.DONE, "answered_at": lab.now}
        assert "bench-pi-3 has answered: 2 devices connected." in self.said(lab, vera, **done)
        refused = {"state": CommandState.REFUSED, "answered_at": lab.now, "answer": "Busy."}
        assert "Detect devices: bench-pi-3 refused: Busy." in self.said(lab, vera, **refused)
        sent = {"ago_s": 11, "state": CommandState.SENT, "sent_at": lab.now}
        assert "bench-pi-3 did not answer in 10 s. See that" in self.said(lab, vera, **sent)
        said = self.said(lab, vera, ago_s=11)
        assert "it was not sent in 10 s, so it will not be carried out. See that the master" in said
        assert "Detect devices: " not in self.said(lab, vera, ago_s=3600)


class TestChanging:
    """The dialog of operators."""

    def choose(self, visitor, do: str, of: int):
        values = {f"{CHANGE.chosen}.data": {"do": do, "of": of, "asked": 1}}
        return visitor.call(f"{CHANGE.dialog}.is_open", values, by=f"{CHANGE.chosen}.data")

    def detect(self, visitor, chosen):
        by = f"{CHANGE.detect}.data"
        return visitor.call(f"{CHANGE.done}.data", {by: chosen}, by=by)

    def sure(self, visitor, do: str, of: int, reason: str | None = None):
        values = {f"{CHANGE.chosen}.data": {"do": do, "of": of}, f"{CHANGE.reason}.value": reason}
        return visitor.call(f"{CHANGE.dialog}.is_open", values, by=f"{CHANGE.sure}.n_clicks")

    def test_retiring_is_asked_and_done(self, lab, oscar):
        station = lab.station(lab.ours)
        asked = self.choose(oscar, "retire", station)
        assert asked[f"{CHANGE.dialog}.is_open"] is True
        assert asked[f"{CHANGE.title}.children"] == "Retire Station 01?"
        assert asked[f"{CHANGE.sure}.children"] == "Retire Station 01"
        assert asked[f"{CHANGE.sure}.color"] == "danger"
        assert len(overview(lab.database)) == 1
        done = self.sure(oscar, "retire", station)
        assert done[f"{CHANGE.dialog}.is_open"] is False
        assert overview(lab.database) == ()

    def test_a_station_that_runs_says_so_before_and_has_no_button(self, lab, oscar):
        station = lab.station(lab.ours)
        cell, profile = lab.rows.battery("NMC-031", "1"), lab.rows.profile("P")
        lab.rows.experiment("Cycling", station, cell, profile)
        asked = self.choose(oscar, "retire", station)
        assert "Station 01 cannot be retired now. Cycling is under way there" in words(
            asked[f"{CHANGE.question}.children"]
        )
        assert asked[f"{CHANGE.sure}.style"] == {"display": "none"}
        refused = self.sure(oscar, "retire", station)
        assert "cannot be retired now" in refused[f"{CHANGE.error}.children"]

    def test_retiring_an_old_station_says_what_its_cycler_will_do(self, lab, oscar):
        asked = self.choose(oscar, "retire", lab.station(lab.wattrex))
        said = words(asked[f"{CHANGE.question}.children"])
        assert "Its cycler program on the unit notices it when it next looks for work" in said
        assert "as ERROR" in said

    def test_out_of_service_needs_a_reason_and_says_what_is_held(self, lab, oscar):
        station = lab.station(lab.ours)
        cell, profile = lab.rows.battery("NMC-031", "1"), lab.rows.profile("P")
        lab.rows.experiment(
            "Next", station, cell, profile, status=ExperimentStatus.QUEUED, begun_at=None
        )
        asked = self.choose(oscar, "out", station)
        assert asked[f"{CHANGE.box}.hidden"] is False
        assert "Next is queued and will be held until" in words(
            asked[f"{CHANGE.question}.children"]
        )
        assert (
            "Say in 1 to 250 characters"
            in self.sure(oscar, "out", station, "")[f"{CHANGE.error}.children"]
        )
        done = self.sure(oscar, "out", station, "Fan")
        assert done[f"{CHANGE.dialog}.is_open"] is False
        assert "Out of service: Fan. By oscar" in words(
            self.choose(oscar, "back", station)[f"{CHANGE.question}.children"]
        )
        self.sure(oscar, "back", station)
        (now,) = overview(lab.database)
        assert now.out is None

    def test_detecting_is_asked_at_once(self, lab, oscar):
        chosen = {"do": "detect", "of": lab.ours, "asked": 1}
        asked = self.detect(oscar, chosen)
        assert asked == {f"{CHANGE.done}.data": chosen}
        assert find_unit(lab.database, lab.ours).command.state is CommandState.PENDING

    def test_what_is_asked_of_no_unit_is_said(self, lab, oscar):
        asked = self.detect(oscar, {"do": "detect", "of": 4711})
        sentence = "There is no such computational unit."
        assert asked["shell-toasts-store.data"]["text"] == sentence
        assert asked[f"{CHANGE.done}.data"] == {"refused": sentence}
        for chosen in (None, {}, {"do": "detect", "of": True}):
            assert self.detect(oscar, chosen).status == 204

    def test_a_viewer_detects_nothing(self, lab, vera):
        assert self.detect(vera, {"do": "detect", "of": lab.ours}).status == 403
        assert find_unit(lab.database, lab.ours).command is None

    def test_launching_names_what_begins(self, lab, oscar):
        station = lab.station(lab.wattrex)
        cell, profile = lab.rows.battery("NMC-031", "24A"), lab.rows.profile("P")
        lab.rows.confirm(station, cell)
        lab.rows.experiment(
            "Next", station, cell, profile, status=ExperimentStatus.QUEUED, begun_at=None
        )
        asked = self.choose(oscar, "launch", station)
        assert "Next is queued and begins at once: current flows into NMC-031 (SN 24A)." in words(
            asked[f"{CHANGE.question}.children"]
        )
        self.sure(oscar, "launch", station)
        said = opened(oscar, f"?station={station}")
        assert "Launch: waiting for the master node to send it." in said

    @pytest.mark.parametrize(
        "chosen", [None, {}, {"do": "x", "of": 1}, {"do": "retire", "of": "1"}]
    )
    def test_nothing_happens_for_what_no_button_sends(self, lab, oscar, chosen):
        values = {f"{CHANGE.chosen}.data": chosen}
        assert (
            oscar.call(f"{CHANGE.dialog}.is_open", values, by=f"{CHANGE.chosen}.data").status == 204
        )

    def test_a_station_that_is_gone_is_said(self, lab, oscar):
        gone = self.choose(oscar, "retire", 4711)
        assert gone[f"{CHANGE.dialog}.is_open"] is False
        assert gone["shell-toasts-store.data"]["text"] == "There is no station 4711."

    def test_a_viewer_changes_nothing(self, lab, vera):
        station = lab.station(lab.ours)
        assert self.sure(vera, "retire", station).status == 403
        assert len(overview(lab.database)) == 1


class TestForm:
    """Adding and modifying."""

    def typed(self, unit, **texts) -> dict:
        begin = {FormIds.NAME: "Station 08", FormIds.LOCATION: "Lab 2", **texts}
        return {
            **{f"{control}.value": begin.get(control, "") for control in CONTROLS},
            f"{FormIds.SAVE}.n_clicks": 1,
            f"{FormIds.UNIT}.data": unit.id,
        }

    def send(self, visitor, unit, *, taken=(0,), names=None, values=None, **texts):
        devices = [
            (FormIds.device(one.id), number in taken) for number, one in enumerate(unit.devices)
        ]
        channels = [(one, channel) for one in unit.devices for channel in one.channels]
        called = [
            (FormIds.called(one.id, channel.id), (names or {}).get(channel.name, channel.name))
            for one, channel in channels
        ]
        records = [(FormIds.record(one.id, channel.id), True) for one, channel in channels]
        return visitor.call(
            f"{FormIds.RESULT}.data",
            {**self.typed(unit, **texts), **(values or {})},
            by=f"{FormIds.SAVE}.n_clicks",
            patterns={
                "station-edit-device": devices,
                "station-edit-record": records,
                "station-edit-called": called,
            },
        )

    def test_a_station_is_set_up_as_it_was_typed(self, lab, oscar):
        unit = find_unit(lab.database, lab.ours)
        saved = self.send(
            oscar,
            unit,
            names={"temp_cell": "Cell T1"},
            **{
                FormIds.VOLTAGE_MAX: "4.98",
                FormIds.CURRENT_MIN: "−9.5",
                FormIds.CALIBRATED: "2026-08-24",
            },
        )
        (now,) = overview(lab.database)
        sheet = find_station(lab.database, now.id)
        assert saved[f"{FormIds.GO}.href"] == f"/stations?station={sheet.id}"
        assert (sheet.name, sheet.location) == ("Station 08", "Lab 2")
        assert [(one.name, one.unit) for one in sheet.channels] == [("Cell T1", "degC")]
        assert sheet.figures == StationFigures(
            voltage_max_v=4.98, current_min_a=-9.5, calibrated_on=date(2026, 8, 24)
        )

    def test_what_is_wrong_is_said_at_its_field_and_the_first_gets_the_focus(self, lab, oscar):
        unit = find_unit(lab.database, lab.ours)
        found = self.send(
            oscar,
            unit,
            taken=(),
            **{
                FormIds.NAME: "",
                FormIds.LOCATION: "x" * 31,
                FormIds.VOLTAGE_MIN: "4,2",
                FormIds.VOLTAGE_MAX: "five",
                FormIds.CURRENT_MIN: "2",
                FormIds.CURRENT_MAX: "1",
                FormIds.CALIBRATED: "2031-01-01",
            },
        )
        said = {control: found[f"{FormIds.error(control)}.children"] for control in CONTROLS}
        assert said == {
            FormIds.NAME: "Give the name that people call the station by.",
            FormIds.LOCATION: "The location has 31 characters; shorten it to 30.",
            FormIds.VOLTAGE_MIN: "Write 4.2, with a point instead of the comma.",
            FormIds.VOLTAGE_MAX: "This is no number. Write it like 4.98, without the unit.",
            FormIds.CURRENT_MIN: "",
            FormIds.CURRENT_MAX: "The lowest current of the real range (2 A) must be below the "
            "highest (1 A).",
            FormIds.CALIBRATED: "This day is still to come. Give the day it was done.",
        }
        assert found[f"{FormIds.DEVICES_ERROR}.children"] == "Choose at least one device."
        assert found[f"{FormIds.RESULT}.data"] == {"focus": FormIds.NAME}
        assert f"{FormIds.GO}.href" not in found
        assert overview(lab.database) == ()

    @pytest.mark.parametrize(
        ("name", "sentence"),
        [
            ("  ", "Give every measure that is recorded a name, or leave it out."),
            ("x" * 41, "A measure has a name of 41 characters; shorten it to 40."),
            ("T", "Two measures are named T. Give each a name of its own."),
        ],
    )
    def test_the_names_of_measures_are_checked(self, lab, oscar, name, sentence):
        unit = find_unit(lab.database, lab.ours)
        found = self.send(oscar, unit, taken=(0, 1), names={"temp_cell": name})
        assert found[f"{FormIds.DEVICES_ERROR}.children"] == sentence

    def test_a_name_that_is_taken_is_said_and_nothing_is_lost(self, lab, oscar):
        lab.station(lab.ours, "Station 08")
        found = self.send(oscar, find_unit(lab.database, lab.ours), taken=(1,))
        sentence = "There is a station Station 08 already. Choose another name."
        assert found[f"{FormIds.STATE}.children"] == sentence

    def test_a_modified_station_that_somebody_else_has_changed_is_refused(self, lab, oscar):
        station = lab.station(lab.ours)
        unit = find_unit(lab.database, lab.ours)
        _, mark = station_set_up(lab.database, station)
        sent = {f"{FormIds.STATION}.data": station, f"{FormIds.MARK}.data": mark}
        saved = self.send(oscar, unit, names={"temp_cell": "Other"}, values=sent)
        new = int(saved[f"{FormIds.GO}.href"].rpartition("=")[2])
        assert new > station
        again = self.send(oscar, unit, values=sent)
        assert "was changed or retired by somebody meanwhile" in again[f"{FormIds.STATE}.children"]
        assert [one.id for one in overview(lab.database)] == [new]

    def test_a_field_says_what_is_wrong_once_it_is_left(self, lab, oscar):
        control = FormIds.CURRENT_MIN
        values = {f"{control}.n_blur": 1, f"{control}.value": "x"}
        _assert_blur(oscar, control, values, "This is no number.")

    def test_the_form_offers_free_devices_and_the_stations_own(self, lab, oscar):
        station = lab.station(lab.ours)
        page = oscar.open(f"/stations/{station}/edit")
        first, second = find_unit(lab.database, lab.ours).devices
        assert shown(page, FormIds.device(first.id))["value"] is True
        assert shown(page, FormIds.device(second.id))["value"] is False
        other = oscar.open("/stations/new", f"?unit={lab.ours}")
        assert not find(other, id=FormIds.device(first.id))
        assert shown(other, FormIds.device(second.id))["value"] is True

    def test_the_state_of_an_old_bms_is_not_recorded_unless_chosen(self, lab, oscar):
        page = oscar.open("/stations/new", f"?unit={lab.wattrex}")
        labels = {
            one["props"]["label"]: one["props"]["value"]
            for one in of_type(page, "Checkbox")
            if isinstance(one["props"]["label"], str)
        }
        assert labels["status (not a number)"] is False
        assert labels["vstack"] is True

    def test_modifying_says_before_what_follows(self, lab, oscar):
        station = lab.station(lab.wattrex)
        cell = lab.rows.battery("NMC-031", "24A")
        lab.rows.confirm(station, cell)
        lab.rows.plan("Waiting", station, cell, PlanState.HELD)
        said = words(oscar.open(f"/stations/{station}/edit"))
        assert "Waiting, held here, moves to the new set-up and stays held." in said
        assert "NMC-031 (SN 24A) stays confirmed. With other devices the battery must" in said
        assert "A new set-up needs its own cycler program: launch it afterwards." in said

    def test_a_station_in_use_says_what_can_be_changed_now(self, lab, oscar):
        station = lab.station(lab.ours)
        cell, profile = lab.rows.battery("NMC-031", "1"), lab.rows.profile("P")
        lab.rows.experiment("Cycling", station, cell, profile)
        page = oscar.open(f"/stations/{station}/edit")
        assert (
            "Only the real range and the calibration can be changed now. Cycling is under way"
            in words(page)
        )
        (locked,) = of_type(page, "Fieldset")
        assert locked["props"]["disabled"] is True
        assert find(locked, id=FormIds.NAME)
        assert not find(locked, id=FormIds.VOLTAGE_MAX)

    def test_the_unit_is_chosen_first_where_several_have_free_devices(self, lab, oscar):
        page = oscar.open("/stations/new")
        assert {link["props"]["href"] for link in of_type(page, "Link")} == {
            f"/stations/new?unit={lab.ours}",
            f"/stations/new?unit={lab.wattrex}",
        }

    @pytest.mark.parametrize("path", ["/stations/4711/edit", "/stations/1/edit"])
    def test_a_station_that_is_not_in_use_cannot_be_modified(self, lab, oscar, path):
        assert "There is no" in words(oscar.open(path))

    def test_whatever_the_browser_sends_is_read(self):
        for values in (None, [], [1] * 9, [{}] * len(CONTROLS), [10**400] * len(CONTROLS)):
            typed = form_data_of(values, [({"device": "x"}, True)], [({}, True)], [({}, 1)])
            assert read(typed, 2, TODAY).station is None


def _assert_blur(visitor, control: str, values: dict, sentence: str) -> None:
    app = visitor._app
    (name,) = [
        one
        for one, spec in app.callback_map.items()
        if [f"{i['id']}.{i['property']}" for i in spec["inputs"]] == [f"{control}.n_blur"]
    ]
    body = {
        "output": name,
        "outputs": {"id": FormIds.error(control), "property": name.rpartition(".")[2]},
        "inputs": [{"id": control, "property": "n_blur", "value": values[f"{control}.n_blur"]}],
        "state": [{"id": control, "property": "value", "value": values[f"{control}.value"]}],
        "changedPropIds": [f"{control}.n_blur"],
    }
    answer = visitor.client.post("/_dash-update-component", json=body)
    assert answer.status_code == 200
    assert sentence in answer.text
